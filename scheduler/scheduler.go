package scheduler

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"go.opentelemetry.io/otel/trace"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/sender"
	"github.com/annohook/annohook/sender/history"
	"github.com/annohook/annohook/sender/history/gather"
	"github.com/annohook/annohook/subscriptions"
)

// Scheduler decides when attempts are made. Build it with New; all methods are safe for concurrent use, also by several processes that share
// history, store and queue.
type Scheduler struct {
	registry    *payloads.Registry
	store       subscriptions.Store
	reach       reach                                                 // targets that take no connection
	targets     *gather.Group[string, target]                         // readings of store for attempts
	lists       *gather.Group[struct{}, []subscriptions.Subscription] // and for triggers
	history     history.History
	queue       Queue
	workers     Workers
	worlds      Worlds
	gates       map[string]chan struct{} // by platform; see enterWorld
	debts       debts
	sender      Sender
	hub         *history.Hub
	now         func() time.Time
	random      io.Reader
	newID       func() string
	checkURL    func(string) error
	scale       float64
	concurrency int
	keep        Retention
	backlog     int
	full        func(context.Context) error
	admission   admission
	worker      Worker
	mine        ownFlights
	beats       ownBeats
	gone        func(Worker) bool
	log         *slog.Logger
	observe     func(Observation)
	tracer      trace.Tracer // nil: nobody traces
}

// Sender makes one attempt; *sender.Sender is the real one.
type Sender interface {
	// Prepare signs a message for one attempt; an error means that no attempt can be made.
	Prepare(p payloads.Platform, m payloads.Message, stamp payloads.Stamp) (sender.Request, error)
	// Do makes the attempt and reports it, whatever happened.
	Do(ctx context.Context, r sender.Request) sender.Report
}

// Options are the parts a Scheduler works with. All fields without a stated default are required.
type Options struct {
	Registry      *payloads.Registry
	Subscriptions subscriptions.Store
	History       history.History
	Hub           *history.Hub // only for Test, Await and Host.Push
	Queue         Queue
	Workers       Workers
	Worlds        Worlds // states of the platforms' worlds
	Sender        Sender
	Now           func() time.Time
	Random        io.Reader                   // of ids, stamps, secrets and seeds; must not run dry
	NewID         func() string               // time-ordered unique ids
	CheckURL      func(string) error          // judges a target at registration; nil: no check
	TimeScale     float64                     // multiplies waits and windows; 0: 1
	Concurrency   int                         // attempts of one subscription at the same time; 0: DefaultConcurrency
	Keep          Retention                   // zero fields: DefaultRetention
	Backlog       int                         // unsettled deliveries beyond which events are refused; 0: DefaultBacklog
	Full          func(context.Context) error // says why the store takes no more events, *TroubleError or else for want of room; nil: it always does
	Worker        Worker                      // this process; ID is required to run attempts
	Gone          func(Worker) bool           // knows a worker to be dead before its beat is missed; nil: nobody knows
	Log           *slog.Logger                // nil: discards
	Observe       func(Observation)           // called after each attempt; nil: nobody listens
	Tracer        trace.Tracer                // makes the spans of triggers and attempts; nil: there are none
}

// DefaultConcurrency is how many attempts of one subscription run at the same time when nothing else is said. It is far below the slots of a
// process, so that one endpoint that hangs leaves the others alone.
const DefaultConcurrency = 32

// Retention bounds what the history keeps of settled deliveries.
type Retention struct {
	Deliveries int
	Age        time.Duration
}

// DefaultRetention keeps 100,000 settled deliveries for at most a week.
func DefaultRetention() Retention { return Retention{Deliveries: 100_000, Age: 7 * 24 * time.Hour} }

// Observation is one attempt for metrics.
type Observation struct {
	Platform, Profile string
	Outcome           string
	Failure           payloads.Failure
	Duration          time.Duration
	Lag               time.Duration // start after the due time
}

// New returns a Scheduler, or an error that names what is missing.
func New(o Options) (*Scheduler, error) {
	if o.Registry == nil || o.Subscriptions == nil || o.History == nil || o.Queue == nil || o.Workers == nil || o.Worlds == nil ||
		o.Sender == nil || o.Now == nil || o.Random == nil || o.NewID == nil {
		return nil, errors.New("scheduler options: registry, subscriptions, history, queue, workers, worlds, sender, now, random and new id are required")
	}
	if o.TimeScale < 0 {
		return nil, fmt.Errorf("scheduler options: time scale %v is negative", o.TimeScale)
	}
	s := &Scheduler{
		registry: o.Registry, store: o.Subscriptions, history: o.History, hub: o.Hub, queue: o.Queue, workers: o.Workers,
		worlds: o.Worlds, gates: gatesFor(o.Registry), sender: o.Sender, now: o.Now, random: o.Random, newID: o.NewID, checkURL: o.CheckURL, scale: o.TimeScale,
		concurrency: o.Concurrency, keep: o.Keep, backlog: o.Backlog, full: o.Full, worker: o.Worker, gone: o.Gone, log: o.Log, observe: o.Observe,
		tracer: o.Tracer,
	}
	s.targets = gather.New(1, targetsMost, recordWithin, s.readTargets)
	s.lists = gather.New(1, targetsMost, recordWithin, s.readList)
	if s.scale == 0 {
		s.scale = 1
	}
	if s.concurrency <= 0 {
		s.concurrency = DefaultConcurrency
	}
	standard := DefaultRetention()
	if s.keep.Deliveries <= 0 {
		s.keep.Deliveries = standard.Deliveries
	}
	if s.keep.Age <= 0 {
		s.keep.Age = standard.Age
	}
	if s.backlog <= 0 {
		s.backlog = DefaultBacklog
	}
	if s.full == nil {
		s.full = func(context.Context) error { return nil }
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if s.checkURL == nil {
		s.checkURL = func(string) error { return nil }
	}
	if s.gone == nil {
		s.gone = func(Worker) bool { return false }
	}
	if s.observe == nil {
		s.observe = func(Observation) {}
	}
	return s, nil
}

// Registry returns the platforms this scheduler knows.
func (s *Scheduler) Registry() *payloads.Registry { return s.registry }

// Scaled is how long a platform's delay or window lasts on this server: as long as the platform says, times the time scale, which counts nowhere else.
func (s *Scheduler) Scaled(d time.Duration) time.Duration { return time.Duration(float64(d) * s.scale) }

// enqueue hands references to the queue. A failure is not the caller's: everything is in the history already, and the sweep will find it.
func (s *Scheduler) enqueue(ctx context.Context, dues ...history.Due) {
	if len(dues) == 0 {
		return
	}
	if err := s.queue.Enqueue(context.WithoutCancel(ctx), dues...); err != nil {
		s.log.WarnContext(ctx, "enqueue failed, the sweep will repeat it", "error", err, "references", len(dues))
	}
}

func (s *Scheduler) randomBytes(p []byte) error {
	if _, err := io.ReadFull(s.random, p); err != nil {
		return fmt.Errorf("read random bytes: %w", err)
	}
	return nil
}

// randomSeed returns a seed below 2^53, so that it survives JSON readers that know only doubles.
func (s *Scheduler) randomSeed() (uint64, error) {
	var b [8]byte
	if err := s.randomBytes(b[:]); err != nil {
		return 0, err
	}
	return binary.BigEndian.Uint64(b[:]) >> 11, nil
}
