package scheduler

import (
	"context"
	"errors"
	"time"

	"github.com/annohook/annohook/sender"
	"github.com/annohook/annohook/sender/history"
)

// ErrShutdown is the cause of the context of a handler that outlived the grace of a shutdown. The sender knows it as an interruption.
var ErrShutdown = sender.ErrShutdown

// Queue dispatches references when they are due.
type Queue interface {
	// Enqueue takes references over. One that the queue holds already (same Ref) is no error; a queue may hand it out twice then, which the
	// fence of the history ends quietly.
	Enqueue(ctx context.Context, dues ...history.Due) error

	// Holds returns those of refs that still wait in the queue, to be handed out later. A reference that was handed out, is lost or unknown
	// is not held.
	Holds(ctx context.Context, refs ...history.Ref) (map[history.Ref]bool, error)

	// Run hands out due references to handle, never before their time and on an idle machine at most 50 ms after it, several at once,
	// until ctx ends. Then it hands out no more, waits for the handlers, and cancels their contexts with ErrShutdown when they outlast
	// the grace of the implementation. A handler that panics is logged and ends nothing else. It returns when every handler has returned.
	Run(ctx context.Context, handle func(context.Context, history.Due)) error

	// Depth is how many references wait.
	Depth(ctx context.Context) (int, error)
}

// Workers keeps the heartbeats of the processes that make attempts. Safe for concurrent use.
type Workers interface {
	// Beat says that w is alive at w.Beat.
	Beat(ctx context.Context, w Worker) error
	// Workers lists every worker that beat and did not leave, dead ones included, oldest first.
	Workers(ctx context.Context) ([]Worker, error)
	// Leave removes a worker; an unknown one is no error.
	Leave(ctx context.Context, id string) error
}

// Worker is one process that makes attempts.
type Worker struct {
	ID      string
	Host    string
	PID     int
	Started time.Time
	Beat    time.Time
	// PIDSpace names where PID means something: workers with the same one can see each other's processes. Empty: nobody can see it.
	PIDSpace string
}

// Heartbeat times.
const (
	BeatEvery  = 2 * time.Second // between beats
	DeadAfter  = 6 * time.Second // without a beat
	SweepEvery = time.Second
	// OverdueAfter is how long a waiting reference may be due before the sweep asks the queue for it.
	OverdueAfter = 2 * time.Second
)

// Errors of Keys.
var (
	ErrKeyInFlight = errors.New("a request with this idempotency key is being worked on")
	ErrKeyReused   = errors.New("this idempotency key was used for another request")
	// ErrKeyCutShort is for requests that cannot be repeated by a Ticket.
	ErrKeyCutShort = errors.New("a request with this idempotency key was cut short, and whether it took place is not known; look, and use another key")
)

// Keys remembers idempotency keys and what they were answered with. Safe for concurrent use by several processes where it is shared.
type Keys interface {
	// Begin reserves key for a request with the given fingerprint for KeyFor. A completed key with the same fingerprint returns its
	// answer. A key that was begun KeyInFlightFor ago and never completed is reserved once more, for a request that carries on under the
	// same ticket. ErrKeyReused with another fingerprint, ErrKeyInFlight before that time.
	Begin(ctx context.Context, key, fingerprint string) (Reservation, error)
	// Complete stores the answer of a reserved key.
	Complete(ctx context.Context, key, fingerprint string, answer []byte) error
	// Abandon frees a reserved key whose request was refused and left nothing behind.
	Abandon(ctx context.Context, key string) error
}

// Reservation is what Begin answers.
type Reservation struct {
	Answer []byte // what the request was answered with; nil: it was not
	Ticket Ticket // to carry the request out with; zero with an answer
}

// How long idempotency keys are kept.
const (
	KeyFor = 24 * time.Hour
	// KeyInFlightFor is longer than it takes to accept a request, and short enough to wait for when a process died in it.
	KeyInFlightFor = 10 * time.Second
)
