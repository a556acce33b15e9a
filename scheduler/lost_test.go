package scheduler_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/scheduler"
	"github.com/annohook/annohook/sender"
	"github.com/annohook/annohook/sender/history"
)

// stalling is a history whose first Finish calls fail.
type stalling struct {
	history.History
	failures int
	calls    int
}

var errStalled = errors.New("the store does not answer")

func (s *stalling) Finish(ctx context.Context, token history.Token, result history.Result) ([]history.Due, error) {
	if s.calls++; s.calls <= s.failures {
		return nil, errStalled
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

// A worker that is alive finds attempts under its name that it does not make, and leaves those alone whose claim may be on its way.
func TestSweepFindsWhatItsOwnWorkerLost(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.subscribe("")
	id := r.publish(scheduler.Trigger{}).Deliveries[0].ID
	claimed, err := r.history.Claim(t.Context(), r.delivery(id).Ref(), history.Claim{Worker: "w1", At: r.queue.Now()})
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		after  time.Duration
		flying bool
	}{{0, true}, {30 * time.Second, true}, {16 * time.Second, false}} {
		r.queue.Advance(step.after)
		if err := r.workers.Beat(t.Context(), scheduler.Worker{ID: "w1", Beat: r.queue.Now()}); err != nil {
			t.Fatal(err)
		}
		if err := r.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := r.delivery(id).InFlight; got != step.flying {
			t.Fatalf("%s later in flight: %v, want %v", step.after, got, step.flying)
		}
	}
	r.drain()
	r.wantStatus(id, history.Succeeded)
	attempts := r.attempts(id)
	if len(attempts) != 2 || attempts[0].Outcome != history.Interrupted("").Outcome || !attempts[1].Duplicate {
		t.Errorf("attempts %+v", attempts)
	}
	if _, err := r.history.Finish(t.Context(), claimed.Token, history.Result{Settle: history.Failed, At: r.queue.Now()}); !errors.Is(err, history.ErrStale) {
		t.Errorf("the lost attempt could still be recorded: %v", err)
	}
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
