package scheduler

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/annohook/annohook/payloads"
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
	Ticket          *Ticket  // lets the trigger be repeated without making its events twice; nil: each run makes new ones

	idSeed  *uint64 // nil: the seed
	action  string  // that raised the event; empty: none did
	subject []byte  // of an event that an action raised
	direct  bool    // replays and test sends: no filters, no window
	once    bool
}

// Published is what a trigger led to.
type Published struct {
	Events     []history.Event
	Deliveries []history.Delivery // id, subscription and status
}

// Publish builds the events, composes a message for each subscription that wants them, and records all of it before it returns: what
// Publish accepted will be attempted, whatever crashes. It returns *InvalidError for input that cannot be accepted, *NoMatchError when nobody
// wants the event and ErrBusy when there is no room; nothing is stored then. After any other error it may be stored, in whole or in part; repeating
// it with the same Ticket completes it.
func (s *Scheduler) Publish(ctx context.Context, t Trigger) (out Published, err error) {
	if err := s.checkTrigger(&t); err != nil {
		return Published{}, err
	}
	ctx, span := s.tracePublish(ctx, t.Platform, attrEventType, t.Type)
	defer func() { span.end(s.now(), len(out.Events), len(out.Deliveries), err) }()
	if err := s.admit(ctx); err != nil {
		return Published{}, err
	}
	candidates, err := s.candidates(ctx, t.Platform, t.SubscriptionIDs)
	if err != nil {
		return Published{}, err
	}
	subs, reasons := s.audience(candidates, t)
	plan := plan{scheduler: s, at: s.now(), ticket: t.Ticket}
	if t.Ticket != nil {
		plan.at = t.Ticket.At
	}
	more, err := plan.trigger(t, subs)
	if err != nil {
		return Published{}, err
	}
	if plan.empty() {
		return Published{}, &NoMatchError{Reasons: append(reasons, more...)}
	}
	return plan.store(ctx)
}

func (s *Scheduler) checkTrigger(t *Trigger) error {
	profiles := s.registry.Profiles(t.Platform)
	if profiles == nil {
		return s.unknownPlatform(t.Platform)
	}
	if t.Profile != "" {
		p, err := s.registry.Platform(t.Platform, t.Profile)
		if err != nil {
			return s.unknownProfile(t.Platform, t.Profile)
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

// candidates lists the subscriptions of a platform, or those of them that are named, oldest first.
func (s *Scheduler) candidates(ctx context.Context, platform string, ids []string) ([]subscriptions.Subscription, error) {
	all, err := s.listed(ctx)
	if err != nil {
		return nil, fmt.Errorf("list subscriptions: %w", err)
	}
	if err := checkIDs(all, platform, ids); err != nil {
		return nil, err
	}
	var chosen []subscriptions.Subscription
	for _, sub := range all {
		if sub.Platform == platform && (ids == nil || slices.Contains(ids, sub.ID)) {
			chosen = append(chosen, sub.Clone())
		}
	}
	return chosen, nil
}

// audience picks the subscriptions that may get the event before it is built, and says why the others do not.
func (s *Scheduler) audience(candidates []subscriptions.Subscription, t Trigger) ([]subscriptions.Subscription, []Reason) {
	var subs []subscriptions.Subscription
	var reasons []Reason
	for _, sub := range candidates {
		if why := s.refuses(sub, t); why != "" {
			reasons = append(reasons, Reason{SubscriptionID: sub.ID, Why: why})
			continue
		}
		subs = append(subs, sub)
	}
	return subs, reasons
}

func checkIDs(all []subscriptions.Subscription, platform string, ids []string) error {
	for i, id := range ids {
		field := "subscription_ids[" + strconv.Itoa(i) + "]"
		at := slices.IndexFunc(all, func(s subscriptions.Subscription) bool { return s.ID == id })
		if at < 0 {
			return invalid(field, "no subscription has the id "+strconv.Quote(id))
		}
		if all[at].Platform != platform {
			return invalid(field, fmt.Sprintf("subscription %s belongs to platform %s, not %s", id, all[at].Platform, platform))
		}
		if slices.Contains(ids[:i], id) {
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
