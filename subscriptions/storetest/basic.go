package storetest

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/annohook/annohook/subscriptions"
)

func keepsEveryField(t *testing.T, store subscriptions.Store) {
	t.Helper()
	want := full("one")
	same(t, "create", create(t, store, want), want)
	same(t, "get", get(t, store, "one"), want)
	list, err := store.List(t.Context())
	if err != nil || len(list) != 1 {
		t.Fatalf("list: got %d, error %v", len(list), err)
	}
	same(t, "list", list[0], want)
	bare := subscriptions.Subscription{ID: "bare"}
	create(t, store, bare)
	same(t, "get without any field", get(t, store, "bare"), bare)
}

func tellsAllEventsFromNone(t *testing.T, store subscriptions.Store) {
	t.Helper()
	all, none := full("all"), full("none")
	all.Events, none.Events = nil, []string{}
	all.Retry, none.Retry = nil, &subscriptions.Retry{Delays: []time.Duration{}}
	create(t, store, all)
	create(t, store, none)
	gotAll, gotNone := get(t, store, "all"), get(t, store, "none")
	if gotAll.Events != nil || gotAll.Retry != nil {
		t.Errorf("all: got events %#v, retry %#v", gotAll.Events, gotAll.Retry)
	}
	if gotNone.Events == nil || gotNone.Wants("b.created") || gotNone.Retry == nil || len(gotNone.Retry.Delays) != 0 {
		t.Errorf("none: got events %#v, retry %#v", gotNone.Events, gotNone.Retry)
	}
}

func answersWhatIsMissing(t *testing.T, store subscriptions.Store) {
	t.Helper()
	if _, err := store.Get(t.Context(), "none"); !errors.Is(err, subscriptions.ErrNotFound) {
		t.Errorf("get: got %v, want ErrNotFound", err)
	}
	if _, err := store.Delete(t.Context(), "none"); !errors.Is(err, subscriptions.ErrNotFound) {
		t.Errorf("delete: got %v, want ErrNotFound", err)
	}
	_, err := store.Update(t.Context(), "none", func(*subscriptions.Subscription) error {
		t.Error("update ran its function on nothing")
		return nil
	})
	if !errors.Is(err, subscriptions.ErrNotFound) {
		t.Errorf("update: got %v, want ErrNotFound", err)
	}
	if got := ids(t, store); len(got) != 0 {
		t.Errorf("list of an empty store: got %v", got)
	}
}

func refusesAnIDTwice(t *testing.T, store subscriptions.Store) {
	t.Helper()
	create(t, store, full("one"))
	again := sharing("one", "org", "leaked")
	again.Description = "second"
	if _, err := store.Create(t.Context(), again); !errors.Is(err, subscriptions.ErrConflict) {
		t.Errorf("got %v, want ErrConflict", err)
	}
	same(t, "the first one", get(t, store, "one"), full("one"))
	create(t, store, sharing("two", "org", ""))
	wantSecret(t, store, "", "two") // the refused one did not set the record
}

func listsOldestFirst(t *testing.T, store subscriptions.Store) {
	t.Helper()
	at := full("").CreatedAt
	for _, s := range []struct {
		id    string
		after time.Duration
	}{{"c", 2}, {"b", 0}, {"d", 1}, {"a", 2}} {
		sub := full(s.id)
		sub.CreatedAt = at.Add(s.after)
		create(t, store, sub)
	}
	if diff := cmp.Diff(ids(t, store), []string{"b", "d", "a", "c"}); diff != "" {
		t.Errorf("(-got +want):\n%s", diff)
	}
}

func deletes(t *testing.T, store subscriptions.Store) {
	t.Helper()
	create(t, store, full("one"))
	create(t, store, full("two"))
	removed, err := store.Delete(t.Context(), "one")
	if err != nil {
		t.Fatal(err)
	}
	same(t, "what delete returns", removed, full("one"))
	if diff := cmp.Diff(ids(t, store), []string{"two"}); diff != "" {
		t.Errorf("(-got +want):\n%s", diff)
	}
	if _, err := store.Delete(t.Context(), "one"); !errors.Is(err, subscriptions.ErrNotFound) {
		t.Errorf("second delete: got %v, want ErrNotFound", err)
	}
	create(t, store, full("one"))
}

func updates(t *testing.T, store subscriptions.Store) {
	t.Helper()
	create(t, store, full("one"))
	want := full("one")
	want.URL, want.Secret, want.Events, want.Quirks, want.Retry = "http://other.example.org/", "new", []string{"x"}, map[string]bool{"q": true}, nil
	want.UpdatedAt = want.UpdatedAt.Add(time.Hour)
	got := update(t, store, "one", func(s *subscriptions.Subscription) {
		same(t, "what update is given", *s, full("one"))
		*s = want.Clone()
		s.ID, s.CreatedAt = "other", time.Time{} // cannot change
	})
	same(t, "what update returns", got, want)
	same(t, "get", get(t, store, "one"), want)
	if diff := cmp.Diff(ids(t, store), []string{"one"}); diff != "" {
		t.Errorf("ids (-got +want):\n%s", diff)
	}
}

func updateReturnsTheError(t *testing.T, store subscriptions.Store) {
	t.Helper()
	create(t, store, full("one"))
	refused := errors.New("refused")
	_, err := store.Update(t.Context(), "one", func(s *subscriptions.Subscription) error {
		s.URL, s.Events[0], s.Quirks["counters"] = "changed", "changed", true
		return refused
	})
	if err != refused { //nolint:errorlint // the very error is promised
		t.Errorf("got %v, want the function's own error", err)
	}
	same(t, "the subscription", get(t, store, "one"), full("one"))
}

func sharesNoMemory(t *testing.T, store subscriptions.Store) {
	t.Helper()
	spoil := func(s subscriptions.Subscription) {
		s.Events[0], s.Headers[0].Value, s.Scope[2], s.Options[2], s.Quirks["counters"] = "spoilt", "spoilt", 'X', 'X', true
		s.Retry.Delays[0] = 0
	}
	given := full("one")
	stored := create(t, store, given)
	spoil(given)
	spoil(stored)
	spoil(get(t, store, "one"))
	list, err := store.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	spoil(list[0])
	kept := full("kept")
	spoil(update(t, store, "one", func(s *subscriptions.Subscription) {
		s.Events, s.Headers, s.Quirks, s.Retry = kept.Events, kept.Headers, kept.Quirks, kept.Retry
	}))
	spoil(kept)
	same(t, "the subscription", get(t, store, "one"), full("one"))
}

func updateFunctionMayUseTheStore(t *testing.T, store subscriptions.Store) {
	t.Helper()
	create(t, store, full("one"))
	create(t, store, full("two"))
	got := update(t, store, "one", func(s *subscriptions.Subscription) { s.Concurrency = len(ids(t, store)) })
	if got.Concurrency != 2 {
		t.Errorf("got %d subscriptions seen inside update, want 2", got.Concurrency)
	}
}
