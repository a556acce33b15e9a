package scheduler

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/sender"
	"github.com/annohook/annohook/sender/history"
	"github.com/annohook/annohook/subscriptions"
)

// The ways to replay a delivery.
const (
	ReplayRetry    = "retry"    // same body, fresh stamp
	ReplayNew      = "new"      // the events again with new ids and times
	ReplayVerbatim = "verbatim" // the identical request, old timestamp and signature included
)

// ReplayModes lists them.
func ReplayModes() []string { return []string{ReplayRetry, ReplayNew, ReplayVerbatim} }

// MaxReplays bounds one ReplayAll.
const MaxReplays = 10_000

// Replay sends a delivery again as a new delivery with ReplayOf, to the URL and with the secret its subscription has now, disabled or not.
// It returns history.ErrNotFound, ErrNoTarget, ErrCollecting, ErrNothingSent (verbatim) or *InvalidError (mode).
func (s *Scheduler) Replay(ctx context.Context, id, mode string) (again history.Delivery, err error) {
	if err := s.admit(ctx); err != nil {
		return history.Delivery{}, err
	}
	d, err := s.history.Delivery(ctx, id)
	if err != nil {
		return history.Delivery{}, err
	}
	if d.Status == history.Collecting {
		return history.Delivery{}, ErrCollecting
	}
	sub, found, err := s.target(ctx, d.SubscriptionID)
	if err != nil {
		return history.Delivery{}, err
	}
	if !found {
		return history.Delivery{}, ErrNoTarget
	}
	ctx, span := s.tracePublish(ctx, d.Platform, attrReplayOf, id)
	defer func() { span.end(s.now(), 0, 1, err) }()
	span.repeats(ctx, d.Trace)
	switch mode {
	case ReplayRetry:
		return s.repeat(ctx, d.Delivery, sub, nil)
	case ReplayVerbatim:
		header, err := s.sentHeader(ctx, id)
		if err != nil {
			return history.Delivery{}, err
		}
		return s.repeat(ctx, d.Delivery, sub, header)
	case ReplayNew:
		return s.rebuild(ctx, d.Delivery, sub)
	default:
		return history.Delivery{}, unknownMode(mode)
	}
}

// ReplayAll replays every delivery that q finds, at most MaxReplays, and returns how many. Deliveries that cannot be replayed are passed over.
// It returns *InvalidError for an unknown mode, whatever q finds.
func (s *Scheduler) ReplayAll(ctx context.Context, q history.Query, mode string) (int, error) {
	if !slices.Contains(ReplayModes(), mode) {
		return 0, unknownMode(mode)
	}
	ids, err := s.collectIDs(ctx, q)
	if err != nil {
		return 0, err
	}
	count := 0
	for _, id := range ids {
		_, err := s.Replay(ctx, id, mode)
		switch {
		case err == nil:
			count++
		case !unrepeatable(err):
			return count, fmt.Errorf("%w; %d of %d deliveries were sent again before", err, count, len(ids))
		}
	}
	return count, nil
}

// unrepeatable reports whether an error of Replay is about the one delivery. An *InvalidError is: the mode is known, so it says that the events
// cannot be built again.
func unrepeatable(err error) bool {
	if _, ok := errors.AsType[*InvalidError](err); ok {
		return true
	}
	return errors.Is(err, history.ErrNotFound) || errors.Is(err, ErrNoTarget) || errors.Is(err, ErrCollecting) || errors.Is(err, ErrNothingSent)
}

func unknownMode(mode string) error {
	return invalid("mode", fmt.Sprintf("unknown mode %q; allowed: %s", mode, allowed(ReplayModes())))
}

// collectIDs reads the whole selection before anything is added to the list it pages through.
func (s *Scheduler) collectIDs(ctx context.Context, q history.Query) ([]string, error) {
	var ids []string
	q.Limit = history.MaxPage
	for len(ids) < MaxReplays {
		page, err := s.history.List(ctx, q)
		if err != nil {
			return nil, err
		}
		for _, d := range page.Items {
			ids = append(ids, d.ID)
		}
		if page.NextCursor == "" {
			break
		}
		q.Cursor = page.NextCursor
	}
	return ids[:min(len(ids), MaxReplays)], nil
}

// sentHeader is the header of the last attempt that went out.
func (s *Scheduler) sentHeader(ctx context.Context, id string) (payloads.Header, error) {
	attempts, err := s.history.Attempts(ctx, id)
	if err != nil {
		return nil, err
	}
	for _, a := range slices.Backward(attempts) {
		if a.Request != nil {
			return a.Request.Header, nil
		}
	}
	return nil, ErrNothingSent
}

// repeat makes a new delivery of the same bytes.
func (s *Scheduler) repeat(ctx context.Context, d history.Delivery, sub subscriptions.Subscription, header payloads.Header) (history.Delivery, error) {
	body, err := s.history.Body(ctx, d.ID)
	if err != nil {
		return history.Delivery{}, err
	}
	repeated := s.replayed(d, sub, ReplayRetry, len(body))
	if header != nil {
		repeated.ReplayMode, repeated.Verbatim = ReplayVerbatim, header
	}
	return repeated, s.append(ctx, nil, history.New{Delivery: repeated, Body: body})
}

