package subscriptions_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/annohook/annohook/subscriptions"
)

func TestWants(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		events []string
		names  []string
		want   bool
	}{
		{"nil is all", nil, []string{"a"}, true},
		{"nil is all, also without a name", nil, nil, true},
		{"empty is none", []string{}, []string{"a"}, false},
		{"listed", []string{"a", "b"}, []string{"b"}, true},
		{"not listed", []string{"a"}, []string{"b"}, false},
		{"one of two names", []string{"wire"}, []string{"key", "wire"}, true},
		{"an unnamed event is not an empty entry", []string{""}, []string{""}, false},
		{"case counts", []string{"A"}, []string{"a"}, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := (subscriptions.Subscription{Events: test.events}).Wants(test.names...); got != test.want {
				t.Errorf("got %t, want %t", got, test.want)
			}
		})
	}
}

func TestQuirk(t *testing.T) {
	t.Parallel()
	s := subscriptions.Subscription{Quirks: map[string]bool{"on": true, "off": false}}
	if !s.Quirk("on", false) || s.Quirk("off", true) || !s.Quirk("unset", true) || s.Quirk("unset", false) {
		t.Error("a set quirk must win over its default, an unset one be the default")
	}
}

func TestSecretNeverShows(t *testing.T) {
	t.Parallel()
	const secret subscriptions.Secret = "hunter2"
	var log bytes.Buffer
	logger := slog.New(slog.NewJSONHandler(&log, nil))
	logger.Info("x", "secret", secret)
	s := subscriptions.Subscription{Secret: secret}
	for _, text := range []string{
		log.String(), secret.String(), fmt.Sprint(secret), fmt.Sprintf("%v %s %q %#v", secret, secret, secret, secret), fmt.Sprintf("%+v %#v", s, s),
	} {
		if strings.Contains(text, "hunter2") || !strings.Contains(text, subscriptions.Masked) {
			t.Errorf("got %s", text)
		}
	}
	if got := subscriptions.Secret("").String(); got != "" {
		t.Errorf("no secret: got %q", got)
	}
}

func TestCloneSharesNothing(t *testing.T) {
	t.Parallel()
	s := sample("one")
	s.Events, s.Options, s.Quirks = []string{"a"}, json.RawMessage(`{}`), map[string]bool{"q": true}
	c := s.Clone()
	if diff := cmp.Diff(c, s); diff != "" {
		t.Fatalf("(-clone +original):\n%s", diff)
	}
	c.Events[0], c.Headers[0].Value, c.Scope[0], c.Options[0], c.Quirks["q"], c.Retry.Delays[0] = "x", "x", 'x', 'x', false, 0
	if s.Events[0] != "a" || s.Headers[0].Value != "1" || s.Scope[0] != '{' || s.Options[0] != '{' || !s.Quirks["q"] || s.Retry.Delays[0] != time.Second {
		t.Errorf("a change of the clone reached the original: %+v", s)
	}
	if bare := (subscriptions.Subscription{Events: []string{}}).Clone(); bare.Events == nil || bare.Quirks != nil || bare.Retry != nil {
		t.Errorf("empty and absent are not kept apart: %#v", bare)
	}
}

func TestCompare(t *testing.T) {
	t.Parallel()
	at := time.Unix(5, 0)
	list := []subscriptions.Subscription{{ID: "c", CreatedAt: at}, {ID: "a", CreatedAt: at}, {ID: "z"}, {ID: "a", CreatedAt: at}}
	slices.SortFunc(list, subscriptions.Compare)
	var got []string
	for _, s := range list {
		got = append(got, s.ID)
	}
	if diff := cmp.Diff(got, []string{"z", "a", "a", "c"}); diff != "" {
		t.Errorf("(-got +want):\n%s", diff)
	}
}
