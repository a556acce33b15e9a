package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/scheduler"
	"github.com/annohook/annohook/sender/history"
	"github.com/annohook/annohook/subscriptions"
	"github.com/annohook/annohook/web/client"
)

// failure is a problem on its way out of a handler.
type failure struct {
	problem client.Problem
	header  http.Header
}

// Error implements error.
func (f *failure) Error() string { return f.problem.Error() }

// GetStatus tells huma the status.
func (f *failure) GetStatus() int { return f.problem.Status }

// GetHeaders tells huma the header fields.
func (f *failure) GetHeaders() http.Header { return f.header }

// ContentType tells huma the media type.
func (f *failure) ContentType(string) string { return client.ProblemType }

// NewProblem makes a problem with the words of its status as title.
func NewProblem(status int, detail string, errs ...client.FieldError) client.Problem {
	return client.Problem{Title: http.StatusText(status), Status: status, Detail: detail, Errors: errs}
}

// WriteProblem answers with a problem; for handlers outside the API's own routes.
func WriteProblem(w http.ResponseWriter, p client.Problem) error {
	body, err := json.Marshal(p)
	if err != nil {
		return fmt.Errorf("print problem: %w", err)
	}
	w.Header().Set("Content-Type", client.ProblemType)
	w.WriteHeader(p.Status)
	_, err = w.Write(body)
	return err
}

func refuse(status int, detail string, errs ...client.FieldError) error {
	return &failure{problem: NewProblem(status, detail, errs...)}
}

// unprocessable is a refusal for what the input holds.
func unprocessable(errs ...client.FieldError) error {
	return refuse(http.StatusUnprocessableEntity, "the request holds values that are not allowed", errs...)
}

func notFound(what string) error {
	return refuse(http.StatusNotFound, what)
}

// row is how one error of the engine is answered.
type row struct {
	err      error
	status   int
	location string // of the input that caused it; empty: none in particular
}

// statuses is the one place where errors of the engine become statuses; what is not here is the server's fault.
func statuses() []row {
	return []row{
		{subscriptions.ErrNotFound, http.StatusNotFound, ""},
		{history.ErrNotFound, http.StatusNotFound, ""},
		{payloads.ErrUnknown, http.StatusNotFound, ""},
		{history.ErrCursor, http.StatusUnprocessableEntity, "query.cursor"},
		{subscriptions.ErrConflict, http.StatusConflict, "body.id"},
		{history.ErrSettled, http.StatusConflict, ""},
		{scheduler.ErrCollecting, http.StatusConflict, ""},
		{scheduler.ErrNothingSent, http.StatusConflict, ""},
		{scheduler.ErrNoTarget, http.StatusConflict, ""},
		{scheduler.ErrWorldChanged, http.StatusConflict, ""},
		{scheduler.ErrKeyInFlight, http.StatusConflict, "header.Idempotency-Key"},
		{scheduler.ErrKeyCutShort, http.StatusConflict, "header.Idempotency-Key"},
		{scheduler.ErrKeyReused, http.StatusUnprocessableEntity, "header.Idempotency-Key"},
	}
}

// fail turns any error of a handler into the problem that is answered.
func (a *API) fail(ctx context.Context, err error) error {
	if _, ok := errors.AsType[*failure](err); ok {
		return err
	}
	if invalid, ok := errors.AsType[*scheduler.InvalidError](err); ok {
		errs := make([]client.FieldError, len(invalid.Problems))
		for i, p := range invalid.Problems {
			errs[i] = client.FieldError{Location: "body." + p.Field, Message: p.Message}
		}
		return unprocessable(errs...)
	}
	if none, ok := errors.AsType[*scheduler.NoMatchError](err); ok {
		return refuseUnmatched(none)
	}
	if errors.Is(err, scheduler.ErrBusy) {
		return &failure{problem: NewProblem(http.StatusTooManyRequests, err.Error()), header: http.Header{"Retry-After": {"1"}}}
	}
	for _, r := range statuses() {
		if !errors.Is(err, r.err) {
			continue
		}
		if r.location == "" {
			return refuse(r.status, r.err.Error())
		}
		return refuse(r.status, r.err.Error(), client.FieldError{Location: r.location, Message: r.err.Error()})
	}
	return a.fault(ctx, err)
}

