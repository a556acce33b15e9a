package dashboard_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/payloadtest/invented"
	"github.com/annohook/annohook/scheduler"
	"github.com/annohook/annohook/subscriptions"
	"github.com/annohook/annohook/web/dashboard"
)

// classed lists the elements of a name that have the class.
func (a answer) classed(name, class string) []*html.Node {
	return a.all(name, func(n *html.Node) bool { return slices.Contains(strings.Fields(value(n, "class")), class) })
}

// inPart is the element that is swapped under that name.
func (a answer) inPart(name string) answer {
	a.t.Helper()
	found := a.all("*", func(n *html.Node) bool { return value(n, "data-part") == name })
	if len(found) != 1 {
		a.t.Fatalf("%d parts are called %s, want 1", len(found), name)
	}
	a.doc = found[0]
	return a
}

func TestEmptyPageIsATutorial(t *testing.T) {
	r := newRig(t, func(o *dashboard.Options) { o.BaseURL, o.Token = "http://127.0.0.1:4711/", true })
	steps := func(want string) answer {
		t.Helper()
		page := r.get("/").want(http.StatusOK)
		var done []string
		for _, n := range page.classed("li", "done") {
			done = append(done, value(n, "data-step"))
		}
		if got := strings.Join(done, " "); got != want {
			t.Errorf("ticked off: %q, want %q", got, want)
		}
		return page
	}
	steps("").holds(
		"Nothing was sent yet", "annohook listen --platform "+invented.ID+" --addr 127.0.0.1:9000 --secret '",
		"curl -X POST http://127.0.0.1:4711/api/v1/subscriptions", `-H "Authorization: Bearer $ANNOHOOK_TOKEN"`,
		"annohook trigger "+invented.ID+" "+invented.NoteAdded+` --server http://127.0.0.1:4711 --token "$ANNOHOOK_TOKEN"`,
		"annohook dev http://127.0.0.1:3000/hook --platform "+invented.ID,
	)
	r.subscribe(func(s *subscriptions.Subscription) {
		s.URL, s.Events = "http://127.0.0.1:8123/in", []string{invented.Sheets}
	})
	steps("subscription").holds(
		"1 subscription is registered", "annohook listen --platform "+invented.ID+` --addr 127.0.0.1:8123 --secret "$SECRET"`,
		"annohook trigger "+invented.ID+" "+invented.Sheets,
	)
	r.wire.reply = payloads.Reply{Failure: payloads.FailureRefused, Message: "connection refused"}
	sheets := func(tr *scheduler.Trigger) { tr.Type = invented.Sheets }
	r.deliver(sheets)
	steps("subscription event").holds("Almost there", "The latest attempt got no answer from http://127.0.0.1:8123/in : refused", "Newest deliveries")
	r.wire.reply = payloads.Reply{Status: 200}
	r.deliver(sheets)
	steps("listener subscription event").holds("That was the whole trip")
	r.deliver(sheets)
	if page := steps(""); len(page.classed("div", "tutorial")) != 0 {
		t.Error("the tutorial stays")
	}
}

// TestTutorialCommandsAreWhole copies commands from the page: no character of them may be lost or escaped.
func TestTutorialCommandsAreWhole(t *testing.T) {
	r := newRig(t)
	var commands []string
	for _, n := range r.get("http://127.0.0.1:8080/").classed("pre", "command") {
		if _, ok := attr(n, "data-copy"); !ok {
			t.Errorf("%s cannot be copied", textOf(n))
		}
		commands = append(commands, textOf(n))
	}
	if len(commands) != 3 {
		t.Fatalf("commands: %q", commands)
	}
	_, secret, _ := strings.Cut(commands[0], " --secret ")
	want := "curl -X POST http://127.0.0.1:8080/api/v1/subscriptions \\\n  -H 'Content-Type: application/json' \\\n" +
		`  -d '{"platform":"` + invented.ID + `","url":"http://127.0.0.1:9000/","secret":"` + strings.Trim(secret, "'") + `"}'`
	if diff := cmp.Diff(want, commands[1]); diff != "" || secret == "" {
		t.Errorf("secret %q, curl (-want +got):\n%s", secret, diff)
	}
}

func TestLivePageCounts(t *testing.T) {
	r := newRig(t)
	r.subscribe()
	r.deliver()
	r.wire.reply = payloads.Reply{Status: 500}
	r.deliver()
	got := map[string]string{}
	for _, n := range r.get("/").inPart("counts").all("a", nil) {
		number, status, _ := strings.Cut(strings.Join(strings.Fields(textOf(n)), " "), " ")
		got[status] = number + " " + value(n, "href")
	}
	want := map[string]string{
		"deliveries": "2 /deliveries", "succeeded": "1 /deliveries?status=succeeded", "failed": "0 /deliveries?status=failed",
		"retrying": "1 /deliveries?status=retrying", "pending": "0 /deliveries?status=pending",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("counts (-want +got):\n%s", diff)
	}
}

