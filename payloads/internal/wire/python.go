package wire

import (
	"github.com/annohook/annohook/payloads"
)

// Python prints v as json.dumps(v) of Python 3 does with its default arguments: ", " and ": " between things, ASCII only with lower-case
// \uXXXX (astral characters as surrogate pairs, U+007F too), floats in repr form (1.0, 1e-05, 1e+16), integers digit by digit at any
// size. It returns ErrNotFinite, ErrBadNumber, ErrBadType or ErrTooDeep, wrapped with the place. It is safe for concurrent use.
//
// Source: Argilla's and Label Studio's captured bodies; checked against python3 in the tests.
func Python(v payloads.Value) ([]byte, error) {
	p := printer{comma: ", ", colon: ": ", text: appendASCII, float: appendPythonFloat, integer: appendInteger, big: appendBig}
	return p.print(v)
}

// appendPythonFloat is repr(float): the exponent form begins below 1e-4 and at 1e16, with at least two exponent digits, and a number
// without fraction keeps ".0" in the plain form only.
func appendPythonFloat(dst []byte, f float64) []byte {
	d := shortest(f)
	if d.negative {
		dst = append(dst, '-')
	}
	if d.exponent < -4 || d.exponent >= 16 {
		return d.appendExponent(dst, exponentForm{mark: 'e', plus: true, width: 2})
	}
	return d.appendPlain(dst, true)
}
