package scheduler_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/annohook/annohook/scheduler"
	"github.com/annohook/annohook/sender/history"
	"github.com/annohook/annohook/subscriptions"
)

func TestUpcomingIsWhatWaitsForItsTimeSoonestFirst(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.subscribe("", func(s *subscriptions.Subscription) {
		s.Retry = &subscriptions.Retry{Delays: []time.Duration{20 * time.Hour}}
	})
	r.wire.answer = script(500)
	late := r.publish(scheduler.Trigger{}).Deliveries[0].ID
	r.runFor(time.Second)
	soon := r.publish(scheduler.Trigger{}).Deliveries[0].ID
	busy := r.publish(scheduler.Trigger{}).Deliveries[0].ID
	if _, err := r.history.Claim(t.Context(), r.delivery(busy).Ref(), history.Claim{Worker: "w1", At: r.queue.Now()}); err != nil {
		t.Fatal(err)
	}
	for limit, want := range map[int][]string{0: nil, 1: {soon}, 9: {soon, late}} {
		dues, err := r.Upcoming(t.Context(), limit)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, due := range dues {
			got = append(got, due.Delivery)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("first %d (-want +got):\n%s", limit, diff)
		}
	}
	flights, err := r.InFlight(t.Context())
	if err != nil || len(flights) != 1 || flights[0].Token.Delivery != busy || flights[0].Worker != "w1" {
		t.Errorf("in flight: %+v, %v", flights, err)
	}
}

func TestLimitIsTheSubscriptionsOrTheDefault(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(o *scheduler.Options) { o.Concurrency = 7 })
	if own, other := r.Limit(subscriptions.Subscription{Concurrency: 2}), r.Limit(subscriptions.Subscription{}); own != 2 || other != 7 {
		t.Errorf("limits %d and %d, want 2 and 7", own, other)
	}
}
