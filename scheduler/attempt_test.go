package scheduler_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/payloadtest/invented"
	"github.com/annohook/annohook/scheduler"
	"github.com/annohook/annohook/sender"
	"github.com/annohook/annohook/sender/history"
	"github.com/annohook/annohook/subscriptions"
)

func TestRetriesFollowTheScheduleFromTheEndOfEachAttempt(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.wire.answer, r.wire.takes = status(500), 2*time.Second
	r.subscribe("")
	id := r.publish(scheduler.Trigger{}).Deliveries[0].ID
	r.drain()
	want := []time.Duration{0, 12 * time.Second, 74 * time.Second, 256 * time.Second}
	if diff := cmp.Diff(want, r.offsets()); diff != "" {
		t.Errorf("attempts started at (-want +got):\n%s", diff)
	}
	r.wantStatus(id, history.Failed)
	bodies := r.bodies()
	signatures := map[string]bool{}
	for i, s := range r.wire.sent {
		if bodies[i] != bodies[0] {
			t.Errorf("attempt %d has another body", i+1)
		}
		signatures[s.request.Header.Get(invented.SignatureHeader)] = true
	}
	if len(signatures) != 4 {
		t.Errorf("%d different signatures in 4 attempts", len(signatures))
	}
	for i, a := range r.attempts(id) {
		if a.Number != i+1 || a.Failure != payloads.FailureStatus || a.Outcome != payloads.OutcomeFailed || a.Duplicate {
			t.Errorf("attempt %d recorded as %+v", i+1, a)
		}
	}
}

func TestTimeScaleShortensWaitsOnly(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(o *scheduler.Options) { o.TimeScale = 0.01 })
	r.wire.answer = status(503)
	r.subscribe("")
	r.publish(scheduler.Trigger{})
	r.drain()
	want := []time.Duration{0, 100 * time.Millisecond, 700 * time.Millisecond, 2500 * time.Millisecond}
	if diff := cmp.Diff(want, r.offsets()); diff != "" {
		t.Errorf("attempts started at (-want +got):\n%s", diff)
	}
	if got := r.wire.sent[0].request.Policy.Timeout; got != 2*time.Second {
		t.Errorf("timeout is %s", got)
	}
}

func TestFirstSuccessEndsADelivery(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.wire.answer = script(500, 204)
	r.subscribe("")
	id := r.publish(scheduler.Trigger{}).Deliveries[0].ID
	r.runFor(time.Second)
	if d := r.delivery(id); d.Status != history.Retrying || !d.NextAt.Equal(start.Add(10*time.Second)) {
		t.Errorf("between attempts: %s, next at %s", d.Status, d.NextAt)
	}
	r.drain()
	r.wantStatus(id, history.Succeeded)
	if len(r.wire.sent) != 2 {
		t.Errorf("%d requests", len(r.wire.sent))
	}
}

func TestSubscriptionOverridesTheSchedule(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.wire.answer = status(500)
	r.subscribe("", func(s *subscriptions.Subscription) {
		s.Retry = &subscriptions.Retry{Delays: []time.Duration{time.Second}}
		s.Timeout = 5 * time.Second
	})
	r.publish(scheduler.Trigger{})
	r.drain()
	if diff := cmp.Diff([]time.Duration{0, time.Second}, r.offsets()); diff != "" {
		t.Errorf("attempts started at (-want +got):\n%s", diff)
	}
	if got := r.wire.sent[0].request.Policy; got.Timeout != 5*time.Second || got.Deadline != 5*time.Second {
		t.Errorf("policy is %+v", got)
	}
}

