package historytest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/sender"
	"github.com/annohook/annohook/sender/history"
)

// FeedLength is how many entries the feed of a history under test should keep, or few more, so that the suite can outrun it.
const FeedLength = 1000

// The names that the suite uses where the name does not matter.
const (
	platform = "nowhere"
	subA     = "sub-a"
	subB     = "sub-b"
	worker   = "worker 1"
)

// Run checks that histories made by fresh, each empty and with a feed of FeedLength, keep every promise of the interface.
func Run(t *testing.T, fresh func(t *testing.T) history.History) {
	t.Helper()
	groups := []struct {
		name  string
		tests []test
	}{
		{"append", appendTests()},
		{"claim", claimTests()},
		{"limit", limitTests()},
		{"rate", rateTests()},
		{"attempts", attemptTests()},
		{"chain", chainTests()},
		{"batch", batchTests()},
		{"cancel", cancelTests()},
		{"sweep", sweepTests()},
		{"feed", feedTests()},
		{"list", listTests()},
		{"trim", trimTests()},
		{"load", loadTests()},
	}
	for _, g := range groups {
		t.Run(g.name, func(t *testing.T) {
			t.Parallel()
			for _, tt := range g.tests {
				t.Run(tt.name, func(t *testing.T) {
					t.Parallel()
					tt.run(world{T: t, h: fresh(t), start: time.Date(2026, 11, 21, 9, 30, 0, 123_456_000, time.UTC)})
				})
			}
		})
	}
}

// test is one behaviour.
type test struct {
	name string
	run  func(world)
}

// world is one history under test with the words that tests are written in. Every method fails the test on an unexpected error.
type world struct {
	*testing.T
	h     history.History
	start time.Time
}

// at is the time so many milliseconds after the start.
func (w world) at(ms int) time.Time { return w.start.Add(time.Duration(ms) * time.Millisecond) }

func (w world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w world) wantErr(got, want error) {
	w.Helper()
	if !errors.Is(got, want) {
		w.Fatalf("got error %v, want %v", got, want)
	}
}

func (w world) same(what string, got, want any) {
	w.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		w.Fatalf("%s (-want +got):\n%s", what, diff)
	}
}

// fresh is a delivery of subscription A made and due at the start.
func (w world) fresh(id string, change ...func(*history.Delivery)) history.New {
	d := history.Delivery{
		ID: id, Platform: platform, Profile: "v1", EventType: "thing.made", Fidelity: payloads.Documented, Method: "POST",
		SubscriptionID: subA, EventIDs: []string{"event-" + id}, URL: "http://listener.test/hook", NextAt: w.start, CreatedAt: w.start,
	}
	for _, c := range change {
		c(&d)
	}
	return history.New{Delivery: d, Body: []byte(`{"id":"` + id + `"}`)}
}

func of(sub string) func(*history.Delivery) {
	return func(d *history.Delivery) { d.SubscriptionID = sub }
}

func behind(id string) func(*history.Delivery) {
	return func(d *history.Delivery) { d.WaitsFor = id }
}

func made(at time.Time) func(*history.Delivery) {
	return func(d *history.Delivery) { d.CreatedAt, d.NextAt = at, at }
}

// event is the event of the delivery with that id.
func (w world) event(id string) history.Event {
	return history.Event{
		ID: "event-" + id, Platform: platform, Profile: "v1", Type: "thing.made", Variant: "large", Seed: 1<<63 + 7, IDSeed: 9,
		Now: w.start.Add(-time.Hour), Data: []byte(`{"a":[]}`), Set: []byte(`[]`), Body: []byte("\x00\xff{}"), ReplayOf: "d0", CreatedAt: w.start,
		Action: "make-thing", Subject: []byte(`{"name":"Żółw \u2028 <&>","list":["` + strings.Repeat("many words ", 200) + `"]}`),
	}
}

// append stores deliveries with one event each.
func (w world) append(deliveries ...history.New) {
	w.Helper()
	var events []history.Event
	for _, n := range deliveries {
		e := w.event(n.Delivery.ID)
		e.CreatedAt = n.Delivery.CreatedAt
		events = append(events, e)
	}
	w.must(w.h.Append(w.Context(), events, deliveries))
}

// appendIDs stores deliveries of subscription A, each made a millisecond after the one before.
func (w world) appendIDs(ids ...string) {
	w.Helper()
	for i, id := range ids {
		w.append(w.fresh(id, made(w.at(i))))
	}
}

func ref(id string, attempt, generation int) history.Ref {
	return history.Ref{Delivery: id, Attempt: attempt, Generation: generation}
}

func (w world) claim(r history.Ref, c history.Claim) history.Claimed {
	w.Helper()
	if c.Worker == "" {
		c.Worker = worker
	}
	claimed, err := w.h.Claim(w.Context(), r, c)
	if err != nil {
		w.Fatalf("claim %v: %v", r, err)
	}
	return claimed
}

