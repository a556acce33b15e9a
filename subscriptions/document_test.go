package subscriptions_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/annohook/annohook/subscriptions"
)

func TestDocumentHoldsTheRealSecretUnlessShared(t *testing.T) {
	t.Parallel()
	s := sample("one")
	own, err := subscriptions.EncodeDocument(s)
	if err != nil {
		t.Fatal(err)
	}
	s.SharedSecret = "org"
	shared, err := subscriptions.EncodeDocument(s)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(own), `"secret":"s<3>cret"`) || strings.Contains(string(shared), "cret\":\"s") {
		t.Errorf("got own %s and shared %s", own, shared)
	}
}

func TestDocumentPassesOverWhatItDoesNotKnow(t *testing.T) {
	t.Parallel()
	got, err := subscriptions.DecodeDocument([]byte(`{"id":"a","from_the_future":[1],"events":["x"]}`))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(got, subscriptions.Subscription{ID: "a", Events: []string{"x"}}); diff != "" {
		t.Errorf("(-got +want):\n%s", diff)
	}
}

func TestDocumentRefusesOptionsThatAreNoJSON(t *testing.T) {
	t.Parallel()
	s := sample("one")
	s.Options = []byte("{")
	if _, err := subscriptions.EncodeDocument(s); err == nil || !strings.Contains(err.Error(), "subscription one") {
		t.Errorf("got %v, want an error that names the subscription", err)
	}
	if _, err := subscriptions.NewMemory().Create(t.Context(), s); err == nil {
		t.Error("memory took it")
	}
}

// FuzzDocument checks that whatever decodes encodes to a document that means the same and then stays the same.
func FuzzDocument(f *testing.F) {
	seed, err := subscriptions.EncodeDocument(sample("one"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(seed)
	f.Add([]byte(`{"id":"a","headers":{"A":"1","a":"2"}}`))
	f.Add([]byte(`{"id":"a","events":null,"scope":null,"retry":{"delays_ns":null}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := subscriptions.DecodeDocument(data)
		if err != nil {
			return
		}
		first, err := subscriptions.EncodeDocument(s)
		if err != nil {
			t.Fatalf("encode what decoded from %q: %v", data, err)
		}
		again, err := subscriptions.DecodeDocument(first)
		if err != nil {
			t.Fatalf("decode %s: %v", first, err)
		}
		second, err := subscriptions.EncodeDocument(again)
		if err != nil || !bytes.Equal(first, second) {
			t.Fatalf("got %s, then %s (error %v)", first, second, err)
		}
	})
}
