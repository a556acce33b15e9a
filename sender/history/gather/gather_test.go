package gather_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/annohook/annohook/sender/history/gather"
)

// gate is a run that waits for a word and remembers what it carried.
type gate struct {
	entered chan []int
	leave   chan error
}

func newGate() *gate { return &gate{entered: make(chan []int, 100), leave: make(chan error)} }

func (g *gate) run(_ context.Context, ins []int) ([]string, error) {
	g.entered <- ins
	if err := <-g.leave; err != nil {
		return nil, err
	}
	return answers(ins), nil
}

func answers(ins []int) []string {
	outs := make([]string, len(ins))
	for i, in := range ins {
		outs[i] = fmt.Sprint("answer ", in)
	}
	return outs
}

// callers counts goroutines that have called.
type callers struct {
	sync.WaitGroup

	out [100]string
	err [100]error
}

func (c *callers) call(ctx context.Context, group *gather.Group[int, string], in int) {
	c.Go(func() { c.out[in], c.err[in] = group.Do(ctx, in) })
}

func TestCallsGatherWhileOneIsAway(t *testing.T) {
	t.Parallel()
	g := newGate()
	group := gather.New(1, 4, time.Minute, g.run)
	var c callers
	c.call(t.Context(), group, 0)
	if first := <-g.entered; !slices.Equal(first, []int{0}) {
		t.Fatalf("the first round trip carried %v", first)
	}
	for i := 1; i < 8; i++ {
		c.call(t.Context(), group, i)
	}
	for group.Waiting() < 7 {
		time.Sleep(time.Millisecond)
	}
	g.leave <- nil
	var carried []int
	for _, want := range []int{4, 3} {
		round := <-g.entered
		if len(round) != want {
			t.Errorf("a round trip carried %d calls, want %d", len(round), want)
		}
		carried = append(carried, round...)
		g.leave <- nil
	}
	c.Wait()
	if slices.Sort(carried); !slices.Equal(carried, []int{1, 2, 3, 4, 5, 6, 7}) {
		t.Errorf("carried %v", carried)
	}
	for i := range 8 {
		if c.err[i] != nil || c.out[i] != fmt.Sprint("answer ", i) {
			t.Errorf("call %d: %q, %v", i, c.out[i], c.err[i])
		}
	}
}

func TestErrorIsEverybodysOnce(t *testing.T) {
	t.Parallel()
	g := newGate()
	group := gather.New(1, 10, time.Minute, g.run)
	var c callers
	c.call(t.Context(), group, 0)
	<-g.entered
	for i := 1; i < 4; i++ {
		c.call(t.Context(), group, i)
	}
	for group.Waiting() < 3 {
		time.Sleep(time.Millisecond)
	}
	broken := errors.New("broken")
	g.leave <- nil
	<-g.entered
	g.leave <- broken
	c.Wait()
	for i, want := range []error{nil, broken, broken, broken} {
		if !errors.Is(c.err[i], want) {
			t.Errorf("call %d: %v, want %v", i, c.err[i], want)
		}
	}
	c.call(t.Context(), group, 5)
	<-g.entered
	g.leave <- nil
	if c.Wait(); c.err[5] != nil {
		t.Errorf("after a failure: %v", c.err[5])
	}
}

func TestCallerThatLeavesIsNotCarried(t *testing.T) {
	t.Parallel()
	g := newGate()
	group := gather.New(1, 10, time.Minute, g.run)
	var c callers
	ctx, cancel := context.WithCancel(t.Context())
	c.call(ctx, group, 0) // has left before its context ends
	<-g.entered
	c.call(ctx, group, 1)
	c.call(t.Context(), group, 2)
	for group.Waiting() < 2 {
		time.Sleep(time.Millisecond)
	}
	cancel()
	for group.Waiting() > 1 {
		time.Sleep(time.Millisecond)
	}
	g.leave <- nil
	if second := <-g.entered; !slices.Equal(second, []int{2}) {
		t.Errorf("the second round trip carried %v", second)
	}
	g.leave <- nil
	c.Wait()
	if c.err[0] != nil || c.out[0] != "answer 0" {
		t.Errorf("the call that had left: %q, %v", c.out[0], c.err[0])
	}
	if !errors.Is(c.err[1], context.Canceled) {
		t.Errorf("the call that left: %v", c.err[1])
	}
	if c.err[2] != nil {
		t.Errorf("the one beside it: %v", c.err[2])
	}
	if _, err := group.Do(ctx, 3); !errors.Is(err, context.Canceled) {
		t.Errorf("a call after its context ended: %v", err)
	}
}

func TestRunIsBounded(t *testing.T) {
	t.Parallel()
	group := gather.New(1, 10, 20*time.Millisecond, func(ctx context.Context, _ []int) ([]string, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	})
	if _, err := group.Do(t.Context(), 1); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v", err)
	}
}

