package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/annohook/annohook/web/client"
)

// maxErrors bounds how many things wrong one refusal tells: a small body can hold a million of them.
const maxErrors = 50

// maxNameRunes bounds how much of an unknown field's name an error repeats.
const maxNameRunes = 64

// member is one field of an object as it was written.
type member struct {
	name string
	raw  json.RawMessage
}

// form is a JSON object that is read field by field; it collects what is wrong, up to maxErrors, instead of stopping at the first.
type form struct {
	at      string // location of the object, "body"
	fixed   []string
	members []member
	errs    []client.FieldError
}

// readForm reads the body of a request. Malformed JSON is a 400, anything but an object of the allowed fields a 422; fixed fields are those
// that answers have and requests cannot set.
func readForm(body []byte, allowed []string, fixed ...string) (*form, error) {
	if !utf8.Valid(body) {
		return nil, refuse(http.StatusBadRequest, "the body is not UTF-8")
	}
	if err := syntax(body); err != nil {
		return nil, err
	}
	f := &form{at: "body", fixed: fixed}
	if err := f.split(body, allowed); err != nil {
		return nil, err
	}
	return f, f.result()
}

func syntax(body []byte) error {
	var raw json.RawMessage
	err := json.Unmarshal(body, &raw)
	if err == nil {
		return nil
	}
	if at, ok := errors.AsType[*json.SyntaxError](err); ok {
		return refuse(http.StatusBadRequest, fmt.Sprintf("the body is not JSON: byte %d: %s", at.Offset, plain(at.Error())))
	}
	return refuse(http.StatusBadRequest, "the body is not JSON")
}

// split takes an object apart, as far as there is room for errors. The bytes of each value stay as they are written.
func (f *form) split(object []byte, allowed []string) error {
	dec := json.NewDecoder(bytes.NewReader(object))
	token, err := dec.Token()
	if err != nil || token != json.Delim('{') {
		return unprocessable(client.FieldError{Location: f.at, Message: "must be a JSON object with the fields " + strings.Join(allowed, ", ")})
	}
	for dec.More() && len(f.errs) < maxErrors {
		token, err := dec.Token()
		if err != nil {
			return refuse(http.StatusBadRequest, "the body is not JSON")
		}
		m := member{}
		m.name, _ = token.(string)
		if err := dec.Decode(&m.raw); err != nil {
			return refuse(http.StatusBadRequest, "the body is not JSON")
		}
		switch {
		case slices.Contains(f.fixed, m.name):
			f.bad(m.name, "cannot be set; allowed: "+strings.Join(allowed, ", "))
		case !slices.Contains(allowed, m.name):
			f.bad(plain(m.name), "unknown field; allowed: "+strings.Join(allowed, ", "))
		case f.has(m.name):
			f.bad(m.name, "is given twice")
		default:
			f.members = append(f.members, m)
		}
	}
	return nil
}

// plain makes a name from outside fit for an error text.
func plain(name string) string {
	name = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return '\uFFFD'
		}
		return r
	}, name)
	if runes := []rune(name); len(runes) > maxNameRunes {
		return string(runes[:maxNameRunes]) + "…"
	}
	return name
}

func (f *form) has(name string) bool {
	return slices.ContainsFunc(f.members, func(m member) bool { return m.name == name })
}

// get returns the value of a field as written; nil when it is absent or null.
func (f *form) get(name string) json.RawMessage {
	for _, m := range f.members {
		if m.name == name && !isNull(m.raw) {
			return m.raw
		}
	}
	return nil
}

func isNull(raw []byte) bool { return string(raw) == "null" }

// bad notes that something is wrong below the form's location.
func (f *form) bad(where, message string) {
	if len(f.errs) < maxErrors {
		f.errs = append(f.errs, client.FieldError{Location: f.at + "." + where, Message: message})
	}
}

// result is the refusal that lists everything wrong, or nil.
func (f *form) result() error {
	if len(f.errs) == 0 {
		return nil
	}
	return unprocessable(f.errs...)
}

// value reads a value of the given Go type; want says in words what is allowed.
func value[T any](f *form, where string, raw json.RawMessage, want string) T {
	var v T
	if raw == nil || isNull(raw) {
		return v
	}
	if err := json.Unmarshal(raw, &v); err != nil {
		f.bad(where, "must be "+want)
		return *new(T)
	}
	return v
}

func (f *form) text(name string) string { return value[string](f, name, f.get(name), "a text") }

// platform reads the id of a platform, which must be there; whether it is a known one is left to the scheduler.
func (f *form) platform(known []string) string {
	switch raw := f.get("platform"); {
	case raw == nil:
		f.bad("platform", "is required; allowed: "+strings.Join(known, ", "))
	case raw[0] != '"':
		f.bad("platform", "must be a text; allowed: "+strings.Join(known, ", "))
	default:
		return f.text("platform")
	}
	return ""
}

// chosen reads a name that may be left out. An empty one is refused: whoever filled it from an empty variable would get the default unasked.
func (f *form) chosen(name string) string {
	if string(f.get(name)) == `""` {
		f.bad(name, "must not be empty; leave it out for the default")
	}
	return f.text(name)
}

// texts reads a list of texts; nil when absent or null.
func (f *form) texts(where string, raw json.RawMessage) []string {
	list := value[[]*string](f, where, raw, "a list of texts")
	if list == nil {
		return nil
	}
	out := make([]string, len(list))
	for i, item := range list {
		if item == nil {
			f.bad(where+"["+strconv.Itoa(i)+"]", "must be a text")
			continue
		}
		out[i] = *item
	}
	return out
}

// integer reads a whole number without fraction and exponent between least and most.
func (f *form) integer(where string, raw json.RawMessage, least, most int64) int64 {
	n, err := strconv.ParseInt(string(raw), 10, 64)
	if err != nil || n < least || n > most {
		f.bad(where, fmt.Sprintf("must be a whole number from %d to %d", least, most))
		return 0
	}
	return n
}

// duration reads a Go duration string.
func (f *form) duration(where string, raw json.RawMessage, positive bool) time.Duration {
	var text string
	err := json.Unmarshal(raw, &text)
	d, parseErr := time.ParseDuration(text)
	switch {
	case err != nil || parseErr != nil:
		f.bad(where, `must be a Go duration such as "20s", "1m30s" or "250ms"`)
	case positive && d <= 0:
		f.bad(where, "must be above 0s; null gives the platform's own")
	case d < 0:
		f.bad(where, "must not be below 0s")
	default:
		return d
	}
	return 0
}

// object reads an object below the form, with fields of its own.
func (f *form) object(name string, raw json.RawMessage, allowed []string) *form {
	inner := &form{at: f.at + "." + name}
	if err := inner.split(raw, allowed); err != nil {
		inner.errs = []client.FieldError{{Location: inner.at, Message: "must be an object with the fields " + strings.Join(allowed, ", ")}}
	}
	return inner
}
