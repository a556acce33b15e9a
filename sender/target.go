package sender

import (
	"fmt"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/subscriptions"
)

const maxPort = 65535

// target is a URL as one HTTP client reads it: where it connects and what it writes. A guard judges the very name that is dialled.
type target struct {
	scheme string // http or https
	name   string // to dial: a name in ASCII, or an address without brackets
	port   string // to dial; "" is the usual one of the scheme
	host   string // value of the Host field
	uri    string // request target: path and query, begins with a slash, holds visible ASCII alone
	user   bool   // the URL holds user:pass@
	basic  string // the Authorization field made of it; "" for none
}

// readTarget reads a URL that nobody vouches for, as the client of the rule does. Errors wrap ErrURL, say what is allowed and repeat nothing
// secret. What is refused here, though some client would take it, is what clients disagree about so far as to dial different hosts.
func readTarget(rule payloads.TargetRule, raw string) (target, error) {
	p, err := splitURL(raw)
	if err != nil {
		return target{}, err
	}
	var t target
	switch rule {
	case payloads.TargetAsRequests:
		t, err = requestsTarget(p)
	case payloads.TargetAsHTTPX:
		t, err = httpxTarget(p)
	case payloads.TargetAsAxios:
		t, err = axiosTarget(p)
	default:
		t, err = writtenTarget(p)
	}
	t.uri = printable(t.uri)
	return t, err
}

// urlParts is a URL cut into its parts, none of them changed but the scheme. All clients cut alike what splitURL lets pass.
type urlParts struct {
	scheme   string // http or https
	capital  bool   // the scheme is not written in lower case
	user     string // user:pass, as written
	hasUser  bool
	name     string // without brackets
	port     string
	path     string // empty, or begins with a slash
	query    string
	hasQuery bool
}

var errNotAbsolute = fmt.Errorf("%w: not an absolute http or https URL, for example https://example.com:8443/hook", ErrURL)

func splitURL(raw string) (urlParts, error) {
	if raw == "" {
		return urlParts{}, fmt.Errorf("%w: it is empty, give an absolute http or https URL", ErrURL)
	}
	if !isVisible(raw) {
		return urlParts{}, fmt.Errorf("%w: control characters, spaces and invalid UTF-8 are not allowed", ErrURL)
	}
	scheme, rest, err := cutScheme(raw)
	if err != nil {
		return urlParts{}, err
	}
	p := urlParts{scheme: scheme, capital: !strings.HasPrefix(raw, scheme)}
	authority := rest
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		authority = rest[:i]
		p.path, p.query, p.hasQuery = cutTail(rest[i:])
	}
	return p, p.readAuthority(authority)
}

// isVisible reports text without spaces, control characters and invalid UTF-8.
func isVisible(text string) bool {
	for i := range len(text) {
		if text[i] <= ' ' || text[i] >= 0x7f {
			odd := func(r rune) bool { return unicode.IsControl(r) || unicode.IsSpace(r) }
			return utf8.ValidString(text) && !strings.ContainsFunc(text, odd)
		}
	}
	return true
}

// cutScheme returns the scheme in lower case and what follows its two slashes.
func cutScheme(raw string) (scheme, rest string, err error) {
	scheme, rest, found := strings.Cut(raw, ":")
	scheme = strings.ToLower(scheme)
	isHTTP := scheme == "http" || scheme == "https"
	switch rest, slashes := strings.CutPrefix(rest, "//"); {
	case found && isHTTP && slashes:
		return scheme, rest, nil
	case found && isHTTP:
		return "", "", fmt.Errorf("%w: the host is missing", ErrURL)
	case found && slashes && isScheme(scheme):
		return "", "", fmt.Errorf("%w: scheme %q is not allowed, use http or https", ErrURL, scheme)
	default:
		return "", "", fmt.Errorf("%w: the scheme must be http or https, followed by :// and a host", ErrURL)
	}
}

// isScheme reports a scheme in lower case.
func isScheme(s string) bool {
	return s != "" && s[0] >= 'a' && s[0] <= 'z' && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789+-.") == ""
}

// cutTail cuts what follows the authority. The fragment is no part of a request.
func cutTail(tail string) (path, query string, hasQuery bool) {
	tail, _, _ = strings.Cut(tail, "#")
	return strings.Cut(tail, "?")
}

