package sender

import (
	"encoding/base64"
	"errors"
	"net/netip"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/http/httpguts"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/subscriptions"
)

var targetRules = []payloads.TargetRule{payloads.TargetAsWritten, payloads.TargetAsRequests, payloads.TargetAsHTTPX, payloads.TargetAsAxios}

// FuzzTarget: however a client reads a URL, it dials the one host that was judged, and what it writes is a request target of one line.
func FuzzTarget(f *testing.F) {
	for _, raw := range []string{
		"http://u:hunter22@h.example:80/a/../b?q#f", "HTTP://H.Example:080//x|y?", `http://h\@evil.example/`, "http://h#@evil.example/", "http://a@b:c@h/%zz%41?%",
		"https://bücher.example./%2e%2e/é", "http://１６９.254.169.254/", "http://[::ffff:169.254.169.254]:80/", "http://[fe80::1%25eth0]/", "http://℀.example/",
		"http://2852039166/", "http://h%2eexample/", "http://127.0.0.1\r\nX: y/", "http://h/\\..\\..//evil.example", "http://:@h", "http://*.h/", "http://h..x/?#",
	} {
		f.Add(raw)
	}
	guard, err := NewGuard(GuardOptions{})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		judged, judgeErr := readTarget(payloads.TargetAsWritten, raw)
		for _, rule := range targetRules {
			got, err := readTarget(rule, raw)
			if err != nil {
				checkRefusal(t, raw, err)
				continue
			}
			if judgeErr != nil {
				t.Fatalf("%s: %q passes, which registration refuses: %v", rule, raw, judgeErr)
			}
			checkSound(t, rule, raw, got)
			if hostKey(got) != hostKey(judged) || (guard.checkTarget(got) == nil) != (guard.checkTarget(judged) == nil) {
				t.Fatalf("%s: %q dials %q, judged was %q", rule, raw, got.name, judged.name)
			}
			checkStable(t, rule, raw, got)
		}
	})
}

// FuzzFollow: wherever a redirect leads, the host that is judged is the host that is dialled, and no credential of the Location is used.
func FuzzFollow(f *testing.F) {
	for _, location := range []string{
		"next", "//h", "////h", "http:x", "https:/x", "..;x/../y?#", `http://a\@b/`, "http://u:hunter22@h:80/%zz#%zz", "/\t\r\nx", " http://h", "?", "%2e%2e/", "http://０/",
		"http://[::1]:1/", "http://169.254.169.25%34/", "\x00", "\xff", "x:y", ";", "//?#@h",
	} {
		f.Add("/a/b;c/d?q=1", location)
	}
	f.Fuzz(func(t *testing.T, path, location string) {
		from, err := readTarget(payloads.TargetAsRequests, "http://start.example:8081"+path)
		if err != nil || from.name != "start.example" {
			return
		}
		to, err := from.follow(location)
		if err != nil {
			checkRefusal(t, location, err)
			return
		}
		checkSound(t, payloads.TargetAsRequests, location, to)
		if to.basic != "" || to.user {
			t.Fatalf("%q: a credential was taken over", location)
		}
	})
}

func checkRefusal(t *testing.T, raw string, err error) {
	t.Helper()
	if !errors.Is(err, ErrURL) {
		t.Fatalf("%q: %v has no sentinel", raw, err)
	}
	if _, rest, _ := strings.Cut(raw, "://"); strings.Contains(err.Error(), "hunter22") && !strings.Contains(rest, "@hunter22") && !strings.HasPrefix(rest, "hunter22") &&
		!strings.Contains(raw, "hunter22:") {
		t.Fatalf("%q: %v repeats the password", raw, err)
	}
}

// checkSound wants a target that net/http sends as it is, to the very host it names.
func checkSound(t *testing.T, rule payloads.TargetRule, raw string, got target) {
	t.Helper()
	visible := func(s string) bool {
		return s != "" && !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r >= 0x7f })
	}
	if !visible(got.uri) || got.uri[0] != '/' || strings.Contains(got.uri, "#") {
		t.Fatalf("%s: %q has the request target %q", rule, raw, got.uri)
	}
	wire := got.wire()
	if uri := wire.RequestURI(); uri != got.uri {
		t.Fatalf("%s: %q: net/http sends %q, not %q", rule, raw, uri, got.uri)
	}
	if !visible(got.name) || !visible(got.host) || strings.ContainsAny(got.name, `/\?#@[]`) {
		t.Fatalf("%s: %q has name %q and host %q", rule, raw, got.name, got.host)
	}
	if wire.Hostname() != got.name || wire.Port() != got.port {
		t.Fatalf("%s: %q: net/http dials %q, port %q, not %q, port %q", rule, raw, wire.Hostname(), wire.Port(), got.name, got.port)
	}
	if got.basic == "" {
		return
	}
	encoded, ok := strings.CutPrefix(got.basic, "Basic ")
	if text, err := base64.StdEncoding.DecodeString(encoded); !ok || err != nil || !strings.Contains(string(text), ":") || !httpguts.ValidHeaderFieldValue(got.basic) {
		t.Fatalf("%s: %q has the credential %q", rule, raw, got.basic)
	}
}

// checkStable wants what was sent, taken for a URL, to be sent as it is. With two clients that is true the second time: requests undoes the
// escapes of dots only after it has looked for dot segments, httpx drops the usual port only where the scheme is written small.
func checkStable(t *testing.T, rule payloads.TargetRule, raw string, got target) {
	t.Helper()
	shown := got.String()
	if recorded, err := recordedTarget(shown); err != nil || recorded.uri != got.uri || got.user != strings.Contains(shown, "://"+subscriptions.Masked+"@") {
		t.Fatalf("%s: %q is shown as %q, read as %q: %v", rule, raw, shown, recorded.uri, err)
	}
	again := func(t1 target) target {
		next, err := readTarget(rule, t1.scheme+"://"+(&url.URL{Host: t1.authority()}).Host+t1.uri)
		if err != nil {
			if strings.Contains(t1.name, "%") { // a zone is written with another escape in a URL
				return t1
			}
			t.Fatalf("%s: %q became %q, which is refused: %v", rule, raw, t1.String(), err)
		}
		next.user, next.basic = t1.user, t1.basic
		return next
	}
	if rule == payloads.TargetAsRequests || rule == payloads.TargetAsHTTPX {
		got = again(got)
	}
	if next := again(got); next != got {
		t.Fatalf("%s: %q became %+v, then %+v", rule, raw, got, next)
	}
}

// hostKey is what a target dials, spelled in one way. The case of a zone is a client's own matter: with any zone the address is link-local, which is
// refused.
func hostKey(t target) string {
	if addr, err := netip.ParseAddr(strings.TrimSuffix(t.name, ".")); err == nil {
		return strings.ToLower(addr.String())
	}
	return strings.ToLower(t.name)
}