// maxReasons bounds the reasons one refusal tells.
const maxReasons = 50

func refuseUnmatched(none *scheduler.NoMatchError) error {
	var errs []client.FieldError
	for _, r := range none.Reasons[:min(len(none.Reasons), maxReasons)] {
		errs = append(errs, client.FieldError{Location: "subscriptions." + r.SubscriptionID, Message: r.Why})
	}
	return refuse(http.StatusConflict, none.Error(), errs...)
}

// fault is an error that is not the caller's. Its text stays in the log: it may tell of hosts and paths.
func (a *API) fault(ctx context.Context, err error) error {
	if ctx.Err() == nil {
		a.log.ErrorContext(ctx, "request failed", "error", err)
	}
	if trouble := a.troubleOf(ctx, err); trouble != "" {
		return away(trouble)
	}
	return refuse(http.StatusInternalServerError, "something went wrong here; the server's log tells what")
}

// away is the refusal of a store that is in trouble. What was asked may have been done, since the answer may be what got lost.
func away(reason string) error {
	return &failure{
		problem: NewProblem(http.StatusServiceUnavailable, reason+"; try again in a moment, with the same Idempotency-Key if there was one"),
		header:  http.Header{"Retry-After": {"1"}},
	}
}

// noAnswer is the trouble of a store that tells nothing more.
const noAnswer = "the store does not answer"

// troubleOf says for users what is wrong with the store if the error comes from that, and "" if it does not.
func (a *API) troubleOf(ctx context.Context, err error) string {
	if trouble, ok := errors.AsType[*scheduler.TroubleError](err); ok {
		return trouble.Reason
	}
	if _, ok := errors.AsType[net.Error](err); ok {
		return noAnswer
	}
	if errors.Is(err, io.EOF) || errors.Is(err, net.ErrClosed) || errors.Is(err, context.DeadlineExceeded) {
		return noAnswer
	}
	within, cancel := context.WithTimeout(ctx, readyWithin)
	defer cancel()
	unready := a.ready(within)
	if trouble, ok := errors.AsType[*scheduler.TroubleError](unready); ok {
		return trouble.Reason
	}
	if unready != nil {
		return noAnswer
	}
	return ""
}

// outward is the transformer that every answer passes: failures become their problem, and huma's own errors lose the values they would echo.
func outward(ctx huma.Context, _ string, v any) (any, error) {
	switch t := v.(type) {
	case *failure:
		return brief(t.problem), nil
	case *huma.ErrorModel:
		p := NewProblem(t.Status, t.Detail)
		for _, e := range t.Errors {
			p.Errors = append(p.Errors, client.FieldError{Location: e.Location, Message: e.Message})
		}
		if p.Status == http.StatusRequestEntityTooLarge {
			p.Detail = fmt.Sprintf("the body is too large; at most %d bytes are allowed", ctx.Operation().MaxBodyBytes-1)
		}
		return brief(p), nil
	default:
		return v, nil
	}
}

// Bounds of one text of a refusal, in bytes. Names that are wrong stand near its beginning, what is allowed at its end.
const (
	maxTextBytes  = 2000
	textHeadBytes = 200
)

// brief keeps a refusal readable, whoever found what is wrong: a name in the input can have megabytes, and there can be a million of them.
func brief(p client.Problem) client.Problem {
	p.Detail = shorten(p.Detail)
	p.Errors = slices.Clone(p.Errors[:min(len(p.Errors), maxErrors)])
	for i, e := range p.Errors {
		p.Errors[i] = client.FieldError{Location: shorten(e.Location), Message: shorten(e.Message)}
	}
	return p
}

// shorten takes out the middle of a long text.
func shorten(text string) string {
	if len(text) <= maxTextBytes {
		return text
	}
	tail := text[len(text)-maxTextBytes+textHeadBytes:]
	return strings.ToValidUTF8(text[:textHeadBytes], "") + "…" + strings.ToValidUTF8(tail, "")
}
