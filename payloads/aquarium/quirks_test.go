package aquarium_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/payloadtest"
	"github.com/annohook/annohook/subscriptions"
)

func TestSwitchesOfTheWire(t *testing.T) {
	for _, p := range []payloads.Platform{current(), documented()} {
		quirks := map[bool]string{true: "label_coorindate_frame", false: "label_coordinate_frame"}
		for value, want := range quirks {
			event := build(t, p, "issue-exported", "", 1, func(s *subscriptions.Subscription) { s.Quirks = map[string]bool{"documented-spelling": value} })
			label := list(t, list(t, event, "issue.elements")[0], "frame_data.label_data")[0]
			if got := keys(t, payloads.Obj("l", label), "l"); got[2] != want {
				t.Errorf("%s: with documented-spelling %v the keys are %v", p.Profile, value, got)
			}
		}
	}
	iso := build(t, current(), "issue-exported", "", 1, func(s *subscriptions.Subscription) { s.Quirks = map[string]bool{"python-dates": false} })
	if got, _ := at(t, list(t, iso, "issue.elements")[0], "frame_data.date_captured").(string); got[10] != 'T' {
		t.Errorf("without python-dates it is %s", got)
	}
	s := payloadtest.Subscription(current())
	s.Quirks = map[string]bool{"compact-json": true}
	messages, err := current().Compose(payloads.Item{Subscription: s, Event: payloads.Obj("event", "é", "project", "p")})
	if err != nil || string(messages[0].Body) != `{"event":"é","project":"p"}` {
		t.Errorf("compact-json gives %s, %v", messages[0].Body, err)
	}
}

func TestTestSendUnderAnotherName(t *testing.T) {
	for _, test := range []struct {
		events []string
		want   string
	}{{nil, "dataset-complete"}, {[]string{"issue-update", "issue-exported"}, "issue-update"}} {
		event := build(t, current(), "test", "", 1, func(s *subscriptions.Subscription) {
			s.Events, s.Quirks = test.events, map[string]bool{"test-as-event": true}
		})
		if at(t, event, "event") != test.want || event.Len() != 2 {
			t.Errorf("a test for %v is %s", test.events, printed(t, event))
		}
	}
	if event := build(t, current(), "issue-update", "", 1, quirk("test-as-event")); at(t, event, "event") != "issue-update" {
		t.Error("the quirk renames real events, too")
	}
}

// TestQuirksOfActions wants the switches of the entities to work on the events of actions, too.
func TestQuirksOfActions(t *testing.T) {
	o := newOffice(t)
	show := func(quirk, action string, params ...any) *payloads.Object {
		effect, err := o.try(action, params...)
		if err != nil {
			t.Fatal(err)
		}
		s := payloadtest.Subscription(o.platform)
		s.Quirks = map[string]bool{quirk: true}
		return o.show(effect.Raised[0], s)
	}
	glued := show("glued-inference-id", "upload-dataset", "kind", "inference-set", "name", "i")
	if id, _ := at(t, glued, "dataset.id").(string); !strings.HasPrefix(id, "inferences_") || !strings.HasSuffix(id, "_i") {
		t.Errorf("glued %s", printed(t, glued))
	}
	single := show("single-issue", "create-issues", "count", 2, "name", "one")
	if at(t, single, "issue.name") != "one" {
		t.Errorf("single %s", printed(t, single))
	}
	if omitted := show("omit-inference-set", "create-issues", "inference_set", ""); slices.Contains(keys(t, payloads.Obj("i", list(t, omitted, "issues")[0]), "i"), "inference_set") {
		t.Errorf("omitted %s", printed(t, omitted))
	}
}
