package e2e_test

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/annohook/annohook/sender/listener"
	"github.com/annohook/annohook/web/client"
)

// TestForeignHost: a page that got our address under a name of its own learns nothing, on any route.
func TestForeignHost(t *testing.T) {
	t.Parallel()
	s := start(t, "--redis", "memory", "--allow-host", "hooks.example.org")
	targets := []string{
		"GET /", "GET /deliveries", "GET /subscriptions", "GET /compose", "GET /platforms", "GET /login", "GET /api/openapi.json", "GET /api/docs",
		"GET /argilla/api/v1/webhooks", "GET /nowhere", "POST /api/token/refresh",
	}
	for path, item := range contractOf(s).paths {
		for method := range asSchema(item) {
			targets = append(targets, strings.ToUpper(method)+" "+placeholders.Replace(path))
		}
	}
	for _, target := range targets {
		method, path, _ := strings.Cut(target, " ")
		var body any
		if method == http.MethodPost || method == http.MethodPatch {
			body = object{}
		}
		for _, host := range []string{"evil.example", "127.0.0.1.evil.example", "localhost.evil.example:80", "hooks.example.org.evil.example", "169.254.169.254"} {
			r := s.send(method, path, body, "Host", host)
			if r.status != http.StatusForbidden && r.status != http.StatusMisdirectedRequest {
				t.Errorf("%s as %s: %d %.100s", target, host, r.status, r.body)
			}
		}
	}
	_, port, _ := strings.Cut(strings.TrimPrefix(s.base, "http://"), ":")
	for _, host := range []string{"localhost:" + port, "127.0.0.1:" + port, "[::1]:" + port, "hooks.example.org"} {
		if r := s.send(http.MethodGet, "/api/v1/subscriptions", nil, "Host", host); r.status != http.StatusOK {
			t.Errorf("as %s: %d", host, r.status)
		}
	}
}

var placeholders = strings.NewReplacer("{id}", "x", "{platform}", "argilla", "{type}", "ping")

// TestCrossSite: another site's page cannot make anything happen.
func TestCrossSite(t *testing.T) {
	t.Parallel()
	s := start(t, "--redis", "memory")
	h := listen(t, "argilla", hookOptions{})
	s.attach(h, "argilla", nil)
	trigger := object{"platform": "argilla", "type": "ping"}
	for name, header := range map[string][]string{
		"another site":    {"Origin", "http://evil.example", "Sec-Fetch-Site", "cross-site"},
		"no fetch fields": {"Origin", "http://evil.example"},
		"another port":    {"Origin", "http://127.0.0.1:1", "Sec-Fetch-Site", "same-site"},
		"a form":          {"Origin", "null", "Sec-Fetch-Site", "cross-site", "Content-Type", "text/plain"},
	} {
		if r := s.send(http.MethodPost, "/api/v1/events", trigger, header...); r.status != http.StatusForbidden {
			t.Errorf("%s: %d, want 403", name, r.status)
		}
	}
	h.nothingMore(200 * time.Millisecond)
	if r := s.send(http.MethodPost, "/api/v1/events", trigger, "Origin", s.base, "Sec-Fetch-Site", "same-origin"); r.status != http.StatusAccepted {
		t.Errorf("our own page: %d %s", r.status, r.body)
	}
	page := s.get("/")
	csp := page.header.Get("Content-Security-Policy")
	if page.status != http.StatusOK || !strings.Contains(csp, "default-src 'none'") && !strings.Contains(csp, "default-src 'self'") || strings.Contains(csp, "unsafe-inline") {
		t.Errorf("the page: %d, policy %q", page.status, csp)
	}
}

// TestToken: with a token nothing but liveness answers without it.
func TestToken(t *testing.T) {
	t.Parallel()
	const token = "e2e-token-0123456789"
	home := t.TempDir()
	p := launch(t, home, searchPath(), "serve", "--addr", "0.0.0.0:0", "--redis", "memory")
	if code := p.wait(10 * time.Second); code != 2 || !strings.Contains(p.log.String(), "--token") {
		t.Errorf("a wide address without a token: exit %d, %s", code, p.log.String())
	}
	s := start(t, "--redis", "memory", "--token", token)
	for _, path := range []string{"/livez", "/readyz"} {
		if r := s.get(path); r.status != http.StatusOK {
			t.Errorf("%s without token: %d", path, r.status)
		}
	}
	for _, path := range []string{"/api/v1/subscriptions", "/api/v1/deliveries", "/api/v1/stream", "/api/v1/stats", "/api/v1/platforms", "/metrics"} {
		for _, credential := range []string{"", "Bearer wrong-token-012345", "Basic " + base64.StdEncoding.EncodeToString([]byte("x:"+token)), "Bearer"} {
			if r := s.send(http.MethodGet, path, nil, "Authorization", credential); r.status != http.StatusUnauthorized {
				t.Errorf("%s with %q: %d, want 401", path, credential, r.status)
			}
		}
	}
	if r := s.send(http.MethodPost, "/api/v1/events", object{"platform": "argilla", "type": "ping"}); r.status != http.StatusUnauthorized {
		t.Errorf("trigger without token: %d", r.status)
	}
	if r := s.get("/"); r.status == http.StatusOK && strings.Contains(string(r.body), "/deliveries/") {
		t.Errorf("the page shows deliveries without a token: %d", r.status)
	}
	s.header.Set("Authorization", "Bearer "+token)
	if list := read[client.SubscriptionList](s, "/api/v1/subscriptions"); list.Items == nil {
		t.Error("with the token: no list")
	}
	if strings.Contains(s.log.String()+s.out.String(), token) {
		t.Error("the token is in the log")
	}
}

