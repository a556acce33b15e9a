package listener

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/annohook/annohook/payloads"
)

// MaxBodyBytes is the largest request body that is read; a larger one is answered 413.
const MaxBodyBytes = 16 << 20

// Options configures a listener.
type Options struct {
	Platform payloads.Platform
	// Secret gives the secret to verify with, for each request anew, so that it can be rotated. Nil or empty: signatures are not checked.
	Secret func() string
	// Script holds the answers in turn; the last one is repeated for ever, none means 200. One script serves all requests together.
	Script []Answer
	// Lenient answers requests whose signature is refused like all others instead of 401.
	Lenient bool
	// Now is the clock that signatures are judged by. Required.
	Now func() time.Time
	// OnReceive is told of every request before it is answered. It must be safe for concurrent use and should return soon. Nil: nobody is.
	OnReceive func(Receipt)
}

// Receipt is one request as it arrived, and what was made of it.
type Receipt struct {
	At     time.Time
	Method string
	Path   string // with query
	Host   string
	Header http.Header // names in canonical case; net/http keeps no other
	// RawHeader is the header as it was spelled and ordered, Host included; nil unless the server comes from NewServer and Capture.
	RawHeader [][2]string
	Body      []byte
	Verified  bool            // the signature is right, or the platform signs nothing
	Steps     []payloads.Step // of the verification
	Err       string          // why the request is refused; empty when it is not
	Answered  int             // status of the answer; 0: a fault, no proper reply
}

// New returns the handler. It is safe for concurrent use. The error names a missing option or an impossible answer.
func New(o Options) (http.Handler, error) {
	if o.Now == nil {
		return nil, errors.New("listener: option Now is required")
	}
	for i, a := range o.Script {
		if a.Status != 0 && (a.Status < 200 || a.Status > 599) {
			return nil, fmt.Errorf("listener: answer %d has status %d, allowed are 200 to 599", i+1, a.Status)
		}
	}
	o.Script = slices.Clone(o.Script)
	return &handler{options: o}, nil
}

type handler struct {
	options Options
	turns   atomic.Int64 // answers given so far
}

// ServeHTTP receives one request.
func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	receipt := Receipt{At: h.options.Now().UTC(), Method: r.Method, Path: r.URL.RequestURI(), Host: r.Host, Header: r.Header.Clone()}
	var answer Answer
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, MaxBodyBytes))
	receipt.RawHeader = rawHeader(r.Context())
	_, tooLarge := errors.AsType[*http.MaxBytesError](err)
	switch {
	case tooLarge:
		receipt.Err = fmt.Sprintf("the body is larger than %d bytes", MaxBodyBytes)
		answer = problem(http.StatusRequestEntityTooLarge, receipt.Err)
	case err != nil:
		receipt.Err = "the body did not arrive completely: " + err.Error()
		answer = problem(http.StatusBadRequest, receipt.Err)
	default:
		receipt.Body = body
		h.verify(&receipt)
		if receipt.Err != "" && !h.options.Lenient {
			answer = problem(http.StatusUnauthorized, receipt.Err)
		} else {
			answer = h.next()
		}
	}
	if answer.Fault == FaultNone {
		receipt.Answered = answer.Status
	}
	if h.options.OnReceive != nil {
		h.options.OnReceive(receipt)
	}
	give(r.Context(), w, answer)
}

// verify fills the part of the receipt that tells what the signature is worth.
func (h *handler) verify(receipt *Receipt) {
	p := h.options.Platform
	if p.Verify == nil {
		receipt.Verified = true
		receipt.Steps = []payloads.Step{{Name: "signature", Value: "nothing to verify: " + cmp.Or(p.Name, "this platform") + " signs nothing"}}
		return
	}
	secret := ""
	if h.options.Secret != nil {
		secret = h.options.Secret()
	}
	if secret == "" {
		receipt.Steps = []payloads.Step{{Name: "signature", Value: "not verified: no secret was given"}}
		return
	}
	received := payloads.Received{Method: receipt.Method, Header: receipt.Header, Body: receipt.Body}
	steps, err := p.Verify(received, secret, receipt.At)
	receipt.Steps = steps
	if err != nil {
		receipt.Err = err.Error()
		return
	}
	receipt.Verified = true
}

// next takes the next answer of the script.
func (h *handler) next() Answer {
	turn := h.turns.Add(1) - 1
	script := h.options.Script
	if len(script) == 0 {
		return Answer{Status: http.StatusOK}
	}
	answer := script[min(turn, int64(len(script)-1))]
	if answer.Status == 0 {
		answer.Status = http.StatusOK
	}
	return answer
}

// problem is a short text for people who debug their sender.
func problem(status int, text string) Answer {
	return Answer{
		Status: status,
		Header: http.Header{"Content-Type": {"text/plain; charset=utf-8"}, "X-Content-Type-Options": {"nosniff"}},
		Body:   []byte(text + "\n"),
	}
}

// give answers. A delay ends early when the sender has gone.
func give(ctx context.Context, w http.ResponseWriter, a Answer) {
	if a.Delay > 0 {
		timer := time.NewTimer(a.Delay)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-ctx.Done():
			return
		}
	}
	if a.Fault != FaultNone {
		breakOff(ctx, w, a.Fault)
		return
	}
	for name, values := range a.Header {
		w.Header()[name] = slices.Clone(values)
	}
	if a.Status != http.StatusNoContent && a.Status != http.StatusNotModified {
		w.Header().Set("Content-Length", strconv.Itoa(len(a.Body)))
	}
	w.WriteHeader(a.Status)
	_, _ = w.Write(a.Body) // the sender may have gone; there is nobody to tell
}

// breakOff does what a broken listener would. Where a test recorder stands in for a connection, it says so with 501.
func breakOff(ctx context.Context, w http.ResponseWriter, fault Fault) {
	if fault == FaultHang {
		<-ctx.Done()
		return
	}
	hijacker, ok := w.(http.Hijacker)
	if !ok {
		http.Error(w, "this server cannot break off", http.StatusNotImplemented)
		return
	}
	conn, _, err := hijacker.Hijack()
	if err != nil {
		return
	}
	defer func() { _ = conn.Close() }()
	switch fault {
	case FaultReset:
		if tcp, ok := conn.(interface{ SetLinger(sec int) error }); ok {
			_ = tcp.SetLinger(0) // makes Close a reset; where it cannot, a close it is
		}
	case FaultCut:
		_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 20\r\n\r\nhalf a body")
	default: // a plain close is the drop
	}
}
