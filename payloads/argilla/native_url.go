package argilla

import (
	"net/netip"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/idna"

	"github.com/annohook/annohook/payloads"
)

// What can be wrong with a URL, in the words of the url crate that pydantic uses.
const (
	urlEmpty       = "input is empty"
	urlRelative    = "relative URL without a base"
	urlNoHost      = "empty host"
	urlBadPort     = "invalid port number"
	urlBadIPv4     = "invalid IPv4 address"
	urlBadIPv6     = "invalid IPv6 address"
	urlBadDomain   = "invalid domain character"
	urlBadIDN      = "invalid international domain name"
	schemeHTTP     = "http"
	schemeHTTPS    = "https"
	highestPort    = 65535
	anySlash       = `/\`
	maxURLLength   = 2083
	bitsOfAddress  = 32
	hexBase        = 16
	octalBase      = 8
	maxAddressPart = 4
)

// parseURL normalises a URL as pydantic 2.9.2's HttpUrl does, that is as browsers do (WHATWG): tried against it with the URLs of
// testdata/captured/urls.json. wrong is why it is none. Where the scheme is not http or https, only the scheme is certain.
func parseURL(text string) (url, scheme, wrong string) {
	text = strings.TrimFunc(text, func(r rune) bool { return r <= ' ' })
	text = strings.Map(func(r rune) rune {
		if strings.ContainsRune("\t\n\r", r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, "\uFFFD"))
	if text == "" {
		return "", "", urlEmpty
	}
	scheme, rest, ok := strings.Cut(text, ":")
	if !ok || !isScheme(scheme) {
		return "", "", urlRelative
	}
	scheme = strings.ToLower(scheme)
	if !special(scheme) {
		return text, scheme, ""
	}
	rest = strings.TrimLeft(rest, anySlash)
	authority, tail := rest, ""
	if i := strings.IndexAny(rest, `/\?#`); i >= 0 {
		authority, tail = rest[:i], rest[i:]
	}
	user, address, found := cutLast(authority, "@")
	if !found {
		user, address = "", authority
	}
	host, wrong := normalAddress(scheme, address)
	if wrong != "" {
		return "", "", wrong
	}
	return scheme + "://" + normalUser(user) + host + normalTail(tail), scheme, ""
}

func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}

func isScheme(s string) bool {
	for i, c := range []byte(s) {
		letter := c|0x20 >= 'a' && c|0x20 <= 'z'
		if !letter && (i == 0 || (c < '0' || c > '9') && !strings.ContainsRune("+-.", rune(c))) {
			return false
		}
	}
	return s != ""
}

// special schemes always have a host.
func special(scheme string) bool {
	switch scheme {
	case schemeHTTP, schemeHTTPS, "ftp", "ws", "wss":
		return true
	}
	return false
}

// normalUser prints user and password with their @, or nothing.
func normalUser(text string) string {
	const escaped = ` "#<>?` + "`{}/:;=@[\\]^|"
	name, password, _ := strings.Cut(text, ":")
	switch {
	case text == "" || text == ":":
		return ""
	case password == "":
		return payloads.PercentEncode(name, escaped) + "@"
	}
	return payloads.PercentEncode(name, escaped) + ":" + payloads.PercentEncode(password, escaped) + "@"
}

// normalAddress prints host and port; the usual port of the scheme is left out.
func normalAddress(scheme, text string) (address, wrong string) {
	host, port, found := cutLast(text, ":")
	if !found || strings.HasSuffix(text, "]") {
		host, port = text, ""
	}
	if i := strings.Index(text, ":"); !strings.HasPrefix(text, "[") && i >= 0 {
		host, port = text[:i], text[i+1:]
	}
	if host == "" {
		return "", urlNoHost
	}
	host, wrong = normalHost(host)
	if wrong != "" || port == "" {
		return host, wrong
	}
	n, err := strconv.ParseUint(port, 10, 64)
	if err != nil || n > highestPort || port[0] == '+' {
		return "", urlBadPort
	}
	if (scheme == schemeHTTP && n == 80) || (scheme == schemeHTTPS && n == 443) {
		return host, ""
	}
	return host + ":" + strconv.FormatUint(n, 10), ""
}

func normalHost(host string) (normal, wrong string) {
	if strings.HasPrefix(host, "[") {
		address, err := netip.ParseAddr(strings.TrimSuffix(host[1:], "]"))
		if err != nil || !strings.HasSuffix(host, "]") || !address.Is6() || address.Zone() != "" {
			return "", urlBadIPv6
		}
		return "[" + payloads.BrowserIPv6(address) + "]", ""
	}
	host = payloads.PercentDecode(host)
	if !utf8.ValidString(host) {
		return "", urlBadIDN
	}
	profile := idna.New(idna.MapForLookup(), idna.StrictDomainName(false), idna.CheckHyphens(false), idna.BidiRule(), idna.Transitional(false),
		idna.VerifyDNSLength(false))
	host, err := profile.ToASCII(host)
	switch {
	case strings.ContainsFunc(host, func(r rune) bool { return r <= ' ' || strings.ContainsRune("#%/:<>?@[\\]^|\x7f", r) }):
		return "", urlBadDomain
	case err != nil:
		return "", urlBadIDN
	case host == "":
		return "", urlNoHost
	}
	return normalIPv4(host)
}

// normalIPv4 prints a host whose last part is a number as an address of four parts; it must be one then.
func normalIPv4(host string) (normal, wrong string) {
	parts := strings.Split(strings.TrimSuffix(host, "."), ".")
	last := parts[len(parts)-1]
	if _, ok := addressPart(last); !ok && strings.Trim(last, "0123456789") != "" || last == "" {
		return host, ""
	}
	if len(parts) > maxAddressPart {
		return "", urlBadIPv4
	}
	var address uint64
	for i, text := range parts {
		n, ok := addressPart(text)
		most := uint64(255)
		if i == len(parts)-1 {
			most = 1<<(bitsOfAddress-8*i) - 1
		}
		if !ok || n > most {
			return "", urlBadIPv4
		}
		if i < len(parts)-1 {
			n <<= bitsOfAddress - 8*(i+1)
		}
		address |= n
	}
	return netip.AddrFrom4([4]byte{byte(address >> 24), byte(address >> 16), byte(address >> 8), byte(address)}).String(), ""
}

// addressPart reads a decimal, octal or hexadecimal number.
func addressPart(text string) (n uint64, ok bool) {
	base, digits := 10, text
	switch {
	case len(text) > 1 && strings.EqualFold(text[:2], "0x"):
		base, digits = hexBase, text[2:]
	case len(text) > 1 && text[0] == '0':
		base, digits = octalBase, text[1:]
	}
	if digits == "" {
		return 0, base == hexBase
	}
	n, err := strconv.ParseUint(digits, base, 64)
	return n, err == nil && digits[0] != '+'
}
