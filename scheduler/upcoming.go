package scheduler

import (
	"context"

	"github.com/annohook/annohook/sender/history"
)

// Upcoming lists the references that wait for their time, soonest first, up to limit. Those that wait for something else, a lane or another
// delivery, are not among them.
func (s *Scheduler) Upcoming(ctx context.Context, limit int) ([]history.Due, error) {
	const ever = 100 // years; a delay of more is no delay of ours
	return s.history.Overdue(ctx, s.now().AddDate(ever, 0, 0), limit)
}

// InFlight lists the attempts that are being made, of every worker.
func (s *Scheduler) InFlight(ctx context.Context) ([]history.Flight, error) {
	return s.history.InFlight(ctx)
}
