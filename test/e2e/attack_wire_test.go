package e2e_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// rawWithin bounds one raw exchange, the load of a shared machine included.
const rawWithin = 30 * time.Second

// dial opens a connection to the server, as from the given local address ("" for any).
func (s *server) dial(local string) net.Conn {
	s.t.Helper()
	d := net.Dialer{Timeout: rawWithin}
	if local != "" {
		d.LocalAddr = &net.TCPAddr{IP: net.ParseIP(local)}
	}
	conn, err := d.DialContext(s.t.Context(), "tcp", strings.TrimPrefix(s.base, "http://"))
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// raw sends bytes as they are and returns the first answer; status 0 means that the connection was closed without one.
func (s *server) raw(request string) reply {
	s.t.Helper()
	conn := s.dial("")
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(rawWithin))
	go func() { _, _ = io.WriteString(conn, request) }() // what is too large is answered before it is sent
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		return reply{}
	}
	defer response.Body.Close()
	body, _ := io.ReadAll(io.LimitReader(response.Body, 1<<20)) // a body that breaks off is judged by what came
	return reply{status: response.StatusCode, header: response.Header, body: body}
}

// TestPathTricks: however a path is written, nothing opens without its key, and nobody is sent elsewhere.
func TestPathTricks(t *testing.T) {
	t.Parallel()
	const token = "path-tricks-0123456789"
	s := start(t, "--redis", "memory", "--token", token)
	s.header.Set("Authorization", "Bearer "+token)
	h := listen(t, "argilla", hookOptions{})
	made := s.attach(h, "argilla", object{"description": "seen-by-tricks"})
	targets := []string{
		"//api/v1/subscriptions", "/api//v1/subscriptions", "/api/v1//subscriptions", "/./api/v1/subscriptions", "/x/../api/v1/subscriptions", "/%61pi/v1/subscriptions",
		"/api%2fv1%2fsubscriptions", "/API/v1/subscriptions", "/api/v1/subscriptions/", "/api/v1/subscriptions;x=1", "/api/v1/subscriptions%00", "/api/v1/subscriptions%20",
		"/api/v1/subscriptions/" + made.ID + "/secret", "/api/v1/subscriptions/" + made.ID + "%2fsecret", "/assets/../api/v1/subscriptions", "/assets/..%2fapi/v1/subscriptions",
		"/assets/%2e%2e/api/v1/subscriptions", "/assets/%2e%2e/subscriptions", "/assets/../subscriptions", "/assets//../subscriptions", "/assets/..%5csubscriptions", "/assets/../../../../etc/passwd",
		"/assets/%2e%2e%2f%2e%2e%2fetc/passwd", "/login/../subscriptions", "/login/", "/login;x", "/livez/../subscriptions", "/livez/", "/livez%2f..%2fsubscriptions", "/LIVEZ",
		"/argilla/api/v1/webhooks", "/argilla//api/v1/webhooks", "//argilla/api/v1/webhooks", "/ARGILLA/api/v1/webhooks", "/argilla%2fapi%2fv1%2fwebhooks", "/%61rgilla/api/v1/webhooks",
		"/argilla@2.8/api/v1/webhooks", "/argilla@2.8/../../api/v1/subscriptions", "/argilla/../api/v1/subscriptions", "/argilla/%2e%2e/api/v1/subscriptions", "/argilla/..%2fapi/v1/subscriptions",
		"/argilla;x/api/v1/webhooks", "/argilla%00/api/v1/webhooks", "/argilla%5capi%5cv1%5cwebhooks", "/argilla\\api\\v1\\webhooks", "/argilla@9/api/v1/webhooks", "/argilla@/api/v1/webhooks",
		"/label-studio/api/webhooks/..;/..;/api/v1/subscriptions", "/label-studio/api/webhooks", "/toloka/api/v1/webhook-subscriptions", "/toloka/%2e%2e/%2e%2e/api/v1/subscriptions",
		"//evil.example/", "//evil.example/%2e%2e", "///evil.example", "/\\evil.example", "/%5cevil.example", "/.//evil.example", "/%2f%2fevil.example/..", "//evil.example//argilla/api/v1/webhooks/",
		"/argilla//evil.example/api/v1/webhooks/", "/argilla/api/v1/webhooks/", "/argilla/api/v1/webhooks//", "/" + strings.Repeat("a/", 20_000), "/argilla/" + strings.Repeat("../", 10_000),
		"/api/v1/subscriptions/" + strings.Repeat("%61", 10_000), "*", "api/v1/subscriptions", "?/api/v1/subscriptions", "#/api/v1/subscriptions",
		"http://127.0.0.1/api/v1/subscriptions", "http://evil.example/api/v1/subscriptions", "http://127.0.0.1@evil.example/", "https://127.0.0.1/argilla/api/v1/webhooks", "127.0.0.1:80", "file:///etc/passwd",
	}
	for _, target := range targets {
		for _, method := range []string{"GET", "POST", "OPTIONS", "CONNECT", "TRACE", "PROPFIND", "get"} {
			r := s.raw(method + " " + target + " HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
			name := fmt.Sprintf("%s %.80s", method, target)
			if r.status == 0 || r.status >= http.StatusInternalServerError && r.status != http.StatusNotImplemented || r.status == http.StatusSwitchingProtocols {
				t.Errorf("%s: %d %.200s", name, r.status, r.body)
			}
			for _, seen := range []string{"seen-by-tricks", made.ID, h.url, *made.Secret, "root:"} {
				if strings.Contains(string(r.body), seen) && !strings.Contains(target, seen) {
					t.Errorf("%s: %d shows %s", name, r.status, seen)
				}
			}
			leadsHome(t, name, r.header.Get("Location"))
		}
	}
	if list := s.get("/api/v1/subscriptions"); strings.Count(string(list.body), `"id"`) != 1 {
		t.Errorf("afterwards: %s", list.body)
	}
	h.nothingMore(0)
}

// leadsHome fails the test for a redirect that browsers would follow to another host.
func leadsHome(t *testing.T, name, location string) {
	t.Helper()
	if location == "" || strings.HasPrefix(location, "http://127.0.0.1/") {
		return
	}
	if !strings.HasPrefix(location, "/") || strings.HasPrefix(location, "//") || strings.HasPrefix(location, `/\`) {
		t.Errorf("%s leads to %s", name, location)
	}
}

// TestBrokenRequests: what is not quite HTTP is refused, and the server goes on.
func TestBrokenRequests(t *testing.T) {
	t.Parallel()
	s := start(t, "--redis", "memory")
	head := "POST /api/v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
	for name, request := range map[string]string{
		"a header of 1 MB":          "GET /livez HTTP/1.1\r\nHost: 127.0.0.1\r\nX-A: " + strings.Repeat("a", 1<<20) + "\r\n\r\n",
		"50,000 header fields":      "GET /livez HTTP/1.1\r\nHost: 127.0.0.1\r\n" + strings.Repeat("X-A: b\r\n", 50_000) + "\r\n",
		"a path of 1 MB":            "GET /" + strings.Repeat("a", 1<<20) + " HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
		"two hosts":                 "GET /livez HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: evil.example\r\n\r\n",
		"no host":                   "GET /livez HTTP/1.1\r\n\r\n",
		"NUL in a field":            "GET /livez HTTP/1.1\r\nHost: 127.0.0.1\r\nX-A: a\x00b\r\n\r\n",
		"a space before the colon":  "GET /livez HTTP/1.1\r\nHost : 127.0.0.1\r\n\r\n",
		"two lengths":               head + "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
		"a negative length":         head + "Content-Length: -1\r\n\r\n",
		"a length beyond numbers":   head + "Content-Length: 99999999999999999999\r\n\r\n",
		"an unknown coding":         head + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
		"chunks that are no chunks": head + "Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n",
		"an endless chunk line":     head + "Transfer-Encoding: chunked\r\n\r\n" + strings.Repeat("0", 1<<20) + "\r\n",
		"another protocol":          "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
		"a TLS hello":               "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + strings.Repeat("a", 600),
		"a key with a line break":   head + "Idempotency-Key: a\r\n b\r\nContent-Length: 2\r\n\r\n{}",
		"a key of 10 kB":            head + "Idempotency-Key: " + strings.Repeat("k", 10_000) + "\r\nContent-Length: 43\r\n\r\n" + `{"platform":"argilla","type":"ping","seed":1`,
	} {
		if r := s.raw(request); r.status/100 == 2 || r.status/100 == 3 || strings.Contains(string(r.body), "panic") {
			t.Errorf("%s: %d %.200s", name, r.status, r.body)
		}
	}
	if strings.Contains(s.log.String(), "panic") {
		t.Error("something panicked")
	}
	smuggled := head + "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /api/v1/subscriptions HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
	if r := s.raw(smuggled); r.status == http.StatusOK {
		t.Errorf("a request with both lengths: %d %.200s", r.status, r.body)
	}
	if r := s.get("/readyz"); r.status != http.StatusOK {
		t.Errorf("afterwards the server is not ready: %d", r.status)
	}
}

// TestBrowsersOfOtherSites: the real pages and APIs, asked as browsers ask for a page of another site. web holds the whole table.
func TestBrowsersOfOtherSites(t *testing.T) {
	t.Parallel()
	s := start(t, "--redis", "memory")
	h := listen(t, "argilla", hookOptions{})
	made := s.attach(h, "argilla", nil)
	secret := "/api/v1/subscriptions/" + made.ID + "/secret"
	for name, c := range map[string]struct {
		path   string
		header []string
	}{
		"a blind GET":        {secret, []string{"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "no-cors", "Sec-Fetch-Dest", "image"}},
		"a link to a secret": {secret, []string{"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "document"}},
		"an EventSource":     {"/api/v1/stream", []string{"Origin", "http://evil.example", "Accept", "text/event-stream"}},
		"a frame":            {"/subscriptions/" + made.ID, []string{"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "iframe"}},
		"a WebSocket":        {"/api/v1/stream", []string{"Origin", "http://evil.example", "Connection", "Upgrade", "Upgrade", "websocket", "Sec-WebSocket-Version", "13"}},
		"another local port": {"/argilla/api/v1/webhooks", []string{"Origin", "http://127.0.0.1:1", "X-Argilla-Api-Key", "any"}},
	} {
		if r := s.send(http.MethodGet, c.path, nil, c.header...); r.status != http.StatusForbidden || strings.Contains(string(r.body), *made.Secret) {
			t.Errorf("%s: %d %.200s", name, r.status, r.body)
		}
	}
	link := []string{"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "document"}
	for _, path := range []string{"/", "/subscriptions/" + made.ID, "/deliveries"} {
		r := s.send(http.MethodGet, path, nil, link...)
		if r.status != http.StatusOK || !strings.Contains(r.header.Get("Content-Security-Policy"), "frame-ancestors 'none'") {
			t.Errorf("a link to %s: %d %v", path, r.status, r.header)
		}
	}
	for _, upgrade := range []string{"websocket", "h2c"} {
		r := s.raw("GET /livez HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: " + upgrade + "\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n")
		if r.status != http.StatusOK {
			t.Errorf("upgrade to %s: %d, want the plain answer", upgrade, r.status)
		}
	}
}

// TestGuessersDoNotShutOthersOut: keys are guessed at all three doors from one address, and used from another.
func TestGuessersDoNotShutOthersOut(t *testing.T) {
	t.Parallel()
	const token = "no-guess-0123456789"
	s := start(t, "--redis", "memory", "--token", token)
	form := func(key string) string {
		body := "token=" + key
		return fmt.Sprintf("POST /login HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
	}
	for name, request := range map[string]func(key string) string{
		"our API": func(key string) string {
			return "GET /api/v1/platforms HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer " + key + "\r\n\r\n"
		},
		"login": form,
		"argilla": func(key string) string {
			return "GET /argilla/api/v1/me HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Argilla-Api-Key: " + key + "\r\n\r\n"
		},
		"label studio": func(key string) string {
			return "GET /label-studio/api/projects HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Token " + key + "\r\n\r\n"
		},
		"toloka": func(key string) string {
			return "GET /toloka/api/v1/requester HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: OAuth " + key + "\r\n\r\n"
		},
	} {
		slowed := false
		conn := s.dial("127.0.0.2")
		_ = conn.SetDeadline(time.Now().Add(rawWithin))
		reader := bufio.NewReader(conn)
		for n := 0; n < 2000 && !slowed; n++ {
			slowed = converse(t, conn, reader, request(fmt.Sprint("guess-", n))) == http.StatusTooManyRequests
		}
		if !slowed {
			t.Errorf("%s: 2,000 wrong keys, and nothing slowed them down", name)
		}
		if r := s.raw(request(token)); r.status >= http.StatusBadRequest {
			t.Errorf("%s: the right key from another address: %d %s", name, r.status, r.body)
		}
	}
}

// converse makes one exchange on an open connection and returns the status.
func converse(t *testing.T, conn net.Conn, reader *bufio.Reader, request string) int {
	t.Helper()
	if _, err := io.WriteString(conn, request); err != nil {
		t.Fatal(err)
	}
	response, err := http.ReadResponse(reader, nil)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, response.Body)
	_ = response.Body.Close()
	return response.StatusCode
}
