package queuetest

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/annohook/annohook/scheduler"
	"github.com/annohook/annohook/sender/history"
)

// lateBound is how late a reference may be handed out on a machine that does other work as well; measured on an idle one: 0 to 20 ms.
const lateBound = time.Second

// patience bounds every wait of the suite.
const patience = 20 * time.Second

// Factory makes a queue. Queues made with the same name in one test share what waits in them; grace is for the end of Run.
type Factory func(t *testing.T, name string, grace time.Duration) scheduler.Queue

// Run runs the suite. Tests run in parallel.
func Run(t *testing.T, factory Factory) {
	t.Helper()
	tests := []struct {
		name string
		run  func(*testing.T, Factory)
	}{
		{"hands out each reference once", once},
		{"is never early and hardly late", precise},
		{"takes a reference again after it was handled", again},
		{"knows what it holds", holds},
		{"handles side by side", parallel},
		{"survives a panic in a handler", panics},
		{"keeps what waits when it stops", keeps},
		{"waits for handlers when it stops", waits},
		{"cancels handlers that outlast the grace", cancels},
		{"loses and repeats nothing when it stops while busy", stopsBusy},
		{"works off a burst", burst},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tt.run(t, factory)
		})
	}
}

// tape records what was handed out.
type tape struct {
	mu   sync.Mutex
	seen map[string][]time.Time
	more chan struct{}
}

func newTape() *tape { return &tape{seen: map[string][]time.Time{}, more: make(chan struct{}, 1)} }

func (r *tape) handle(_ context.Context, due history.Due) {
	r.mu.Lock()
	r.seen[due.Ref.String()] = append(r.seen[due.Ref.String()], time.Now())
	r.mu.Unlock()
	select {
	case r.more <- struct{}{}:
	default:
	}
}

func (r *tape) total() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := 0
	for _, times := range r.seen {
		n += len(times)
	}
	return n
}

// wait returns once n references were handed out.
func (r *tape) wait(t *testing.T, n int) {
	t.Helper()
	deadline := time.After(patience)
	for r.total() < n {
		select {
		case <-r.more:
		case <-deadline:
			t.Fatalf("%d of %d references handed out within %s", r.total(), n, patience)
		}
	}
}

// start runs q until the test ends or stop is called; stop returns when Run has.
func start(t *testing.T, q scheduler.Queue, handle func(context.Context, history.Due)) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- q.Run(ctx, handle) }()
	var ended sync.Once
	stop = func() {
		ended.Do(func() {
			cancel()
			select {
			case err := <-done:
				if err != nil {
					t.Errorf("run: %v", err)
				}
			case <-time.After(patience):
				t.Errorf("run did not end within %s", patience)
			}
		})
	}
	t.Cleanup(stop)
	return stop
}

func due(id string, attempt int, at time.Time) history.Due {
	return history.Due{Ref: history.Ref{Delivery: id, Attempt: attempt}, SubscriptionID: "sub-" + id, At: at}
}

func enqueue(t *testing.T, q scheduler.Queue, dues ...history.Due) {
	t.Helper()
	if err := q.Enqueue(t.Context(), dues...); err != nil {
		t.Fatalf("enqueue: %v", err)
	}
}

func once(t *testing.T, factory Factory) {
	q := factory(t, "once", 0)
	now := time.Now()
	a, b := due("a", 1, now), due("b", 1, now.Add(300*time.Millisecond))
	enqueue(t, q, a, b, a)
	enqueue(t, q, a)
	enqueue(t, q, b)
	var mu sync.Mutex
	var got []history.Due
	r := newTape()
	start(t, q, func(ctx context.Context, d history.Due) {
		mu.Lock()
		got = append(got, d)
		mu.Unlock()
		r.handle(ctx, d)
	})
	r.wait(t, 2)
	time.Sleep(500 * time.Millisecond) // a second copy would have come by now
	mu.Lock()
	defer mu.Unlock()
	if len(got) != 2 {
		t.Fatalf("%d handed out, want 2: %v", len(got), got)
	}
	for _, d := range got {
		want := a
		if d.Delivery == "b" {
			want = b
		}
		if d.Ref != want.Ref || d.SubscriptionID != want.SubscriptionID || d.At.Sub(want.At).Abs() > time.Millisecond {
			t.Errorf("handed out %+v, want %+v", d, want)
		}
	}
}

