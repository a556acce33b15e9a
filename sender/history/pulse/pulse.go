package pulse

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/sender/history"
)

// Bounds of what is kept.
const (
	Minutes          = 24 * 60 // of counts
	Recent           = 40      // attempts of a subscription
	MaxSubscriptions = 2000    // with attempts; then the one that was quiet longest is forgotten
	maxPlatforms     = 32      // counted by name; others only in the sum
)

// RestAfter is how long a Pulse that nobody asks goes on reading.
const RestAfter = 10 * time.Minute

// Pulse adds up what the feed tells. Run must be running for it to learn anything. It is safe for concurrent use.
//
// It rests until somebody asks it, and again when nobody has asked for RestAfter; a question wakes it, and it reads what the feed still holds of
// what it missed. Until then Snapshot is not Ready.
type Pulse struct {
	feed   history.Feed
	now    func() time.Time
	wanted chan struct{} // wakes a resting pulse

	mu            sync.Mutex
	resting       bool          // nothing is read
	asked         time.Time     // the latest question
	last          string        // entry read last
	since         time.Time     // of the first entry behind the beginning or the latest gap; zero: none was read
	ready         bool          // what the feed held at the start is read
	caught        chan struct{} // closed while ready
	minutes       [Minutes]minute
	platforms     map[string]struct{}
	subscriptions map[string]*line
}

// New returns a Pulse of feed; now tells the time.
func New(feed history.Feed, now func() time.Time) *Pulse {
	return &Pulse{
		feed: feed, now: now, wanted: make(chan struct{}, 1), caught: make(chan struct{}), resting: true, platforms: map[string]struct{}{}, subscriptions: map[string]*line{},
	}
}

// errUnasked ends a tail that nobody asks about.
var errUnasked = errors.New("nobody asks")

// Run reads the feed from the beginning of what is kept, as soon as somebody asks, until ctx ends or the feed fails, and returns that error. It may
// be called again and then goes on where it stopped. It must not run twice at the same time.
func (p *Pulse) Run(ctx context.Context) error {
	for {
		if err := p.awake(ctx); err != nil {
			return err
		}
		end, err := p.feed.Last(ctx)
		if err != nil {
			return err
		}
		from := p.begin(end)
		err = p.feed.Tail(ctx, from, func(entries []history.Entry) error { return p.read(entries, end) })
		switch {
		case errors.Is(err, errUnasked): // rests
		case errors.Is(err, history.ErrGap):
			p.lost(from)
		default:
			return err
		}
	}
}

