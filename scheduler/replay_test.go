package scheduler_test

import (
	"errors"
	"testing"
	"time"

	"github.com/annohook/annohook/payloads/payloadtest/invented"
	"github.com/annohook/annohook/scheduler"
	"github.com/annohook/annohook/sender/history"
	"github.com/annohook/annohook/subscriptions"
)

// One delivery that cannot be built again must not end a bulk replay in the middle, with a refusal although some were sent.
func TestReplayAllPassesOverWhatCannotBeBuiltAgain(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	stays := r.subscribe("")
	leaves := r.subscribe("")
	r.publish(scheduler.Trigger{Type: invented.NoteRemoved, SubscriptionIDs: []string{stays.ID}})
	r.publish(scheduler.Trigger{Type: invented.NoteRemoved, SubscriptionIDs: []string{leaves.ID}})
	r.publish(scheduler.Trigger{Type: invented.NoteRemoved, SubscriptionIDs: []string{stays.ID}})
	r.drain()
	// Profile v2 has no such event type.
	if _, err := r.Change(t.Context(), leaves.ID, func(s *subscriptions.Subscription) error { s.Profile = "v2"; return nil }); err != nil {
		t.Fatal(err)
	}
	n, err := r.ReplayAll(t.Context(), history.Query{}, scheduler.ReplayNew)
	if err != nil || n != 2 {
		t.Errorf("replayed %d of 2, error %v", n, err)
	}
	if n, err = r.ReplayAll(t.Context(), history.Query{EventID: "none"}, "again"); n != 0 || !invalidField(err, "mode") {
		t.Errorf("an unknown mode replayed %d, error %v", n, err)
	}
}

func invalidField(err error, field string) bool {
	var invalid *scheduler.InvalidError
	return errors.As(err, &invalid) && len(invalid.Problems) == 1 && invalid.Problems[0].Field == field
}

func TestAReplayIsToldAsItIsKept(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.subscribe("")
	id := r.publish(scheduler.Trigger{}).Deliveries[0].ID
	r.drain()
	r.queue.Advance(time.Second + 123*time.Nanosecond) // stores keep microseconds
	for _, mode := range scheduler.ReplayModes() {
		told, err := r.Replay(t.Context(), id, mode)
		if err != nil {
			t.Fatal(err)
		}
		if kept := r.delivery(told.ID); !kept.CreatedAt.Equal(told.CreatedAt) || !kept.NextAt.Equal(told.NextAt) {
			t.Errorf("%s: told %s, due %s; kept %s, due %s", mode, told.CreatedAt, told.NextAt, kept.CreatedAt, kept.NextAt)
		}
	}
}
