package scheduler

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/sender/history"
	"github.com/annohook/annohook/subscriptions"
)

// Host is this scheduler as the native API of one platform sees it. Subscriptions of other platforms do not exist there. key is what
// credentials must prove to know; "" where any is accepted.
func (s *Scheduler) Host(p payloads.Platform, key string) payloads.Host {
	return &host{scheduler: s, platform: p, key: key}
}

// host implements payloads.Host.
type host struct {
	scheduler *Scheduler
	platform  payloads.Platform // in the profile of the native API
	key       string
}

var _ payloads.Host = (*host)(nil)

// Key implements payloads.Host.
func (h *host) Key() string { return h.key }

// Now implements payloads.Host.
func (h *host) Now() time.Time { return h.scheduler.now().UTC() }

// Random implements payloads.Host.
func (h *host) Random() ([16]byte, error) {
	var random [16]byte
	err := h.scheduler.randomBytes(random[:])
	return random, err
}

// Subscriptions implements payloads.Host.
func (h *host) Subscriptions(ctx context.Context) ([]subscriptions.Subscription, error) {
	list, err := h.scheduler.candidates(ctx, h.platform.ID, nil)
	return list, hostError(err)
}

// Subscribe implements payloads.Host. A subscription without a profile gets that of the native API.
func (h *host) Subscribe(ctx context.Context, sub subscriptions.Subscription) (subscriptions.Subscription, error) {
	sub.Platform, sub.ID = h.platform.ID, ""
	if sub.Profile == "" {
		sub.Profile = h.platform.Profile
	}
	created, err := h.scheduler.subscribe(ctx, sub, native)
	return created, hostError(err)
}

// Change implements payloads.Host.
func (h *host) Change(ctx context.Context, id string, change func(*subscriptions.Subscription) error) (subscriptions.Subscription, error) {
	changed, err := h.scheduler.change(ctx, id, native, func(sub *subscriptions.Subscription) error {
		if sub.Platform != h.platform.ID {
			return subscriptions.ErrNotFound
		}
		return change(sub)
	})
	if err != nil {
		return subscriptions.Subscription{}, hostError(err)
	}
	return changed, nil
}

// Unsubscribe implements payloads.Host.
func (h *host) Unsubscribe(ctx context.Context, id string) (subscriptions.Subscription, error) {
	sub, err := h.scheduler.store.Get(ctx, id)
	if err != nil {
		return sub, err
	}
	if sub.Platform != h.platform.ID {
		return subscriptions.Subscription{}, subscriptions.ErrNotFound
	}
	return h.scheduler.Unsubscribe(ctx, id)
}

// Push implements payloads.Host. Where no worker makes the attempt in time, the reply is a timeout.
func (h *host) Push(ctx context.Context, id, eventType string) (payloads.Push, error) {
	s := h.scheduler
	sub, p, err := s.pushTarget(ctx, id)
	if err == nil && sub.Platform != h.platform.ID {
		err = subscriptions.ErrNotFound
	}
	if err != nil {
		return payloads.Push{}, hostError(err)
	}
	sent, err := s.push(ctx, sub, p, eventType)
	if err != nil {
		return payloads.Push{}, hostError(err)
	}
	if err := ctx.Err(); err != nil {
		return payloads.Push{}, err
	}
	push := payloads.Push{DeliveryID: sent.ID}
	if push.Body, err = s.history.Body(ctx, sent.ID); err != nil {
		return payloads.Push{}, err
	}
	attempts, err := s.history.Attempts(ctx, sent.ID)
	if err != nil {
		return payloads.Push{}, err
	}
	push.Reply, push.Took = replyOf(attempts)
	return push, nil
}

// replyOf is the reply of the first attempt that ended, and how long that took.
func replyOf(attempts []history.Attempt) (payloads.Reply, time.Duration) {
	at := slices.IndexFunc(attempts, func(a history.Attempt) bool { return a.Outcome != "" })
	if at < 0 {
		return payloads.Reply{Failure: payloads.FailureTimeout, Message: "no attempt ended in time"}, 0
	}
	a := attempts[at]
	if a.Reply != nil {
		return *a.Reply, a.Duration
	}
	return payloads.Reply{Failure: a.Failure, Message: a.Message}, a.Duration
}

// Sent implements payloads.Host. Deliveries that are still collecting have no body yet and are passed over.
func (h *host) Sent(ctx context.Context, limit int, visit func(eventType string, body []byte) bool) error {
	q := history.Query{Platform: h.platform.ID}
	for limit > 0 {
		q.Limit = min(limit, history.MaxPage)
		page, err := h.scheduler.history.List(ctx, q)
		if err != nil {
			return err
		}
		for _, d := range page.Items {
			body, err := h.scheduler.history.Body(ctx, d.ID)
			if err != nil && !errors.Is(err, history.ErrNotFound) {
				return err
			}
			if body == nil {
				continue // collecting, or trimmed meanwhile
			}
			if !visit(d.EventType, body) {
				return nil
			}
			limit--
		}
		if page.NextCursor == "" {
			return nil
		}
		q.Cursor = page.NextCursor
	}
	return nil
}

// World implements payloads.Host.
func (h *host) World(ctx context.Context) ([]byte, error) {
	w, err := h.scheduler.worlds.World(ctx, h.platform.ID)
	return w.State, hostError(err)
}

// Act implements payloads.Host.
func (h *host) Act(ctx context.Context, action string, params *payloads.Object) (*payloads.Object, error) {
	acted, err := h.scheduler.act(ctx, Act{Platform: h.platform.ID, Action: action, Params: params})
	if param, ok := errors.AsType[*payloads.ParamError](err); ok {
		return nil, param
	}
	if err != nil {
		return nil, hostError(err)
	}
	return acted.Result, nil
}

// hostError turns the errors of this package that a native API may answer into those it knows.
func hostError(err error) error {
	if wrong, ok := errors.AsType[*InvalidError](err); ok {
		return &payloads.ProblemsError{Problems: wrong.Problems}
	}
	if errors.Is(err, ErrBusy) {
		return fmt.Errorf("%w: %w", payloads.ErrBusy, err)
	}
	if trouble, ok := errors.AsType[*TroubleError](err); ok {
		return fmt.Errorf("%w: %w", payloads.ErrUnavailable, trouble)
	}
	if nobody, ok := errors.AsType[*NoMatchError](err); ok {
		return &payloads.ProblemsError{Problems: []payloads.Problem{{Field: "type", Message: nobody.Error()}}}
	}
	return err
}
