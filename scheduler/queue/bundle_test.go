package queue_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"

	"github.com/annohook/annohook/scheduler/queue"
	"github.com/annohook/annohook/sender/history"
)

// bench is a queue on a Redis of its own, and what it handed out.
type bench struct {
	*testing.T
	mini  *miniredis.Miniredis
	queue *queue.Queue

	mu    sync.Mutex
	begun map[history.Ref]int
	leave chan struct{} // handlers stay until it is closed
}

func newBench(t *testing.T, servers, concurrency int) *bench {
	t.Helper()
	b := &bench{T: t, mini: miniredis.RunT(t), begun: map[history.Ref]int{}, leave: make(chan struct{})}
	b.queue = b.open(servers, concurrency)
	return b
}

// open returns one more queue on the same Redis.
func (b *bench) open(servers, concurrency int) *queue.Queue {
	b.Helper()
	client := redis.NewClient(&redis.Options{Addr: b.mini.Addr(), MaintNotificationsConfig: &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}})
	b.Cleanup(func() { _ = client.Close() })
	q, err := queue.New(queue.Options{Client: client, Now: time.Now, Name: "bench", Servers: servers, Concurrency: concurrency})
	if err != nil {
		b.Fatal(err)
	}
	return q
}

// run runs a queue until the test ends, and counts what it hands out.
func (b *bench) run(q *queue.Queue) {
	ctx, stop := context.WithCancel(b.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = q.Run(ctx, func(_ context.Context, due history.Due) {
			b.mu.Lock()
			b.begun[due.Ref]++
			b.mu.Unlock()
			<-b.leave
		})
	}()
	b.Cleanup(func() { stop(); <-ended })
}

func (b *bench) fill(n int) []history.Ref {
	b.Helper()
	dues, refs := make([]history.Due, n), make([]history.Ref, n)
	for i := range dues {
		dues[i] = history.Due{Ref: history.Ref{Delivery: fmt.Sprintf("d%03d", i), Attempt: 1}, SubscriptionID: "s", At: time.Now()}
		refs[i] = dues[i].Ref
	}
	if err := b.queue.Enqueue(b.Context(), dues...); err != nil {
		b.Fatal(err)
	}
	return refs
}

// state returns how many of refs the queue holds, and its depth.
func (b *bench) state(refs []history.Ref) (held, depth int) {
	b.Helper()
	all, err := b.queue.Holds(b.Context(), refs...)
	if err != nil {
		b.Fatal(err)
	}
	for _, ref := range refs {
		if all[ref] {
			held++
		}
	}
	if depth, err = b.queue.Depth(b.Context()); err != nil {
		b.Fatal(err)
	}
	return held, depth
}

func (b *bench) handedOut() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.begun)
}

// settles waits until the number handed out has not changed for a while, and returns it.
func (b *bench) settles(least int) int {
	b.Helper()
	last, since := 0, time.Now()
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		if n := b.handedOut(); n != last {
			last, since = n, time.Now()
		}
		if last >= least && time.Since(since) > 300*time.Millisecond {
			return last
		}
	}
	b.Fatalf("%d handed out within 10 s, want %d", last, least)
	return 0
}

func TestBundleIsHeldUntilItIsHandedOut(t *testing.T) {
	t.Parallel()
	b := newBench(t, 2, 64)
	close(b.leave)
	refs := b.fill(100)
	if held, depth := b.state(refs); held != 100 || depth != 100 {
		t.Fatalf("%d of 100 held, depth %d", held, depth)
	}
	if tasks, err := b.mini.List("asynq:{bench}:pending"); err != nil || len(tasks) != 4 {
		t.Errorf("%d tasks for 100 references, error %v; want 4", len(tasks), err)
	}
	b.run(b.queue)
	if n := b.settles(100); n != 100 {
		t.Fatalf("%d handed out", n)
	}
	if held, depth := b.state(refs); held != 0 || depth != 0 {
		t.Errorf("afterwards %d held, depth %d", held, depth)
	}
	if b.mini.Exists("annohook:{bench}:members") || b.mini.Exists("annohook:{bench}:bundles") {
		t.Error("the index of bundles is not empty")
	}
	for ref, times := range b.begun {
		if times != 1 {
			t.Errorf("%s handed out %d times", ref, times)
		}
	}
}