// replayed is the delivery that sends d again, to where its subscription is now.
func (s *Scheduler) replayed(d history.Delivery, sub subscriptions.Subscription, mode string, bodyBytes int) history.Delivery {
	now := history.Micro(s.now()) // as it is kept, so that the answer and what is read later agree
	return history.Delivery{
		ID: s.newID(), Status: history.Pending, Platform: d.Platform, Profile: d.Profile, EventType: d.EventType, OtherTypes: d.OtherTypes, Fidelity: d.Fidelity,
		Method: d.Method, SubscriptionID: sub.ID, EventIDs: d.EventIDs, Part: d.Part, URL: sender.MaskURL(sub.URL), NextAt: now, CreatedAt: now,
		ReplayOf: d.ID, ReplayMode: mode, Once: d.Once, Always: true, BodyBytes: bodyBytes,
	}
}

// append records one delivery that waits for nothing, and dispatches it.
func (s *Scheduler) append(ctx context.Context, events []history.Event, n history.New) error {
	news := []history.New{n}
	s.carry(ctx, events, news, nil)
	if err := s.history.Append(ctx, events, news); err != nil {
		return fmt.Errorf("record delivery: %w", err)
	}
	s.accepted(1)
	if news[0].Parked {
		return nil
	}
	s.enqueue(ctx, history.Due{Ref: n.Delivery.Ref(), SubscriptionID: n.Delivery.SubscriptionID, At: n.Delivery.NextAt})
	return nil
}

// rebuild makes the events of a delivery again with new ids and times, and sends what they become in one delivery.
func (s *Scheduler) rebuild(ctx context.Context, d history.Delivery, sub subscriptions.Subscription) (history.Delivery, error) {
	p, err := s.registry.Of(sub)
	if err != nil {
		return history.Delivery{}, ErrNoTarget
	}
	var events []history.Event
	var messages []payloads.Message
	for _, id := range d.EventIDs {
		event, message, err := s.again(ctx, id, d, sub)
		if err != nil {
			return history.Delivery{}, err
		}
		events = append(events, event)
		messages = append(messages, message)
	}
	message := messages[0]
	if p.Batch != nil && events[0].Body == nil {
		if message, err = p.Batch.Join(messages); err != nil {
			return history.Delivery{}, fmt.Errorf("join messages: %w", err)
		}
	}
	rebuilt := s.replayed(d, sub, ReplayNew, len(message.Body))
	rebuilt.Profile, rebuilt.Method, rebuilt.EventIDs = p.Profile, message.Method, make([]string, len(events))
	for i, event := range events {
		rebuilt.EventIDs[i] = event.ID
	}
	return rebuilt, s.append(ctx, events, history.New{Delivery: rebuilt, Body: message.Body})
}

// again builds one event anew: same content, new ids, happening now.
func (s *Scheduler) again(ctx context.Context, id string, d history.Delivery, sub subscriptions.Subscription) (history.Event, payloads.Message, error) {
	event, err := s.history.Event(ctx, id)
	if err != nil {
		return history.Event{}, payloads.Message{}, fmt.Errorf("event of the delivery: %w", err)
	}
	if event.IDSeed, err = s.randomSeed(); err != nil {
		return history.Event{}, payloads.Message{}, err
	}
	event.ID, event.Now, event.CreatedAt, event.ReplayOf, event.Deliveries = s.newID(), s.now(), s.now(), d.ID, nil
	override, err := overrideOf(event)
	if err != nil {
		return history.Event{}, payloads.Message{}, err
	}
	// The type is the event's own: a batch holds events of several.
	t := Trigger{Platform: d.Platform, Type: event.Type, Variant: event.Variant, Override: override, Body: event.Body, direct: true}
	c, why, err := s.compose(event, t, sub)
	if err != nil {
		return history.Event{}, payloads.Message{}, err
	}
	if why != "" {
		return history.Event{}, payloads.Message{}, invalid("mode", "the event cannot be built again: "+why)
	}
	if d.Part >= len(c.messages) {
		return history.Event{}, payloads.Message{}, invalid("mode", "the event now has fewer messages than this delivery is the part of")
	}
	return event, c.messages[d.Part], nil
}

// assignmentsValue is the stored form of assignments; overrideOf reads it back.
func assignmentsValue(set []payloads.Assignment) payloads.Array {
	list := make(payloads.Array, len(set))
	for i, a := range set {
		list[i] = payloads.Obj("path", a.Path, "value", a.Value)
	}
	return list
}

func overrideOf(e history.Event) (payloads.Override, error) {
	var o payloads.Override
	if e.Data != nil {
		v, err := payloads.ParseValue(e.Data)
		if err != nil {
			return o, fmt.Errorf("read stored data: %w", err)
		}
		o.Data, _ = v.(*payloads.Object)
	}
	if e.Set == nil {
		return o, nil
	}
	v, err := payloads.ParseValue(e.Set)
	if err != nil {
		return o, fmt.Errorf("read stored assignments: %w", err)
	}
	list, _ := v.(payloads.Array)
	for _, item := range list {
		object, ok := item.(*payloads.Object)
		if !ok {
			continue
		}
		path, _ := object.Get("path")
		value, _ := object.Get("value")
		text, _ := path.(string)
		o.Set = append(o.Set, payloads.Assignment{Path: text, Value: value})
	}
	return o, nil
}

// Cancel settles a delivery as cancelled. history.ErrNotFound or history.ErrSettled otherwise.
func (s *Scheduler) Cancel(ctx context.Context, id string) error {
	return s.giveUp(ctx, id, "cancelled by the user")
}
