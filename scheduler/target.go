package scheduler

import (
	"context"
	"errors"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/annohook/annohook/subscriptions"
)

// Bounds of reading subscriptions for attempts.
const (
	targetsMost  = 256 // attempts that share a reading
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
