package scheduler

import (
	"context"
	"errors"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/annohook/annohook/subscriptions"
)

// Bounds of reading subscriptions.
const (
	targetsMost  = 256 // attempts, or triggers, that share a reading
	targetsWidth = 16  // subscriptions read at the same time
)

// target is a subscription as an attempt finds it.
type target struct {
	sub   subscriptions.Subscription
	found bool // it was not deleted
	err   error
}

// target reads the subscription as it is now; found is false when it was deleted. Attempts that ask while others read share the next reading,
// which begins after they asked and is therefore as fresh as one of their own.
func (s *Scheduler) target(ctx context.Context, id string) (sub subscriptions.Subscription, found bool, err error) {
	t, err := s.targets.Do(ctx, id)
	if err == nil {
		err = t.err
	}
	return t.sub, t.found, err
}

// readTargets reads each of several subscriptions once.
func (s *Scheduler) readTargets(ctx context.Context, ids []string) ([]target, error) {
	list := make([]target, len(ids))
	var group errgroup.Group
	group.SetLimit(targetsWidth)
	for i, id := range ids {
		if slices.Index(ids, id) == i {
			group.Go(func() error { list[i] = s.readTarget(ctx, id); return nil })
		}
	}
	_ = group.Wait() // errors are each target's own
	for i, id := range ids {
		list[i] = list[slices.Index(ids, id)]
	}
	return list, nil
}

func (s *Scheduler) readTarget(ctx context.Context, id string) target {
	sub, err := s.store.Get(ctx, id)
	if errors.Is(err, subscriptions.ErrNotFound) {
		return target{}
	}
	return target{sub: sub, found: err == nil, err: err}
}

// listed are the subscriptions as they are now, oldest first. Triggers that ask while others read share the next reading, as attempts do; what it
// holds must not be changed.
func (s *Scheduler) listed(ctx context.Context) ([]subscriptions.Subscription, error) {
	return s.lists.Do(ctx, struct{}{})
}

// readList reads the subscriptions once for several callers.
func (s *Scheduler) readList(ctx context.Context, calls []struct{}) ([][]subscriptions.Subscription, error) {
	all, err := s.store.List(ctx)
	if err != nil {
		return nil, err
	}
	lists := make([][]subscriptions.Subscription, len(calls))
	for i := range lists {
		lists[i] = all
	}
	return lists, nil
}
