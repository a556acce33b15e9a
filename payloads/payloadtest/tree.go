package payloadtest

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/annohook/annohook/payloads"
)

// A leaf is one scalar of a tree, or an empty array or object, with its path.
type leaf struct {
	path  string
	value payloads.Value
}

// leaves lists the leaves of v in order.
func leaves(v payloads.Value) []leaf { return appendLeaves(nil, "", v) }

func appendLeaves(list []leaf, path string, v payloads.Value) []leaf {
	switch t := v.(type) {
	case *payloads.Object:
		if t.Len() == 0 {
			return append(list, leaf{path, v})
		}
		for _, m := range t.Members() {
			list = appendLeaves(list, join(path, m.Key), m.Value)
		}
		return list
	case payloads.Array:
		if len(t) == 0 {
			return append(list, leaf{path, v})
		}
		for i, e := range t {
			list = appendLeaves(list, path+"["+strconv.Itoa(i)+"]", e)
		}
		return list
	default:
		return append(list, leaf{path, v})
	}
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

// kind names the JSON type of v, "" for a Go type that no Value may be.
func kind(v payloads.Value) string {
	switch v.(type) {
	case nil:
		return "null"
	case bool:
		return "boolean"
	case string:
		return "string"
	case int, int64, float64, json.Number:
		return "number"
	case payloads.Array:
		return "array"
	case *payloads.Object:
		return "object"
	default:
		return ""
	}
}

// text returns the string of v when it is prose: it holds a space and is not a time.
func text(v payloads.Value) (string, bool) {
	s, ok := v.(string)
	if !ok || !strings.Contains(s, " ") {
		return "", false
	}
	if _, isTime := moment(v); isTime {
		return "", false
	}
	return s, true
}

// moment returns the time that the string v prints, in any form that one of the platforms uses. Times without zone are UTC.
func moment(v payloads.Value) (time.Time, bool) {
	s, ok := v.(string)
	if !ok || len(s) < len("2006-01-02T15:04:05") {
		return time.Time{}, false
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05.999999999"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

// shape prints the keys, the array lengths and the types of a tree, numbers without their value.
func shape(v payloads.Value) string {
	var b strings.Builder
	for _, l := range leaves(v) {
		fmt.Fprintf(&b, "%s:%s\n", l.path, kind(l.value))
	}
	return b.String()
}

// differ says where two texts part, with a little of what follows in each.
func differ(got, want string) string {
	at := 0
	for at < len(got) && at < len(want) && got[at] == want[at] {
		at++
	}
	from := max(0, at-20)
	return fmt.Sprintf("from byte %d: got %q, want %q", at, clip(got[from:]), clip(want[from:]))
}

func clip(s string) string {
	const most = 80
	if len(s) > most {
		return s[:most] + "..."
	}
	return s
}
