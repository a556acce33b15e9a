package history

import (
	"strconv"
	"sync"
	"time"

	"github.com/annohook/annohook/payloads"
)

// Bounds of a record in memory.
const (
	defaultFeedLength = 100_000
	keptDurations     = 1000
	lanePopsPerStep   = 100 // deliveries that one step takes from a lane at most; the next step goes on
)

// Options configures a [Memory]. The zero value works.
type Options struct {
	// Start is when this record began. It becomes part of the ids of feed entries, so that an id from an earlier process is recognised
	// as a gap instead of naming another entry. Zero is fine where no reader outlives the process.
	Start time.Time
	// FeedLength is how many entries the feed keeps; 0: 100,000.
	FeedLength int
}

// Memory is a [History] in the memory of one process. It is the executable specification: one mutex, maps and slices, and a scan
// where a list is narrowed. It is safe for concurrent use and works inside testing/synctest bubbles.
type Memory struct {
	start      int64 // milliseconds, first part of entry ids
	feedLength int

	mu         sync.Mutex
	deliveries map[string]*record
	order      []*record            // all deliveries, the oldest first
	open       map[*record]struct{} // those that are not settled, and perhaps some that are; see live
	settled    []*record            // those that live took out, the first so many of them in order
	inOrder    int
	bare       map[string]struct{} // ids of events without deliveries
	counts     map[tally]int       // deliveries by what they were last told as
	events     map[string]*Event
	members    map[string][]EventDelivery     // by event id, one for each of its messages, whether or not the event itself is kept
	batches    map[string]string              // by subscription: the delivery that collects
	lanes      map[string][]string            // by subscription: parked deliveries, first in, first out
	slots      map[string]map[string]struct{} // by subscription: deliveries in flight, or out of the lane and on their way
	limits     map[string]int                 // by subscription: the limit of the latest claim
	turns      map[string]time.Time           // by subscription: the next free turn of the rate limit
	durations  []time.Duration                // a ring of the latest
	ended      int                            // attempts ended ever, the ring's place
	tokens     int

	feed []Entry
	fed  int           // entries ever written
	news chan struct{} // closed and replaced at each new entry
}

// place is where a delivery is; the list is in the package comment. A collecting delivery is waiting (for its flush).
type place int

const (
	waiting place = iota
	chained
	inLane
	inFlight
	settled
)

// record is a delivery with everything that hangs on it.
type record struct {
	summary   Summary
	place     place
	counted   tally // in counts
	forgotten bool  // trimmed
	body      []byte
	parts     []payloads.Message
	open      bool // collecting, and takes further events
	attempts  []Attempt
	turn      time.Time // reserved by the rate limit, kept until an attempt ends
	token     Token
	worker    string
	since     time.Time
}

// NewMemory returns an empty record.
func NewMemory(o Options) *Memory {
	if o.FeedLength <= 0 {
		o.FeedLength = defaultFeedLength
	}
	m := &Memory{
		feedLength: o.FeedLength,
		deliveries: map[string]*record{},
		open:       map[*record]struct{}{},
		bare:       map[string]struct{}{},
		counts:     map[tally]int{},
		events:     map[string]*Event{},
		members:    map[string][]EventDelivery{},
		batches:    map[string]string{},
		lanes:      map[string][]string{},
		slots:      map[string]map[string]struct{}{},
		limits:     map[string]int{},
		turns:      map[string]time.Time{},
		news:       make(chan struct{}),
	}
	if !o.Start.IsZero() {
		m.start = o.Start.UnixMilli()
	}
	return m
}

var _ History = (*Memory)(nil)

// current returns the record that waits under ref, or ErrStale.
func (m *Memory) current(ref Ref) (*record, error) {
	r, ok := m.deliveries[ref.Delivery]
	if !ok || r.place != waiting || r.summary.Ref() != ref {
		return nil, ErrStale
	}
	return r, nil
}

// wait puts r among the waiting, due at the given time.
func (r *record) wait(at time.Time) Due {
	r.place = waiting
	r.summary.NextAt = at
	return r.due()
}

// due returns the reference that r waits under.
func (r *record) due() Due {
	return Due{Ref: r.summary.Ref(), SubscriptionID: r.summary.SubscriptionID, At: r.summary.NextAt}
}

// settle ends the story of r; what waited for it becomes due.
func (m *Memory) settle(r *record, status Status, reason string, at time.Time) []Due {
	d := &r.summary.Delivery
	d.Status, d.Reason, d.SettledAt, d.NextAt = status, reason, at, time.Time{}
	if r.place != inFlight {
		r.place = settled
	}
	next, ok := m.deliveries[d.Successor]
	d.Successor = ""
	if !ok {
		return nil
	}
	next.summary.WaitsFor = ""
	return []Due{next.wait(at)}
}

// freeSlot gives the slot of a delivery back, if it has one, and moves the lane on.
func (m *Memory) freeSlot(r *record, at time.Time) []Due {
	sub := r.summary.SubscriptionID
	if _, held := m.slots[sub][r.summary.ID]; !held {
		return nil
	}
	delete(m.slots[sub], r.summary.ID)
	var dues []Due
	for len(m.lanes[sub]) > 0 && len(dues) < lanePopsPerStep {
		if m.full(sub) {
			break
		}
		next := m.deliveries[m.lanes[sub][0]]
		m.lanes[sub] = m.lanes[sub][1:]
		m.slots[sub][next.summary.ID] = struct{}{}
		next.summary.Generation++ // its old task may not have ended yet
		dues = append(dues, next.wait(at))
	}
	return dues
}

// newToken returns a value that no token of this record had before.
func (m *Memory) newToken() string {
	m.tokens++
	return strconv.Itoa(m.tokens)
}