func TestLostAnswers(t *testing.T) {
	t.Parallel()
	group := gather.New(1, 10, time.Minute, func(context.Context, []int) ([]string, error) { return nil, nil })
	if _, err := group.Do(t.Context(), 1); !errors.Is(err, gather.ErrAnswers) {
		t.Errorf("error %v", err)
	}
}

func TestPanicFailsTheOthersToo(t *testing.T) {
	t.Parallel()
	entered, leave := make(chan struct{}), make(chan struct{})
	var rounds atomic.Int32
	group := gather.New(1, 10, time.Minute, func(_ context.Context, ins []int) ([]string, error) {
		entered <- struct{}{}
		<-leave
		if rounds.Add(1) == 2 {
			panic("on purpose")
		}
		return answers(ins), nil
	})
	var c callers
	var panicked atomic.Int32
	call := func(in int) {
		c.Go(func() {
			defer func() {
				if recover() != nil {
					panicked.Add(1)
				}
			}()
			c.out[in], c.err[in] = group.Do(t.Context(), in)
		})
	}
	call(0)
	<-entered
	call(1)
	call(2)
	for group.Waiting() < 2 {
		time.Sleep(time.Millisecond)
	}
	leave <- struct{}{}
	<-entered
	leave <- struct{}{}
	c.Wait()
	if panicked.Load() != 1 || (c.err[1] == nil) == (c.err[2] == nil) {
		t.Errorf("%d panics, errors %v and %v; want one panic and one error", panicked.Load(), c.err[1], c.err[2])
	}
	call(3)
	<-entered
	leave <- struct{}{}
	if c.Wait(); c.out[3] != "answer 3" {
		t.Errorf("after a panic: %q, %v", c.out[3], c.err[3])
	}
}

// TestWidth has two round trips at a time, and calls that gather behind both.
func TestWidth(t *testing.T) {
	t.Parallel()
	g := newGate()
	group := gather.New(2, 10, time.Minute, g.run)
	var c callers
	c.call(t.Context(), group, 0)
	<-g.entered
	c.call(t.Context(), group, 1)
	if second := <-g.entered; !slices.Equal(second, []int{1}) {
		t.Errorf("beside the first went %v", second)
	}
	for i := 2; i < 5; i++ {
		c.call(t.Context(), group, i)
	}
	for group.Waiting() < 3 {
		time.Sleep(time.Millisecond)
	}
	g.leave <- nil
	if third := <-g.entered; len(third) != 3 {
		t.Errorf("the third round trip carried %v", third)
	}
	g.leave <- nil
	g.leave <- nil
	c.Wait()
	for i := range 5 {
		if c.err[i] != nil || c.out[i] != fmt.Sprint("answer ", i) {
			t.Errorf("call %d: %q, %v", i, c.out[i], c.err[i])
		}
	}
}

// TestStress has many callers, some of which leave: every one that stays is answered with its own answer, and nothing is carried twice.
func TestStress(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	seen := map[int]int{}
	var flying atomic.Int32
	group := gather.New(3, 16, time.Minute, func(_ context.Context, ins []int) ([]string, error) {
		if flying.Add(1) > 3 {
			t.Error("four round trips at the same time")
		}
		defer flying.Add(-1)
		mu.Lock()
		for _, in := range ins {
			seen[in]++
		}
		mu.Unlock()
		return answers(ins), nil
	})
	var all sync.WaitGroup
	for i := range 2000 {
		all.Go(func() {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			if i%7 == 0 {
				go cancel()
			}
			out, err := group.Do(ctx, i)
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err == nil && (out != fmt.Sprint("answer ", i) || seen[i] != 1):
				t.Errorf("call %d: %q, carried %d times", i, out, seen[i])
			case err != nil && (i%7 != 0 || seen[i] != 0):
				t.Errorf("call %d: %v, carried %d times", i, err, seen[i])
			}
		})
	}
	all.Wait()
}

func TestKeysTakeTurnsWhenMuchWaits(t *testing.T) {
	t.Parallel()
	g := newGate()
	group := gather.New(1, 4, time.Minute, g.run).Fair(func(in int) string { return strconv.Itoa(in / 10) })
	var c callers
	c.call(t.Context(), group, 0)
	<-g.entered
	for i, in := range []int{1, 2, 3, 4, 5, 6, 10, 11, 20} {
		c.call(t.Context(), group, in)
		for group.Waiting() <= i {
			time.Sleep(100 * time.Microsecond)
		}
	}
	var trips [][]int
	for range 3 {
		g.leave <- nil
		trips = append(trips, <-g.entered)
	}
	g.leave <- nil
	c.Wait()
	if want := [][]int{{1, 10, 20, 2}, {11, 3, 4, 5}, {6}}; !slices.EqualFunc(trips, want, slices.Equal) {
		t.Errorf("round trips carried %v, want %v", trips, want)
	}
}
