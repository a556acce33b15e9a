package redisstore

import (
	"errors"
	"fmt"
	"regexp"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/google/go-cmp/cmp"
	"github.com/redis/go-redis/v9"

	"github.com/annohook/annohook/sender/history"
)

// oneAppend is what one call of Append is given.
type oneAppend struct {
	events []string
	news   []history.New
}

func appendOf(events []string, news ...history.New) oneAppend {
	return oneAppend{events: events, news: news}
}

// given is a delivery of an event that waits for another ("": for none).
func given(id, event, before string) history.New {
	d := history.Delivery{
		ID: id, Platform: "postbox", SubscriptionID: "sub-" + id[:1], Method: "POST", EventIDs: []string{event}, WaitsFor: before,
		CreatedAt: momentOfTests, NextAt: momentOfTests,
	}
	return history.New{Delivery: d, Body: []byte("body of " + id)}
}

var momentOfTests = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// TestAppendsOfOneRoundTripAreAsGoodAsOneByOne makes appends that have to do with each other in one script, and again one by one: the answers and
// every byte of Redis are the same, but for where the lines of the feed stand.
func TestAppendsOfOneRoundTripAreAsGoodAsOneByOne(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		calls []oneAppend
		want  []error
	}{
		"nothing to do with each other": {
			[]oneAppend{appendOf([]string{"e1"}, given("a1", "e1", ""), given("b1", "e1", "")), appendOf([]string{"e2"}, given("a2", "e2", ""))},
			[]error{nil, nil},
		},
		"a delivery twice": {
			[]oneAppend{appendOf([]string{"e1"}, given("a1", "e1", "")), appendOf([]string{"e2"}, given("a1", "e2", "")), appendOf(nil, given("a2", "e1", ""))},
			[]error{nil, history.ErrExists, nil},
		},
		"an event twice":            {[]oneAppend{appendOf([]string{"e1"}), appendOf([]string{"e1"})}, []error{nil, nil}},
		"an event, then a delivery": {[]oneAppend{appendOf([]string{"e1"}), appendOf(nil, given("a1", "e1", ""))}, []error{nil, nil}},
		"a delivery, then its event": {
			[]oneAppend{appendOf(nil, given("a1", "e1", "")), appendOf([]string{"e2"}), appendOf([]string{"e1"})}, []error{nil, nil, nil},
		},
		"a chain over calls": {
			[]oneAppend{appendOf([]string{"e1"}, given("a1", "e1", "")), appendOf(nil, given("a2", "e1", "a1")), appendOf(nil, given("a3", "e1", "a2"))},
			[]error{nil, nil, nil},
		},
		"two wait for one": {
			[]oneAppend{appendOf(nil, given("a1", "e1", "")), appendOf(nil, given("a2", "e1", "a1")), appendOf([]string{"e2"}, given("a3", "e2", "a1"))},
			[]error{nil, nil, history.ErrChain},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			together, oneByOne := newAppendRig(t), newAppendRig(t)
			var each []error
			for _, c := range tc.calls {
				each = append(each, oneByOne.run(t, c)...)
			}
			all := together.run(t, tc.calls...)
			for i, want := range tc.want {
				if !errors.Is(all[i], want) || !errors.Is(each[i], want) {
					t.Errorf("append %d: %v together, %v alone, want %v", i, all[i], each[i], want)
				}
			}
			if diff := cmp.Diff(oneByOne.content(), together.content()); diff != "" {
				t.Errorf("one by one (-) and together (+) Redis holds something else:\n%s", diff)
			}
		})
	}
}

// TestRepeatedAppendsOfOneRoundTripChangeNothing sends a round trip twice, as a client does that lost the answer.
func TestRepeatedAppendsOfOneRoundTripChangeNothing(t *testing.T) {
	t.Parallel()
	rig := newAppendRig(t)
	var calls []appendCall
	for _, id := range []string{"a1", "a2"} {
		call, err := rig.store.appendCall(nil, []history.New{given(id, "e1", "")})
		if err != nil {
			t.Fatal(err)
		}
		calls = append(calls, call)
	}
	first := rig.send(t, calls)
	before := rig.server.Dump()
	second := rig.send(t, calls)
	if err := errors.Join(append(first, second...)...); err != nil {
		t.Error(err)
	}
	if diff := cmp.Diff(before, rig.server.Dump()); diff != "" {
		t.Errorf("the repetition changed (-before +after):\n%s", diff)
	}
}

// appendRig is a store whose every byte is the same for the same calls.
type appendRig struct {
	server *miniredis.Miniredis
	store  *Store
}

func newAppendRig(t *testing.T) appendRig {
	t.Helper()
	server := miniredis.RunT(t)
	server.SetTime(momentOfTests)
	client := redis.NewClient(&redis.Options{Addr: server.Addr()})
	t.Cleanup(func() { _ = client.Close() })
	n := 0
	return appendRig{server: server, store: New(client, Options{NewToken: func() string { n++; return fmt.Sprint("call", n) }})}
}

// placed is where a line of the feed stands: the id of its group, or its place in that.
var placed = regexp.MustCompile(`(?m)^   \d+-\d+\n|^      "[0-_]`)

// content is what Redis holds, but for where the lines of the feed stand.
func (r appendRig) content() string { return placed.ReplaceAllString(r.server.Dump(), "") }

// run makes appends in one round trip.
func (r appendRig) run(t *testing.T, list ...oneAppend) []error {
	t.Helper()
	var calls []appendCall
	for _, one := range list {
		var events []history.Event
		for _, id := range one.events {
			events = append(events, history.Event{ID: id, Platform: "postbox", CreatedAt: momentOfTests, Now: momentOfTests})
		}
		call, err := r.store.appendCall(events, one.news)
		if err != nil || !call.shared {
			t.Fatalf("call %+v, error %v", call, err)
		}
		calls = append(calls, call)
	}
	return r.send(t, calls)
}

func (r appendRig) send(t *testing.T, calls []appendCall) []error {
	t.Helper()
	answers, err := r.store.appendAll(t.Context(), calls)
	if err != nil || len(answers) != len(calls) {
		t.Fatalf("%d answers to %d calls, error %v", len(answers), len(calls), err)
	}
	errs := make([]error, len(answers))
	for i, answer := range answers {
		_, errs[i] = judge(answer)
	}
	return errs
}
