package scheduler

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/subscriptions"
)

// Act asks for an action of a platform.
type Act struct {
	Platform        string
	Action          string
	Params          *payloads.Object // nil: none
	Profile         string           // narrows the fan-out; empty: every profile
	Seed            *uint64          // of everything that is new; nil: random
	Now             *time.Time       // when it happens; nil: now
	SubscriptionIDs []string         // nil: all that match
}

// Acted is what an action led to.
type Acted struct {
	Action string
	Seed   uint64    // repeats the action on the same world
	Now    time.Time // UTC
	Result *payloads.Object
	Raised []RaisedEvent // in the platform's order

	// Published holds the events, as many as were raised and in the same order, and their deliveries. An event that nobody wants is among
	// them without any.
	Published
}

// RaisedEvent is one event of an action and where it went.
type RaisedEvent struct {
	ID          string // in the history
	Type        string // key in the catalogue
	DeliveryIDs []string
	Reasons     []Reason // why the other subscriptions that were asked for do not get it
}

// storeWithin bounds each of the two steps that store an action: the world, then its events.
const storeWithin = 30 * time.Second

// storing is a context for the steps that store an action. It does not end with the caller, or the world could be changed and its events never go
// out.
func storing(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), storeWithin)
}

// Act performs an action on the platform's world and publishes the events it raises: in their order, due a little apart as the platform
// says (Platform.Spacing). Everything is built for every subscription that wants it before the world is changed. It returns *InvalidError for
// input that cannot be accepted and ErrBusy when there is no room; nothing has happened then. An event that nobody wants is no error; it is recorded without deliveries.
//
// The world is stored first, with all that making its events takes, and the events right after it. Where a process is killed in between, another
// one, or itself when it is back, records them after OwedFor; until then no other action takes place in that world.
func (s *Scheduler) Act(ctx context.Context, a Act) (Acted, error) {
	acted, err := s.act(ctx, a)
	if param, ok := errors.AsType[*payloads.ParamError](err); ok {
		return Acted{}, invalid("params."+param.Name, param.Message)
	}
	return acted, err
}

// act is Act with *payloads.ParamError as it came from the action.
func (s *Scheduler) act(ctx context.Context, a Act) (acted Acted, err error) {
	run, err := s.checkAct(a)
	if err != nil {
		return Acted{}, err
	}
	ctx, span := s.tracePublish(ctx, a.Platform, attrAction, run.action.Name)
	defer func() { span.end(s.now(), len(acted.Events), len(acted.Deliveries), err) }()
	if err := s.admit(ctx); err != nil {
		return Acted{}, err
	}
	leave, err := s.enterWorld(ctx, a.Platform)
	if err != nil {
		return Acted{}, err
	}
	defer leave()
	if err := insist(ctx, func() error { return run.try(ctx) }); err != nil {
		return Acted{}, err
	}
	return run.record(ctx)
}

// actRun is one action on its way.
type actRun struct {
	scheduler *Scheduler
	platform  payloads.Platform
	action    payloads.Action
	ask       Act
	params    *payloads.Object
	acted     Acted
	plan      plan
	ticket    *Ticket
	version   int64 // of the world that the action made
	owing     bool  // that world waits to be told that the events are recorded
}

// checkAct judges everything about an action but what depends on the world.
func (s *Scheduler) checkAct(a Act) (*actRun, error) {
	if s.registry.Profiles(a.Platform) == nil {
		return nil, s.unknownPlatform(a.Platform)
	}
	p, err := s.registry.Platform(a.Platform, a.Profile)
	if err != nil {
		return nil, s.unknownProfile(a.Platform, a.Profile)
	}
	if len(p.Actions) == 0 {
		return nil, invalid("platform", p.Name+" has no actions; trigger its events instead")
	}
	action, ok := p.Action(a.Action)
	if !ok {
		return nil, invalid("action", fmt.Sprintf("unknown action %q; allowed: %s", a.Action, allowed(actionNames(p))))
	}
	params, problems := action.Check(a.Params)
	if len(problems) > 0 {
		return nil, &InvalidError{Problems: problems}
	}
	run := &actRun{scheduler: s, platform: p, action: action, ask: a, params: params}
	run.acted = Acted{Action: action.Name, Now: s.now().UTC()}
	if a.Now != nil {
		run.acted.Now = a.Now.UTC()
	}
	run.acted.Seed, err = s.seedOr(a.Seed)
	return run, err
}

