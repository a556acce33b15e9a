package storetest

import (
	"errors"
	"slices"
	"testing"

	"github.com/annohook/annohook/subscriptions"
)

func number(t *testing.T, store subscriptions.Store, name string, atLeast, want int64) {
	t.Helper()
	got, err := store.NextNumber(t.Context(), name, atLeast)
	if err != nil || got != want {
		t.Errorf("next number of %s from %d: got %d, error %v, want %d", name, atLeast, got, err, want)
	}
}

func countsByName(t *testing.T, store subscriptions.Store) {
	t.Helper()
	number(t, store, "one", 1, 1)
	number(t, store, "one", 1, 2)
	number(t, store, "two", 1, 1)
	number(t, store, "one", 7, 7)
	number(t, store, "one", 3, 8)
	number(t, store, "none", 0, 1)
	number(t, store, "large", subscriptions.MaxNumber-3, subscriptions.MaxNumber-3)
	number(t, store, "large", 1, subscriptions.MaxNumber-2)
}

func numbersOutliveSubscriptions(t *testing.T, store subscriptions.Store) {
	t.Helper()
	create(t, store, full("one"))
	number(t, store, "sample", 1, 1)
	if _, err := store.Delete(t.Context(), "one"); err != nil {
		t.Fatal(err)
	}
	number(t, store, "sample", 1, 2)
}

func concurrentNumbersDiffer(t *testing.T, store subscriptions.Store) {
	t.Helper()
	got := make([][]int64, writers)
	err := errors.Join(together(writers, func(i int) error {
		for range rounds {
			n, err := store.NextNumber(t.Context(), "sample", 1)
			if err != nil {
				return err
			}
			got[i] = append(got[i], n)
		}
		return nil
	})...)
	if err != nil {
		t.Fatal(err)
	}
	all := slices.Sorted(slices.Values(slices.Concat(got...)))
	for i, n := range all {
		if n != int64(i)+1 {
			t.Fatalf("numbers are %v, want 1 to %d", all, writers*rounds)
		}
	}
}
