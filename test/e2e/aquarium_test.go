package e2e_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/annohook/annohook/sender/listener"
	"github.com/annohook/annohook/web/client"
)

const aquariumHeader = "X-Aquarium-Secret"

// TestAquariumSecret: one secret for all subscriptions, none without a header, rotated at once for what is pending, too.
func TestAquariumSecret(t *testing.T) {
	t.Parallel()
	for _, e := range engines() {
		t.Run(e.name, func(t *testing.T) {
			t.Parallel()
			s := start(t, append(e.open(t), "--time-scale", "0.1")...)
			first, second := listen(t, "aquarium", hookOptions{}), listen(t, "aquarium", hookOptions{lenient: true, script: "500,200"})
			a := s.attach(first, "aquarium", nil)
			if a.Secret != nil {
				t.Errorf("the first subscription has the secret %q, want none", *a.Secret)
			}
			s.triggerSettled(object{"platform": "aquarium", "type": "issue-exported"})
			if r := first.await(1, time.Second)[0]; len(r.Header.Values(aquariumHeader)) != 0 {
				t.Errorf("a header without a secret: %q", r.Header.Values(aquariumHeader))
			}
			b := s.attach(second, "aquarium", object{"secret": "first-secret", "events": []string{"dataset-complete"}})
			first.setSecret("first-secret")
			d := s.trigger(object{"platform": "aquarium", "type": "dataset-complete", "subscription_ids": []string{b.ID}}).Deliveries[0]
			s.triggerSettled(object{"platform": "aquarium", "type": "issue-update"})
			if got := first.await(2, time.Second)[1]; got.Header.Get(aquariumHeader) != "first-secret" {
				t.Errorf("the other subscription sends %q", got.Header.Get(aquariumHeader))
			}
			second.await(1, 5*time.Second) // answered 500; the retry is a second away
			rotated := call[client.Subscription](s, http.StatusOK, http.MethodPost, "/api/v1/subscriptions/"+a.ID+"/rotate-secret", nil)
			if rotated.Secret == nil || *rotated.Secret == "first-secret" || strings.Trim(*rotated.Secret, "*") == "" {
				t.Fatalf("rotated secret %v", rotated.Secret)
			}
			if got := s.settle(d.ID, 10*time.Second); got.Status != "succeeded" || len(got.Attempts) != 2 {
				t.Errorf("delivery is %s with %d attempts", got.Status, len(got.Attempts))
			}
			if values := second.values(aquariumHeader); len(values) != 2 || values[0] != "first-secret" || values[1] != *rotated.Secret {
				t.Errorf("sent %q, want the old and then the rotated secret %q", values, *rotated.Secret)
			}
			for _, id := range []string{a.ID, b.ID} {
				if got := read[client.Secret](s, "/api/v1/subscriptions/"+id+"/secret"); got.Secret == nil || *got.Secret != *rotated.Secret {
					t.Errorf("secret of %s is %v", id, got.Secret)
				}
				if shown := s.subscription(id).Secret; shown == nil || strings.Trim(*shown, "*") != "" {
					t.Errorf("GET shows the secret as %v, want stars", shown)
				}
			}
		})
	}
}

// TestAquariumDisable: switching a webhook off silences it at once.
func TestAquariumDisable(t *testing.T) {
	t.Parallel()
	s := start(t, "--redis", "memory", "--time-scale", "0.05")
	h := listen(t, "aquarium", hookOptions{script: "500"})
	sub := s.attach(h, "aquarium", nil)
	d := s.only(s.trigger(object{"platform": "aquarium", "type": "dataset-failed"}))
	h.await(1, 5*time.Second)
	if off := s.patch(sub.ID, object{"enabled": false}); off.Enabled {
		t.Error("still enabled")
	}
	if got := s.settle(d.ID, 5*time.Second); got.Status != "cancelled" || got.Reason == "" {
		t.Errorf("pending delivery is %s (%s), want cancelled", got.Status, got.Reason)
	}
	h.nothingMore(time.Second)
}

// TestAquariumTestSend: the test send tells what the listener answered, or what went wrong on the way.
func TestAquariumTestSend(t *testing.T) {
	t.Parallel()
	s := start(t, "--redis", "memory")
	h := listen(t, "aquarium", hookOptions{answers: []listener.Answer{{Status: http.StatusUnprocessableEntity, Body: []byte("no such project here")}}})
	sub := s.attach(h, "aquarium", object{"enabled": false})
	d := call[client.Delivery](s, http.StatusOK, http.MethodPost, "/api/v1/subscriptions/"+sub.ID+"/test", nil)
	if d.EventType != "test" || len(d.Attempts) != 1 || d.Status != "failed" || d.Fidelity != "assumed" {
		t.Fatalf("test send: %+v", d)
	}
	if r := d.Attempts[0].Response; r == nil || r.Status != http.StatusUnprocessableEntity || r.Body.Text == nil || *r.Body.Text != "no such project here" {
		t.Errorf("answer %+v, want the listener's 422 and its body", r)
	}
	s.patch(sub.ID, object{"url": deadURL(t)})
	d = call[client.Delivery](s, http.StatusOK, http.MethodPost, "/api/v1/subscriptions/"+sub.ID+"/test", nil)
	if e := d.Attempts[0].Error; e == nil || e.Kind != "refused" || d.Attempts[0].Response != nil {
		t.Errorf("error %+v with answer %+v, want refused outright", e, d.Attempts[0].Response)
	}
}

// TestTestEvents: every platform has a test send, of its own kind where it has one.
func TestTestEvents(t *testing.T) {
	t.Parallel()
	s := start(t, "--redis", "memory")
	tests := map[string]string{
		"argilla": "ping", "toloka": "TEST_EVENT", "aquarium": "test", "datasaur": "PROJECT_REVIEWED", "label-studio": "TASKS_DELETED",
	}
	for platform, want := range tests {
		h := listen(t, platform, hookOptions{})
		more := object{"enabled": false, "timeout": "20s"}
		if platform == "datasaur" || platform == "label-studio" {
			more["events"] = []string{want}
		}
		sub := s.attach(h, platform, more)
		d := call[client.Delivery](s, http.StatusOK, http.MethodPost, "/api/v1/subscriptions/"+sub.ID+"/test", nil)
		if d.EventType != want || d.Status != "succeeded" || len(h.got()) != 1 {
			t.Errorf("%s: test send of %s is %s after %d requests, want %s", platform, d.EventType, d.Status, len(h.got()), want)
		}
		if platform == "argilla" {
			h.verified()
		}
	}
}