// readAuthority reads user, host and port.
func (p *urlParts) readAuthority(authority string) error {
	if strings.Contains(authority, `\`) {
		return fmt.Errorf("%w: a backslash before the path is read as different hosts by different clients", ErrURL)
	}
	address := authority
	if at := strings.LastIndexByte(authority, '@'); at >= 0 {
		p.user, p.hasUser, address = authority[:at], true, authority[at+1:]
	}
	if strings.Contains(address, "%") && !strings.HasPrefix(address, "[") {
		return fmt.Errorf("%w: the host holds a percent escape, which clients read differently; write the character itself", ErrURL)
	}
	var ok bool
	if p.name, p.port, ok = cutPort(address); !ok {
		return errNotAbsolute
	}
	if p.name == "" {
		return fmt.Errorf("%w: the host is missing", ErrURL)
	}
	if n, err := strconv.Atoi(p.port); p.port != "" && (err != nil || n < 1 || n > maxPort) {
		return fmt.Errorf("%w: port %s is out of range, allowed are 1 to 65535", ErrURL, p.port)
	}
	return nil
}

// cutPort cuts host and port. ok is false for what is neither an IPv6 address in brackets nor a name without ASCII characters that are none
// of a host, and for a port that is no number.
func cutPort(address string) (name, port string, ok bool) {
	if rest, bracketed := strings.CutPrefix(address, "["); bracketed {
		name, after, closed := strings.Cut(rest, "]")
		name, read := readAddress(name)
		port, found := strings.CutPrefix(after, ":")
		return name, port, closed && read && (found || after == "") && isNumber(port)
	}
	name, port, _ = strings.Cut(address, ":")
	return name, port, isHostText(name) && isNumber(port)
}

// readAddress reads an IPv6 address. Its zone may follow "%25" (RFC 6874) or a bare "%", which clients take too; it must be one that all parsers read
// alike, and only link-local addresses have one, which guards refuse unless they are told otherwise.
func readAddress(name string) (address string, ok bool) {
	address, zone, zoned := strings.Cut(strings.Replace(name, "%25", "%", 1), "%")
	addr, err := netip.ParseAddr(address)
	if err != nil || !addr.Is6() || !zoned {
		return address, err == nil && addr.Is6()
	}
	plain := zone != ""
	for i := range len(zone) {
		plain = plain && isAllowed(zone[i], "-._~")
	}
	return address + "%" + zone, plain && addr.IsLinkLocalUnicast()
}

func isNumber(s string) bool { return strings.Trim(s, "0123456789") == "" }

// credential returns user and password as they are written.
func (p urlParts) credential() (name, password string, hasPassword bool) {
	return strings.Cut(p.user, ":")
}

// usualPort returns the port as clients print it: without leading zeros, and "" where it is the one of the scheme.
func (p urlParts) usualPort() string {
	port := strings.TrimLeft(p.port, "0")
	if p.scheme == "http" && port == "80" || p.scheme == "https" && port == "443" {
		return ""
	}
	return port
}

// joinHost is a host with its port as in a URL, an IPv6 address in brackets.
func joinHost(name, port string) string {
	if strings.Contains(name, ":") {
		name = "[" + name + "]"
	}
	if port == "" {
		return name
	}
	return name + ":" + port
}

// authority is what to dial: host and port, without user:pass@.
func (t target) authority() string { return joinHost(t.name, t.port) }

// String is the target as it may be shown: what went over the wire, user:pass@ as stars.
func (t target) String() string {
	user := ""
	if t.user {
		user = subscriptions.Masked + "@"
	}
	return t.scheme + "://" + user + strings.ReplaceAll(t.authority(), "%", "%25") + t.uri
}

// wire is the target for net/http. Opaque is the way to a request target that net/http does not escape in its own way, but it cannot begin
// with two slashes (url.URL.RequestURI); see printable.
func (t target) wire() *url.URL {
	u := &url.URL{Scheme: t.scheme, Host: t.authority()}
	if !strings.HasPrefix(t.uri, "//") {
		u.Opaque = t.uri
		return u
	}
	path, query, found := strings.Cut(t.uri, "?")
	u.Path, u.RawPath, u.RawQuery, u.ForceQuery = payloads.PercentDecode(path), path, query, found
	return u
}

// printable returns a request target that wire can hand to net/http. Where a path begins with two slashes, that excludes the characters that
// httpx and axios leave alone although no URL may hold them: they are escaped, which is the one known difference to those clients.
func printable(uri string) string {
	if !strings.HasPrefix(uri, "//") {
		return uri
	}
	path, query, found := strings.Cut(uri, "?")
	return originForm(escapeStray(payloads.PercentEncode(path, notInURLs)), query, found)
}

// escapeStray escapes each percent sign that begins no escape.
func escapeStray(text string) string {
	if strings.IndexByte(text, '%') < 0 {
		return text
	}
	var b strings.Builder
	for i := range len(text) {
		b.WriteByte(text[i])
		if _, ok := payloads.PercentByte(text, i); text[i] == '%' && !ok {
			b.WriteString("25")
		}
	}
	return b.String()
}

// place is the target for a cookie jar, which looks at host and path.
func (t target) place() *url.URL {
	path, _, _ := strings.Cut(t.uri, "?")
	return &url.URL{Scheme: t.scheme, Host: t.authority(), Path: path}
}

// address returns the address where the name is one.
func (t target) address() (netip.Addr, bool) {
	addr, err := netip.ParseAddr(strings.TrimSuffix(t.name, "."))
	return addr, err == nil
}
