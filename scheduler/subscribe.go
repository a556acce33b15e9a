package scheduler

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/sender/history"
	"github.com/annohook/annohook/subscriptions"
)

// GenerateSecret as the secret of a subscription asks for a new one.
const GenerateSecret subscriptions.Secret = "generate"

// origin is where a subscription or its change comes from.
type origin int

const (
	ours   origin = iota // our own API: targets are judged, GenerateSecret is a wish
	native               // the platform's API: it judged the target, every secret is meant literally, no change leaves the time of the last one
)

// Subscribe validates sub, fills in what the platform decides (profile, native id, secret), and stores it. GenerateSecret as its secret makes
// one, no secret leaves it to the platform. It returns *InvalidError, and subscriptions.ErrConflict for an id that is taken.
func (s *Scheduler) Subscribe(ctx context.Context, sub subscriptions.Subscription) (subscriptions.Subscription, error) {
	return s.subscribe(ctx, sub, ours)
}

func (s *Scheduler) subscribe(ctx context.Context, sub subscriptions.Subscription, from origin) (subscriptions.Subscription, error) {
	p, err := s.platformFor(&sub)
	if err != nil {
		return sub, err
	}
	if sub.ID == "" {
		sub.ID = s.newID()
	}
	sub.CreatedAt = s.now().UTC()
	sub.UpdatedAt = sub.CreatedAt
	if p.Secret.Shared {
		sub.SharedSecret = p.ID
	}
	if sub.Secret == "" && p.Secret.Auto || sub.Secret == GenerateSecret && from == ours {
		if err := s.generateSecret(&sub, p); err != nil {
			return sub, err
		}
	}
	if problems := append(checkID(sub.ID), s.check(sub, p, from == ours)...); len(problems) > 0 {
		return sub, &InvalidError{Problems: problems}
	}
	if sub.NativeID == "" {
		if sub.NativeID, err = s.nativeID(ctx, p); err != nil {
			return sub, err
		}
	}
	return s.store.Create(ctx, sub)
}

func (s *Scheduler) platformFor(sub *subscriptions.Subscription) (payloads.Platform, error) {
	if s.registry.Profiles(sub.Platform) == nil {
		return payloads.Platform{}, s.unknownPlatform(sub.Platform)
	}
	p, err := s.registry.Platform(sub.Platform, sub.Profile)
	if err != nil {
		return p, s.unknownProfile(sub.Platform, sub.Profile)
	}
	sub.Profile = p.Profile
	return p, nil
}

func (s *Scheduler) generateSecret(sub *subscriptions.Subscription, p payloads.Platform) error {
	if p.Secret.Generate == nil {
		return invalid("secret", unsignedText(p))
	}
	var random [64]byte
	if err := s.randomBytes(random[:]); err != nil {
		return err
	}
	sub.Secret = subscriptions.Secret(p.Secret.Generate(random))
	return nil
}

// nativeID makes the id the platform would give. A number is never given twice: it goes on from the last and is above all in use.
func (s *Scheduler) nativeID(ctx context.Context, p payloads.Platform) (string, error) {
	all, err := s.store.List(ctx)
	if err != nil {
		return "", fmt.Errorf("list subscriptions: %w", err)
	}
	var highest int64
	for _, sub := range all {
		if n, err := strconv.ParseInt(sub.NativeID, 10, 64); err == nil && sub.Platform == p.ID && n < subscriptions.MaxNumber {
			highest = max(highest, n)
		}
	}
	number, err := s.store.NextNumber(ctx, p.ID, highest+1)
	if err != nil {
		return "", fmt.Errorf("number the subscription: %w", err)
	}
	var random [16]byte
	if err := s.randomBytes(random[:]); err != nil {
		return "", err
	}
	return p.NewNativeID(random, s.now(), number), nil
}

// Change runs change on a subscription, validates the result and stores it. What the change means for deliveries happens as on the real
// platform: an open batch is sent to the old target first, and where disabling silences at once, pending deliveries are cancelled. It
// returns *InvalidError, subscriptions.ErrNotFound or the error of change; nothing is stored then.
func (s *Scheduler) Change(ctx context.Context, id string, change func(*subscriptions.Subscription) error) (subscriptions.Subscription, error) {
	return s.change(ctx, id, ours, change)
}

func (s *Scheduler) change(ctx context.Context, id string, from origin, change func(*subscriptions.Subscription) error) (subscriptions.Subscription, error) {
	old, err := s.store.Get(ctx, id)
	if err != nil {
		return old, err
	}
	wanted, err := s.changed(old, from, change)
	if err != nil {
		return old, err
	}
	if wanted.URL != old.URL || wanted.Secret != old.Secret {
		if err := s.flushBefore(ctx, old); err != nil {
			return old, err
		}
	}
	updated, err := s.store.Update(ctx, id, func(sub *subscriptions.Subscription) error {
		next, err := s.changed(*sub, from, change)
		if err != nil {
			return err
		}
		next.Secret = keepGenerated(next.Secret, wanted.Secret, old.Secret)
		*sub = next
		return nil
	})
	if err != nil {
		return old, err
	}
	return updated, s.afterChange(ctx, old, updated)
}

