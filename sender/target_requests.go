package sender

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/annohook/annohook/payloads"
)

// The characters that urllib3 leaves alone (util/url.py), letters and digits aside.
const (
	requestsPath  = "._-~!$&'()*+,;=:@/"
	requestsQuery = requestsPath + "?"
	requestsUser  = "._-~!$&'()*+,;=:"
	// What requests leaves alone when it escapes a whole URL (utils.py, requote_uri).
	requestsURL = "!#$&'()*+,/:;=?@[]~._-"
)

// requestsTarget is Python requests 2.32.4 on urllib3 2.6.3 for the URL it is given (models.py, prepare_url; urllib3/util/url.py, parse_url):
// escapes of the user are kept or escaped all together, and those of unreserved characters are undone at the end, so that /%2e%2e/ reaches
// the wire as /../.
func requestsTarget(p urlParts) (target, error) {
	t, err := requestsHost(p)
	if err != nil {
		return target{}, err
	}
	path := unquoteUnreserved(encodeInvalid(requestsDots(p.path), requestsPath))
	query := unquoteUnreserved(encodeInvalid(p.query, requestsQuery))
	t.uri = requestsURI(path, query)
	if t.basic, err = requestsBasic(p); err != nil {
		return target{}, err
	}
	return t, nil
}

// requestsHop is the same for a URL that a redirect led to, which is not read by prepare_url again.
func requestsHop(p urlParts) (target, error) {
	t, err := requestsHost(p)
	if err != nil {
		return target{}, err
	}
	t.user = false // credentials are taken from the first URL only
	t.uri = requestsURI(encodeInvalid(p.path, requestsPath), encodeInvalid(p.query, requestsQuery))
	return t, nil
}

func requestsHost(p urlParts) (target, error) {
	name, err := requestsName(p.name)
	if err != nil {
		return target{}, err
	}
	t := target{scheme: p.scheme, name: name, port: p.usualPort(), user: p.hasUser}
	// urllib3 leaves the dot at the end out of the Host field, though it resolves the name with it.
	t.host = joinHost(strings.TrimRight(withoutZone(name), "."), t.port)
	return t, nil
}

// requestsName is _normalize_host of urllib3, which looks at each label for itself, and what prepare_url adds.
func requestsName(name string) (string, error) {
	if strings.HasPrefix(name, "*") {
		return "", fmt.Errorf("%w: the client of this platform refuses a host that begins with *", ErrURL)
	}
	// Labels that are right one by one may be wrong together (the rule on text that runs from right to left); registration refuses those.
	if _, err := mappedName(name); err != nil {
		return "", err
	}
	if isASCII(name) {
		return strictName(name)
	}
	labels := strings.Split(name, ".")
	for i, label := range labels {
		ascii, err := strictName(label)
		if err != nil {
			return "", err
		}
		labels[i] = ascii
	}
	return strictName(strings.Join(labels, "."))
}

// requestsURI is path_url of requests without what its adapter strips (request_url): an empty query, and slashes that could be an authority.
func requestsURI(path, query string) string {
	if strings.HasPrefix(path, "//") {
		path = "/" + strings.TrimLeft(path, "/")
	}
	return originForm(path, query, query != "")
}

// requestsBasic is get_auth_from_url and _basic_auth_str of requests: without a colon there is no password and then no credential, and the
// bytes are ISO 8859-1.
func requestsBasic(p urlParts) (string, error) {
	name, password, found := strings.Cut(encodeInvalid(p.user, requestsUser), ":")
	if !found || name == "" && password == "" {
		return "", nil
	}
	latin := make([]byte, 0, len(p.user))
	for _, r := range strings.ToValidUTF8(payloads.PercentDecode(name), "\uFFFD") + ":" + strings.ToValidUTF8(payloads.PercentDecode(password), "\uFFFD") {
		if r > 0xff {
			return "", fmt.Errorf("%w: the client of this platform cannot send user or password, which hold more than ISO 8859-1", ErrURL)
		}
		latin = append(latin, byte(r&0xff))
	}
	user, pass, _ := strings.Cut(string(latin), ":")
	return basicField(user, pass), nil
}

