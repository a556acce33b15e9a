package history

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/subscriptions"
)

// Append implements Recorder. ErrExists when the id of a delivery is taken, ErrChain as CheckAppend and when the delivery waited for has
// a successor already; a delivery that waits for one that is settled or unknown is due at once.
func (m *Memory) Append(ctx context.Context, events []Event, deliveries []New) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := CheckAppend(deliveries); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, n := range deliveries {
		if _, taken := m.deliveries[n.Delivery.ID]; taken {
			return fmt.Errorf("delivery %s: %w", n.Delivery.ID, ErrExists)
		}
		if before, ok := m.deliveries[n.Delivery.WaitsFor]; ok && before.summary.Successor != "" {
			return fmt.Errorf("delivery %s waits for %s: %w", n.Delivery.ID, n.Delivery.WaitsFor, ErrChain)
		}
	}
	for _, e := range events {
		m.addEvent(e)
	}
	for i := range deliveries {
		deliveries[i].Parked = m.addDelivery(deliveries[i])
	}
	return nil
}

func (m *Memory) addEvent(e Event) {
	stored := e.Clone()
	stored.Now, stored.CreatedAt, stored.Deliveries = Micro(e.Now), Micro(e.CreatedAt), nil
	m.events[e.ID] = &stored
	if len(m.members[e.ID]) == 0 {
		m.bare[e.ID] = struct{}{}
	}
}

// addDelivery takes a new delivery in and reports whether it is parked.
func (m *Memory) addDelivery(n New) bool {
	r := &record{body: slices.Clone(n.Body)}
	if r.body == nil {
		r.body = []byte{}
	}
	d := Fresh(n.Delivery.Clone(), Pending, len(n.Body))
	r.summary.Delivery = d
	before, ok := m.deliveries[d.WaitsFor]
	switch {
	case ok && !before.summary.Status.Settled():
		before.summary.Successor = d.ID
		r.place, r.summary.NextAt = chained, time.Time{}
	case !d.NextAt.After(d.CreatedAt) && m.full(d.SubscriptionID):
		m.lanes[d.SubscriptionID] = append(m.lanes[d.SubscriptionID], d.ID)
		r.place, r.summary.NextAt, r.summary.WaitsFor = inLane, time.Time{}, ""
	default:
		r.place, r.summary.WaitsFor = waiting, ""
	}
	m.enter(r)
	for _, event := range d.EventIDs {
		m.join(event, d)
	}
	m.tell(EntryDelivery, r, nil)
	return r.place == inLane
}

// full reports whether all slots of a subscription are used.
func (m *Memory) full(sub string) bool {
	limit := m.limits[sub]
	return limit > 0 && len(m.slots[sub]) >= limit
}

// Collect implements Recorder. A limit below 1 never fills the batch. The flush reference of a full batch has a new generation, so that
// it can be enqueued beside the one for the end of the window.
func (m *Memory) Collect(ctx context.Context, event Event, message payloads.Message, fresh Delivery, limit int, at time.Time) (Collected, error) {
	if err := ctx.Err(); err != nil {
		return Collected{}, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	sub := fresh.SubscriptionID
	if keeper, held := m.keeper(event.ID, sub, fresh.Part); held {
		return Collected{DeliveryID: keeper, Held: true}, nil
	}
	r, ok := m.deliveries[m.batches[sub]]
	if !ok {
		if _, taken := m.deliveries[fresh.ID]; taken {
			return Collected{}, fmt.Errorf("delivery %s: %w", fresh.ID, ErrExists)
		}
		d := Fresh(fresh.Clone(), Collecting, 0)
		d.WaitsFor, d.EventIDs, d.OtherTypes = "", nil, nil
		r = &record{place: waiting, open: true, summary: Summary{Delivery: d}}
		m.enter(r)
		m.batches[sub] = d.ID
	}
	d := &r.summary.Delivery
	m.addEvent(event)
	r.parts = append(r.parts, payloads.Message{Method: message.Method, Body: slices.Clone(message.Body)})
	m.join(event.ID, *d)
	if !slices.Contains(d.EventIDs, event.ID) { // an event may have several messages
		d.EventIDs = append(d.EventIDs, event.ID)
	}
	if !d.Carries(event.Type) {
		d.OtherTypes = append(d.OtherTypes, event.Type)
	}
	if limit > 0 && len(r.parts) >= limit {
		m.closeBatch(r, Micro(at))
	}
	if !ok {
		m.tell(EntryDelivery, r, nil)
	}
	return Collected{DeliveryID: d.ID, Opened: !ok, Flush: r.due()}, nil
}

// keeper is the delivery that got a message of an event for a subscription.
func (m *Memory) keeper(event, sub string, part int) (id string, held bool) {
	for _, d := range m.members[event] {
		if d.SubscriptionID != sub {
			continue
		}
		if part == 0 {
			return d.ID, true
		}
		part--
	}
	return "", false
}

// closeBatch makes a collecting delivery due at the given time under a new reference and lets no further event in.
func (m *Memory) closeBatch(r *record, at time.Time) Due {
	m.shut(r)
	r.summary.Generation++
	return r.wait(at)
}

func (m *Memory) shut(r *record) {
	if r.open {
		r.open = false
		delete(m.batches, r.summary.SubscriptionID)
	}
}

// CloseBatch implements Recorder. The flush reference has a new generation.
func (m *Memory) CloseBatch(ctx context.Context, subscriptionID string, pinned *subscriptions.Subscription, at time.Time) (Due, bool, error) {
	if err := ctx.Err(); err != nil {
		return Due{}, false, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	r, ok := m.deliveries[m.batches[subscriptionID]]
	if !ok {
		return Due{}, false, nil
	}
	if pinned != nil {
		p := pinned.Clone()
		r.summary.Pinned = &p
	}
	return m.closeBatch(r, Micro(at)), true, nil
}

// Parts implements Recorder.
func (m *Memory) Parts(ctx context.Context, ref Ref) (Delivery, []payloads.Message, error) {
	if err := ctx.Err(); err != nil {
		return Delivery{}, nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	r, err := m.collecting(ref)
	if err != nil {
		return Delivery{}, nil, err
	}
	m.shut(r)
	messages := make([]payloads.Message, len(r.parts))
	for i, p := range r.parts {
		messages[i] = payloads.Message{Method: p.Method, Body: slices.Clone(p.Body)}
	}
	return r.summary.Delivery.Clone(), messages, nil
}

// Seal implements Recorder.
func (m *Memory) Seal(ctx context.Context, ref Ref, body payloads.Message, at time.Time) (Due, error) {
	if err := ctx.Err(); err != nil {
		return Due{}, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	r, err := m.collecting(ref)
	if err != nil {
		return Due{}, err
	}
	m.shut(r)
	d := &r.summary.Delivery
	r.body, r.parts = append([]byte{}, body.Body...), nil
	d.Status, d.Method, d.BodyBytes, d.Generation = Pending, body.Method, len(body.Body), 0
	due := r.wait(Micro(at))
	m.tell(EntryDelivery, r, nil)
	return due, nil
}

// collecting returns the collecting delivery that waits for the flush ref names.
func (m *Memory) collecting(ref Ref) (*record, error) {
	r, err := m.current(ref)
	if err != nil || r.summary.Status != Collecting {
		return nil, ErrStale
	}
	return r, nil
}
