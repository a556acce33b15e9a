package history

import (
	"context"
	"errors"
	"time"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/subscriptions"
)

// Errors of every History.
var (
	ErrNotFound = errors.New("no delivery or event has this id") // delivery or event unknown, or trimmed
	ErrStale    = errors.New("reference is out of date")         // another attempt, generation or worker has the delivery
	ErrParked   = errors.New("subscription is at its limit; the delivery waits in its lane")
	ErrLater    = errors.New("not due yet") // Claimed.At tells when
	ErrSettled  = errors.New("delivery is settled")
	ErrGap      = errors.New("feed entries are gone")
	ErrExists   = errors.New("a delivery with this id exists already")
	ErrChain    = errors.New("impossible chain") // of WaitsFor
	ErrResult   = errors.New("impossible result of an attempt")
	ErrCursor   = errors.New("not a cursor of this list")
)

// History keeps events, deliveries and attempts. All methods are safe for concurrent use by several processes where the store is shared.
type History interface {
	Recorder
	Reader
	Feed
}

// Recorder is what the scheduler writes.
type Recorder interface {
	// Append stores events and new deliveries with their bodies in one atomic step, and enters each delivery where it belongs: waiting,
	// chained when WaitsFor is set, or in its lane when it is due at once and its subscription is at its limit; then Append sets New.Parked,
	// and it needs no dispatching. What Append accepted survives a crash of any process. ErrExists for an id that is taken, ErrChain for
	// a chain that does not hold together.
	Append(ctx context.Context, events []Event, deliveries []New) error

	// Collect adds one message of one event to the open batch of a subscription in one atomic step. Where none is open, fresh becomes
	// a collecting delivery, due at fresh.NextAt. It returns the delivery that holds the message. A batch that now has max messages is
	// closed and due at once (at is the time it became full) under the next generation, so that the task for the end of its window is
	// stale; Collected.Flush is its reference. fresh.Part is the place of the message among those of the event: one that a delivery of the
	// subscription got before is not added again, whatever has become of that delivery (Collected.Held).
	Collect(ctx context.Context, event Event, part payloads.Message, fresh Delivery, max int, at time.Time) (c Collected, err error)

	// CloseBatch closes the open batch of a subscription, if any: it becomes due at the given time with pinned as its subscription
	// (nil: none) and under the next generation. It returns the flush reference, or false without an open batch.
	CloseBatch(ctx context.Context, subscriptionID string, pinned *subscriptions.Subscription, at time.Time) (Due, bool, error)

	// Parts closes the batch of a collecting delivery to further events and returns its messages in order. It can be repeated and then
	// returns the same. ErrStale when ref is not the one the delivery waits under.
	Parts(ctx context.Context, ref Ref) (Delivery, []payloads.Message, error)

	// Seal fixes the body of a collecting delivery and makes it pending, its first attempt due at the given time. ErrStale as Parts.
	Seal(ctx context.Context, ref Ref, body payloads.Message, at time.Time) (Due, error)

	// Claim gives the attempt that ref names to a worker and records it as started. ErrStale when ref is not current; ErrParked when the
	// subscription has claim.Limit attempts in flight, and the delivery is then in its lane; ErrLater when the rate limit gave it a
	// later turn, which is its new due time in Claimed.At.
	Claim(ctx context.Context, ref Ref, claim Claim) (Claimed, error)

	// Finish ends a claimed attempt: stores it, settles the delivery or makes it wait for the next attempt, releases its successor and
	// the next delivery of its lane. The returned references are due now (or at their time) and must be enqueued by the caller. ErrStale
	// when the token no longer holds the delivery.
	Finish(ctx context.Context, token Token, result Result) ([]Due, error)

	// Release gives a claimed attempt back as if it had never been claimed, due at the given time; for attempts that never began. The delivery
	// keeps its slot, so that it does not go behind the lane. ErrStale as Finish.
	Release(ctx context.Context, token Token, at time.Time) ([]Due, error)

	// Interrupt ends the attempt that token holds with outcome interrupted: it is kept, not charged, and the next number is due at the
	// given time as a duplicate, in the slot of this one. ErrStale as Finish.
	Interrupt(ctx context.Context, token Token, why string, at time.Time) ([]Due, error)

	// Cancel settles a delivery as cancelled with the reason given and releases what waited for it. An attempt in flight ends on its
	// own and is recorded, but changes nothing more. ErrSettled when it is settled already.
	Cancel(ctx context.Context, deliveryID, reason string, at time.Time) ([]Due, error)

	// Redispatch raises the generation of a waiting reference, so that tasks under the old one are stale. ErrStale when it moved on.
	Redispatch(ctx context.Context, ref Ref) (Due, error)

	// Overdue lists up to limit waiting references due before the given time, the oldest first.
	Overdue(ctx context.Context, before time.Time, limit int) ([]Due, error)

	// InFlight lists every claimed attempt.
	InFlight(ctx context.Context) ([]Flight, error)

	// Unsettled lists the ids of the deliveries of a subscription that are not settled, oldest first, up to limit.
	Unsettled(ctx context.Context, subscriptionID string, limit int) ([]string, error)

	// Trim deletes settled deliveries beyond keep and those settled before the given time, with their bodies, attempts and events that
	// nothing refers to any more. Events that never had a delivery go by the same two bounds. It works in bounded steps and returns how
	// many deliveries it deleted.
	Trim(ctx context.Context, keep int, before time.Time) (int, error)
}

