package history_test

import (
	"errors"
	"testing"
	"time"

	"github.com/annohook/annohook/sender/history"
)

func FuzzParseCursor(f *testing.F) {
	for _, s := range []string{"", "5-x", "5-x-y", "05-x", "-5-x", "x-5", "9223372036854775807-i"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		c, err := history.ParseCursor(s)
		if err != nil {
			if !errors.Is(err, history.ErrCursor) {
				t.Fatalf("got %v, want ErrCursor", err)
			}
			return
		}
		if c.String() != s {
			t.Fatalf("cursor %q became %q", s, c.String())
		}
	})
}

func TestSpacing(t *testing.T) {
	t.Parallel()
	for rate, want := range map[float64]time.Duration{
		1: time.Second, 4: 250 * time.Millisecond, 3: 333334 * time.Microsecond, 1e9: time.Microsecond, 1e-9: 24 * time.Hour,
	} {
		if got := history.Spacing(rate); got != want {
			t.Errorf("at %v a second: got %v, want %v", rate, got, want)
		}
	}
}

func TestMicro(t *testing.T) {
	t.Parallel()
	if got := history.Micro(time.Time{}); !got.IsZero() {
		t.Errorf("the zero time became %v", got)
	}
	local := time.Date(2026, 11, 21, 10, 0, 0, 123_456_789, time.FixedZone("x", 3600))
	if got, want := history.Micro(local), time.Date(2026, 11, 21, 9, 0, 0, 123_456_000, time.UTC); got != want {
		t.Errorf("got %v, want %v", got, want)
	}
}
