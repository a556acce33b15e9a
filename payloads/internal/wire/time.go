package wire

import "time"

// Layouts of the time printers. Go cannot express "six digits or none" in one layout, so the printers choose.
const (
	layoutSeconds = "2006-01-02T15:04:05"
	layoutMilli   = "2006-01-02T15:04:05.000"
	layoutMicro   = "2006-01-02T15:04:05.000000"
)

// ISOMicroZ prints t in UTC with always six fraction digits and Z: 2024-09-26T14:17:20.000000Z, as Argilla's envelope does. Digits
// beyond the microsecond are cut off, here and in every printer below.
func ISOMicroZ(t time.Time) string { return t.UTC().Format(layoutMicro + "Z") }

// ISOMicroNaive prints t in UTC without zone, as Python's isoformat of a naive time does: six fraction digits, or none at all when the
// microseconds are zero. Argilla's data uses it.
func ISOMicroNaive(t time.Time) string { return t.UTC().Format(pythonLayout(t)) }

// ISOMicroShortZ is ISOMicroNaive with Z: 2026-01-02T03:04:05.123456Z or 2026-01-02T03:04:05Z. Label Studio uses it.
func ISOMicroShortZ(t time.Time) string { return t.UTC().Format(pythonLayout(t) + "Z") }

// ISOMilliZ prints t in UTC with always three fraction digits and Z, as JavaScript's toISOString does. Datasaur uses it.
func ISOMilliZ(t time.Time) string { return t.UTC().Format(layoutMilli + "Z") }

// ISOSeconds prints t in UTC to the second without zone: 2020-02-14T12:22:58. Toloka uses it.
func ISOSeconds(t time.Time) string { return t.UTC().Format(layoutSeconds) }

func pythonLayout(t time.Time) string {
	if t.Nanosecond()/int(time.Microsecond) == 0 {
		return layoutSeconds
	}
	return layoutMicro
}
