package browser_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/annohook/annohook/test/program"
)

// markup is text that acts on a page that does not keep it in place.
const markup = `"'><script>window.pwned=1</script><img src="/pwned.png" onerror="window.pwned=2"><svg onload="window.pwned=3"></textarea></title>`

// override is text that reads otherwise than it is: it turns direction, and hides.
const override = "evil\u202egnp.exe\u2066\u200b\ufeff"

// bigBody is what one body of these tests holds, both ways.
const bigBody = 5 << 20

// attacker is a listener that answers with hostile text: in headers and body, big if asked so.
func attacker(t *testing.T) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "text/html")
		w.Header().Set("X-Note", markup)
		w.Header().Set("X-Direction", override)
		w.Header().Set("Location", "javascript:window.pwned=5")
		w.Header().Set("Set-Cookie", "a=<script>window.pwned=6</script>")
		w.WriteHeader(http.StatusTeapot)
		_, _ = io.WriteString(w, markup+override)
		if strings.Contains(r.URL.RawQuery, "big") {
			_, _ = io.WriteString(w, strings.Repeat(markup, bigBody/len(markup)))
		}
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// hostile is a server full of it: what a user wrote, what an event holds, what a listener answered.
func hostile(t *testing.T, server *program.Server) (sub program.Subscription, plain, big string) {
	t.Helper()
	base := attacker(t)
	more := map[string]any{
		"description": markup + override, "headers": map[string]string{"X-Note": markup}, "retry": once["retry"], "events": []string{event},
	}
	sub = server.Subscribe(t, platform, base+"/"+url.PathEscape(markup)+"?q="+url.QueryEscape(override), more)
	send := func(text, to string) string {
		var published program.Published
		server.Call(t, http.MethodPost, "/api/v1/events", map[string]any{"platform": platform, "type": event, "body": text, "subscription_ids": []string{to}}, &published)
		settle(t, server, published.Deliveries[0].ID)
		return published.Deliveries[0].ID
	}
	plain = send(markup+override, sub.ID)
	bigger := server.Subscribe(t, platform, base+"/?big", more)
	big = send(`{"text":"`+strings.Repeat("x", bigBody)+`"}`, bigger.ID)
	return sub, plain, big
}

// TestHostileTextStaysText sends markup, bidirectional text and 5 MB through every place that pages show, and looks at each in a browser.
func TestHostileTextStaysText(t *testing.T) {
	t.Parallel()
	server := serve(t)
	sub, plain, big := hostile(t, server)
	p := open(t, server.URL)
	query := url.QueryEscape(markup + override)
	for _, tc := range []struct {
		name, path string
		texts      []string
	}{
		{"live", "/", []string{event}},
		{"search", "/deliveries?q=" + query, nil},
		{"found", "/deliveries?q=pwned", []string{"window.pwned"}},
		{"beside", "/deliveries?open=" + plain, []string{"<script>window.pwned=1</script>", "418"}},
		{"delivery", "/deliveries/" + plain, []string{"<script>window.pwned=1</script>", "418"}},
		{"delivery-raw", "/deliveries/" + plain + "?tab=raw", []string{"<script>window.pwned=1</script>"}},
		{"delivery-headers", "/deliveries/" + plain + "?tab=headers", []string{"javascript:window.pwned=5"}},
		{"delivery-hex", "/deliveries/" + plain + "?tab=hex", []string{"3c 73 63 72"}},
		{"delivery-pretty", "/deliveries/" + plain + "?tab=pretty", nil},
		{"big", "/deliveries/" + big + "?tab=pretty", []string{"5.0 MiB"}},
		{"big-raw", "/deliveries/" + big + "?tab=raw", nil},
		{"big-hex", "/deliveries/" + big + "?tab=hex", nil},
		{"subscriptions", "/subscriptions", []string{"<script>window.pwned=1</script>"}},
		{"subscription", "/subscriptions/" + sub.ID, []string{"<script>window.pwned=1</script>"}},
		{"compose", "/compose?platform=" + platform + "&type=" + event + "&subscription=" + sub.ID + "&body=" + query, nil},
		{"queue", "/queue", nil},
		{"platforms", "/platforms?q=" + query, nil},
		{"login", "/login?next=" + query, nil},
	} {
		p.visit(tc.path)
		p.shows(tc.texts...)
		p.harmless(tc.name)
		p.fits(tc.name, 1300)
		if len(tc.texts) > 0 {
			p.shot("hostile-" + tc.name)
		}
	}
	// What comes by script is as harmless.
	p.visit("/deliveries")
	p.count(streamed, 2)
	p.mark()
	p.click(row(plain) + " .c-target")
	p.until("the delivery is beside the list", `document.querySelector(".drawer [data-delivery]")`)
	p.harmless("the drawer")
	p.visit("/subscriptions/" + sub.ID)
	p.click(`form[data-test] button`)
	p.until("the listener's answer is shown", `document.querySelector("#test")?.textContent.includes("418")`)
	p.harmless("the test send")
}

// harmless fails the test if foreign text became markup, ran, or turns the direction of what is read.
func (p *page) harmless(where string) {
	p.t.Helper()
	if value[bool](p, `"pwned" in window || document.querySelector("img[src*=pwned], svg[onload], script:not([src]), a[href^='javascript:']") !== null`) {
		p.t.Errorf("%s lets foreign markup in", where)
	}
	// Fields keep what was typed, byte for byte; a browser draws them one by one.
	const hidden = `(() => {
		const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
		while (walk.nextNode()) {
			const text = walk.currentNode.data;
			if (/[\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]/.test(text) && !walk.currentNode.parentElement.closest("textarea, option")) return text.slice(0, 200);
		}
		return "";
	})()`
	if text := value[string](p, hidden); text != "" {
		p.t.Errorf("%s has hidden characters in %q", where, text)
	}
}

// fits fails the test if the page is wider than its window.
func (p *page) fits(where string, width int64) {
	p.t.Helper()
	const widest = `(() => {
		const room = document.documentElement.clientWidth;
		if (document.documentElement.scrollWidth <= room) return "";
		const out = [...document.body.querySelectorAll("*")].filter((el) => {
			if (el.getBoundingClientRect().right <= room + 1) return false;
			for (let up = el.parentElement; up; up = up.parentElement) if (/auto|scroll|hidden|clip/.test(getComputedStyle(up).overflowX)) return false;
			return true;
		});
		return document.documentElement.scrollWidth + " px: " + out.slice(0, 4).map((el) => el.tagName + "." + el.className + "#" + el.id).join(" ");
	})()`
	if text := value[string](p, widest); text != "" {
		p.t.Errorf("%s is wider than a window of %d: %s", where, width, text)
	}
}
