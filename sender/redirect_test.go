package sender_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/sender"
)

// seen is what a listener got.
type seen struct {
	Method, Path, Body                 string
	Type, Length, Auth, Custom, Cookie string
}

// recorder serves with h and keeps what came in, in order.
func recorder(t *testing.T, h http.HandlerFunc) (url string, requests func() []seen) {
	t.Helper()
	var (
		mu  sync.Mutex
		all []seen
	)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		mu.Lock()
		all = append(all, seen{
			r.Method, r.URL.Path, string(body), r.Header.Get("Content-Type"), r.Header.Get("Content-Length"),
			r.Header.Get("Authorization"), r.Header.Get("X-Custom"), r.Header.Get("Cookie"),
		})
		mu.Unlock()
		h(w, r)
	}))
	t.Cleanup(srv.Close)
	return srv.URL, func() []seen { mu.Lock(); defer mu.Unlock(); return all }
}

func following(url string) sender.Request {
	r := post(url)
	r.Header = payloads.H("Content-Type", "application/json", "X-Custom", "c", "Authorization", "Bearer a")
	r.Body = []byte("{}")
	r.Policy = payloads.Policy{Timeout: 2 * time.Second, Redirect: payloads.RedirectAsRequests}
	return r
}

func TestRedirectsAsPythonRequestsFollowsThem(t *testing.T) {
	tests := []struct {
		status     int
		method     string
		want       string
		keepsBody  bool
		wantLength string // of the second request
	}{
		{301, "POST", "GET", false, ""},
		{301, "PUT", "PUT", false, "0"}, // requests drops the body here too, and urllib3 then announces its absence
		{302, "POST", "GET", false, ""},
		{302, "PUT", "GET", false, ""},
		{303, "POST", "GET", false, ""},
		{303, "PUT", "GET", false, ""},
		{307, "POST", "POST", true, "2"},
		{308, "PUT", "PUT", true, "2"},
	}
	for _, tc := range tests {
		t.Run(fmt.Sprint(tc.status, tc.method), func(t *testing.T) {
			url, requests := recorder(t, func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/a/start" {
					http.SetCookie(w, &http.Cookie{Name: "c", Value: "1", Path: "/"})
					w.Header().Set("Location", "../next?q=1#frag")
					w.WriteHeader(tc.status)
					return
				}
				io.WriteString(w, "end")
			})
			r := following(url + "/a/start")
			r.Method = tc.method
			report := newSender(t).Do(context.Background(), r)
			if report.Reply.Status != 200 || string(report.Reply.Body) != "end" {
				t.Fatalf("reply %+v", report.Reply)
			}
			second := seen{Method: tc.want, Path: "/next", Auth: "Bearer a", Custom: "c", Length: tc.wantLength, Cookie: "c=1"}
			if tc.keepsBody {
				second.Body, second.Type = "{}", "application/json"
			}
			if diff := cmp.Diff(second, requests()[1]); diff != "" {
				t.Errorf("second request (-want +got):\n%s", diff)
			}
			hops := []sender.Hop{{Status: tc.status, URL: url + "/next?q=1", Method: tc.want}}
			if diff := cmp.Diff(hops, report.Hops); diff != "" {
				t.Errorf("hops (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAuthorizationStaysWithItsOrigin(t *testing.T) {
	url, requests := recorder(t, func(http.ResponseWriter, *http.Request) {})
	from, _ := recorder(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", url+"/other") // another port is another origin
		w.WriteHeader(307)
	})
	s := newSender(t)
	report := s.Do(context.Background(), following(from))
	if got := requests(); report.Reply.Status != 200 || len(got) != 1 || got[0].Auth != "" || got[0].Custom != "c" {
		t.Errorf("reply %+v, requests %+v", report.Reply, got)
	}
	// user:pass@ in a Location is not taken over either, and is masked.
	with, _ := recorder(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", strings.Replace(url, "//", "//u:pw@", 1)+"/third")
		w.WriteHeader(307)
	})
	report = s.Do(context.Background(), following(with))
	if got := requests(); len(got) != 2 || got[1].Auth != "" || strings.Contains(fmt.Sprint(report), "u:pw") {
		t.Errorf("report %+v, requests %+v", report, got)
	}
}

func TestRedirectsThatEnd(t *testing.T) {
	tests := []struct {
		name     string
		location string
		rule     payloads.RedirectRule
		status   int
		failure  payloads.Failure
		hops     int
	}{
		{"loop", "/again", payloads.RedirectAsRequests, 302, payloads.FailureRedirect, 30},
		{"rule is never", "/again", payloads.RedirectNever, 302, "", 0},
		{"no target", "", payloads.RedirectAsRequests, 302, "", 0},
		{"metadata address", "http://169.254.169.254/latest/meta-data", payloads.RedirectAsRequests, 302, payloads.FailureBlocked, 0},
		{"mapped metadata address", "//[::ffff:169.254.169.254]/", payloads.RedirectAsRequests, 302, payloads.FailureBlocked, 0},
		{"unspecified address", "http://0.0.0.0/", payloads.RedirectAsRequests, 302, payloads.FailureBlocked, 0},
		{"metadata by number", "http://2852039166/", payloads.RedirectAsRequests, 302, payloads.FailureRedirect, 0},
		{"tabs vanish", "http://127.0.0.1:1/\tx", payloads.RedirectAsRequests, 0, payloads.FailureRefused, 1},
		{"metadata in digits of another script", "http://１６９.254.169.254/", payloads.RedirectAsRequests, 302, payloads.FailureRedirect, 0},
		{"metadata behind a backslash", "http://127.0.0.1\\@169.254.169.254/", payloads.RedirectAsRequests, 302, payloads.FailureBlocked, 0},
		{"metadata behind four slashes", "////169.254.169.254/", payloads.RedirectAsRequests, 302, payloads.FailureBlocked, 0},
		{"metadata behind an escaped digit", "http://169.254.169.25%34/", payloads.RedirectAsRequests, 302, payloads.FailureBlocked, 0},
		{"not UTF-8", "http://127.0.0.1:1/\xff", payloads.RedirectAsRequests, 302, payloads.FailureRedirect, 0},
		{"port that is none", "http://127.0.0.1:99999/", payloads.RedirectAsRequests, 302, payloads.FailureRedirect, 0},
		{"other scheme", "ftp://127.0.0.1/", payloads.RedirectAsRequests, 302, payloads.FailureRedirect, 0},
		{"file", "file:///etc/passwd", payloads.RedirectAsRequests, 302, payloads.FailureRedirect, 0},
		{"malformed", "http://[::1/", payloads.RedirectAsRequests, 302, payloads.FailureRedirect, 0},
		{"nobody there", "http://127.0.0.1:1/", payloads.RedirectAsRequests, 0, payloads.FailureRefused, 1},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			url, _ := recorder(t, func(w http.ResponseWriter, _ *http.Request) {
				if tc.location != "" {
					w.Header().Set("Location", tc.location)
				}
				w.WriteHeader(302)
			})
			r := following(url)
			r.Policy.Redirect = tc.rule
			report := newSender(t).Do(context.Background(), r)
			if report.Reply.Status != tc.status || report.Reply.Failure != tc.failure || len(report.Hops) != tc.hops {
				t.Errorf("status %d failure %q (%s) hops %d", report.Reply.Status, report.Reply.Failure, report.Reply.Message, len(report.Hops))
			}
			if tc.name == "nobody there" && !strings.HasPrefix(report.Reply.Message, "after a redirect to http://127.0.0.1:1/") {
				t.Errorf("message %q", report.Reply.Message)
			}
		})
	}
}

