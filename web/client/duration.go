package client

import (
	"fmt"
	"strconv"
	"time"
)

// Duration is a time.Duration that travels as a Go duration string ("20s", "1.5s", "1m30s" are all read).
type Duration time.Duration

// String prints whole seconds as "<n>s" (so 60s stays 60s) and everything else as Go does.
func (d Duration) String() string {
	if v := time.Duration(d); v%time.Second == 0 {
		return strconv.FormatInt(int64(v/time.Second), 10) + "s"
	}
	return time.Duration(d).String()
}

// MarshalText prints String.
func (d Duration) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads a Go duration string.
func (d *Duration) UnmarshalText(text []byte) error {
	v, err := time.ParseDuration(string(text))
	if err != nil {
		return fmt.Errorf("duration %q: a Go duration such as 20s, 1m30s or 250ms is allowed", text)
	}
	*d = Duration(v)
	return nil
}

// Durations converts a list.
func Durations(list []time.Duration) []Duration {
	out := make([]Duration, len(list))
	for i, d := range list {
		out[i] = Duration(d)
	}
	return out
}
