package history_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/annohook/annohook/sender/history"
)

// scriptFeed is a feed that a test writes.
type scriptFeed struct {
	*history.Memory
}

var errEnough = errors.New("enough")

// grow appends n deliveries, one feed entry each.
func grow(t *testing.T, f scriptFeed, prefix string, n int) {
	t.Helper()
	for i := range n {
		d := history.Delivery{ID: fmt.Sprintf("%s-%04d", prefix, i), Status: history.Pending, SubscriptionID: "s", NextAt: time.Now(), CreatedAt: time.Now()}
		if err := f.Append(t.Context(), nil, []history.New{{Delivery: d, Body: []byte("x")}}); err != nil {
			t.Fatal(err)
		}
	}
}

// startHub runs a hub on f until the bubble's test ends.
func startHub(t *testing.T, f history.Feed) *history.Hub {
	t.Helper()
	hub := history.NewHub(f)
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); _ = hub.Run(ctx) }()
	t.Cleanup(func() { stop(); <-done })
	synctest.Wait()
	return hub
}

// take follows until n entries were seen and returns the ids of their deliveries and of the last entry.
func take(t *testing.T, hub *history.Hub, after string, n int, meanwhile func()) (ids []string, last string, err error) {
	t.Helper()
	err = hub.Follow(t.Context(), after, meanwhile, func(entries []history.Entry) error {
		for _, e := range entries {
			ids = append(ids, e.Summary.ID)
			last = e.ID
			if len(ids) == n {
				return errEnough
			}
		}
		return nil
	})
	return ids, last, err
}

func TestFollowersSeeEverythingFromTheMomentTheyStarted(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := scriptFeed{history.NewMemory(history.Options{})}
		grow(t, f, "before", 3)
		hub := startHub(t, f)
		ids, _, err := take(t, hub, "", 2, func() { grow(t, f, "after", 2) })
		if !errors.Is(err, errEnough) || !slices.Equal(ids, []string{"after-0000", "after-0001"}) {
			t.Errorf("saw %v, error %v", ids, err)
		}
	})
}

func TestFollowersResumeWithoutGapOrDouble(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		missed int // entries between the last one seen and the reconnect
		fresh  bool
	}{
		{"nothing missed", 0, false}, {"from the ring", 50, false}, {"beyond the ring", 2500, false}, {"a new hub", 50, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				f := scriptFeed{history.NewMemory(history.Options{})}
				hub := startHub(t, f)
				_, last, _ := take(t, hub, "", 5, func() { grow(t, f, "a", 5) })
				grow(t, f, "b", tt.missed)
				synctest.Wait()
				if tt.fresh {
					hub = startHub(t, f)
				}
				ids, _, err := take(t, hub, last, tt.missed+2, func() { grow(t, f, "c", 2) })
				if !errors.Is(err, errEnough) {
					t.Fatal(err)
				}
				var want []string
				for i := range tt.missed {
					want = append(want, fmt.Sprintf("b-%04d", i))
				}
				if want = append(want, "c-0000", "c-0001"); !slices.Equal(ids, want) {
					t.Errorf("saw %d entries, first %v, last %v", len(ids), ids[0], ids[len(ids)-1])
				}
			})
		})
	}
}

// readFeed counts the tails that read it.
type readFeed struct {
	scriptFeed

	readers atomic.Int32
}

func (f *readFeed) Tail(ctx context.Context, after string, fn func([]history.Entry) error) error {
	f.readers.Add(1)
	defer f.readers.Add(-1)
	return f.scriptFeed.Tail(ctx, after, fn)
}

func TestTheFeedIsNotReadForNobody(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &readFeed{scriptFeed: scriptFeed{history.NewMemory(history.Options{})}}
		hub := startHub(t, f)
		for _, round := range []string{"a", "b"} {
			_, last, err := take(t, hub, "", 2, func() { grow(t, f.scriptFeed, round, 2) })
			if !errors.Is(err, errEnough) || f.readers.Load() != 1 {
				t.Fatalf("round %s: %v, %d readers while somebody follows", round, err, f.readers.Load())
			}
			grow(t, f.scriptFeed, round+"-unseen", 2500)
			synctest.Wait()
			if got := f.readers.Load(); got != 0 {
				t.Fatalf("round %s: %d readers of a feed nobody follows", round, got)
			}
			ids, _, err := take(t, hub, last, 2501, func() { grow(t, f.scriptFeed, round+"-later", 1) })
			if !errors.Is(err, errEnough) || ids[0] != round+"-unseen-0000" || ids[2500] != round+"-later-0000" {
				t.Fatalf("round %s: after the rest %v, %d entries", round, err, len(ids))
			}
		}
	})
}

func TestWhoWaitsForARestingHubCanLeave(t *testing.T) {
	t.Parallel()
	hub := history.NewHub(history.NewMemory(history.Options{})) // nobody runs it
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := hub.Follow(ctx, "", nil, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

func TestAPlaceFromAnotherLifeIsAGap(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := scriptFeed{history.NewMemory(history.Options{})}
		grow(t, f, "a", 2)
		hub := startHub(t, f)
		if _, _, err := take(t, hub, "99999999999999-7", 1, nil); !errors.Is(err, history.ErrGap) {
			t.Errorf("an id of the future: %v", err)
		}
	})
}

func TestASlowFollowerIsToldInsteadOfHoldingEverybodyUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := scriptFeed{history.NewMemory(history.Options{})}
		hub := startHub(t, f)
		release := make(chan struct{})
		slow := make(chan error, 1)
		go func() {
			slow <- hub.Follow(t.Context(), "", nil, func([]history.Entry) error { <-release; return nil })
		}()
		synctest.Wait()
		for range 400 { // more batches than a follower may lag behind
			grow(t, f, strconv.FormatInt(time.Now().UnixNano(), 10), 1)
			synctest.Wait()
			time.Sleep(time.Millisecond)
		}
		close(release)
		if err := <-slow; !errors.Is(err, history.ErrGap) {
			t.Errorf("slow follower: %v", err)
		}
	})
}

func TestCompareIDs(t *testing.T) {
	t.Parallel()
	tests := []struct {
		a, b string
		want int
	}{{"1-0", "1-0", 0}, {"1-9", "1-10", -1}, {"2-0", "1-99", 1}, {"10-0", "9-0", 1}, {"", "0-1", -1}, {"x-y", "0-0", 0}}
	for _, tt := range tests {
		if got := history.CompareIDs(tt.a, tt.b); got != tt.want {
			t.Errorf("compare %q %q: %d, want %d", tt.a, tt.b, got, tt.want)
		}
	}
}
