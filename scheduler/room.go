package scheduler

import "context"

// Room says why an event would be refused now, as Publish would: ErrBusy, *TroubleError or what the store answers; nil when it would be taken. It may
// be a second old.
func (s *Scheduler) Room(ctx context.Context) error { return s.admit(ctx) }
