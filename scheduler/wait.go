package scheduler

import (
	"context"
	"errors"
	"time"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/sender/history"
	"github.com/annohook/annohook/subscriptions"
)

// errDone ends a wait that found what it waited for.
var errDone = errors.New("done")

// Await returns the deliveries once all of them are settled, or as they are when ctx ends first; done tells which. No wake-up is lost: it
// listens before it reads.
func (s *Scheduler) Await(ctx context.Context, ids []string) (list []history.Summary, done bool, err error) {
	return s.await(ctx, ids, func(d history.Summary) bool { return d.Status.Settled() })
}

func (s *Scheduler) await(ctx context.Context, ids []string, reached func(history.Summary) bool) ([]history.Summary, bool, error) {
	waitFor := map[string]bool{}
	for _, id := range ids {
		waitFor[id] = true
	}
	err := errDone
	if len(waitFor) > 0 {
		err = s.watch(ctx, ids, waitFor, reached)
	}
	if err != nil && !errors.Is(err, errDone) && ctx.Err() == nil {
		return nil, false, err
	}
	list, readErr := s.history.Deliveries(context.WithoutCancel(ctx), ids)
	return list, errors.Is(err, errDone), readErr
}

// watch follows the feed until every delivery reached its goal; a gap in the feed only means reading the state again.
func (s *Scheduler) watch(ctx context.Context, ids []string, waitFor map[string]bool, reached func(history.Summary) bool) error {
	settle := func(list []history.Summary) error {
		for _, d := range list {
			if reached(d) {
				delete(waitFor, d.ID)
			}
		}
		if len(waitFor) == 0 {
			return errDone
		}
		return nil
	}
	for {
		follow, stop := context.WithCancelCause(ctx)
		err := s.hub.Follow(follow, "", func() {
			list, err := s.history.Deliveries(ctx, ids)
			if err == nil {
				err = settle(list)
			}
			if err != nil {
				stop(err)
			}
		}, func(entries []history.Entry) error {
			list := make([]history.Summary, 0, len(entries))
			for _, e := range entries {
				if waitFor[e.Summary.ID] {
					list = append(list, e.Summary)
				}
			}
			return settle(list)
		})
		if follow.Err() != nil {
			err = context.Cause(follow)
		}
		stop(nil)
		if !errors.Is(err, history.ErrGap) {
			return err
		}
	}
}

// testGrace is how long a test send may wait in the queue beyond the deadline of its attempt.
const testGrace = 10 * time.Second

// Test sends the platform's own test event to one subscription, disabled or not, and returns the delivery after its attempt, or as it is
// when the attempt does not end in time. subscriptions.ErrNotFound without one.
func (s *Scheduler) Test(ctx context.Context, id string) (history.Summary, error) {
	sub, err := s.store.Get(ctx, id)
	if err != nil {
		return history.Summary{}, err
	}
	p, err := s.registry.Of(sub)
	if err != nil {
		return history.Summary{}, invalid("profile", "the profile of this subscription is not known to this program")
	}
	published, err := s.Publish(ctx, Trigger{
		Platform: p.ID, Profile: p.Profile, Type: testType(p, sub), Count: 1, SubscriptionIDs: []string{id}, direct: true, once: true,
	})
	if err != nil {
		return history.Summary{}, err
	}
	first := published.Deliveries[0].ID
	ctx, cancel := context.WithTimeout(ctx, p.Effective(sub).Deadline+testGrace)
	defer cancel()
	list, _, err := s.await(ctx, []string{first}, func(d history.Summary) bool { return d.Status.Settled() || d.LastOutcome != "" })
	if err != nil {
		return history.Summary{}, err
	}
	if len(list) == 0 {
		return history.Summary{}, history.ErrNotFound
	}
	return list[0], nil
}

// testType is the platform's test event, or the first type the subscription wants.
func testType(p payloads.Platform, sub subscriptions.Subscription) string {
	if p.TestEvent != "" {
		return p.TestEvent
	}
	for _, et := range p.Events {
		if !et.Unlisted && sub.Wants(et.Key, et.Name) {
			return et.Key
		}
	}
	return p.Events[0].Key
}
