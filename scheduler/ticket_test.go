package scheduler_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/payloadtest/invented"
	"github.com/annohook/annohook/scheduler"
	"github.com/annohook/annohook/sender/history"
)

// mortal is a history whose process dies at a call: before it, or after it where the answer is lost.
type mortal struct {
	history.History
	calls  int
	diesAt int  // the call of Append or Collect that gets no answer; 0: none
	stored bool // it was carried out
}

var errDied = errors.New("the process died")

func (m *mortal) Append(ctx context.Context, events []history.Event, deliveries []history.New) error {
	if m.calls++; m.calls != m.diesAt {
		return m.History.Append(ctx, events, deliveries)
	}
	if m.stored {
		return errors.Join(errDied, m.History.Append(ctx, events, deliveries))
	}
	return errDied
}

func (m *mortal) Collect(
	ctx context.Context, e history.Event, part payloads.Message, fresh history.Delivery, limit int, at time.Time,
) (history.Collected, error) {
	if m.calls++; m.calls != m.diesAt {
		return m.History.Collect(ctx, e, part, fresh, limit, at)
	}
	if m.stored {
		_, err := m.History.Collect(ctx, e, part, fresh, limit, at)
		return history.Collected{}, errors.Join(errDied, err)
	}
	return history.Collected{}, errDied
}

// A trigger that is repeated with its ticket makes its events once, wherever the first run ended.
func TestATicketMakesATriggerHappenOnce(t *testing.T) {
	t.Parallel()
	for call := 1; call <= 7; call++ {
		for _, stored := range []bool{false, true} {
			store := &mortal{diesAt: call, stored: stored}
			r := newRig(t, func(o *scheduler.Options) { store.History = o.History; o.History = store })
			r.subscribe("")
			r.subscribe(`{"window":"10s"}`)
			r.subscribe(`{"window":"10s"}`)
			trigger := scheduler.Trigger{Platform: invented.ID, Type: invented.NoteAdded, Count: 3, Ticket: &scheduler.Ticket{At: r.queue.Now(), Nonce: "n"}}
			if _, err := r.Publish(t.Context(), trigger); !errors.Is(err, errDied) {
				t.Fatalf("dying at call %d: %v", call, err)
			}
			r.queue.Advance(scheduler.KeyInFlightFor)
			trigger.Ticket.Again = true
			got, err := r.Publish(t.Context(), trigger)
			if err != nil {
				t.Fatal(err)
			}
			if len(got.Events) != 3 || len(got.Deliveries) != 5 {
				t.Errorf("dying at call %d (stored %t): %d events and %d deliveries, want 3 and 3 + 2 batches", call, stored, len(got.Events), len(got.Deliveries))
			}
			r.sweepAll()
			all, err := r.history.List(t.Context(), history.Query{})
			if err != nil || len(all.Items) != 5 {
				t.Fatalf("%d deliveries, error %v", len(all.Items), err)
			}
			for _, d := range all.Items {
				if d.Status != history.Succeeded || len(d.EventIDs) != 3 && len(d.EventIDs) != 1 || !slices.IsSorted(d.EventIDs) {
					t.Errorf("dying at call %d (stored %t): delivery %+v", call, stored, d)
				}
			}
			if len(r.wire.sent) != 5 {
				t.Errorf("dying at call %d (stored %t): %d requests, want 5", call, stored, len(r.wire.sent))
			}
			if told := r.told(); len(told) != 9 {
				t.Errorf("dying at call %d (stored %t): told of %d events, want 3 for each subscription", call, stored, len(told))
			}
		}
	}
}

// sweepAll goes on until nothing waits: what a dead process never enqueued is found by the sweep.
func (r *rig) sweepAll() {
	r.t.Helper()
	for range 5 {
		r.queue.Advance(15 * time.Second)
		if err := r.Sweep(r.t.Context()); err != nil {
			r.t.Fatal(err)
		}
		r.drain()
	}
}

// Ids made by a ticket are proper, different, and in the order of their making.
func TestIDsOfATicket(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.subscribe("")
	at := time.Date(2026, 1, 2, 3, 4, 5, 6e6, time.UTC)
	var ids []string
	for _, nonce := range []string{"a", "b"} {
		p, err := r.Publish(t.Context(), scheduler.Trigger{Platform: invented.ID, Type: invented.NoteAdded, Count: 50, Ticket: &scheduler.Ticket{At: at, Nonce: nonce}})
		if err != nil {
			t.Fatal(err)
		}
		var mine []string
		for _, e := range p.Events {
			mine = append(mine, e.ID)
		}
		if !slices.IsSorted(mine) {
			t.Errorf("ids of events are out of order: %v", mine)
		}
		for _, d := range p.Deliveries {
			mine = append(mine, d.ID)
		}
		ids = append(ids, mine...)
	}
	for _, text := range ids {
		id, err := uuid.Parse(text)
		if err != nil || id.Version() != 7 || id.Variant() != uuid.RFC4122 {
			t.Errorf("%s: version %d, variant %s, error %v", text, id.Version(), id.Variant(), err)
		}
		if sec, nsec := id.Time().UnixTime(); !time.Unix(sec, nsec).Equal(at) {
			t.Errorf("%s was made at %s, want %s", text, time.Unix(sec, nsec).UTC(), at)
		}
	}
	slices.Sort(ids)
	if n := len(slices.Compact(ids)); n != 200 {
		t.Errorf("%d different ids, want 200", n)
	}
}
