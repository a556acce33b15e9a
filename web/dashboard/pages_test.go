package dashboard_test

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/payloadtest/invented"
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
		"/", "/?event=" + invented.ID + "%2Fnote.added&made=2&of=id-000002", "/queue", "/deliveries", "/deliveries?status=retrying&q=note&platform=" + invented.ID + "&event=id-000002", "/deliveries/" + id,
		"/deliveries?q=code%3A5xx+latency%3A%3C1s&open=" + id, "/deliveries?q=stauts:failed&was=hook", "/deliveries/bulk?do=replay&id=" + id, "/deliveries/bulk?do=cancel&of=all",
		"/deliveries/" + id + "?attempt=1&tab=raw", "/deliveries/" + id + "?tab=headers", "/deliveries/" + id + "?tab=hex",
		"/subscriptions", "/subscriptions?platform=" + invented.ID, "/subscriptions?state=enabled&new=" + invented.ID, "/subscriptions/" + sub.ID, "/subscriptions/" + sub.ID + "?test=" + id,
		"/compose", "/compose?platform=" + invented.ID + "&type=" + invented.NoteAdded + "&variant=long&seed=3&set=note.text%20=%20x", "/compose?edit=json", "/compose?body=x",
		"/compose?how=rate&rate=99&now=never", "/compose/actions", "/compose/actions?action=" + invented.MoveNote, "/compose/actions?story=" + invented.StoryName, "/platforms",
		"/platforms/" + invented.ID, "/platforms/" + invented.ID + "?profile=v2",
		"/platforms/" + invented.ID + "/" + invented.NoteAdded + "?variant=long&seed=9", "/platforms?q=note&platform=" + invented.ID,
		"/platforms/" + invented.ID + "/" + invented.NoteAdded + "?view=schema", "/platforms/" + invented.ID + "/" + invented.NoteRemoved + "?view=raw", "/login", "/login?failed=1&next=/deliveries",
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
		// A title inside a drawing is its text.
		if got := len(page.all(name, func(n *html.Node) bool { return !inside(n, "svg") })); got < want || name != "nav" && got > want {
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
