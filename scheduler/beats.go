package scheduler

import (
	"sync"
	"time"
)

// ownBeats knows whether the beats of this process went through without a gap. The zero value works.
type ownBeats struct {
	mu   sync.Mutex
	last time.Time // zero: none yet
	back time.Time // of the first beat after a gap; zero: there was none
}

// gapAfter is how long after a beat the next one comes late. The last beat of another may be older than ours by BeatEvery, and must not seem to be
// missed before ours does.
const gapAfter = DeadAfter - BeatEvery - SweepEvery

// beaten notes a beat that was stored.
func (b *ownBeats) beaten(now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.last.IsZero() && now.Sub(b.last) > gapAfter {
		b.back = now
	}
	b.last = now
}

// trust says from when on missed beats of others count against them. While our own do not go through, and for a while after, it is the store that
// is in trouble; ok is false then.
func (b *ownBeats) trust(now time.Time) (since time.Time, ok bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.back, b.last.IsZero() || now.Sub(b.last) <= gapAfter
}
