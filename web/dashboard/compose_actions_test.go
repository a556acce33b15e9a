package dashboard_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"github.com/annohook/annohook/payloads/payloadtest/invented"
	"github.com/annohook/annohook/subscriptions"
)

const actionsPath = "/compose/actions"

func TestActionsPageDoesAnAction(t *testing.T) {
	r := newRig(t)
	sub := r.subscribe()
	fields := r.get(actionsPath+"?platform="+invented.ID+"&action="+invented.AddNotes).want(http.StatusOK).
		holds("Adds some notes to a box.", "Raises "+invented.NoteAdded, "From 1 to 1000.", "The world of Postbox", "The first note.").fields(actionsPath)
	fields.Set("p:count", "2")
	fields.Set("p:text", "hello")
	fields.Set("p:box", "C")
	fields.Set("seed", "5")
	target := r.post(actionsPath, fields).seeOther()
	r.run(time.Second)
	page := r.get(withoutFragment(target)).want(http.StatusOK).holds("Done: Add notes", `{"count":2,"text":"hello","box":"C"}`, `["2","3"]`, "succeeded", "seed 5")
	checkStructure(t, page)
	checkLabels(t, page)
	checkNothingInline(t, page)
	for _, d := range r.deliveries() {
		if links := page.all("a", func(n *html.Node) bool { return value(n, "href") == "/deliveries/"+d.ID }); len(links) != 1 {
			t.Errorf("%d links to delivery %s", len(links), d.ID)
		}
	}
	if got := page.fields(actionsPath).Get("p:text"); got != "hello" {
		t.Errorf("the form forgets what was typed: %q", got)
	}
	if len(r.deliveries()) != 2 || r.deliveries()[0].SubscriptionID != sub.ID {
		t.Errorf("%d deliveries, want 2", len(r.deliveries()))
	}
	fields = r.get(actionsPath + "?action=" + invented.MoveNote).fields(actionsPath)
	fields.Set("p:note", "99")
	r.post(actionsPath, fields).want(http.StatusUnprocessableEntity).holds(`no note has the id "99"`, "Nothing was done")
	fields.Set("p:note", strings.Repeat("x", 21))
	r.post(actionsPath, fields).want(http.StatusUnprocessableEntity).holds("must be a string of 0 to 20 characters")
	r.post(actionsPath, url.Values{"platform": {invented.ID}, "action": {"none"}}).want(http.StatusBadRequest)
	fields.Set("p:note", "2")
	fields.Set("seed", "x")
	r.post(actionsPath, fields).want(http.StatusUnprocessableEntity).holds("a whole number from 0")
}

func TestActionsPageTellsWhoDoesNotGetAnEvent(t *testing.T) {
	r := newRig(t)
	r.subscribe(func(s *subscriptions.Subscription) { s.Events = []string{invented.Sheets} })
	target := r.post(actionsPath, url.Values{"platform": {invented.ID}, "action": {invented.AddNotes}}).seeOther()
	r.get(withoutFragment(target)).want(http.StatusOK).holds("nobody gets it", "it wants other events")
}

func TestActionsPagePlaysAStory(t *testing.T) {
	r := newRig(t)
	r.subscribe()
	link := actionsPath + "?platform=" + invented.ID + "&story=" + invented.StoryName
	fields := r.get(link).want(http.StatusOK).holds("Tidy up", "adds two notes", "after 1 s").fields(actionsPath + "/story")
	fields.Set("do", "step")
	target := r.post(actionsPath+"/story", fields).seeOther()
	page := r.get(withoutFragment(target)).want(http.StatusOK).holds("1 of 2 steps played", "adds two notes", "Play step 2")
	checkStructure(t, page)
	forms := page.all("form", func(n *html.Node) bool { return strings.HasPrefix(value(n, "action"), actionsPath+"/story/") })
	if len(forms) != 1 {
		t.Fatalf("%d forms play the next step", len(forms))
	}
	target = r.post(value(forms[0], "action"), url.Values{"do": {"step"}}).seeOther()
	r.get(withoutFragment(target)).holds("2 of 2 steps played", invented.NoteRemoved, `{"note":"3","box":"C"}`)
	if got := len(r.deliveries()); got != 4 {
		t.Errorf("%d deliveries, want 4", got)
	}
	fields.Set("do", "all")
	target = r.post(actionsPath+"/story", fields).seeOther()
	r.get(withoutFragment(target)).holds("2 of 2 steps played")
	if got := len(r.deliveries()); got != 8 {
		t.Errorf("%d deliveries, want 8", got)
	}
	r.post(actionsPath+"/story/99", url.Values{"do": {"step"}}).want(http.StatusNotFound)
	r.get(link + "&play=99").want(http.StatusOK).holds("Play the first step")
}

func TestActionsPageResetsTheWorld(t *testing.T) {
	r := newRig(t)
	r.post(actionsPath, url.Values{"platform": {invented.ID}, "action": {invented.AddNotes}, "p:text": {"soon gone"}}).seeOther()
	r.get(actionsPath).holds("soon gone")
	r.post(actionsPath+"/reset", url.Values{"platform": {invented.ID}}).seeOther()
	if page := r.get(actionsPath); strings.Contains(page.text(), "soon gone") {
		t.Error("the world is as it was")
	}
	r.post(actionsPath+"/reset", url.Values{"platform": {"none"}}).want(http.StatusUnprocessableEntity)
}

func TestActionsPageKeepsHostileText(t *testing.T) {
	r := newRig(t)
	for _, text := range corpus() {
		target := r.post(actionsPath, url.Values{"platform": {invented.ID}, "action": {invented.AddNotes}, "p:text": {text}}).seeOther()
		page := r.get(withoutFragment(target)).want(http.StatusOK)
		checkNothingInline(t, page)
		checkStructure(t, page)
		if !strings.Contains(page.text(), "marker") {
			t.Errorf("%q is not shown", text)
		}
	}
}

// withoutFragment is what a browser asks the server for.
func withoutFragment(target string) string {
	path, _, _ := strings.Cut(target, "#")
	return path
}
