package wire

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/annohook/annohook/payloads"
)

// maxSafeInteger is the largest integer up to which every integer is a double of its own.
const maxSafeInteger = 1 << 53

// JavaScript prints v as JSON.stringify(v) does: no spaces, UTF-8 as it is (U+2028 and U+007F too), every number a double (1 for 1.0, 0
// for -0, 1e-7, 1e+21, integers beyond 2^53 as the nearest double), and keys that are array indices first, in numeric order. It returns
// ErrNotFinite, ErrBadNumber, ErrBadType or ErrTooDeep, wrapped with the place. It is safe for concurrent use.
//
// Source: Datasaur's sender prints this way; checked against node in the tests.
func JavaScript(v payloads.Value) ([]byte, error) {
	p := printer{
		comma: ",", colon: ":",
		text:    func(dst []byte, s string) []byte { return appendRaw(dst, s, lowerHex) },
		float:   appendJavaScriptNumber,
		integer: appendJavaScriptInteger,
		big:     appendJavaScriptBig,
		order:   indicesFirst,
	}
	return p.print(v)
}

// appendJavaScriptNumber is Number.prototype.toString: plain from 1e-6 up to below 1e21, otherwise with an exponent of no fixed width.
func appendJavaScriptNumber(dst []byte, f float64) []byte {
	if f == 0 {
		return append(dst, '0')
	}
	d := shortest(f)
	if d.negative {
		dst = append(dst, '-')
	}
	if d.exponent < -6 || d.exponent >= 21 {
		return d.appendExponent(dst, exponentForm{mark: 'e', plus: true})
	}
	return d.appendPlain(dst, false)
}

func appendJavaScriptInteger(dst []byte, i int64) []byte {
	if i >= -maxSafeInteger && i <= maxSafeInteger {
		return appendInteger(dst, i)
	}
	return appendJavaScriptNumber(dst, float64(i))
}

func appendJavaScriptBig(dst []byte, digits string) ([]byte, error) {
	f, err := strconv.ParseFloat(digits, 64)
	if err != nil {
		return nil, fmt.Errorf("%w: %.40q is beyond the largest double", ErrBadNumber, digits)
	}
	return appendJavaScriptNumber(dst, f), nil
}

// indicesFirst orders members as a JavaScript object does. Nearly no object has such keys, so the common case returns its argument.
func indicesFirst(members []payloads.Member) []payloads.Member {
	has := func(m payloads.Member) bool { _, ok := arrayIndex(m.Key); return ok }
	if !slices.ContainsFunc(members, has) {
		return members
	}
	ordered := slices.Clone(members)
	slices.SortStableFunc(ordered, func(a, b payloads.Member) int {
		i, isIndex := arrayIndex(a.Key)
		j, isOther := arrayIndex(b.Key)
		switch {
		case isIndex && isOther:
			return int(i - j)
		case isIndex:
			return -1
		case isOther:
			return 1
		}
		return 0
	})
	return ordered
}

// arrayIndex reports the number of a key that is one: decimal without leading zero, below 2^32-1.
func arrayIndex(key string) (int64, bool) {
	if key == "" || len(key) > 10 || key[0] < '0' || key[0] > '9' || (key[0] == '0' && len(key) > 1) {
		return 0, false
	}
	i, err := strconv.ParseUint(key, 10, 32)
	return int64(i), err == nil && i < 1<<32-1
}