// keepGenerated uses the secret the first run of a change generated, so that running it twice does not generate two.
func keepGenerated(now, wanted, old subscriptions.Secret) subscriptions.Secret {
	if wanted != old {
		return wanted
	}
	return now
}

// changed applies change to a copy and validates it. A target that stays as it is is not judged again: it may have come in through the
// platform's own API, which accepts what ours does not.
func (s *Scheduler) changed(sub subscriptions.Subscription, from origin, change func(*subscriptions.Subscription) error) (subscriptions.Subscription, error) {
	next := sub.Clone()
	if err := change(&next); err != nil {
		return sub, err
	}
	if next.Platform != sub.Platform {
		return sub, invalid("platform", "cannot be changed; make a new subscription")
	}
	p, err := s.platformFor(&next)
	if err != nil {
		return sub, err
	}
	if next.Secret == GenerateSecret && from == ours {
		if err := s.generateSecret(&next, p); err != nil {
			return sub, err
		}
	}
	if problems := s.check(next, p, from == ours && next.URL != sub.URL); len(problems) > 0 {
		return sub, &InvalidError{Problems: problems}
	}
	if next.Enabled && !sub.Enabled || next.URL != sub.URL || !slices.Equal(next.Headers, sub.Headers) {
		next.ConsecutiveFailures = 0
	}
	if next.Enabled {
		next.DisabledReason = ""
	}
	touched := next.UpdatedAt.After(sub.UpdatedAt)
	next.UpdatedAt = sub.UpdatedAt
	if from == native && !touched {
		if unchanged, err := same(sub, next); unchanged || err != nil {
			return next, err
		}
	}
	next.UpdatedAt = s.now().UTC()
	return next, nil
}

// same reports whether two states of a subscription are stored alike.
func same(a, b subscriptions.Subscription) (bool, error) {
	one, errA := subscriptions.EncodeDocument(a)
	two, errB := subscriptions.EncodeDocument(b)
	return bytes.Equal(one, two) && a.Secret == b.Secret, errors.Join(errA, errB)
}

// flushBefore sends the open batch of a subscription with the target it has now. A shared secret reaches further than this one.
func (s *Scheduler) flushBefore(ctx context.Context, old subscriptions.Subscription) error {
	pinned := old.Clone()
	due, open, err := s.history.CloseBatch(ctx, old.ID, &pinned, s.now())
	if err != nil {
		return fmt.Errorf("close batch: %w", err)
	}
	if open {
		s.enqueue(ctx, due)
	}
	return nil
}

func (s *Scheduler) afterChange(ctx context.Context, old, updated subscriptions.Subscription) error {
	p, err := s.registry.Of(updated)
	if err != nil {
		return err
	}
	if p.OnDisable != payloads.PendingCancel || !old.Enabled || updated.Enabled {
		return nil
	}
	return s.cancelPending(ctx, updated.ID, "the subscription was disabled", false)
}

// cancelPending cancels what is not settled of a subscription. Deliveries of a batch that was closed for the change (pinned) go out; so do
// test sends while the subscription exists. It does not end with the caller, because the change has been made.
func (s *Scheduler) cancelPending(ctx context.Context, id, reason string, deleted bool) error {
	ctx = context.WithoutCancel(ctx)
	ids, err := s.history.Unsettled(ctx, id, mostPending)
	if err != nil {
		return fmt.Errorf("list pending deliveries: %w", err)
	}
	for _, id := range ids {
		d, err := s.history.Delivery(ctx, id)
		if errors.Is(err, history.ErrNotFound) || err == nil && (d.Pinned != nil || d.Always && !deleted) {
			continue
		}
		if err != nil {
			return fmt.Errorf("read pending delivery: %w", err)
		}
		released, err := s.history.Cancel(ctx, id, reason, s.now())
		if err != nil && !errors.Is(err, history.ErrSettled) && !errors.Is(err, history.ErrNotFound) {
			return fmt.Errorf("cancel delivery: %w", err)
		}
		s.enqueue(ctx, released...)
	}
	return nil
}

// mostPending bounds one cancelPending. Whatever lies beyond is cancelled when its turn comes, because the subscription is gone or silent.
const mostPending = 100_000

// Unsubscribe deletes a subscription. Its open batch is sent first; whatever else is pending is cancelled. subscriptions.ErrNotFound without
// one.
func (s *Scheduler) Unsubscribe(ctx context.Context, id string) (subscriptions.Subscription, error) {
	old, err := s.store.Get(ctx, id)
	if err != nil {
		return old, err
	}
	if err := s.flushBefore(ctx, old); err != nil {
		return old, err
	}
	if old, err = s.store.Delete(ctx, id); err != nil {
		return old, err
	}
	return old, s.cancelPending(ctx, id, "the subscription was deleted", true)
}

// RotateSecret gives a subscription a new secret and returns it with that. On a platform with one secret for all, it is new for all of them.
func (s *Scheduler) RotateSecret(ctx context.Context, id string) (subscriptions.Subscription, error) {
	return s.Change(ctx, id, func(sub *subscriptions.Subscription) error {
		sub.Secret = GenerateSecret
		return nil
	})
}
