package memqueue_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/annohook/annohook/scheduler"
	"github.com/annohook/annohook/scheduler/memqueue"
	"github.com/annohook/annohook/scheduler/queuetest"
	"github.com/annohook/annohook/sender/history"
)

func TestWallClock(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	made := map[string]*memqueue.Queue{}
	queuetest.Run(t, func(t *testing.T, name string, grace time.Duration) scheduler.Queue {
		t.Helper()
		mu.Lock()
		defer mu.Unlock()
		key := t.Name() + name
		if made[key] == nil {
			made[key] = memqueue.New(memqueue.Options{Now: time.Now, Grace: grace})
		}
		return made[key]
	})
}

func TestVirtualClockJumpsFromDueToDue(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	q := memqueue.NewVirtual(start)
	enqueue := func(id string, after time.Duration) {
		t.Helper()
		if err := q.Enqueue(t.Context(), history.Due{Ref: history.Ref{Delivery: id, Attempt: 1}, At: start.Add(after)}); err != nil {
			t.Fatal(err)
		}
	}
	enqueue("c", 3*time.Hour)
	enqueue("a", time.Second)
	enqueue("b", time.Second)
	var got []string
	handle := func(_ context.Context, d history.Due) {
		got = append(got, fmt.Sprintf("%s after %s", d.Delivery, q.Now().Sub(start)))
		if d.Delivery == "a" {
			enqueue("nested", time.Minute)
		}
	}
	began := time.Now()
	if err := q.RunUntil(t.Context(), start.Add(2*time.Hour), handle); err != nil {
		t.Fatal(err)
	}
	if at := q.Now(); !at.Equal(start.Add(2 * time.Hour)) {
		t.Errorf("the clock shows %s", at)
	}
	if err := q.Drain(t.Context(), handle); err != nil {
		t.Fatal(err)
	}
	want := []string{"a after 1s", "b after 1s", "nested after 1m0s", "c after 3h0m0s"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("order (-want +got):\n%s", diff)
	}
	if took := time.Since(began); took > 20*time.Second {
		t.Errorf("three virtual hours took %s", took)
	}
}
