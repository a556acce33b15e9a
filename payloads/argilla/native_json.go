package argilla

import (
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

// scanner reads JSON as Python's json.loads does: it takes NaN and Infinity, lets the last of two equal keys win, and counts the place of a
// fault in characters.
type scanner struct {
	text []rune
	at   int
}

// fault is why a text is no JSON.
type fault int

// The faults.
const (
	faultNone   fault = iota
	faultSyntax       // told with its place
	faultOther        // not UTF-8, or nested too deep
)

// parsePython reads a body. place is where the fault is.
func parsePython(body []byte) (v payloads.Value, place int, why fault) {
	if !utf8.Valid(body) {
		return nil, 0, faultOther
	}
	s := &scanner{text: []rune(strings.TrimPrefix(string(body), "\uFEFF"))}
	s.space()
	if v, why = s.value(0); why != faultNone {
		return nil, s.at, why
	}
	s.space()
	if s.at < len(s.text) {
		return nil, s.at, faultSyntax
	}
	return v, 0, faultNone
}

func (s *scanner) space() {
	for s.at < len(s.text) && strings.ContainsRune(" \t\n\r", s.text[s.at]) {
		s.at++
	}
}

func (s *scanner) peek() rune {
	if s.at < len(s.text) {
		return s.text[s.at]
	}
	return -1
}

// take steps over c if it comes next.
func (s *scanner) take(c rune) bool {
	if s.peek() != c {
		return false
	}
	s.at++
	return true
}

// value reads one value; at a fault, at is its place.
func (s *scanner) value(depth int) (payloads.Value, fault) {
	if depth > deepest {
		return nil, faultOther
	}
	switch c := s.peek(); {
	case c == '{':
		return s.object(depth)
	case c == '[':
		return s.array(depth)
	case c == '"':
		return s.string()
	case c == '-' || c >= '0' && c <= '9':
		return s.number()
	default:
		return s.word()
	}
}

func (s *scanner) word() (payloads.Value, fault) {
	words := map[string]payloads.Value{"null": nil, "true": true, "false": false, "NaN": notFinite, "Infinity": notFinite, "-Infinity": notFinite}
	for word, v := range words {
		if end := s.at + len(word); end <= len(s.text) && string(s.text[s.at:end]) == word {
			s.at = end
			return v, faultNone
		}
	}
	return nil, faultSyntax
}

// notFinite stands for the three numbers that JSON has no words for; no field takes a number of that size.
const notFinite = 1e308

func (s *scanner) array(depth int) (payloads.Value, fault) {
	list := payloads.Array{}
	s.at++
	s.space()
	if s.take(']') {
		return list, faultNone
	}
	for {
		v, why := s.value(depth + 1)
		if why != faultNone {
			return nil, why
		}
		list = append(list, v)
		s.space()
		if s.take(']') {
			return list, faultNone
		}
		if !s.take(',') {
			return nil, faultSyntax
		}
		s.space()
	}
}

func (s *scanner) object(depth int) (payloads.Value, fault) {
	values, order := map[string]payloads.Value{}, []string{}
	s.at++
	s.space()
	for more := !s.take('}'); more; more = !s.take('}') {
		if len(order) > 0 {
			if !s.take(',') {
				return nil, faultSyntax
			}
			s.space()
		}
		if s.peek() != '"' {
			return nil, faultSyntax
		}
		key, why := s.string()
		if why != faultNone {
			return nil, why
		}
		s.space()
		if !s.take(':') {
			return nil, faultSyntax
		}
		s.space()
		v, why := s.value(depth + 1)
		if why != faultNone {
			return nil, why
		}
		name, _ := key.(string)
		if _, known := values[name]; !known {
			order = append(order, name)
		}
		values[name] = v
		s.space()
	}
	pairs := make([]any, 0, 2*len(order))
	for _, name := range order {
		pairs = append(pairs, name, values[name])
	}
	return payloads.Obj(pairs...), faultNone
}

// number reads as many characters as make a number; what follows is somebody else's fault.
func (s *scanner) number() (payloads.Value, fault) {
	start := s.at
	if s.take('-') && (s.peek() < '0' || s.peek() > '9') {
		s.at = start
		return s.word()
	}
	if !s.take('0') {
		s.digits()
	}
	whole := s.at
	if s.take('.') && s.digits() == 0 {
		s.at = whole
	}
	before := s.at
	if s.take('e') || s.take('E') {
		if !s.take('+') {
			s.take('-')
		}
		if s.digits() == 0 {
			s.at = before
		}
	}
	text := string(s.text[start:s.at])
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return n, faultNone
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil {
		f = notFinite
	}
	return f, faultNone
}

func (s *scanner) digits() (n int) {
	for s.peek() >= '0' && s.peek() <= '9' {
		s.at++
		n++
	}
	return n
}