func TestRedirectsShareTheDeadline(t *testing.T) {
	url, requests := recorder(t, func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-time.After(60 * time.Millisecond):
		case <-r.Context().Done():
		}
		w.Header().Set("Location", "/again")
		w.WriteHeader(302)
	})
	r := following(url)
	r.Policy = payloads.Policy{
		Timeout: 200 * time.Millisecond, Deadline: 250 * time.Millisecond, SilenceTimeout: true, Redirect: payloads.RedirectAsRequests,
	}
	report := newSender(t).Do(context.Background(), r)
	if report.Reply.Failure != payloads.FailureTimeout || !strings.HasPrefix(report.Reply.Message, "after a redirect") ||
		!strings.Contains(report.Reply.Message, "deadline") {
		t.Errorf("reply %+v", report.Reply)
	}
	if n := len(requests()); n < 2 || n > 5 {
		t.Errorf("%d requests", n)
	}
}

// TestRedirectsWithBadBodies: what a redirect carries is read within bounds and decides nothing, unless time runs out over it.
func TestRedirectsWithBadBodies(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		body    func(net.Conn)
		failure payloads.Failure
		status  int
	}{
		{"endless", func(c net.Conn) { zeros(c) }, "", 200},
		{"cut", finish, "", 200},
		{"reset", reset, "", 200},
		{"trickled", func(c net.Conn) {
			for range 40 {
				if _, err := c.Write([]byte("x")); err != nil {
					return
				}
				time.Sleep(50 * time.Millisecond)
			}
		}, payloads.FailureTimeout, 302},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			end := rawServer(t, answering(okReply))
			url := rawServer(t, afterRequest(func(c net.Conn) {
				fmt.Fprintf(c, "HTTP/1.1 302 Found\r\nLocation: %s\r\nContent-Length: 999999999\r\n\r\n", end)
				tc.body(c)
			}))
			r := following(url)
			if tc.failure != "" {
				r.Policy.Timeout, r.Policy.Deadline, r.Policy.SilenceTimeout = 200*time.Millisecond, 400*time.Millisecond, true
			}
			start := time.Now()
			reply := newSender(t).Do(context.Background(), r).Reply
			if reply.Failure != tc.failure || reply.Status != tc.status || time.Since(start) > 5*time.Second {
				t.Errorf("after %s: %+v", time.Since(start), reply)
			}
		})
	}
}
