package web_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/annohook/annohook/web"
)

// from makes a request as a client of that address does; header are names and values.
func from(h http.Handler, addr, method, path, body string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, "http://127.0.0.1:8080"+path, strings.NewReader(body))
	r.RemoteAddr = addr
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// door is one place that asks for a credential.
type door struct {
	name      string
	try       func(addr, key string) *httptest.ResponseRecorder
	open, not int // status with the right key and with a wrong one
}

// strictNative refuses all but one key.
func strictNative(key string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Key") != key {
			w.WriteHeader(http.StatusUnauthorized)
		}
	})
}

func doors(t *testing.T, key string, now func() time.Time) []door {
	t.Helper()
	s := newServer(t, func(o *web.Options) {
		o.Token, o.Now = key, now
		o.Native = []web.NativeMount{{Platform: "postbox", Profile: "v1", Path: "/postbox", Roots: []string{"/postbox-token"}, Handler: strictNative(key)}}
	})
	own, err := s.NativeHandler("postbox", "v1", "127.0.0.1:8080")
	if err != nil {
		t.Fatal(err)
	}
	bearer := func(path string) func(string, string) *httptest.ResponseRecorder {
		return func(addr, key string) *httptest.ResponseRecorder {
			return from(s.Handler(), addr, "GET", path, "", "Authorization", "Bearer "+key)
		}
	}
	native := func(h http.Handler, path string) func(string, string) *httptest.ResponseRecorder {
		return func(addr, key string) *httptest.ResponseRecorder { return from(h, addr, "GET", path, "", "X-Key", key) }
	}
	return []door{
		{"our API", bearer("/api/v1/platforms"), 200, 401},
		{"pages", bearer("/"), 200, 303},
		{"login", func(addr, key string) *httptest.ResponseRecorder {
			return from(s.Handler(), addr, "POST", "/login", url.Values{"token": {key}}.Encode(), "Content-Type", "application/x-www-form-urlencoded")
		}, 303, 303},
		{"a platform's API", native(s.Handler(), "/postbox/hooks"), 200, 401},
		{"a platform's root path", native(s.Handler(), "/postbox-token"), 200, 401},
		{"a platform's port", native(own, "/hooks"), 200, 401},
	}
}

// TestGuessingIsSlowedDownForTheGuesserAlone: after some wrong keys an address has to wait, and nobody else.
func TestGuessingIsSlowedDownForTheGuesserAlone(t *testing.T) {
	t.Parallel()
	const key, most, guesses = "open sesame", 100, 1000
	for i := range 6 {
		now := time.Now()
		d := doors(t, key, func() time.Time { return now })[i]
		t.Run(d.name, func(t *testing.T) {
			t.Parallel()
			looked := 0
			for n := range guesses {
				w := d.try(fmt.Sprintf("192.0.2.1:%d", 1024+n), fmt.Sprint("guess ", n))
				switch w.Code {
				case d.not:
					looked++
				case http.StatusTooManyRequests:
					if w.Header().Get("Retry-After") == "" {
						t.Fatal("nothing says how long to wait")
					}
				default:
					t.Fatalf("a wrong key: %d %s", w.Code, w.Body)
				}
			}
			if looked == 0 || looked > most {
				t.Errorf("%d of %d wrong keys were looked at, want some and at most %d", looked, guesses, most)
			}
			if got := d.try("192.0.2.1:5", key).Code; got != http.StatusTooManyRequests {
				t.Errorf("the guesser hits the key at once: %d", got)
			}
			for _, other := range []string{"192.0.2.2:5", "[2001:db8::1]:5", "127.0.0.1:5", "@"} {
				if got := d.try(other, key).Code; got != d.open {
					t.Errorf("%s with the right key: %d, want %d", other, got, d.open)
				}
			}
			now = now.Add(5 * time.Second)
			if got := d.try("192.0.2.1:5", key).Code; got != d.open {
				t.Errorf("the right key five seconds later: %d, want %d", got, d.open)
			}
		})
	}
}

// TestRightKeysAreNeverSlowedDown: who knows the key may use it as often as needed, and a session goes on beside a guesser of the same address.
func TestRightKeysAreNeverSlowedDown(t *testing.T) {
	t.Parallel()
	now := time.Now()
	const key = "open sesame"
	for _, d := range doors(t, key, func() time.Time { return now }) {
		for range 300 {
			if got := d.try("192.0.2.1:5", key).Code; got != d.open {
				t.Fatalf("%s: %d, want %d", d.name, got, d.open)
			}
		}
	}
	s := newServer(t, func(o *web.Options) { o.Token, o.Now = key, func() time.Time { return now } })
	in := from(s.Handler(), "192.0.2.1:5", "POST", "/login", "token=open+sesame", "Content-Type", "application/x-www-form-urlencoded")
	session, _, _ := strings.Cut(in.Header().Get("Set-Cookie"), ";")
	for range 200 {
		from(s.Handler(), "192.0.2.1:6", "GET", "/api/v1/platforms", "", "Authorization", "Bearer wrong")
	}
	if got := from(s.Handler(), "192.0.2.1:7", "GET", "/api/v1/platforms", "", "Cookie", session).Code; got != 200 {
		t.Errorf("a session beside a guesser: %d", got)
	}
	for range 200 { // no key is no guess
		if got := from(s.Handler(), "192.0.2.9:7", "GET", "/api/v1/platforms", "").Code; got != 401 {
			t.Fatalf("without a key: %d", got)
		}
	}
}

// TestGuessersCannotHideOrFillTheTable: an IPv6 client has more addresses than can be counted, and one network of them is one guesser.
func TestGuessersCannotHideOrFillTheTable(t *testing.T) {
	t.Parallel()
	now := time.Now()
	d := doors(t, "open sesame", func() time.Time { return now })[0]
	looked := 0
	for n := range 1000 {
		if d.try(fmt.Sprintf("[2001:db8:0:1::%x]:9", n), "wrong").Code == d.not {
			looked++
		}
	}
	if looked > 100 {
		t.Errorf("%d guesses of one network were looked at", looked)
	}
	if got := d.try("[2001:db8:0:2::1]:9", "wrong").Code; got != d.not {
		t.Errorf("another network: %d", got)
	}
	for n := range 5_000 { // more than are remembered
		if got := d.try(fmt.Sprintf("10.%d.%d.%d:9", n>>16, n>>8&255, n&255), "wrong").Code; got != d.not {
			t.Fatalf("the first guess of an address: %d", got)
		}
	}
}
