package scheduler

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"
	"time"

	"github.com/annohook/annohook/sender/history"
)

// Ticket makes a trigger repeatable. Its time, ids and random seed come from the ticket, so that a second run of the same trigger, in whatever
// process, stores what the first did not and nothing twice.
type Ticket struct {
	At    time.Time // when the trigger was first asked for, with milliseconds
	Nonce string    // random, different for each ticket
	Again bool      // another run had the ticket before
}

// bytes are random bytes that belong to the n-th thing of a kind.
func (t Ticket) bytes(kind string, n int) [sha256.Size]byte {
	return sha256.Sum256(fmt.Appendf(nil, "%s %s %d", t.Nonce, kind, n))
}

// seed is below 2^53, as a random one.
func (t Ticket) seed() uint64 {
	sum := t.bytes("seed", 0)
	return binary.BigEndian.Uint64(sum[:]) >> 11
}

// id is a UUID of version 7. Those of one ticket are ordered by n where version 7 counts within a millisecond.
func (t Ticket) id(kind string, n int) string {
	ms, random := t.At.UnixMilli(), t.bytes(kind, n)
	random[0] = random[0]&0x3f | 0x80 // the variant
	return fmt.Sprintf("%08x-%04x-7%03x-%x-%x", ms>>16, ms&0xffff, min(n, 0xfff), random[:2], random[2:8])
}

// eventID is the id of the next event of the plan.
func (p *plan) eventID() string {
	if p.ticket == nil {
		return p.scheduler.newID()
	}
	return p.ticket.id("event", len(p.events))
}

// deliveryID is the id of the next delivery of the plan.
func (p *plan) deliveryID() string {
	if p.ticket == nil {
		return p.scheduler.newID()
	}
	p.deliveriesMade++
	return p.ticket.id("delivery", p.deliveriesMade)
}

// present reads the deliveries that the events of the plan are in.
func (p *plan) present(ctx context.Context) ([]history.Delivery, error) {
	var ids []string
	for _, e := range p.events {
		stored, err := p.scheduler.history.Event(ctx, e.ID)
		if err != nil {
			return nil, fmt.Errorf("read event of another run: %w", err)
		}
		for _, d := range stored.Deliveries {
			if !slices.Contains(ids, d.ID) { // a batch holds several events
				ids = append(ids, d.ID)
			}
		}
	}
	found, err := p.scheduler.history.Deliveries(ctx, ids)
	if err != nil {
		return nil, fmt.Errorf("read deliveries of another run: %w", err)
	}
	deliveries := make([]history.Delivery, len(found))
	for i, d := range found {
		deliveries[i] = d.Delivery
	}
	return deliveries, nil
}
