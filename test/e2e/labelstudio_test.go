package e2e_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/annohook/annohook/sender/listener"
)

// TestLabelStudioIgnoresStatus: the server of 1.22 makes one attempt and looks away.
func TestLabelStudioIgnoresStatus(t *testing.T) {
	t.Parallel()
	for _, e := range engines() {
		t.Run(e.name, func(t *testing.T) {
			t.Parallel()
			s := start(t, append(e.open(t), "--time-scale", "0.001")...)
			h := listen(t, "label-studio", hookOptions{script: "500"})
			s.attach(h, "label-studio", object{"timeout": "20s"})
			d := s.only(s.triggerSettled(object{"platform": "label-studio", "type": "ANNOTATION_CREATED"}))
			if d.Status != "failed" || len(d.Attempts) != 1 || d.Attempts[0].Outcome == nil || *d.Attempts[0].Outcome != "ignored by Label Studio 1.22" {
				t.Errorf("delivery is %s with attempts %+v, want failed and one ignored attempt", d.Status, d.Attempts)
			}
			h.nothingMore(300 * time.Millisecond)
		})
	}
}

// TestLabelStudioRedirect: 307 repeats the request, 302 becomes a GET without body.
func TestLabelStudioRedirect(t *testing.T) {
	t.Parallel()
	s := start(t, "--redis", "memory")
	for status, method := range map[int]string{http.StatusTemporaryRedirect: "POST", http.StatusFound: "GET"} {
		target := listen(t, "label-studio", hookOptions{})
		h := listen(t, "label-studio", hookOptions{answers: []listener.Answer{{Status: status, Header: http.Header{"Location": {target.url}}}}})
		sub := s.attach(h, "label-studio", object{"timeout": "20s"})
		d := s.only(s.triggerSettled(object{"platform": "label-studio", "type": "PROJECT_UPDATED", "subscription_ids": []string{sub.ID}}))
		got := target.got()
		if d.Status != "succeeded" || len(d.Attempts) != 1 || len(d.Attempts[0].Redirects) != 1 || len(got) != 1 {
			t.Fatalf("%d: delivery is %s, attempts %+v, %d requests at the target", status, d.Status, d.Attempts, len(got))
		}
		sent := string(h.got()[0].Body)
		if got[0].Method != method || (method == "POST") != (string(got[0].Body) == sent) || (method == "GET") != (len(got[0].Body) == 0) {
			t.Errorf("%d: the target got %s with %d bytes", status, got[0].Method, len(got[0].Body))
		}
	}
}

// TestLabelStudioSlices: a long list is cut into requests that wait for each other, and a failure does not stop the rest.
func TestLabelStudioSlices(t *testing.T) {
	t.Parallel()
	for _, e := range engines() {
		t.Run(e.name, func(t *testing.T) {
			t.Parallel()
			s := start(t, e.open(t)...)
			h := listen(t, "label-studio", hookOptions{script: "500@300ms,200@300ms"})
			s.attach(h, "label-studio", object{"timeout": "20s", "options": object{"batch_size": 1}})
			accepted := s.trigger(object{"platform": "label-studio", "type": "TASKS_CREATED", "variant": "import", "seed": 1})
			if len(accepted.Deliveries) != 3 {
				t.Fatalf("%d deliveries, want one for each of three tasks", len(accepted.Deliveries))
			}
			for i, d := range accepted.Deliveries[1:] {
				waiting := s.delivery(d.ID)
				if waiting.Status != "pending" || waiting.WaitsFor == nil || *waiting.WaitsFor != accepted.Deliveries[i].ID {
					t.Errorf("slice %d is %s and waits for %v, want pending for %s", i+2, waiting.Status, waiting.WaitsFor, accepted.Deliveries[i].ID)
				}
			}
			var end time.Time
			for i, want := range []string{"failed", "succeeded", "succeeded"} {
				d := s.settle(accepted.Deliveries[i].ID, 10*time.Second)
				if d.Status != want || len(d.Attempts) != 1 {
					t.Fatalf("slice %d is %s with %d attempts, want %s", i+1, d.Status, len(d.Attempts), want)
				}
				if d.Attempts[0].StartedAt.Before(end) {
					t.Errorf("slice %d began at %s, before the one before ended at %s", i+1, d.Attempts[0].StartedAt, end)
				}
				end = d.Attempts[0].StartedAt.Add(time.Duration(*d.Attempts[0].DurationMS * float64(time.Millisecond)))
			}
			got := h.got()
			if len(got) != 3 || distinct(bodies(got)) != 3 {
				t.Errorf("%d requests, %d different", len(got), distinct(bodies(got)))
			}
			for _, r := range got {
				if n := strings.Count(string(r.Body), `"project":`); n == 0 || !strings.Contains(string(r.Body), `"tasks": [{`) {
					t.Errorf("a slice is no complete request: %.200s", r.Body)
				}
			}
		})
	}
}

// TestLabelStudioDocumented: what the documents do not tell is the house policy, four attempts.
func TestLabelStudioDocumented(t *testing.T) {
	t.Parallel()
	s := start(t, "--redis", "memory", "--time-scale", "0.001")
	h := listen(t, "label-studio", hookOptions{profile: "documented", script: "500*3,200"})
	s.attach(h, "label-studio", object{"profile": "documented"})
	d := s.only(s.triggerSettled(object{"platform": "label-studio", "type": "TASK_CREATED"}))
	if d.Status != "succeeded" || len(d.Attempts) != 4 || distinct(bodies(h.got())) != 1 {
		t.Errorf("status %s after %d attempts, want succeeded after 4 with the same body", d.Status, len(d.Attempts))
	}
}

// TestLabelStudioSwitchesOff: the server of 2026-07 disables a webhook after fifty failures in a row.
func TestLabelStudioSwitchesOff(t *testing.T) {
	t.Parallel()
	s := start(t, "--redis", "memory")
	h := listen(t, "label-studio", hookOptions{profile: "2026-07", script: "500"})
	sub := s.attach(h, "label-studio", object{"profile": "2026-07"})
	s.triggerSettled(object{"platform": "label-studio", "type": "TASKS_DELETED", "count": 50})
	now := s.subscription(sub.ID)
	if now.Enabled || now.DisabledReason == nil || now.ConsecutiveFailures != 50 {
		t.Errorf("after 50 failures: enabled %t, reason %v, %d failures", now.Enabled, now.DisabledReason, now.ConsecutiveFailures)
	}
	r := s.checked(http.MethodPost, "/api/v1/events", object{"platform": "label-studio", "type": "TASKS_DELETED"})
	if r.status != http.StatusConflict || !strings.Contains(string(r.body), "disabled") {
		t.Errorf("a trigger that only a disabled subscription wants: %d %s", r.status, r.body)
	}
	if again := s.patch(sub.ID, object{"enabled": true}); !again.Enabled || again.ConsecutiveFailures != 0 || again.DisabledReason != nil {
		t.Errorf("switched on again: %+v", again)
	}
}