// What a killed worker had taken is lost, and known to be.
func TestLostBundleIsNotHeld(t *testing.T) {
	t.Parallel()
	b := newBench(t, 2, 64)
	refs := b.fill(100)
	tasks, err := b.mini.List("asynq:{bench}:pending")
	if err != nil {
		t.Fatal(err)
	}
	b.mini.Del("asynq:{bench}:t:" + tasks[0])
	b.mini.Del("asynq:{bench}:pending")
	for _, id := range tasks[1:] {
		if _, err := b.mini.Push("asynq:{bench}:pending", id); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 { // the second time, from an index that was mended
		held, depth := b.state(refs)
		if held != 75 {
			t.Errorf("%d of 100 held, want 75", held)
		}
		refs = append(refs[:0:0], refs...)
		if _, again := b.state(refs); again != 75 {
			t.Errorf("depth %d, then %d, want 75", depth, again)
		}
	}
}

// A process takes a task only when it can begin all of it: the rest is left to others, and not mistaken for lost.
func TestFullProcessTakesNothing(t *testing.T) {
	t.Parallel()
	const slots = 2 * 40
	b := newBench(t, 2, 40)
	refs := b.fill(200)
	b.run(b.queue)
	begun := b.settles(1)
	if begun > slots || begun < slots/2 {
		t.Errorf("%d handed out at the same time with %d slots", begun, slots)
	}
	if held, depth := b.state(refs); held != 200-begun || depth != 200-begun {
		t.Errorf("%d begun, %d held, depth %d", begun, held, depth)
	}
	b.run(b.open(2, 128)) // another process has room
	if n := b.settles(200); n != 200 {
		t.Errorf("%d handed out by both", n)
	}
	close(b.leave)
}

// A process with fewer slots than a bundle has references works it off all the same, never more than its slots at a time.
func TestFewSlots(t *testing.T) {
	t.Parallel()
	b := newBench(t, 2, 1)
	b.fill(200)
	b.run(b.queue)
	if n := b.settles(1); n != 2 {
		t.Errorf("%d handed out at the same time with 2 slots", n)
	}
	close(b.leave)
	if n := b.settles(200); n != 200 {
		t.Errorf("%d handed out", n)
	}
}

// A small burst is dealt out, and a task has never more than its bound.
func TestBurstIsShared(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ references, tasks int }{{1, 1}, {2, 2}, {4, 4}, {8, 4}, {64, 4}, {128, 4}, {129, 5}, {1000, 32}} {
		b := newBench(t, 1, 1)
		b.fill(tc.references)
		if tasks, err := b.mini.List("asynq:{bench}:pending"); err != nil || len(tasks) != tc.tasks {
			t.Errorf("%d references in %d tasks, error %v; want %d", tc.references, len(tasks), err, tc.tasks)
		}
	}
}

// What is due later shares tasks with what is due in the same second, and comes when it is due.
func TestLaterReferencesShareTasks(t *testing.T) {
	t.Parallel()
	b := newBench(t, 2, 64)
	close(b.leave)
	var dues []history.Due
	var refs []history.Ref
	first := time.Now().Truncate(time.Second).Add(4*time.Second + 100*time.Millisecond)
	for i := range 64 {
		due := history.Due{Ref: history.Ref{Delivery: fmt.Sprintf("l%02d", i), Attempt: 2}, At: first.Add(time.Duration(i%2) * time.Second)}
		dues, refs = append(dues, due), append(refs, due.Ref)
	}
	if err := b.queue.Enqueue(t.Context(), dues...); err != nil {
		t.Fatal(err)
	}
	if tasks, err := b.mini.ZMembers("asynq:{bench}:scheduled"); err != nil || len(tasks) != 8 {
		t.Errorf("%d tasks for 64 references in two seconds, error %v; want 8", len(tasks), err)
	}
	if held, depth := b.state(refs); held != 64 || depth != 64 {
		t.Errorf("%d of 64 held, depth %d", held, depth)
	}
	b.run(b.queue)
	for b.handedOut() == 0 && time.Since(first) < 10*time.Second {
		time.Sleep(time.Millisecond)
	}
	if early := time.Until(first); early > 0 {
		t.Errorf("%s too early", early)
	}
	if n := b.settles(64); n != 64 || time.Since(first) < time.Second {
		t.Errorf("%d handed out %s after the first was due", n, time.Since(first))
	}
}

// Calls of many goroutines share tasks.
func TestConcurrentEnqueuesShareTasks(t *testing.T) {
	t.Parallel()
	b := newBench(t, 1, 64)
	var all sync.WaitGroup
	refs := make([]history.Ref, 500)
	for i := range refs {
		refs[i] = history.Ref{Delivery: fmt.Sprintf("c%03d", i), Attempt: 1}
		all.Go(func() {
			if err := b.queue.Enqueue(t.Context(), history.Due{Ref: refs[i], At: time.Now()}); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if held, depth := b.state(refs); held != 500 || depth != 500 {
		t.Errorf("%d of 500 held, depth %d", held, depth)
	}
	tasks, err := b.mini.List("asynq:{bench}:pending")
	if err != nil || len(tasks) > 250 {
		t.Errorf("%d tasks for 500 references, error %v", len(tasks), err)
	}
	close(b.leave)
}
