package scheduler

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/subscriptions"
)

// OwedFor is how long a process is given to record the events of a world's change before another one takes it for dead and records them. It is
// many times what recording takes, and short of the ten seconds in which everything is on the wire again after a crash.
const OwedFor = 3 * time.Second

// owedEvery is how often an action looks whether the events of the change before are recorded.
const owedEvery = 5 * time.Millisecond

// owed is what a world keeps of an action until its events are recorded: all that planning them again takes. The ticket makes a second
// recording harmless.
type owed struct {
	Action          string       `json:"action"`
	Profile         string       `json:"profile,omitempty"`
	Seed            uint64       `json:"seed"`
	Now             time.Time    `json:"now"`
	SubscriptionIDs []string     `json:"subscription_ids"` // null: none were named, all that match
	At              time.Time    `json:"at"`               // of the ticket, as is its nonce
	Nonce           string       `json:"nonce"`
	Raised          []owedRaised `json:"raised"`
}

// owedRaised is one payloads.Raised.
type owedRaised struct {
	Type    string    `json:"type"`
	Variant string    `json:"variant,omitempty"` // absent in older records
	Subject []byte    `json:"subject"`
	At      time.Time `json:"at,omitzero"`
}

// newTicket makes the ticket of something that is done once, but may be completed by another process.
func (s *Scheduler) newTicket() (*Ticket, error) {
	var nonce [16]byte
	if err := s.randomBytes(nonce[:]); err != nil {
		return nil, err
	}
	return &Ticket{At: s.now().UTC(), Nonce: hex.EncodeToString(nonce[:])}, nil
}

// owes is what the world has to keep while the events of the action are not recorded; nil where there are none.
func (r *actRun) owes(list []payloads.Raised) ([]byte, error) {
	if len(list) == 0 {
		return nil, nil
	}
	o := owed{
		Action: r.action.Name, Profile: r.ask.Profile, Seed: r.acted.Seed, Now: r.acted.Now, SubscriptionIDs: r.ask.SubscriptionIDs,
		At: r.ticket.At, Nonce: r.ticket.Nonce, Raised: make([]owedRaised, len(list)),
	}
	for i, raised := range list {
		o.Raised[i] = owedRaised{Type: raised.Type, Variant: raised.Variant, Subject: raised.Subject, At: raised.At}
	}
	data, err := json.Marshal(o)
	if err != nil {
		return nil, fmt.Errorf("keep the events of %s: %w", r.action.Name, err)
	}
	return data, nil
}

// storeWorld stores the world that the action made, with what it owes until the events are recorded.
func (r *actRun) storeWorld(ctx context.Context, next WorldState, raised []payloads.Raised) error {
	var err error
	if next.Owed, err = r.owes(raised); err != nil {
		return err
	}
	ctx, cancel := storing(ctx)
	defer cancel()
	if err := r.scheduler.worlds.PutWorld(ctx, r.platform.ID, next); err != nil {
		return fmt.Errorf("store the world of %s: %w", r.platform.ID, err)
	}
	r.version, r.owing = next.Version+1, next.Owed != nil
	return nil
}

// paid tells the world that its events are recorded. Where that cannot be told, somebody records them a second time, which changes nothing.
func (r *actRun) paid(ctx context.Context) {
	if !r.owing {
		return
	}
	if err := r.scheduler.worlds.Paid(ctx, r.platform.ID, r.version); err != nil {
		r.scheduler.debts.due(r.platform.ID, r.version)
		r.scheduler.logged(ctx, "tell the world of "+r.platform.ID+" that its events are recorded", err)
	}
}

// cleared reads a world that owes no events. It waits for another process to record those of its change, and records them itself where that
// takes longer than OwedFor. The caller is in the world's gate.
func (s *Scheduler) cleared(ctx context.Context, platform string) (WorldState, error) {
	for {
		w, err := s.worlds.World(ctx, platform)
		if err != nil {
			return w, fmt.Errorf("read the world of %s: %w", platform, err)
		}
		if w.Owed == nil {
			return w, nil
		}
		if s.debts.overdue(platform, w.Version, s.now()) {
			if err := s.pay(ctx, platform, w); err != nil {
				return w, err
			}
			continue
		}
		select {
		case <-time.After(owedEvery):
		case <-ctx.Done():
			return w, ctx.Err()
		}
	}
}

