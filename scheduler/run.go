package scheduler

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/sender/history"
	"github.com/annohook/annohook/subscriptions"
)

// Handle runs one reference: the flush of a batch or one attempt. It returns when that is over and recorded. It reports nothing: whatever
// could not be recorded is still in the history, from where the sweep starts it again.
func (s *Scheduler) Handle(ctx context.Context, due history.Due) {
	var err error
	if due.Attempt == 0 {
		err = s.flush(ctx, due)
	} else {
		err = s.attempt(ctx, due)
	}
	switch {
	case err == nil, errors.Is(err, history.ErrStale), errors.Is(err, history.ErrParked), errors.Is(err, history.ErrNotFound):
		return // somebody else's, or waiting in its lane, or gone: nothing to do
	case ctx.Err() != nil:
		s.log.InfoContext(ctx, "stopped before the attempt", "delivery_id", due.Delivery, "attempt", due.Attempt)
	default:
		s.log.ErrorContext(ctx, "attempt could not be run", "delivery_id", due.Delivery, "attempt", due.Attempt, "error", err)
	}
}

// flush closes a batch, fixes its bytes and dispatches its first attempt. Repeating it after a crash gives the same bytes.
func (s *Scheduler) flush(ctx context.Context, due history.Due) error {
	d, parts, err := s.history.Parts(ctx, due.Ref)
	if err != nil {
		return fmt.Errorf("read batch: %w", err)
	}
	p, err := s.registry.Platform(d.Platform, d.Profile)
	if err != nil {
		return s.giveUp(ctx, d.ID, "its platform is not known to this program")
	}
	message, err := p.Batch.Join(parts)
	if err != nil {
		return s.giveUp(ctx, d.ID, "its events could not be joined: "+err.Error())
	}
	next, err := s.history.Seal(ctx, due.Ref, message, s.now())
	if err != nil {
		return fmt.Errorf("seal batch: %w", err)
	}
	return s.attempt(ctx, next)
}

func (s *Scheduler) giveUp(ctx context.Context, id, reason string) error {
	released, err := s.history.Cancel(ctx, id, reason, s.now())
	s.enqueue(ctx, released...)
	return err
}

// attempt claims, sends and records one attempt.
func (s *Scheduler) attempt(ctx context.Context, due history.Due) error {
	sub, found, err := s.target(ctx, due.SubscriptionID)
	if err != nil {
		return fmt.Errorf("read subscription: %w", err)
	}
	defer s.mine.begin(due.Delivery)()
	claimed, err := s.history.Claim(ctx, due.Ref, history.Claim{
		Worker: s.worker.ID, At: s.now(), Limit: s.reach.limit(sub.ID, s.Limit(sub)), Rate: sub.Rate, SubscriptionID: due.SubscriptionID,
	})
	if errors.Is(err, history.ErrLater) {
		return s.later(ctx, due, claimed.At)
	}
	if err != nil {
		return err
	}
	if claimed.Delivery.Pinned != nil {
		sub, found = *claimed.Delivery.Pinned, true
	}
	p, err := s.registry.Platform(claimed.Delivery.Platform, claimed.Delivery.Profile)
	if reason := unsendable(claimed.Delivery, sub, found, p, err); reason != "" {
		return s.drop(ctx, claimed, reason)
	}
	run := attemptRun{scheduler: s, platform: p, sub: sub, claimed: claimed, due: due}
	run.span = s.traceAttempt(claimed, due)
	err = run.do(ctx)
	s.endAttempt(ctx, run.span, claimed.Delivery, err)
	return err
}

// later dispatches a reference again for the turn the rate limit gave it, under a new generation, because the queue may not take the same
// reference while it is being handled.
func (s *Scheduler) later(ctx context.Context, due history.Due, at time.Time) error {
	next, err := s.history.Redispatch(ctx, due.Ref)
	if err != nil {
		return err
	}
	next.At = at
	s.enqueue(ctx, next)
	return nil
}

// Limit is how many attempts of a subscription are made at the same time, at most: its own number, or that of the program.
func (s *Scheduler) Limit(sub subscriptions.Subscription) int {
	if sub.Concurrency > 0 {
		return sub.Concurrency
	}
	return s.concurrency
}

func unsendable(d history.Delivery, sub subscriptions.Subscription, found bool, p payloads.Platform, err error) string {
	switch {
	case err != nil:
		return "its platform is not known to this program"
	case !found:
		return "the subscription was deleted"
	case !sub.Enabled && !d.Always && p.OnDisable == payloads.PendingCancel:
		return "the subscription was disabled"
	default:
		return ""
	}
}

// drop gives a claimed attempt back unmade and cancels its delivery, also when the worker is stopping: nobody else may touch what is claimed.
func (s *Scheduler) drop(ctx context.Context, c history.Claimed, reason string) error {
	ctx = context.WithoutCancel(ctx)
	released, err := s.history.Release(ctx, c.Token, s.now())
	if err != nil {
		return fmt.Errorf("release attempt: %w", err)
	}
	cancelled, err := s.history.Cancel(ctx, c.Delivery.ID, reason, s.now())
	for _, due := range append(released, cancelled...) {
		if due.Delivery != c.Delivery.ID {
			s.enqueue(ctx, due)
		}
	}
	if errors.Is(err, history.ErrSettled) {
		return nil
	}
	return err
}
