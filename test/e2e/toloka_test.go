package e2e_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/annohook/annohook/sender/listener"
)

// envelope is what Toloka sends.
type envelope struct {
	Events []struct {
		UUID         string `json:"uuid"`
		Subscription string `json:"webhook_subscription_id"`
		Type         string `json:"type"`
	} `json:"events"`
}

func envelopes(t *testing.T, receipts []listener.Receipt) []envelope {
	t.Helper()
	var out []envelope
	for _, r := range receipts {
		out = append(out, decode[envelope](t, r.Body))
	}
	return out
}

// TestTolokaBatches: 25 events, a window of a second, at most ten together: 10, 10 and 5, each subscription for itself.
func TestTolokaBatches(t *testing.T) {
	t.Parallel()
	for _, e := range engines() {
		t.Run(e.name, func(t *testing.T) {
			t.Parallel()
			s := start(t, e.open(t)...)
			options := object{"batch": object{"window": "1s", "max_events": 10}}
			hooks := []*hook{listen(t, "toloka", hookOptions{}), listen(t, "toloka", hookOptions{})}
			for i, h := range hooks {
				s.attach(h, "toloka", object{"secret": []string{"first secret", "second secret"}[i], "options": options})
			}
			began := time.Now()
			accepted := s.trigger(object{"platform": "toloka", "type": "ASSIGNMENT_CREATED", "count": 25})
			if len(accepted.Events) != 25 || len(accepted.Deliveries) != 6 {
				t.Fatalf("%d events, %d deliveries; want 25 and 6", len(accepted.Events), len(accepted.Deliveries))
			}
			rows := map[string]int{}
			for i, h := range hooks {
				receipts := h.await(3, 10*time.Second)
				if wait := receipts[2].At.Sub(began); wait < 900*time.Millisecond || wait > 2500*time.Millisecond {
					t.Errorf("the batch that never filled went out after %s, want the window of 1s", wait)
				}
				uuids := map[string]bool{}
				var sizes []int
				for _, env := range envelopes(t, receipts) {
					sizes = append(sizes, len(env.Events))
					for _, event := range env.Events {
						uuids[event.UUID] = true
						rows[event.Subscription] |= 1 << i
					}
				}
				if len(sizes) != 3 || sizes[0]+sizes[1]+sizes[2] != 25 || max(sizes[0], sizes[1], sizes[2]) != 10 || len(uuids) != 25 {
					t.Errorf("subscription %d: requests of %v events with %d different uuids, want 10, 10 and 5 with 25", i+1, sizes, len(uuids))
				}
				h.verified()
			}
			for row, where := range rows {
				if where == 3 {
					t.Errorf("events of subscription %s reached both listeners", row)
				}
			}
			for _, d := range accepted.Deliveries {
				if got := s.settle(d.ID, 10*time.Second); got.Status != "succeeded" || len(got.Attempts) != 1 {
					t.Errorf("delivery is %s with %d attempts", got.Status, len(got.Attempts))
				}
			}
		})
	}
}

// TestTolokaRetry: a retry has the bytes and uuids of the first attempt, and a time and signature of its own.
func TestTolokaRetry(t *testing.T) {
	t.Parallel()
	s := start(t, "--redis", "memory", "--time-scale", "0.01")
	h := listen(t, "toloka", hookOptions{script: "500,200"})
	s.attach(h, "toloka", object{"secret": "known to both"})
	accepted := s.triggerSettled(object{"platform": "toloka", "type": "POOL_CLOSED", "count": 3})
	d := s.only(accepted)
	got := h.got()
	if d.Status != "succeeded" || len(got) != 2 || len(d.EventIDs) != 3 {
		t.Fatalf("status %s after %d requests with %d events", d.Status, len(got), len(d.EventIDs))
	}
	h.verified()
	if string(got[0].Body) != string(got[1].Body) {
		t.Error("the retry has another body")
	}
	first, second := signatureParts(got[0]), signatureParts(got[1])
	if first["ts"] == second["ts"] || first["sign"] == second["sign"] || first["v"] != "1" {
		t.Errorf("signatures %v and %v, want another ts and sign", first, second)
	}
}

// signatureParts reads {v=1, ts=…, sign=…}.
func signatureParts(r listener.Receipt) map[string]string {
	parts := map[string]string{}
	for part := range strings.SplitSeq(strings.Trim(r.Header.Get("Toloka-Signature"), "{}"), ",") {
		key, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		parts[key] = value
	}
	return parts
}

// TestTolokaChangeDuringWindow: a batch that is open when the URL changes goes to the old one first.
func TestTolokaChangeDuringWindow(t *testing.T) {
	t.Parallel()
	s := start(t, "--redis", "memory")
	before, after := listen(t, "toloka", hookOptions{}), listen(t, "toloka", hookOptions{})
	sub := s.attach(before, "toloka", object{"secret": "kept", "options": object{"batch": object{"window": "30s"}}})
	after.setSecret("kept")
	accepted := s.trigger(object{"platform": "toloka", "type": "ASSIGNMENT_SUBMITTED", "count": 2})
	open := s.only(accepted)
	if open.Status != "collecting" || open.NextAttemptAt == nil {
		t.Errorf("the open batch is %s, closes at %v", open.Status, open.NextAttemptAt)
	}
	s.patch(sub.ID, object{"url": after.url})
	if env := envelopes(t, before.await(1, 5*time.Second)); len(env[0].Events) != 2 {
		t.Errorf("%d events at the old URL, want 2", len(env[0].Events))
	}
	if len(after.got()) != 0 {
		t.Error("the batch went to the new URL")
	}
}

// TestMixedBatchIsFoundByEachType: who looks for skipped assignments finds the request that told of them, although a pool was closed first.
func TestMixedBatchIsFoundByEachType(t *testing.T) {
	t.Parallel()
	for _, e := range engines() {
		t.Run(e.name, func(t *testing.T) {
			t.Parallel()
			s := start(t, e.open(t)...)
			h := listen(t, "toloka", hookOptions{})
			s.attach(h, "toloka", object{"secret": "s3cret", "options": object{"batch": object{"window": "5s", "max_events": 3}}})
			var id string
			for _, eventType := range []string{"POOL_CLOSED", "ASSIGNMENT_SKIPPED", "ASSIGNMENT_SKIPPED"} {
				id = s.trigger(object{"platform": "toloka", "type": eventType}).Deliveries[0].ID
			}
			h.await(1, 10*time.Second)
			sent := s.settle(id, 10*time.Second)
			if sent.EventType != "POOL_CLOSED" || !slices.Equal(sent.OtherTypes, []string{"ASSIGNMENT_SKIPPED"}) {
				t.Errorf("the batch is of type %s, others %v", sent.EventType, sent.OtherTypes)
			}
			for filter, want := range map[string]int{
				"type=POOL_CLOSED": 1, "type=ASSIGNMENT_SKIPPED": 1, "q=type:assignment_*": 1, "type=ASSIGNMENT_EXPIRED": 0, "q=-type:ASSIGNMENT_SKIPPED": 0,
			} {
				if got := len(s.all(filter)); got != want {
					t.Errorf("%s lists %d deliveries, want %d", filter, got, want)
				}
			}
		})
	}
}
