package search

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/sender/history"
)

// Key is one key of the language, for help texts and completion.
type Key struct {
	Name    string
	Meaning string
	Example string
	Values  []string // all that it takes; nil: any
}

// Keys lists the keys, those used most first.
func Keys() []Key {
	return []Key{
		{"status", "where the delivery stands", "status:failed,retrying", statuses()},
		{"platform", "platform id", "platform:a*", nil},
		{"type", "event type", "type:response.*", nil},
		{"code", "status of the last reply", "code:>=500", nil},
		{"error", "why the last attempt failed", "error:timeout", append(failures(), history.NoneWord)},
		{"attempt", "attempts made", "attempt:>1", nil},
		{"latency", "duration of the last attempt", "latency:>1s", nil},
		{"after", "made at this time or later", "after:10m", nil},
		{"before", "made before this time", "before:2026-11-21T12:00:00Z", nil},
		{"subscription", "subscription id", "subscription:ID", nil},
		{"event", "event id", "event:ID", nil},
		{"url", "within the URL", "url:/hook", nil},
		{"outcome", "outcome of the last attempt", `outcome:"ignored by*"`, nil},
		{"reason", "within the reason of the status", `reason:"no attempt"`, nil},
		{"id", "delivery id", "id:01a1*", nil},
		{"profile", "profile of the platform", "profile:documented", nil},
	}
}

func keys() []string {
	var names []string
	for _, k := range Keys() {
		names = append(names, k.Name)
	}
	return names
}

func statuses() []string {
	var names []string
	for _, s := range history.Statuses() {
		names = append(names, string(s))
	}
	return names
}

// failures are the kinds of errors that an attempt can have.
func failures() []string {
	var names []string
	for _, f := range payloads.Failures() {
		names = append(names, string(f))
	}
	return names
}

// values returns what reads the values of a key, and enters the key's field in the condition; false for an unknown key.
func (r *reader) values(key string, c *history.Condition) (read func(raw) (history.Value, error), ok bool) {
	c.Field = history.Field(key)
	switch key {
	case "id", "profile", "subscription", "event", "type", "url", "outcome", "reason":
		return func(v raw) (history.Value, error) { return word(c.Field, v), nil }, true
	case "status":
		return r.choice(key, statuses()), true
	case "error":
		return r.choice(key, failures()), true
	case "platform":
		return r.choice(key, r.parser.Platforms), true
	case "attempt":
		return r.number(0, integer), true
	case "code":
		return r.number(1, integer), true
	case "latency":
		return r.number(1, duration), true
	case "after", "before":
		c.Field = history.FieldCreated
		return r.moment(key), true
	default:
		return nil, false
	}
}

// word is a value of a field that holds words.
func word(f history.Field, v raw) history.Value {
	switch {
	case len(v.pieces) > 1:
		return history.Value{Glob: v.pieces}
	case !v.quoted && history.CanBeNone(f) && strings.EqualFold(v.pieces[0], history.NoneWord):
		return history.Value{}
	default:
		return history.Value{Text: v.pieces[0]}
	}
}

// choice reads words of a closed list; a nil list is open. Patterns are taken as they are.
func (r *reader) choice(key string, list []string) func(raw) (history.Value, error) {
	return func(v raw) (history.Value, error) {
		for i, p := range v.pieces {
			v.pieces[i] = strings.ToLower(p)
		}
		value := word(history.Field(key), v)
		if value.Glob == nil && value.Text != "" && list != nil && !slices.Contains(list, value.Text) {
			return value, r.fault(fmt.Sprintf("unknown %s %q%s", key, value.Text, r.allowed(value.Text, list)))
		}
		return value, nil
	}
}

// allowed lists what is allowed, the likeliest first.
func (r *reader) allowed(given string, list []string) string {
	text := "; allowed: " + strings.Join(list, ", ")
	if meant := nearest(given, list); meant != "" {
		return fmt.Sprintf("; did you mean %q?%s", meant, strings.Replace(text, ";", "", 1))
	}
	return text
}

var (
	ranged  = regexp.MustCompile(`^(.+?)\.\.(.+)$`)
	hundred = regexp.MustCompile(`^([1-9])[xX]{2}$`)
)

