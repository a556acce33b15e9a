package web_test

import (
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/annohook/annohook/web"
)

// FuzzHost sends any Host: only this machine's names and what the user allowed come through, however they are spelled.
func FuzzHost(f *testing.F) {
	for _, host := range []string{
		"localhost", "LOCALHOST:8080", "localhost.", "127.0.0.1:1", "[::1]:8080", "::1", "evil.example", "127.0.0.1.evil.example", "a.mine.example", ".mine.example", "mine.example",
		"xmine.example", "evil.example:localhost", "localhost:evil.example", "[localhost]", "localhost@evil.example", "localhost/evil.example", "evil.example\x00.mine.example", "127.1", "0x7f000001", "", "[", ":", "..",
	} {
		f.Add(host)
	}
	handler := serverFor(f, func(o *web.Options) { o.AllowHosts = []string{".mine.example"} }).Handler()
	f.Fuzz(func(t *testing.T, host string) {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/api/v1/version", http.NoBody)
		r.Host = host
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		if w.Code == http.StatusForbidden {
			if host == "localhost" || host == "a.mine.example" {
				t.Fatalf("host %q is refused", host)
			}
			return
		}
		name := host
		if h, _, err := net.SplitHostPort(host); err == nil {
			name = h
		}
		name = strings.TrimSuffix(strings.ToLower(strings.Trim(name, "[]")), ".")
		switch {
		case name == "localhost", name == "127.0.0.1", name == "::1":
		case strings.HasSuffix(name, ".mine.example") && len(name) > len(".mine.example"):
		default:
			t.Fatalf("host %q came through with %d", host, w.Code)
		}
	})
}
