package scheduler

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/sender"
	"github.com/annohook/annohook/sender/history"
	"github.com/annohook/annohook/subscriptions"
)

// MaxCount bounds the events of one trigger.
const MaxCount = 1000

// Trigger asks for events of one type.
type Trigger struct {
	Platform        string
	Type            string // key or wire name
	Profile         string // narrows the fan-out; empty: every profile
	Variant         string // empty: the first
	Override        payloads.Override
	Body            []byte  // replaces what the builder makes, byte for byte; nil: built
	Seed            *uint64 // nil: random
	Now             *time.Time
	Count           int      // 0: 1
	SubscriptionIDs []string // nil: all that match

	idSeed   *uint64 // nil: the seed
	replayOf string
	direct   bool // replays and test sends: no filters, no window
	once     bool
}

// Published is what a trigger led to.
type Published struct {
	Events     []history.Event
	Deliveries []history.Delivery // id, subscription and status
}

// Publish builds the events, composes a message for each subscription that wants them, and records all of it before it returns: what
// Publish accepted will be attempted, whatever crashes. It returns *InvalidError for input that cannot be accepted and *NoMatchError when
// nobody wants the event; nothing is stored then.
func (s *Scheduler) Publish(ctx context.Context, t Trigger) (Published, error) {
	if err := s.checkTrigger(&t); err != nil {
		return Published{}, err
	}
	subs, reasons, err := s.audience(ctx, t)
	if err != nil {
		return Published{}, err
	}
	plan := plan{scheduler: s, trigger: t, at: s.now(), reasons: reasons}
	if err := plan.build(subs); err != nil {
		return Published{}, err
	}
	if plan.empty() {
		return Published{}, &NoMatchError{Reasons: plan.reasons}
	}
	return plan.store(ctx)
}

func (s *Scheduler) checkTrigger(t *Trigger) error {
	profiles := s.registry.Profiles(t.Platform)
	if profiles == nil {
		return invalid("platform", fmt.Sprintf("unknown platform %q; allowed: %s", t.Platform, strings.Join(s.registry.IDs(), ", ")))
	}
	if t.Profile != "" {
		p, err := s.registry.Platform(t.Platform, t.Profile)
		if err != nil {
			return invalid("profile", fmt.Sprintf("unknown profile %q; allowed: %s", t.Profile, strings.Join(profileNames(profiles), ", ")))
		}
		profiles = []payloads.Platform{p}
	}
	known, ok := findType(profiles, t.Type)
	if !ok {
		return invalid("type", fmt.Sprintf("unknown event type %q; allowed: %s", t.Type, strings.Join(typeNames(profiles), ", ")))
	}
	if t.Variant != "" && !anyVariant(profiles, t.Type, t.Variant) {
		return invalid("variant", fmt.Sprintf("unknown variant %q of %s; allowed: %s", t.Variant, known.Key, allowed(known.VariantNames())))
	}
	if t.Count == 0 {
		t.Count = 1
	}
	if t.Count < 1 || t.Count > MaxCount {
		return invalid("count", fmt.Sprintf("%d is outside 1 to %d", t.Count, MaxCount))
	}
	if t.Body != nil && (t.Override.Data != nil || len(t.Override.Set) > 0) {
		return invalid("body", "replaces the whole body, so data and set cannot be given with it")
	}
	return nil
}

// audience lists the subscriptions that may get the event before it is built, oldest first, and why the others do not.
func (s *Scheduler) audience(ctx context.Context, t Trigger) ([]subscriptions.Subscription, []Reason, error) {
	all, err := s.store.List(ctx)
	if err != nil {
		return nil, nil, fmt.Errorf("list subscriptions: %w", err)
	}
	if err := checkIDs(all, t); err != nil {
		return nil, nil, err
	}
	var subs []subscriptions.Subscription
	var reasons []Reason
	for _, sub := range all {
		if sub.Platform != t.Platform || (t.SubscriptionIDs != nil && !slices.Contains(t.SubscriptionIDs, sub.ID)) {
			continue
		}
		if why := s.refuses(sub, t); why != "" {
			reasons = append(reasons, Reason{SubscriptionID: sub.ID, Why: why})
			continue
		}
		subs = append(subs, sub)
	}
	return subs, reasons, nil
}

func checkIDs(all []subscriptions.Subscription, t Trigger) error {
	for i, id := range t.SubscriptionIDs {
		field := "subscription_ids[" + strconv.Itoa(i) + "]"
		at := slices.IndexFunc(all, func(s subscriptions.Subscription) bool { return s.ID == id })
		if at < 0 {
			return invalid(field, "no subscription has the id "+strconv.Quote(id))
		}
		if all[at].Platform != t.Platform {
			return invalid(field, fmt.Sprintf("subscription %s belongs to platform %s, not %s", id, all[at].Platform, t.Platform))
		}
		if slices.Contains(t.SubscriptionIDs[:i], id) {
			return invalid(field, "subscription "+id+" is named twice")
		}
	}
	return nil
}

