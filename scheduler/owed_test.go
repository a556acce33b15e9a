package scheduler_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/payloadtest/invented"
	"github.com/annohook/annohook/scheduler"
	"github.com/annohook/annohook/sender/history"
)

// beside is another process on the stores, the queue, the clock and the wire of r, with h in place of the history where it is not nil.
func (r *rig) beside(h history.History) *scheduler.Scheduler {
	r.t.Helper()
	return newRig(r.t, func(o *scheduler.Options) {
		o.Worlds, o.Subscriptions, o.History, o.Queue, o.Now, o.Sender = r.workers, r.store, r.history, r.queue, r.queue.Now, r.wire
		o.Random, o.Worker = rand.NewChaCha8([32]byte{2}), scheduler.Worker{ID: "w2"}
		if h != nil {
			o.History = h
		}
	}).Scheduler
}

// addThree is an action with three events.
func addThree() scheduler.Act {
	return scheduler.Act{Platform: invented.ID, Action: invented.AddNotes, Params: payloads.Obj("count", int64(3))}
}

// A process that dies between changing a world and recording its events, or in the middle of that, has them recorded by another: once each,
// for everybody.
func TestEventsThatADeadProcessOwedAreRecordedOnce(t *testing.T) {
	t.Parallel()
	for call := 1; call <= 7; call++ {
		for _, stored := range []bool{false, true} {
			r := newRig(t)
			r.subscribe(alone)
			r.subscribe(`{"window":"10s"}`)
			r.subscribe(`{"window":"10s"}`)
			dying := r.beside(&mortal{History: r.history, diesAt: call, stored: stored})
			if _, err := dying.Act(t.Context(), addThree()); !errors.Is(err, errDied) {
				t.Fatalf("dying at call %d: %v", call, err)
			}
			before := len(r.told())
			for range 2 { // the first sweep sees the debt, one that follows at once leaves its process the time
				if err := r.Sweep(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			if w, err := r.workers.World(t.Context(), invented.ID); err != nil || w.Owed == nil {
				t.Fatalf("dying at call %d: owes %q, error %v", call, w.Owed, err)
			}
			r.queue.Advance(scheduler.OwedFor)
			r.sweepAll()
			if w, err := r.workers.World(t.Context(), invented.ID); err != nil || w.Owed != nil {
				t.Errorf("dying at call %d: still owes %q, error %v", call, w.Owed, err)
			}
			told := r.told()
			slices.Sort(told)
			want := []string{"NOTE_ADDED 2 A", "NOTE_ADDED 2 A", "NOTE_ADDED 2 A", "NOTE_ADDED 3 A", "NOTE_ADDED 3 A", "NOTE_ADDED 3 A", "NOTE_ADDED 4 A", "NOTE_ADDED 4 A", "NOTE_ADDED 4 A"}
			if diff := cmp.Diff(want, told); diff != "" || before != 0 {
				t.Errorf("dying at call %d, stored %v: %d before, sent (-want +got):\n%s", call, stored, before, diff)
			}
			page, err := r.history.Events(t.Context(), invented.ID, "", 10)
			if err != nil || len(page.Items) != 3 || slices.ContainsFunc(page.Items, func(e history.Event) bool { return e.Variant != "short" }) {
				t.Errorf("dying at call %d, stored %v: events %+v, error %v", call, stored, page.Items, err)
			}
		}
	}
}

// A process that lives on does not wait for others to record what its store refused.
func TestAProcessRecordsItsOwnDebtAtOnce(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.subscribe(alone)
	process := r.beside(&mortal{History: r.history, diesAt: 1})
	if _, err := process.Act(t.Context(), addThree()); !errors.Is(err, errDied) || !strings.Contains(err.Error(), "yet") {
		t.Fatalf("error %v", err)
	}
	acted, err := process.Act(t.Context(), scheduler.Act{Platform: invented.ID, Action: invented.AddNotes})
	if err != nil || len(acted.Raised) != 1 {
		t.Fatalf("acted %+v, error %v", acted, err)
	}
	r.drain()
	want := []string{"NOTE_ADDED 2 A", "NOTE_ADDED 3 A", "NOTE_ADDED 4 A", "NOTE_ADDED 5 A"}
	told := r.told()
	slices.Sort(told) // the last is due while the first three still wait for their places
	if diff := cmp.Diff(want, told); diff != "" {
		t.Errorf("sent (-want +got):\n%s", diff)
	}
}

// overtaken is a history whose process stands still before one of its calls, for as long as others take to do something.
type overtaken struct {
	history.History
	calls     int
	stallsAt  int // the call of Append or Collect
	meanwhile func()
}

func (s *overtaken) stall() {
	if s.calls++; s.calls == s.stallsAt {
		s.meanwhile()
	}
}

func (s *overtaken) Append(ctx context.Context, events []history.Event, deliveries []history.New) error {
	s.stall()
	return s.History.Append(ctx, events, deliveries)
}

func (s *overtaken) Collect(
	ctx context.Context, e history.Event, part payloads.Message, fresh history.Delivery, limit int, at time.Time,
) (history.Collected, error) {
	s.stall()
	return s.History.Collect(ctx, e, part, fresh, limit, at)
}

// A process that stands still so long that another records its events, and then goes on, adds no event a second time: neither to the batch that the
// other opened nor, when that is on its way, to the next one.
func TestEventsAreRecordedOnceByTwoProcesses(t *testing.T) {
	t.Parallel()
	for call := 1; call <= 7; call++ {
		for _, sent := range []bool{false, true} {
			r := newRig(t)
			r.subscribe(alone)
			r.subscribe(`{"window":"10s"}`)
			r.subscribe(`{"window":"10s"}`)
			h := &overtaken{History: r.history, stallsAt: call, meanwhile: func() {
				for range 2 { // the first sweep sees the debt
					if err := r.Sweep(t.Context()); err != nil {
						t.Fatal(err)
					}
					r.queue.Advance(scheduler.OwedFor)
				}
				if sent {
					r.sweepAll()
				}
			}}
			acted, err := r.beside(h).Act(t.Context(), addThree())
			if err != nil {
				t.Fatalf("stalling at call %d: %v", call, err)
			}
			for _, raised := range acted.Raised {
				if len(raised.DeliveryIDs) != 3 {
					t.Errorf("stalling at call %d (sent meanwhile: %t): event %s went to %v, want 3 deliveries", call, sent, raised.ID, raised.DeliveryIDs)
				}
			}
			r.sweepAll()
			told := r.told()
			slices.Sort(told)
			want := []string{"NOTE_ADDED 2 A", "NOTE_ADDED 2 A", "NOTE_ADDED 2 A", "NOTE_ADDED 3 A", "NOTE_ADDED 3 A", "NOTE_ADDED 3 A", "NOTE_ADDED 4 A", "NOTE_ADDED 4 A", "NOTE_ADDED 4 A"}
			if diff := cmp.Diff(want, told); diff != "" {
				t.Errorf("stalling at call %d, sent meanwhile: %t (-want +got):\n%s", call, sent, diff)
			}
		}
	}
}

// slow is a history that takes its time to record.
type slow struct {
	history.History
	takes time.Duration
}

func (s slow) Append(ctx context.Context, events []history.Event, deliveries []history.New) error {
	time.Sleep(s.takes)
	return s.History.Append(ctx, events, deliveries)
}

// Actions of two processes take place one after another: the second one begins when the events of the first are recorded, by whom ever.
func TestAnActionWaitsForTheEventsOfTheOneBefore(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name  string
		first func(history.History) history.History
		after time.Duration
	}{
		{"that lives", func(h history.History) history.History { return slow{h, time.Second} }, time.Second},
		{"that is dead", func(h history.History) history.History { return &mortal{History: h, diesAt: 1} }, scheduler.OwedFor},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				r := newRig(t)
				r.subscribe(alone)
				process := func(seed byte, h history.History) *scheduler.Scheduler {
					return newRig(t, func(o *scheduler.Options) {
						o.Worlds, o.Subscriptions, o.History, o.Now, o.Random = r.workers, r.store, h, time.Now, rand.NewChaCha8([32]byte{seed})
					}).Scheduler
				}
				first, second := process(2, tc.first(r.history)), process(3, r.history)
				go func() { _, _ = first.Act(t.Context(), addThree()) }()
				synctest.Wait()
				began := time.Now()
				acted, err := second.Act(t.Context(), scheduler.Act{Platform: invented.ID, Action: invented.AddNotes})
				took := time.Since(began)
				if err != nil || !strings.Contains(string(acted.Events[0].Subject), `"5"`) {
					t.Errorf("acted %+v, error %v", acted, err)
				}
				if took < tc.after || took > tc.after+time.Second {
					t.Errorf("it took %s, want about %s", took, tc.after)
				}
				page, err := r.history.Events(t.Context(), invented.ID, "", 10)
				if err != nil || len(page.Items) != 4 || page.Items[0].ID != acted.Events[0].ID {
					t.Errorf("recorded %+v, error %v", page.Items, err)
				}
			})
		})
	}
}

