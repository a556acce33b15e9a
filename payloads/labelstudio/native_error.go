package labelstudio

import (
	"errors"
	"net/http"
	"strings"

	"github.com/google/uuid"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/subscriptions"
)

// problem is an answer that is an error.
type problem struct {
	status       int
	detail       string
	authenticate string           // how to authenticate, with a 401
	fields       *payloads.Object // validation errors by field
}

// invalid is a body whose field is wrong.
func invalid(field string, message ...payloads.Value) *problem {
	return &problem{status: http.StatusBadRequest, detail: "Validation error", fields: payloads.Obj(field, payloads.Array(message))}
}

func unauthorized(detail string) *problem {
	return &problem{status: http.StatusUnauthorized, detail: detail, authenticate: "Token"}
}

func notFound(detail string) *problem { return &problem{status: http.StatusNotFound, detail: detail} }

// fail sends the envelope that every error of the API has.
func (c *call) fail(p *problem) {
	if p.authenticate != "" {
		c.w.Header().Set("WWW-Authenticate", p.authenticate)
	}
	if p.status == http.StatusTooManyRequests || p.status == http.StatusServiceUnavailable {
		c.w.Header().Set("Retry-After", "1")
	}
	id, err := c.api.host.Random()
	if err != nil {
		id = [16]byte{}
	}
	id[6], id[8] = id[6]&0x0f|0x40, id[8]&0x3f|0x80
	o := payloads.Obj(
		"id", uuid.UUID(id).String(), "status_code", p.status, "version", c.api.version, "detail", p.detail, "exc_info", nil)
	if p.fields != nil {
		o.Set("validation_errors", p.fields)
	}
	data, err := printCompact(o)
	if err != nil {
		data = []byte("{}") // strings and numbers always print
	}
	c.send(p.status, "application/json", data)
}

// refused words what the core did not accept, in the platform's form.
func refused(err error, missing string) *problem {
	var problems *payloads.ProblemsError
	var param *payloads.ParamError
	switch {
	case errors.Is(err, subscriptions.ErrNotFound):
		return notFound(missing)
	case errors.As(err, &problems) && len(problems.Problems) > 0:
		first := problems.Problems[0]
		return invalid(fieldOf(first.Field), first.Message)
	case errors.As(err, &param):
		if param.Name == paramProject {
			return notFound("No Project matches the given query.")
		}
		return invalid(param.Name, param.Message)
	default:
		return failed(err)
	}
}

// failed is what is not the caller's fault: throttled in the framework's words.
func failed(err error) *problem {
	switch {
	case errors.Is(err, payloads.ErrBusy):
		return &problem{status: http.StatusTooManyRequests, detail: "Request was throttled. Expected available in 1 second."}
	case payloads.Unavailable(err): // its text may tell of hosts
		return &problem{status: http.StatusServiceUnavailable, detail: "Service temporarily unavailable, try again later."}
	default:
		return &problem{status: http.StatusInternalServerError, detail: err.Error()}
	}
}

// fieldOf is the field of the platform's API that a field of the core's stands for.
func fieldOf(field string) string {
	name, _, _ := strings.Cut(strings.TrimPrefix(field, "params."), ".")
	name, _, _ = strings.Cut(name, "[")
	switch name {
	case "url", "headers", paramTitle, paramInterface, paramDescription, paramInstruction, paramColor, paramOverlap, paramModel:
		return name
	case "events":
		return "actions"
	default:
		return "non_field_errors"
	}
}

// page404 stands for the server's page of errors, which is HTML whatever the client accepts.
const page404 = "<!doctype html>\n<html lang=\"en\">\n<head>\n  <meta charset=\"utf-8\">\n  <title>404 | Label Studio</title>\n</head>\n" +
	"<body>\n  <h1>404</h1>\n  <p>Page not found</p>\n</body>\n</html>\n"

func notFoundPage(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(http.StatusNotFound)
	_, _ = w.Write([]byte(page404)) // a client that went away needs no answer
}
