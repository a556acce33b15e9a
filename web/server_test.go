package web_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/payloadtest/invented"
	"github.com/annohook/annohook/scheduler"
	"github.com/annohook/annohook/scheduler/memqueue"
	"github.com/annohook/annohook/sender"
	"github.com/annohook/annohook/sender/history"
	"github.com/annohook/annohook/subscriptions"
	"github.com/annohook/annohook/web"
	"github.com/annohook/annohook/web/api"
)

// pages stands in for the dashboard: it says what it was asked for.
func pages() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/panic" {
			panic("on purpose")
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		if strings.HasPrefix(r.URL.Path, "/assets/") {
			w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
		}
		body, err := io.ReadAll(r.Body)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		_, _ = fmt.Fprintf(w, "page %s %s %d", r.Method, r.URL.Path, len(body))
	})
}

func newServer(t *testing.T, adjust ...func(*web.Options)) *web.Server {
	t.Helper()
	return serverFor(t, adjust...)
}

func serverFor(t testing.TB, adjust ...func(*web.Options)) *web.Server {
	t.Helper()
	registry, err := payloads.NewRegistry(invented.Platforms())
	if err != nil {
		t.Fatal(err)
	}
	wire, err := sender.New(sender.Options{Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	records, store, memory := history.NewMemory(history.Options{}), subscriptions.NewMemory(), scheduler.NewMemory(time.Now)
	hub := history.NewHub(records)
	var ids atomic.Int64
	engine, err := scheduler.New(scheduler.Options{
		Registry: registry, Subscriptions: store, History: records, Hub: hub, Queue: memqueue.New(memqueue.Options{Now: time.Now}),
		Workers: memory, Worlds: memory, Sender: wire, Now: time.Now, Random: rand.Reader, NewID: func() string { return fmt.Sprint("id-", ids.Add(1)) },
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { _ = hub.Run(ctx); close(done) }()
	t.Cleanup(func() { cancel(); <-done })
	o := web.Options{
		Scheduler: engine, History: records, Hub: hub, Subscriptions: store, Keys: memory, Dashboard: pages(), Version: "1.2.3",
		Addr: "127.0.0.1:8080", Now: time.Now, Metrics: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "up 1\n") }),
	}
	for _, fn := range adjust {
		fn(&o)
	}
	server, err := web.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return server
}

// ask makes one request to the handler; header are names and values.
func ask(s *web.Server, method, target, body string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	if r.Host == "example.com" {
		r.Host = "127.0.0.1:8080"
	}
	for i := 0; i+1 < len(header); i += 2 {
		if header[i] == "Host" {
			r.Host = header[i+1]
			continue
		}
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	s.Handler().ServeHTTP(w, r)
	return w
}

func TestHostsAreAllowedByName(t *testing.T) {
	t.Parallel()
	s := newServer(t, func(o *web.Options) {
		o.Addr, o.AllowHosts = "192.0.2.7:8080", []string{"annohook", ".example.com", "UPPER.test:99"}
	})
	for host, want := range map[string]int{
		"localhost": 200, "localhost:8080": 200, "LOCALHOST.": 200, "127.0.0.1:1": 200, "[::1]:8080": 200, "192.0.2.7": 200, "annohook:80": 200,
		"a.example.com": 200, "upper.test": 200,
		"evil.test": 403, "example.com.evil.test": 403, ".example.com": 403, "notexample.com": 403, "127.0.0.1.evil.test": 403,
		"localhost@evil.test": 403, "": 403, "127.0.0.2": 403,
	} {
		for _, path := range []string{"/livez", "/api/v1/platforms", "/", "/api/openapi.json"} {
			if got := ask(s, "GET", "http://127.0.0.1"+path, "", "Host", host).Code; got != want {
				t.Errorf("host %q, %s: %d, want %d", host, path, got, want)
			}
		}
	}
	for _, path := range []string{"/api/v1/stream", "/metrics", "/login", "/assets/x", "/nowhere"} {
		if got := ask(s, "GET", "http://127.0.0.1"+path, "", "Host", "evil.test").Code; got != 403 {
			t.Errorf("%s: %d for a strange host", path, got)
		}
	}
	every := newServer(t, func(o *web.Options) { o.AllowHosts = []string{"*"} })
	if got := ask(every, "GET", "/livez", "", "Host", "evil.test").Code; got != 200 {
		t.Errorf("any host: %d", got)
	}
	if _, err := web.New(web.Options{Now: time.Now, AllowHosts: []string{"a b"}}); err == nil {
		t.Error("a host name with a space was taken")
	}
}

func TestOtherOriginsMayNotChangeAnything(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	for _, c := range []struct {
		method, path string
		header       []string
		refused      bool
	}{
		{"POST", "/api/v1/events", []string{"Sec-Fetch-Site", "cross-site"}, true},
		{"POST", "/api/v1/events", []string{"Sec-Fetch-Site", "same-site"}, true},
		{"POST", "/api/v1/events", []string{"Origin", "http://evil.test"}, true},
		{"POST", "/api/v1/events", []string{"Origin", "null"}, true},
		{"DELETE", "/api/v1/subscriptions/x", []string{"Origin", "http://evil.test"}, true},
		{"POST", "/compose", []string{"Origin", "http://127.0.0.1:9999"}, true},
		{"POST", "/login", []string{"Origin", "http://evil.test"}, true},
		{"POST", "/compose", []string{"Origin", "http://127.0.0.1:8080"}, false},
		{"POST", "/compose", []string{"Sec-Fetch-Site", "same-origin"}, false},
		{"POST", "/compose", nil, false},
		{"GET", "/", []string{"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "document"}, false},
	} {
		got := ask(s, c.method, c.path, "", c.header...).Code == http.StatusForbidden
		if got != c.refused {
			t.Errorf("%s %s %v: refused %v, want %v", c.method, c.path, c.header, got, c.refused)
		}
	}
}

func TestTheTokenOpensWhatItShould(t *testing.T) {
	t.Parallel()
	s := newServer(t, func(o *web.Options) { o.Token = "open sesame" })
	login := ask(s, "POST", "/login", url.Values{"token": {"open sesame"}, "next": {"/deliveries?q=1"}}.Encode(), "Content-Type", "application/x-www-form-urlencoded")
	if login.Code != http.StatusSeeOther || login.Header().Get("Location") != "/deliveries?q=1" {
		t.Fatalf("login: %d %v", login.Code, login.Header())
	}
	cookie := login.Header().Get("Set-Cookie")
	for _, part := range []string{"HttpOnly", "SameSite=Strict", "Path=/"} {
		if !strings.Contains(cookie, part) {
			t.Errorf("cookie %q lacks %s", cookie, part)
		}
	}
	if strings.Contains(cookie, "sesame") {
		t.Error("the cookie holds the token")
	}
	session, _, _ := strings.Cut(cookie, ";")
	bearer := []string{"Authorization", "Bearer open sesame"}
	cookied := []string{"Cookie", session}
	for _, c := range []struct {
		method, path string
		header       []string
		want         int
	}{
		{"GET", "/livez", nil, 200},
		{"GET", "/readyz", nil, 200},
		{"GET", "/login", nil, 200},
		{"GET", "/assets/app.js", nil, 200},
		{"GET", "/", nil, 303},
		{"GET", "/api/v1/platforms", nil, 401},
		{"GET", "/api/v1/stream", nil, 401},
		{"GET", "/api/openapi.json", nil, 401},
		{"GET", "/metrics", nil, 401},
		{"GET", "/version", nil, 401},
		{"POST", "/compose", nil, 401},
		{"POST", "/assets/app.js", nil, 401},
		{"GET", "/api/v1/platforms", []string{"Authorization", "Bearer wrong"}, 401},
		{"GET", "/api/v1/platforms", []string{"Authorization", "Basic open sesame"}, 401},
		{"GET", "/api/v1/platforms", []string{"Authorization", "Bearer "}, 401},
		{"GET", "/api/v1/platforms", []string{"Cookie", "annohook_session="}, 401},
		{"GET", "/api/v1/platforms", []string{"Cookie", "annohook_session=open sesame"}, 401},
		{"GET", "/api/v1/platforms", bearer, 200},
		{"GET", "/api/v1/platforms", cookied, 200},
		{"GET", "/metrics", bearer, 200},
		{"GET", "/", bearer, 200},
		{"GET", "/", cookied, 200},
		{"POST", "/compose", cookied, 200},
		{"POST", "/api/v1/deliveries/x/cancel", cookied, 401},
		{"POST", "/api/v1/deliveries/x/cancel", bearer, 404},
	} {
		w := ask(s, c.method, c.path, "", c.header...)
		if w.Code != c.want {
			t.Errorf("%s %s %v: %d, want %d", c.method, c.path, c.header, w.Code, c.want)
		}
		if w.Code == 401 && (w.Header().Get("WWW-Authenticate") == "" || w.Header().Get("Content-Type") != "application/problem+json") {
			t.Errorf("%s %s: %v", c.method, c.path, w.Header())
		}
	}
	if to := ask(s, "GET", "/deliveries?a=b", "").Header().Get("Location"); to != "/login?next=%2Fdeliveries%3Fa%3Db" {
		t.Errorf("sent to %s", to)
	}
}

func TestTheLoginLeadsNowhereElseAndSlowsGuessing(t *testing.T) {
	t.Parallel()
	now := time.Now()
	s := newServer(t, func(o *web.Options) { o.Token, o.Now = "open sesame", func() time.Time { return now } })
	post := func(token, next string) *httptest.ResponseRecorder {
		return ask(s, "POST", "/login", url.Values{"token": {token}, "next": {next}}.Encode(), "Content-Type", "application/x-www-form-urlencoded")
	}
	for _, next := range []string{"//evil.test", "http://evil.test/", `/\evil.test`, "evil", "", "javascript:alert(1)"} {
		if to := post("open sesame", next).Header().Get("Location"); to != "/" {
			t.Errorf("next %q leads to %s", next, to)
		}
	}
	wrong := post("wrong", "/x")
	if wrong.Code != 303 || wrong.Header().Get("Set-Cookie") != "" || !strings.Contains(wrong.Header().Get("Location"), "failed=1") {
		t.Errorf("wrong token: %d %v", wrong.Code, wrong.Header())
	}
	refused := 0
	for range 20 {
		if post("wrong", "").Code == http.StatusTooManyRequests {
			refused++
		}
	}
	if refused == 0 {
		t.Error("guessing is never slowed down")
	}
	now = now.Add(time.Minute)
	if got := post("open sesame", "").Header().Get("Set-Cookie"); got == "" {
		t.Error("the right token is refused a minute later")
	}
}

func TestEveryAnswerHasItsSecurityHeader(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	for _, path := range []string{"/", "/api/v1/platforms", "/api/nope", "/nope", "/api/openapi.json", "/metrics"} {
		h := ask(s, "GET", path, "").Header()
		policy := h.Get("Content-Security-Policy")
		if !strings.HasPrefix(policy, "default-src 'none'; script-src 'self'; style-src 'self';") || strings.Contains(policy, "unsafe") ||
			h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Referrer-Policy") != "no-referrer" || h.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %v", path, h)
		}
	}
	if got := ask(s, "GET", "/assets/x", "").Header().Get("Cache-Control"); !strings.Contains(got, "immutable") {
		t.Errorf("assets: %s", got)
	}
}

func TestBodiesAreBounded(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	for _, c := range []struct {
		path  string
		bytes int
		want  int
	}{
		{"/form", 1 << 20, 200},
		{"/form", 1<<20 + 1, 413},
		{"/compose", 2 << 20, 200},
		{"/api/v1/subscriptions", 1<<20 + 1, 413},
		{"/api/v1/events", 2 << 20, 400},
		{"/api/v1/events", 16<<20 + 1, 413},
	} {
		w := ask(s, "POST", c.path, strings.Repeat("x", c.bytes), "Content-Type", "application/json")
		if w.Code != c.want {
			t.Errorf("%s with %d bytes: %d, want %d", c.path, c.bytes, w.Code, c.want)
		}
		if w.Code == 413 && !strings.Contains(w.Body.String(), "at most") {
			t.Errorf("%s: the bound is not told: %s", c.path, w.Body)
		}
	}
	r := httptest.NewRequest("POST", "http://127.0.0.1/form", io.MultiReader(strings.NewReader(strings.Repeat("x", 1<<20)), strings.NewReader("xx")))
	w := httptest.NewRecorder()
	s.Handler().ServeHTTP(w, r)
	if w.Code != http.StatusBadRequest {
		t.Errorf("a body of unknown length: %d", w.Code)
	}
}

func TestWhatTheAPIDoesNotKnowGoesToThePages(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	for _, c := range [][3]string{
		{"GET", "/", "page GET / 0"},
		{"GET", "/deliveries/x", "page GET /deliveries/x 0"},
		{"POST", "/compose", "page POST /compose 0"},
		{"GET", "/livezz", "page GET /livezz 0"},
		{"GET", "/login", "page GET /login 0"},
	} {
		if got := ask(s, c[0], c[1], "").Body.String(); got != c[2] {
			t.Errorf("%s %s: %s", c[0], c[1], got)
		}
	}
	for _, c := range []struct {
		method, path string
		want         int
	}{{"GET", "/api/nope", 404}, {"GET", "/api/v1/nope", 404}, {"GET", "/api/", 404}, {"DELETE", "/api/v1/platforms", 405}, {"PUT", "/readyz", 405}} {
		w := ask(s, c.method, c.path, "")
		if w.Code != c.want || w.Header().Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s %s: %d %s", c.method, c.path, w.Code, w.Body)
		}
		if w.Code == 405 && w.Header().Get("Allow") == "" {
			t.Errorf("%s %s: no Allow", c.method, c.path)
		}
	}
	bare := newServer(t, func(o *web.Options) { o.Dashboard = nil })
	if w := ask(bare, "GET", "/", ""); w.Code != 404 || w.Header().Get("Content-Type") != "application/problem+json" {
		t.Errorf("without pages: %d", w.Code)
	}
}

func TestHeadIsAGetWithoutABody(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(newServer(t).Handler())
	defer server.Close()
	for path, want := range map[string]int{"/livez": 200, "/api/v1/platforms": 200, "/": 200, "/api/nope": 404, "/api/v1/stream": 405} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodHead, server.URL+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := server.Client().Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if resp.StatusCode != want {
			t.Errorf("HEAD %s: %d, want %d", path, resp.StatusCode, want)
		}
	}
}

func TestAPanicIsA500(t *testing.T) {
	t.Parallel()
	w := ask(newServer(t), "GET", "/panic", "")
	if w.Code != 500 || strings.Contains(w.Body.String(), "purpose") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestServeEndsStreamsFirstAndReturns(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	var lc net.ListenConfig
	ln, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- s.Serve(ctx, ln) }()
	req, err := http.NewRequestWithContext(t.Context(), "GET", "http://"+ln.Addr().String()+"/api/v1/stream", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	begun := time.Now()
	stop()
	if err := <-served; err != nil {
		t.Errorf("serve: %v", err)
	}
	if took := time.Since(begun); took > web.DefaultShutdownGrace/2 {
		t.Errorf("the open stream held the stop up for %s", took)
	}
	if _, err := io.ReadAll(resp.Body); err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("stream: %v", err)
	}
}

func TestTheServersRoutesAreTheAPIs(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	if routes := s.Routes(); !slices.Contains(routes, "POST "+api.Prefix+"/events") || len(s.API().Document()) == 0 {
		t.Errorf("routes %v", routes)
	}
}
