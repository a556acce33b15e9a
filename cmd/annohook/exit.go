package main

import (
	"context"
	"errors"
	"io/fs"
	"net/http"
	"slices"

	"github.com/annohook/annohook/cmd/app"
	"github.com/annohook/annohook/configs"
	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/scheduler"
	"github.com/annohook/annohook/sender"
	"github.com/annohook/annohook/sender/listener"
	"github.com/annohook/annohook/web/client"
)

// The exit codes.
const (
	exitOK          = 0
	exitUnmet       = 1   // an expectation is not met, or there was nothing to do
	exitUsage       = 2   // usage or configuration
	exitUnreachable = 3   // server, Redis or listener
	exitLocal       = 4   // local environment: a taken port, a missing file
	exitTimedOut    = 5   // the time given to wait ran out
	exitInternal    = 20  // a fault of this program
	exitInterrupted = 130 // by a signal
)

// Errors of commands.
var (
	errUnmet       = errors.New("expectation not met")
	errNothing     = errors.New("nothing selected")
	errTimedOut    = errors.New("timed out")
	errUnreachable = errors.New("target unreachable")
	errNotReady    = errors.New("not ready")
)

// usageError is a mistake in the command line that cobra could not see.
type usageError struct{ message string }

// Error is the message.
func (e *usageError) Error() string { return e.message }

// localError is something about this machine.
type localError struct{ err error }

// Error is the cause's.
func (e *localError) Error() string { return e.err.Error() }

// Unwrap returns the cause.
func (e *localError) Unwrap() error { return e.err }

// exitRule gives the errors it recognises a code.
type exitRule struct {
	code int
	is   func(error) bool
}

// exitRules is the table; the first rule that recognises an error decides.
func exitRules() []exitRule {
	return []exitRule{
		{exitInterrupted, oneOf(context.Canceled)},
		{exitUnreachable, oneOf(app.ErrUnreachable)}, // however long it was silent
		{exitTimedOut, oneOf(errTimedOut, context.DeadlineExceeded)},
		{exitUnmet, oneOf(errUnmet, errNothing)},
		{exitUnmet, isA[*scheduler.NoMatchError]},
		{exitUnreachable, oneOf(client.ErrUnreachable, errUnreachable, errNotReady)},
		{exitUsage, isA[*usageError]},
		{exitUsage, isA[*app.UsageError]},
		{exitUsage, isA[*configs.Error]},
		{exitUsage, isA[*scheduler.InvalidError]},
		{exitUsage, isA[*payloads.PathError]},
		{exitUsage, oneOf(payloads.ErrUnknown, sender.ErrURL, sender.ErrBlocked, sender.ErrPrepare, listener.ErrScript)},
		{exitLocal, isA[*localError]},
		{exitLocal, isA[*fs.PathError]},
	}
}

func oneOf(targets ...error) func(error) bool {
	return func(err error) bool {
		return slices.ContainsFunc(targets, func(target error) bool { return errors.Is(err, target) })
	}
}

func isA[E error](err error) bool {
	_, ok := errors.AsType[E](err)
	return ok
}

// exitCode picks the code of a command's error; nil is success.
func exitCode(err error) int {
	if err == nil {
		return exitOK
	}
	if problem, ok := errors.AsType[*client.Problem](err); ok {
		return problemCode(problem.Status)
	}
	for _, rule := range exitRules() {
		if rule.is(err) {
			return rule.code
		}
	}
	return exitInternal
}

// problemCode translates the status of a refused API call.
func problemCode(status int) int {
	switch {
	case status == http.StatusConflict: // rightly asked, but nobody wants the event, or the delivery is settled
		return exitUnmet
	case status == http.StatusTooManyRequests, status >= http.StatusBadGateway && status <= http.StatusGatewayTimeout:
		return exitUnreachable
	case status >= http.StatusBadRequest && status < http.StatusInternalServerError:
		return exitUsage
	default:
		return exitInternal
	}
}
