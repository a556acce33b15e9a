package argilla

import (
	"errors"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/internal/wire"
)

// compactJSON prints v as the server's JSON response does: json.dumps without spaces and with every character beyond ASCII as it is
// (Starlette 0.41.2 responses.py).
func compactJSON(v payloads.Value) ([]byte, error) { return wire.PythonCompact(v, appendText) }

// appendText escapes what Python's ensure_ascii=False escapes: quotes, backslashes and what lies below the space.
func appendText(dst []byte, s string) []byte {
	dst = append(dst, '"')
	for _, c := range []byte(strings.ToValidUTF8(s, "\uFFFD")) {
		switch short := strings.IndexByte("\b\f\n\r\t", c); {
		case c == '"' || c == '\\':
			dst = append(dst, '\\', c)
		case short >= 0:
			dst = append(dst, '\\', "bfnrt"[short])
		case c < ' ':
			const hex = "0123456789abcdef"
			dst = append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&0xf])
		default:
			dst = append(dst, c)
		}
	}
	return append(dst, '"')
}

// deepest is about how deep Python's scanner goes before it gives up; the exact depth depends on its stack.
const deepest = 950

// notFinite stands for the three numbers that JSON has no words for; no field takes a number of that size.
const notFinite = 1e308

// errUnreadable is a body that is not UTF-8 or nested too deep: the server says no more about it.
var errUnreadable = errors.New("the body cannot be read")

// parsePython reads a body as Python's json.loads does: it takes NaN and Infinity. The error is errUnreadable or a *wire.PythonError, of which
// the server tells the place.
func parsePython(body []byte) (payloads.Value, error) {
	if !utf8.Valid(body) {
		return nil, errUnreadable
	}
	reader := wire.PythonReader{
		Number: pythonNumber, Constant: func(string) (payloads.Value, error) { return notFinite, nil }, Depth: deepest,
	}
	v, err := reader.Read(strings.TrimPrefix(string(body), "\uFEFF"))
	if fault, ok := errors.AsType[*wire.PythonError](err); ok && fault.Message == wire.PythonTooDeep {
		return nil, errUnreadable
	}
	return v, err
}

// pythonNumber makes a fraction of what int64 cannot hold: no field takes a number of that size either.
func pythonNumber(text string) (payloads.Value, error) {
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return n, nil
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return notFinite, nil //nolint:nilerr // it is a number, but beyond all that are
	}
	return f, nil
}
