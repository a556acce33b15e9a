package pulse

import (
	"slices"
	"time"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/sender/history"
)

// Count is what happened in some time.
type Count struct {
	Attempts  int // ended
	Good      int // of them, those that succeeded
	Succeeded int // deliveries that settled so
	Failed    int
	Cancelled int
	Latency   Latency // of the attempts that were not interrupted
}

// Bands is how many bands a Latency has.
const Bands = 14

// Latency counts durations by bands: band i has those up to Bounds()[i], the last one those above all bounds.
type Latency [Bands]int

// Bounds are the upper ends of the bands but the last.
func Bounds() [Bands - 1]time.Duration {
	const ms = time.Millisecond
	return [Bands - 1]time.Duration{
		ms, 2 * ms, 5 * ms, 10 * ms, 20 * ms, 50 * ms, 100 * ms, 200 * ms, 500 * ms, 1000 * ms, 2000 * ms, 5000 * ms, 10_000 * ms,
	}
}

func bandOf(d time.Duration) int {
	bounds := Bounds()
	band, _ := slices.BinarySearch(bounds[:], d)
	return band
}

func (c *Count) attempt(a Attempt) {
	c.Attempts++
	if a.Succeeded() {
		c.Good++
	}
	if a.Failure != payloads.FailureInterrupted {
		c.Latency[bandOf(a.Duration)]++
	}
}

func (c *Count) settle(s history.Status) {
	switch s {
	case history.Succeeded:
		c.Succeeded++
	case history.Failed:
		c.Failed++
	case history.Cancelled:
		c.Cancelled++
	default:
	}
}

func (c *Count) add(o Count) {
	c.Attempts += o.Attempts
	c.Good += o.Good
	c.Succeeded += o.Succeeded
	c.Failed += o.Failed
	c.Cancelled += o.Cancelled
	for i, n := range o.Latency {
		c.Latency[i] += n
	}
}

// minute is one minute of counts, by platform.
type minute struct {
	number int64 // minutes since 1970
	counts map[string]*Count
}

func minuteOf(at time.Time) int64 { return at.Unix() / 60 }

// count is where something at the given time is counted; nil for what is older than a day. A time to come, of a process whose clock is ahead,
// counts as now.
func (p *Pulse) count(platform string, at time.Time) *Count {
	now := minuteOf(p.now())
	number := min(minuteOf(at), now)
	if number <= now-Minutes || number < 0 {
		return nil
	}
	m := &p.minutes[number%Minutes]
	if m.number != number || m.counts == nil {
		*m = minute{number: number, counts: map[string]*Count{}}
	}
	if _, known := p.platforms[platform]; !known {
		if len(p.platforms) >= maxPlatforms {
			platform = ""
		} else {
			p.platforms[platform] = struct{}{}
		}
	}
	c := m.counts[platform]
	if c == nil {
		c = &Count{}
		m.counts[platform] = c
	}
	return c
}
