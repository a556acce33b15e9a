package scheduler_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/annohook/annohook/scheduler"
	"github.com/annohook/annohook/scheduler/memqueue"
	"github.com/annohook/annohook/sender/history"
)

// A worker that starts after a kill -9 takes up what was in flight at once, not with its first regular sweep: one that is killed again and again
// within a second would never get there.
func TestAWorkerSweepsWhenItStarts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, func(o *scheduler.Options) {
			o.Workers, o.Gone = scheduler.NewMemory(time.Now), func(w scheduler.Worker) bool { return w.ID == "killed" }
			o.Now, o.Queue = time.Now, memqueue.New(memqueue.Options{Now: time.Now})
			if err := o.Workers.Beat(t.Context(), scheduler.Worker{ID: "killed", Beat: time.Now()}); err != nil {
				t.Fatal(err)
			}
		})
		r.subscribe("")
		id := r.publish(scheduler.Trigger{}).Deliveries[0].ID
		if _, err := r.history.Claim(t.Context(), r.delivery(id).Ref(), history.Claim{Worker: "killed", At: time.Now()}); err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(t.Context())
		var running sync.WaitGroup
		running.Go(func() { _ = r.Run(ctx) })
		time.Sleep(scheduler.SweepEvery / 2)
		if attempts := r.attempts(id); len(attempts) != 2 || !attempts[1].Duplicate {
			t.Errorf("attempts %+v, want an interrupted one and a duplicate", attempts)
		}
		stop()
		running.Wait()
	})
}

// brokenQueue is a queue that ends by itself.
type brokenQueue struct{ *memqueue.Queue }

func (brokenQueue) Run(context.Context, func(context.Context, history.Due)) error {
	return errQueueGone
}

var errQueueGone = errors.New("the queue is broken")

// A worker whose queue ended makes no attempts any more. It must not stay, sweeping and silent, as if it did.
func TestAWorkerEndsWithItsQueue(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, func(o *scheduler.Options) {
			o.Now = time.Now
			o.Queue = brokenQueue{memqueue.New(memqueue.Options{Now: time.Now})}
		})
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		if err := r.Run(ctx); !errors.Is(err, errQueueGone) || ctx.Err() != nil {
			t.Errorf("run ended with %v, its context with %v; want the queue's error at once", err, ctx.Err())
		}
		if workers, err := r.workers.Workers(t.Context()); err != nil || len(workers) > 0 {
			t.Errorf("workers %v, error %v; want none", workers, err)
		}
	})
}