func TestPendingRetriesUseURLAndSecretOfTheMoment(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.wire.answer = status(500)
	sub := r.subscribe("")
	r.publish(scheduler.Trigger{})
	r.runFor(time.Second)
	if _, err := r.Change(t.Context(), sub.ID, func(s *subscriptions.Subscription) error {
		s.URL, s.Enabled, s.Events = "http://moved.test/", false, []string{}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	r.drain()
	if len(r.wire.sent) != 4 || r.wire.sent[1].request.URL != "http://moved.test/" {
		t.Errorf("%d requests, second to %s", len(r.wire.sent), r.wire.sent[1].request.URL)
	}
}

func TestDeletedSubscriptionCancelsWhatIsPending(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.wire.answer = status(500)
	sub := r.subscribe("")
	id := r.publish(scheduler.Trigger{}).Deliveries[0].ID
	r.runFor(time.Second)
	if _, err := r.Unsubscribe(t.Context(), sub.ID); err != nil {
		t.Fatal(err)
	}
	r.drain()
	if d := r.delivery(id); d.Status != history.Cancelled || d.Reason != "the subscription was deleted" {
		t.Errorf("delivery is %s: %s", d.Status, d.Reason)
	}
	if len(r.wire.sent) != 1 {
		t.Errorf("%d requests", len(r.wire.sent))
	}
}

func TestDisablingCancelsWhereThePlatformSaysSo(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.wire.answer = status(500)
	sub := r.subscribe("", func(s *subscriptions.Subscription) {
		s.Profile, s.Retry = "v2", &subscriptions.Retry{Delays: []time.Duration{time.Minute}}
	})
	id := r.publish(scheduler.Trigger{}).Deliveries[0].ID
	r.runFor(time.Second)
	if _, err := r.Change(t.Context(), sub.ID, func(s *subscriptions.Subscription) error { s.Enabled = false; return nil }); err != nil {
		t.Fatal(err)
	}
	r.wantStatus(id, history.Cancelled)
	r.drain()
	if len(r.wire.sent) != 1 {
		t.Errorf("%d requests", len(r.wire.sent))
	}
}

func TestSharedSecretRotatesForPendingRetriesOfAll(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.wire.answer = script(500, 200)
	slow := func(s *subscriptions.Subscription) {
		s.Profile, s.Retry = "v2", &subscriptions.Retry{Delays: []time.Duration{time.Minute}}
	}
	first := r.subscribe("", slow)
	second := r.subscribe("", func(s *subscriptions.Subscription) { s.Profile, s.Secret, s.Enabled = "v2", "", false })
	if second.Secret != "hush" {
		t.Fatalf("second subscription did not take the shared secret")
	}
	r.publish(scheduler.Trigger{SubscriptionIDs: []string{first.ID}})
	r.runFor(time.Second)
	rotated, err := r.RotateSecret(t.Context(), second.ID)
	if err != nil {
		t.Fatal(err)
	}
	r.drain()
	fingerprints := []string{r.wire.sent[0].request.Signature.KeyFingerprint, r.wire.sent[1].request.Signature.KeyFingerprint}
	if fingerprints[0] == fingerprints[1] {
		t.Error("the retry was signed with the old secret")
	}
	if again, _ := r.store.Get(t.Context(), first.ID); again.Secret != rotated.Secret {
		t.Error("the first subscription still has the old secret")
	}
}

func TestConsecutiveFailuresSwitchASubscriptionOff(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.wire.answer = status(500)
	sub := r.subscribe("", func(s *subscriptions.Subscription) { s.Profile = "v2" })
	for range 3 {
		r.publish(scheduler.Trigger{})
		r.drain()
	}
	got, err := r.store.Get(t.Context(), sub.ID)
	if err != nil {
		t.Fatal(err)
	}
	if got.Enabled || got.ConsecutiveFailures != 3 || got.DisabledReason == "" {
		t.Errorf("after three failures: enabled %v, failures %d, reason %q", got.Enabled, got.ConsecutiveFailures, got.DisabledReason)
	}
	got, err = r.Change(t.Context(), sub.ID, func(s *subscriptions.Subscription) error { s.Enabled = true; return nil })
	if err != nil || got.ConsecutiveFailures != 0 || got.DisabledReason != "" {
		t.Errorf("after enabling: %d failures, reason %q, error %v", got.ConsecutiveFailures, got.DisabledReason, err)
	}
}

func TestOnceTypesAreNotRetried(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.wire.answer = status(500)
	r.subscribe("")
	id := r.publish(scheduler.Trigger{Type: invented.Ping}).Deliveries[0].ID
	r.drain()
	r.wantStatus(id, history.Failed)
	if len(r.wire.sent) != 1 {
		t.Errorf("%d requests", len(r.wire.sent))
	}
}

func TestRequestThatCannotBeSignedFailsTheDelivery(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(o *scheduler.Options) { o.Sender = brokenSigner{o.Sender} })
	r.subscribe("")
	id := r.publish(scheduler.Trigger{}).Deliveries[0].ID
	r.drain()
	r.wantStatus(id, history.Failed)
	if a := r.attempts(id); len(a) != 1 || a[0].Message == "" || a[0].Request != nil {
		t.Errorf("attempts %+v", a)
	}
}

// brokenSigner is a sender whose signing fails.
type brokenSigner struct{ scheduler.Sender }

func (brokenSigner) Prepare(payloads.Platform, payloads.Message, payloads.Stamp) (sender.Request, error) {
	return sender.Request{}, errBroken
}