// What a world owes may be from another version of the program. A world whose events nobody can make any more is not stuck for ever.
func TestDebtsThatCannotBePaidAreLetGo(t *testing.T) {
	t.Parallel()
	for _, debt := range []string{
		"", "{", "[]", `{"raised":7}`, `{"raised":[{"type":"note.lost","subject":"e30="}]}`, `{"raised":[{"type":"note.added","subject":"ew=="}]}`,
	} {
		r := newRig(t)
		r.subscribe(alone)
		world := scheduler.WorldState{State: []byte(`{"last":1,"notes":[]}`), Owed: []byte(debt)}
		if err := r.workers.PutWorld(t.Context(), invented.ID, world); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if err := r.Sweep(t.Context()); err != nil {
				t.Errorf("%q: %v", debt, err)
			}
			r.queue.Advance(scheduler.OwedFor)
		}
		if err := r.Sweep(t.Context()); err != nil {
			t.Errorf("%q: %v", debt, err)
		}
		if acted := r.act(invented.AddNotes, nil); len(acted.Events) != 1 {
			t.Errorf("%q: acted %+v", debt, acted)
		}
		if page, err := r.history.Events(t.Context(), "", "", 10); err != nil || len(page.Items) != 1 {
			t.Errorf("%q: %d events, error %v", debt, len(page.Items), err)
		}
	}
}

// A subscription that has gone meanwhile is no reason not to tell the others.
func TestADebtIsPaidToThoseWhoAreStillThere(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	stays, goes := r.subscribe(alone), r.subscribe(alone)
	r.subscribe(alone) // not named
	act := addThree()
	act.SubscriptionIDs = []string{stays.ID, goes.ID}
	if _, err := r.beside(&mortal{History: r.history, diesAt: 1}).Act(t.Context(), act); !errors.Is(err, errDied) {
		t.Fatalf("error %v", err)
	}
	if _, err := r.Unsubscribe(t.Context(), goes.ID); err != nil {
		t.Fatal(err)
	}
	if err := r.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	r.queue.Advance(scheduler.OwedFor)
	r.sweepAll()
	page, err := r.history.Events(t.Context(), "", "", 10)
	if err != nil || len(page.Items) != 3 {
		t.Fatalf("%d events, error %v", len(page.Items), err)
	}
	for _, e := range page.Items {
		if len(e.Deliveries) != 1 || e.Deliveries[0].SubscriptionID != stays.ID {
			t.Errorf("event %s went to %+v", e.ID, e.Deliveries)
		}
	}
}
