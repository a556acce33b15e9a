package dashboard_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/payloadtest/invented"
	"github.com/annohook/annohook/scheduler"
)

func TestThePlatformPageTellsActionsStoriesAndTheNativeAPI(t *testing.T) {
	r := newRig(t)
	r.get("/platforms/"+invented.ID).want(http.StatusOK).holds(
		"Actions", invented.MoveNote, "Takes a note out of its box", invented.NoteRemoved+", "+invented.NoteAdded, "annohook act "+invented.ID+" ACTION",
		"Stories", "Tidy up", "annohook story "+invented.ID+" "+invented.StoryName, "moves the second", "after 1 s",
		"The platform's own API", "/"+invented.ID, invented.KeyHeader+": KEY", "/postbox-token",
	)
	r.get("/platforms/" + invented.ID + "?profile=v2").want(http.StatusOK).holds("/" + invented.ID + "@v2")
}

func TestADeliveryTellsTheActionThatRaisedIt(t *testing.T) {
	r := newRig(t)
	r.subscribe()
	acted, err := r.scheduler.Act(t.Context(), scheduler.Act{Platform: invented.ID, Action: invented.AddNotes, Params: payloads.Obj("text", "hello")})
	if err != nil {
		t.Fatal(err)
	}
	r.run(time.Second)
	r.get("/deliveries/"+acted.Deliveries[0].ID).want(http.StatusOK).holds("Raised by", invented.AddNotes, "hello")
	if page := r.get("/deliveries/" + r.deliver()).want(http.StatusOK); strings.Contains(page.text(), "Raised by") {
		t.Error("a triggered event has an action")
	}
}
