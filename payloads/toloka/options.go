package toloka

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/subscriptions"
)

// Defaults and bounds of options.batch; assumed, Toloka documents neither a window nor a size.
const (
	DefaultWindow    = time.Second
	DefaultMaxEvents = 50
	MaxWindow        = time.Hour
	MaxMaxEvents     = 1000
	maxPoolIDChars   = 100
)

func options() []payloads.Option {
	return []payloads.Option{
		{
			In: "options", Name: "batch.window", Kind: "duration", Default: `"1s"`, Fidelity: payloads.Assumed,
			Summary: "How long events are held to be sent together, from the first one on; 0s to 1h, 0s sends each at once.",
		},
		{
			In: "options", Name: "batch.max_events", Kind: "integer", Default: "50", Fidelity: payloads.Assumed,
			Summary: "The most events of one request, 1 to 1000; a full batch goes out before its window ends.",
		},
		{
			In: "options", Name: optionRows, Kind: "object", Fidelity: payloads.Assumed,
			Summary: `Ids and times of the rows that this subscription has in Toloka's own API, by event type: {"POOL_CLOSED":{"id":"24 hex digits","created":"2026-11-21T10:00:00.123"}}. Kept by that API, also of types not wanted now; without it both are derived. Send it back when you replace options.`,
		},
		{
			In: "scope", Name: "pool_id", Kind: "string", Fidelity: payloads.Documented,
			Summary: "The pool whose events are wanted; without it, those of every pool.",
		},
	}
}

// check judges scope, options and the names of the subscription's own header fields.
func check(s subscriptions.Subscription) []payloads.Problem {
	var problems []payloads.Problem
	bad := func(field, format string, args ...any) {
		problems = append(problems, payloads.Problem{Field: field, Message: fmt.Sprintf(format, args...)})
	}
	for _, m := range members(s.Scope, "scope", []string{"pool_id"}, bad) {
		checkPool(m.Value, bad)
	}
	for _, m := range members(s.Options, "options", optionKeys(), bad) {
		if m.Key == optionRows {
			checkRows(m.Value, bad)
			continue
		}
		checkBatch(m.Value, bad)
	}
	if s.Headers.Get(HeaderSignature) != "" {
		bad("headers."+HeaderSignature, "is made by Toloka from the secret and cannot be given")
	}
	return problems
}

func optionKeys() []string { return []string{"batch", optionRows} }

// members reads a JSON object and returns its known keys; every other one, and whatever is no object, is a problem.
func members(data []byte, field string, allowed []string, bad func(field, format string, args ...any)) []payloads.Member {
	if len(data) == 0 {
		return nil
	}
	v, err := payloads.ParseValue(data)
	if err != nil {
		bad(field, "is not JSON: %v", err)
		return nil
	}
	return known(v, field, allowed, bad)
}

func known(v payloads.Value, field string, allowed []string, bad func(field, format string, args ...any)) []payloads.Member {
	if v == nil {
		return nil // null is the same as absent
	}
	o, ok := v.(*payloads.Object)
	if !ok {
		bad(field, "must be an object with %s", strings.Join(allowed, ", "))
		return nil
	}
	var list []payloads.Member
	for _, m := range o.Members() {
		if !slices.Contains(allowed, m.Key) {
			bad(field+"."+m.Key, "is unknown; allowed: %s", strings.Join(allowed, ", "))
			continue
		}
		list = append(list, m)
	}
	return list
}

func checkPool(v payloads.Value, bad func(field, format string, args ...any)) {
	pool, ok := v.(string)
	if !ok || pool == "" || utf8.RuneCountInString(pool) > maxPoolIDChars {
		bad("scope.pool_id", "must be a string of 1 to %d characters", maxPoolIDChars)
	}
}

func checkBatch(v payloads.Value, bad func(field, format string, args ...any)) {
	for _, m := range known(v, "options.batch", []string{"window", "max_events"}, bad) {
		switch m.Key {
		case "window":
			text, _ := m.Value.(string)
			if window, err := time.ParseDuration(text); err != nil || window < 0 || window > MaxWindow {
				bad("options.batch.window", "must be a duration from 0s to %v, such as \"1s\"", MaxWindow)
			}
		case "max_events":
			if n, ok := m.Value.(int64); !ok || n < 1 || n > MaxMaxEvents {
				bad("options.batch.max_events", "must be a whole number from 1 to %d", MaxMaxEvents)
			}
		}
	}
}

func checkRows(v payloads.Value, bad func(field, format string, args ...any)) {
	seen := map[string]string{}
	for _, m := range known(v, "options.rows", eventKeys(), bad) {
		field := "options.rows." + m.Key
		var kept keptRow
		for _, part := range known(m.Value, field, []string{"id", "created"}, bad) {
			text, _ := part.Value.(string)
			if part.Key == "id" {
				kept.ID = text
			} else {
				kept.Created = text
			}
		}
		if !isRowID(kept.ID) {
			bad(field+".id", "must be a string of %d lower-case hex digits", rowIDDigits)
		} else if other := seen[kept.ID]; other != "" {
			bad(field+".id", "is the id of %s already", other)
		}
		seen[kept.ID] = m.Key
		if _, ok := kept.time(); !ok {
			bad(field+".created", "must be a time in UTC such as %q", layoutMilli)
		}
	}
}

// settings reads options.batch; a key that is absent, or that check would refuse, has its default.
func settings(s subscriptions.Subscription) (time.Duration, int) {
	window, most := DefaultWindow, DefaultMaxEvents
	silent := func(string, string, ...any) {}
	for _, batch := range members(s.Options, "options", optionKeys(), silent) {
		if batch.Key != "batch" {
			continue
		}
		for _, m := range known(batch.Value, "options.batch", []string{"window", "max_events"}, silent) {
			switch v := m.Value.(type) {
			case string:
				if d, err := time.ParseDuration(v); m.Key == "window" && err == nil && d >= 0 && d <= MaxWindow {
					window = d
				}
			case int64:
				if m.Key == "max_events" && v >= 1 && v <= MaxMaxEvents {
					most = int(v)
				}
			}
		}
	}
	return window, most
}

// matches compares the event's pool with the scope's.
func matches(s subscriptions.Subscription, _ payloads.EventType, event *payloads.Object) (bool, string) {
	want := scopePool(s.Scope)
	if want == "" {
		return true, ""
	}
	if pool, _ := event.Get("pool_id"); pool != want {
		return false, fmt.Sprintf("the subscription looks at pool %s, the event is in pool %v", want, pool)
	}
	return true, ""
}