// requestsDots is _remove_path_dot_segments of urllib3.
func requestsDots(path string) string {
	if !hasDotSegment(path) {
		return path
	}
	var kept []string
	for segment := range strings.SplitSeq(path, "/") {
		switch {
		case segment == ".":
		case segment != "..":
			kept = append(kept, segment)
		case len(kept) > 0:
			kept = kept[:len(kept)-1]
		}
	}
	if len(kept) == 0 || kept[0] != "" {
		kept = append([]string{""}, kept...)
	}
	if strings.HasSuffix(path, "/.") || strings.HasSuffix(path, "/..") {
		kept = append(kept, "")
	}
	return strings.Join(kept, "/")
}

// encodeInvalid is _encode_invalid_chars of urllib3: escapes become upper case; a single percent sign that begins none makes all of them
// ordinary text.
func encodeInvalid(text, allowed string) string {
	clean := true
	for i := range len(text) {
		clean = clean && isAllowed(text[i], allowed)
	}
	if clean {
		return text
	}
	valid := true
	for i := range len(text) {
		if _, ok := payloads.PercentByte(text, i); text[i] == '%' && !ok {
			valid = false
		}
	}
	var out strings.Builder
	for i := 0; i < len(text); i++ {
		c, ok := payloads.PercentByte(text, i)
		switch {
		case ok && valid:
			writeEscape(&out, c)
			i += 2
		case ok: // the percent sign is text, but the two digits after it are upper case by now
			out.WriteString("%25" + strings.ToUpper(text[i+1:i+3]))
			i += 2
		case isAllowed(text[i], allowed):
			out.WriteByte(text[i])
		default:
			writeEscape(&out, text[i])
		}
	}
	return out.String()
}

func isAllowed(c byte, allowed string) bool {
	return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z' || strings.IndexByte(allowed, c) >= 0
}

func writeEscape(out *strings.Builder, c byte) {
	out.Write(payloads.AppendPercent(nil, c))
}

// unquoteUnreserved is that function of requests: escapes of letters, digits and -._~ are undone.
func unquoteUnreserved(text string) string {
	if strings.IndexByte(text, '%') < 0 {
		return text
	}
	var out strings.Builder
	for i := 0; i < len(text); i++ {
		if c, ok := payloads.PercentByte(text, i); ok && isAllowed(c, "-._~") {
			out.WriteByte(c)
			i += 2
			continue
		}
		out.WriteByte(text[i])
	}
	return out.String()
}

// requote is requote_uri of requests: unquoteUnreserved, unless two letters or digits of any script that are no number follow a percent sign
// anywhere; then every percent sign is escaped.
func requote(text string) string {
	alnum := func(s string) (rest string, ok bool) {
		r, n := utf8.DecodeRuneInString(s)
		return s[n:], n > 0 && (unicode.IsLetter(r) || unicode.IsNumber(r))
	}
	for i := range len(text) {
		if text[i] != '%' {
			continue
		}
		rest, first := alnum(text[i+1:])
		_, second := alnum(rest)
		if _, ok := payloads.PercentByte(text, i); first && second && !ok {
			return escapeOthers(text, requestsURL)
		}
	}
	return escapeOthers(unquoteUnreserved(text), requestsURL+"%")
}

func escapeOthers(text, allowed string) string {
	var out strings.Builder
	for i := range len(text) {
		if isAllowed(text[i], allowed) {
			out.WriteByte(text[i])
		} else {
			writeEscape(&out, text[i])
		}
	}
	return out.String()
}

// follow says where a Location leads from here, as resolve_redirects of requests does (sessions.py). Errors wrap ErrURL.
func (t target) follow(location string) (target, error) {
	if !utf8.ValidString(location) {
		return target{}, fmt.Errorf("%w: invalid UTF-8", ErrURL)
	}
	if strings.HasPrefix(location, "//") {
		location = t.scheme + ":" + location
	}
	ref := splitReference(location)
	text := requote(ref.String())
	if ref.authority == "" {
		text = t.join(text)
	}
	p, err := splitURL(text)
	if err != nil {
		return target{}, err
	}
	return requestsHop(p)
}
