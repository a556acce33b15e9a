package storetest

import (
	"testing"

	"github.com/annohook/annohook/subscriptions"
)

func sharedSecretReachesAll(t *testing.T, store subscriptions.Store) {
	t.Helper()
	if got := create(t, store, sharing("one", "org", "")); got.Secret != "" {
		t.Errorf("first without a secret: got %q", string(got.Secret))
	}
	if got := create(t, store, sharing("two", "org", "first")); got.Secret != "first" {
		t.Errorf("create with a secret: got %q", string(got.Secret))
	}
	wantSecret(t, store, "first", "one", "two")
	if got := create(t, store, sharing("three", "org", "")); got.Secret != "first" {
		t.Errorf("create without a secret: got %q, want the record", string(got.Secret))
	}
	if got := update(t, store, "one", func(s *subscriptions.Subscription) { s.Secret = "second" }); got.Secret != "second" {
		t.Errorf("rotation: got %q", string(got.Secret))
	}
	wantSecret(t, store, "second", "one", "two", "three")
	create(t, store, sharing("four", "org", "third"))
	wantSecret(t, store, "third", "one", "two", "three", "four")
	update(t, store, "two", func(s *subscriptions.Subscription) { s.Secret = "" })
	wantSecret(t, store, "", "one", "two", "three", "four")
}

func sharedSecretOutlives(t *testing.T, store subscriptions.Store) {
	t.Helper()
	create(t, store, sharing("one", "org", "kept"))
	removed, err := store.Delete(t.Context(), "one")
	if err != nil || removed.Secret != "kept" {
		t.Fatalf("delete: got secret %q, error %v", string(removed.Secret), err)
	}
	create(t, store, sharing("two", "org", ""))
	wantSecret(t, store, "kept", "two")
}

func sharedSecretsHaveNames(t *testing.T, store subscriptions.Store) {
	t.Helper()
	own := full("own")
	own.Secret = "mine"
	create(t, store, own)
	create(t, store, sharing("a", "first org", "A"))
	create(t, store, sharing("b", "second org", "B"))
	update(t, store, "own", func(s *subscriptions.Subscription) { s.Secret = "still mine" })
	wantSecret(t, store, "A", "a")
	wantSecret(t, store, "B", "b")
	wantSecret(t, store, "still mine", "own")
}

func sharedSecretCanBeLeftAndJoined(t *testing.T, store subscriptions.Store) {
	t.Helper()
	create(t, store, sharing("one", "org", "common"))
	create(t, store, sharing("two", "org", ""))
	update(t, store, "two", func(s *subscriptions.Subscription) { s.SharedSecret, s.Secret = "", "own" })
	wantSecret(t, store, "common", "one")
	wantSecret(t, store, "own", "two")
	update(t, store, "two", func(s *subscriptions.Subscription) { s.SharedSecret, s.Secret = "org", "" })
	wantSecret(t, store, "common", "one", "two")
	update(t, store, "two", func(s *subscriptions.Subscription) { s.SharedSecret = "" })
	wantSecret(t, store, "common", "one", "two")
	update(t, store, "two", func(s *subscriptions.Subscription) { s.SharedSecret = "elsewhere" })
	create(t, store, sharing("three", "elsewhere", ""))
	wantSecret(t, store, "common", "one", "two", "three")
}
