package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"testing"
	"unicode/utf8"

	"github.com/annohook/annohook/subscriptions"
)

// FuzzReadTrigger holds for every body: it is accepted or refused as a problem, never anything else; and what is accepted is what was written.
func FuzzReadTrigger(f *testing.F) {
	for _, seed := range []string{
		`{"platform":"postbox","type":"note.added"}`,
		`{"platform":"p","type":"t","body":"x","seed":1,"now":"2026-01-02T03:04:05Z","count":2}`,
		`{"platform":"p","type":"t","body":{"a":[1.0,2e3]},"set":[{"path":"a","value":1.0}],"data":{"b":null}}`,
		`{"platform":"p","platform":"q"}`, `[]`, `{`, `{"seed":1e400}`, "{\"type\":\"\\ud800\"}", `{"set":[[]]}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		trigger, err := readTrigger(body, nil)
		if err != nil {
			refused, ok := errors.AsType[*failure](err)
			if !ok || (refused.problem.Status != 400 && refused.problem.Status != 422) || !utf8.ValidString(refused.problem.Error()) {
				t.Fatalf("refused with %v", err)
			}
			return
		}
		var fields map[string]json.RawMessage
		if err := json.Unmarshal(body, &fields); err != nil {
			t.Fatalf("accepted what is no object: %v", err)
		}
		if given := fields["body"]; len(given) > 0 && (given[0] == '{' || given[0] == '[') && !bytes.Equal(trigger.Body, given) {
			t.Fatalf("body %q became %q", given, trigger.Body)
		}
		if trigger.Count < 0 || trigger.Count > 1000 || (trigger.Seed != nil && *trigger.Seed > maxSeed) {
			t.Fatalf("accepted out of bounds: %+v", trigger)
		}
	})
}

// FuzzReadAct holds for every body: it is accepted within its bounds, or refused as a problem.
func FuzzReadAct(f *testing.F) {
	for _, seed := range []string{
		`{"platform":"postbox","action":"add-notes","params":{"count":2,"text":null}}`, `{"platform":"p","action":"a","params":{"a":1,"a":2}}`,
		`{"platform":"p","action":"a","params":[],"seed":1e400}`, `{"platform":"p","action":"a","now":"2026-01-02T03:04:05Z","subscription_ids":["x"]}`, `[]`, `{`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		act, err := readAct(body, nil)
		if err != nil {
			refused, ok := errors.AsType[*failure](err)
			if !ok || (refused.problem.Status != 400 && refused.problem.Status != 422) || !utf8.ValidString(refused.problem.Error()) {
				t.Fatalf("refused with %v", err)
			}
			return
		}
		if (act.Seed != nil && *act.Seed > maxSeed) || len(act.SubscriptionIDs) > maxNamedIDs {
			t.Fatalf("accepted out of bounds: %+v", act)
		}
	})
}

// FuzzReadChanges holds for every body: it is refused as a problem, or its changes applied twice are what they are applied once.
func FuzzReadChanges(f *testing.F) {
	for _, seed := range []string{
		`{"url":"http://a/","secret":null,"events":[],"headers":{"A":"b"},"enabled":null,"retry":{"delays":["1s"]}}`,
		`{"quirks":{"a":null,"b":true},"timeout":"1s","deadline":null,"rate":1e3,"concurrency":7,"options":{"x":[]}}`,
		`{"url":"http://********@a/"}`, `{"events":[null]}`, `{"retry":{}}`, `{"headers":[]}`, `{"rate":"1"}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		list, err := changesOf(body)
		if err != nil {
			if refused, ok := errors.AsType[*failure](err); !ok || refused.problem.Status/100 != 4 {
				t.Fatalf("refused with %v", err)
			}
			return
		}
		once := subscriptions.Subscription{URL: "http://u:p@a/"}
		failed := list.apply(&once) != nil
		twice := once.Clone()
		if again := list.apply(&twice) != nil; again != failed {
			t.Fatalf("the second run fails %v, the first %v", again, failed)
		}
		first, errFirst := subscriptions.EncodeDocument(once)
		second, errSecond := subscriptions.EncodeDocument(twice)
		if errFirst != nil || errSecond != nil || !bytes.Equal(first, second) {
			t.Fatalf("%s became %s (%v, %v)", first, second, errFirst, errSecond)
		}
	})
}

func changesOf(body []byte) (changes, error) {
	f, err := readForm(body, changeable(), derived()...)
	if err != nil {
		return nil, err
	}
	list := readChanges(f)
	return list, f.result()
}