// pay records the events that a world owes. Those that cannot be made any more, because this program does not know their type, are let go and
// told in the log: nothing could ever happen in that world again.
func (s *Scheduler) pay(ctx context.Context, platform string, w WorldState) error {
	ctx, cancel := storing(ctx)
	defer cancel()
	run, err := s.owedRun(ctx, platform, w)
	if _, away := errors.AsType[*storeError](err); away {
		return fmt.Errorf("record the events that the world of %s owes: %w", platform, err)
	}
	if err != nil {
		s.log.ErrorContext(ctx, "events of an action cannot be made any more and are lost", "platform", platform, "error", err)
	} else if _, err := run.record(ctx); err != nil {
		return fmt.Errorf("record the events that the world of %s owes: %w", platform, err)
	} else {
		s.log.WarnContext(ctx, "recorded the events of an action whose process did not", "platform", platform, "action", run.action.Name,
			"events", len(run.plan.events))
	}
	if err := s.worlds.Paid(ctx, platform, w.Version); err != nil {
		return fmt.Errorf("tell the world of %s that its events are recorded: %w", platform, err)
	}
	return nil
}

// storeError is an error of a store, after which trying again may help.
type storeError struct{ error }

func (e *storeError) Unwrap() error { return e.error }

// owedRun is the action of a world that owes its events, planned again for those who want them now.
func (s *Scheduler) owedRun(ctx context.Context, platform string, w WorldState) (*actRun, error) {
	var o owed
	if err := json.Unmarshal(w.Owed, &o); err != nil {
		return nil, fmt.Errorf("read what the world owes: %w", err)
	}
	p, err := s.registry.Platform(platform, "")
	if err != nil {
		return nil, err
	}
	run := &actRun{
		scheduler: s, platform: p, action: payloads.Action{Name: o.Action}, ask: Act{Platform: platform, Action: o.Action, Profile: o.Profile},
		acted: Acted{Action: o.Action, Seed: o.Seed, Now: o.Now}, ticket: &Ticket{At: o.At, Nonce: o.Nonce, Again: true},
	}
	all, err := s.candidates(ctx, platform, nil)
	if err != nil {
		return nil, &storeError{err}
	}
	if o.SubscriptionIDs != nil {
		all = slices.DeleteFunc(all, func(sub subscriptions.Subscription) bool { return !slices.Contains(o.SubscriptionIDs, sub.ID) })
	}
	list := make([]payloads.Raised, len(o.Raised))
	for i, raised := range o.Raised {
		list[i] = payloads.Raised{Type: raised.Type, Variant: raised.Variant, Subject: raised.Subject, At: raised.At}
	}
	if err := run.checkRaised(list); err != nil {
		return nil, err
	}
	return run, run.planEvents(list, all)
}

// sweepOwed records the events of actions whose processes did not. A world in which this process acts just now is left to the action.
func (s *Scheduler) sweepOwed(ctx context.Context) error {
	owing, err := s.worlds.Owing(ctx)
	if err != nil {
		return err
	}
	var errs []error
	for platform, version := range owing {
		gate, known := s.gates[platform]
		if !known || !s.debts.overdue(platform, version, s.now()) {
			continue
		}
		select {
		case gate <- struct{}{}:
			errs = append(errs, s.payOnce(ctx, platform, version))
			<-gate
		default:
		}
	}
	return errors.Join(errs...)
}

// payOnce pays unless somebody else did meanwhile.
func (s *Scheduler) payOnce(ctx context.Context, platform string, version int64) error {
	w, err := s.worlds.World(ctx, platform)
	if err != nil || w.Owed == nil || w.Version != version {
		return err
	}
	return s.pay(ctx, platform, w)
}

// debts is since when this process knows of the events that worlds owe. The zero value works.
type debts struct {
	mu    sync.Mutex
	since map[string]debt // by platform
}

type debt struct {
	version int64
	since   time.Time
	due     bool // at once: this process was to record them and could not
}

// overdue reports whether a world has owed the events of a version for OwedFor since this process first saw it.
func (d *debts) overdue(platform string, version int64, now time.Time) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	seen, ok := d.since[platform]
	if !ok || seen.version != version {
		d.note(platform, debt{version: version, since: now})
		return false
	}
	return seen.due || now.Sub(seen.since) >= OwedFor
}

// due notes a debt that nobody but this process would have settled.
func (d *debts) due(platform string, version int64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.note(platform, debt{version: version, due: true})
}

// note keeps one debt for each platform; the caller holds the lock.
func (d *debts) note(platform string, seen debt) {
	if d.since == nil {
		d.since = map[string]debt{}
	}
	d.since[platform] = seen
}
