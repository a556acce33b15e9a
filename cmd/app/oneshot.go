package app

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/annohook/annohook/configs"
	"github.com/annohook/annohook/scheduler"
	"github.com/annohook/annohook/scheduler/memqueue"
	"github.com/annohook/annohook/sender"
	"github.com/annohook/annohook/sender/history"
	"github.com/annohook/annohook/subscriptions"
)

// OneShot is the engine for sends without a server: the same scheduler and sender on stores and a queue in memory. Nothing is listened on
// and nothing is written. Its methods are safe for concurrent use.
type OneShot struct {
	sender    *sender.Sender
	history   *history.Memory
	hub       *history.Hub
	scheduler *scheduler.Scheduler

	stop  context.CancelFunc
	tasks sync.WaitGroup
}

// OneShotOptions of a OneShot. Of Config only targets, time scale and concurrency count.
type OneShotOptions struct {
	Config  configs.Config
	Log     *slog.Logger                // nil: discards
	Observe func(scheduler.Observation) // called after each attempt; nil: nobody listens
}

// NewOneShot wires the engine. It does nothing before Start; the Sender works at once.
func NewOneShot(o OneShotOptions) (*OneShot, error) {
	registry, err := Platforms()
	if err != nil {
		return nil, fmt.Errorf("platforms: %w", err)
	}
	guard, err := sender.NewGuard(sender.GuardOptions{Allow: o.Config.AllowTargets, Deny: o.Config.DenyTargets})
	if err != nil {
		return nil, fmt.Errorf("targets: %w", err)
	}
	s := &OneShot{history: history.NewMemory(history.Options{Start: time.Now()})}
	if s.sender, err = sender.New(sender.Options{Now: time.Now, Guard: guard}); err != nil {
		return nil, fmt.Errorf("sender: %w", err)
	}
	s.hub = history.NewHub(s.history)
	memory := scheduler.NewMemory(time.Now)
	s.scheduler, err = scheduler.New(scheduler.Options{
		Registry: registry, Subscriptions: subscriptions.NewMemory(), History: s.history, Hub: s.hub,
		Queue: memqueue.New(memqueue.Options{Now: time.Now, Grace: time.Second, Log: o.Log}), Workers: memory, Worlds: memory,
		Sender: s.sender, Now: time.Now, Random: rand.Reader, NewID: NewID, CheckURL: guard.CheckURL, TimeScale: o.Config.TimeScale,
		Concurrency: o.Config.Concurrency, Worker: newWorker(), Log: o.Log, Observe: o.Observe,
	})
	if err != nil {
		return nil, fmt.Errorf("scheduler: %w", err)
	}
	return s, nil
}

// Sender makes single attempts.
func (s *OneShot) Sender() *sender.Sender { return s.sender }

// Scheduler keeps subscriptions and runs schedules; deliveries move only between Start and Stop.
func (s *OneShot) Scheduler() *scheduler.Scheduler { return s.scheduler }

// History is what happened.
func (s *OneShot) History() history.Reader { return s.history }

// Start begins to work on deliveries.
func (s *OneShot) Start(ctx context.Context) {
	var run context.Context
	run, s.stop = context.WithCancel(context.WithoutCancel(ctx))
	// Both end with their context alone: the stores in memory do not fail.
	s.tasks.Go(func() { _ = s.hub.Run(run) })
	s.tasks.Go(func() { _ = s.scheduler.Run(run) })
}

// Stop ends the work; an attempt in flight has a second to end. It may be called without Start.
func (s *OneShot) Stop() {
	if s.stop != nil {
		s.stop()
		s.tasks.Wait()
	}
	s.sender.Close()
}
