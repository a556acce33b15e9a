package scheduler_test

import (
	"cmp"
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/scheduler"
	"github.com/annohook/annohook/scheduler/memqueue"
	"github.com/annohook/annohook/sender"
	"github.com/annohook/annohook/sender/history"
)

// stalling is a history whose first Finish calls fail.
type stalling struct {
	history.History
	failures int
	calls    int
	err      error // nil: errStalled
}

var errStalled = errors.New("the store does not answer")

func (s *stalling) Finish(ctx context.Context, token history.Token, result history.Result) ([]history.Due, error) {
	if s.calls++; s.calls <= s.failures {
		return nil, cmp.Or(s.err, errStalled)
	}
	return s.History.Finish(ctx, token, result)
}

func TestEndOfAnAttemptIsRecordedWhenTheStoreIsBack(t *testing.T) {
	t.Parallel()
	store := &stalling{failures: 2}
	r := newRig(t, func(o *scheduler.Options) { store.History = o.History; o.History = store })
	r.subscribe("")
	id := r.publish(scheduler.Trigger{}).Deliveries[0].ID
	r.drain()
	r.wantStatus(id, history.Succeeded)
	if len(r.wire.sent) != 1 || store.calls != 3 {
		t.Errorf("%d requests, %d tries to record; want 1 and 3", len(r.wire.sent), store.calls)
	}
}

// A worker that is alive finds an attempt under its name that it does not make: the answer to the claim was lost. It was never made, so it keeps
// its number and is no duplicate.
func TestSweepGivesBackAClaimWhoseAnswerWasLost(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.subscribe("")
	id := r.publish(scheduler.Trigger{}).Deliveries[0].ID
	claimed, err := r.history.Claim(t.Context(), r.delivery(id).Ref(), history.Claim{Worker: "w1", At: r.queue.Now()})
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	r.drain()
	r.wantStatus(id, history.Succeeded)
	if attempts := r.attempts(id); len(attempts) != 1 || attempts[0].Duplicate || attempts[0].Number != 1 {
		t.Errorf("attempts %+v, want the first alone", attempts)
	}
	if _, err := r.history.Finish(t.Context(), claimed.Token, history.Result{Settle: history.Failed, At: r.queue.Now()}); !errors.Is(err, history.ErrStale) {
		t.Errorf("the lost attempt could still be recorded: %v", err)
	}
}

// A claim may be on its way for longer than any sweep waits: its worker knows that it asked.
func TestSweepLeavesAClaimOnItsWayAlone(t *testing.T) {
	t.Parallel()
	store := &slowClaim{}
	r := newRig(t, func(o *scheduler.Options) { store.History = o.History; o.History = store })
	store.meanwhile = func() {
		r.queue.Advance(time.Minute)
		if err := r.Sweep(t.Context()); err != nil {
			t.Error(err)
		}
	}
	r.subscribe("")
	id := r.publish(scheduler.Trigger{}).Deliveries[0].ID
	r.drain()
	r.wantStatus(id, history.Succeeded)
	if attempts := r.attempts(id); len(attempts) != 1 || len(r.wire.sent) != 1 {
		t.Errorf("%d requests, attempts %+v", len(r.wire.sent), attempts)
	}
}

// slowClaim is a history in which something happens between a claim and its answer.
type slowClaim struct {
	history.History
	meanwhile func()
}

func (s *slowClaim) Claim(ctx context.Context, ref history.Ref, claim history.Claim) (history.Claimed, error) {
	claimed, err := s.History.Claim(ctx, ref, claim)
	s.meanwhile()
	return claimed, err
}

// What was sent and could not be recorded is repeated as a duplicate, whatever made the store refuse.
func TestAttemptThatCannotBeRecordedIsInterrupted(t *testing.T) {
	t.Parallel()
	store := &stalling{failures: 8}
	r := newRig(t, func(o *scheduler.Options) { store.History = o.History; o.History = store })
	r.subscribe("")
	id := r.publish(scheduler.Trigger{}).Deliveries[0].ID
	r.drain()
	if err := r.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	r.drain()
	r.wantStatus(id, history.Succeeded)
	attempts := r.attempts(id)
	if len(attempts) != 2 || attempts[0].Outcome != history.Interrupted("").Outcome || !attempts[1].Duplicate {
		t.Errorf("attempts %+v, want an interrupted one and a duplicate", attempts)
	}
}

