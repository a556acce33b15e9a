package history

import (
	"context"
	"slices"
	"time"
)

// Delivery implements Reader. Pinned and Verbatim are filled here, in Claim and in Parts, and nowhere else.
func (m *Memory) Delivery(ctx context.Context, id string) (Summary, error) {
	if err := ctx.Err(); err != nil {
		return Summary{}, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	r, ok := m.deliveries[id]
	if !ok {
		return Summary{}, ErrNotFound
	}
	s := r.summary
	s.Delivery = s.Delivery.Clone()
	return s, nil
}

// Deliveries implements Reader.
func (m *Memory) Deliveries(ctx context.Context, ids []string) ([]Summary, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	list := make([]Summary, 0, len(ids))
	for _, id := range ids {
		if r, ok := m.deliveries[id]; ok {
			list = append(list, r.summary.Listed())
		}
	}
	return list, nil
}

// Body implements Reader. ErrNotFound for an unknown delivery.
func (m *Memory) Body(ctx context.Context, id string) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	r, ok := m.deliveries[id]
	if !ok {
		return nil, ErrNotFound
	}
	return slices.Clone(r.body), nil
}

// Attempts implements Reader. ErrNotFound for an unknown delivery.
func (m *Memory) Attempts(ctx context.Context, id string) ([]Attempt, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	r, ok := m.deliveries[id]
	if !ok {
		return nil, ErrNotFound
	}
	list := make([]Attempt, len(r.attempts))
	for i, a := range r.attempts {
		list[i] = a.Clone()
	}
	return list, nil
}

// Event implements Reader.
func (m *Memory) Event(ctx context.Context, id string) (Event, error) {
	if err := ctx.Err(); err != nil {
		return Event{}, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	e, ok := m.events[id]
	if !ok {
		return Event{}, ErrNotFound
	}
	return m.fullEvent(e), nil
}

func (m *Memory) fullEvent(e *Event) Event {
	full := e.Clone()
	for _, d := range m.members[e.ID] {
		if !slices.Contains(full.Deliveries, d) { // a batch may have several messages of the event
			full.Deliveries = append(full.Deliveries, d)
		}
	}
	return full
}

// Events implements Reader: newest first by time of creation, then by id; platform empty: all. ErrCursor as List.
func (m *Memory) Events(ctx context.Context, platform, cursor string, limit int) (EventPage, error) {
	if err := ctx.Err(); err != nil {
		return EventPage{}, err
	}
	after, err := ParseCursor(cursor)
	if err != nil {
		return EventPage{}, err
	}
	limit = PageLimit(limit)
	m.mu.Lock()
	defer m.mu.Unlock()
	var list []*Event
	for _, e := range m.events {
		if (platform == "" || e.Platform == platform) && after.Before(e.CreatedAt, e.ID) {
			list = append(list, e)
		}
	}
	slices.SortFunc(list, func(a, b *Event) int { return Cursor{a.CreatedAt, a.ID}.compare(Cursor{b.CreatedAt, b.ID}) })
	page := EventPage{Items: []Event{}}
	for _, e := range list[:min(limit, len(list))] {
		page.Items = append(page.Items, m.fullEvent(e))
	}
	if len(list) > limit {
		page.NextCursor = Cursor{list[limit-1].CreatedAt, list[limit-1].ID}.String()
	}
	return page, nil
}

// Counts implements Reader. It looks at what is not settled.
func (m *Memory) Counts(ctx context.Context) (Counts, error) {
	if err := ctx.Err(); err != nil {
		return Counts{}, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	c := Counts{Deliveries: map[string]map[Status]int{}, Durations: slices.Clone(m.durations)}
	for t, n := range m.counts {
		byStatus := c.Deliveries[t.platform]
		if byStatus == nil {
			byStatus = map[Status]int{}
			c.Deliveries[t.platform] = byStatus
		}
		byStatus[t.status] = n
	}
	for r := range m.live {
		switch r.place {
		case waiting:
			c.Waiting++
			c.OldestDue = earlier(c.OldestDue, r.summary.NextAt)
		case inLane:
			c.InLanes++
		case inFlight:
			c.InFlight++
		case chained, settled:
		}
	}
	return c, nil
}

// earlier returns the earlier of two times; a zero a counts as none.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || b.Before(a) {
		return b
	}
	return a
}
