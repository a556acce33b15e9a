package wire_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"testing"
	"time"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/internal/wire"
)

// FuzzFloat feeds the bits of doubles to the printers: what is printed is a JSON number of the language's form, reads back as the same
// double and is never longer than seventeen digits need.
func FuzzFloat(f *testing.F) {
	for _, n := range []float64{
		0, math.Copysign(0, -1), 1, -1, 0.1, 1e15, 1e16, 1e17, 1e20, 1e21, 1e22, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 9999999, 1e7, 123456789.5, 2e-3,
		math.SmallestNonzeroFloat64, 2.2250738585072014e-308, 2.225073858507201e-308, math.MaxFloat64, 1 << 53, 1<<53 + 2, 5e-324 * 3, 2e23, 8.41e21, 9.5e-7,
		math.NaN(), math.Inf(1), math.Inf(-1),
	} {
		f.Add(math.Float64bits(n))
	}
	const longest = 32 // -0.00000 and 17 digits, or a sign, 17 digits, a point and e-308
	f.Fuzz(func(t *testing.T, bits uint64) {
		n := math.Float64frombits(bits)
		for name, printer := range printers() {
			got, err := printer(n)
			if math.IsNaN(n) || math.IsInf(n, 0) {
				if err == nil {
					t.Fatalf("%s prints %v as %s", name, n, got)
				}
				continue
			}
			if err != nil || len(got) > longest || !json.Valid(got) {
				t.Fatalf("%s prints %v as %s, %v", name, n, got, err)
			}
			back, err := strconv.ParseFloat(string(got), 64)
			if err != nil || back != n {
				t.Fatalf("%s prints %v as %s, which reads as %v, %v", name, n, got, back, err)
			}
			if whole := !bytes.ContainsAny(got, ".eE"); whole && name != "javascript" {
				t.Fatalf("%s prints the double %v as the integer %s", name, n, got)
			}
		}
	})
}

// FuzzCompact wants the two printers of Python to differ in nothing but the spaces between things.
func FuzzCompact(f *testing.F) {
	for _, text := range []string{`{"a":[1,1.5,-0.0,"a, b: c",{"":{}}],"b":null}`, `[]`, `{}`, `[[],{}]`, `", "`, `{", ":": "}`, `1e16`, `[true,false]`, `"é\u2028😀\u007f"`} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		v, err := payloads.ParseValue(text)
		if err != nil {
			return
		}
		spaced, err := wire.Python(v)
		if err != nil {
			t.Fatal(err)
		}
		got, err := wire.PythonCompact(v, pythonText)
		if err != nil {
			t.Fatal(err)
		}
		var want bytes.Buffer
		if err := json.Compact(&want, spaced); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want.Bytes()) {
			t.Fatalf("got %s, want %s", got, want.Bytes())
		}
	})
}

// pythonText quotes as Python's default does.
func pythonText(dst []byte, s string) []byte {
	text, err := wire.Python(s)
	if err != nil {
		return append(dst, `""`...) // cannot happen: every string prints
	}
	return append(dst, text...)
}

// timeForm is a printer of times with the layouts that read what it prints, and the unit at which it cuts off.
type timeForm struct {
	print   func(time.Time) string
	layouts []string
	unit    time.Duration
}

func timeForms() map[string]timeForm {
	const seconds = "2006-01-02T15:04:05"
	return map[string]timeForm{
		"ISOMicroZ":      {wire.ISOMicroZ, []string{seconds + ".000000Z"}, time.Microsecond},
		"ISOMicroNaive":  {wire.ISOMicroNaive, []string{seconds + ".000000", seconds}, time.Microsecond},
		"ISOMicroShortZ": {wire.ISOMicroShortZ, []string{seconds + ".000000Z", seconds + "Z"}, time.Microsecond},
		"ISOMilliZ":      {wire.ISOMilliZ, []string{seconds + ".000Z"}, time.Millisecond},
		"ISOSeconds":     {wire.ISOSeconds, []string{seconds}, time.Second},
	}
}

// read finds the layout of the same length: time.Parse alone takes a fraction that the layout does not have.
func (f timeForm) read(text string) (time.Time, error) {
	for _, layout := range f.layouts {
		if len(layout) == len(text) {
			return time.Parse(layout, text)
		}
	}
	return time.Time{}, fmt.Errorf("%q has none of the lengths of %q", text, f.layouts)
}

// FuzzTimes wants every printed time to read back as the same moment, cut off at the printer's unit, whatever the zone.
func FuzzTimes(f *testing.F) {
	f.Add(int64(1795281862), int64(0), 0)
	f.Add(int64(1795281862), int64(999_999_999), 3600)
	f.Add(int64(1795281862), int64(999), -3600)
	f.Add(int64(-1), int64(999_999), 19800)
	f.Add(int64(253402300799), int64(1_000), 0)
	f.Fuzz(func(t *testing.T, seconds, nanos int64, offset int) {
		at := time.Unix(seconds, nanos)
		if year := at.UTC().Year(); year < 1 || year > 9999 {
			return // none of the languages prints such a year as ISO 8601 wants it
		}
		at = at.In(time.FixedZone("", offset%86400))
		for name, form := range timeForms() {
			text := form.print(at)
			back, err := form.read(text)
			if err != nil || !back.Equal(at.Truncate(form.unit)) {
				t.Fatalf("%s prints %v as %s, which reads as %v, %v", name, at, text, back, err)
			}
		}
	})
}
