package scheduler

import (
	"testing"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/payloadtest"
	"github.com/annohook/annohook/payloads/payloadtest/invented"
	"github.com/annohook/annohook/subscriptions"
)

// TestTestSendReachesItsSubscription checks which event a test send is of: one that could really come.
func TestTestSendReachesItsSubscription(t *testing.T) {
	t.Parallel()
	p := invented.Platforms()[0]
	refused := ""
	p.Matches = func(_ subscriptions.Subscription, et payloads.EventType, _ *payloads.Object) (bool, string) {
		return et.Key != refused && refused != "all", "not for it"
	}
	for _, tt := range []struct {
		name, testEvent, refused, want string
		events                         []string
	}{
		{"its own test event", invented.Ping, "all", invented.Ping, nil},
		{"the first", "", "", invented.NoteAdded, nil},
		{"the first it wants", "", "", invented.Sheets, []string{invented.Sheets}},
		{"the first that reaches it", "", invented.NoteAdded, invented.NoteRemoved, nil},
		{"the first it wants, where none reaches it", "", "all", invented.NoteRemoved, []string{invented.NoteRemoved}},
		{"the platform's first, where it wants none", "", "", invented.NoteAdded, []string{}},
	} {
		p.TestEvent, refused = tt.testEvent, tt.refused
		if got := testType(p, subscriptions.Subscription{Events: tt.events}, payloadtest.Now()); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
}