// TestBlockedTargets: what is refused is refused at the moment of dialling, redirects included.
func TestBlockedTargets(t *testing.T) {
	t.Parallel()
	s := start(t, "--redis", "memory")
	h := listen(t, "label-studio", hookOptions{answers: []listener.Answer{{Status: 307, Header: http.Header{"Location": {"http://169.254.169.254/latest"}}}}})
	s.attach(h, "label-studio", object{"timeout": "20s"})
	d := s.only(s.triggerSettled(object{"platform": "label-studio", "type": "LABEL_LINK_DELETED"}))
	if e := d.Attempts[0].Error; d.Status != "failed" || e == nil || e.Kind != "blocked" {
		t.Errorf("redirect to the metadata address: %s, %+v", d.Status, e)
	}
	denying := start(t, "--redis", "memory", "--deny-target", "127.0.0.0/8,::1/128")
	local := listen(t, "datasaur", hookOptions{})
	denying.subscribe(object{"platform": "datasaur", "url": strings.Replace(local.url, "127.0.0.1", "localhost", 1), "retry": object{"delays": []string{}}})
	d = denying.only(denying.triggerSettled(object{"platform": "datasaur", "type": "export"}))
	if e := d.Attempts[0].Error; d.Status != "failed" || e == nil || e.Kind != "blocked" || len(local.got()) != 0 {
		t.Errorf("a name with a denied address: %s, %+v, %d requests", d.Status, e, len(local.got()))
	}
}

// TestNothingLeaks: secrets and passwords are shown where they must be, and nowhere else.
func TestNothingLeaks(t *testing.T) {
	t.Parallel()
	for _, e := range engines() {
		t.Run(e.name, func(t *testing.T) {
			t.Parallel()
			s := start(t, append(e.open(t), "--log-level", "debug", "--time-scale", "0.01")...)
			const secret, rotated, password = "aquarium-S3cret-One", "aquarium-S3cret-Two", "p4ss-W0rd-of-user"
			h := listen(t, "aquarium", hookOptions{script: "500,200"})
			h.setSecret(secret)
			target := strings.Replace(h.url, "http://", "http://mallory:"+password+"@", 1)
			sub := s.subscribe(object{"platform": "aquarium", "url": target, "secret": secret})
			if strings.Contains(sub.URL, password) || sub.Secret == nil || *sub.Secret != secret {
				t.Errorf("create answers url %s, secret %v", sub.URL, sub.Secret)
			}
			d := s.only(s.triggerSettled(object{"platform": "aquarium", "type": "issue-exported"}))
			if user, pass, ok := basic(h.got()[0]); d.Status != "succeeded" || !ok || user != "mallory" || pass != password {
				t.Errorf("delivery %s; the listener got the user %q with %q", d.Status, user, pass)
			}
			h.verified()
			s.patch(sub.ID, object{"secret": rotated})
			pages := []string{
				"/api/v1/subscriptions", "/api/v1/subscriptions/" + sub.ID, "/api/v1/deliveries", "/api/v1/deliveries/" + d.ID, "/api/v1/events",
				"/api/v1/events/" + d.EventIDs[0], "/api/v1/deliveries/" + d.ID + "/export?format=curl", "/api/v1/deliveries/" + d.ID + "/export?format=http",
				"/api/v1/deliveries/" + d.ID + "/export?format=har", "/api/v1/stats", "/metrics", "/", "/deliveries", "/deliveries/" + d.ID, "/subscriptions", "/compose",
			}
			var shown strings.Builder
			for _, page := range pages {
				r := s.get(page)
				if r.status != http.StatusOK {
					t.Errorf("%s: %d", page, r.status)
				}
				shown.WriteString(string(r.body))
			}
			s.subscribe(object{"platform": "aquarium", "url": deadURLWith(t, password), "retry": object{"delays": []string{}}})
			failed := s.only(s.triggerSettled(object{"platform": "aquarium", "type": "issue-update", "subscription_ids": []string{s.newest()}}))
			shown.WriteString(string(s.get("/api/v1/deliveries/" + failed.ID).body))
			shown.WriteString(string(s.stream("").until(func([]streamEvent) bool { return false }, 200*time.Millisecond)))
			for _, hidden := range []string{secret, rotated, password, base64.StdEncoding.EncodeToString([]byte("mallory:" + password)), url.QueryEscape(secret + "=")} {
				for where, text := range map[string]string{"an answer": shown.String(), "the log": s.log.String(), "the output": s.out.String()} {
					if at := strings.Index(text, hidden); at >= 0 {
						t.Errorf("%s is in %s: …%.160s", hidden, where, text[max(0, at-80):])
					}
				}
			}
		})
	}
}

func basic(r listener.Receipt) (user, password string, ok bool) {
	return (&http.Request{Header: r.Header}).BasicAuth()
}

func deadURLWith(t *testing.T, password string) string {
	t.Helper()
	return strings.Replace(deadURL(t), "http://", "http://mallory:"+password+"@", 1)
}

// newest is the id of the subscription made last.
func (s *server) newest() string {
	s.t.Helper()
	items := read[client.SubscriptionList](s, "/api/v1/subscriptions").Items
	return items[len(items)-1].ID
}
