package web_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/annohook/annohook/payloads/payloadtest/invented"
	"github.com/annohook/annohook/web"
)

// echoing is a platform's API that says what it was asked, in header fields and forms of its own.
func echoing(name string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Dialect", name)
		w.Header().Set("Content-Type", "application/x-own")
		switch r.URL.Path {
		case "/panic":
			panic("on purpose")
		case "/slash":
			http.Redirect(w, r, "/slash/", http.StatusTemporaryRedirect)
			return
		case "/absolute":
			w.Header().Set("Location", "http://"+r.Host+"/things/1")
			w.WriteHeader(http.StatusCreated)
			return
		case "/asked":
			w.Header().Set("Location", "http://"+r.Host+r.RequestURI+"/")
			w.WriteHeader(http.StatusTemporaryRedirect)
			return
		case "/elsewhere":
			w.Header().Set("Location", "https://other.test/x")
		case "/strict":
			if r.Method != http.MethodGet {
				w.WriteHeader(http.StatusMethodNotAllowed)
				return
			}
		}
		body, err := io.ReadAll(r.Body)
		if err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		_, _ = fmt.Fprintf(w, "%s %s %s raw=%s query=%s body=%d", name, r.Method, r.URL.Path, r.URL.RawPath, r.URL.RawQuery, len(body))
	})
}

func mountNative(o *web.Options) {
	o.Native = []web.NativeMount{
		{Platform: "postbox", Profile: "v1", Path: "/postbox@v1", Handler: echoing("v1")},
		{Platform: "postbox", Profile: "v1", Path: "/postbox", Roots: []string{"/api/token", "/api/token/"}, Handler: echoing("v1")},
		{Platform: "postbox", Profile: "v2", Path: "/postbox@v2", Handler: echoing("v2")},
	}
}

func TestNativePathsReachTheirPlatform(t *testing.T) {
	t.Parallel()
	s := newServer(t, mountNative)
	for _, c := range [][2]string{
		{"GET /postbox/hooks?a=b%20c", "v1 GET /hooks raw= query=a=b%20c body=0"},
		{"GET /postbox/hooks/", "v1 GET /hooks/ raw= query= body=0"},
		{"GET /postbox", "v1 GET / raw= query= body=0"},
		{"GET /postbox/", "v1 GET / raw= query= body=0"},
		{"GET /postbox@v2/hooks", "v2 GET /hooks raw= query= body=0"},
		{"GET /postbox%40v2/hooks", "v2 GET /hooks raw=/hooks query= body=0"},
		{"GET /postbox@v1", "v1 GET / raw= query= body=0"},
		{"GET /postbox/a%2Fb/c", "v1 GET /a/b/c raw=/a%2Fb/c query= body=0"},
		{"GET /postbox/%2F", "v1 GET // raw=/%2F query= body=0"},
		{"PUT /postbox/postbox/x", "v1 PUT /postbox/x raw= query= body=0"},
		{"POST /api/token", "v1 POST /api/token raw= query= body=0"},
		{"POST /api/token/", "v1 POST /api/token/ raw= query= body=0"},
		// Neither of these is the platform's.
		{"GET /postboxes", "page GET /postboxes 0"},
		{"GET /postbox@v3/hooks", "page GET /postbox@v3/hooks 0"},
		{"GET /postbox%2Fhooks", "page GET /postbox/hooks 0"},
		{"GET /x/postbox", "page GET /x/postbox 0"},
	} {
		method, target, _ := strings.Cut(c[0], " ")
		if got := ask(s, method, target, "").Body.String(); got != c[1] {
			t.Errorf("%s: %s\nwant %s", c[0], got, c[1])
		}
	}
}

func TestNativeAnswersArePlain(t *testing.T) {
	t.Parallel()
	s := newServer(t, mountNative)
	header := ask(s, "GET", "/postbox/hooks", "").Header()
	if len(header) != 2 || header.Get("Content-Type") != "application/x-own" || header.Get("X-Dialect") != "v1" {
		t.Errorf("header %v, want the platform's own alone", header)
	}
	if got := ask(s, "HEAD", "/postbox/strict", "").Code; got != http.StatusMethodNotAllowed {
		t.Errorf("HEAD: %d, want the platform's own answer", got)
	}
	for path, want := range map[string]string{
		"/postbox/slash": "/postbox/slash/", "/postbox@v2/slash": "/postbox@v2/slash/", "/postbox/absolute": "http://127.0.0.1:8080/postbox/things/1",
		"/postbox/elsewhere": "https://other.test/x", "/postbox@v2/asked": "http://127.0.0.1:8080/postbox@v2/asked/",
		"/postbox%40v2/asked": "http://127.0.0.1:8080/postbox%40v2/asked/", "/%70ostbox/slash": "/postbox/slash/",
	} {
		if got := ask(s, "GET", path, "").Header().Get("Location"); got != want {
			t.Errorf("%s leads to %s, want %s", path, got, want)
		}
	}
	if w := ask(s, "GET", "/postbox/panic", ""); w.Code != 500 || strings.Contains(w.Body.String(), "purpose") {
		t.Errorf("panic: %d %s", w.Code, w.Body)
	}
}

