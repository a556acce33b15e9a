package payloads_test

import (
	"net/netip"
	"testing"

	"github.com/annohook/annohook/payloads"
)

// TestBrowserPath holds what new URL(…).pathname of Node 20 answers.
func TestBrowserPath(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{
		"":                 "/",
		"/":                "/",
		"/a/./b/../c":      "/a/c",
		"/a/..":            "/",
		"/a/.":             "/a/",
		"/a/%2E%2e/b":      "/b",
		"/../../x":         "/x",
		`/a\b`:             "/a/b",
		"//a//":            "//a//",
		"/%41%zz/50%":      "/%41%zz/50%",
		"/é <\"`{}>|^[]~'": "/%C3%A9%20%3C%22%60%7B%7D%3E|^[]~'",
	} {
		if got := payloads.BrowserPath(path); got != want {
			t.Errorf("%q: got %q, want %q", path, got, want)
		}
	}
}

func TestBrowserIPv6(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{"::1": "::1", "2001:db8:0:0::1": "2001:db8::1", "::ffff:192.0.2.1": "::ffff:c000:201"} {
		if got := payloads.BrowserIPv6(netip.MustParseAddr(text)); got != want {
			t.Errorf("%s: got %s, want %s", text, got, want)
		}
	}
}

func TestPercentDecode(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{"": "", "a%20b": "a b", "%4a%4A": "JJ", "%": "%", "%4": "%4", "%zz%+1": "%zz%+1", "%c3%a9": "é"} {
		if got := payloads.PercentDecode(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}
