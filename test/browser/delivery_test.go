package browser_test

import (
	"net/http"
	"os/exec"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/chromedp"

	"github.com/annohook/annohook/test/program"
)

// TestReplayByKey sends a delivery again with r; the page leads on to the new one.
func TestReplayByKey(t *testing.T) {
	t.Parallel()
	server := serve(t)
	url, _ := answering(t, "", http.StatusInternalServerError, http.StatusOK)
	server.Subscribe(t, platform, url, once)
	first := trigger(t, server, event)
	p := open(t, server.URL)
	p.visit("/deliveries/" + first)
	p.shows("failed", "500")
	p.press("r")
	p.until("the new delivery is shown", `location.pathname.startsWith("/deliveries/") && location.pathname !== "/deliveries/`+first+`"`)
	p.shows("succeeded", "replay of")
	second := newest(t, server)
	if p.at() != "/deliveries/"+second {
		t.Errorf("at %s, want the page of %s", p.at(), second)
	}
	p.click(`[data-part=facts] a[href="/deliveries/` + first + `"]`)
	p.leads("/deliveries/" + first)
	p.shows("replayed as")
}

// TestCopyAsCURL copies with c; what is copied makes the same request.
func TestCopyAsCURL(t *testing.T) {
	t.Parallel()
	server := serve(t)
	url, signatures := answering(t, "", http.StatusOK)
	server.Subscribe(t, platform, url, nil)
	id := trigger(t, server, event)
	p := open(t, server.URL)
	for _, name := range []string{"clipboard-read", "clipboard-write"} {
		p.do(command(browser.SetPermission, browser.SetPermissionParams{
			Permission: &browser.PermissionDescriptor{Name: name}, Setting: browser.PermissionSettingGranted, Origin: server.URL,
			BrowserContextID: chromedp.FromContext(p.ctx).BrowserContextID,
		}))
	}
	p.visit("/deliveries/" + id)
	p.press("c")
	p.until("the page says that it is copied", `[...document.querySelectorAll("a[data-export]")].some((a) => a.textContent === "copied")`)
	copied := get(p, chromedp.Evaluate[string]("navigator.clipboard.readText()", chromedp.EvalAwaitPromise))
	if !strings.HasPrefix(copied, "curl ") {
		t.Fatalf("copied:\n%s", copied)
	}
	if _, err := exec.LookPath("curl"); err != nil {
		t.Skip("this machine has no curl on the PATH")
	}
	if out, err := exec.CommandContext(t.Context(), "sh", "-c", copied).CombinedOutput(); err != nil {
		t.Fatalf("%s\n%v: %s", copied, err, out)
	}
	if got := signatures(); len(got) != 2 || got[0] == "" || got[0] != got[1] {
		t.Errorf("signatures %q, want the same twice", got)
	}
}

// TestDeliveryTabs shows a delivery in each way, on the page and from the server.
func TestDeliveryTabs(t *testing.T) {
	t.Parallel()
	server := serve(t)
	url, _ := answering(t, `{"a":1}`, http.StatusOK)
	server.Subscribe(t, platform, url, nil)
	id := trigger(t, server, event)
	p := open(t, server.URL)
	p.visit("/deliveries/" + id)
	p.mark()
	for tab, want := range map[string]string{"raw": "POST / HTTP/1.1", "headers": "webhook-timestamp", "hex": "00000000", "pretty": `"type": "record.completed"`} {
		p.click(`a[data-swap][href*="tab=` + tab + `"]`)
		p.until(tab+" is chosen", `document.querySelector('a[data-swap][aria-current][href*="tab=`+tab+`"]')`)
		p.until(tab+" shows "+want, `document.querySelector("[data-part=exchange]").textContent.includes(`+quoted(want)+`)`)
	}
	p.unreloaded("to show a tab")
	p.click(`a[data-swap][href*="tab=raw"]`)
	p.until("raw is chosen", `document.querySelector('a[data-swap][aria-current][href*="tab=raw"]')`)
	other := trigger(t, server, event)
	p.visit("/deliveries/" + other)
	p.until("the tab chosen last is kept", `document.querySelector('a[data-swap][aria-current][href*="tab=raw"]')`)
	p.shows("as a careful listener reads it", "accepted")
	p.until("what stands around the computed signature is told apart", `[...document.querySelectorAll(".sent-as")].map((el) => el.textContent).join() === "v1,"`)
}

// TestSubscriptionByHand makes one in the form, tests it, looks for what is wrong, and switches it off and on.
func TestSubscriptionByHand(t *testing.T) {
	t.Parallel()
	server := serve(t)
	p := open(t, server.URL)
	p.expect("status of 422")
	p.visit("/subscriptions?platform=" + platform)
	p.fill(`.editor [name=url]`, "ftp://nowhere.example")
	p.click(`.editor [name=description]`)
	p.until("the field is judged while the form is filled in", `document.querySelector("[data-field=url] .wrong")`)
	p.shot("subscription-wrong")
	if n := subscriptionCount(t, server); n != 0 {
		t.Fatalf("%d subscriptions were stored", n)
	}
	url, signatures := answering(t, "welcome", http.StatusOK)
	p.fill(`.editor [name=url]`, url)
	p.fill(`.editor [name=description]`, "made by hand")
	p.click(`.editor button[type=submit].primary`)
	p.shows("made by hand")
	p.leads("/subscriptions")
	p.shot("subscription-made")
	if n := subscriptionCount(t, server); n != 1 {
		t.Fatalf("%d subscriptions, want 1", n)
	}

	p.visit("/subscriptions")
	p.click(`[data-part=list] tr[data-key] a`)
	p.leads("/subscriptions/")
	p.click(`form[data-test] button`)
	p.until("the answer stands on the page", `document.querySelector("#test")?.textContent.includes("welcome")`)
	if got := signatures(); len(got) != 1 || got[0] == "" {
		t.Errorf("the listener got the signatures %q, want one", got)
	}
	p.shot("subscription-tested")
	p.click(`form[action$="/disable"] button`)
	p.until("it is disabled", `document.querySelector("[data-part=state] .status-disabled")`)
	p.click(`form[action$="/enable"] button`)
	p.until("it is enabled", `document.querySelector("[data-part=state] .status-enabled")`)
	p.click(`details[data-key=reveal] summary`)
	p.click(`form[action$="/secret"] button`)
	p.shows("shown only in this answer")
}

func subscriptionCount(t *testing.T, server *program.Server) int {
	t.Helper()
	var list struct {
		Items []program.Subscription `json:"items"`
	}
	server.Call(t, http.MethodGet, "/api/v1/subscriptions", nil, &list)
	return len(list.Items)
}
