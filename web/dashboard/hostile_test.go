package dashboard_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/payloadtest/invented"
	"github.com/annohook/annohook/scheduler"
	"github.com/annohook/annohook/subscriptions"
)

// corpus is text that acts on a page which does not keep it in place. Each holds the word "marker", which must come out as text.
func corpus() []string {
	return []string{
		`marker<script>alert(1)</script>`, `marker"><img src=x onerror=alert(1)>`, `marker' onfocus='alert(1)`, `marker</textarea><script>1</script>`,
		`marker</pre></details><style>*{display:none}</style>`, `marker{{.Secret}}`, "marker\u202egnp.exe", "marker\u2066x\u2069", "marker\x00nul",
		"marker\x1b[31mred", "marker\x7f\u0085\u2028\ufeff\u200e", `marker<!--`, `marker</title><svg onload=alert(1)>`, `marker javascript:alert(1)`,
		"marker\xff\xfe", `marker<a href="javascript:alert(1)">x</a>`, `marker&lt;script&gt;`,
	}
}

// TestHostileTextEverywhere puts hostile text into everything that users and listeners can fill, and reads every page that shows it.
func TestHostileTextEverywhere(t *testing.T) {
	for _, bad := range corpus() {
		t.Run(strings.ToValidUTF8(bad, "?"), func(t *testing.T) {
			r := newRig(t)
			clean := strings.ToValidUTF8(bad, "?")
			sub := r.subscribe(func(s *subscriptions.Subscription) {
				s.Description = clean
				s.URL = "http://listener.test/" + url.PathEscape(bad) + "?" + clean
			})
			r.wire.reply = payloads.Reply{
				Status: 500, Header: payloads.H("X-"+bad, bad), Body: []byte(bad), Failure: payloads.FailureProtocol, Message: bad,
			}
			raw := r.deliver(func(tr *scheduler.Trigger) { tr.Body = []byte(bad) })
			built := r.deliver(func(tr *scheduler.Trigger) {
				tr.Override.Set = []payloads.Assignment{{Path: "note.text", Value: clean}}
			})
			for _, path := range []string{
				"/", "/queue", "/?made=1&event=" + url.QueryEscape(bad) + "&count=" + url.QueryEscape(bad) + "&delivery=" + url.QueryEscape(bad), "/deliveries?q=" + url.QueryEscape(bad), "/deliveries?type=" + url.QueryEscape(bad), "/deliveries/" + raw, "/deliveries/" + built,
				"/deliveries/" + raw + "?tab=raw", "/deliveries/" + built + "?tab=headers", "/deliveries/" + raw + "?tab=hex&attempt=" + url.QueryEscape(bad),
				"/deliveries?event=" + url.QueryEscape(bad), "/subscriptions", "/subscriptions/" + sub.ID, "/subscriptions/" + sub.ID + "?test=" + raw,
				"/compose?type=" + url.QueryEscape(bad) + "&platform=" + url.QueryEscape(bad) + "&set=" + url.QueryEscape(bad) + "&body=" + url.QueryEscape(bad),
				"/platforms/" + url.PathEscape(bad), "/login?next=" + url.QueryEscape(bad), "/nothing/" + url.PathEscape(bad),
			} {
				page := r.get(path)
				page.t = t
				checkHarmless(t, path, page)
			}
			checkHarmless(t, "create", r.post("/subscriptions", hostileForm(bad)))
			checkHarmless(t, "change", r.post("/subscriptions/"+sub.ID, hostileForm(bad)))
			checkHarmless(t, "trigger", r.post("/compose", hostileForm(bad)))
			checkHarmless(t, "quick trigger", r.post("/trigger", hostileForm(bad)))
			checkHarmless(t, "replay", r.post("/deliveries/"+raw+"/replay", url.Values{"mode": {bad}}))
			if page := r.get("/deliveries/" + raw); strings.Count(page.text(), "marker") < 4 {
				t.Errorf("the text itself is not shown: %s", page.text())
			}
		})
	}
}

func hostileForm(bad string) url.Values {
	v := url.Values{"platform": {invented.ID}, "events_mode": {"some"}, "count": {bad}, "seed": {bad}, "now": {bad}, "set": {bad}, "data": {bad}}
	for _, name := range []string{
		"profile", "url", "secret", "events", "headers", "description", "scope", "options", "quirk." + bad, "timeout", "deadline", "retry",
		"concurrency", "rate", "body", "variant", "type", "subscription", "event",
	} {
		v.Set(name, bad)
	}
	return v
}