func TestNativePathsAskForTheirOwnCredentialOnly(t *testing.T) {
	t.Parallel()
	s := newServer(t, mountNative, func(o *web.Options) { o.Token = "open sesame" })
	for target, want := range map[string]int{
		"GET /postbox/hooks": 200, "POST /postbox/hooks": 200, "DELETE /postbox@v2/x": 200, "GET /api/token": 200,
		"GET /api/v1/platforms": 401, "GET /postboxes": 303, "POST /postboxes": 401, "GET /api/tokens": 401,
	} {
		method, path, _ := strings.Cut(target, " ")
		if got := ask(s, method, path, "").Code; got != want {
			t.Errorf("%s: %d, want %d", target, got, want)
		}
	}
}

// TestNativePathsAreGuarded: what protects from other sites and broken requests stays in front.
func TestNativePathsAreGuarded(t *testing.T) {
	t.Parallel()
	s := newServer(t, mountNative)
	for _, c := range []struct {
		method, path, body string
		header             []string
		want               int
	}{
		{"GET", "/postbox/hooks", "", []string{"Host", "evil.test"}, 403},
		{"POST", "/postbox/hooks", "", []string{"Origin", "http://evil.test"}, 403},
		{"POST", "/postbox/hooks", "", []string{"Sec-Fetch-Site", "cross-site"}, 403},
		{"POST", "/api/token", "", []string{"Sec-Fetch-Site", "cross-site"}, 403},
		{"POST", "/postbox/hooks", strings.Repeat("x", web.MaxNativeBytes), nil, 200},
		{"POST", "/postbox/hooks", strings.Repeat("x", web.MaxNativeBytes+2), nil, 400},
	} {
		if got := ask(s, c.method, c.path, c.body, c.header...).Code; got != c.want {
			t.Errorf("%s %s %v: %d, want %d", c.method, c.path, c.header, got, c.want)
		}
	}
}

func TestMountsThatCannotBe(t *testing.T) {
	t.Parallel()
	good := web.NativeMount{Platform: "postbox", Path: "/postbox", Handler: echoing("x")}
	for name, change := range map[string]func(*web.NativeMount){
		"no slash": func(m *web.NativeMount) { m.Path = "postbox" }, "empty": func(m *web.NativeMount) { m.Path = "/" },
		"two segments": func(m *web.NativeMount) { m.Path = "/a/b" }, "escaped": func(m *web.NativeMount) { m.Path = "/a%41" },
		"our own": func(m *web.NativeMount) { m.Path = "/api" }, "a page": func(m *web.NativeMount) { m.Path = "/deliveries" },
		"no handler": func(m *web.NativeMount) { m.Handler = nil }, "root without slash": func(m *web.NativeMount) { m.Roots = []string{"x"} },
		"root in our API": func(m *web.NativeMount) { m.Roots = []string{"/api/v1/events"} },
		"our document":    func(m *web.NativeMount) { m.Roots = []string{"/api/openapi.json"} },
		"twice a root":    func(m *web.NativeMount) { m.Roots = []string{"/x", "/x"} },
	} {
		m := good
		change(&m)
		tryMounts(t, name, m)
	}
	tryMounts(t, "twice", good, good)
}

func tryMounts(t *testing.T, name string, mounts ...web.NativeMount) {
	t.Helper()
	newServer(t, func(o *web.Options) {
		o.Native = mounts
		if _, err := web.New(*o); err == nil || !strings.Contains(err.Error(), "postbox") {
			t.Errorf("%s: %v, want an error that names the platform", name, err)
		}
		o.Native = nil
	})
}

