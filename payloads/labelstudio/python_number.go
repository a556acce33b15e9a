package labelstudio

import (
	"math"
	"strings"
	"unicode"
)

// pythonSpace reports whether Python takes r for white space. Unlike Go it does so of the four separators of ASCII.
func pythonSpace(r rune) bool { return unicode.IsSpace(r) || r >= 0x1c && r <= 0x1f }

// pythonStrip is s.strip().
func pythonStrip(s string) string { return strings.TrimFunc(s, pythonSpace) }

// pythonInt is int(s): white space around it, a sign, digits of any script, and single underscores between them. What int64 cannot hold
// becomes the number nearest to it, which no id is either.
func pythonInt(s string) (n int64, ok bool) {
	s = pythonStrip(s)
	sign := int64(1)
	switch {
	case strings.HasPrefix(s, "-"):
		s, sign = s[1:], -1
	case strings.HasPrefix(s, "+"):
		s = s[1:]
	}
	digits := false // whether a digit stands before the place of reading
	for _, r := range s {
		value, isDigit := digitValue(r)
		switch {
		case r == '_' && digits:
			digits = false
			continue
		case !isDigit:
			return 0, false
		case n > (math.MaxInt64-value)/10:
			n = math.MaxInt64 / 10 * 10 // the last digits no longer matter
		default:
			n = n*10 + value
		}
		digits = true
	}
	return sign * n, digits
}

// digitValue returns the value of a decimal digit. Unicode keeps the ten digits of a script together and in order.
func digitValue(r rune) (int64, bool) {
	if r >= '0' && r <= '9' {
		return int64(r - '0'), true
	}
	for _, t := range unicode.Nd.R16 {
		if low := int64(t.Lo); int64(r) >= low && int64(r) <= int64(t.Hi) {
			return (int64(r) - low) % 10, true
		}
	}
	for _, t := range unicode.Nd.R32 {
		if low := int64(t.Lo); int64(r) >= low && int64(r) <= int64(t.Hi) {
			return (int64(r) - low) % 10, true
		}
	}
	return 0, false
}
