package wire

import (
	"unicode/utf8"
)

const (
	lowerHex = "0123456789abcdef"
	upperHex = "0123456789ABCDEF"
)

// short is the letter of the two-character escape that all three languages use for b, or 0.
func short(b byte) byte {
	switch b {
	case '"', '\\':
		return b
	case '\b':
		return 'b'
	case '\t':
		return 't'
	case '\n':
		return 'n'
	case '\f':
		return 'f'
	case '\r':
		return 'r'
	}
	return 0
}

// appendASCII quotes s with every character outside printable ASCII escaped, in lower-case hex.
func appendASCII(dst []byte, s string) []byte {
	dst = append(dst, '"')
	start := 0
	for i := 0; i < len(s); {
		if b := s[i]; b >= ' ' && b < 0x7f && b != '"' && b != '\\' {
			i++
			continue
		}
		dst = append(dst, s[start:i]...)
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case short(s[i]) != 0: // no byte of a longer sequence has a short escape
			dst = append(dst, '\\', short(s[i]))
		case r > 0xffff:
			// Above the basic plane: a pair of surrogates.
			dst = appendUnit(dst, 0xd800+(r-0x10000)>>10, lowerHex)
			dst = appendUnit(dst, 0xdc00+(r-0x10000)&0x3ff, lowerHex)
		default:
			dst = appendUnit(dst, r, lowerHex)
		}
		i += size
		start = i
	}
	return append(append(dst, s[start:]...), '"')
}

// appendRaw quotes s in UTF-8 and escapes only what JSON demands: the quote, the backslash, and control characters below U+0020.
func appendRaw(dst []byte, s, hex string) []byte {
	dst = append(dst, '"')
	start := 0
	for i := 0; i < len(s); {
		b := s[i]
		if b >= ' ' && b < utf8.RuneSelf && b != '"' && b != '\\' {
			i++
			continue
		}
		if b >= utf8.RuneSelf {
			r, size := utf8.DecodeRuneInString(s[i:])
			if r == utf8.RuneError && size == 1 {
				dst = append(append(dst, s[start:i]...), "\uFFFD"...)
				start = i + 1
			}
			i += size
			continue
		}
		dst = append(dst, s[start:i]...)
		if letter := short(b); letter != 0 {
			dst = append(dst, '\\', letter)
		} else {
			dst = appendUnit(dst, rune(b), hex)
		}
		i++
		start = i
	}
	return append(append(dst, s[start:]...), '"')
}

// appendUnit appends one UTF-16 unit as \uXXXX.
func appendUnit(dst []byte, unit rune, hex string) []byte {
	return append(dst, '\\', 'u', hex[unit>>12&0xf], hex[unit>>8&0xf], hex[unit>>4&0xf], hex[unit&0xf])
}
