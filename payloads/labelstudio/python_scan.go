package labelstudio

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/annohook/annohook/payloads"
)

// maxNesting bounds the nesting of a request body.
const maxNesting = 64

// scanError is a JSON text that Python's json module refuses, in its words.
type scanError struct{ message string }

func (e *scanError) Error() string { return e.message }

// scanPython reads a JSON text as Python's json module does: the last of equal keys counts, and what is wrong is told in that module's
// words, with line, column and character.
func scanPython(data []byte) (payloads.Value, error) {
	if err := utf8Fault(data); err != nil {
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

// utf8Fault tells the first byte that is not UTF-8.
func utf8Fault(data []byte) error {
	for at := 0; at < len(data); {
		r, size := utf8.DecodeRune(data[at:])
		if r != utf8.RuneError || size > 1 {
			at += size
			continue
		}
		reason := "invalid continuation byte"
		switch b := data[at]; {
		case b < 0xc2 || b > 0xf4:
			reason = "invalid start byte"
		case !utf8.FullRune(data[at:]):
			reason = "unexpected end of data"
		}
		return &scanError{fmt.Sprintf("'utf-8' codec can't decode byte 0x%02x in position %d: %s", data[at], at, reason)}
	}
	return nil
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
	return payloads.ParseValue([]byte(string(s.text[begin:s.at])))
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
