package scheduler

import (
	"sync"

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
