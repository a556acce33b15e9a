package sender

import (
	"encoding/base64"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/idna"
)

// mapping is the way of browsers (UTS 46): letters that look alike become one, and nearly every name that can be resolved passes.
func mapping() *idna.Profile {
	return idna.New(idna.MapForLookup(), idna.StrictDomainName(false), idna.CheckHyphens(false), idna.BidiRule(), idna.Transitional(false),
		idna.VerifyDNSLength(false))
}

// mappedName turns a name into ASCII as browsers and net/http do.
func mappedName(name string) (string, error) {
	if isASCII(name) {
		return name, nil
	}
	ascii, err := mapping().ToASCII(name)
	// A letter may be mapped to several characters, and those to the end of a host: U+2100 is a/c.
	if err != nil || ascii == "" || !isASCII(ascii) || !isHostText(ascii) {
		return "", fmt.Errorf("%w: the host is no valid international name", ErrURL)
	}
	return ascii, nil
}

// hostPunctuation are the characters of a registered name beside letters, digits and escapes (RFC 3986).
const hostPunctuation = "-._~!$&'()*+,;="

// isHostText reports text whose ASCII characters may all stand in a name.
func isHostText(s string) bool {
	for i := range len(s) {
		if s[i] < utf8.RuneSelf && !isAllowed(s[i], hostPunctuation) {
			return false
		}
	}
	return true
}

// strictName turns a name into ASCII as Python's idna package does, which maps nothing but upper to lower case: what would have to be mapped
// is refused. The result is that of mappedName, so all clients dial one host. Python's resolver refuses empty labels.
func strictName(name string) (string, error) {
	if strings.HasPrefix(name, ".") || strings.Contains(name, "..") {
		return "", fmt.Errorf("%w: the client of this platform refuses a host with an empty label", ErrURL)
	}
	if isASCII(name) {
		return strings.ToLower(name), nil
	}
	mapped, err := mappedName(name)
	if err != nil {
		return "", err
	}
	if strict, err := idna.Registration.ToASCII(strings.ToLower(name)); err != nil || strict != mapped {
		return "", fmt.Errorf("%w: the client of this platform refuses the host, which is no name of IDNA 2008", ErrURL)
	}
	return mapped, nil
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// printIPv6 prints an address as browsers do: the last part is never an IPv4 address.
func printIPv6(address netip.Addr) string {
	if !address.Is4In6() {
		return address.String()
	}
	const hexadecimal = 16
	b := address.As16()
	part := func(i int) string { return strconv.FormatUint(uint64(b[i])<<8|uint64(b[i+1]), hexadecimal) }
	return "::ffff:" + part(12) + ":" + part(14)
}

// escape writes spaces, controls, what lies beyond visible ASCII, and the characters of unsafe as %XX.
func escape(text, unsafe string) string {
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
			const hex = "0123456789ABCDEF"
			out = append(out, '%', hex[text[i]>>4], hex[text[i]&0xf])
			continue
		}
		out = append(out, text[i])
	}
	return string(out)
}

// escapedByte reads the escape at i, if there is one.
func escapedByte(text string, i int) (byte, bool) {
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

// unescape replaces each %XX by its byte and leaves a percent sign that begins none.
func unescape(text string) string {
	if strings.IndexByte(text, '%') < 0 {
		return text
	}
	out := make([]byte, 0, len(text))
	for i := 0; i < len(text); i++ {
		c, ok := escapedByte(text, i)
		if ok {
			i += 2
		} else {
			c = text[i]
		}
		out = append(out, c)
	}
	return string(out)
}

// basicField is the Authorization field for user and password.
func basicField(name, password string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(name+":"+password))
}
