package scheduler_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/payloadtest/invented"
	"github.com/annohook/annohook/scheduler"
	"github.com/annohook/annohook/sender"
	"github.com/annohook/annohook/sender/history"
)

// unsigned cannot sign its first request.
type unsigned struct {
	*wire
	tries int
}

func (u *unsigned) Prepare(p payloads.Platform, m payloads.Message, stamp payloads.Stamp) (sender.Request, error) {
	if u.tries++; u.tries == 1 {
		return sender.Request{}, errors.New("the secret cannot be used")
	}
	return u.wire.Prepare(p, m, stamp)
}

// TestEveryRecordedAttemptIsObserved: an attempt that could not be signed is in the record, so it is in the numbers, too.
func TestEveryRecordedAttemptIsObserved(t *testing.T) {
	t.Parallel()
	var got []scheduler.Observation
	r := newRig(t, func(o *scheduler.Options) {
		w, _ := o.Sender.(*wire)
		o.Sender = &unsigned{wire: w}
		o.Observe = func(observed scheduler.Observation) { got = append(got, observed) }
	})
	r.wire.answer, r.wire.takes = script(500, 200), 2*time.Second
	sub := r.subscribe("")
	r.wantStatus(r.publishAndDrain(), history.Failed)
	r.wantStatus(r.publishAndDrain(), history.Succeeded)
	of := scheduler.Observation{Platform: invented.ID, Profile: sub.Profile}
	blocked, failed, succeeded := of, of, of
	blocked.Outcome, blocked.Failure = payloads.OutcomeFailed, payloads.FailureBlocked
	failed.Outcome, failed.Failure, failed.Duration = payloads.OutcomeFailed, payloads.FailureStatus, 2*time.Second
	succeeded.Outcome, succeeded.Duration = payloads.OutcomeSucceeded, 2*time.Second
	if diff := cmp.Diff([]scheduler.Observation{blocked, failed, succeeded}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// publishAndDrain publishes one event, runs all attempts and returns the id of its delivery.
func (r *rig) publishAndDrain() string {
	r.t.Helper()
	id := r.publish(scheduler.Trigger{}).Deliveries[0].ID
	r.drain()
	return id
}
