package sender

import (
	"context"
	"fmt"
	"net/http/httptrace"
	"sync"
	"sync/atomic"
	"time"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/subscriptions"
)

// exchange is the life of one attempt, redirects included: its context, its two clocks, and what its connections report.
type exchange struct {
	// ctx is kept in a struct because dials must end with the attempt, although net/http detaches them from its context.
	ctx    context.Context
	cancel context.CancelCauseFunc

	deadline *time.Timer
	silence  *watchdog // nil: the timeout is for the whole exchange

	wrote  atomic.Bool  // a byte of the request has left
	fresh  atomic.Bool  // a byte has left since the last roundTrip began
	reused atomic.Bool  // the current connection served before
	broke  atomic.Bool  // the current connection has ended
	phase  atomic.Int32 // what the attempt is doing, for messages
}

// phase is what an attempt is busy with.
type phase int32

const (
	phaseConnect phase = iota
	phaseHandshake
	phaseWrite
	phaseWait
	phaseRead
)

// String completes the sentence "nothing happened for 20s while …".
func (p phase) String() string {
	switch p {
	case phaseConnect:
		return "connecting"
	case phaseHandshake:
		return "shaking hands for TLS"
	case phaseWrite:
		return "sending the request"
	case phaseWait:
		return "waiting for the reply"
	default:
		return "reading the reply"
	}
}

// clockError is the cancel cause when one of the clocks of an attempt runs out.
type clockError struct {
	clock string // "timeout", "silence" or "deadline"
	after time.Duration
}

// Error names the clock and its setting.
func (e *clockError) Error() string {
	switch e.clock {
	case clockSilence:
		return fmt.Sprintf("timeout: nothing came or went for %s", e.after)
	case clockDeadline:
		return fmt.Sprintf("deadline: the exchange took longer than %s", e.after)
	default:
		return fmt.Sprintf("timeout: the exchange took longer than %s", e.after)
	}
}

// The clocks.
const (
	clockTotal    = "timeout"
	clockSilence  = "silence"
	clockDeadline = "deadline"
)

// newExchange starts the clocks. A policy without a timeout falls under the longest that a subscription may have.
func newExchange(parent context.Context, policy payloads.Policy) *exchange {
	timeout := policy.Timeout
	if timeout <= 0 {
		timeout = subscriptions.MaxTimeout
	}
	deadline := policy.Deadline
	if deadline <= 0 {
		deadline = timeout
	}
	ctx, cancel := context.WithCancelCause(parent)
	e := &exchange{cancel: cancel}
	e.ctx = context.WithValue(httptrace.WithClientTrace(ctx, e.trace()), exchangeKey{}, e)
	clock := clockDeadline
	switch {
	case policy.SilenceTimeout:
		e.silence = newWatchdog(timeout, func() { cancel(&clockError{clockSilence, timeout}) })
	case timeout <= deadline:
		clock, deadline = clockTotal, timeout
	}
	e.deadline = time.AfterFunc(deadline, func() { cancel(&clockError{clock, deadline}) })
	return e
}

// finish stops the clocks and ends dials that are still under way.
func (e *exchange) finish() {
	e.deadline.Stop()
	if e.silence != nil {
		e.silence.stop()
	}
	e.cancel(context.Canceled)
}

// progress is told of every byte that moves.
func (e *exchange) progress() {
	if e.silence != nil {
		e.silence.kick()
	}
}

func (e *exchange) enter(p phase) { e.phase.Store(int32(p)) }

func (e *exchange) trace() *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		GotConn: func(info httptrace.GotConnInfo) {
			e.reused.Store(info.Reused)
			e.enter(phaseWrite)
			if c, ok := info.Conn.(*requestConn); ok {
				c.owner.Store(e)
			}
			e.progress()
		},
		WroteRequest: func(info httptrace.WroteRequestInfo) {
			// A listener may answer before it has read everything; that is no step back. Nor is a write
			// that failed a step ahead: it fails when a clock closes the connection.
			if info.Err == nil {
				e.phase.CompareAndSwap(int32(phaseWrite), int32(phaseWait))
			}
		},
		GotFirstResponseByte: func() { e.enter(phaseRead) },
	}
}

type exchangeKey struct{}

// exchangeOf finds the exchange that net/http dials for in the context of the dial, and returns it with the context to dial under, which
// ends with the attempt; without an exchange that is nil and the dial's own.
func exchangeOf(dial context.Context) (*exchange, context.Context) {
	if e, ok := dial.Value(exchangeKey{}).(*exchange); ok {
		return e, e.ctx
	}
	return nil, dial
}

// watchdog calls a function once nothing kicked it for a while. Safe for concurrent use.
type watchdog struct {
	mu      sync.Mutex
	timer   *time.Timer
	after   time.Duration
	stopped bool
}

func newWatchdog(after time.Duration, bark func()) *watchdog {
	return &watchdog{after: after, timer: time.AfterFunc(after, bark)}
}

func (w *watchdog) kick() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.stopped {
		w.timer.Reset(w.after)
	}
}

// stop is final: a kick that comes late, from a connection that went on to its next owner, starts nothing.
func (w *watchdog) stop() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.stopped = true
	w.timer.Stop()
}
