package scheduler

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/annohook/annohook/sender/history"
)

// sweepLimit bounds what one sweep looks at; the oldest come first, so a longer list is worked off from the front.
const sweepLimit = 500

// trimEvery is how often settled deliveries beyond the retention are deleted.
const trimEvery = 10 * time.Second

// Run makes attempts until ctx ends, or the queue by itself: it serves the queue, keeps the heartbeat and sweeps. It returns when every attempt in
// flight is recorded or given back.
func (s *Scheduler) Run(ctx context.Context) error {
	if s.worker.ID == "" {
		return errors.New("run attempts: this process has no worker id")
	}
	if err := s.beat(ctx); err != nil {
		s.log.WarnContext(ctx, "first heartbeat failed", "error", err)
	}
	// The heartbeat goes on while the queue drains, so that nobody takes over attempts that are about to end.
	alive, stopBeating := context.WithCancel(context.WithoutCancel(ctx))
	defer stopBeating()
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var upkeep sync.WaitGroup
	upkeep.Go(func() { every(alive, BeatEvery, func() { s.logged(alive, "heartbeat", s.beat(alive)) }) })
	upkeep.Go(func() {
		sweep := func() { s.logged(ctx, "sweep", s.Sweep(ctx)) }
		sweep() // a worker that is killed again and again would never get to the first regular one
		every(ctx, SweepEvery, sweep)
	})
	upkeep.Go(func() { every(ctx, trimEvery, func() { s.logged(ctx, "trim", s.trim(ctx)) }) })
	err := s.queue.Run(ctx, s.Handle)
	stop() // also where the queue ended by itself: nobody else would end the upkeep
	stopBeating()
	upkeep.Wait()
	leave, cancel := context.WithTimeout(context.WithoutCancel(ctx), recordWithin)
	defer cancel()
	s.logged(leave, "leave", s.workers.Leave(leave, s.worker.ID))
	return err
}

func (s *Scheduler) logged(ctx context.Context, what string, err error) {
	if err != nil && ctx.Err() == nil {
		s.log.WarnContext(ctx, "upkeep failed", "what", what, "error", err)
	}
}

// every calls fn at each interval until ctx ends.
func every(ctx context.Context, interval time.Duration, fn func()) {
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			fn()
		}
	}
}

func (s *Scheduler) beat(ctx context.Context) error {
	w := s.worker
	w.Beat = s.now()
	if err := s.workers.Beat(ctx, w); err != nil {
		return err
	}
	s.beats.beaten(s.now())
	return nil
}

func (s *Scheduler) trim(ctx context.Context) error {
	_, err := s.history.Trim(ctx, s.keep.Deliveries, s.now().Add(-s.keep.Age))
	return err
}

// Sweep repairs what crashes left behind, once: it dispatches overdue references that no queue holds, starts again what dead workers had in
// flight, and records the events that worlds owe. Run calls it every SweepEvery; several processes may sweep at the same time.
func (s *Scheduler) Sweep(ctx context.Context) error {
	return errors.Join(s.sweepWaiting(ctx), s.sweepFlights(ctx), s.sweepOwed(ctx))
}

func (s *Scheduler) sweepWaiting(ctx context.Context) error {
	overdue, err := s.history.Overdue(ctx, s.now().Add(-OverdueAfter), sweepLimit)
	if err != nil {
		return err
	}
	refs := make([]history.Ref, len(overdue))
	for i, due := range overdue {
		refs[i] = due.Ref
	}
	held, err := s.queue.Holds(ctx, refs...)
	if err != nil {
		return err
	}
	for _, due := range overdue {
		if held[due.Ref] {
			continue
		}
		next, err := s.history.Redispatch(ctx, due.Ref)
		if errors.Is(err, history.ErrStale) || errors.Is(err, history.ErrNotFound) {
			continue
		}
		if err != nil {
			return err
		}
		s.log.InfoContext(ctx, "overdue reference dispatched again", "delivery_id", due.Delivery, "attempt", due.Attempt)
		s.enqueue(ctx, next)
	}
	return nil
}

func (s *Scheduler) sweepFlights(ctx context.Context) error {
	flights, err := s.history.InFlight(ctx)
	if err != nil || len(flights) == 0 {
		return err
	}
	dead, err := s.judgeWorkers(ctx)
	if err != nil {
		return err
	}
	for _, f := range flights {
		if err := s.judgeFlight(ctx, f, dead); err != nil {
			return err
		}
	}
	return nil
}

// judgeFlight starts an attempt again that nobody makes any more. One of this process whose claim was not answered was never made, so that it is
// given back; the others are kept as interrupted.
func (s *Scheduler) judgeFlight(ctx context.Context, f history.Flight, dead map[string]bool) error {
	var dues []history.Due
	var err error
	if f.Worker == s.worker.ID {
		lost, made := s.mine.lost(f.Token)
		switch {
		case !lost:
			return nil
		case made:
			dues, err = s.history.Interrupt(ctx, f.Token, "the end of the attempt could not be recorded", s.now())
		default:
			dues, err = s.history.Release(ctx, f.Token, s.now())
		}
	} else if s.abandoned(f, dead) {
		dues, err = s.history.Interrupt(ctx, f.Token, "the worker stopped answering during the attempt", s.now())
	} else {
		return nil
	}
	gone := errors.Is(err, history.ErrStale) || errors.Is(err, history.ErrNotFound)
	if err != nil && !gone {
		return err
	}
	s.mine.repaired(f.Token)
	if gone {
		return nil
	}
	s.log.WarnContext(ctx, "attempt that nobody makes started again", "delivery_id", f.Token.Delivery, "attempt", f.Token.Number, "worker", f.Worker)
	s.enqueue(ctx, dues...)
	return nil
}

// abandoned reports whether the worker of an attempt is dead.
func (s *Scheduler) abandoned(f history.Flight, dead map[string]bool) bool {
	isDead, listed := dead[f.Worker]
	if listed {
		return isDead
	}
	_, trusted := s.beats.trust(s.now())
	return trusted && s.now().Sub(f.Since) >= DeadAfter // its first beat may still be on its way
}

// forgetAfter is how long a dead worker is still listed.
const forgetAfter = 10 * time.Minute

// judgeWorkers tells of each listed worker whether it is dead, and forgets those that have been dead for long.
func (s *Scheduler) judgeWorkers(ctx context.Context) (map[string]bool, error) {
	workers, err := s.workers.Workers(ctx)
	if err != nil {
		return nil, err
	}
	dead := map[string]bool{}
	since, trusted := s.beats.trust(s.now())
	for _, w := range workers {
		silent := s.now().Sub(w.Beat)
		missed := trusted && silent >= DeadAfter && s.now().Sub(since) >= DeadAfter
		dead[w.ID] = missed || s.gone(w)
		if silent > forgetAfter {
			s.logged(ctx, "forget worker", s.workers.Leave(ctx, w.ID))
		}
	}
	return dead, nil
}