// number reads a number, a comparison or a range; floor is the lowest number that is not "none".
func (r *reader) number(floor int64, parse func(string) (int64, error)) func(raw) (history.Value, error) {
	return func(v raw) (history.Value, error) {
		text := strings.ToLower(v.plain())
		value := history.Value{From: floor, To: history.Highest}
		var err error
		if m := ranged.FindStringSubmatch(text); m != nil {
			value.From, value.To, err = bounds(m[1], m[2], parse)
		} else if floor > 0 && text == history.NoneWord {
			return history.Value{}, nil
		} else {
			err = compared(text, &value, parse)
		}
		if err != nil {
			return value, r.fault(err.Error())
		}
		if value.From == 0 && value.To == 0 {
			return value, nil // exactly none
		}
		value.From = max(value.From, floor)
		if value.From > value.To {
			return value, r.fault("no value is in this range")
		}
		return value, nil
	}
}

func bounds(low, high string, parse func(string) (int64, error)) (from, to int64, err error) {
	if from, err = parse(low); err != nil {
		return 0, 0, err
	}
	to, err = parse(high)
	return from, to, err
}

// compared reads one number with or without a comparison before it.
func compared(text string, v *history.Value, parse func(string) (int64, error)) error {
	number := strings.TrimLeft(text, "<>=")
	sign := text[:len(text)-len(number)]
	if m := hundred.FindStringSubmatch(number); m != nil && sign == "" {
		class, err := parse(m[1])
		v.From, v.To = class*100, class*100+99
		return err
	}
	n, err := parse(number)
	if err != nil {
		return err
	}
	switch sign {
	case "", "=":
		v.From, v.To = n, n
	case ">=":
		v.From = n
	case "<=":
		v.To = n
	case "<":
		v.To = n - 1
	case ">":
		v.From = n
		if n < history.Highest {
			v.From++
		}
	default:
		return fmt.Errorf("unknown comparison %q; allowed: >, >=, <, <=", sign)
	}
	return nil
}

// maxInteger is far above every count and status.
const maxInteger = 1_000_000_000

func integer(text string) (int64, error) {
	n, err := strconv.ParseUint(text, 10, 63)
	if err != nil || n > maxInteger {
		return 0, fmt.Errorf("%q is not a whole number from 0; allowed: 3, >1, <=5, 2..4", text)
	}
	return int64(n), nil
}

func duration(text string) (int64, error) {
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 {
		return 0, fmt.Errorf("%q is not a duration; allowed: >250ms, <=1.5s, 1s..1m30s", text)
	}
	return int64(d), nil
}

// moments are the forms of a time, in UTC where they name no zone.
func moments() []string {
	return []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02T15:04", time.DateOnly}
}

// Years that a time may lie in; the store's order of rows holds for them.
const firstYear, lastYear = 1970, 2199

var days = regexp.MustCompile(`^(\d{1,5})d(.*)$`)

// moment reads a time, or a duration that counts back from now.
func (r *reader) moment(key string) func(raw) (history.Value, error) {
	return func(v raw) (history.Value, error) {
		at, ok := r.time(v.plain())
		if !ok {
			return history.Value{}, r.fault(key + `: takes a time or how long ago it was; allowed: 10m, 36h, 2d, 2026-11-21, 2026-11-21T12:00, 2026-11-21T12:00:00Z`)
		}
		if year := at.UTC().Year(); year < firstYear || year > lastYear {
			return history.Value{}, r.fault(fmt.Sprintf("%s: takes a time from %d to %d", key, firstYear, lastYear))
		}
		if key == "after" {
			return history.After(at).Any[0], nil
		}
		return history.Before(at).Any[0], nil
	}
}

func (r *reader) time(text string) (time.Time, bool) {
	for _, form := range moments() {
		if at, err := time.Parse(form, text); err == nil {
			return at, true
		}
	}
	ago := time.Duration(0)
	if m := days.FindStringSubmatch(text); m != nil {
		n, err := strconv.Atoi(m[1])
		if err != nil {
			return time.Time{}, false
		}
		ago = time.Duration(n) * 24 * time.Hour
		if text = m[2]; text == "" {
			return r.now.Add(-ago), true
		}
	}
	d, err := time.ParseDuration(text)
	return r.now.Add(-ago).Add(-d), err == nil && d >= 0
}
