package wire_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/annohook/annohook/payloads/internal/wire"
	"github.com/annohook/annohook/payloads/payloadtest"
)

// moments are the edges of years and fractions, and random times between the years 1 and 9999.
func moments() []time.Time {
	var all []time.Time
	for _, day := range []string{"0001-01-01", "0999-12-31", "1969-12-31", "1970-01-01", "2000-02-29", "2026-11-21", "2038-01-19", "9999-12-31"} {
		start, err := time.Parse(time.DateOnly, day)
		if err != nil {
			continue // cannot happen; the test counts what it compares
		}
		for _, nanos := range []int{0, 1, 999, 1000, 1500, 999_999, 1_000_000, 1_000_001, 100_000_000, 500_000_000, 999_999_000, 999_999_999} {
			all = append(all, start.Add(time.Duration(nanos)), start.Add(23*time.Hour+59*time.Minute+59*time.Second+time.Duration(nanos)))
		}
	}
	r := rand.New(rand.NewPCG(3, 5))
	first, last := time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC).Unix(), time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC).Unix()
	for range 2000 {
		all = append(all, time.Unix(first+r.Int64N(last-first), r.Int64N(1_000_000_000)))
	}
	return all
}

// TestTimesAgainstTheLanguages prints times with Python's isoformat and JavaScript's toISOString. Both are given whole microseconds and
// milliseconds, so what is compared is the form; how digits are cut off is FuzzTimes' business.
func TestTimesAgainstTheLanguages(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, program string
		args          []string
		ours          []func(time.Time) string
	}{
		{"python", "python3", []string{"-c", `
import datetime, platform, sys
print(platform.python_version())
epoch = datetime.datetime(1970, 1, 1)
for line in sys.stdin:
    seconds, micros = map(int, line.split())
    at = epoch + datetime.timedelta(seconds=seconds, microseconds=micros)
    print(at.isoformat(timespec="microseconds") + "Z", at.isoformat(), at.isoformat() + "Z", at.isoformat(timespec="seconds"))
`}, []func(time.Time) string{wire.ISOMicroZ, wire.ISOMicroNaive, wire.ISOMicroShortZ, wire.ISOSeconds}},
		{"javascript", "node", []string{"-e", `
const lines = require('fs').readFileSync(0, 'utf8').split('\n').slice(0, -1);
const print = line => { const [s, us] = line.split(' ').map(Number); return new Date(s * 1000 + Math.floor(us / 1000)).toISOString() + '\n'; };
process.stdout.write(process.version + '\n' + lines.map(print).join(''));
`}, []func(time.Time) string{wire.ISOMilliZ}},
	}
	all := moments()
	lines := make([]string, len(all))
	for i, at := range all {
		lines[i] = fmt.Sprintf("%d %d", at.Unix(), at.Nanosecond()/1000)
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			for i, want := range payloadtest.Language(t, tc.program, tc.args, lines) {
				var got []string
				for _, print := range tc.ours {
					got = append(got, print(all[i]))
				}
				if !slices.Equal(got, strings.Fields(want)) {
					t.Fatalf("%v: got %q, want %s", all[i].UTC(), got, want)
				}
			}
		})
	}
}