// New is a delivery to append. Body is its message; Delivery.NextAt says when its first attempt is due.
type New struct {
	Delivery Delivery
	Body     []byte
	Parked   bool // set by Append: it waits in its lane, which gives it out when its turn has come
}

// Collected is the result of Collect.
type Collected struct {
	DeliveryID string
	Opened     bool
	Held       bool // the delivery had the message already, and nothing has changed
	Flush      Due  // the flush reference and when it is due; zero with Held
}

// Claim is what a worker brings along.
type Claim struct {
	Worker string
	At     time.Time
	Limit  int     // attempts of the subscription at the same time; 0: no limit
	Rate   float64 // attempts of the subscription a second; 0: no limit
	// SubscriptionID is that of the delivery. It decides nothing but whose turn it is where claims wait for each other.
	SubscriptionID string
}

// Claimed is a claimed attempt.
type Claimed struct {
	Token     Token
	Delivery  Delivery
	Body      []byte
	Number    int
	Duplicate bool
	At        time.Time // with ErrLater: when to come back
}

// Token is the fence of one claimed attempt.
type Token struct {
	Delivery       string
	SubscriptionID string
	Number         int
	Value          string
}

// Flight is one claimed attempt as the sweep sees it.
type Flight struct {
	Token  Token
	Worker string
	Since  time.Time
}

// Result is how a claimed attempt ended.
type Result struct {
	Attempt Attempt
	Settle  Status    // Succeeded or Failed or Cancelled; empty: another attempt follows
	Reason  string    // for the delivery
	Next    time.Time // when the next attempt is due; only without Settle
	Charge  bool      // counts as a failure of the schedule
	At      time.Time // end of the attempt
}

// Reader is what lists, pages and waits read.
type Reader interface {
	// Delivery returns one delivery, ErrNotFound without one.
	Delivery(ctx context.Context, id string) (Summary, error)
	// Deliveries returns several in the order asked; unknown ids are left out.
	Deliveries(ctx context.Context, ids []string) ([]Summary, error)
	// Body returns the body of a delivery; nil while it is collecting.
	Body(ctx context.Context, id string) ([]byte, error)
	// Attempts returns the attempts of a delivery by number, the running one included.
	Attempts(ctx context.Context, id string) ([]Attempt, error)
	// List returns deliveries newest first. A filtered page may be short; NextCursor is empty at the end.
	List(ctx context.Context, q Query) (Page, error)
	// Event returns one event, ErrNotFound without one.
	Event(ctx context.Context, id string) (Event, error)
	// Events returns events newest first.
	Events(ctx context.Context, platform, cursor string, limit int) (EventPage, error)
	// Counts returns the deliveries kept, by platform and status, and the last durations of attempts.
	Counts(ctx context.Context) (Counts, error)
}

// Query filters deliveries. Empty fields let everything through.
type Query struct {
	Platform       string
	SubscriptionID string
	Type           string
	Status         Status
	EventID        string
	Text           string // found in id, URL, type, reason or body, without regard to case
	Filter         Filter // further conditions
	Cursor         string // NextCursor of the page before
	Limit          int    // 1 to MaxPage; 0: DefaultPage
}

// Bounds of a page.
const (
	DefaultPage = 50
	MaxPage     = 500
)

// Page is one page of deliveries.
type Page struct {
	Items      []Summary
	NextCursor string
}

// EventPage is one page of events.
type EventPage struct {
	Items      []Event
	NextCursor string
}

// Counts is the state of the record as numbers.
type Counts struct {
	Deliveries map[string]map[Status]int // by platform and status
	Waiting    int                       // references waiting, lanes and chains excluded
	InLanes    int
	InFlight   int
	OldestDue  time.Time       // due time of the oldest waiting reference; zero without one
	Durations  []time.Duration // of the latest attempts, at most 1,000, in no order
}

// Feed is the tail of the record.
type Feed interface {
	// Last returns the id of the newest entry; "" for an empty feed.
	Last(ctx context.Context) (string, error)
	// Tail calls fn with entries after the given id ("" is the beginning of what is kept) in order and then with each new one, until ctx
	// ends or fn returns an error, which it returns. ErrGap when entries after the id are gone already.
	Tail(ctx context.Context, after string, fn func([]Entry) error) error
}

// Entry is one change. Ids are "<number>-<number>" and grow; compare them with CompareIDs.
type Entry struct {
	ID      string
	Kind    EntryKind
	Summary Summary  // the delivery after the change
	Attempt *Attempt // of EntryAttempt: number, times, outcome, failure and status only, without headers and bodies
}

// EntryKind says what changed.
type EntryKind string

// The kinds.
const (
	EntryDelivery EntryKind = "delivery" // appeared, or changed status
	EntryAttempt  EntryKind = "attempt"  // an attempt started or ended
)