// claimNow claims without limits at the start.
func (w world) claimNow(r history.Ref) history.Claimed {
	w.Helper()
	return w.claim(r, history.Claim{At: w.start})
}

// refuse expects a claim at the start to fail.
func (w world) refuse(r history.Ref, limit int, want error) {
	w.Helper()
	_, err := w.h.Claim(w.Context(), r, history.Claim{Worker: worker, At: w.start, Limit: limit})
	if !errors.Is(err, want) {
		w.Fatalf("claim %v: got error %v, want %v", r, err, want)
	}
}

// report is a full attempt with a status.
func (w world) report(status int) history.Attempt {
	return history.Attempt{
		StartedAt: w.at(3), Duration: 1234567 * time.Nanosecond, Outcome: payloads.OutcomeFailed, Why: "a status ≠ 200",
		Failure: payloads.FailureStatus, Message: "bytes \xff\xfe are kept",
		Request: &sender.RequestRecord{
			Method: "POST", URL: "http://user:***@listener.test/hook",
			Header: payloads.Header{{Name: "X-Plain", Value: "ü"}, {Name: "X-Key", Value: "********", Secret: true}},
		},
		Reply: &payloads.Reply{
			Status: status, Header: payloads.H("Content-Type", "text/plain", "X-Bytes", "\x80\x81"), Body: []byte("no\x00pe \xff"), Truncated: true,
		},
		Hops:      []sender.Hop{{Status: 307, URL: "http://other.test/", Method: "POST"}},
		Signature: &payloads.Signature{Scheme: "hmac", Header: "X-Sign", Prefix: "a.b.", Body: true, KeyFingerprint: "ab12", Value: "v1,=="},
	}
}

func (w world) finish(t history.Token, r history.Result) []history.Due {
	w.Helper()
	dues, err := w.h.Finish(w.Context(), t, r)
	if err != nil {
		w.Fatalf("finish %s: %v", t.Delivery, err)
	}
	return dues
}

// succeed ends an attempt well at the given time.
func (w world) succeed(t history.Token, at time.Time) []history.Due {
	w.Helper()
	return w.finish(t, history.Result{
		Attempt: history.Attempt{StartedAt: at, Duration: time.Millisecond, Outcome: payloads.OutcomeSucceeded, Reply: &payloads.Reply{Status: 200}},
		Settle:  history.Succeeded, At: at,
	})
}

func (w world) delivery(id string) history.Summary {
	w.Helper()
	s, err := w.h.Delivery(w.Context(), id)
	if err != nil {
		w.Fatalf("delivery %s: %v", id, err)
	}
	return s
}

func (w world) attempts(id string) []history.Attempt {
	w.Helper()
	list, err := w.h.Attempts(w.Context(), id)
	if err != nil {
		w.Fatalf("attempts of %s: %v", id, err)
	}
	return list
}

func (w world) counts() history.Counts {
	w.Helper()
	c, err := w.h.Counts(w.Context())
	w.must(err)
	return c
}

// places expects so many deliveries waiting, in lanes and in flight.
func (w world) places(waiting, lanes, flight int) {
	w.Helper()
	c := w.counts()
	got := fmt.Sprintf("%d waiting, %d in lanes, %d in flight", c.Waiting, c.InLanes, c.InFlight)
	want := fmt.Sprintf("%d waiting, %d in lanes, %d in flight", waiting, lanes, flight)
	if got != want {
		w.Fatalf("got %s; want %s", got, want)
	}
}

// due is a reference of subscription A.
func due(id string, attempt, generation int, at time.Time) history.Due {
	return history.Due{Ref: ref(id, attempt, generation), SubscriptionID: subA, At: at}
}

var errEnough = errors.New("read enough")

// entries returns the feed after an id up to its present end.
func (w world) entries(after string) []history.Entry {
	w.Helper()
	last, err := w.h.Last(w.Context())
	w.must(err)
	var all []history.Entry
	if last == after {
		return nil
	}
	err = w.h.Tail(w.Context(), after, func(list []history.Entry) error {
		all = append(all, list...)
		if history.CompareIDs(list[len(list)-1].ID, last) >= 0 {
			return errEnough
		}
		return nil
	})
	if !errors.Is(err, errEnough) {
		w.Fatalf("tail ended with %v", err)
	}
	return all
}

// told returns the feed after an id as "kind delivery status".
func (w world) told(after string) []string {
	w.Helper()
	var list []string
	for _, e := range w.entries(after) {
		list = append(list, fmt.Sprintf("%s %s %s", e.Kind, e.Summary.ID, e.Summary.Status))
	}
	return list
}

// last returns the present end of the feed.
func (w world) last() string {
	w.Helper()
	id, err := w.h.Last(w.Context())
	w.must(err)
	return id
}

// withTimeout bounds a part that could hang.
func (w world) withTimeout() (context.Context, context.CancelFunc) {
	return context.WithTimeout(w.Context(), 30*time.Second)
}

// line prints values with one space between any two.
func line(values ...any) string { return strings.TrimSuffix(fmt.Sprintln(values...), "\n") }
