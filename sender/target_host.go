package sender

import (
	"encoding/base64"
	"fmt"
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

// basicField is the Authorization field for user and password.
func basicField(name, password string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(name+":"+password))
}
