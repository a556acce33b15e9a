package toloka_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/payloadtest"
	"github.com/annohook/annohook/payloads/signature"
	"github.com/annohook/annohook/payloads/toloka"
	"github.com/annohook/annohook/subscriptions"
)

func quirk(name string) map[string]bool { return map[string]bool{name: true} }

// TestEveryQuirkIsOff holds the list, so that a new one gets its test here or in TestQuirks and TestSignedSample.
func TestEveryQuirkIsOff(t *testing.T) {
	var names []string
	for _, q := range platform().Quirks {
		names = append(names, q.Name)
		if q.Default {
			t.Errorf("%s is on by default", q.Name)
		}
	}
	want := []string{
		toloka.QuirkKeyOrder, toloka.QuirkMillis, toloka.QuirkShortHex, toloka.QuirkHeaderOrder, toloka.QuirkNoAssignmentIDs, toloka.QuirkDuplicates,
		toloka.QuirkStaleTime, toloka.QuirkWrongSecret, toloka.QuirkNoSignature,
	}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Errorf("quirks (-want +got):\n%s", diff)
	}
}

func TestQuirkNoAssignmentIDs(t *testing.T) {
	usual := build(t, toloka.DynamicOverlapCompleted, subscriptions.Subscription{})
	odd := build(t, toloka.DynamicOverlapCompleted, subscriptions.Subscription{Quirks: quirk(toloka.QuirkNoAssignmentIDs)})
	usual.Delete("assignment_ids")
	if diff := cmp.Diff(show(usual), show(odd)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestQuirkDuplicates wants the same uuid twice in a request, but for the test event.
func TestQuirkDuplicates(t *testing.T) {
	s := payloadtest.Subscription(platform())
	s.Quirks = quirk(toloka.QuirkDuplicates)
	for _, e := range platform().Events {
		body, err := bodyOf(s, e.Key, payloadtest.Build(s, ""))
		if err != nil {
			t.Fatal(err)
		}
		v, err := payloads.ParseValue(body)
		if err != nil {
			t.Fatal(err)
		}
		list, _ := at(v, "events").(payloads.Array)
		if e.Key == toloka.TestEvent {
			if len(list) != 1 {
				t.Errorf("%d test events", len(list))
			}
			continue
		}
		if len(list) != 2 || at(list, "0", "uuid") != at(list, "1", "uuid") {
			t.Errorf("%s: %s", e.Key, body)
		}
	}
}

// TestQuirksOfTheSignature signs as each quirk does and verifies as a careful listener does.
func TestQuirksOfTheSignature(t *testing.T) {
	tests := []struct {
		name string
		want error
	}{
		{toloka.QuirkStaleTime, nil},
		{toloka.QuirkWrongSecret, signature.ErrMismatch},
		{toloka.QuirkNoSignature, signature.ErrMissing},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := payloadtest.Subscription(platform())
			s.Quirks = quirk(tt.name)
			m := payloads.Message{Method: "POST", Body: []byte(`{"events":[]}`)}
			signed, err := platform().Sign(m, payloadtest.Stamp(s))
			if err != nil {
				t.Fatal(err)
			}
			steps, err := platform().Verify(payloadtest.Receive(m, signed), string(s.Secret), payloadtest.Stamp(s).Time)
			if !errors.Is(err, tt.want) {
				t.Errorf("verify: %v, want %v", err, tt.want)
			}
			if tt.name == toloka.QuirkStaleTime {
				told := slices.ContainsFunc(steps, func(step payloads.Step) bool { return strings.Contains(step.Value, "1h0m0") })
				if !told {
					t.Errorf("the age is not told: %v", steps)
				}
			}
		})
	}
}