func TestAPlatformOnAPortOfItsOwn(t *testing.T) {
	t.Parallel()
	s := newServer(t, mountNative)
	var lc net.ListenConfig
	ln, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	handler, err := s.NativeHandler("postbox", "v2", ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- s.ServeNative(ctx, ln, handler) }()
	get := func(path, host string) (int, string, http.Header) {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+ln.Addr().String()+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Host = host
		client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
		resp, err := client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = resp.Body.Close() }()
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return resp.StatusCode, string(body), resp.Header
	}
	if code, body, header := get("/postbox/a%2Fb", ""); code != 200 || body != "v2 GET /postbox/a/b raw=/postbox/a%2Fb query= body=0" || header.Get("Cache-Control") != "" {
		t.Errorf("%d %s %v", code, body, header)
	}
	if _, _, header := get("/slash", ""); header.Get("Location") != "/slash/" {
		t.Errorf("redirect: %v", header)
	}
	if code, _, _ := get("/hooks", "evil.test"); code != http.StatusForbidden {
		t.Errorf("a strange host: %d", code)
	}
	begun := time.Now()
	stop()
	if err := <-served; err != nil || time.Since(begun) > web.DefaultShutdownGrace/2 {
		t.Errorf("stop: %v after %s", err, time.Since(begun))
	}
	for _, c := range [][3]string{{"postbox", "v9", "127.0.0.1:1"}, {"nobody", "v1", "127.0.0.1:1"}, {"postbox", "v1", "no port"}} {
		if _, err := s.NativeHandler(c[0], c[1], c[2]); err == nil {
			t.Errorf("%v: there is a handler", c)
		}
	}
}

// TestTheNativeAPIWorksOnTheRealEngine: what is registered there is an ordinary subscription.
func TestTheNativeAPIWorksOnTheRealEngine(t *testing.T) {
	t.Parallel()
	s := newServer(t, func(o *web.Options) {
		p := invented.Platforms()[0]
		o.Token = "open sesame"
		o.Native = []web.NativeMount{
			{Platform: p.ID, Profile: p.Profile, Path: "/postbox", Roots: p.Native.Roots, Handler: p.Native.Handler(o.Scheduler.Host(p, "open sesame"))},
		}
	})
	if w := ask(s, "GET", "/postbox/hooks", ""); w.Code != 401 || w.Body.String() != `{"fault":"a key is required"}` {
		t.Errorf("without a key: %d %s", w.Code, w.Body)
	}
	key := []string{invented.KeyHeader, "open sesame"}
	if w := ask(s, "POST", "/postbox/hooks", `{"url":"http://127.0.0.1:9/hook"}`, key...); w.Code != 201 {
		t.Fatalf("create: %d %s", w.Code, w.Body)
	}
	if w := ask(s, "GET", "/api/v1/subscriptions", "", "Authorization", "Bearer open sesame"); !strings.Contains(w.Body.String(), "http://127.0.0.1:9/hook") {
		t.Errorf("our list: %s", w.Body)
	}
	if w := ask(s, "POST", "/postbox/notes", "{}", key...); w.Code != 201 {
		t.Errorf("an action: %d %s", w.Code, w.Body)
	}
	if w := ask(s, "GET", "/api/v1/platforms/postbox/world", "", "Authorization", "Bearer open sesame"); !strings.Contains(w.Body.String(), `"id":"2"`) {
		t.Errorf("world: %s", w.Body)
	}
	if w := ask(s, "GET", "/postbox-token", "", key...); w.Code != 200 || w.Body.String() != `{"token":"any"}` {
		t.Errorf("root path: %d %s", w.Code, w.Body)
	}
}

// FuzzNativePath: no path breaks the routing, and what a mount gets never keeps its prefix.
func FuzzNativePath(f *testing.F) {
	for _, path := range []string{"/postbox", "/postbox%40v2/x", "//postbox/x", "/postbox/%2e%2e/api/v1/events", "/%70ostbox/a%2Fb", "/postbox@v2", "*"} {
		f.Add(path)
	}
	var got string
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = r.URL.Path
		if r.URL.RawPath != "" && r.URL.EscapedPath() != r.URL.RawPath {
			got = "raw path " + r.URL.RawPath + " does not belong to " + r.URL.Path
		}
		w.WriteHeader(http.StatusTeapot)
	})
	server := serverFor(f, func(o *web.Options) {
		o.Native = []web.NativeMount{{Platform: "postbox", Profile: "v1", Path: "/postbox", Handler: handler}}
	})
	f.Fuzz(func(t *testing.T, path string) {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://127.0.0.1:8080"+path, nil)
		if err != nil || r.URL.Host != "127.0.0.1:8080" {
			return
		}
		full := r.URL.Path
		got = ""
		w := httptest.NewRecorder()
		if server.Handler().ServeHTTP(w, r); w.Code != http.StatusTeapot {
			return
		}
		if !strings.HasPrefix(got, "/") || full != "/postbox"+got && full+"/" != "/postbox"+got {
			t.Errorf("%s reaches the platform as %q", path, got)
		}
	})
}
