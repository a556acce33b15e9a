package dashboard

import (
	"encoding/json"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/scheduler"
	"github.com/annohook/annohook/sender"
	"github.com/annohook/annohook/subscriptions"
)

// The values of the field that says which events are wanted.
const (
	eventsAll  = "all"
	eventsSome = "some"
)

// noRetries in the schedule's field asks for one attempt only.
const noRetries = "none"

// fill prints a subscription of platform p into the fields of its form, secrets as stars or not at all.
func fill(sub subscriptions.Subscription, p payloads.Platform) form {
	v := url.Values{
		"platform": {sub.Platform}, "profile": {sub.Profile}, "url": {sender.MaskURL(sub.URL)}, "description": {sub.Description},
		"headers": {headerLines(sub.Headers)},
		"timeout": {durationField(sub.Timeout)}, "deadline": {durationField(sub.Deadline)}, "events_mode": {eventsAll},
	}
	fillOptions(v, p, "scope", sub.Scope)
	fillOptions(v, p, "options", sub.Options)
	if sub.Events != nil {
		v.Set("events_mode", eventsSome)
		v["events"] = sub.Events
	}
	if sub.Enabled {
		v.Set("enabled", "on")
	}
	for name, on := range sub.Quirks {
		v.Set(quirkField(name), map[bool]string{true: "on", false: "off"}[on])
	}
	if sub.Retry != nil {
		v.Set("retry", retryField(sub.Retry.Delays))
	}
	if sub.Concurrency > 0 {
		v.Set("concurrency", strconv.Itoa(sub.Concurrency))
	}
	if sub.Rate > 0 {
		v.Set("rate", strconv.FormatFloat(sub.Rate, 'f', -1, 64))
	}
	return form{Values: v, Editing: true}
}

func headerLines(headers subscriptions.Headers) string {
	var b strings.Builder
	for _, h := range headers.Masked() {
		b.WriteString(h.Name + ": " + h.Value + "\n")
	}
	return b.String()
}

// durationField prints whole seconds as seconds ("60s", not "1m0s"); nothing for 0.
func durationField(d time.Duration) string {
	switch {
	case d == 0:
		return ""
	case d%time.Second == 0:
		return strconv.FormatInt(int64(d/time.Second), 10) + "s"
	default:
		return d.String()
	}
}

func retryField(list []time.Duration) string {
	if len(list) == 0 {
		return noRetries
	}
	texts := make([]string, len(list))
	for i, d := range list {
		texts[i] = durationField(d)
		if d == 0 {
			texts[i] = "0s"
		}
	}
	return strings.Join(texts, ", ")
}

// apply writes the fields into sub, whose platform is p, and collects what cannot be read. What can be read but not be accepted is the
// scheduler's to find.
func (f *form) apply(sub *subscriptions.Subscription, p payloads.Platform) {
	old := sub.Clone()
	sub.Profile = f.text("profile")
	f.applyURL(sub, old.URL)
	f.applySecret(sub)
	sub.Events = nil
	if f.Get("events_mode") == eventsSome {
		sub.Events = append([]string{}, f.Values["events"]...)
	}
	f.applyHeaders(sub, old.Headers)
	sub.Description = f.text("description")
	sub.Enabled = f.Values.Has("enabled")
	sub.Scope = f.options(p, "scope", old.Scope)
	sub.Options = f.options(p, "options", old.Options)
	f.applyQuirks(sub)
	sub.Timeout = f.duration("timeout")
	sub.Deadline = f.duration("deadline")
	f.applyRetry(sub)
	sub.Concurrency = int(f.number("concurrency", true))
	sub.Rate = f.number("rate", false)
}

// applyURL keeps the old URL when its masked form comes back unchanged.
func (f *form) applyURL(sub *subscriptions.Subscription, old string) {
	given := f.text("url")
	switch {
	case old != "" && given == sender.MaskURL(old):
		return
	case strings.Contains(given, subscriptions.Masked+"@"):
		f.add("url", "the stars stand for a user and password that are not shown; write them again")
	}
	sub.URL = given
}

