package toloka

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"strconv"

	"github.com/google/uuid"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/internal/wire"
)

// Codes of Toloka's errors; toloka-kit chooses the class of its exception by them.
const (
	codeValidation     = "VALIDATION_ERROR"
	codeAuthentication = "AUTHENTICATION_ERROR"
	codeDoesNotExist   = "DOES_NOT_EXIST"
	codeInternal       = "INTERNAL_ERROR"
	codeStatus         = "INAPPROPRIATE_STATUS"
	codeTooMany        = "TOO_MANY_REQUESTS"
	codeUnavailable    = "REMOTE_SERVICE_UNAVAILABLE"
)

// apiError is an error in Toloka's dialect.
type apiError struct {
	status  int
	code    string
	message string
	payload *payloads.Object // nil: none
}

// Error returns code and message.
func (e *apiError) Error() string { return e.code + ": " + e.message }

// The errors without details.
var (
	errNoRoute       = &apiError{status: http.StatusNotFound, code: "NOT_FOUND", message: "No such path"}
	errMethod        = &apiError{status: http.StatusMethodNotAllowed, code: "METHOD_NOT_ALLOWED", message: "Method is not allowed"}
	errNotAcceptable = &apiError{status: http.StatusNotAcceptable, code: "NOT_ACCEPTABLE", message: "Only application/json can be sent"}
	errMediaType     = &apiError{status: http.StatusUnsupportedMediaType, code: "UNSUPPORTED_MEDIA_TYPE", message: "Content-Type must be application/json"}
	errTooLarge      = &apiError{status: http.StatusRequestEntityTooLarge, code: "ENTITY_TOO_LARGE", message: "Request entity is too large"}
	errTooMany       = &apiError{status: http.StatusTooManyRequests, code: codeTooMany, message: "Too many requests"}
	errUnavailable   = &apiError{status: http.StatusServiceUnavailable, code: codeUnavailable, message: "Service is unavailable"}
	errAbsent        = &apiError{status: http.StatusNotFound, code: codeDoesNotExist, message: "There are no results for such parameters"}
)

func unauthorized(message string) error {
	return &apiError{status: http.StatusUnauthorized, code: codeAuthentication, message: message}
}

// invalid is the error for a request in which nothing is right; payload says where.
func invalid(payload *payloads.Object) error {
	return &apiError{status: http.StatusBadRequest, code: codeValidation, message: "Validation failed", payload: payload}
}

// wrong is one entry of such a payload.
func wrong(code, message string) *payloads.Object {
	return payloads.Obj("code", code, "message", message)
}

// failure is an error as Toloka answers it. What is not Toloka's own is an INTERNAL_ERROR, which tells nothing about its cause. No answer has a
// Retry-After, at which toloka-kit 1.2.3 breaks off with a TypeError; it tries both 429 and 503 again anyway.
func (a *api) failure(err error) (int, payloads.Value) {
	e, ok := errors.AsType[*apiError](err)
	switch {
	case ok:
	case errors.Is(err, payloads.ErrBusy):
		e = errTooMany
	case payloads.Unavailable(err):
		e = errUnavailable
	default:
		e = &apiError{status: http.StatusInternalServerError, code: codeInternal, message: "Internal Error"}
	}
	id := uuid.Nil
	if random, err := a.host.Random(); err == nil {
		id = uuidOf(random)
	}
	body := payloads.Obj("request_id", id.String(), "code", e.code, "message", e.message)
	if e.payload != nil {
		body.Set("payload", e.payload)
	}
	return e.status, body
}

// uuidOf makes a UUID of version 4 from random bytes.
func uuidOf(random [16]byte) uuid.UUID {
	id := uuid.UUID(random)
	id[6] = id[6]&0x0f | 0x40
	id[8] = id[8]&0x3f | 0x80
	return id
}

// write sends an answer; a nil body is none at all.
func write(w http.ResponseWriter, status int, body payloads.Value) {
	if body == nil {
		w.WriteHeader(status)
		return
	}
	data, err := wire.Jackson(body)
	if err != nil { // a value that no JSON can carry: none of ours
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json;charset=UTF-8")
	w.Header().Set("Content-Length", strconv.Itoa(len(data)))
	w.WriteHeader(status)
	if _, err := w.Write(data); err != nil { //nolint:gosec // G705: it is JSON and says so
		return // the client has gone
	}
}

// maxBodyBytes bounds what is read of a body; the web layer may have a lower bound.
const maxBodyBytes = 4 << 20

// body reads the JSON of a request. An empty body is given as nil, whatever its type: toloka-kit sends an empty list so.
func body(r *http.Request) (payloads.Value, error) {
	data, err := io.ReadAll(io.LimitReader(r.Body, maxBodyBytes+1))
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok || len(data) > maxBodyBytes {
		return nil, errTooLarge
	}
	if err != nil {
		return nil, invalid(payloads.Obj("body", wrong("JSON_EXPECTED", "The body breaks off")))
	}
	if len(data) == 0 {
		return nil, nil
	}
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return nil, errMediaType
	}
	v, err := payloads.ParseValue(data)
	if err != nil {
		return nil, invalid(payloads.Obj("body", wrong("JSON_EXPECTED", "Value must be JSON: "+err.Error())))
	}
	return v, nil
}
