package memqueue

import (
	"container/heap"
	"context"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"

	"github.com/annohook/annohook/scheduler"
	"github.com/annohook/annohook/sender/history"
)

// DefaultGrace is how long Run waits for handlers before it cancels them.
const DefaultGrace = 25 * time.Second

// Options of a Queue on the wall clock. The zero value is usable but for Now.
type Options struct {
	Now         func() time.Time // required
	Concurrency int              // handlers at the same time; 0: 64
	Grace       time.Duration    // 0: DefaultGrace
	Log         *slog.Logger     // nil: discards
}

// Queue is a scheduler.Queue in memory. It is safe for concurrent use.
type Queue struct {
	now         func() time.Time
	concurrency int
	grace       time.Duration
	log         *slog.Logger

	mu    sync.Mutex
	heap  dueHeap
	held  map[history.Ref]bool
	seq   int
	added chan struct{}
}

var _ scheduler.Queue = (*Queue)(nil)

// New returns an empty queue.
func New(o Options) *Queue {
	q := &Queue{now: o.Now, concurrency: o.Concurrency, grace: o.Grace, log: o.Log, held: map[history.Ref]bool{}, added: make(chan struct{}, 1)}
	if q.concurrency <= 0 {
		q.concurrency = 64
	}
	if q.grace <= 0 {
		q.grace = DefaultGrace
	}
	if q.log == nil {
		q.log = slog.New(slog.DiscardHandler)
	}
	return q
}

// Enqueue takes references over; one that is held already is not held twice.
func (q *Queue) Enqueue(ctx context.Context, dues ...history.Due) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	q.mu.Lock()
	for _, due := range dues {
		if q.held[due.Ref] {
			continue
		}
		q.held[due.Ref] = true
		q.seq++
		heap.Push(&q.heap, entry{due: due, seq: q.seq})
	}
	q.mu.Unlock()
	select {
	case q.added <- struct{}{}:
	default:
	}
	return nil
}

// Holds returns those of refs that wait in the queue.
func (q *Queue) Holds(_ context.Context, refs ...history.Ref) (map[history.Ref]bool, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	held := map[history.Ref]bool{}
	for _, ref := range refs {
		held[ref] = q.held[ref]
	}
	return held, nil
}

// Depth is how many references wait.
func (q *Queue) Depth(context.Context) (int, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.heap), nil
}

// pop takes the first reference that is due by the given time; otherwise it returns when the first one will be (zero: none waits).
func (q *Queue) pop(by time.Time) (due history.Due, ok bool, next time.Time) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.heap) == 0 {
		return history.Due{}, false, time.Time{}
	}
	if first := q.heap[0].due; first.At.After(by) {
		return history.Due{}, false, first.At
	}
	e, _ := heap.Pop(&q.heap).(entry)
	delete(q.held, e.due.Ref)
	return e.due, true, time.Time{}
}

// first is when the first waiting reference is due; false when none waits.
func (q *Queue) first() (time.Time, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.heap) == 0 {
		return time.Time{}, false
	}
	return q.heap[0].due.At, true
}

// Run hands out due references until ctx ends, as scheduler.Queue says.
func (q *Queue) Run(ctx context.Context, handle func(context.Context, history.Due)) error {
	work, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	defer cancel(nil)
	var handlers sync.WaitGroup
	slots := make(chan struct{}, q.concurrency)
	for q.wait(ctx, slots) {
		due, ok, next := q.pop(q.now())
		if !ok {
			<-slots
			q.sleep(ctx, next)
			continue
		}
		handlers.Go(func() {
			defer func() { <-slots }()
			q.guarded(work, due, handle)
		})
	}
	q.drain(&handlers, cancel)
	return nil
}

// guarded keeps one handler's panic from ending the process.
func (q *Queue) guarded(ctx context.Context, due history.Due, handle func(context.Context, history.Due)) {
	defer func() {
		if reason := recover(); reason != nil {
			q.log.ErrorContext(ctx, "handler panicked", "reference", due.Ref.String(), "panic", reason, "stack", string(debug.Stack()))
		}
	}()
	handle(ctx, due)
}

// wait takes a slot; false when ctx ended.
func (q *Queue) wait(ctx context.Context, slots chan struct{}) bool {
	select {
	case <-ctx.Done():
		return false
	case slots <- struct{}{}:
	}
	if ctx.Err() != nil {
		<-slots
		return false
	}
	return true
}

// sleep waits until next, a new reference or the end of ctx.
func (q *Queue) sleep(ctx context.Context, next time.Time) {
	var due <-chan time.Time
	if !next.IsZero() {
		timer := time.NewTimer(next.Sub(q.now()))
		defer timer.Stop()
		due = timer.C
	}
	select {
	case <-ctx.Done():
	case <-q.added:
	case <-due:
	}
}

// drain waits for the handlers and cancels them after the grace.
func (q *Queue) drain(handlers *sync.WaitGroup, cancel context.CancelCauseFunc) {
	done := make(chan struct{})
	go func() {
		handlers.Wait()
		close(done)
	}()
	timer := time.NewTimer(q.grace)
	defer timer.Stop()
	select {
	case <-done:
	case <-timer.C:
		cancel(scheduler.ErrShutdown)
		<-done
	}
}