// A store in trouble is no reason to give up the end of an attempt, however often it refuses.
func TestEndOfAnAttemptOutlastsTrouble(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := &stalling{failures: 200, err: &scheduler.TroubleError{Reason: "the store is away"}}
		r := newRig(t, func(o *scheduler.Options) { store.History = o.History; o.History = store })
		r.subscribe("")
		id := r.publish(scheduler.Trigger{}).Deliveries[0].ID
		r.drain()
		r.wantStatus(id, history.Succeeded)
		if attempts := r.attempts(id); len(attempts) != 1 || store.calls != 201 {
			t.Errorf("%d tries to record, attempts %+v", store.calls, attempts)
		}
	})
}

// outage is a place for heartbeats that is away at times.
type outage struct {
	*scheduler.Memory
	away atomic.Bool
}

func (o *outage) Beat(ctx context.Context, w scheduler.Worker) error {
	if o.away.Load() {
		return &scheduler.TroubleError{Reason: "the store is away"}
	}
	return o.Memory.Beat(ctx, w)
}

// Workers whose beats could not be stored while the store was away are not dead; one that stays silent afterwards is.
func TestWorkersAreNotBlamedForTheStore(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := &outage{}
		r := newRig(t, func(o *scheduler.Options) {
			store.Memory, o.Workers = scheduler.NewMemory(time.Now), store
			o.Now, o.Queue = time.Now, memqueue.New(memqueue.Options{Now: time.Now})
		})
		r.subscribe("")
		id := r.publish(scheduler.Trigger{}).Deliveries[0].ID
		if _, err := r.history.Claim(t.Context(), r.delivery(id).Ref(), history.Claim{Worker: "other", At: time.Now()}); err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(t.Context())
		var running sync.WaitGroup
		running.Go(func() { _ = r.Run(ctx) })
		living, die := context.WithCancel(t.Context())
		running.Go(func() {
			for ; living.Err() == nil; time.Sleep(scheduler.BeatEvery) {
				_ = store.Beat(living, scheduler.Worker{ID: "other", Beat: time.Now()}) // away at times
			}
		})
		for _, away := range []bool{false, true, false} {
			store.away.Store(away)
			time.Sleep(20 * time.Second)
			if !r.delivery(id).InFlight {
				t.Fatalf("the attempt was taken from its worker, the store being away: %t", away)
			}
		}
		die()
		time.Sleep(scheduler.DeadAfter + 2*scheduler.SweepEvery)
		if attempts := r.attempts(id); len(attempts) != 2 || !attempts[1].Duplicate {
			t.Errorf("attempts %+v, want an interrupted one and a duplicate", attempts)
		}
		stop()
		running.Wait()
	})
}

// An attempt that takes longer than a lost one would is nobody else's.
func TestSweepLeavesRunningAttemptsAlone(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.subscribe("")
	id := r.publish(scheduler.Trigger{}).Deliveries[0].ID
	var swept error
	r.wire.takes = time.Minute
	answer := r.wire.answer
	r.wire.answer = func(n int, request sender.Request) payloads.Reply { // a minute after the attempt began
		swept = r.Sweep(t.Context())
		return answer(n, request)
	}
	if err := r.workers.Beat(t.Context(), scheduler.Worker{ID: "w1", Beat: r.queue.Now().Add(time.Minute)}); err != nil {
		t.Fatal(err)
	}
	r.drain()
	if swept != nil {
		t.Fatal(swept)
	}
	r.wantStatus(id, history.Succeeded)
	if attempts := r.attempts(id); len(attempts) != 1 {
		t.Errorf("attempts %+v", attempts)
	}
}
