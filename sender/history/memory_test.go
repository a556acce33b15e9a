package history_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/annohook/annohook/sender/history"
	"github.com/annohook/annohook/sender/history/historytest"
)

func TestMemory(t *testing.T) {
	t.Parallel()
	historytest.Run(t, func(t *testing.T) history.History {
		t.Helper()
		return history.NewMemory(history.Options{FeedLength: historytest.FeedLength, Start: time.UnixMilli(1_700_000_000_000)})
	})
}

func delivery(id string) []history.New {
	return []history.New{{Delivery: history.Delivery{ID: id, SubscriptionID: "s", CreatedAt: time.UnixMilli(1)}}}
}

// TestMemoryInBubble proves that a waiting reader is durably blocked, so that virtual time passes, and that it wakes at once.
func TestMemoryInBubble(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := history.NewMemory(history.Options{})
		ctx, cancel := context.WithCancel(t.Context())
		begin := time.Now()
		var seen []time.Duration
		ended := make(chan error)
		go func() {
			ended <- m.Tail(ctx, "", func(list []history.Entry) error {
				for range list {
					seen = append(seen, time.Since(begin))
				}
				return nil
			})
		}()
		for _, id := range []string{"d1", "d2"} {
			time.Sleep(time.Hour)
			if err := m.Append(ctx, nil, delivery(id)); err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
		}
		cancel()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Fatalf("tail ended with %v", err)
		}
		if len(seen) != 2 || seen[0] != time.Hour || seen[1] != 2*time.Hour {
			t.Fatalf("entries seen after %v, want 1h and 2h", seen)
		}
	})
}

// TestMemoryAfterRestart proves that an id of an earlier process is a gap and not another entry.
func TestMemoryAfterRestart(t *testing.T) {
	t.Parallel()
	var last [2]string
	for i := range last {
		m := history.NewMemory(history.Options{Start: time.UnixMilli(int64(1000 + i))})
		if err := m.Append(t.Context(), nil, delivery("d1")); err != nil {
			t.Fatal(err)
		}
		var err error
		if last[i], err = m.Last(t.Context()); err != nil {
			t.Fatal(err)
		}
		if i == 1 {
			err := m.Tail(t.Context(), last[0], func([]history.Entry) error { return nil })
			if !errors.Is(err, history.ErrGap) {
				t.Fatalf("tail after %q ended with %v, want a gap", last[0], err)
			}
		}
	}
	if history.CompareIDs(last[0], last[1]) >= 0 {
		t.Fatalf("ids do not grow over a restart: %s, %s", last[0], last[1])
	}
}

func TestMemoryHonoursContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	m := history.NewMemory(history.Options{})
	if err := m.Append(ctx, nil, delivery("d1")); !errors.Is(err, context.Canceled) {
		t.Fatalf("append: got %v", err)
	}
	if _, err := m.Delivery(t.Context(), "d1"); !errors.Is(err, history.ErrNotFound) {
		t.Fatalf("delivery: got %v, want none", err)
	}
}

func BenchmarkTrip(b *testing.B) {
	historytest.Trip(b, history.NewMemory(history.Options{FeedLength: 1000}))
}

// TestAPageOfManyIsBounded looks for one delivery among more than a page looks at.
func TestAPageOfManyIsBounded(t *testing.T) {
	t.Parallel()
	const kept = 45_000
	m := history.NewMemory(history.Options{})
	many := make([]history.New, kept)
	for i := range many {
		many[i] = history.New{
			Delivery: history.Delivery{ID: fmt.Sprintf("d%06d", i), SubscriptionID: "s", EventType: "common", CreatedAt: time.UnixMilli(int64(i))},
			Body:     []byte("plenty"),
		}
	}
	many[3].Delivery.EventType, many[3].Body = "rare", []byte("seldom")
	if err := m.Append(t.Context(), nil, many); err != nil {
		t.Fatal(err)
	}
	for _, q := range []history.Query{{Type: "rare"}, {Text: "seldom"}} {
		found, pages := 0, 0
		for more := true; more; more = q.Cursor != "" {
			page, err := m.List(t.Context(), q)
			if err != nil {
				t.Fatal(err)
			}
			found, pages, q.Cursor = found+len(page.Items), pages+1, page.NextCursor
		}
		if found != 1 || pages < 3 || pages > 30 {
			t.Errorf("%+v: found %d in %d pages", q, found, pages)
		}
	}
}
