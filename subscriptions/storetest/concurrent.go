package storetest

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/annohook/annohook/subscriptions"
)

// Size of the concurrent tests: enough to collide on every machine, few enough to end at once.
const (
	writers = 8
	rounds  = 15
)

// together runs n functions at the same time and returns their errors in order.
func together(n int, run func(i int) error) []error {
	errs := make([]error, n)
	start := make(chan struct{})
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			<-start
			errs[i] = run(i)
		})
	}
	close(start)
	wg.Wait()
	return errs
}

func concurrentUpdatesLoseNothing(t *testing.T, store subscriptions.Store) {
	t.Helper()
	s := full("one")
	s.ConsecutiveFailures = 0
	create(t, store, s)
	err := errors.Join(together(writers, func(int) error {
		for range rounds {
			_, err := store.Update(t.Context(), "one", func(s *subscriptions.Subscription) error {
				s.ConsecutiveFailures++
				return nil
			})
			if err != nil {
				return err
			}
		}
		return nil
	})...)
	if err != nil {
		t.Fatal(err)
	}
	if got := get(t, store, "one").ConsecutiveFailures; got != writers*rounds {
		t.Errorf("got %d, want %d", got, writers*rounds)
	}
}

func concurrentCreatesHaveOneWinner(t *testing.T, store subscriptions.Store) {
	t.Helper()
	won := 0
	for _, err := range together(writers, func(int) error {
		_, err := store.Create(t.Context(), full("one"))
		return err
	}) {
		switch {
		case err == nil:
			won++
		case !errors.Is(err, subscriptions.ErrConflict):
			t.Errorf("got %v, want ErrConflict", err)
		}
	}
	if won != 1 {
		t.Errorf("%d creates of one id succeeded, want 1", won)
	}
}

func updateOfADeletedOne(t *testing.T, store subscriptions.Store) {
	t.Helper()
	create(t, store, full("one"))
	_, err := store.Update(t.Context(), "one", func(*subscriptions.Subscription) error {
		if _, err := store.Delete(t.Context(), "one"); err != nil && !errors.Is(err, subscriptions.ErrNotFound) {
			return err
		}
		return nil
	})
	if !errors.Is(err, subscriptions.ErrNotFound) {
		t.Errorf("got %v, want ErrNotFound", err)
	}
	if got := ids(t, store); len(got) != 0 {
		t.Errorf("update brought %v back", got)
	}
}

func endsWithItsContext(t *testing.T, store subscriptions.Store) {
	t.Helper()
	create(t, store, full("one"))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	calls := map[string]func() error{
		"create": func() error { _, err := store.Create(ctx, full("two")); return err },
		"get":    func() error { _, err := store.Get(ctx, "one"); return err },
		"list":   func() error { _, err := store.List(ctx); return err },
		"update": func() error {
			_, err := store.Update(ctx, "one", func(s *subscriptions.Subscription) error { s.URL = "changed"; return nil })
			return err
		},
		"delete": func() error { _, err := store.Delete(ctx, "one"); return err },
		"number": func() error { _, err := store.NextNumber(ctx, "one", 1); return err },
	}
	for name, call := range calls {
		if err := call(); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: got %v, want context.Canceled", name, err)
		}
	}
	same(t, "the subscription", get(t, store, "one"), full("one"))

	during, cancelDuring := context.WithCancel(t.Context())
	defer cancelDuring()
	_, err := store.Update(during, "one", func(s *subscriptions.Subscription) error {
		s.URL = "changed"
		cancelDuring()
		return nil
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("update cancelled by its function: got %v, want context.Canceled", err)
	}
	same(t, "the subscription", get(t, store, "one"), full("one"))
}

func rotationSurvivesOtherUpdates(t *testing.T, store subscriptions.Store) {
	t.Helper()
	create(t, store, sharing("one", "org", "old"))
	create(t, store, sharing("two", "org", ""))
	var rotated atomic.Bool
	got := update(t, store, "one", func(s *subscriptions.Subscription) {
		s.URL = "changed"
		// Another writer rotates while this update is under way; it must not write the old secret back.
		if rotated.CompareAndSwap(false, true) {
			update(t, store, "two", func(s *subscriptions.Subscription) { s.Secret = "new" })
		}
	})
	if got.URL != "changed" || string(got.Secret) != "new" {
		t.Errorf("got URL %s and secret %q, want changed and new", got.URL, string(got.Secret))
	}
	wantSecret(t, store, "new", "one", "two")
}

// updateSeesASecretSetMeanwhile generates a secret only where there is none, as another writer sets one.
func updateSeesASecretSetMeanwhile(t *testing.T, store subscriptions.Store) {
	t.Helper()
	create(t, store, sharing("one", "org", ""))
	create(t, store, sharing("two", "org", ""))
	var set atomic.Bool
	update(t, store, "one", func(s *subscriptions.Subscription) {
		if set.CompareAndSwap(false, true) {
			update(t, store, "two", func(s *subscriptions.Subscription) { s.Secret = "first" })
		}
		if s.Secret == "" {
			s.Secret = "late"
		}
	})
	wantSecret(t, store, "first", "one", "two")
}
