package storetest

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/annohook/annohook/subscriptions"
)

// Run checks a store. newStore returns an empty one that belongs to the subtest alone and cleans up after itself. Subtests run in
// parallel.
func Run(t *testing.T, newStore func(t *testing.T) subscriptions.Store) {
	t.Helper()
	tests := []struct {
		name string
		test func(*testing.T, subscriptions.Store)
	}{
		{"keeps every field", keepsEveryField},
		{"tells all events from none", tellsAllEventsFromNone},
		{"answers what is missing", answersWhatIsMissing},
		{"refuses an id twice", refusesAnIDTwice},
		{"lists oldest first", listsOldestFirst},
		{"deletes", deletes},
		{"updates", updates},
		{"update returns the error of the function", updateReturnsTheError},
		{"shares no memory", sharesNoMemory},
		{"update function may use the store", updateFunctionMayUseTheStore},
		{"concurrent updates lose nothing", concurrentUpdatesLoseNothing},
		{"concurrent creates have one winner", concurrentCreatesHaveOneWinner},
		{"update of a deleted one", updateOfADeletedOne},
		{"ends with its context", endsWithItsContext},
		{"shared secret reaches all", sharedSecretReachesAll},
		{"shared secret outlives its subscriptions", sharedSecretOutlives},
		{"shared secrets have names", sharedSecretsHaveNames},
		{"shared secret can be left and joined", sharedSecretCanBeLeftAndJoined},
		{"rotation survives other updates", rotationSurvivesOtherUpdates},
		{"update sees a secret set meanwhile", updateSeesASecretSetMeanwhile},
		{"counts by name", countsByName},
		{"numbers outlive subscriptions", numbersOutliveSubscriptions},
		{"concurrent numbers differ", concurrentNumbersDiffer},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			test.test(t, newStore(t))
		})
	}
}

// full returns a subscription with every field set to something that is not its zero value, apart from SharedSecret.
func full(id string) subscriptions.Subscription {
	return subscriptions.Subscription{
		ID: id, Platform: "sample", Profile: "v2", NativeID: "62ee14ada451956b21388859",
		URL: "https://user:pass@listener.example.com/hook?a=1&b=<x>", Secret: "s3cret \"quoted\" \u2028 é",
		Events: []string{"b.created", "a.deleted"},
		Headers: subscriptions.Headers{
			{Name: "X-Zulu", Value: "1"}, {Name: "x-alpha", Value: "<&>"},
		},
		Description: "line\nbreak", Enabled: true,
		Scope: json.RawMessage(`{"pool_id":"1","nested":{"z":1,"a":2.0}}`), Options: json.RawMessage(`{"payload":"<ids>"}`),
		Quirks:  map[string]bool{"key-order": true, "counters": false},
		Timeout: 20 * time.Second, Deadline: 3*time.Minute + time.Nanosecond,
		Retry:       &subscriptions.Retry{Delays: []time.Duration{10 * time.Second, time.Minute, 1500 * time.Microsecond}},
		Concurrency: 4, Rate: 2.5, ConsecutiveFailures: 3, DisabledReason: "five failures in a row",
		CreatedAt: time.Date(2026, 11, 21, 10, 0, 0, 123456789, time.UTC), UpdatedAt: time.Date(2026, 11, 21, 11, 0, 0, 0, time.UTC),
	}
}

// sharing returns a subscription that shares the named secret.
func sharing(id, name, secret string) subscriptions.Subscription {
	s := full(id)
	s.SharedSecret, s.Secret = name, subscriptions.Secret(secret)
	return s
}

func create(t *testing.T, store subscriptions.Store, s subscriptions.Subscription) subscriptions.Subscription {
	t.Helper()
	stored, err := store.Create(t.Context(), s)
	if err != nil {
		t.Fatalf("create %s: %v", s.ID, err)
	}
	return stored
}

func get(t *testing.T, store subscriptions.Store, id string) subscriptions.Subscription {
	t.Helper()
	s, err := store.Get(t.Context(), id)
	if err != nil {
		t.Fatalf("get %s: %v", id, err)
	}
	return s
}

func update(t *testing.T, store subscriptions.Store, id string, change func(*subscriptions.Subscription)) subscriptions.Subscription {
	t.Helper()
	s, err := store.Update(t.Context(), id, func(s *subscriptions.Subscription) error {
		change(s)
		return nil
	})
	if err != nil {
		t.Fatalf("update %s: %v", id, err)
	}
	return s
}

func ids(t *testing.T, store subscriptions.Store) []string {
	t.Helper()
	list, err := store.List(t.Context())
	if err != nil {
		t.Fatalf("list: %v", err)
	}
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = s.ID
	}
	return out
}

// same compares two subscriptions in every field, the secret included.
func same(t *testing.T, what string, got, want subscriptions.Subscription) {
	t.Helper()
	if diff := cmp.Diff(got, want); diff != "" {
		t.Errorf("%s (-got +want):\n%s", what, diff)
	}
	if got.Secret != want.Secret { // cmp shows both as stars
		t.Errorf("%s: got secret %q, want %q", what, string(got.Secret), string(want.Secret))
	}
}

func wantSecret(t *testing.T, store subscriptions.Store, want string, ids ...string) {
	t.Helper()
	for _, id := range ids {
		if got := string(get(t, store, id).Secret); got != want {
			t.Errorf("get %s: got secret %q, want %q", id, got, want)
		}
	}
	list, err := store.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range list {
		for _, id := range ids {
			if s.ID == id && string(s.Secret) != want {
				t.Errorf("list: %s has secret %q, want %q", id, string(s.Secret), want)
			}
		}
	}
}
