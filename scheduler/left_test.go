package scheduler_test

import (
	"context"
	"testing"
	"time"

	"github.com/annohook/annohook/scheduler"
	"github.com/annohook/annohook/sender/history"
	"github.com/annohook/annohook/subscriptions"
)

// hurried is a store whose caller leaves as soon as a change of a subscription is stored.
type hurried struct {
	subscriptions.Store
	leave func()
}

func (h *hurried) Update(ctx context.Context, id string, change func(*subscriptions.Subscription) error) (subscriptions.Subscription, error) {
	sub, err := h.Store.Update(ctx, id, change)
	h.leave()
	return sub, err
}

func (h *hurried) Delete(ctx context.Context, id string) (subscriptions.Subscription, error) {
	sub, err := h.Store.Delete(ctx, id)
	h.leave()
	return sub, err
}

// TestACallerThatLeavesDoesNotHalveAChange: what a change means for pending deliveries belongs to it, whether or not somebody waits for the answer.
func TestACallerThatLeavesDoesNotHalveAChange(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(context.Context, *rig, string) error{
		"deleted": func(ctx context.Context, r *rig, id string) error { _, err := r.Unsubscribe(ctx, id); return err },
		"disabled": func(ctx context.Context, r *rig, id string) error {
			_, err := r.Change(ctx, id, func(s *subscriptions.Subscription) error { s.Enabled = false; return nil })
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			store := &hurried{leave: func() {}}
			r := newRig(t, func(o *scheduler.Options) { store.Store = o.Subscriptions; o.Subscriptions = store })
			r.wire.answer = status(500)
			sub := r.subscribe("", func(s *subscriptions.Subscription) {
				s.Profile, s.Retry = "v2", &subscriptions.Retry{Delays: []time.Duration{time.Hour}}
			})
			id := r.publish(scheduler.Trigger{}).Deliveries[0].ID
			r.runFor(time.Second)
			ctx, leave := context.WithCancel(t.Context())
			defer leave()
			store.leave = leave
			if err := change(ctx, r, sub.ID); err != nil {
				t.Errorf("change: %v", err)
			}
			r.wantStatus(id, history.Cancelled)
		})
	}
}

// TestAClaimThatIsDroppedIsGivenBackWhateverHappens: the grace of a shutdown may end right after the claim.
func TestAClaimThatIsDroppedIsGivenBackWhateverHappens(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	r := newRig(t, func(o *scheduler.Options) { o.History = &slowClaim{History: o.History, meanwhile: cancel} })
	sub := r.subscribe("")
	id := r.publish(scheduler.Trigger{}).Deliveries[0].ID
	if _, err := r.store.Delete(t.Context(), sub.ID); err != nil {
		t.Fatal(err)
	}
	r.Handle(ctx, history.Due{Ref: r.delivery(id).Ref(), SubscriptionID: sub.ID, At: r.queue.Now()})
	r.wantStatus(id, history.Cancelled)
	if flights, err := r.history.InFlight(t.Context()); err != nil || len(flights) > 0 {
		t.Errorf("in flight %v, error %v; want nothing", flights, err)
	}
}
