package dashboard_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/annohook/annohook/payloads/payloadtest/invented"
	"github.com/annohook/annohook/web/dashboard"
)

func TestCatalogueSearch(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for path, want := range map[string]string{
		"/platforms":                         "note.added note.removed sheets ping",
		"/platforms?q=note":                  "note.added note.removed",
		"/platforms?q=NOTE+long":             "note.added",
		"/platforms?q=removed":               "note.removed",
		"/platforms?platform=" + invented.ID: "note.added note.removed sheets ping",
		"/platforms?platform=nobody":         "",
		"/platforms?q=%3Cscript%3E":          "",
	} {
		page := r.get(path).want(http.StatusOK)
		var got []string
		for _, n := range page.all("tr", func(n *html.Node) bool { _, ok := attr(n, "data-filtered"); return ok }) {
			for a := range n.Descendants() {
				if a.Data == "a" {
					got = append(got, textOf(a))
					break
				}
			}
		}
		if text := strings.Join(got, " "); text != want {
			t.Errorf("%s shows %q, want %q", path, text, want)
		}
	}
	r.get("/platforms?q=nothing+such").holds("No event type has all of these words", "Show all 4")
	r.get("/platforms").holds("note.removed NOTE_REMOVED Postbox v1 only", "published by nobody", "timing assumed")
}

func TestPlatformPageTellsTheRules(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(o *dashboard.Options) { o.BaseURL = "http://127.0.0.1:4711" })
	page := r.get("/platforms/" + invented.ID).want(http.StatusOK)
	page.holds(
		"2 s for the whole exchange assumed invented", "200 to 299 succeeded delivered",
		"300 to 599; no answer in time, or no connection failed tried again, after 10 s, 60 s, 180 s; then given up",
		"def verify(headers, body, secret): ...", "func Verify() bool", "http://127.0.0.1:4711/"+invented.ID, `client = Postbox("http://127.0.0.1:4711/postbox")`,
		"take the attempt header", "tidy-up", "add-notes", "options.window", "loud",
	)
	axis := page.all("svg", func(n *html.Node) bool { return value(n, "class") == "retries" })
	if len(axis) != 1 || value(axis[0], "aria-label") != "Attempts at once, +10 s, +70 s, +250 s" {
		t.Errorf("schedule is not drawn: %d drawings", len(axis))
	}
	strict := r.get("/platforms/" + invented.ID + "?profile=v2").want(http.StatusOK)
	strict.holds(
		"none: one attempt only", "failed given up at once; counted, and 3 in a row switch the subscription off", "http://127.0.0.1:4711/postbox@v2",
		"Event types 4 2", "Not in all note.removed, sheets –", "Switches off never after 3 failures in a row",
	)
}

func TestTokenIsTheKeyOfTheNativeAPI(t *testing.T) {
	t.Parallel()
	newRig(t, func(o *dashboard.Options) { o.Token = true }).get("/platforms/" + invented.ID).holds("the server's token is the key")
	newRig(t).get("/platforms/" + invented.ID).holds("any key is accepted")
}

func TestEventPageShowsTheRequest(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	path := "/platforms/" + invented.ID + "/" + invented.NoteAdded
	pretty := r.get(path+"?variant=long&seed=9").want(http.StatusOK).holds("\"type\": \"NOTE_ADDED\"", invented.AttemptHeader+" 1 new at each attempt", "hmac-sha256")
	if strings.Contains(pretty.text(), "application/json new at") {
		t.Error("the content type is told to be new at each attempt")
	}
	r.get(path + "?view=raw").holds(`[{"type":"NOTE_ADDED","at":`)
	r.get(path+"?view=schema").holds("note object", "words integer 1", `text string "`, "https://json-schema.org/draft/2020-12/schema")
	r.get(path + "?seed=x").want(http.StatusBadRequest)
	r.get(path + "?view=nonsense").want(http.StatusOK)

	links := pretty.all("a", func(n *html.Node) bool { return inside(n, "nav") && strings.HasPrefix(value(n, "href"), path) })
	if len(links) != 5 {
		t.Fatalf("%d links to other profiles and views, want 5", len(links))
	}
	for _, n := range links {
		to, err := url.Parse(value(n, "href"))
		if err != nil || to.Query().Get("variant") != "long" || to.Query().Get("seed") != "9" {
			t.Errorf("%s does not keep variant and seed (%v)", value(n, "href"), err)
		}
		r.get(value(n, "href")).want(http.StatusOK)
	}
	only := r.get("/platforms/" + invented.ID + "/" + invented.NoteRemoved).want(http.StatusOK)
	if got := len(only.all("span", func(n *html.Node) bool { return value(n, "class") == "missing" })); got != 1 {
		t.Errorf("%d profiles are shown as lacking the type, want 1", got)
	}
}

// TestCatalogueLeadsSomewhere follows every link of the catalogue's pages within the program.
func TestCatalogueLeadsSomewhere(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	seen := map[string]bool{}
	for _, start := range []string{
		"/platforms", "/platforms/" + invented.ID, "/platforms/" + invented.ID + "?profile=v2", "/platforms/" + invented.ID + "/" + invented.NoteAdded,
	} {
		for _, n := range r.get(start).want(http.StatusOK).all("a", nil) {
			link := value(n, "href")
			if seen[link] || !strings.HasPrefix(link, "/") || strings.HasPrefix(link, "/api/") || link == "/metrics" {
				continue
			}
			seen[link] = true
			path, _, _ := strings.Cut(link, "#")
			if got := r.get(path); got.status != http.StatusOK {
				t.Errorf("%s leads to %s: status %d", start, link, got.status)
			}
		}
	}
	if len(seen) < 20 {
		t.Errorf("only %d links were followed", len(seen))
	}
}
