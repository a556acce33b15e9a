package scheduler_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/annohook/annohook/payloads/payloadtest/invented"
	"github.com/annohook/annohook/scheduler"
)

// requests are everything that would add deliveries; id is one to replay.
func (r *rig) requests(id string) map[string]error {
	r.t.Helper()
	trigger := scheduler.Trigger{Platform: invented.ID, Type: invented.NoteAdded}
	_, errPublish := r.Publish(r.t.Context(), trigger)
	_, errAct := r.Act(r.t.Context(), scheduler.Act{Platform: invented.ID, Action: invented.AddNotes})
	_, errReplay := r.Replay(r.t.Context(), id, scheduler.ReplayRetry)
	return map[string]error{"publish": errPublish, "act": errAct, "replay": errReplay}
}

func TestBacklogIsBounded(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(o *scheduler.Options) { o.Backlog = 5 })
	r.subscribe(alone)
	first := r.publish(scheduler.Trigger{Count: 3})
	r.publish(scheduler.Trigger{Count: 3}) // three of five are not settled when it comes
	before := r.notes()
	for what, err := range r.requests(first.Deliveries[0].ID) {
		if !errors.Is(err, scheduler.ErrBusy) || !strings.Contains(err.Error(), "6 deliveries") {
			t.Errorf("%s with a full backlog: %v", what, err)
		}
	}
	if after := r.notes(); len(after) != len(before) {
		t.Errorf("a refused action changed the world: %v", after)
	}
	counts, err := r.history.Counts(t.Context())
	if err != nil || counts.Waiting != 6 {
		t.Errorf("%d waiting, error %v; want the 6 accepted", counts.Waiting, err)
	}
	r.drain()
	for what, err := range r.requests(first.Deliveries[0].ID) {
		if err != nil {
			t.Errorf("%s after the backlog was worked off: %v", what, err)
		}
	}
}

// What other processes accept is seen a second later.
func TestBacklogOfOthersIsSeen(t *testing.T) {
	t.Parallel()
	one := newRig(t, func(o *scheduler.Options) { o.Backlog = 5 })
	two := newRig(t, func(o *scheduler.Options) {
		o.Worlds, o.Subscriptions, o.History, o.Now = one.workers, one.store, one.history, one.queue.Now
		newID := o.NewID
		o.NewID = func() string { return "other-" + newID() }
	})
	one.subscribe(alone)
	one.publish(scheduler.Trigger{})
	two.publish(scheduler.Trigger{Count: 10})
	one.publish(scheduler.Trigger{}) // its reading is not a second old
	one.queue.Advance(time.Second)
	if _, err := one.Publish(t.Context(), scheduler.Trigger{Platform: invented.ID, Type: invented.NoteAdded}); !errors.Is(err, scheduler.ErrBusy) {
		t.Errorf("error %v", err)
	}
}

func TestFullStoreTakesNoEvents(t *testing.T) {
	t.Parallel()
	var full error
	r := newRig(t, func(o *scheduler.Options) { o.Full = func(context.Context) error { return full } })
	r.subscribe(alone)
	first := r.publish(scheduler.Trigger{})
	full = errors.New("95 % full")
	r.queue.Advance(time.Second)
	for what, err := range r.requests(first.Deliveries[0].ID) {
		if !errors.Is(err, scheduler.ErrBusy) || !errors.Is(err, full) {
			t.Errorf("%s with a full store: %v", what, err)
		}
	}
	r.drain() // what was accepted is delivered
	if len(r.wire.sent) != 1 {
		t.Errorf("%d requests sent", len(r.wire.sent))
	}
	full = nil
	for what, err := range r.requests(first.Deliveries[0].ID) {
		if err != nil {
			t.Errorf("%s with room again: %v", what, err)
		}
	}
}