func precise(t *testing.T, factory Factory) {
	q := factory(t, "precise", 0)
	r := newTape()
	start(t, q, r.handle)
	now := time.Now()
	delays := []time.Duration{0, 50 * time.Millisecond, 700 * time.Millisecond, 1300 * time.Millisecond, 1600 * time.Millisecond, 2600 * time.Millisecond, 3100 * time.Millisecond}
	for i, d := range delays {
		enqueue(t, q, due(strconv.Itoa(i), 1, now.Add(d)))
	}
	r.wait(t, len(delays))
	for i, d := range delays {
		late := r.seen[due(strconv.Itoa(i), 1, now).Ref.String()][0].Sub(now.Add(d))
		t.Logf("due after %s: %s late", d, late.Round(100*time.Microsecond))
		if late < -time.Millisecond || late > lateBound {
			t.Errorf("due after %s: %s late, want 0 to %s", d, late, lateBound)
		}
	}
}

func again(t *testing.T, factory Factory) {
	q := factory(t, "again", 0)
	r := newTape()
	start(t, q, r.handle)
	enqueue(t, q, due("x", 1, time.Now()))
	r.wait(t, 1)
	deadline := time.Now().Add(patience)
	for r.total() < 2 { // the queue may need a moment to forget the first
		if time.Now().After(deadline) {
			t.Fatal("the same reference was not taken again")
		}
		enqueue(t, q, due("x", 1, time.Now()))
		time.Sleep(20 * time.Millisecond)
	}
}

func holds(t *testing.T, factory Factory) {
	q := factory(t, "holds", 0)
	check := func(id string, want bool) {
		t.Helper()
		ref := due(id, 1, time.Time{}).Ref
		got, err := q.Holds(t.Context(), ref)
		if err != nil || got[ref] != want {
			t.Errorf("holds %s: %v, error %v, want %v", id, got, err, want)
		}
	}
	check("now", false)
	enqueue(t, q, due("now", 1, time.Now()), due("later", 1, time.Now().Add(time.Hour)))
	check("now", true)
	check("later", true)
	if n, err := q.Depth(t.Context()); err != nil || n != 2 {
		t.Errorf("depth %d, error %v, want 2", n, err)
	}
	entered, leave := make(chan struct{}), make(chan struct{})
	stop := start(t, q, func(context.Context, history.Due) { close(entered); <-leave })
	<-entered
	check("now", false)
	check("later", true)
	close(leave)
	stop()
}

func parallel(t *testing.T, factory Factory) {
	q := factory(t, "parallel", 0)
	const width = 8
	var arrived sync.WaitGroup
	arrived.Add(width)
	all := make(chan struct{})
	go func() { arrived.Wait(); close(all) }()
	r := newTape()
	start(t, q, func(ctx context.Context, d history.Due) {
		arrived.Done()
		select {
		case <-all: // only when every one of them is being handled
		case <-time.After(patience):
		}
		r.handle(ctx, d)
	})
	for i := range width {
		enqueue(t, q, due(strconv.Itoa(i), 1, time.Now()))
	}
	r.wait(t, width)
}

func panics(t *testing.T, factory Factory) {
	q := factory(t, "panics", 0)
	r := newTape()
	start(t, q, func(ctx context.Context, d history.Due) {
		if d.Delivery == "bad" {
			panic("on purpose")
		}
		r.handle(ctx, d)
	})
	enqueue(t, q, due("bad", 1, time.Now()), due("bad", 2, time.Now().Add(100*time.Millisecond)))
	enqueue(t, q, due("good", 1, time.Now().Add(200*time.Millisecond)))
	r.wait(t, 1)
}

