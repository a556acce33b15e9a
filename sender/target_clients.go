package sender

import (
	"net/netip"
	"strings"

	"github.com/annohook/annohook/payloads"
)

// notInURLs are the visible ASCII characters that no URL may hold (RFC 3986), the percent sign aside.
const notInURLs = "\"<>\\^`{|}"

// writtenTarget is the rule for clients that nobody knows.
func writtenTarget(p urlParts) (target, error) {
	name, err := mappedName(p.name)
	if err != nil {
		return target{}, err
	}
	t := target{scheme: p.scheme, name: name, port: p.port, user: p.hasUser}
	t.uri = originForm(payloads.PercentEncode(p.path, notInURLs), payloads.PercentEncode(p.query, notInURLs), p.hasQuery)
	t.host = joinHost(withoutZone(name), p.port)
	if p.user != "" {
		user, password, _ := p.credential()
		t.basic = basicField(payloads.PercentDecode(user), payloads.PercentDecode(password))
	}
	return t, nil
}

// originForm is a request target: the path, a slash where there is none, and the query.
func originForm(path, query string, hasQuery bool) string {
	if path == "" {
		path = "/"
	}
	if hasQuery {
		return path + "?" + query
	}
	return path
}

// withoutZone leaves out the zone of an IPv6 address, which has no meaning for anybody else (RFC 6874).
func withoutZone(name string) string {
	name, _, _ = strings.Cut(name, "%")
	return name
}

// httpxTarget is httpx 0.27.2 (_urlparse.py; _client.py, _build_request_auth). It leaves every escape and much punctuation alone, for it
// follows browsers in part.
func httpxTarget(p urlParts) (target, error) {
	const unsafe = "<>"
	name := p.name
	if !strings.Contains(name, ":") { // an IPv6 address stays as written
		var err error
		if name, err = strictName(fullStops(name)); err != nil {
			return target{}, err
		}
	}
	t := target{scheme: p.scheme, name: name, port: p.usualPort(), user: p.hasUser}
	if p.capital { // it looks for the usual port of "HTTP" and finds none
		t.port = strings.TrimLeft(p.port, "0")
	}
	t.host = joinHost(withoutZone(name), t.port)
	t.uri = originForm(payloads.PercentEncode(httpxPath(p.path), unsafe), payloads.PercentEncode(p.query, unsafe), p.hasQuery)
	if user, password, _ := p.credential(); user != "" || password != "" {
		t.basic = basicField(strings.ToValidUTF8(payloads.PercentDecode(user), "\uFFFD"), strings.ToValidUTF8(payloads.PercentDecode(password), "\uFFFD"))
	}
	return t, nil
}

// fullStops puts a dot for each full stop of another script (UTS 46), as Python's idna does for a whole name.
func fullStops(name string) string {
	if isASCII(name) {
		return name
	}
	return strings.NewReplacer("\u3002", ".", "\uff0e", ".", "\uff61", ".").Replace(name)
}

// httpxPath drops the segments . and .. but, unlike RFC 3986, no slash remains of one at the end.
func httpxPath(path string) string {
	if !hasDotSegment(path) {
		return path
	}
	var kept []string
	for segment := range strings.SplitSeq(path, "/") {
		switch segment {
		case ".":
		case "..":
			if len(kept) > 1 || len(kept) == 1 && kept[0] != "" {
				kept = kept[:len(kept)-1]
			}
		default:
			kept = append(kept, segment)
		}
	}
	return strings.Join(kept, "/")
}

// hasDotSegment reports a segment . or .. in a path.
func hasDotSegment(path string) bool {
	return strings.Contains(path, "/./") || strings.Contains(path, "/../") || strings.HasSuffix(path, "/.") || strings.HasSuffix(path, "/..")
}

// axiosTarget is axios 1.6.2 on Node 20 (lib/adapters/http.js: new URL, then pathname and search), that is the URL standard of the WHATWG.
// User and password stay escaped in the Authorization field, which is that version's very own.
func axiosTarget(p urlParts) (target, error) {
	name, err := mappedName(p.name)
	if err != nil {
		return target{}, err
	}
	name = strings.ToLower(name)
	if addr, err := netip.ParseAddr(strings.TrimSuffix(name, ".")); err == nil {
		if name = addr.String(); addr.Is6() {
			name = payloads.BrowserIPv6(addr)
		}
	}
	t := target{scheme: p.scheme, name: name, port: p.usualPort(), user: p.hasUser}
	t.host = joinHost(withoutZone(name), t.port)
	t.uri = originForm(payloads.BrowserPath(p.path), payloads.PercentEncode(p.query, `"<>'`), p.query != "")
	if user, password, _ := p.credential(); user != "" {
		const unsafe = "\"#<>?`{}/:;=@[\\]^|"
		t.basic = basicField(payloads.PercentEncode(user, unsafe), payloads.PercentEncode(password, unsafe))
	}
	return t, nil
}
