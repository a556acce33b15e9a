package scheduler

import (
	"context"
	"slices"
	"time"

	"github.com/annohook/annohook/sender/history"
)

// Stats is the state of the engine as numbers.
type Stats struct {
	Deliveries map[string]map[history.Status]int // kept, by platform and status
	Latency    Quantiles                         // of the latest attempts
	Waiting    int                               // references due now or later
	InLanes    int                               // parked at their subscription's limit
	InFlight   int
	QueueDepth int           // references the queue holds
	DueLag     time.Duration // how long the oldest waiting reference is overdue; 0: nothing is
	Workers    []Worker      // alive
}

// Quantiles of attempt durations; zero without any.
type Quantiles struct {
	Count         int
	P50, P90, P99 time.Duration
}

// Stats reads the numbers. They are taken one after another, not in one instant.
func (s *Scheduler) Stats(ctx context.Context) (Stats, error) {
	counts, err := s.history.Counts(ctx)
	if err != nil {
		return Stats{}, err
	}
	depth, err := s.queue.Depth(ctx)
	if err != nil {
		return Stats{}, err
	}
	workers, err := s.workers.Workers(ctx)
	if err != nil {
		return Stats{}, err
	}
	now := s.now()
	stats := Stats{
		Deliveries: counts.Deliveries, Latency: quantiles(counts.Durations), Waiting: counts.Waiting, InLanes: counts.InLanes,
		InFlight: counts.InFlight, QueueDepth: depth,
		Workers: slices.DeleteFunc(workers, func(w Worker) bool { return now.Sub(w.Beat) >= DeadAfter }),
	}
	if !counts.OldestDue.IsZero() {
		stats.DueLag = max(0, now.Sub(counts.OldestDue))
	}
	return stats, nil
}

func quantiles(durations []time.Duration) Quantiles {
	if len(durations) == 0 {
		return Quantiles{}
	}
	sorted := slices.Sorted(slices.Values(durations))
	at := func(q float64) time.Duration { return sorted[min(len(sorted)-1, int(q*float64(len(sorted))))] }
	return Quantiles{Count: len(sorted), P50: at(0.50), P90: at(0.90), P99: at(0.99)}
}