func keeps(t *testing.T, factory Factory) {
	q, r := factory(t, "keeps", 0), newTape()
	stop := start(t, q, r.handle)                 // a busy machine may have come to it so late that it is handed out before the stop
	at := time.Now().Add(1200 * time.Millisecond) // near enough to be held in the process
	enqueue(t, q, due("soon", 1, at), due("hour", 1, time.Now().Add(time.Hour)))
	time.Sleep(300 * time.Millisecond)
	stop()
	start(t, factory(t, "keeps", 0), r.handle)
	r.wait(t, 1)
	if times := r.seen["soon:1:0"]; len(times) != 1 || times[0].Before(at.Add(-time.Millisecond)) {
		t.Errorf("after a stop handed out at %v, due %v", times, at)
	}
	hour := due("hour", 1, time.Time{}).Ref
	if held, err := q.Holds(t.Context(), hour); err != nil || !held[hour] {
		t.Errorf("the far reference is held: %v, error %v", held, err)
	}
}

func waits(t *testing.T, factory Factory) {
	q := factory(t, "waits", patience)
	entered := make(chan struct{})
	var finished bool
	stop := start(t, q, func(ctx context.Context, _ history.Due) {
		close(entered)
		select {
		case <-ctx.Done():
		case <-time.After(400 * time.Millisecond):
			finished = true
		}
	})
	enqueue(t, q, due("slow", 1, time.Now()))
	<-entered
	stop()
	if !finished {
		t.Error("run ended before its handler")
	}
}

func cancels(t *testing.T, factory Factory) {
	q := factory(t, "cancels", 300*time.Millisecond)
	entered := make(chan struct{})
	causes := make(chan error, 1)
	stop := start(t, q, func(ctx context.Context, _ history.Due) {
		close(entered)
		<-ctx.Done()
		causes <- context.Cause(ctx)
	})
	enqueue(t, q, due("stuck", 1, time.Now()))
	<-entered
	stop()
	select {
	case cause := <-causes:
		if cause != scheduler.ErrShutdown { //nolint:errorlint // exactly this one, not wrapped
			t.Errorf("cause %v, want %v", cause, scheduler.ErrShutdown)
		}
	default:
		t.Error("the handler was not cancelled")
	}
}

func stopsBusy(t *testing.T, factory Factory) {
	const n = 400
	dues := make([]history.Due, n)
	now := time.Now()
	for i := range dues {
		dues[i] = due(strconv.Itoa(i), 1, now.Add(time.Duration(i)*time.Millisecond))
	}
	q := factory(t, "busy", 0)
	enqueue(t, q, dues...)
	r := newTape()
	for _, until := range []int{n / 8, n / 4, n / 2, n} {
		stop := start(t, q, r.handle)
		r.wait(t, until)
		stop()
		q = factory(t, "busy", 0)
	}
	for ref, times := range r.seen {
		if len(times) != 1 {
			t.Errorf("%s handed out %d times", ref, len(times))
		}
	}
}

func burst(t *testing.T, factory Factory) {
	q := factory(t, "burst", 0)
	const n = 2000
	dues := make([]history.Due, n)
	now := time.Now()
	for i := range dues {
		dues[i] = due(fmt.Sprintf("d%04d", i), 1, now)
	}
	enqueue(t, q, dues...)
	r := newTape()
	began := time.Now()
	start(t, q, r.handle)
	r.wait(t, n)
	t.Logf("%d references in %s", n, time.Since(began).Round(time.Millisecond))
	for ref, times := range r.seen {
		if len(times) != 1 {
			t.Errorf("%s handed out %d times", ref, len(times))
		}
	}
}
