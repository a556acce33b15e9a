package subscriptions

import (
	"bytes"
	"context"
	"maps"
	"slices"
	"sync"
)

var _ Store = (*Memory)(nil)

// Memory is a Store that lives and dies with the process. The zero value is not usable; call NewMemory.
type Memory struct {
	mu      sync.RWMutex
	records map[string]record // by id
	shared  map[string]Secret // by the name that SharedSecret gives
	numbers map[string]int64  // the last that NextNumber returned, by name

	// persist, if set, makes the next state durable before it becomes visible. It is called under mu; an error keeps the old state.
	persist func(snapshot) error
}

// record is one stored subscription. The document is what Update compares to notice another writer; sub never holds a shared secret.
type record struct {
	sub      Subscription
	document []byte
}

// snapshot is the whole state as persist gets it; it must not be changed.
type snapshot struct {
	records map[string]record
	shared  map[string]Secret
	numbers map[string]int64
}

// edit is one change of the state.
type edit struct {
	id     string
	next   *record // nil: delete
	shared string  // record of a shared secret to replace, "" for none
	secret Secret
}

// NewMemory returns an empty store.
func NewMemory() *Memory {
	return &Memory{records: map[string]record{}, shared: map[string]Secret{}, numbers: map[string]int64{}}
}

// Create adds s, see Store.
func (m *Memory) Create(ctx context.Context, s Subscription) (Subscription, error) {
	if err := ctx.Err(); err != nil {
		return Subscription{}, err
	}
	next, err := newRecord(s)
	if err != nil {
		return Subscription{}, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, taken := m.records[s.ID]; taken {
		return Subscription{}, ErrConflict
	}
	e := edit{id: s.ID, next: &next}
	if ReplacesShared(Subscription{}, s) {
		e.shared, e.secret = s.SharedSecret, s.Secret
	}
	if err := m.commit(e); err != nil {
		return Subscription{}, err
	}
	return m.filled(next), nil
}

// Get returns one subscription, see Store.
func (m *Memory) Get(ctx context.Context, id string) (Subscription, error) {
	if err := ctx.Err(); err != nil {
		return Subscription{}, err
	}
	m.mu.RLock()
	defer m.mu.RUnlock()
	r, ok := m.records[id]
	if !ok {
		return Subscription{}, ErrNotFound
	}
	return m.filled(r), nil
}

// List returns all subscriptions, see Store.
func (m *Memory) List(ctx context.Context) ([]Subscription, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	m.mu.RLock()
	defer m.mu.RUnlock()
	list := make([]Subscription, 0, len(m.records))
	for _, r := range m.records {
		list = append(list, m.filled(r))
	}
	slices.SortFunc(list, Compare)
	return list, nil
}

// Update changes one subscription, see Store. No lock is held while change runs, so it may use the store.
func (m *Memory) Update(ctx context.Context, id string, change func(*Subscription) error) (Subscription, error) {
	for {
		before, document, err := m.read(ctx, id)
		if err != nil {
			return Subscription{}, err
		}
		after := before.Clone()
		if err := change(&after); err != nil {
			return Subscription{}, err
		}
		after.ID, after.CreatedAt = before.ID, before.CreatedAt
		stored, done, err := m.swap(ctx, document, before, after)
		if err != nil || done {
			return stored, err
		}
	}
}

// Delete removes one subscription, see Store.
func (m *Memory) Delete(ctx context.Context, id string) (Subscription, error) {
	if err := ctx.Err(); err != nil {
		return Subscription{}, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	r, ok := m.records[id]
	if !ok {
		return Subscription{}, ErrNotFound
	}
	if err := m.commit(edit{id: id}); err != nil {
		return Subscription{}, err
	}
	return m.filled(r), nil
}

// NextNumber counts, see Store.
func (m *Memory) NextNumber(ctx context.Context, name string, atLeast int64) (int64, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	next := max(m.numbers[name]+1, atLeast)
	if m.persist != nil {
		numbers := maps.Clone(m.numbers)
		numbers[name] = next
		if err := m.persist(snapshot{records: m.records, shared: m.shared, numbers: numbers}); err != nil {
			return 0, err
		}
	}
	m.numbers[name] = next
	return next, nil
}

func (m *Memory) read(ctx context.Context, id string) (Subscription, []byte, error) {
	if err := ctx.Err(); err != nil {
		return Subscription{}, nil, err
	}
	m.mu.RLock()
	defer m.mu.RUnlock()
	r, ok := m.records[id]
	if !ok {
		return Subscription{}, nil, ErrNotFound
	}
	return m.filled(r), r.document, nil
}

// swap stores after unless the subscription or its shared secret is no longer what before was read from.
func (m *Memory) swap(ctx context.Context, document []byte, before, after Subscription) (stored Subscription, done bool, err error) {
	next, err := newRecord(after)
	if err != nil {
		return Subscription{}, false, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return Subscription{}, false, err
	}
	current, ok := m.records[before.ID]
	if !ok {
		return Subscription{}, false, ErrNotFound
	}
	if !bytes.Equal(current.document, document) || m.filled(current).Secret != before.Secret {
		return Subscription{}, false, nil
	}
	e := edit{id: before.ID, next: &next}
	if ReplacesShared(before, after) {
		e.shared, e.secret = after.SharedSecret, after.Secret
	}
	if err := m.commit(e); err != nil {
		return Subscription{}, false, err
	}
	return m.filled(next), true, nil
}

// newRecord copies s, so that nothing of the caller's memory is kept.
func newRecord(s Subscription) (record, error) {
	document, err := EncodeDocument(s)
	if err != nil {
		return record{}, err
	}
	s = s.Clone()
	if s.SharedSecret != "" {
		s.Secret = ""
	}
	return record{sub: s, document: document}, nil
}

// filled returns a copy of what r holds with the shared secret in place. mu is held.
func (m *Memory) filled(r record) Subscription {
	s := r.sub.Clone()
	if s.SharedSecret != "" {
		s.Secret = m.shared[s.SharedSecret]
	}
	return s
}

// commit makes e durable where that is asked for, then visible. mu is held.
func (m *Memory) commit(e edit) error {
	if m.persist != nil {
		records, shared := maps.Clone(m.records), maps.Clone(m.shared)
		e.apply(records, shared)
		if err := m.persist(snapshot{records: records, shared: shared, numbers: m.numbers}); err != nil {
			return err
		}
	}
	e.apply(m.records, m.shared)
	return nil
}

func (e edit) apply(records map[string]record, shared map[string]Secret) {
	if e.next == nil {
		delete(records, e.id)
	} else {
		records[e.id] = *e.next
	}
	switch {
	case e.shared == "":
	case e.secret == "":
		delete(shared, e.shared)
	default:
		shared[e.shared] = e.secret
	}
}
