package dashboard_test

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/payloadtest/invented"
	"github.com/annohook/annohook/subscriptions"
	"github.com/annohook/annohook/web/dashboard"
)

// everyPage fills the stores and returns the path of each page.
func everyPage(r *rig) []string {
	sub := r.subscribe()
	r.wire.reply = payloads.Reply{Status: 503, Body: []byte(`{"busy":true}`)}
	id := r.deliver()
	test := r.post("/subscriptions/"+sub.ID+"/disable", nil)
	test.want(http.StatusSeeOther)
	return []string{
		"/", "/deliveries", "/deliveries?status=retrying&q=note&platform=" + invented.ID + "&event=id-000002", "/deliveries/" + id,
		"/subscriptions", "/subscriptions?platform=" + invented.ID, "/subscriptions/" + sub.ID, "/subscriptions/" + sub.ID + "?test=" + id,
		"/compose", "/compose?platform=" + invented.ID + "&type=" + invented.NoteAdded + "&variant=long&seed=3", "/platforms",
		"/platforms/" + invented.ID, "/platforms/" + invented.ID + "?profile=v2",
		"/platforms/" + invented.ID + "/" + invented.NoteAdded + "?variant=long&seed=9", "/login", "/login?failed=1&next=/deliveries",
	}
}

func TestEveryPageIsSound(t *testing.T) {
	r := newRig(t)
	for _, path := range everyPage(r) {
		t.Run(path, func(t *testing.T) {
			page := r.get(path)
			page.t = t
			if page.status != http.StatusOK && page.status != http.StatusUnauthorized {
				t.Fatalf("status %d", page.status)
			}
			checkHeaders(t, page)
			checkStructure(t, page)
			checkLabels(t, page)
			checkNothingInline(t, page)
			checkAssets(t, r, page)
		})
	}
}

