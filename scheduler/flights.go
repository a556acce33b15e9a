package scheduler

import (
	"sync"
	"time"

	"github.com/annohook/annohook/sender/history"
)

// ownFlights is what a process knows of the attempts that the history has under its name. The zero value works.
type ownFlights struct {
	mu         sync.Mutex
	underWay   map[string]int  // handlers by delivery, from before the claim until the end is recorded
	unrecorded map[string]bool // tokens of attempts that were made and whose end could not be recorded
}

// begin notes that a handler is about to claim an attempt of a delivery; the caller calls what it returns when it is over.
func (o *ownFlights) begin(delivery string) (over func()) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.underWay == nil {
		o.underWay = map[string]int{}
	}
	o.underWay[delivery]++
	return func() {
		o.mu.Lock()
		defer o.mu.Unlock()
		if o.underWay[delivery]--; o.underWay[delivery] == 0 {
			delete(o.underWay, delivery)
		}
	}
}

// giveUp notes an attempt that was made and is not recorded.
func (o *ownFlights) giveUp(t history.Token) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.unrecorded == nil {
		o.unrecorded = map[string]bool{}
	}
	o.unrecorded[t.Value] = true
}

// lost reports whether nobody in this process makes an attempt, and whether it was made: the answer to its claim did not arrive, or its end could
// not be recorded.
func (o *ownFlights) lost(t history.Token) (lost, made bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.underWay[t.Delivery] == 0, o.unrecorded[t.Value]
}

// repaired forgets an attempt.
func (o *ownFlights) repaired(t history.Token) {
	o.mu.Lock()
	defer o.mu.Unlock()
	delete(o.unrecorded, t.Value)
}

// pulse knows whether the beats of this process went through without a gap. The zero value works.
type pulse struct {
	mu   sync.Mutex
	last time.Time // zero: none yet
	back time.Time // of the first beat after a gap; zero: there was none
}

// gapAfter is how long after a beat the next one comes late. The last beat of another may be older than ours by BeatEvery, and must not seem to be
// missed before ours does.
const gapAfter = DeadAfter - BeatEvery - SweepEvery

// beaten notes a beat that was stored.
func (p *pulse) beaten(now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.last.IsZero() && now.Sub(p.last) > gapAfter {
		p.back = now
	}
	p.last = now
}

// trust says from when on missed beats of others count against them. While our own do not go through, and for a while after, it is the store that
// is in trouble; ok is false then.
func (p *pulse) trust(now time.Time) (since time.Time, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.back, p.last.IsZero() || now.Sub(p.last) <= gapAfter
}
