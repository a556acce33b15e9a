package history

import (
	"context"
	"slices"
	"time"
)

// Claim implements Recorder. The limit is judged before the rate, so a parked delivery holds no turn. A delivery that left its lane has
// a slot reserved and does not meet the limit again. With ErrLater the reference stays current and Claimed.Delivery is filled.
func (m *Memory) Claim(ctx context.Context, ref Ref, claim Claim) (Claimed, error) {
	if err := ctx.Err(); err != nil {
		return Claimed{}, err
	}
	at := Micro(claim.At)
	m.mu.Lock()
	defer m.mu.Unlock()
	r, err := m.current(ref)
	if err != nil || r.summary.Status == Collecting {
		return Claimed{}, ErrStale
	}
	sub, d := r.summary.SubscriptionID, &r.summary.Delivery
	if m.slots[sub] == nil {
		m.slots[sub] = map[string]struct{}{}
	}
	m.limits[sub] = claim.Limit
	if _, reserved := m.slots[sub][d.ID]; !reserved && claim.Limit > 0 && len(m.slots[sub]) >= claim.Limit {
		m.lanes[sub] = append(m.lanes[sub], d.ID)
		r.place, d.NextAt = inLane, time.Time{}
		return Claimed{}, ErrParked
	}
	if turn := m.turn(r, claim.Rate, at); turn.After(at) {
		r.wait(turn)
		return Claimed{Delivery: d.Clone(), At: turn}, ErrLater
	}
	m.slots[sub][d.ID] = struct{}{}
	attempt := Attempt{Number: ref.Attempt, ScheduledAt: d.NextAt, StartedAt: at, Duplicate: d.Duplicate, Worker: claim.Worker}
	r.attempts = append(r.attempts, attempt)
	r.place, r.worker, r.since = inFlight, claim.Worker, at
	r.token = Token{Delivery: d.ID, SubscriptionID: sub, Number: ref.Attempt, Value: m.newToken()}
	d.Attempts, d.InFlight, d.NextAt = ref.Attempt, true, time.Time{}
	m.tell(EntryAttempt, r, &attempt)
	return Claimed{
		Token: r.token, Delivery: d.Clone(), Body: slices.Clone(r.body), Number: ref.Attempt, Duplicate: d.Duplicate,
	}, nil
}

// turn returns when the rate lets r through. A turn is reserved once and kept until an attempt ends, so coming back for it passes.
func (m *Memory) turn(r *record, rate float64, at time.Time) time.Time {
	if rate <= 0 {
		return at
	}
	if r.turn.IsZero() {
		sub := r.summary.SubscriptionID
		r.turn = at
		if next := m.turns[sub]; next.After(at) {
			r.turn = next
		}
		m.turns[sub] = r.turn.Add(Spacing(rate))
	}
	return r.turn
}

// holder returns the record that token holds, or ErrStale.
func (m *Memory) holder(token Token) (*record, error) {
	r, ok := m.deliveries[token.Delivery]
	if !ok || r.place != inFlight || r.token.Value != token.Value || r.token.Number != token.Number {
		return nil, ErrStale
	}
	return r, nil
}

// land takes r out of flight; the caller says where it goes unless it was cancelled meanwhile.
func (r *record) land() {
	r.summary.InFlight = false
	r.token, r.worker, r.since = Token{}, "", time.Time{}
	r.place = settled
}

// Finish implements Recorder. Number, scheduled time, worker and duplicate mark are those of the claim, whatever the result says; the
// start is too where the result has none. ErrResult for a status that does not settle.
func (m *Memory) Finish(ctx context.Context, token Token, result Result) ([]Due, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := result.Check(); err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	r, err := m.holder(token)
	if err != nil {
		return nil, err
	}
	d, at, before := &r.summary.Delivery, Micro(result.At), r.summary.Status
	m.end(r, result.Attempt)
	r.land()
	var dues []Due
	if !before.Settled() {
		d.Duplicate = false
		if result.Charge {
			d.Failures++
		}
		if result.Settle != "" {
			dues = m.settle(r, result.Settle, result.Reason, at)
		} else {
			d.Status, d.Reason, d.Generation = Retrying, result.Reason, 0
			dues = append(dues, r.wait(Micro(result.Next)))
		}
	}
	dues = append(dues, m.freeSlot(r, at)...)
	m.tellEnd(r, before)
	return dues, nil
}

// end replaces the running attempt of r by the ended one.
func (m *Memory) end(r *record, ended Attempt) {
	started := r.attempts[len(r.attempts)-1]
	a := ended.Clone()
	a.Number, a.ScheduledAt, a.Duplicate, a.Worker = started.Number, started.ScheduledAt, started.Duplicate, started.Worker
	if a.StartedAt = Micro(a.StartedAt); a.StartedAt.IsZero() {
		a.StartedAt = started.StartedAt
	}
	r.attempts[len(r.attempts)-1] = a
	r.turn = time.Time{}
	s := &r.summary
	s.LastStatus, s.LastDuration, s.LastOutcome, s.LastFailure = 0, a.Duration, a.Outcome, a.Failure
	if a.Reply != nil {
		s.LastStatus = a.Reply.Status
	}
	if m.ended++; len(m.durations) < keptDurations {
		m.durations = append(m.durations, a.Duration)
		return
	}
	m.durations[m.ended%keptDurations] = a.Duration
}

// Release implements Recorder. The returned reference has a new generation, because the task that claimed may still run.
func (m *Memory) Release(ctx context.Context, token Token, at time.Time) ([]Due, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	r, err := m.holder(token)
	if err != nil {
		return nil, err
	}
	at = Micro(at)
	r.land()
	r.attempts = r.attempts[:len(r.attempts)-1]
	r.summary.Attempts--
	var dues []Due
	if r.summary.Status.Settled() {
		dues = m.freeSlot(r, at)
	} else {
		r.summary.Generation++
		dues = append(dues, r.wait(at))
	}
	m.tell(EntryDelivery, r, nil)
	return dues, nil
}

// Interrupt implements Recorder.
func (m *Memory) Interrupt(ctx context.Context, token Token, why string, at time.Time) ([]Due, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	r, err := m.holder(token)
	if err != nil {
		return nil, err
	}
	at = Micro(at)
	d, before := &r.summary.Delivery, r.summary.Status
	interrupted := Interrupted(why)
	interrupted.Duration = max(at.Sub(r.since), time.Microsecond)
	m.end(r, interrupted)
	r.land()
	var dues []Due
	if before.Settled() {
		dues = m.freeSlot(r, at)
	} else {
		d.Status, d.Reason, d.Generation, d.Duplicate = Retrying, why, 0, true
		dues = append(dues, r.wait(at))
	}
	m.tellEnd(r, before)
	return dues, nil
}
