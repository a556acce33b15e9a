package payloads

import (
	"net/netip"
	"strconv"
	"strings"
)

// PercentEncode writes spaces, controls, what lies beyond visible ASCII, and the characters of unsafe as %XX. A percent sign stays as it is.
func PercentEncode(text, unsafe string) string {
	odd := func(c byte) bool { return c <= ' ' || c >= 0x7f || strings.IndexByte(unsafe, c) >= 0 }
	n := 0
	for i := range len(text) {
		if odd(text[i]) {
			n++
		}
	}
	if n == 0 {
		return text
	}
	out := make([]byte, 0, len(text)+2*n)
	for i := range len(text) {
		if odd(text[i]) {
			out = AppendPercent(out, text[i])
			continue
		}
		out = append(out, text[i])
	}
	return string(out)
}

// AppendPercent appends one byte as %XX.
func AppendPercent(to []byte, c byte) []byte {
	const hex = "0123456789ABCDEF"
	return append(to, '%', hex[c>>4], hex[c&0xf])
}

// PercentDecode replaces each %XX by its byte and leaves a percent sign that begins none.
func PercentDecode(text string) string {
	if strings.IndexByte(text, '%') < 0 {
		return text
	}
	out := make([]byte, 0, len(text))
	for i := 0; i < len(text); i++ {
		c, ok := PercentByte(text, i)
		if ok {
			i += 2
		} else {
			c = text[i]
		}
		out = append(out, c)
	}
	return string(out)
}

// PercentByte reads the %XX that begins at i; ok is false where none does.
func PercentByte(text string, i int) (c byte, ok bool) {
	if i+2 >= len(text) || text[i] != '%' || !isHex(text[i+1]) || !isHex(text[i+2]) {
		return 0, false
	}
	return unhex(text[i+1])<<4 | unhex(text[i+2]), true
}

func isHex(c byte) bool { return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'f' }

func unhex(c byte) byte {
	if c <= '9' {
		return c - '0'
	}
	return c | 0x20 - 'a' + 10
}

// BrowserPath is the path of an http URL as browsers write it, by the URL standard of the WHATWG: a backslash is a slash, the segment "." goes and
// ".." goes up, also where they are escaped, and what the standard escapes in a path is escaped. It begins with a slash.
func BrowserPath(path string) string {
	path = strings.TrimPrefix(strings.ReplaceAll(path, `\`, "/"), "/")
	var kept []string
	segments := strings.Split(path, "/")
	for i, segment := range segments {
		last := i == len(segments)-1
		switch strings.ReplaceAll(strings.ToLower(segment), "%2e", ".") {
		case "..":
			kept = kept[:max(len(kept)-1, 0)]
			if last {
				kept = append(kept, "")
			}
		case ".":
			if last {
				kept = append(kept, "")
			}
		default:
			kept = append(kept, PercentEncode(segment, "\"#<>?`{}"))
		}
	}
	return "/" + strings.Join(kept, "/")
}

// BrowserIPv6 is an IPv6 address as browsers write it, by the same standard: its last part is never an IPv4 address.
func BrowserIPv6(address netip.Addr) string {
	if !address.Is4In6() {
		return address.String()
	}
	b := address.As16()
	part := func(i int) string { return strconv.FormatUint(uint64(b[i])<<8|uint64(b[i+1]), 16) }
	return "::ffff:" + part(12) + ":" + part(14)
}
