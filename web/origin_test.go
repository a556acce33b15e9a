package web_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

// Ways in which a browser asks on behalf of a page of another site.
func foreignReads() map[string][]string {
	fetch := func(site, mode, dest string, more ...string) []string {
		return append(more, "Sec-Fetch-Site", site, "Sec-Fetch-Mode", mode, "Sec-Fetch-Dest", dest)
	}
	return map[string][]string{
		"fetch":              fetch("cross-site", "cors", "empty", "Origin", "http://evil.test"),
		"fetch without cors": fetch("cross-site", "no-cors", "empty"),
		"another port":       fetch("same-site", "cors", "empty", "Origin", "http://127.0.0.1:9"),
		"EventSource":        fetch("cross-site", "cors", "empty", "Origin", "http://evil.test", "Accept", "text/event-stream"),
		"WebSocket": fetch("cross-site", "websocket", "empty", "Origin", "http://evil.test", "Connection", "Upgrade", "Upgrade", "websocket",
			"Sec-WebSocket-Version", "13", "Sec-WebSocket-Key", "AAAAAAAAAAAAAAAAAAAAAA=="),
		"script":      fetch("cross-site", "no-cors", "script"),
		"image":       fetch("cross-site", "no-cors", "image"),
		"frame":       fetch("cross-site", "navigate", "iframe"),
		"object":      fetch("cross-site", "navigate", "object"),
		"prefetch":    fetch("cross-site", "no-cors", "empty", "Purpose", "prefetch"),
		"old browser": {"Origin", "http://evil.test"},
		"sandbox":     {"Origin", "null"},
		"no address":  {"Origin", "%zz"},
		"unknown":     {"Sec-Fetch-Site", "from-the-future"},
	}
}

// TestOtherOriginsMayReadNothing: not even blindly, so that neither time nor size of an answer tells anything.
func TestOtherOriginsMayReadNothing(t *testing.T) {
	t.Parallel()
	s := newServer(t, mountNative)
	own, err := s.NativeHandler("postbox", "v2", "127.0.0.1:1")
	if err != nil {
		t.Fatal(err)
	}
	for name, header := range foreignReads() {
		for _, path := range []string{
			"/", "/deliveries/x", "/assets/app.js", "/login", "/livez", "/metrics", "/api/openapi.json", "/api/v1/subscriptions", "/api/v1/subscriptions/x/secret",
			"/api/v1/stream", "/postbox/hooks", "/postbox@v2/hooks", "/api/token", "/nowhere",
		} {
			w := ask(s, "GET", path, "", header...)
			if w.Code != http.StatusForbidden || w.Header().Get("Access-Control-Allow-Origin") != "" {
				t.Errorf("%s of %s: %d %v", name, path, w.Code, w.Header())
			}
		}
		r := httptest.NewRequest("GET", "http://127.0.0.1:1/hooks", nil)
		for i := 0; i+1 < len(header); i += 2 {
			r.Header.Set(header[i], header[i+1])
		}
		w := httptest.NewRecorder()
		if own.ServeHTTP(w, r); w.Code != http.StatusForbidden {
			t.Errorf("%s of a port of its own: %d", name, w.Code)
		}
	}
}

// TestLinksFromElsewhereLeadToPagesOnly: a tab may be filled with a page, which then is out of the other site's reach; not with data.
func TestLinksFromElsewhereLeadToPagesOnly(t *testing.T) {
	t.Parallel()
	s := newServer(t, mountNative)
	link := []string{"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "document", "Sec-Fetch-User", "?1"}
	for path, want := range map[string]int{
		"/": 200, "/deliveries/x": 200, "/api/openapi.json": 200, "/api/v1/subscriptions/x/secret": 403, "/api/v1/deliveries": 403, "/metrics": 403,
		"/postbox/hooks": 403, "/api/token": 403, "/%70ostbox/hooks": 403,
	} {
		w := ask(s, "GET", path, "", link...)
		if w.Code != want {
			t.Errorf("a link to %s: %d, want %d", path, w.Code, want)
		}
		if got := w.Header(); got.Get("Cross-Origin-Opener-Policy") != "same-origin" || got.Get("X-Frame-Options") != "DENY" {
			t.Errorf("%s stays within reach of who opened it: %v", path, got)
		}
	}
	for name, header := range map[string][]string{
		"our page": {"Sec-Fetch-Site", "same-origin", "Sec-Fetch-Mode", "cors", "Sec-Fetch-Dest", "empty"}, "typed": {"Sec-Fetch-Site", "none", "Sec-Fetch-Mode", "navigate"},
		"our page, old browser": {"Origin", "http://127.0.0.1:8080"}, "a program": nil,
	} {
		if got := ask(s, "GET", "/api/v1/deliveries", "", header...).Code; got != 200 {
			t.Errorf("%s: %d", name, got)
		}
	}
}

// TestCompressedBodiesAreRefused: nothing here unpacks one, so none can be larger than it looks.
func TestCompressedBodiesAreRefused(t *testing.T) {
	t.Parallel()
	s := newServer(t, mountNative)
	for _, coding := range []string{"gzip", "deflate", "br", "zstd", "gzip, gzip", "x-gzip"} {
		for _, path := range []string{"/api/v1/events", "/api/v1/subscriptions", "/compose", "/login"} {
			w := ask(s, "POST", path, "\x1f\x8b\x08", "Content-Encoding", coding, "Content-Type", "application/json")
			if w.Code != http.StatusUnsupportedMediaType || w.Header().Get("Accept-Encoding") != "identity" {
				t.Errorf("%s to %s: %d %v", coding, path, w.Code, w.Header())
			}
		}
		if got := ask(s, "POST", "/postbox/hooks", "\x1f\x8b\x08", "Content-Encoding", coding).Body.String(); got != "v1 POST /hooks raw= query= body=3" {
			t.Errorf("%s to a platform's API: %s; want the bytes as they are", coding, got)
		}
	}
	if got := ask(s, "POST", "/compose", "a=b", "Content-Encoding", "identity").Code; got != 200 {
		t.Errorf("identity: %d", got)
	}
}
