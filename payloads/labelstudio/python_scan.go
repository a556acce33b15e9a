package labelstudio

import (
	"bytes"
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/annohook/annohook/payloads"
)

// maxNesting bounds the nesting of a request body.
const maxNesting = 900

// maxDigits is how many digits of a whole number Python reads.
const maxDigits = 4300

// scanError is a JSON text that Python's json module refuses, in its words.
type scanError struct{ message string }

func (e *scanError) Error() string { return e.message }

// scanPython reads a JSON text as Python's json module does: the last of equal keys counts, and what is wrong is told in that module's
// words, with line, column and character.
func scanPython(data []byte) (payloads.Value, error) {
	data, err := decoded(data)
	if err != nil {
		return nil, err
	}
	if bytes.HasPrefix(data, []byte("\ufeff")) {
		return nil, &scanError{"Unexpected UTF-8 BOM (decode using utf-8-sig): line 1 column 1 (char 0)"}
	}
	s := &scanner{text: []rune(string(data))}
	s.space()
	v, err := s.value(0)
	if err != nil {
		return nil, err
	}
	s.space()
	if s.at < len(s.text) {
		return nil, s.fault("Extra data", s.at)
	}
	return v, nil
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

type scanner struct {
	text []rune
	at   int
}

// fault words an error at a character as the json module does.
func (s *scanner) fault(message string, at int) error {
	line, column := 1, at+1
	for i, r := range s.text[:at] {
		if r == '\n' {
			line, column = line+1, at-i
		}
	}
	return &scanError{fmt.Sprintf("%s: line %d column %d (char %d)", message, line, column, at)}
}

func (s *scanner) space() {
	for s.at < len(s.text) && strings.ContainsRune(" \t\n\r", s.text[s.at]) {
		s.at++
	}
}

// peek returns the character at the place of reading, 0 at the end.
func (s *scanner) peek() rune {
	if s.at < len(s.text) {
		return s.text[s.at]
	}
	return 0
}

func (s *scanner) value(depth int) (payloads.Value, error) {
	if depth > maxNesting {
		return nil, s.fault("maximum recursion depth exceeded", s.at)
	}
	switch r := s.peek(); {
	case r == '"':
		s.at++
		return s.quoted()
	case r == '{':
		s.at++
		return s.object(depth)
	case r == '[':
		s.at++
		return s.array(depth)
	case r == '-' || r >= '0' && r <= '9':
		return s.number()
	}
	for word, v := range map[string]payloads.Value{"null": nil, "true": true, "false": false} {
		if s.word(word) {
			return v, nil
		}
	}
	if s.word("NaN") {
		return nil, notCompliant("NaN")
	}
	if s.word("Infinity") {
		return nil, notCompliant("Infinity")
	}
	return nil, s.fault("Expecting value", s.at)
}

// notCompliant is the refusal of numbers that the json module reads but the framework does not want.
func notCompliant(word string) error {
	return &scanError{"Out of range float values are not JSON compliant: '" + word + "'"}
}

func (s *scanner) word(word string) bool {
	if end := s.at + len(word); end <= len(s.text) && string(s.text[s.at:end]) == word {
		s.at = end
		return true
	}
	return false
}

func (s *scanner) object(depth int) (payloads.Value, error) {
	o := payloads.Obj()
	s.space()
	if s.peek() == '}' {
		s.at++
		return o, nil
	}
	for {
		if s.peek() != '"' {
			return nil, s.fault("Expecting property name enclosed in double quotes", s.at)
		}
		s.at++
		key, err := s.quoted()
		if err != nil {
			return nil, err
		}
		s.space()
		if s.peek() != ':' {
			return nil, s.fault("Expecting ':' delimiter", s.at)
		}
		s.at++
		s.space()
		v, err := s.value(depth + 1)
		if err != nil {
			return nil, err
		}
		o.Set(key, v)
		more, err := s.more('}')
		if err != nil || !more {
			return o, err
		}
	}
}

func (s *scanner) array(depth int) (payloads.Value, error) {
	list := payloads.Array{}
	s.space()
	if s.peek() == ']' {
		s.at++
		return list, nil
	}
	for {
		v, err := s.value(depth + 1)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
		more, err := s.more(']')
		if err != nil || !more {
			return list, err
		}
	}
}

// more reads what stands between two elements, or behind the last one.
func (s *scanner) more(end rune) (bool, error) {
	s.space()
	switch s.peek() {
	case end:
		s.at++
		return false, nil
	case ',':
		s.at++
		s.space()
		return true, nil
	default:
		return false, s.fault("Expecting ',' delimiter", s.at)
	}
}

// number reads a number: a whole one stays whole.
func (s *scanner) number() (payloads.Value, error) {
	begin := s.at
	if s.peek() == '-' {
		s.at++
	}
	if s.word("Infinity") {
		return nil, notCompliant("-Infinity")
	}
	whole := s.at
	for s.digit() {
		if s.at == whole+1 && s.text[whole] == '0' {
			break
		}
	}
	if s.at == whole {
		return nil, s.fault("Expecting value", begin)
	}
	s.optional('.', "")
	if s.peek() == 'e' || s.peek() == 'E' {
		s.optional(s.peek(), "+-")
	}
	text := string(s.text[begin:s.at])
	if digits := len(strings.TrimLeft(text, "-")); digits > maxDigits && !strings.ContainsAny(text, ".eE") {
		return nil, &scanError{fmt.Sprintf(
			"Exceeds the limit (%d digits) for integer string conversion: value has %d digits; use sys.set_int_max_str_digits() to increase the limit", maxDigits, digits)}
	}
	if f, err := strconv.ParseFloat(text, 64); err != nil && math.IsInf(f, 0) && strings.ContainsAny(text, ".eE") {
		return f, nil // too large a fraction is infinite
	}
	return payloads.ParseValue([]byte(text))
}

func (s *scanner) digit() bool {
	if r := s.peek(); r < '0' || r > '9' {
		return false
	}
	s.at++
	return true
}

// optional reads fraction or exponent where digits follow.
func (s *scanner) optional(lead rune, signs string) {
	back := s.at
	if s.peek() != lead {
		return
	}
	s.at++
	if s.peek() != 0 && strings.ContainsRune(signs, s.peek()) {
		s.at++
	}
	digits := s.at
	for s.digit() {
		continue
	}
	if s.at == digits {
		s.at = back
	}
}
