package history

import (
	"cmp"
	"context"
	"slices"
	"time"
)

// Cancel implements Recorder. ErrNotFound for an unknown delivery. A chained delivery leaves its chain: what waited for it then waits for
// its predecessor. What waited for one in flight is due at once, not at the end of that attempt.
func (m *Memory) Cancel(ctx context.Context, deliveryID, reason string, at time.Time) ([]Due, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	r, ok := m.deliveries[deliveryID]
	if !ok {
		return nil, ErrNotFound
	}
	d := &r.summary.Delivery
	if d.Status.Settled() {
		return nil, ErrSettled
	}
	at = Micro(at)
	if before, ok := m.deliveries[d.WaitsFor]; ok {
		before.summary.Successor = d.Successor
		if after, ok := m.deliveries[d.Successor]; ok {
			after.summary.WaitsFor = d.WaitsFor
		}
		d.WaitsFor, d.Successor = "", ""
	}
	if r.place == inLane {
		lane := m.lanes[d.SubscriptionID]
		m.lanes[d.SubscriptionID] = slices.DeleteFunc(lane, func(id string) bool { return id == d.ID })
	}
	m.shut(r)
	r.parts = nil
	dues := m.settle(r, Cancelled, reason, at)
	if r.place != inFlight {
		dues = append(dues, m.freeSlot(r, at)...)
	}
	m.tell(EntryDelivery, r, nil)
	return dues, nil
}

// Redispatch implements Recorder.
func (m *Memory) Redispatch(ctx context.Context, ref Ref) (Due, error) {
	if err := ctx.Err(); err != nil {
		return Due{}, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	r, err := m.current(ref)
	if err != nil {
		return Due{}, err
	}
	r.summary.Generation++
	return r.wait(r.summary.NextAt), nil
}

// Overdue implements Recorder. A limit below 1 lists nothing.
func (m *Memory) Overdue(ctx context.Context, before time.Time, limit int) ([]Due, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	var dues []Due
	for r := range m.live {
		if r.place == waiting && r.summary.NextAt.Before(before) {
			dues = append(dues, r.due())
		}
	}
	slices.SortFunc(dues, func(a, b Due) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Delivery, b.Delivery))
	})
	return dues[:min(len(dues), max(limit, 0))], nil
}

// InFlight implements Recorder.
func (m *Memory) InFlight(ctx context.Context) ([]Flight, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	var flights []Flight
	for r := range m.live {
		if r.place == inFlight {
			flights = append(flights, Flight{Token: r.token, Worker: r.worker, Since: r.since})
		}
	}
	slices.SortFunc(flights, func(a, b Flight) int { return cmp.Compare(a.Token.Delivery, b.Token.Delivery) })
	return flights, nil
}

// Unsettled implements Recorder.
func (m *Memory) Unsettled(ctx context.Context, subscriptionID string, limit int) ([]string, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	var ids []string
	for _, r := range m.order {
		if len(ids) >= limit {
			break
		}
		if r.summary.SubscriptionID == subscriptionID && !r.summary.Status.Settled() {
			ids = append(ids, r.summary.ID)
		}
	}
	return ids, nil
}

// Trim implements Recorder. It keeps the latest settled; a negative keep sets no bound by count. A cancelled delivery whose attempt is
// still in flight stays.
func (m *Memory) Trim(ctx context.Context, keep int, before time.Time) (int, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	ended := m.settledInOrder()
	deleted := 0
	for _, r := range ended {
		if (keep < 0 || len(ended)-deleted <= keep) && !r.summary.SettledAt.Before(before) {
			break
		}
		m.forget(r)
		deleted++
	}
	m.shorten(deleted)
	m.trimBare(keep, Micro(before))
	return deleted, nil
}

// trimBare deletes events without deliveries.
func (m *Memory) trimBare(keep int, before time.Time) {
	var bare []*Event
	for id := range m.bare {
		bare = append(bare, m.events[id])
	}
	slices.SortFunc(bare, func(a, b *Event) int { return Cursor{a.CreatedAt, a.ID}.compare(Cursor{b.CreatedAt, b.ID}) }) // latest first
	for i, e := range bare {
		if keep >= 0 && i >= keep || e.CreatedAt.Before(before) {
			delete(m.events, e.ID)
			delete(m.bare, e.ID)
		}
	}
}

// forget deletes a delivery, and the events that no other refers to.
func (m *Memory) forget(r *record) {
	delete(m.deliveries, r.summary.ID)
	m.uncount(r)
	r.forgotten = true
	for _, event := range r.summary.EventIDs {
		m.members[event] = slices.DeleteFunc(m.members[event], func(d EventDelivery) bool { return d.ID == r.summary.ID })
		if len(m.members[event]) == 0 {
			delete(m.members, event)
			delete(m.events, event)
		}
	}
}
