package scheduler

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/annohook/annohook/sender/history"
)

// ErrBusy is returned instead of accepting what might not be delivered: too much waits already, or the store is nearly full. Nothing was stored;
// the same request may succeed in a moment.
var ErrBusy = errors.New("too much is waiting already; try again in a moment")

// DefaultBacklog is how many deliveries may be unsettled before new events are refused.
const DefaultBacklog = 100_000

// admitFor is how long a reading of the backlog is used, plus what this process accepts meanwhile.
const admitFor = time.Second

// admission is what is known about the room for new deliveries.
type admission struct {
	mu        sync.Mutex
	read      time.Time // when; zero: never
	unsettled int
	accepted  int   // by this process since then
	full      error // of the store
}

// Room says why an event would be refused now, as Publish would: ErrBusy, *TroubleError or what the store answers; nil when it would be taken. It may
// be a second old.
func (s *Scheduler) Room(ctx context.Context) error { return s.admit(ctx) }

// admit refuses with ErrBusy when there is no room for more events, and with a *TroubleError when the store takes none. It may be wrong by what
// other processes accept within admitFor, and by one request.
func (s *Scheduler) admit(ctx context.Context) error {
	a := &s.admission
	a.mu.Lock()
	defer a.mu.Unlock()
	age := s.now().Sub(a.read)
	stale := a.read.IsZero() || age >= admitFor || age < 0
	if !stale && a.full == nil && a.unsettled+a.accepted < s.backlog {
		return nil
	}
	if err := s.readRoom(ctx); err != nil {
		return fmt.Errorf("room for events: %w", err)
	}
	if trouble, ok := errors.AsType[*TroubleError](a.full); ok {
		return trouble
	}
	if a.full != nil {
		return fmt.Errorf("%w (%w)", ErrBusy, a.full)
	}
	if a.unsettled >= s.backlog {
		return fmt.Errorf("%w (%d deliveries are not settled; new events are taken below %d)", ErrBusy, a.unsettled, s.backlog)
	}
	return nil
}

// readRoom takes a new reading; the caller holds the lock.
func (s *Scheduler) readRoom(ctx context.Context) error {
	counts, err := s.history.Counts(ctx)
	if err != nil {
		return err
	}
	a := &s.admission
	a.unsettled, a.accepted = 0, 0
	for _, byStatus := range counts.Deliveries {
		for _, status := range history.Statuses() {
			if !status.Settled() {
				a.unsettled += byStatus[status]
			}
		}
	}
	a.full = s.full(ctx)
	a.read = s.now()
	return nil
}

// accepted counts deliveries that this process has stored.
func (s *Scheduler) accepted(n int) {
	s.admission.mu.Lock()
	defer s.admission.mu.Unlock()
	s.admission.accepted += n
}
