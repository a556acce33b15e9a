package scheduler

import (
	"cmp"
	"context"
	"crypto/rand"
	"maps"
	"slices"
	"sync"
	"time"
)

// Memory keeps heartbeats, idempotency keys, worlds and compositions of one process. It implements Workers, Keys, Worlds and Compositions and is
// safe for concurrent use.
type Memory struct {
	now func() time.Time

	mu      sync.Mutex
	workers map[string]Worker
	keys    map[string]memoryKey
	worlds  map[string]WorldState

	compositions map[string]Composition // by name
}

var (
	_ Workers = (*Memory)(nil)
	_ Keys    = (*Memory)(nil)
	_ Worlds  = (*Memory)(nil)

	_ Compositions = (*Memory)(nil)
)

// memoryKey is one idempotency key.
type memoryKey struct {
	fingerprint string
	answer      []byte
	done        bool
	expires     time.Time
	ticket      Ticket
	lapses      time.Time // from when on another request may carry on
}

// NewMemory returns an empty Memory on the given clock.
func NewMemory(now func() time.Time) *Memory {
	return &Memory{now: now, workers: map[string]Worker{}, keys: map[string]memoryKey{}, worlds: map[string]WorldState{}, compositions: map[string]Composition{}}
}

// Beat keeps w.
func (m *Memory) Beat(_ context.Context, w Worker) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.workers[w.ID] = w
	return nil
}

// Workers lists the workers by start.
func (m *Memory) Workers(context.Context) ([]Worker, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.SortedFunc(maps.Values(m.workers), func(a, b Worker) int {
		return cmp.Or(a.Started.Compare(b.Started), cmp.Compare(a.ID, b.ID))
	}), nil
}

// Leave removes a worker.
func (m *Memory) Leave(_ context.Context, id string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.workers, id)
	return nil
}

// Begin reserves a key, as Keys says.
func (m *Memory) Begin(_ context.Context, key, fingerprint string) (Reservation, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.expire()
	now := m.now()
	k, ok := m.keys[key]
	switch {
	case !ok:
		k = memoryKey{fingerprint: fingerprint, expires: now.Add(KeyFor), ticket: Ticket{At: now.UTC().Truncate(time.Millisecond), Nonce: rand.Text()}}
	case k.fingerprint != fingerprint:
		return Reservation{}, ErrKeyReused
	case k.done:
		return Reservation{Answer: slices.Clone(k.answer)}, nil
	case now.Before(k.lapses):
		return Reservation{}, ErrKeyInFlight
	default:
		k.ticket.Again = true
	}
	k.lapses = now.Add(KeyInFlightFor)
	m.keys[key] = k
	return Reservation{Ticket: k.ticket}, nil
}

// expire forgets keys whose time is over; the caller holds the lock.
func (m *Memory) expire() {
	now := m.now()
	maps.DeleteFunc(m.keys, func(_ string, k memoryKey) bool { return !now.Before(k.expires) })
}

// Complete stores the answer of a reserved key.
func (m *Memory) Complete(_ context.Context, key, fingerprint string, answer []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.keys[key] = memoryKey{fingerprint: fingerprint, answer: slices.Clone(answer), done: true, expires: m.now().Add(KeyFor)}
	return nil
}

// Abandon frees a reserved key.
func (m *Memory) Abandon(_ context.Context, key string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.keys, key)
	return nil
}
