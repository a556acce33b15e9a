package api

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/scheduler"
	"github.com/annohook/annohook/sender"
	"github.com/annohook/annohook/subscriptions"
)

// changes are what a body asks for; running them twice on the same value does the same.
type changes []func(*subscriptions.Subscription) error

func (c changes) apply(s *subscriptions.Subscription) error {
	for _, change := range c {
		if err := change(s); err != nil {
			return err
		}
	}
	return nil
}

// settable is one field that create and change have in common. A nil value is null.
type settable struct {
	name string
	read func(f *form, raw json.RawMessage) func(*subscriptions.Subscription) error
}

// settables is the table of fields, in the order of the answer.
func settables() []settable {
	return []settable{
		{"profile", readProfile},
		{"url", readURL},
		{"secret", textField("secret", func(s *subscriptions.Subscription, v string) { s.Secret = subscriptions.Secret(v) })},
		{"events", readEvents},
		{"headers", readHeaders},
		{"description", textField("description", func(s *subscriptions.Subscription, v string) { s.Description = v })},
		{"enabled", readEnabled},
		{"scope", objectField("scope", func(s *subscriptions.Subscription, v json.RawMessage) { s.Scope = v })},
		{"options", objectField("options", func(s *subscriptions.Subscription, v json.RawMessage) { s.Options = v })},
		{"quirks", readQuirks},
		{"timeout", readTimeout},
		{"deadline", readDeadline},
		{"retry", readRetry},
		{"concurrency", readConcurrency},
		{"rate", readRate},
	}
}

func settableNames() []string {
	table := settables()
	names := make([]string, len(table))
	for i, s := range table {
		names[i] = s.name
	}
	return names
}

func creatable() []string { return append([]string{"id", "platform"}, settableNames()...) }

func changeable() []string { return settableNames() }

// derived are the fields that only the program sets.
func derived() []string {
	return []string{"native_id", "consecutive_failures", "disabled_reason", "created_at", "updated_at"}
}

// readChanges reads every settable field that the form has.
func readChanges(f *form) changes {
	var list changes
	for _, field := range settables() {
		if f.has(field.name) {
			list = append(list, field.read(f, f.get(field.name)))
		}
	}
	return list
}

// set makes a change that cannot fail.
func set(change func(*subscriptions.Subscription)) func(*subscriptions.Subscription) error {
	return func(s *subscriptions.Subscription) error {
		change(s)
		return nil
	}
}

func textField(name string, assign func(*subscriptions.Subscription, string)) func(*form, json.RawMessage) func(*subscriptions.Subscription) error {
	return func(f *form, raw json.RawMessage) func(*subscriptions.Subscription) error {
		v := value[string](f, name, raw, "a text")
		return set(func(s *subscriptions.Subscription) { assign(s, v) })
	}
}

func readProfile(f *form, _ json.RawMessage) func(*subscriptions.Subscription) error {
	profile := f.chosen("profile")
	return set(func(s *subscriptions.Subscription) { s.Profile = profile })
}

// objectField reads an object that only the platform understands.
func objectField(name string, assign func(*subscriptions.Subscription, json.RawMessage)) func(*form, json.RawMessage) func(*subscriptions.Subscription) error {
	return func(f *form, raw json.RawMessage) func(*subscriptions.Subscription) error {
		if raw != nil {
			v, err := payloads.ParseValue(raw)
			if _, ok := v.(*payloads.Object); !ok || err != nil {
				f.bad(name, "must be an object that names no key twice")
			}
		}
		return set(func(s *subscriptions.Subscription) { assign(s, raw) })
	}
}

// readURL reads a target. Where it holds the stars that stand for user:pass@, it must be the URL as shown, which changes nothing.
func readURL(f *form, raw json.RawMessage) func(*subscriptions.Subscription) error {
	if raw == nil {
		f.bad("url", "is required and cannot be null")
	}
	v := value[string](f, "url", raw, "a text")
	return func(s *subscriptions.Subscription) error {
		switch {
		case !strings.Contains(v, "//"+subscriptions.Masked+"@"):
			s.URL = v
		case s.URL == "" || v != sender.MaskURL(s.URL):
			return &scheduler.InvalidError{Problems: []payloads.Problem{{
				Field: "url", Message: "the stars stand for a user and password that are not shown; write them out, or leave the field out to keep the URL",
			}}}
		}
		return nil
	}
}

func readEvents(f *form, raw json.RawMessage) func(*subscriptions.Subscription) error {
	events := f.texts("events", raw)
	return set(func(s *subscriptions.Subscription) { s.Events = events })
}

func readHeaders(f *form, raw json.RawMessage) func(*subscriptions.Subscription) error {
	var headers subscriptions.Headers
	if raw != nil {
		if err := json.Unmarshal(raw, &headers); err != nil {
			f.bad("headers", "must be an object of texts that names no header twice")
		}
	}
	return func(s *subscriptions.Subscription) (err error) {
		s.Headers, err = unmaskedHeaders(headers, s.Headers)
		return err
	}
}

func readEnabled(f *form, raw json.RawMessage) func(*subscriptions.Subscription) error {
	enabled := raw == nil || value[bool](f, "enabled", raw, "true or false")
	return set(func(s *subscriptions.Subscription) { s.Enabled = enabled })
}

func readQuirks(f *form, raw json.RawMessage) func(*subscriptions.Subscription) error {
	quirks := map[string]bool{}
	for name, on := range value[map[string]*bool](f, "quirks", raw, "an object of true and false") {
		if on != nil { // null resets one quirk, as it resets a field
			quirks[name] = *on
		}
	}
	return set(func(s *subscriptions.Subscription) { s.Quirks = quirks })
}

func readTimeout(f *form, raw json.RawMessage) func(*subscriptions.Subscription) error {
	d := time.Duration(0)
	if raw != nil {
		d = f.duration("timeout", raw, true)
	}
	return set(func(s *subscriptions.Subscription) { s.Timeout = d })
}

func readDeadline(f *form, raw json.RawMessage) func(*subscriptions.Subscription) error {
	d := time.Duration(0)
	if raw != nil {
		d = f.duration("deadline", raw, true)
	}
	return set(func(s *subscriptions.Subscription) { s.Deadline = d })
}

func readRetry(f *form, raw json.RawMessage) func(*subscriptions.Subscription) error {
	if raw == nil {
		return set(func(s *subscriptions.Subscription) { s.Retry = nil })
	}
	inner := f.object("retry", raw, []string{"delays"})
	list := value[[]json.RawMessage](inner, "delays", inner.get("delays"), "a list of Go durations")
	if list == nil && len(inner.errs) == 0 {
		inner.bad("delays", "is required: a list of Go durations; an empty one is a single attempt")
	}
	retry := &subscriptions.Retry{}
	for i, item := range list {
		retry.Delays = append(retry.Delays, inner.duration("delays["+strconv.Itoa(i)+"]", item, false))
	}
	f.errs = append(f.errs, inner.errs...)
	return set(func(s *subscriptions.Subscription) { s.Retry = retry })
}

func readConcurrency(f *form, raw json.RawMessage) func(*subscriptions.Subscription) error {
	n := int64(0)
	if raw != nil {
		n = f.integer("concurrency", raw, 1, subscriptions.MaxConcurrency)
	}
	return set(func(s *subscriptions.Subscription) { s.Concurrency = int(n) })
}

func readRate(f *form, raw json.RawMessage) func(*subscriptions.Subscription) error {
	rate := value[float64](f, "rate", raw, "a number of attempts a second; 0 is no limit")
	return set(func(s *subscriptions.Subscription) { s.Rate = rate })
}
