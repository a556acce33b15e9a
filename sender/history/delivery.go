package history

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/sender"
	"github.com/annohook/annohook/subscriptions"
)

// Status is where a delivery stands.
type Status string

// The statuses. The last three are settled: nothing will happen to the delivery any more.
const (
	Collecting Status = "collecting"
	Pending    Status = "pending"
	Retrying   Status = "retrying"
	Succeeded  Status = "succeeded"
	Failed     Status = "failed"
	Cancelled  Status = "cancelled"
)

// Statuses lists them in the order above.
func Statuses() []Status {
	return []Status{Collecting, Pending, Retrying, Succeeded, Failed, Cancelled}
}

// Settled reports whether s is final.
func (s Status) Settled() bool { return s == Succeeded || s == Failed || s == Cancelled }

// Ref is what a queue carries: one attempt of one delivery in one generation. Attempt 0 is the flush of a collecting delivery.
type Ref struct {
	Delivery   string
	Attempt    int
	Generation int
}

// String is "<delivery>:<attempt>:<generation>".
func (r Ref) String() string { return fmt.Sprintf("%s:%d:%d", r.Delivery, r.Attempt, r.Generation) }

// ParseRef reads what String wrote.
func ParseRef(s string) (Ref, error) {
	parts := strings.Split(s, ":")
	if len(parts) == 3 && parts[0] != "" {
		attempt, errA := strconv.Atoi(parts[1])
		generation, errG := strconv.Atoi(parts[2])
		if errA == nil && errG == nil && attempt >= 0 && generation >= 0 {
			return Ref{Delivery: parts[0], Attempt: attempt, Generation: generation}, nil
		}
	}
	return Ref{}, fmt.Errorf("reference %q is not <delivery>:<attempt>:<generation>", s)
}

// Due is a reference and the time it may run. SubscriptionID is whose delivery it is, so that a worker knows the limits before it claims.
type Due struct {
	Ref
	SubscriptionID string
	At             time.Time
}

// Event is one thing that happened on the emulated platform, with what is needed to make it again.
type Event struct {
	ID         string
	Platform   string
	Profile    string // as triggered; empty: every profile
	Type       string // key in the catalogue
	Variant    string
	Seed       uint64
	IDSeed     uint64
	Now        time.Time
	Data       []byte // RFC 7396 merge of the trigger, JSON; nil: none
	Set        []byte // assignments of the trigger, JSON; nil: none
	Body       []byte // body given by the user; nil: built
	Action     string // that raised the event; empty: a trigger made it
	Subject    []byte // what the event is about, JSON that the platform reads (payloads.Raised.Subject); nil: the builder invents it
	ReplayOf   string // delivery that this event repeats with new ids; empty otherwise
	Trace      string `json:",omitempty"` // as of a delivery
	CreatedAt  time.Time
	Deliveries []EventDelivery // filled by the store, in the order they were made
}

// EventDelivery names one delivery an event went into.
type EventDelivery struct {
	ID             string
	SubscriptionID string
}

// Delivery is one message bound for one subscription's URL, and where it stands.
type Delivery struct {
	ID             string
	Status         Status
	Reason         string // one sentence, why the status; empty while nothing happened
	Platform       string
	Profile        string
	EventType      string   // key in the catalogue; of a batch its first event's
	OtherTypes     []string // of a batch: the other types of its events, in the order they came; nil: none
	Fidelity       payloads.Fidelity
	Method         string
	SubscriptionID string
	EventIDs       []string
	Part           int    // which of the messages of its event it is, from 0
	URL            string // masked target when the delivery was made

	Attempts   int       // highest attempt number used so far
	Failures   int       // failed attempts charged to the schedule
	Generation int       // of the attempt it waits for
	NextAt     time.Time // when the next attempt (or the flush) is due; zero while chained, in a lane, in flight or settled
	InFlight   bool
	Duplicate  bool // the next attempt repeats one that was interrupted

	WaitsFor   string // delivery that must settle first; empty: none
	Successor  string // delivery that waits for this one; empty: none
	ReplayOf   string
	ReplayMode string
	Once       bool // never retried
	Always     bool // sent even while its subscription is disabled (a test send)

	// Pinned is the subscription as it was when the batch was closed before a change; attempts use it instead of the stored one.
	Pinned *subscriptions.Subscription
	// Verbatim is the header of an earlier attempt that attempts of this delivery repeat; nil otherwise.
	Verbatim payloads.Header

	// Trace is the W3C traceparent of what made the delivery: attempts, however late and wherever made, belong to that trace. Empty: none.
	Trace string

	BodyBytes int
	CreatedAt time.Time
	SettledAt time.Time // zero: not settled
}

// Carries reports whether an event of the type, a key in the catalogue, is among the delivery's.
func (d Delivery) Carries(eventType string) bool {
	return d.EventType == eventType || slices.Contains(d.OtherTypes, eventType)
}

// Ref is the reference the delivery waits under.
func (d Delivery) Ref() Ref {
	attempt := d.Attempts + 1
	if d.Status == Collecting {
		attempt = 0
	}
	return Ref{Delivery: d.ID, Attempt: attempt, Generation: d.Generation}
}

// Attempt is one try of a delivery.
type Attempt struct {
	Number      int
	ScheduledAt time.Time
	StartedAt   time.Time
	Duration    time.Duration // 0 while it runs
	Duplicate   bool          // an earlier, interrupted attempt may have carried the same
	Outcome     string        // empty while it runs
	Why         string        // the rule behind the outcome, one sentence
	Failure     payloads.Failure
	Message     string // of the failure
	Worker      string
	Request     *sender.RequestRecord // nil while it runs, or when it was interrupted
	Reply       *payloads.Reply       // nil without any reply
	Hops        []sender.Hop
	Signature   *payloads.Signature
}

// Summary is a delivery as lists and the feed show it.
type Summary struct {
	Delivery
	LastStatus   int           // HTTP status of the last reply; 0: none
	LastDuration time.Duration // of the last attempt
	LastOutcome  string
	LastFailure  payloads.Failure
}
