package memqueue

import (
	"context"
	"sync"
	"time"

	"github.com/annohook/annohook/scheduler"
	"github.com/annohook/annohook/sender/history"
)

// Virtual is a Queue with a clock of its own. The clock stands still until RunUntil or Drain move it.
type Virtual struct {
	*Queue
	clock *clock
}

var _ scheduler.Queue = (*Virtual)(nil)

// clock is a time that only moves when it is told to, and never backwards.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) jump(to time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if to.After(c.now) {
		c.now = to
	}
}

// NewVirtual returns an empty queue whose clock shows start.
func NewVirtual(start time.Time) *Virtual {
	c := &clock{now: start}
	return &Virtual{Queue: New(Options{Now: c.Now}), clock: c}
}

// Now is the time of the virtual clock; give it to everything that asks for the time.
func (v *Virtual) Now() time.Time { return v.clock.Now() }

// Advance moves the clock by d without running anything: work that takes time calls it.
func (v *Virtual) Advance(d time.Duration) { v.clock.jump(v.Now().Add(d)) }

// RunUntil runs every reference that is due by end, one after another in due order, the clock jumping to each, and leaves the clock at end.
// Handlers may enqueue more.
func (v *Virtual) RunUntil(ctx context.Context, end time.Time, handle func(context.Context, history.Due)) error {
	for ctx.Err() == nil {
		due, ok, _ := v.pop(end)
		if !ok {
			v.clock.jump(end)
			return nil
		}
		v.clock.jump(due.At)
		handle(ctx, due)
	}
	return ctx.Err()
}

// Drain runs until nothing waits any more.
func (v *Virtual) Drain(ctx context.Context, handle func(context.Context, history.Due)) error {
	for ctx.Err() == nil {
		next, ok := v.first()
		if !ok {
			return nil
		}
		if err := v.RunUntil(ctx, next, handle); err != nil {
			return err
		}
	}
	return ctx.Err()
}
