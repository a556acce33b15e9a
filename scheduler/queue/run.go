package queue

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"github.com/hibiken/asynq"

	"github.com/annohook/annohook/scheduler"
	"github.com/annohook/annohook/sender/history"
)

// Polling of the Asynq servers. Only the first of a process looks for due tasks often; the others would repeat its work.
const (
	taskCheck        = 10 * time.Millisecond
	delayedCheck     = 250 * time.Millisecond
	delayedCheckRest = 5 * time.Second
)

// run is one Run of a queue.
type run struct {
	queue  *Queue
	handle func(context.Context, history.Due)
	work   context.Context // of the handlers; it outlives the context of Run by the grace
	slots  *slots
	crew   *crew

	mu      sync.Mutex
	held    map[history.Ref]heldRef
	closing bool
	running int        // handlers; no WaitGroup, because Asynq may begin one more while the last are waited for
	ended   *sync.Cond // a handler has ended
}

// heldRef is an early reference on its timer.
type heldRef struct {
	due   history.Due
	timer *time.Timer
}

// Run hands out due references until ctx ends, as scheduler.Queue says.
func (q *Queue) Run(ctx context.Context, handle func(context.Context, history.Due)) error {
	work, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	defer cancel(nil)
	r := &run{
		queue: q, handle: handle, work: work, held: map[history.Ref]heldRef{},
		slots: newSlots(q.o.Servers*q.o.Concurrency, q.o.Servers),
	}
	r.ended = sync.NewCond(&r.mu)
	r.crew = newCrew(r.serve)
	defer r.crew.dismiss()
	servers, err := r.start(ctx)
	if err == nil {
		<-ctx.Done()
	}
	for _, server := range servers {
		server.Stop()
	}
	r.giveBack(work)
	r.drain(cancel)
	var closing sync.WaitGroup
	for _, server := range servers {
		closing.Go(server.Shutdown)
	}
	closing.Wait()
	return err
}

func (r *run) start(ctx context.Context) ([]*asynq.Server, error) {
	var servers []*asynq.Server
	for i := range r.queue.o.Servers {
		slots := &reserved{slots: r.slots, work: r.work, until: ctx}
		slots.refill()
		server := asynq.NewServerFromRedisClient(r.queue.redis, r.config(ctx, i))
		handler := func(ctx context.Context, task *asynq.Task) error { return r.process(ctx, task, slots) }
		if err := server.Start(asynq.HandlerFunc(handler)); err != nil {
			return servers, fmt.Errorf("start asynq server: %w", err)
		}
		servers = append(servers, server)
	}
	return servers, nil
}

func (r *run) config(ctx context.Context, index int) asynq.Config {
	o := r.queue.o
	config := asynq.Config{
		Concurrency: 1, Queues: map[string]int{o.Name: 1}, TaskCheckInterval: taskCheck, DelayedTaskCheckInterval: delayedCheckRest,
		ShutdownTimeout: o.Grace, Logger: logger{log: o.Log}, LogLevel: asynq.ErrorLevel,
		BaseContext:    func() context.Context { return context.WithoutCancel(ctx) },
		RetryDelayFunc: func(int, error, *asynq.Task) time.Duration { return time.Second },
	}
	if index == 0 {
		config.DelayedTaskCheckInterval = delayedCheck
		config.HealthCheckFunc = healthLog(o.Log)
	}
	return config
}

// process receives one task and hands its references out. It never fails: what a task meant is in the history. It returns when the server has
// slots for another task.
func (r *run) process(ctx context.Context, task *asynq.Task, slots *reserved) error {
	dues, err := decode(task.Payload())
	if err != nil {
		r.queue.o.Log.ErrorContext(ctx, "task dropped", "error", err)
		return nil
	}
	rest := r.handOut(dues, slots)
	if len(dues) > 1 {
		r.received(ctx, task.ResultWriter().TaskID(), dues)
	}
	r.back(ctx, rest)
	slots.refill()
	return nil
}