func TestStreamPrintsTheDayOfOldDeliveriesOnly(t *testing.T) {
	r := newRig(t)
	r.subscribe()
	for range 2 {
		r.deliver()
		r.run(13 * time.Hour)
	}
	r.deliver()
	var got []string
	for _, row := range r.get("/").all("tr", func(n *html.Node) bool { return value(n, "data-key") != "" }) {
		list := cells(row)
		got = append(got, list[len(list)-1])
	}
	if diff := cmp.Diff([]string{"05:04:07", "01-02 16:04", "01-02 03:04"}, got); diff != "" {
		t.Errorf("times (-want +got):\n%s", diff)
	}
}

// cells is the text of each cell of a row.
func cells(row *html.Node) []string {
	var list []string
	for n := range row.ChildNodes() {
		if n.Data == "td" {
			list = append(list, strings.Join(strings.Fields(textOf(n)), " "))
		}
	}
	return list
}

func TestQuickTriggerSaysWhatItMade(t *testing.T) {
	r := newRig(t)
	sub := r.subscribe()
	other := r.subscribe()
	fields := r.get("/").want(http.StatusOK).fields("/trigger")
	fields.Set("event", invented.ID+"/"+invented.NoteAdded)
	both := r.get(r.post("/trigger", fields).seeOther()).want(http.StatusOK).holds("2 deliveries were made.")
	if got := answered(both); !strings.HasPrefix(got, "/deliveries?") || len(keysOf(r.get(got))) != 2 {
		t.Errorf("the answer leads to %s", got)
	}
	fields.Set("subscription", other.ID)
	one := r.get(r.post("/trigger", fields).seeOther()).want(http.StatusOK).holds("1 delivery was made.")
	r.get(answered(one)).want(http.StatusOK).holds(other.URL)
	if got := one.fields("/trigger"); got.Get("event") != fields.Get("event") || got.Get("subscription") != other.ID || got.Get("count") != "1" {
		t.Errorf("the choice is not kept: %v", got)
	}
	fields.Set("subscription", sub.ID)
	fields.Set("count", "3")
	many := r.get(r.post("/trigger", fields).seeOther()).want(http.StatusOK).holds("3 deliveries were made.")
	if got := len(keysOf(r.get(answered(many)))); got != 6 {
		t.Errorf("the answer leads to %d deliveries, want those of the type, 6", got)
	}
	if page := r.get("/?made=-3"); strings.Contains(page.text(), "made.") {
		t.Errorf("a made-up answer is shown: %s", page.text())
	}
}

// answered is where the first link in the answer to a trigger leads.
func answered(a answer) string {
	a.t.Helper()
	for _, n := range a.all("*", func(n *html.Node) bool { return value(n, "id") == "quick-answer" }) {
		for c := range n.Descendants() {
			if c.Data == "a" {
				return value(c, "href")
			}
		}
	}
	a.t.Fatalf("no link in the answer: %s", a.text())
	return ""
}

// keysOf lists the keys of the rows of a page.
func keysOf(a answer) []string {
	var keys []string
	for _, n := range a.all("tr", func(n *html.Node) bool { return value(n, "data-key") != "" }) {
		keys = append(keys, value(n, "data-key"))
	}
	return keys
}

func TestQuickTriggerExplainsWhyNothingWasSent(t *testing.T) {
	r := newRig(t)
	fields := url.Values{"event": {invented.ID + "/" + invented.NoteAdded}, "count": {"2"}}
	page := r.post("/trigger", fields).want(http.StatusConflict).holds("Nothing was sent: Postbox has no subscription yet.", "Make a subscription of Postbox")
	if got := answered(page); got != "/subscriptions?platform="+invented.ID+"#new" {
		t.Errorf("the answer leads to %s", got)
	}
	if n := page.all("*", func(n *html.Node) bool { _, ok := attr(n, "data-stream"); return ok }); len(n) != 0 {
		t.Error("the answer to a form follows the stream: its address cannot be fetched again")
	}
	sub := r.subscribe(func(s *subscriptions.Subscription) { s.Enabled = false })
	page = r.post("/trigger", fields).want(http.StatusConflict).holds("no subscription wants this event", "it is disabled")
	if got := page.fields("/trigger").Get("count"); got != "2" {
		t.Errorf("the count is %s after a refusal", got)
	}
	fields.Set("subscription", "none")
	r.post("/trigger", fields).want(http.StatusUnprocessableEntity).holds("Nothing was sent.", "no subscription has the id")
	fields.Set("subscription", sub.ID)
	fields.Set("count", "0")
	r.post("/trigger", fields).want(http.StatusUnprocessableEntity).holds("Nothing was sent.", "a whole number from 1 to 1000 is allowed")
	fields.Set("count", "1")
	fields.Set("inline", "1") // a script asks, and shows what it is told
	fields.Set("event", invented.ID+"/"+invented.NoteAdded)
	r.post("/trigger", fields).want(http.StatusOK).holds("Nothing was sent", "it is disabled")
	fields.Del("inline")
	fields.Set("event", "nobody/nothing")
	r.post("/trigger", fields).want(http.StatusUnprocessableEntity).holds("unknown platform")
	if got := r.deliveries(); len(got) != 0 {
		t.Errorf("%d deliveries were made", len(got))
	}
}
