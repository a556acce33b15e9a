package pulse

import (
	"slices"
	"time"
)

// Snapshot is what a Pulse knows at one moment. It shares no memory with the Pulse.
type Snapshot struct {
	Ready   bool      // false: what the feed held when it was asked first, or again after a rest, is still being read
	Since   time.Time // when what is known begins; the zero time: nothing happened since the feed began
	Buckets []Bucket  // the oldest first, without holes; the last one has just begun
}

// Bucket is what happened from At until the next bucket.
type Bucket struct {
	At time.Time // UTC
	Count

	Whole bool // it lies behind Since, so that nothing is missing
}

// Snapshot returns the counts of a platform, or of all for "", from the given time on in buckets of the given step. The time is moved down to a
// multiple of the step, and up to a day ago; the step is a minute at least and whole minutes.
func (p *Pulse) Snapshot(platform string, since time.Time, step time.Duration) Snapshot {
	each := max(int64(step/time.Minute), 1)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ask()
	now := minuteOf(p.now())
	first := min(max(minuteOf(since), now-Minutes+each), now)
	first -= first % each
	s := Snapshot{Ready: p.ready, Since: p.since}
	for at := first; at <= now; at += each {
		b := Bucket{At: time.Unix(at*60, 0).UTC()}
		b.Whole = s.Ready && !b.At.Before(s.Since)
		for number := at; number < at+each && number <= now; number++ {
			b.take(&p.minutes[number%Minutes], number, platform)
		}
		s.Buckets = append(s.Buckets, b)
	}
	return s
}

// take adds a minute to the bucket, if that is the minute kept in this place.
func (b *Bucket) take(m *minute, number int64, platform string) {
	if m.number != number {
		return
	}
	for name, c := range m.counts {
		if platform == "" || name == platform {
			b.add(*c)
		}
	}
}

// Sum adds all buckets up.
func (s Snapshot) Sum() Count {
	var sum Count
	for _, b := range s.Buckets {
		sum.add(b.Count)
	}
	return sum
}

// Health is how a subscription has been doing: its latest attempts, the oldest first, at most Recent.
type Health struct {
	Attempts []Attempt
}

// Health returns the latest attempts of a subscription, none where nothing is known of it.
func (p *Pulse) Health(subscriptionID string) Health {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ask()
	return p.subscriptions[subscriptionID].health()
}

// Healths returns those of every subscription that is known.
func (p *Pulse) Healths() map[string]Health {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ask()
	all := make(map[string]Health, len(p.subscriptions))
	for id, l := range p.subscriptions {
		all[id] = l.health()
	}
	return all
}

func (l *line) health() Health {
	if l == nil {
		return Health{}
	}
	return Health{Attempts: slices.Concat(l.attempts[l.next:], l.attempts[:l.next])}
}

// Succeeded is how many of the attempts succeeded.
func (h Health) Succeeded() int {
	n := 0
	for _, a := range h.Attempts {
		if a.Succeeded() {
			n++
		}
	}
	return n
}

// Failing is how many attempts failed in a row up to the latest.
func (h Health) Failing() int {
	n := 0
	for _, a := range slices.Backward(h.Attempts) {
		if a.Succeeded() {
			break
		}
		n++
	}
	return n
}

// Latency is the duration that the given share of the attempts (0 to 1) stayed within; 0 without any.
func (h Health) Latency(share float64) time.Duration {
	if len(h.Attempts) == 0 {
		return 0
	}
	durations := make([]time.Duration, len(h.Attempts))
	for i, a := range h.Attempts {
		durations[i] = a.Duration
	}
	slices.Sort(durations)
	return durations[min(max(int(share*float64(len(durations))), 0), len(durations)-1)]
}