func (f *form) applySecret(sub *subscriptions.Subscription) {
	switch given := f.Get("secret"); {
	case f.Values.Has("generate"):
		sub.Secret = scheduler.GenerateSecret
	case f.Values.Has("remove_secret"):
		sub.Secret = ""
	case given != "":
		sub.Secret = subscriptions.Secret(given)
	}
}

func (f *form) applyHeaders(sub *subscriptions.Subscription, old subscriptions.Headers) {
	sub.Headers = nil
	for i, line := range lines(f.Get("headers")) {
		name, value, ok := strings.Cut(line, ":")
		if !ok {
			f.add("headers", "line %d is not “Name: value”", i+1)
			continue
		}
		name, value = strings.TrimSpace(name), strings.TrimSpace(value)
		if value == subscriptions.Masked && subscriptions.Credential(name) {
			if value = old.Get(name); value == "" {
				f.add("headers", "line %d: the stars stand for a value that is not shown; write it again", i+1)
			}
		}
		if has(sub.Headers, name) {
			f.add("headers", "line %d names a header that is there already", i+1)
		}
		sub.Headers = append(sub.Headers, subscriptions.Header{Name: name, Value: value})
	}
}

func has(headers subscriptions.Headers, name string) bool {
	for _, h := range headers {
		if strings.EqualFold(h.Name, name) {
			return true
		}
	}
	return false
}

// lines splits a text area, whose line breaks arrive as CRLF, and drops empty lines.
func lines(text string) []string {
	var list []string
	for line := range strings.SplitSeq(strings.ReplaceAll(text, "\r\n", "\n"), "\n") {
		if strings.TrimSpace(line) != "" {
			list = append(list, line)
		}
	}
	return list
}

// object reads a JSON object; empty is none.
func (f *form) object(name string) json.RawMessage {
	text := f.text(name)
	if text == "" {
		return nil
	}
	if !json.Valid([]byte(text)) || !strings.HasPrefix(text, "{") {
		f.add(name, "is not a JSON object")
		return nil
	}
	return json.RawMessage(text)
}

func (f *form) applyQuirks(sub *subscriptions.Subscription) {
	sub.Quirks = nil
	for name := range f.Values {
		quirk, ok := strings.CutPrefix(name, quirkPrefix)
		value := f.Get(name)
		if !ok || value == "" {
			continue
		}
		if sub.Quirks == nil {
			sub.Quirks = map[string]bool{}
		}
		sub.Quirks[quirk] = value == "on"
	}
}

func (f *form) duration(name string) time.Duration {
	text := f.text(name)
	if text == "" {
		return 0
	}
	d, err := time.ParseDuration(text)
	if err != nil || d <= 0 {
		f.add(name, "a duration such as 20s, 1m30s or 250ms is allowed; leave it empty for the platform's")
	}
	return d
}

func (f *form) applyRetry(sub *subscriptions.Subscription) {
	sub.Retry = nil
	switch text := f.text("retry"); text {
	case "":
	case noRetries:
		sub.Retry = &subscriptions.Retry{}
	default:
		sub.Retry = &subscriptions.Retry{}
		for part := range strings.SplitSeq(text, ",") {
			d, err := time.ParseDuration(strings.TrimSpace(part))
			if err != nil {
				f.add("retry", "durations with commas between them are allowed (10s, 60s, 180s), or %q; leave it empty for the platform's", noRetries)
				return
			}
			sub.Retry.Delays = append(sub.Retry.Delays, d)
		}
	}
}

// maxNumber keeps a number from overflowing before the scheduler judges it.
const maxNumber = 1e9

func (f *form) number(name string, whole bool) float64 {
	text := f.text(name)
	if text == "" {
		return 0
	}
	n, err := strconv.ParseFloat(text, 64)
	if err != nil || n < 0 || n > maxNumber || whole && n != float64(int(n)) {
		kind := "a number"
		if whole {
			kind = "a whole number"
		}
		f.add(name, "%s is required; leave it empty for the default", kind)
		return 0
	}
	return n
}

// quirkPrefix begins the names of the quirks' fields.
const quirkPrefix = "quirk."

// quirkField is the name of a quirk's field.
func quirkField(name string) string { return quirkPrefix + name }