func (s *Scheduler) refuses(sub subscriptions.Subscription, t Trigger) string {
	p, err := s.registry.Of(sub)
	if err != nil {
		return "its profile is not known to this program"
	}
	if t.Profile != "" && sub.Profile != t.Profile {
		return "it has profile " + sub.Profile
	}
	et, ok := p.Event(t.Type)
	if !ok {
		return "its profile " + sub.Profile + " has no event type " + t.Type
	}
	if t.direct {
		return ""
	}
	if !sub.Enabled {
		return "it is disabled"
	}
	if !et.Unlisted && !sub.Wants(et.Key, et.Name) {
		return "it wants other events"
	}
	return ""
}

// plan collects what a trigger will store, so that nothing is stored before everything is known to be right.
type plan struct {
	scheduler *Scheduler
	trigger   Trigger
	at        time.Time
	events    []history.Event
	direct    []history.New
	held      []heldPart
	reasons   []Reason
}

// heldPart is one message that joins the open batch of its subscription.
type heldPart struct {
	event int
	part  payloads.Message
	fresh history.Delivery
	max   int
}

func (p *plan) empty() bool { return len(p.direct) == 0 && len(p.held) == 0 }

func (p *plan) build(subs []subscriptions.Subscription) error {
	seed, err := p.seed()
	if err != nil {
		return err
	}
	for i := range p.trigger.Count {
		event, err := p.newEvent(seed + uint64(i))
		if err != nil {
			return err
		}
		var group []composed
		for _, sub := range subs {
			c, why, err := p.scheduler.compose(event, p.trigger, sub)
			if err != nil {
				return err
			}
			if why != "" {
				p.refuse(sub.ID, why)
				continue
			}
			group = append(group, c)
		}
		p.events = append(p.events, event)
		if err := p.place(len(p.events)-1, group); err != nil {
			return err
		}
	}
	return nil
}

func (p *plan) refuse(id, why string) {
	reason := Reason{SubscriptionID: id, Why: why}
	if !slices.Contains(p.reasons, reason) {
		p.reasons = append(p.reasons, reason)
	}
}

func (p *plan) seed() (uint64, error) {
	if p.trigger.Seed != nil {
		return *p.trigger.Seed, nil
	}
	return p.scheduler.randomSeed()
}

func (p *plan) newEvent(seed uint64) (history.Event, error) {
	t := p.trigger
	event := history.Event{
		ID: p.scheduler.newID(), Platform: t.Platform, Profile: t.Profile, Type: t.Type, Variant: t.Variant, Seed: seed, IDSeed: seed,
		Now: p.at, Body: t.Body, ReplayOf: t.replayOf, CreatedAt: p.at,
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

// store writes the plan: first everything that stands for itself, in one atomic step, then the parts of batches.
func (p *plan) store(ctx context.Context) (Published, error) {
	s := p.scheduler
	if err := s.history.Append(ctx, p.events, p.direct); err != nil {
		return Published{}, fmt.Errorf("record deliveries: %w", err)
	}
	var dues []history.Due
	out := Published{Events: p.events}
	for _, n := range p.direct {
		out.Deliveries = append(out.Deliveries, n.Delivery)
		if n.Delivery.WaitsFor == "" {
			dues = append(dues, history.Due{Ref: n.Delivery.Ref(), SubscriptionID: n.Delivery.SubscriptionID, At: n.Delivery.NextAt})
		}
	}
	for _, h := range p.held {
		c, err := s.history.Collect(ctx, p.events[h.event], h.part, h.fresh, h.max, p.at)
		if err != nil {
			s.enqueue(ctx, dues...)
			return Published{}, fmt.Errorf("hold event: %w", err)
		}
		if !slices.ContainsFunc(out.Deliveries, func(d history.Delivery) bool { return d.ID == c.DeliveryID }) {
			out.Deliveries = append(out.Deliveries, history.Delivery{ID: c.DeliveryID, SubscriptionID: h.fresh.SubscriptionID, Status: history.Collecting})
		}
		if c.Opened || !c.Flush.At.After(p.at) {
			dues = append(dues, c.Flush)
		}
	}
	s.enqueue(ctx, dues...)
	return out, nil
}

func (p *plan) newDelivery(event history.Event, c composed, part int) history.Delivery {
	return history.Delivery{
		ID: p.scheduler.newID(), Status: history.Pending, Platform: c.platform.ID, Profile: c.platform.Profile, EventType: c.etype.Key,
		Fidelity: c.etype.Fidelity, Method: c.messages[part].Method, SubscriptionID: c.sub.ID, EventIDs: []string{event.ID}, Part: part,
		URL: sender.MaskURL(c.sub.URL), NextAt: p.at, CreatedAt: p.at, Once: c.etype.Once || p.trigger.once,
		Always: p.trigger.direct, ReplayOf: p.trigger.replayOf, BodyBytes: len(c.messages[part].Body),
	}
}
