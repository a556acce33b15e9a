package scheduler

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/sender"
	"github.com/annohook/annohook/sender/history"
	"github.com/annohook/annohook/subscriptions"
)

// plan collects what a trigger or an action will store, so that nothing is stored before everything is known to be right.
type plan struct {
	scheduler *Scheduler
	at        time.Time
	ticket    *Ticket // nil: the plan is stored once
	events    []history.Event
	direct    []history.New
	held      []heldPart

	deliveriesMade int
	bytes          int // of bodies and of what triggers gave, at most maxPlanBytes
}

// maxPlanBytes bounds what one trigger or action stores in its one step. A thousand events of usual size for forty subscriptions have as many; a
// request of a hundred bytes can ask for gigabytes, of which the store refuses nothing before it is too late.
const maxPlanBytes = 256 << 20

// occurrence is one event while its messages are placed.
type occurrence struct {
	trigger Trigger
	event   history.Event
	index   int       // among the events of the plan
	due     time.Time // of the messages that go out by themselves
}

// heldPart is one message that joins the open batch of its subscription.
type heldPart struct {
	event int
	part  payloads.Message
	fresh history.Delivery
	max   int
}

func (p *plan) empty() bool { return len(p.direct) == 0 && len(p.held) == 0 }

// trigger adds the events of a trigger, all due at once. It returns why subscriptions do not get them, each reason once.
func (p *plan) trigger(t Trigger, subs []subscriptions.Subscription) ([]Reason, error) {
	if t.Ticket != nil && t.Seed == nil {
		seed := t.Ticket.seed()
		t.Seed = &seed
	}
	seed, err := p.scheduler.seedOr(t.Seed)
	if err != nil {
		return nil, err
	}
	var reasons []Reason
	for i := range t.Count {
		more, err := p.add(t, seed+uint64(i), p.at, subs)
		if err != nil {
			return nil, err
		}
		for _, reason := range more {
			if !slices.Contains(reasons, reason) {
				reasons = append(reasons, reason)
			}
		}
	}
	return reasons, nil
}

// add builds one event for each of the subscriptions and returns why some of them do not get it.
func (p *plan) add(t Trigger, seed uint64, due time.Time, subs []subscriptions.Subscription) ([]Reason, error) {
	event, err := p.newEvent(t, seed)
	if err != nil {
		return nil, err
	}
	var group []composed
	var reasons []Reason
	for _, sub := range subs {
		c, why, err := p.scheduler.compose(event, t, sub)
		if err != nil {
			return nil, err
		}
		if why != "" {
			reasons = append(reasons, Reason{SubscriptionID: sub.ID, Why: why})
			continue
		}
		group = append(group, c)
	}
	if err := p.weigh(event, group, t.Count); err != nil {
		return nil, err
	}
	p.events = append(p.events, event)
	return reasons, p.place(occurrence{trigger: t, event: event, index: len(p.events) - 1, due: due}, group)
}

// weigh adds what an event and its messages take; *InvalidError when it is too much.
func (p *plan) weigh(event history.Event, group []composed, count int) error {
	p.bytes += len(event.Body) + len(event.Data) + len(event.Set)
	for _, c := range group {
		for _, m := range c.messages {
			p.bytes += len(m.Body)
		}
	}
	if p.bytes <= maxPlanBytes {
		return nil
	}
	field := "subscription_ids"
	if count > 1 {
		field = "count"
	}
	return invalid(field, fmt.Sprintf(
		"the requests that this makes have more than %d MiB together, which is the most at once; ask for fewer events or for fewer subscriptions", maxPlanBytes>>20))
}

func (s *Scheduler) seedOr(given *uint64) (uint64, error) {
	if given != nil {
		return *given, nil
	}
	return s.randomSeed()
}

