package wire

import (
	"math"

	"github.com/annohook/annohook/payloads"
)

// Jackson prints v as Java's Jackson does in its compact default: no spaces, UTF-8 as it is, only the quote, the backslash and control
// characters below U+0020 escaped (upper-case \u001F), integers digit by digit, doubles as Double.toString of JDK 19 and later (1.0,
// 0.155, 1.0E-5, 1.0E7). It returns ErrNotFinite, ErrBadNumber, ErrBadType or ErrTooDeep, wrapped with the place. It is safe for
// concurrent use.
//
// Source: Toloka's signed sample is compact JSON of this kind; that Jackson prints it is assumed from the vendor's Java code.
func Jackson(v payloads.Value) ([]byte, error) {
	p := printer{
		comma: ",", colon: ":",
		text:    func(dst []byte, s string) []byte { return appendRaw(dst, s, upperHex) },
		float:   appendJavaDouble,
		integer: appendInteger,
		big:     appendBig,
	}
	return p.print(v)
}

// appendJavaDouble is Double.toString: plain from 1e-3 up to below 1e7, otherwise one digit before the point and at least one behind,
// also in the exponent form.
func appendJavaDouble(dst []byte, f float64) []byte {
	d := shortest(f)
	if d.count == 1 {
		d = twoDigits(f, d)
	}
	if d.negative {
		dst = append(dst, '-')
	}
	if f != 0 && (math.Abs(f) < 1e-3 || math.Abs(f) >= 1e7) {
		return d.appendExponent(dst, exponentForm{mark: 'E', point: true})
	}
	return d.appendPlain(dst, true)
}
