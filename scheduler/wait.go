package scheduler

import (
	"cmp"
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
	g := goal{open: map[string]bool{}, reached: reached}
	for _, id := range ids {
		g.open[id] = true
	}
	err := errDone
	if len(ids) > 0 {
		err = s.watch(ctx, ids, g)
	}
	if err != nil && !errors.Is(err, errDone) && ctx.Err() == nil {
		return nil, false, err
	}
	list, readErr := s.history.Deliveries(context.WithoutCancel(ctx), ids)
	return list, errors.Is(err, errDone), readErr
}

// goal is what a wait is for: every delivery named has reached a state.
type goal struct {
	open    map[string]bool // deliveries that have not
	reached func(history.Summary) bool
}

// see takes note of deliveries; errDone when the goal is reached.
func (g goal) see(list []history.Summary) error {
	for _, d := range list {
		if g.open[d.ID] && g.reached(d) {
			delete(g.open, d.ID)
		}
	}
	if len(g.open) == 0 {
		return errDone
	}
	return nil
}

// watch follows the feed until the goal is reached; a gap in the feed only means reading the state again.
func (s *Scheduler) watch(ctx context.Context, ids []string, g goal) error {
	for {
		err := s.watchOnce(ctx, ids, g)
		if !errors.Is(err, history.ErrGap) {
			return err
		}
	}
}

func (s *Scheduler) watchOnce(ctx context.Context, ids []string, g goal) error {
	follow, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	err := s.hub.Follow(follow, "", func() {
		list, err := s.history.Deliveries(ctx, ids)
		if err == nil {
			err = g.see(list)
		}
		if err != nil {
			stop(err)
		}
	}, func(entries []history.Entry) error {
		list := make([]history.Summary, len(entries))
		for i, e := range entries {
			list[i] = e.Summary
		}
		return g.see(list)
	})
	if follow.Err() != nil {
		return context.Cause(follow)
	}
	return err
}

// testGrace is how long a test send may wait in the queue beyond the deadline of its attempt.
const testGrace = 10 * time.Second

// Test sends the platform's own test event to one subscription, disabled or not, and returns the delivery after its attempt, or as it is
// when the attempt does not end in time. subscriptions.ErrNotFound without one.
func (s *Scheduler) Test(ctx context.Context, id string) (history.Summary, error) {
	sub, p, err := s.pushTarget(ctx, id)
	if err != nil {
		return history.Summary{}, err
	}
	return s.push(ctx, sub, p, testType(p, sub, s.now()))
}

// pushTarget reads a subscription and its platform.
func (s *Scheduler) pushTarget(ctx context.Context, id string) (subscriptions.Subscription, payloads.Platform, error) {
	sub, err := s.store.Get(ctx, id)
	if err != nil {
		return sub, payloads.Platform{}, err
	}
	p, err := s.registry.Of(sub)
	if err != nil {
		return sub, p, invalid("profile", "the profile of this subscription is not known to this program")
	}
	return sub, p, nil
}

// push sends one event to one subscription as Test says. *NoMatchError when its profile has no such event.
func (s *Scheduler) push(ctx context.Context, sub subscriptions.Subscription, p payloads.Platform, eventType string) (history.Summary, error) {
	published, err := s.Publish(ctx, Trigger{
		Platform: p.ID, Profile: p.Profile, Type: eventType, Count: 1, SubscriptionIDs: []string{sub.ID}, direct: true, once: true,
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

// testType is the platform's test event, or the first type that the subscription wants and that can reach it. Where none can, it is the first
// it wants, or the platform's first.
func testType(p payloads.Platform, sub subscriptions.Subscription, now time.Time) string {
	if p.TestEvent != "" {
		return p.TestEvent
	}
	wanted := ""
	for _, et := range p.Events {
		if et.Unlisted || !sub.Wants(et.Key, et.Name) {
			continue
		}
		if reaches(p, sub, et, now) {
			return et.Key
		}
		if wanted == "" {
			wanted = et.Key
		}
	}
	return cmp.Or(wanted, p.Events[0].Key)
}

// reaches says whether an event of the type that happens where the subscription looks would be sent to it.
func reaches(p payloads.Platform, sub subscriptions.Subscription, et payloads.EventType, now time.Time) bool {
	if p.Matches == nil {
		return true
	}
	event, err := et.Build(payloads.Build{Now: now, Subscription: sub})
	if err != nil {
		return false
	}
	ok, _ := p.Matches(sub, et, event)
	return ok
}