func checkHeaders(t *testing.T, page answer) {
	t.Helper()
	for name, want := range map[string]string{
		"Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff",
	} {
		if got := page.header.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	policy := page.header.Get("Content-Security-Policy")
	for _, part := range []string{"default-src 'none'", "script-src 'self';", "style-src 'self';", "frame-ancestors 'none'"} {
		if !strings.Contains(policy, part) {
			t.Errorf("content security policy %q has no %q", policy, part)
		}
	}
}

func checkStructure(t *testing.T, page answer) {
	t.Helper()
	for name, want := range map[string]int{"h1": 1, "main": 1, "nav": 1, "title": 1} {
		if got := len(page.all(name, nil)); got < want || name != "nav" && got > want {
			t.Errorf("%d %s elements, want %d", got, name, want)
		}
	}
	seen := map[string]bool{}
	for _, n := range page.all("*", func(n *html.Node) bool { return value(n, "id") != "" }) {
		if id := value(n, "id"); seen[id] {
			t.Errorf("id %q is used twice", id)
		} else {
			seen[id] = true
		}
	}
	for _, n := range page.all("*", nil) {
		for _, ids := range []string{value(n, "aria-describedby"), value(n, "aria-labelledby"), strings.TrimPrefix(value(n, "href"), "#")} {
			if n.Data == "a" && !strings.HasPrefix(value(n, "href"), "#") {
				continue
			}
			for id := range strings.FieldsSeq(ids) {
				if n.Data != "link" && !seen[id] {
					t.Errorf("<%s> names %q, which is not on the page", n.Data, id)
				}
			}
		}
	}
}

func checkLabels(t *testing.T, page answer) {
	t.Helper()
	labels := map[string]bool{}
	for _, n := range page.all("label", nil) {
		labels[value(n, "for")] = true
	}
	controls := page.all("*", func(n *html.Node) bool {
		return (n.Data == "input" && value(n, "type") != "hidden") || n.Data == "select" || n.Data == "textarea"
	})
	for _, n := range controls {
		if !labels[value(n, "id")] && !inside(n, "label") {
			t.Errorf("<%s name=%q> has no label", n.Data, value(n, "name"))
		}
	}
	for _, n := range page.all("button", nil) {
		if strings.TrimSpace(textOf(n)) == "" {
			t.Error("a button has no text")
		}
	}
}

func inside(n *html.Node, name string) bool {
	for p := range n.Ancestors() {
		if p.Data == name {
			return true
		}
	}
	return false
}

func checkNothingInline(t *testing.T, page answer) {
	t.Helper()
	for _, n := range page.all("*", nil) {
		if n.Data == "style" || n.Data == "script" && (value(n, "src") == "" || strings.TrimSpace(textOf(n)) != "") {
			t.Errorf("inline <%s>", n.Data)
		}
		for _, a := range n.Attr {
			if a.Key == "style" || strings.HasPrefix(a.Key, "on") {
				t.Errorf("<%s> has an inline %s", n.Data, a.Key)
			}
			scheme := strings.ToLower(strings.TrimSpace(a.Val))
			if (a.Key == "href" || a.Key == "src" || a.Key == "action") && (strings.HasPrefix(scheme, "data:") || strings.HasPrefix(scheme, "javascript:")) {
				t.Errorf("<%s %s=%q>", n.Data, a.Key, a.Val)
			}
		}
	}
}

func checkAssets(t *testing.T, r *rig, page answer) {
	t.Helper()
	count := 0
	for _, n := range page.all("*", nil) {
		for _, name := range []string{"src", "href"} {
			path := value(n, name)
			if !strings.HasPrefix(path, dashboard.AssetPrefix) {
				continue
			}
			count++
			got := r.get(path)
			if got.status != http.StatusOK || !strings.Contains(got.header.Get("Cache-Control"), "immutable") {
				t.Errorf("asset %s: status %d, caching %q", path, got.status, got.header.Get("Cache-Control"))
			}
		}
	}
	if count < 3 {
		t.Errorf("page names %d assets, want style, script and icon", count)
	}
}

func TestAssetNamesFollowTheirContent(t *testing.T) {
	r := newRig(t)
	r.get("/assets/base.css").want(http.StatusNotFound)
	r.get("/assets/base.000000000000.css").want(http.StatusNotFound)
	r.get("/assets/../dashboard.go").want(http.StatusTemporaryRedirect)
}

func TestSizeBudget(t *testing.T) {
	r := newRig(t)
	r.subscribe()
	r.deliver()
	page := r.get("/").want(http.StatusOK)
	total := len(page.body)
	seen := map[string]bool{}
	var load func(path string)
	load = func(path string) {
		if seen[path] || !strings.HasPrefix(path, dashboard.AssetPrefix) {
			return
		}
		seen[path] = true
		content := r.get(path).want(http.StatusOK).body
		total += len(content)
		for _, m := range regexp.MustCompile(`from "([^"]+)"`).FindAllStringSubmatch(content, -1) {
			load(m[1])
		}
	}
	for _, n := range page.all("*", nil) {
		load(value(n, "src"))
		load(value(n, "href"))
	}
	if len(seen) < 6 {
		t.Errorf("only %d assets were found: %v", len(seen), seen)
	}
	const budget = 100_000
	if total > budget {
		t.Errorf("the live page and its assets take %d bytes, budget %d", total, budget)
	}
	t.Logf("live page and assets: %d bytes", total)
}

func TestEmptyPageIsATutorial(t *testing.T) {
	r := newRig(t, func(o *dashboard.Options) { o.BaseURL = "http://127.0.0.1:4711/" })
	r.get("/").want(http.StatusOK).holds(
		"Nothing was sent yet", "annohook listen --platform "+invented.ID+" --addr 127.0.0.1:9000 --secret '",
		"curl -X POST http://127.0.0.1:4711/api/v1/subscriptions", "annohook trigger "+invented.ID+" "+invented.NoteAdded,
	)
	r.subscribe()
	r.get("/").want(http.StatusOK).holds("1 subscription is registered")
	r.deliver()
	page := r.get("/").want(http.StatusOK).holds("Newest deliveries", "succeeded", invented.NoteAdded)
	if strings.Contains(page.text(), "Nothing was sent yet") {
		t.Error("the tutorial stays after the first delivery")
	}
}

func TestLivePageCounts(t *testing.T) {
	r := newRig(t)
	r.subscribe()
	r.deliver()
	r.wire.reply = payloads.Reply{Status: 500}
	r.deliver()
	got := map[string]string{}
	for _, n := range r.get("/").all("li", func(n *html.Node) bool { return inside(n, "ul") && inside(n, "section") }) {
		if number, status, ok := strings.Cut(strings.Join(strings.Fields(textOf(n)), " "), " "); ok {
			got[status] = number
		}
	}
	for status, want := range map[string]string{"succeeded": "1", "retrying": "1", "failed": "0"} {
		if got[status] != want {
			t.Errorf("%s: %q, want %s", status, got[status], want)
		}
	}
}

func TestListFiltersAndPages(t *testing.T) {
	r := newRig(t)
	r.subscribe()
	good := r.deliver()
	r.wire.reply = payloads.Reply{Status: 500}
	bad := r.deliver()
	keys := func(a answer) []string {
		var list []string
		for _, n := range a.all("tr", nil) {
			if key := value(n, "data-key"); key != "" {
				list = append(list, key)
			}
		}
		return list
	}
	for path, want := range map[string]string{
		"/deliveries":                                     bad + " " + good,
		"/deliveries?status=succeeded":                    good,
		"/deliveries?status=retrying":                     bad,
		"/deliveries?q=" + good:                           good,
		"/deliveries?platform=nobody":                     "",
		"/deliveries?platform=" + invented.ID + "&q=x-no": "",
	} {
		page := r.get(path).want(http.StatusOK)
		if got := strings.Join(keys(page), " "); got != want {
			t.Errorf("%s shows %q, want %q", path, got, want)
		}
	}
	r.get("/deliveries?platform=nobody").holds("No delivery fits these filters")
	r.get("/deliveries?status=nonsense").want(http.StatusBadRequest).holds("status must be one of")
	r.get("/deliveries?cursor=nonsense").want(http.StatusBadRequest)

	for range 60 {
		r.deliver()
	}
	first := r.get("/deliveries?type=" + invented.NoteAdded)
	next := first.all("a", func(n *html.Node) bool { return value(n, "rel") == "next" })
	if len(next) != 1 {
		t.Fatalf("%d links to older deliveries, want 1", len(next))
	}
	second := r.get(value(next[0], "href")).want(http.StatusOK)
	if got, want := len(keys(first))+len(keys(second)), 62; got != want {
		t.Errorf("two pages show %d deliveries, want %d", got, want)
	}
	if streams := second.all("*", func(n *html.Node) bool { _, ok := attr(n, "data-stream"); return ok }); len(streams) != 0 {
		t.Error("an older page listens to the stream")
	}
}

func TestUnknownThingsAreNotFound(t *testing.T) {
	r := newRig(t)
	for _, path := range []string{
		"/nothing", "/deliveries/none", "/subscriptions/none", "/platforms/none", "/platforms/" + invented.ID + "?profile=v9",
		"/platforms/" + invented.ID + "/none", "/platforms/" + invented.ID + "/" + invented.NoteAdded + "?variant=none",
	} {
		page := r.get(path).want(http.StatusNotFound)
		checkHeaders(t, page)
		page.holds("404")
	}
	r.get("/platforms/" + invented.ID + "/" + invented.NoteAdded + "?seed=-1").want(http.StatusBadRequest).holds("seed must be")
	rec := httptest.NewRecorder()
	r.handler.ServeHTTP(rec, httptest.NewRequest(http.MethodDelete, "/subscriptions", http.NoBody))
	if rec.Code != http.StatusMethodNotAllowed {
		t.Errorf("DELETE /subscriptions: status %d, want 405", rec.Code)
	}
}

func TestDeliveryPageShowsTheWholeStory(t *testing.T) {
	r := newRig(t)
	sub := r.subscribe()
	r.wire.reply = payloads.Reply{Status: 503, Header: payloads.H("X-Busy", "yes"), Body: []byte(`{"a":[1,2.50]}`)}
	id := r.deliver()
	r.get("/deliveries/"+id).want(http.StatusOK).holds(
		"retrying", "status 503", "Attempt 2 is due", "if attempts fail, further ones after 60 s, 180 s", "X-Busy", "2.50", "hmac-sha256",
		invented.SignatureHeader, "fingerprint", "NOTE_ADDED", "Repeat verbatim", "The marked part comes before the body",
	)
	r.run(11 * time.Second)
	page := r.get("/deliveries/" + id)
	var keys []string
	for _, n := range page.all("li", func(n *html.Node) bool { return strings.HasPrefix(value(n, "data-key"), "attempt-") }) {
		keys = append(keys, value(n, "data-key"))
	}
	if got := strings.Join(keys, " "); got != "attempt-2 attempt-1" {
		t.Errorf("attempts %q, want the newest first", got)
	}
	for _, format := range []string{"curl", "http", "har"} {
		want := "/api/v1/deliveries/" + id + "/export?format=" + format
		if len(page.all("a", func(n *html.Node) bool { return value(n, "href") == want })) != 1 {
			t.Errorf("no link to the %s export", format)
		}
	}
	if strings.Contains(page.body, string(sub.Secret)) {
		t.Error("the page shows the secret")
	}
}

func TestCollectingDelivery(t *testing.T) {
	r := newRig(t)
	r.subscribe(func(s *subscriptions.Subscription) { s.Options = []byte(`{"window":"1m"}`) })
	id := r.deliver()
	r.get("/deliveries/"+id).want(http.StatusOK).holds("collecting", "The batch is closed", "Still collecting events")
}

func TestDeletedSubscription(t *testing.T) {
	r := newRig(t)
	sub := r.subscribe()
	id := r.deliver()
	if _, err := r.scheduler.Unsubscribe(t.Context(), sub.ID); err != nil {
		t.Fatal(err)
	}
	page := r.get("/deliveries/"+id).want(http.StatusOK).holds("deleted", "its subscription does not exist any more")
	if got := len(page.all("button", func(n *html.Node) bool { _, off := attr(n, "disabled"); return off })); got != 3 {
		t.Errorf("%d replay buttons are switched off, want 3", got)
	}
}
