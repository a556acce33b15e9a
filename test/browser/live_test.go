package browser_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/annohook/annohook/test/program"
)

// The platform and the event type of these tests: signed, one event a request.
const (
	platform = "argilla"
	event    = "record.completed"
)

// answering starts a listener that answers with the given statuses in turn, the last one for ever, and always with the same body.
func answering(t *testing.T, body string, statuses ...int) (url string, signatures func() []string) {
	t.Helper()
	var turn atomic.Int64
	seen := make(chan string, 64)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen <- r.Header.Get("webhook-signature")
		status := statuses[min(int(turn.Add(1))-1, len(statuses)-1)]
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}))
	t.Cleanup(server.Close)
	return server.URL, func() (all []string) {
		for len(seen) > 0 {
			all = append(all, <-seen)
		}
		return all
	}
}

func row(id string) chromedp.CSS { return chromedp.CSS(`a[href="/deliveries/` + id + `"]`) }

// form is the trigger form of the live page.
const form = `form[action="/compose"]`

// TestLivePage follows a newcomer: an empty page, the form on it, a row that comes by itself, the detail behind it.
func TestLivePage(t *testing.T) {
	t.Parallel()
	server := program.Start(t, "--redis", "memory")
	url, signatures := answering(t, "no", http.StatusInternalServerError, http.StatusOK)
	server.Subscribe(t, platform, url, map[string]any{"retry": map[string]any{"delays": []string{"1s"}}})
	p := open(t, server.URL)

	p.visit("/")
	p.shot("live-empty")
	p.do(
		chromedp.SetValue(chromedp.CSS(form+` [name="event"]`), platform+"/"+event),
		chromedp.Click(chromedp.CSS(form+` button`)),
	)
	p.do(chromedp.WaitVisible(chromedp.CSS(`tr a[href^="/deliveries/"]`)))
	first := newest(t, server)
	p.do(chromedp.WaitVisible(row(first)))

	// A mark that a reload would lose, then an event from elsewhere: its row must come by itself.
	p.mark()
	id := server.Trigger(t, platform, "dataset.created").Deliveries[0].ID
	p.do(chromedp.WaitVisible(row(id)))
	if !p.marked() {
		t.Error("the page was reloaded to show the new row")
	}
	p.shot("live")

	p.visit("/deliveries/" + first)
	p.shows("succeeded", "500", "200", "webhook-signature", "webhook-id")
	text := p.content()
	if got := signatures(); len(got) < 2 || !strings.Contains(text, got[0]) {
		t.Errorf("the page does not show the signature of the first attempt, one of %q:\n%s", got, text)
	}
	p.shot("delivery")
}

// TestDeliveryPageFollowsTheAttempts looks at a delivery while it is retried.
func TestDeliveryPageFollowsTheAttempts(t *testing.T) {
	t.Parallel()
	server := program.Start(t, "--redis", "memory")
	url, _ := answering(t, "later", http.StatusServiceUnavailable, http.StatusNoContent)
	server.Subscribe(t, platform, url, map[string]any{"retry": map[string]any{"delays": []string{"3s"}}})
	p := open(t, server.URL)
	id := server.Trigger(t, platform, event).Deliveries[0].ID

	p.visit("/deliveries/" + id)
	p.shows("retrying", "503")
	p.mark()
	p.shot("delivery-retrying")
	p.shows("succeeded", "204")
	if !p.marked() {
		t.Error("the page was reloaded to show the second attempt")
	}
}

// TestHostileTextStaysText sends markup through every place a page shows: what a user wrote, what an event holds, what a listener answered.
func TestHostileTextStaysText(t *testing.T) {
	t.Parallel()
	const markup = `<script>window.pwned=1</script><img src="/pwned.png" onerror="window.pwned=2"><svg onload="window.pwned=3">`
	server := program.Start(t, "--redis", "memory")
	url, _ := answering(t, markup, http.StatusTeapot)
	sub := server.Subscribe(t, platform, url+"/?q="+`%3Cscript%3Ewindow.pwned=4%3C/script%3E`, map[string]any{
		"description": markup, "headers": map[string]string{"X-Note": markup}, "retry": map[string]any{"delays": []string{}},
	})
	var published program.Published
	server.Call(t, http.MethodPost, "/api/v1/events", map[string]any{"platform": platform, "type": event, "body": markup}, &published)
	id := published.Deliveries[0].ID
	settle(t, server, id)
	p := open(t, server.URL)

	for _, tc := range []struct {
		name, path string
		texts      []string
	}{
		{"live", "/", []string{event}},
		{"search", "/deliveries?q=%3Cscript%3E%22%27%3E", nil},
		{"delivery", "/deliveries/" + id, []string{"<script>window.pwned=1</script>", "418"}},
		{"subscriptions", "/subscriptions", []string{"<script>window.pwned=1</script>"}},
		{"subscription", "/subscriptions/" + sub.ID, nil},
	} {
		p.visit(tc.path)
		p.shows(tc.texts...)
		if get(p, chromedp.Evaluate[bool](`"pwned" in window || document.querySelector("img[src*=pwned]") !== null`)) {
			t.Errorf("%s lets foreign markup in", tc.path)
		}
		p.shot("hostile-" + tc.name)
	}
}

// TestEveryPageOpens reads each page once, wide and narrow; whatever it prints on the console or asks of other hosts fails the test.
func TestEveryPageOpens(t *testing.T) {
	t.Parallel()
	server := program.Start(t, "--redis", "memory")
	url, _ := answering(t, "thanks", http.StatusOK)
	sub := server.Subscribe(t, platform, url, nil)
	id := server.Trigger(t, platform, event).Deliveries[0].ID
	settle(t, server, id)
	p := open(t, server.URL)
	for name, path := range map[string]string{
		"live": "/", "deliveries": "/deliveries", "delivery": "/deliveries/" + id, "subscriptions": "/subscriptions",
		"subscription": "/subscriptions/" + sub.ID, "compose": "/compose", "platforms": "/platforms", "platform": "/platforms/" + platform,
	} {
		for width, suffix := range map[int64]string{1200: "", 380: "-narrow"} {
			p.do(chromedp.EmulateViewport(width, 900))
			p.visit(path)
			p.shows("annohook")
			overflow := get(p, chromedp.Evaluate[int64](`document.documentElement.scrollWidth - document.documentElement.clientWidth`))
			if overflow > 0 {
				t.Errorf("%s is %d pixels wider than a window of %d", path, overflow, width)
			}
			p.shot("page-" + name + suffix)
		}
	}
}

// newest is the id of the latest delivery.
func newest(t *testing.T, server *program.Server) string {
	t.Helper()
	var list struct {
		Items []struct {
			ID string `json:"id"`
		} `json:"items"`
	}
	server.Call(t, http.MethodGet, "/api/v1/deliveries?limit=1", nil, &list)
	if len(list.Items) != 1 {
		t.Fatalf("%d deliveries", len(list.Items))
	}
	return list.Items[0].ID
}

// settle waits until a delivery is over.
func settle(t *testing.T, server *program.Server, id string) {
	t.Helper()
	for end := time.Now().Add(actsWithin); ; time.Sleep(20 * time.Millisecond) {
		var delivery struct {
			SettledAt *time.Time `json:"settled_at"`
		}
		server.Call(t, http.MethodGet, "/api/v1/deliveries/"+id, nil, &delivery)
		if delivery.SettledAt != nil {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("delivery %s is not settled", id)
		}
	}
}
