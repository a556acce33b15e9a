package browser_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"
)

// keeping is a listener that keeps the bodies it got.
func keeping(t *testing.T) (url string, bodies func() []string) {
	t.Helper()
	var mu sync.Mutex
	var all []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		mu.Lock()
		defer mu.Unlock()
		all = append(all, string(body))
	}))
	t.Cleanup(server.Close)
	return server.URL, func() []string {
		mu.Lock()
		defer mu.Unlock()
		return append([]string(nil), all...)
	}
}

// Parts of the compose page.
const (
	composing = "/compose?platform=" + platform + "&type=" + event
	previewed = `document.querySelector("[data-piece=preview] pre.body")?.textContent`
)

// composer is an empty window on a server that sends everything to a listener, and what that got.
func composer(t *testing.T) (p *page, bodies func() []string) {
	t.Helper()
	server := serve(t)
	url, bodies := keeping(t)
	server.Subscribe(t, platform, url, nil)
	return open(t, server.URL), bodies
}

// TestComposePreviewIsWhatIsSent changes a field beside the preview: what it shows is what the listener gets, byte for byte.
func TestComposePreviewIsWhatIsSent(t *testing.T) {
	t.Parallel()
	p, bodies := composer(t)
	p.visit(composing)
	p.mark()
	p.fill(`#composer [name=seed]`, "7")
	p.fill(`#composer [name=now]`, "2026-01-02T03:04:05Z")
	p.fill(`#composer [name="v:data.status"]`, "by hand")
	p.until("the preview follows", previewed+`?.includes('"status": "by hand"')`)
	p.click(`h1`) // the seed gave the event other fields, which come when nobody types in these
	p.until("the page says what is changed", `document.querySelector(".place.changed [name='v:data.status']")`)
	p.unreloaded("to show the preview")
	p.shot("compose-changed")
	want := value[string](p, previewed)
	if len(bodies()) != 0 {
		t.Fatal("a preview was sent")
	}
	p.click(`[data-send]`)
	p.shows("The event was sent")
	eventually(t, "it arrives", func() bool { return len(bodies()) == 1 })
	if got := bodies()[0]; got != want {
		t.Errorf("sent\n%s\nshown\n%s", got, want)
	}
	p.shot("compose-sent")

	p.fill(`#composer [name=name]`, "a story by hand")
	p.click(`#composer button[value=save]`)
	p.until("it is listed", `document.querySelector("table.saved")?.textContent.includes("a story by hand")`)
	p.visit(composing)
	p.click(`table.saved tbody a`)
	p.until("it is as it was", `document.querySelector("#composer [name='v:data.status']")?.value === "by hand" && document.querySelector("#composer [name=seed]").value === "7"`)
}

// TestComposeAtARate has the server send for a second, and watches it count.
func TestComposeAtARate(t *testing.T) {
	t.Parallel()
	p, bodies := composer(t)
	p.visit(composing)
	p.fill(`#composer [name=rate]`, "10")
	p.fill(`#composer [name=seconds]`, "1")
	p.until("that way is chosen", `document.querySelector("#composer [name=how][value=rate]").checked`)
	p.click(`[data-send]`)
	p.leads("/compose/series/")
	eventually(t, "all arrive", func() bool { return len(bodies()) == 10 })
	p.shows("10 of 10")
	p.shot("compose-rate")
}

// TestActions does something on a platform and plays a story: events follow, and the world has changed.
func TestActions(t *testing.T) {
	t.Parallel()
	p, bodies := composer(t)
	p.visit("/compose/actions?platform=" + platform)
	p.shows("Create a dataset", "The world of Argilla")
	p.click(`.act-main form button.primary`)
	p.shows("Done:")
	eventually(t, "an event arrives", func() bool { return len(bodies()) > 0 && strings.Contains(bodies()[0], "dataset.created") })
	p.until("the delivery is followed", `document.querySelector(".raised .status-succeeded")`)
	p.shot("action-done")
}

// TestComposeWithoutScripts previews and sends by the buttons alone.
func TestComposeWithoutScripts(t *testing.T) {
	t.Parallel()
	p, bodies := composer(t)
	p.withoutScripts()
	p.visit(composing)
	p.do(chromedp.SetValue(chromedp.CSS(`#composer [name="v:data.status"]`), "by hand"))
	p.click(`#composer button[value=show].plain:not(.choices *)`)
	p.until("the preview follows", previewed+`?.includes('"status": "by hand"')`)
	p.click(`[data-send]`)
	p.shows("The event was sent")
	eventually(t, "it arrives", func() bool { return len(bodies()) == 1 })
	if got := bodies()[0]; !strings.Contains(got, `"status": "by hand"`) {
		t.Errorf("sent %s", got)
	}
}
