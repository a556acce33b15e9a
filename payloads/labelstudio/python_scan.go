package labelstudio

import (
	"bytes"
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/internal/wire"
)

// maxNesting bounds the nesting of a request body.
const maxNesting = 900

// maxDigits is how many digits of a whole number Python reads.
const maxDigits = 4300

// scanError is what is wrong with a body beyond what the json module itself refuses, in the words that a client gets.
type scanError struct{ message string }

func (e *scanError) Error() string { return e.message }

// scanPython reads a JSON text as the framework does with Python's json module; the error is in their words.
func scanPython(data []byte) (payloads.Value, error) {
	data, err := decoded(data)
	if err != nil {
		return nil, err
	}
	if bytes.HasPrefix(data, []byte("\ufeff")) {
		return nil, &scanError{"Unexpected UTF-8 BOM (decode using utf-8-sig): line 1 column 1 (char 0)"}
	}
	return wire.PythonReader{Number: pythonNumber, Constant: notCompliant, Depth: maxNesting}.Read(string(data))
}

// decoded refuses what is not UTF-8 as Python's decoder does. The framework reads the body as a stream, so a character that only begins at
// its end is dropped.
func decoded(data []byte) ([]byte, error) {
	for at := 0; at < len(data); {
		r, size := utf8.DecodeRune(data[at:])
		if r != utf8.RuneError || size > 1 {
			at += size
			continue
		}
		if !utf8.FullRune(data[at:]) {
			return data[:at], nil
		}
		return nil, utf8Fault(data, at)
	}
	return data, nil
}

// utf8Fault words the bytes at a place that belong to no character: the longest beginning of one, else a single byte.
func utf8Fault(data []byte, at int) error {
	if b := data[at]; b < 0xc2 || b > 0xf4 {
		return &scanError{fmt.Sprintf("'utf-8' codec can't decode byte 0x%02x in position %d: invalid start byte", b, at)}
	}
	end := at + 1
	for end < len(data) && !utf8.FullRune(data[at:end+1]) {
		end++
	}
	if end > at+1 {
		return &scanError{fmt.Sprintf("'utf-8' codec can't decode bytes in position %d-%d: invalid continuation byte", at, end-1)}
	}
	return &scanError{fmt.Sprintf("'utf-8' codec can't decode byte 0x%02x in position %d: invalid continuation byte", data[at], at)}
}

// notCompliant is the refusal of numbers that the json module reads but the framework does not want.
func notCompliant(word string) (payloads.Value, error) {
	return nil, &scanError{"Out of range float values are not JSON compliant: '" + word + "'"}
}

// pythonNumber keeps a whole number whole; too large a fraction is infinite.
func pythonNumber(text string) (payloads.Value, error) {
	fraction := strings.ContainsAny(text, ".eE")
	if digits := len(strings.TrimLeft(text, "-")); digits > maxDigits && !fraction {
		return nil, &scanError{fmt.Sprintf(
			"Exceeds the limit (%d digits) for integer string conversion: value has %d digits; use sys.set_int_max_str_digits() to increase the limit", maxDigits, digits)}
	}
	if f, err := strconv.ParseFloat(text, 64); err != nil && math.IsInf(f, 0) && fraction {
		return f, nil
	}
	return payloads.ParseValue([]byte(text))
}