// awake waits, while p rests, until somebody asks.
func (p *Pulse) awake(ctx context.Context) error {
	p.mu.Lock()
	resting := p.resting
	p.mu.Unlock()
	if !resting {
		return nil
	}
	select {
	case <-p.wanted:
	case <-ctx.Done():
		return ctx.Err()
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.resting = false
	return nil
}

// ask notes that somebody wants to know; the caller holds the lock.
func (p *Pulse) ask() {
	p.asked = p.now()
	if !p.resting {
		return
	}
	select {
	case p.wanted <- struct{}{}:
	default: // somebody else did
	}
}

// Await wakes a resting Pulse and waits until it has read what the feed holds, or until ctx ends; ready tells which. A page that is made by the
// first question would otherwise say that there were no attempts.
func (p *Pulse) Await(ctx context.Context) (ready bool) {
	p.mu.Lock()
	p.ask()
	caught := p.caught
	p.mu.Unlock()
	select {
	case <-caught:
		return true
	case <-ctx.Done():
		return false
	}
}

// setReady says whether what the feed held is read; the caller holds the lock.
func (p *Pulse) setReady(ready bool) {
	switch {
	case ready && !p.ready:
		close(p.caught)
	case !ready && p.ready:
		p.caught = make(chan struct{})
	}
	p.ready = ready
}

// rest stops reading, in the place that was reached; the caller holds the lock.
func (p *Pulse) rest() {
	p.resting = true
	p.setReady(false)
	select {
	case <-p.wanted: // of a question while p was waking
	default:
	}
}

// begin notes that the feed is read up to the entry that is its end now, and returns where from.
func (p *Pulse) begin(end string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.setReady(end == "" || p.last == end)
	return p.last
}

// lost notes a gap. If nothing was read since from, what came behind it is gone; otherwise the reader was too slow and goes on where it stopped.
func (p *Pulse) lost(from string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.last == from {
		p.last, p.since = "", time.Time{}
	}
}

// read takes entries in, and returns errUnasked when that was enough.
func (p *Pulse) read(entries []history.Entry, end string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i := range entries {
		p.add(&entries[i])
	}
	p.last = entries[len(entries)-1].ID
	p.setReady(p.ready || history.CompareIDs(p.last, end) >= 0)
	if p.now().Sub(p.asked) > RestAfter {
		p.rest()
		return errUnasked
	}
	return nil
}

// add takes one entry in: the end of an attempt or of a delivery; others only tell the time.
func (p *Pulse) add(e *history.Entry) {
	at := e.Summary.CreatedAt
	switch {
	case e.Attempt != nil && e.Attempt.Outcome != "":
		at = e.Attempt.StartedAt.Add(e.Attempt.Duration)
		p.attempt(e, at)
	case e.Attempt != nil:
		at = e.Attempt.StartedAt
	case e.Summary.Status.Settled():
		at = e.Summary.SettledAt
		if c := p.count(e.Summary.Platform, at); c != nil {
			c.settle(e.Summary.Status)
		}
	}
	if p.since.IsZero() {
		p.since = at
	}
}

// attempt takes in the end of an attempt.
func (p *Pulse) attempt(e *history.Entry, at time.Time) {
	a := Attempt{
		Delivery: e.Summary.ID, Number: e.Attempt.Number, EventType: e.Summary.EventType, EndedAt: at, Duration: e.Attempt.Duration,
		Outcome: e.Attempt.Outcome, Failure: e.Attempt.Failure,
	}
	if e.Attempt.Reply != nil {
		a.Code = e.Attempt.Reply.Status
	}
	if c := p.count(e.Summary.Platform, at); c != nil {
		c.attempt(a)
	}
	if e.Summary.SubscriptionID != "" {
		p.lineOf(e.Summary.SubscriptionID).add(a)
	}
}

// Attempt is the end of one attempt.
type Attempt struct {
	Delivery  string
	Number    int
	EventType string
	EndedAt   time.Time
	Duration  time.Duration
	Code      int              // HTTP status; 0: no reply
	Outcome   string           // in the platform's words
	Failure   payloads.Failure // FailureNone: it succeeded
}

// Succeeded reports whether the platform took the attempt for a success.
func (a Attempt) Succeeded() bool { return a.Failure == payloads.FailureNone }

// line is the latest attempts of a subscription, a ring.
type line struct {
	attempts []Attempt
	next     int // place of the oldest once the ring is full
}

func (l *line) add(a Attempt) {
	if len(l.attempts) < Recent {
		l.attempts = append(l.attempts, a)
		return
	}
	l.attempts[l.next] = a
	l.next = (l.next + 1) % Recent
}

// latest is when the last attempt of the line ended.
func (l *line) latest() time.Time {
	at := len(l.attempts) - 1
	if len(l.attempts) == Recent {
		at = (l.next + Recent - 1) % Recent
	}
	return l.attempts[at].EndedAt
}

// lineOf is the line of a subscription; a new one may take the place of the one that was quiet longest.
func (p *Pulse) lineOf(id string) *line {
	l, ok := p.subscriptions[id]
	if ok {
		return l
	}
	if len(p.subscriptions) >= MaxSubscriptions {
		oldest, at := "", time.Time{}
		for id, l := range p.subscriptions {
			if t := l.latest(); oldest == "" || t.Before(at) {
				oldest, at = id, t
			}
		}
		delete(p.subscriptions, oldest)
	}
	l = &line{}
	p.subscriptions[id] = l
	return l
}
