package sender

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"syscall"

	"github.com/annohook/annohook/payloads"
)

// Failure says why an attempt that the platform's verdict refuses failed, and in a few words how. It adds to what the exchange itself
// reports the two kinds that only a verdict makes failures: a redirect that was not followed, and a status that is not accepted.
func Failure(r payloads.Reply, v payloads.Verdict) (payloads.Failure, string) {
	switch {
	case v.Success:
		return payloads.FailureNone, ""
	case r.Failure != payloads.FailureNone:
		return r.Failure, r.Message
	case isRedirect(r.Status):
		return payloads.FailureRedirect, fmt.Sprintf("status %d is a redirect that was not followed", r.Status)
	default:
		return payloads.FailureStatus, fmt.Sprintf("status %d", r.Status)
	}
}

// classify puts an error of the exchange into the closed list and words. What ended the context comes first: errors that follow from it
// are its echo.
func (e *exchange) classify(err error) (payloads.Failure, string) {
	if e.ctx.Err() != nil {
		return e.ended(context.Cause(e.ctx))
	}
	var (
		dns    *net.DNSError
		shaken tlsError
		dialed dialError
	)
	message := plainText(err)
	switch {
	case errors.Is(err, ErrBlocked):
		return payloads.FailureBlocked, message
	case errors.As(err, &dns):
		return payloads.FailureDNS, message
	case errors.As(err, &shaken), isAlert(err):
		return payloads.FailureTLS, message
	case errors.Is(err, syscall.ECONNREFUSED):
		return payloads.FailureRefused, message
	case errors.Is(err, syscall.ETIMEDOUT):
		return payloads.FailureTimeout, "the operating system gave up: " + message
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH), errors.Is(err, syscall.EHOSTDOWN):
		return payloads.FailureUnreachable, message
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE), errors.Is(err, syscall.ECONNABORTED):
		return payloads.FailureReset, message
	case errors.As(err, &dialed):
		// Network down, address not available, no descriptors left: the target was never reached.
		return payloads.FailureUnreachable, message
	default:
		return e.classifyReply(err, message)
	}
}

// classifyReply judges what went wrong while the reply came in.
func (e *exchange) classifyReply(err error, message string) (payloads.Failure, string) {
	switch {
	case headerTooLarge(err):
		return payloads.FailureTooLarge, "the header of the reply is larger than this program reads: " + message
	case errors.Is(err, errCutBody):
		return payloads.FailureProtocol, message
	case errors.Is(err, errCutHeader), errors.Is(err, io.EOF), closedIdle(err):
		return payloads.FailureReset, errCutHeader.Error()
	default:
		return payloads.FailureProtocol, message
	}
}

// ended words the cause of an attempt that did not run to its end.
func (e *exchange) ended(cause error) (payloads.Failure, string) {
	var clock *clockError
	while := " while " + phase(e.phase.Load()).String()
	switch {
	case errors.As(cause, &clock):
		return payloads.FailureTimeout, clock.Error() + while
	case errors.Is(cause, ErrShutdown):
		return payloads.FailureInterrupted, "the program stopped" + while
	case errors.Is(cause, context.DeadlineExceeded):
		return payloads.FailureTimeout, "the caller's time ran out" + while
	default:
		return payloads.FailureCancelled, "cancelled" + while
	}
}

// isAlert reports TLS trouble after the handshake: with TLS 1.3 a listener refuses a client without certificate only then. The alert's type
// is not exported, its wrapper is (crypto/tls: net.OpError with these two operations).
func isAlert(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && (op.Op == "remote error" || op.Op == "local error")
}

// headerTooLarge and closedIdle recognise errors that net/http has no type for. Tests hold the texts against the toolchain in use.
func headerTooLarge(err error) bool {
	return strings.Contains(err.Error(), "response headers exceeded")
}

func closedIdle(err error) bool {
	return strings.Contains(err.Error(), "server closed idle connection")
}

// plainText drops the layers of net/http that say nothing about the target.
func plainText(err error) string {
	text := err.Error()
	for _, layer := range []string{
		"net/http: Transport failed to read from server: ", "net/http: HTTP/1.x transport connection broken: ", "net/http: ", "http: ",
	} {
		text = strings.TrimPrefix(text, layer)
	}
	return text
}