// checkHarmless looks for everything that hostile text could have become.
func checkHarmless(t *testing.T, where string, page answer) {
	t.Helper()
	if strings.ContainsRune(page.body, 0) {
		t.Errorf("%s: NUL on the page", where)
	}
	for n := range page.doc.Descendants() {
		if n.Type == html.CommentNode {
			t.Errorf("%s: a comment %q", where, n.Data)
		}
		if n.Type == html.TextNode && !inField(n) {
			for _, r := range n.Data {
				if dashboardHidden(r) {
					t.Errorf("%s: %U stands in %q", where, r, n.Data)
				}
			}
		}
	}
	for _, n := range page.all("*", nil) {
		switch n.Data {
		case "script":
			if value(n, "src") == "" {
				t.Errorf("%s: a script %q", where, textOf(n))
			}
		case "style", "iframe", "object", "embed", "base", "math":
			t.Errorf("%s: <%s>", where, n.Data)
		case "svg": // our own drawings have a class and a role
			if value(n, "class") == "" || value(n, "role") == "" && value(n, "aria-hidden") == "" {
				t.Errorf("%s: <%s>", where, n.Data)
			}
		case "img":
			if !strings.HasPrefix(value(n, "src"), "/assets/") {
				t.Errorf("%s: an image from %q", where, value(n, "src"))
			}
		}
		for _, a := range n.Attr {
			if strings.HasPrefix(a.Key, "on") || a.Key == "style" {
				t.Errorf("%s: <%s %s=%q>", where, n.Data, a.Key, a.Val)
			}
			if (a.Key == "href" || a.Key == "action") && !strings.HasPrefix(a.Val, "/") && !strings.HasPrefix(a.Val, "#") && !strings.HasPrefix(a.Val, "https://") {
				t.Errorf("%s: <%s %s=%q> leads elsewhere", where, n.Data, a.Key, a.Val)
			}
		}
	}
}

// inField reports text that a field gives back as it was given.
func inField(n *html.Node) bool { return inside(n, "textarea") }

func TestSecretsStayHidden(t *testing.T) {
	r := newRig(t)
	const secret, password, token = "keep-this-dark", "pass-me-not", "bearer-of-news"
	sub := r.subscribe(func(s *subscriptions.Subscription) {
		s.Secret = secret
		s.URL = "http://user:" + password + "@listener.test/hook"
		s.Headers = subscriptions.Headers{{Name: "Authorization", Value: "Bearer " + token}, {Name: "X-Api-Key", Value: token}, {Name: "X-Plain", Value: "seen"}}
	})
	r.wire.reply = payloads.Reply{Status: http.StatusOK, Header: payloads.H("X-Session-Token", token)} // sent back by the listener
	id := r.deliver()
	pages := map[string]answer{}
	for _, path := range []string{
		"/", "/deliveries", "/deliveries/" + id, "/deliveries/" + id + "?tab=headers", "/deliveries/" + id + "?tab=raw", "/subscriptions", "/subscriptions/" + sub.ID, "/subscriptions/" + sub.ID + "?test=" + id,
		"/compose?platform=" + invented.ID,
	} {
		pages[path] = r.get(path).want(http.StatusOK)
	}
	broken := r.get("/subscriptions/" + sub.ID).fields("/subscriptions/" + sub.ID)
	broken.Set("secret", secret+"2")
	broken.Set("url", "http://user:"+password+"2@listener.test/hook")
	broken.Set("headers", "Authorization: "+token+"2")
	broken.Set("timeout", "soon")
	pages["change refused"] = r.post("/subscriptions/"+sub.ID, broken).want(http.StatusUnprocessableEntity)
	pages["create refused"] = r.post("/subscriptions", broken).want(http.StatusUnprocessableEntity)
	for path, page := range pages {
		for _, word := range []string{secret, password, token} {
			if strings.Contains(page.body, word) {
				t.Errorf("%s shows %q", path, word)
			}
		}
	}
	pages["/deliveries/"+id].holds("X-Plain", "seen", "X-Api-Key", "********")
}