// handOut holds or runs each reference and returns what is left when the program stops meanwhile.
func (r *run) handOut(dues []history.Due, slots *reserved) (rest []history.Due) {
	for i, due := range dues {
		if wait := due.At.Sub(r.queue.o.Now()); wait > 0 {
			if r.hold(due, wait) {
				continue
			}
			if r.closes() {
				return dues[i:] // another process need not wait for it until this one has stopped
			}
		}
		if err := slots.take(); err != nil {
			return dues[i:]
		}
		r.begin()
		r.crew.give(due)
	}
	return nil
}

// received takes a bundle out of the index.
func (r *run) received(ctx context.Context, id string, dues []history.Due) {
	refs := make([]string, len(dues))
	for i, due := range dues {
		refs[i] = due.Ref.String()
	}
	if err := r.queue.clear(ctx, []any{id}, refs); err != nil {
		r.queue.o.Log.DebugContext(ctx, "index of bundles not cleared", "error", err)
	}
}

// serve runs a reference in a slot, once it is due.
func (r *run) serve(due history.Due) {
	defer r.done()
	defer r.slots.free.Release(1)
	if wait := due.At.Sub(r.queue.o.Now()); wait > 0 { // too early, and too many are held
		timer := time.NewTimer(wait)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-r.work.Done():
			return // the sweep finds it again
		}
	}
	r.guarded(due)
}

// hold puts an early reference on a timer; false when there are too many or the run is ending.
func (r *run) hold(due history.Due, wait time.Duration) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closing || len(r.held) >= HeldLimit {
		return false
	}
	r.held[due.Ref] = heldRef{due: due, timer: time.AfterFunc(wait, func() { r.fire(due) })}
	return true
}

func (r *run) fire(due history.Due) {
	r.mu.Lock()
	_, ours := r.held[due.Ref]
	delete(r.held, due.Ref)
	if ours {
		r.running++ // before the lock is given up, so that drain cannot miss it
	}
	r.mu.Unlock()
	if ours {
		defer r.done()
		r.guarded(due)
	}
}

func (r *run) closes() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.closing
}

// begin counts a handler that is about to run.
func (r *run) begin() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.running++
}

func (r *run) done() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.running--
	r.ended.Broadcast()
}

// guarded keeps one handler's panic from ending the process.
func (r *run) guarded(due history.Due) {
	defer func() {
		if reason := recover(); reason != nil {
			r.queue.o.Log.Error("handler panicked", "reference", due.Ref.String(), "panic", reason, "stack", string(debug.Stack()))
		}
	}()
	r.handle(r.work, due)
}

// giveBack returns what is held to Asynq, where another process or the next Run finds it.
func (r *run) giveBack(ctx context.Context) {
	r.mu.Lock()
	r.closing = true
	dues := make([]history.Due, 0, len(r.held))
	for ref, h := range r.held {
		h.timer.Stop()
		delete(r.held, ref)
		dues = append(dues, h.due)
	}
	r.mu.Unlock()
	r.back(ctx, dues)
}

// back returns references to Asynq when the program stops.
func (r *run) back(ctx context.Context, dues []history.Due) {
	if len(dues) == 0 {
		return
	}
	if err := r.queue.Enqueue(ctx, dues...); err != nil && !errors.Is(err, context.Canceled) {
		r.queue.o.Log.WarnContext(ctx, "references could not be given back; the sweep will find them", "error", err)
	}
}

// drain waits for the handlers and cancels them after the grace.
func (r *run) drain(cancel context.CancelCauseFunc) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		r.mu.Lock()
		defer r.mu.Unlock()
		for r.running > 0 {
			r.ended.Wait()
		}
	}()
	timer := time.NewTimer(r.queue.o.Grace)
	defer timer.Stop()
	select {
	case <-done:
	case <-timer.C:
		cancel(scheduler.ErrShutdown)
		<-done
	}
}
