package argilla

import (
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/annohook/annohook/payloads"
)

// string reads a string. A half of a surrogate pair becomes U+FFFD.
func (s *scanner) string() (payloads.Value, fault) {
	begin := s.at
	s.at++
	var text strings.Builder
	for {
		switch c := s.peek(); {
		case c < 0:
			s.at = begin
			return nil, faultSyntax
		case c == '"':
			s.at++
			return text.String(), faultNone
		case c < ' ':
			return nil, faultSyntax
		case c != '\\':
			text.WriteRune(c)
			s.at++
		default:
			r, why := s.escape(begin)
			if why != faultNone {
				return nil, why
			}
			text.WriteRune(r)
		}
	}
}

// escape reads what a backslash begins, in a string that began at begin.
func (s *scanner) escape(begin int) (rune, fault) {
	backslash := s.at
	s.at++
	c := s.peek()
	if c < 0 {
		s.at = begin
		return 0, faultSyntax
	}
	s.at++
	if c == 'u' {
		return s.unicode()
	}
	if i := strings.IndexRune(`"\/bfnrt`, c); i >= 0 {
		return rune("\"\\/\b\f\n\r\t"[i]), faultNone
	}
	s.at = backslash
	return 0, faultSyntax
}

// unicode reads the digits behind \u, and a second half where the first asks for one. A fault is at the u.
func (s *scanner) unicode() (rune, fault) {
	first, ok := s.hex()
	if !ok {
		s.at--
		return 0, faultSyntax
	}
	if !utf16.IsSurrogate(first) {
		return first, faultNone
	}
	back := s.at
	if s.take('\\') && s.take('u') {
		if second, ok := s.hex(); ok {
			if pair := utf16.DecodeRune(first, second); pair != utf8.RuneError {
				return pair, faultNone
			}
		}
	}
	s.at = back
	return utf8.RuneError, faultNone
}

// hex reads four hex digits, or nothing. As in Python, at least one more character has to follow them.
func (s *scanner) hex() (rune, bool) {
	const digits = 4
	end := s.at + digits
	if end >= len(s.text) {
		return 0, false
	}
	n, err := strconv.ParseUint(string(s.text[s.at:end]), 16, 16)
	if err != nil {
		return 0, false
	}
	s.at = end
	return rune(n), true
}
