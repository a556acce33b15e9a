package dashboard

import (
	"fmt"
	"html/template"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/sender"
)

// funcs are what templates may call. None of them returns trusted HTML: everything stays escaped.
func funcs(a *assets) template.FuncMap {
	return template.FuncMap{
		"asset":   a.url,
		"vis":     func(v any) string { return visible(fmt.Sprint(v)) },
		"url":     func(s string) string { return visible(sender.MaskURL(s)) },
		"seg":     url.PathEscape, // one segment of a path in a link
		"short":   short,
		"dur":     duration,
		"size":    size,
		"iso":     func(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") },
		"utc":     func(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05.000 UTC") },
		"clock":   func(t time.Time) string { return t.UTC().Format("01-02 15:04:05") },
		"add":     func(a, b int) int { return a + b },
		"join":    func(list []string) string { return visible(strings.Join(list, ", ")) },
		"events":  wanted,
		"delays":  delays,
		"header":  fieldValue,
		"grouped": grouped,
		"isLink":  isLink,
		"fieldID": fieldID,
	}
}

// short keeps both ends of a long id. Ids that are ordered by time differ at their ends.
func short(id string) string {
	const head, tail = 8, 6
	r := []rune(visible(id))
	if len(r) <= head+tail+2 {
		return string(r)
	}
	return string(r[:head]) + "…" + string(r[len(r)-tail:])
}

// duration prints a measured or set time in the unit a reader expects.
func duration(d time.Duration) string {
	switch {
	case d == 0:
		return "0 s"
	case d < time.Millisecond:
		return strconv.FormatInt(d.Microseconds(), 10) + " µs"
	case d < time.Second:
		return decimal(float64(d.Microseconds())/1e3, 1) + " ms"
	case d%time.Second == 0 && d < 10*time.Minute:
		return strconv.FormatInt(int64(d/time.Second), 10) + " s"
	case d < time.Minute:
		return decimal(d.Seconds(), 2) + " s"
	default:
		return long(d.Round(time.Second))
	}
}

// long prints hours, minutes and seconds, those that are none left out.
func long(d time.Duration) string {
	var parts []string
	for _, unit := range []struct {
		size time.Duration
		name string
	}{{time.Hour, " h"}, {time.Minute, " min"}, {time.Second, " s"}} {
		if n := d / unit.size; n > 0 {
			parts = append(parts, strconv.FormatInt(int64(n), 10)+unit.name)
			d %= unit.size
		}
	}
	return strings.Join(parts, " ")
}

// decimal prints a number with at most so many places; zeros at its end say nothing.
func decimal(v float64, places int) string {
	text := strconv.FormatFloat(v, 'f', places, 64)
	return strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
}

// wanted prints which events a subscription wants: nil is all of them.
func wanted(events []string) string {
	switch {
	case events == nil:
		return "all"
	case len(events) == 0:
		return "none"
	default:
		return visible(strings.Join(events, ", "))
	}
}

// delays prints a schedule of retries.
func delays(list []time.Duration) string {
	if len(list) == 0 {
		return "none: one attempt only"
	}
	texts := make([]string, len(list))
	for i, d := range list {
		texts[i] = duration(d)
	}
	return "after " + strings.Join(texts, ", ")
}

// fieldValue is the value of a header field as it may be shown.
func fieldValue(f payloads.Field) string { return visible(f.Masked().Value) }

// isLink reports whether a source is a web address and may be linked; anything else is shown as text.
func isLink(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && !strings.ContainsAny(s, " \t\n")
}

// fieldID is the part of an element id that names a field.
func fieldID(name string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' {
			return r
		}
		return '-'
	}, name)
}
