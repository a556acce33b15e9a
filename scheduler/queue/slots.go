package queue

import (
	"context"
	"sync"

	"golang.org/x/sync/semaphore"

	"github.com/annohook/annohook/sender/history"
)

// slots bounds the handlers of one process. A server takes a task only while it holds slots for a whole bundle, so what leaves Asynq begins at
// once: nothing waits in a process that is full while another one idles, and the sweep need not guess about it.
type slots struct {
	free    *semaphore.Weighted
	reserve int64
}

func newSlots(total, servers int) *slots {
	return &slots{free: semaphore.NewWeighted(int64(total)), reserve: int64(max(1, min(BundleMost, total/servers)))}
}

// reserved are the slots that one server holds for its next task.
type reserved struct {
	slots *slots
	work  context.Context // how long the next slot of a task is waited for
	until context.Context // how long slots for the next task are

	mu   sync.Mutex
	held int64
}

// take turns a reserved slot into a used one, or waits for one when none is reserved, which happens where a whole process has fewer slots than
// a bundle has references.
func (r *reserved) take() error {
	r.mu.Lock()
	mine := r.held > 0
	if mine {
		r.held--
	}
	r.mu.Unlock()
	if mine {
		return nil
	}
	return r.slots.free.Acquire(r.work, 1)
}

// refill waits until slots for a whole bundle are reserved again, or the run ends.
func (r *reserved) refill() {
	r.mu.Lock()
	missing := r.slots.reserve - r.held
	r.mu.Unlock()
	if missing <= 0 || r.slots.free.Acquire(r.until, missing) != nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.held += missing
}

// crew is the goroutines that run handlers. They stay for the next reference, because a goroutine that starts has to grow its stack first.
type crew struct {
	work  func(history.Due)
	dues  chan history.Due
	ended chan struct{}
}

func newCrew(work func(history.Due)) *crew {
	return &crew{work: work, dues: make(chan history.Due), ended: make(chan struct{})}
}

// give has one of the crew run a reference, a new one when all are busy.
func (c *crew) give(due history.Due) {
	select {
	case c.dues <- due:
	default:
		go c.serve(due)
	}
}

func (c *crew) serve(due history.Due) {
	for {
		c.work(due)
		select {
		case due = <-c.dues:
		case <-c.ended:
			return
		}
	}
}

// dismiss ends those who have nothing to do, and the others as soon as they are through.
func (c *crew) dismiss() { close(c.ended) }
