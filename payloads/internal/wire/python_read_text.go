package wire

import (
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// quoted reads a string whose opening quote is read.
func (s *pythonScanner) quoted() (string, error) {
	begin := s.at - 1
	var b strings.Builder
	for s.at < len(s.text) {
		r := s.text[s.at]
		s.at++
		switch {
		case r == '"':
			return b.String(), nil
		case r < 0x20:
			return "", s.fault("Invalid control character at", s.at-1)
		case r != '\\':
			b.WriteRune(r)
		case s.at >= len(s.text):
			return "", s.fault("Unterminated string starting at", begin)
		default:
			if err := s.escape(&b); err != nil {
				return "", err
			}
		}
	}
	return "", s.fault("Unterminated string starting at", begin)
}

// escape reads what follows a backslash.
func (s *pythonScanner) escape(b *strings.Builder) error {
	r := s.text[s.at]
	if r == 'u' {
		return s.codePoint(b)
	}
	i := strings.IndexRune(`"\/bfnrt`, r)
	if i < 0 {
		return s.fault(`Invalid \escape`, s.at-1)
	}
	b.WriteByte("\"\\/\b\f\n\r\t"[i])
	s.at++
	return nil
}

// codePoint reads an escape by number, or two that make a pair. Half a pair becomes U+FFFD, because Go's strings cannot hold it.
func (s *pythonScanner) codePoint(b *strings.Builder) error {
	unit, err := s.unit()
	if err != nil {
		return err
	}
	if !utf16.IsSurrogate(unit) || s.at+1 >= len(s.text) || s.text[s.at] != '\\' || s.text[s.at+1] != 'u' {
		b.WriteRune(unit)
		return nil
	}
	back := s.at
	s.at++
	low, err := s.unit()
	if err != nil {
		return err
	}
	pair := utf16.DecodeRune(unit, low)
	if pair == utf8.RuneError {
		s.at = back
	}
	b.WriteRune(pair)
	return nil
}

// unit reads the four digits of an escape; the place of reading is at its u. As in Python, at least one more character has to follow them.
func (s *pythonScanner) unit() (rune, error) {
	if s.at+5 >= len(s.text) {
		return 0, s.fault(`Invalid \uXXXX escape`, s.at)
	}
	n, err := strconv.ParseUint(string(s.text[s.at+1:s.at+5]), 16, 16)
	if err != nil {
		return 0, s.fault(`Invalid \uXXXX escape`, s.at)
	}
	s.at += 5
	return rune(n), nil
}