func (p *plan) newEvent(t Trigger, seed uint64) (history.Event, error) {
	event := history.Event{
		ID: p.eventID(), Platform: t.Platform, Profile: t.Profile, Type: t.Type, Variant: t.Variant, Seed: seed, IDSeed: seed,
		Now: p.at, Body: t.Body, Action: t.action, Subject: t.subject, CreatedAt: p.at,
	}
	if known, ok := findType(p.scheduler.registry.Profiles(t.Platform), t.Type); ok {
		event.Type = known.Key
	}
	if t.idSeed != nil {
		event.IDSeed = *t.idSeed
	}
	if t.Now != nil {
		event.Now = t.Now.UTC()
	}
	var err error
	if t.Override.Data != nil {
		if event.Data, err = payloads.JSON(t.Override.Data); err != nil {
			return event, fmt.Errorf("keep data: %w", err)
		}
	}
	if len(t.Override.Set) > 0 {
		if event.Set, err = payloads.JSON(assignmentsValue(t.Override.Set)); err != nil {
			return event, fmt.Errorf("keep set: %w", err)
		}
	}
	return event, nil
}

// store writes the plan: first everything that stands for itself, in one atomic step, then the parts of batches. With a ticket it stores what
// another run, which may still go on in another process, has not stored.
func (p *plan) store(ctx context.Context) (Published, error) {
	s := p.scheduler
	s.carry(ctx, p.events, p.direct, p.held)
	err := s.history.Append(ctx, p.events, p.direct)
	stored := p.ticket != nil && errors.Is(err, history.ErrExists)
	if err != nil && !stored {
		return Published{}, fmt.Errorf("record deliveries: %w", err)
	}
	out := Published{Events: p.events}
	var dues []history.Due
	if !stored {
		s.accepted(len(p.direct))
		dues = p.started()
		for _, n := range p.direct {
			out.Deliveries = append(out.Deliveries, n.Delivery)
		}
	}
	more, shared, err := p.join(ctx, &out)
	s.enqueue(ctx, append(dues, more...)...)
	if err == nil && (stored || shared) {
		out.Deliveries, err = p.present(ctx)
	}
	if err != nil {
		return Published{}, err
	}
	return out, nil
}

// started are the references of the deliveries that stand for themselves and wait for no other, nor in a lane.
func (p *plan) started() []history.Due {
	var dues []history.Due
	for _, n := range p.direct {
		if n.Delivery.WaitsFor == "" && !n.Parked {
			dues = append(dues, history.Due{Ref: n.Delivery.Ref(), SubscriptionID: n.Delivery.SubscriptionID, At: n.Delivery.NextAt})
		}
	}
	return dues
}

// join adds the parts to the open batches of their subscriptions. It reports whether another run had added some of them.
func (p *plan) join(ctx context.Context, out *Published) (dues []history.Due, shared bool, err error) {
	for _, h := range p.held {
		c, err := p.scheduler.history.Collect(ctx, p.events[h.event], h.part, h.fresh, h.max, p.at)
		if err != nil {
			return dues, shared, fmt.Errorf("hold event: %w", err)
		}
		if c.Held {
			shared = true
			continue
		}
		out.collected(c.DeliveryID, h.fresh)
		if c.Opened || !c.Flush.At.After(p.at) {
			dues = append(dues, c.Flush)
		}
	}
	return dues, shared, nil
}

// collected notes that a batch now holds the event of fresh.
func (p *Published) collected(id string, fresh history.Delivery) {
	for i := range p.Deliveries {
		if d := &p.Deliveries[i]; d.ID == id {
			if !slices.Contains(d.EventIDs, fresh.EventIDs[0]) {
				d.EventIDs = append(d.EventIDs, fresh.EventIDs[0])
			}
			return
		}
	}
	p.Deliveries = append(p.Deliveries, history.Delivery{
		ID: id, SubscriptionID: fresh.SubscriptionID, Status: history.Collecting, EventIDs: fresh.EventIDs,
	})
}

func (p *plan) newDelivery(o occurrence, c composed, part int) history.Delivery {
	return history.Delivery{
		ID: p.deliveryID(), Status: history.Pending, Platform: c.platform.ID, Profile: c.platform.Profile, EventType: c.etype.Key,
		Fidelity: c.etype.FidelityOf(o.trigger.Variant), Method: c.messages[part].Method, SubscriptionID: c.sub.ID, EventIDs: []string{o.event.ID}, Part: part,
		URL: sender.MaskURL(c.sub.URL), NextAt: o.due, CreatedAt: p.at, Once: c.etype.Once || o.trigger.once,
		Always: o.trigger.direct, BodyBytes: len(c.messages[part].Body),
	}
}
