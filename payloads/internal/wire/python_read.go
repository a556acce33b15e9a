package wire

import (
	"fmt"
	"strings"

	"github.com/annohook/annohook/payloads"
)

// PythonReader reads JSON texts as Python's json module does up to version 3.12: the last of two equal keys counts and stands in the place of
// the first, and what is wrong is told in that module's words, with its place. How much of Python's freedom a server allows is its own:
// numbers and nesting are given by the caller.
type PythonReader struct {
	// Number makes a value of a number, whole or not, as it is written.
	Number func(text string) (payloads.Value, error)
	// Constant makes a value of NaN, Infinity or -Infinity.
	Constant func(word string) (payloads.Value, error)
	// Depth bounds the nesting. Python's own bound depends on its stack.
	Depth int
}

// PythonError is what is wrong with a text that Python's json module refuses.
type PythonError struct {
	Message string // in that module's words
	Place   int    // in characters, from 0

	line, column int
}

// Error tells message and place as json.JSONDecodeError does.
func (f *PythonError) Error() string {
	return fmt.Sprintf("%s: line %d column %d (char %d)", f.Message, f.line, f.column, f.Place)
}

// PythonTooDeep is the message of a fault that is Python's RecursionError and no JSONDecodeError.
const PythonTooDeep = "maximum recursion depth exceeded"

// Read reads one JSON text. A half of a surrogate pair becomes U+FFFD, because Go's strings cannot hold it. The error is a *PythonError, or what
// Number or Constant said. It is safe for concurrent use.
func (r PythonReader) Read(text string) (payloads.Value, error) {
	s := &pythonScanner{PythonReader: r, text: []rune(text)}
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

// pythonScanner is one text that is read.
type pythonScanner struct {
	PythonReader

	text []rune
	at   int
}

// fault is what is wrong at a character.
func (s *pythonScanner) fault(message string, at int) error {
	f := &PythonError{Message: message, Place: at, line: 1, column: at + 1}
	for i, r := range s.text[:at] {
		if r == '\n' {
			f.line, f.column = f.line+1, at-i
		}
	}
	return f
}

func (s *pythonScanner) space() {
	for s.at < len(s.text) && strings.ContainsRune(" \t\n\r", s.text[s.at]) {
		s.at++
	}
}

// peek returns the character at the place of reading, 0 at the end.
func (s *pythonScanner) peek() rune {
	if s.at < len(s.text) {
		return s.text[s.at]
	}
	return 0
}

func (s *pythonScanner) value(depth int) (payloads.Value, error) {
	if depth > s.Depth {
		return nil, s.fault(PythonTooDeep, s.at)
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
	for _, constant := range []string{"NaN", "Infinity"} {
		if s.word(constant) {
			return s.Constant(constant)
		}
	}
	return nil, s.fault("Expecting value", s.at)
}

// word steps over a word where it comes next.
func (s *pythonScanner) word(word string) bool {
	if end := s.at + len(word); end <= len(s.text) && string(s.text[s.at:end]) == word {
		s.at = end
		return true
	}
	return false
}

func (s *pythonScanner) object(depth int) (payloads.Value, error) {
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

func (s *pythonScanner) array(depth int) (payloads.Value, error) {
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
func (s *pythonScanner) more(end rune) (bool, error) {
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

// number steps over as many characters as make a number; what follows is somebody else's fault.
func (s *pythonScanner) number() (payloads.Value, error) {
	begin := s.at
	if s.peek() == '-' {
		s.at++
	}
	if s.word("Infinity") {
		return s.Constant("-Infinity")
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
	return s.Number(string(s.text[begin:s.at]))
}

func (s *pythonScanner) digit() bool {
	if r := s.peek(); r < '0' || r > '9' {
		return false
	}
	s.at++
	return true
}

// optional reads fraction or exponent where digits follow.
func (s *pythonScanner) optional(lead rune, signs string) {
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