// try does the action on the present world, plans its events and stores the new world; ErrWorldChanged when another process came first.
func (r *actRun) try(ctx context.Context) error {
	s := r.scheduler
	w, err := s.cleared(ctx, r.platform.ID)
	if err != nil {
		return err
	}
	effect, err := r.action.Do(payloads.ActionInput{World: w.State, Params: r.params, Seed: r.acted.Seed, Now: r.acted.Now})
	if err != nil {
		return fmt.Errorf("action %s: %w", r.action.Name, err)
	}
	if err := r.checkEffect(effect); err != nil {
		return fmt.Errorf("action %s: %w", r.action.Name, err)
	}
	candidates, err := s.candidates(ctx, r.platform.ID, r.ask.SubscriptionIDs)
	if err != nil {
		return err
	}
	if r.ticket, err = s.newTicket(); err != nil {
		return err
	}
	if err := r.planEvents(effect.Raised, candidates); err != nil {
		return err
	}
	r.acted.Result = effect.Result
	if r.acted.Result == nil {
		r.acted.Result = payloads.Obj()
	}
	if bytes.Equal(w.State, effect.World) {
		return nil
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return r.storeWorld(ctx, WorldState{State: effect.World, Version: w.Version}, effect.Raised)
}

// checkEffect refuses what a faulty action could do to the stores.
func (r *actRun) checkEffect(e payloads.Effect) error {
	if len(e.World) > payloads.MaxWorldBytes {
		return fmt.Errorf("its world has %d bytes, at most %d are kept", len(e.World), payloads.MaxWorldBytes)
	}
	if !json.Valid(e.World) {
		return errors.New("its world is no JSON")
	}
	return r.checkRaised(e.Raised)
}

func (r *actRun) checkRaised(list []payloads.Raised) error {
	for _, raised := range list {
		if _, ok := findType(r.scheduler.registry.Profiles(r.platform.ID), raised.Type); !ok {
			return fmt.Errorf("it raised %q, which is in no profile of %s", raised.Type, r.platform.Name)
		}
		if len(raised.Subject) == 0 || len(raised.Subject) > payloads.MaxWorldBytes {
			return fmt.Errorf("the subject of %s has %d bytes, allowed are 1 to %d", raised.Type, len(raised.Subject), payloads.MaxWorldBytes)
		}
	}
	return nil
}

// planEvents builds what was raised for everybody who wants it.
func (r *actRun) planEvents(list []payloads.Raised, candidates []subscriptions.Subscription) error {
	s := r.scheduler
	r.plan = plan{scheduler: s, at: r.ticket.At, ticket: r.ticket}
	r.acted.Raised = make([]RaisedEvent, 0, len(list))
	for i, raised := range list {
		ids := eventSeed(r.acted.Seed, r.action.Name, i)
		at := r.acted.Now
		if !raised.At.IsZero() {
			at = raised.At
		}
		t := Trigger{
			Platform: r.platform.ID, Type: raised.Type, Variant: raised.Variant, Profile: r.ask.Profile, Now: &at, idSeed: &ids,
			action: r.action.Name, subject: raised.Subject,
		}
		subs, reasons := s.audience(candidates, t)
		due := r.plan.at.Add(offset(r.platform, i, len(list)))
		more, err := r.plan.add(t, r.acted.Seed, due, subs)
		if err != nil {
			return err
		}
		event := r.plan.events[i]
		r.acted.Raised = append(r.acted.Raised, RaisedEvent{ID: event.ID, Type: event.Type, DeliveryIDs: []string{}, Reasons: append(reasons, more...)})
	}
	return nil
}

// actLead is how long the first of several events waits, so that it is held on a timer like the others. Due at once it would come with the
// queue's next poll, and on a busy machine after the second.
const actLead = 100 * time.Millisecond

// offset is when event i of n is due after its action. It is no delay of the platform but a way to keep its order on several workers, so
// the time scale does not count.
func offset(p payloads.Platform, i, n int) time.Duration {
	if p.Spacing == 0 || n < 2 {
		return 0
	}
	return actLead + time.Duration(i)*min(p.Spacing, payloads.MaxSpread/time.Duration(n))
}

// eventSeed is the seed of the ids of one event of an action. Neighbouring seeds of actions share none, as counting up would.
func eventSeed(seed uint64, action string, place int) uint64 {
	sum := sha256.Sum256(fmt.Appendf(nil, "%d %s %d", seed, action, place))
	return binary.BigEndian.Uint64(sum[:]) >> 11
}

// record stores the planned events, whether or not the caller still waits.
func (r *actRun) record(ctx context.Context) (Acted, error) {
	if len(r.plan.events) == 0 {
		return r.acted, nil
	}
	ctx, cancel := storing(ctx)
	defer cancel()
	published, err := r.plan.store(ctx)
	if err != nil {
		if r.owing {
			r.scheduler.debts.due(r.platform.ID, r.version)
		}
		return Acted{}, fmt.Errorf("action %s took place, but its events could not be recorded yet: %w", r.action.Name, err)
	}
	r.paid(ctx)
	r.acted.Published = published
	place := make(map[string]int, len(r.acted.Raised))
	for i, raised := range r.acted.Raised {
		place[raised.ID] = i
	}
	for _, d := range published.Deliveries {
		for _, event := range d.EventIDs {
			if i, ours := place[event]; ours { // a batch may hold events of others
				r.acted.Raised[i].DeliveryIDs = append(r.acted.Raised[i].DeliveryIDs, d.ID)
			}
		}
	}
	return r.acted, nil
}

func actionNames(p payloads.Platform) []string {
	names := make([]string, len(p.Actions))
	for i, a := range p.Actions {
		names[i] = a.Name
	}
	return names
}
