package history

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/annohook/annohook/payloads"
)

// Fresh returns d as every store keeps a new delivery: in the status given, with counters, links and places at their start, and times in
// UTC at a microsecond's precision. A delivery without NextAt is due when it was created; an event named twice is named once.
func Fresh(d Delivery, status Status, bodyBytes int) Delivery {
	d.Status, d.BodyBytes = status, bodyBytes
	d.Attempts, d.Failures, d.Generation = 0, 0, 0
	d.InFlight, d.Duplicate = false, false
	d.Successor, d.SettledAt = "", time.Time{}
	var events []string
	for _, id := range d.EventIDs {
		if !slices.Contains(events, id) {
			events = append(events, id)
		}
	}
	d.EventIDs = events
	d.CreatedAt, d.NextAt = Micro(d.CreatedAt), Micro(d.NextAt)
	if d.NextAt.IsZero() {
		d.NextAt = d.CreatedAt
	}
	return d
}

// Micro returns t as every store keeps it: UTC, microseconds, no monotonic reading. The zero time stays zero.
func Micro(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return t.UTC().Truncate(time.Microsecond)
}

// CheckAppend judges what can be judged about new deliveries without looking at a store: ErrExists for an id given twice, ErrChain for
// one that waits for itself or for a later one, and for two that wait for the same.
func CheckAppend(deliveries []New) error {
	later := make(map[string]bool, len(deliveries))
	for _, n := range deliveries {
		if n.Delivery.ID == "" {
			return errors.New("a delivery without id")
		}
		if later[n.Delivery.ID] {
			return fmt.Errorf("delivery %s: %w", n.Delivery.ID, ErrExists)
		}
		later[n.Delivery.ID] = true
	}
	waitedFor := map[string]bool{}
	for _, n := range deliveries {
		if before := n.Delivery.WaitsFor; before != "" {
			if later[before] || waitedFor[before] {
				return fmt.Errorf("delivery %s waits for %s: %w", n.Delivery.ID, before, ErrChain)
			}
			waitedFor[before] = true
		}
		delete(later, n.Delivery.ID)
	}
	return nil
}

// Check returns ErrResult when r settles with a status that is not final.
func (r Result) Check() error {
	if r.Settle != "" && !r.Settle.Settled() {
		return fmt.Errorf("status %s does not settle: %w", r.Settle, ErrResult)
	}
	return nil
}

// Spacing returns the time between two attempts at a rate, in whole microseconds. It caps at a day.
func Spacing(rate float64) time.Duration {
	micros := math.Ceil(1e6 / rate)
	return time.Duration(min(micros, 24*3600*1e6)) * time.Microsecond
}

// Interrupted returns what an attempt that was cut off leaves behind.
func Interrupted(why string) Attempt {
	return Attempt{
		Outcome: payloads.OutcomeInterrupted, Why: why, Failure: payloads.FailureInterrupted,
		Message: why,
	}
}

// Clone returns a copy that shares no memory with d.
func (d Delivery) Clone() Delivery {
	d.EventIDs, d.OtherTypes = slices.Clone(d.EventIDs), slices.Clone(d.OtherTypes)
	d.Verbatim = slices.Clone(d.Verbatim)
	if d.Pinned != nil {
		pinned := d.Pinned.Clone()
		d.Pinned = &pinned
	}
	return d
}

// Clone returns a copy that shares no memory with a.
func (a Attempt) Clone() Attempt {
	if a.Request != nil {
		request := *a.Request
		request.Header = slices.Clone(request.Header)
		a.Request = &request
	}
	if a.Reply != nil {
		reply := *a.Reply
		reply.Header, reply.Body = slices.Clone(reply.Header), slices.Clone(reply.Body)
		a.Reply = &reply
	}
	if a.Signature != nil {
		signature := *a.Signature
		a.Signature = &signature
	}
	a.Hops = slices.Clone(a.Hops)
	return a
}

// Clone returns a copy that shares no memory with e.
func (e Event) Clone() Event {
	e.Data, e.Set, e.Body = slices.Clone(e.Data), slices.Clone(e.Set), slices.Clone(e.Body)
	e.Subject = slices.Clone(e.Subject)
	e.Deliveries = slices.Clone(e.Deliveries)
	return e
}

// Listed returns the summary as lists and the feed carry it: without Pinned, which holds a secret, and without Verbatim. It shares no
// memory with s.
func (s Summary) Listed() Summary {
	s.Pinned, s.Verbatim = nil, nil
	s.Delivery = s.Delivery.Clone()
	return s
}

// Headline returns the attempt as the feed carries it: number, times, outcome, failure and status only.
func (a Attempt) Headline() Attempt {
	h := Attempt{
		Number: a.Number, ScheduledAt: a.ScheduledAt, StartedAt: a.StartedAt, Duration: a.Duration, Duplicate: a.Duplicate,
		Outcome: a.Outcome, Failure: a.Failure,
	}
	if a.Reply != nil && a.Reply.Status != 0 {
		h.Reply = &payloads.Reply{Status: a.Reply.Status}
	}
	return h
}
