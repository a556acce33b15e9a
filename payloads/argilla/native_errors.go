package argilla

import (
	"errors"
	"net/http"

	"github.com/annohook/annohook/payloads"
)

func detail(status int, v payloads.Value) reply { return reply{status, payloads.Obj("detail", v)} }

// apiError is the server's older form of an error (argilla-server errors/base_errors.py@77f5c57c).
func apiError(status int, code string, params *payloads.Object) reply {
	return detail(status, payloads.Obj("code", "argilla.api.errors::"+code, "params", params))
}

func notFound(kind, id string) reply {
	return detail(http.StatusNotFound, kind+" with id `"+id+"` not found")
}

// invalid is the answer to input that does not validate; every problem is listed.
func invalid(problems ...payloads.Value) reply {
	return apiError(http.StatusUnprocessableEntity, "ValidationError", payloads.Obj("errors", payloads.Array(problems)))
}

// problem is one entry of a validation error, in pydantic's words.
func problem(kind, message string, place ...payloads.Value) payloads.Value {
	return payloads.Obj("type", kind, "loc", payloads.Array(place), "msg", message)
}

// refused is input that this program cannot take although Argilla could: told in the form of a validator's error.
func refused(problems []payloads.Problem) reply {
	list := make([]payloads.Value, 0, len(problems))
	for _, p := range problems {
		list = append(list, problem("value_error", "Value error, "+p.Message, "body", p.Field))
	}
	return invalid(list...)
}

// failed is what is not the caller's fault. The server is not known to answer 429 or 503 itself; they have the form of an HTTPException.
func failed(err error) reply {
	switch {
	case errors.Is(err, payloads.ErrBusy):
		return detail(http.StatusTooManyRequests, payloads.ErrBusy.Error())
	case payloads.Unavailable(err): // its text may tell of hosts
		return detail(http.StatusServiceUnavailable, payloads.ErrUnavailable.Error())
	default:
		return apiError(http.StatusInternalServerError, "GenericServerError", payloads.Obj("type", "builtins.RuntimeError", "message", err.Error()))
	}
}
