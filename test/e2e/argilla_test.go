package e2e_test

import (
	"math"
	"testing"
	"time"

	"github.com/annohook/annohook/web/client"
)

// exact is how far an attempt may be from its due time.
const exact = 100 * time.Millisecond

// TestArgillaRetries holds the schedule of Argilla against a listener that is broken: 10, 60 and 180 seconds, here a hundredth of them.
func TestArgillaRetries(t *testing.T) {
	for _, e := range engines() {
		t.Run(e.name, func(t *testing.T) {
			s := start(t, append(e.open(t), "--time-scale", "0.01")...)
			h := listen(t, "argilla", hookOptions{script: "500"})
			sub := s.attach(h, "argilla", nil)
			if time.Duration(sub.Timeout) != 20*time.Second || time.Duration(sub.Deadline) != 180*time.Second {
				t.Errorf("timeout %s, deadline %s; want 20s and 180s", sub.Timeout, sub.Deadline)
			}
			d := s.only(s.triggerSettled(object{"platform": "argilla", "type": "record.completed"}))
			if d.Status != "failed" || d.Reason == "" || len(d.Attempts) != 4 {
				t.Fatalf("status %s (%s) after %d attempts, want failed after 4", d.Status, d.Reason, len(d.Attempts))
			}
			spacing(t, d, []time.Duration{100 * time.Millisecond, 600 * time.Millisecond, 1800 * time.Millisecond})
			h.nothingMore(300 * time.Millisecond)
			h.verified()
			got := h.got()
			if ids, signs := distinct(h.values("webhook-id")), distinct(h.values("webhook-signature")); len(got) != 4 || ids != 4 || signs != 4 {
				t.Errorf("%d requests with %d ids and %d signatures, want 4 of each", len(got), ids, signs)
			}
			if distinct(bodies(got)) != 1 {
				t.Error("the body changed between attempts")
			}
		})
	}
}

// spacing compares the waits between attempts, from the end of one to the start of the next, with what the schedule says.
func spacing(t *testing.T, d client.Delivery, want []time.Duration) {
	t.Helper()
	for i, wait := range want {
		before, after := d.Attempts[i], d.Attempts[i+1]
		end := before.StartedAt.Add(time.Duration(*before.DurationMS * float64(time.Millisecond)))
		got := after.StartedAt.Sub(end)
		if off := got - wait; math.Abs(float64(off)) > float64(exact) {
			t.Errorf("attempt %d began %s after the end of the one before, want %s within %s", i+2, got, wait, exact)
		}
		if after.Number != i+2 || after.Duplicate {
			t.Errorf("attempt %d has number %d, duplicate %t", i+2, after.Number, after.Duplicate)
		}
		if lag := after.StartedAt.Sub(after.ScheduledAt); lag < 0 || lag > exact {
			t.Errorf("attempt %d began %s after its due time", i+2, lag)
		}
	}
}

// TestArgillaSuccess: any 2xx is success and nothing else is; a redirect is not followed.
func TestArgillaSuccess(t *testing.T) {
	s := start(t, "--redis", "memory")
	elsewhere := listen(t, "argilla", hookOptions{lenient: true})
	tests := []struct {
		script, status, kind string
	}{
		{"200", "succeeded", ""},
		{"201", "succeeded", ""},
		{"204", "succeeded", ""},
		{"299", "succeeded", ""},
		{"302", "failed", "redirect"},
		{"400", "failed", "status"},
		{"410", "failed", "status"},
		{"503", "failed", "status"},
		{"drop", "failed", "reset"},
		{"cut", "failed", "protocol"},
	}
	for _, tc := range tests {
		t.Run(tc.script, func(t *testing.T) {
			s := s.on(t)
			h := listen(t, "argilla", hookOptions{script: tc.script})
			sub := s.attach(h, "argilla", object{"retry": object{"delays": []string{}}})
			d := s.only(s.triggerSettled(object{"platform": "argilla", "type": "dataset.created", "subscription_ids": []string{sub.ID}}))
			if d.Status != tc.status || len(d.Attempts) != 1 {
				t.Fatalf("status %s after %d attempts, want %s after 1: %s", d.Status, len(d.Attempts), tc.status, d.Reason)
			}
			kind := ""
			if d.Attempts[0].Error != nil {
				kind = d.Attempts[0].Error.Kind
			}
			if kind != tc.kind {
				t.Errorf("error kind %q, want %q", kind, tc.kind)
			}
		})
	}
	if n := len(elsewhere.got()); n != 0 {
		t.Errorf("%d requests where nobody was sent", n)
	}
}

// TestArgillaTimeout waits the twenty seconds of the real client.
func TestArgillaTimeout(t *testing.T) {
	t.Parallel()
	s := start(t, "--redis", "memory", "--time-scale", "0.01")
	h := listen(t, "argilla", hookOptions{script: "hang"})
	s.attach(h, "argilla", object{"retry": object{"delays": []string{}}})
	d := s.only(s.triggerSettled(object{"platform": "argilla", "type": "record.created"}))
	a := d.Attempts[0]
	if d.Status != "failed" || a.Error == nil || a.Error.Kind != "timeout" {
		t.Fatalf("status %s, error %+v; want failed by a timeout", d.Status, a.Error)
	}
	if *a.DurationMS < 20_000 || *a.DurationMS > 21_000 {
		t.Errorf("the attempt took %v ms, want 20 s", *a.DurationMS)
	}
}
