package api

import (
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/scheduler"
)

// Bounds of a trigger.
const (
	maxSeed        = 1<<53 - 1 // the largest whole number every JSON reader keeps
	maxAssignments = 1000
	maxNamedIDs    = 1000
)

func triggerFields() []string {
	return []string{"platform", "type", "profile", "variant", "data", "set", "body", "seed", "now", "count", "subscription_ids"}
}

// readTrigger reads the body of POST /events. What only the scheduler knows (names, paths) is left to it.
func readTrigger(body []byte, platforms []string) (scheduler.Trigger, error) {
	f, err := readForm(body, triggerFields())
	if err != nil {
		return scheduler.Trigger{}, err
	}
	t := scheduler.Trigger{
		Platform: f.platform(platforms), Type: f.text("type"), Profile: f.chosen("profile"), Variant: f.chosen("variant"),
		Override: payloads.Override{Data: f.data(), Set: f.assignments()}, Body: f.body(), Now: f.moment(),
		Seed: f.seed(), SubscriptionIDs: f.subscriptionIDs(),
	}
	f.require("type")
	if raw := f.get("count"); raw != nil {
		t.Count = int(f.integer("count", raw, 1, scheduler.MaxCount))
	}
	return t, f.result()
}

// require notes which of the fields are missing.
func (f *form) require(names ...string) {
	for _, name := range names {
		if f.get(name) == nil {
			f.bad(name, "is required")
		}
	}
}

func (f *form) seed() *uint64 {
	raw := f.get("seed")
	if raw == nil {
		return nil
	}
	seed := uint64(max(0, f.integer("seed", raw, 0, maxSeed))) // max says it to the linter; integer says it to the caller
	return &seed
}

// subscriptionIDs narrow the fan-out; nil: they do not.
func (f *form) subscriptionIDs() []string {
	raw := f.get("subscription_ids")
	if raw == nil {
		return nil
	}
	ids := f.texts("subscription_ids", raw)
	if n := len(ids); n == 0 || n > maxNamedIDs {
		f.bad("subscription_ids", "must name 1 to "+strconv.Itoa(maxNamedIDs)+" subscriptions; leave it out for all that match")
	}
	return ids
}

// body is the text of a JSON text, or the bytes of an object or a list exactly as they are written.
func (f *form) body() []byte {
	raw := f.get("body")
	switch {
	case raw == nil:
		return nil
	case raw[0] == '"':
		return []byte(value[string](f, "body", raw, "a text"))
	case raw[0] == '{' || raw[0] == '[':
		return raw
	default:
		f.bad("body", "must be a text (its bytes are sent), an object or a list (sent as written)")
		return nil
	}
}

func (f *form) data() *payloads.Object {
	raw := f.get("data")
	if raw == nil {
		return nil
	}
	v, err := payloads.ParseValue(raw)
	object, ok := v.(*payloads.Object)
	if err != nil || !ok {
		f.bad("data", "must be an object to merge into the event"+why(err))
		return nil
	}
	return object
}

// why adds what the reader of values found, as long as it repeats nothing but keys and numbers.
func why(err error) string {
	if err == nil {
		return ""
	}
	if errors.Is(err, payloads.ErrDuplicateKey) {
		return "; it names a key twice"
	}
	return "; " + plain(err.Error())
}

func (f *form) assignments() []payloads.Assignment {
	list := value[[]json.RawMessage](f, "set", f.get("set"), "a list of {path, value}")
	if len(list) > maxAssignments {
		f.bad("set", "at most "+strconv.Itoa(maxAssignments)+" assignments are allowed")
		return nil
	}
	var set []payloads.Assignment
	for i, raw := range list {
		set = append(set, f.assignment("set["+strconv.Itoa(i)+"]", raw))
	}
	return set
}

func (f *form) assignment(where string, raw json.RawMessage) payloads.Assignment {
	inner := f.object(where, raw, []string{"path", "value"})
	a := payloads.Assignment{Path: inner.text("path")}
	if !inner.has("path") {
		inner.bad("path", "is required, such as a.b[0].c")
	}
	if !inner.has("value") {
		inner.bad("value", "is required; null is a value")
	} else if given := inner.get("value"); given != nil {
		v, err := payloads.ParseValue(given)
		if err != nil {
			inner.bad("value", "must be a JSON value"+why(err))
		}
		a.Value = v
	}
	f.errs = append(f.errs, inner.errs...)
	return a
}

// moment reads when the event happens.
func (f *form) moment() *time.Time {
	raw := f.get("now")
	if raw == nil {
		return nil
	}
	text := value[string](f, "now", raw, "a time such as 2026-01-02T03:04:05Z")
	if text == "" && string(raw) != `""` {
		return nil // no text, which is told
	}
	now, err := time.Parse(time.RFC3339Nano, strings.ToUpper(text))
	if err != nil || now.UTC().Year() < 1970 || now.UTC().Year() > 9999 {
		f.bad("now", "must be a time such as 2026-01-02T03:04:05Z (RFC 3339), from 1970 to 9999")
		return nil
	}
	now = now.UTC()
	return &now
}
