package sender_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/sender"
)

func TestNobodyListens(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	report := newSender(t).Do(context.Background(), post("http://"+l.Addr().String()))
	if report.Reply.Failure != payloads.FailureRefused || report.Wrote || report.Reply.Status != 0 {
		t.Errorf("report %+v", report)
	}
}

func TestEndOfContext(t *testing.T) {
	tests := []struct {
		name string
		ctx  func() (context.Context, context.CancelFunc)
		want payloads.Failure
	}{
		{"cancelled", func() (context.Context, context.CancelFunc) {
			ctx, cancel := context.WithCancel(context.Background())
			time.AfterFunc(30*time.Millisecond, cancel)
			return ctx, cancel
		}, payloads.FailureCancelled},
		{"shut down", func() (context.Context, context.CancelFunc) {
			ctx, cancel := context.WithCancelCause(context.Background())
			time.AfterFunc(30*time.Millisecond, func() { cancel(fmt.Errorf("signal: %w", sender.ErrShutdown)) })
			return ctx, func() { cancel(nil) }
		}, payloads.FailureInterrupted},
		{"out of the caller's time", func() (context.Context, context.CancelFunc) {
			return context.WithTimeout(context.Background(), 30*time.Millisecond)
		}, payloads.FailureTimeout},
		{"over before it began", func() (context.Context, context.CancelFunc) {
			ctx, cancel := context.WithCancel(context.Background())
			cancel()
			return ctx, cancel
		}, payloads.FailureCancelled},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			ctx, cancel := tc.ctx()
			defer cancel()
			report := newSender(t).Do(ctx, post(rawServer(t, hang)))
			if report.Reply.Failure != tc.want {
				t.Errorf("failure %q (%s), want %q", report.Reply.Failure, report.Reply.Message, tc.want)
			}
		})
	}
}

// leavesNothing runs a group of attempts and expects no goroutine and, where the system lists them, no descriptor to stay.
func leavesNothing(t *testing.T, group func(t *testing.T)) {
	t.Helper()
	goroutines, descriptors := runtime.NumGoroutine(), openDescriptors()
	t.Run("attempts", group)
	deadline := time.Now().Add(3 * time.Second)
	for (runtime.NumGoroutine() > goroutines || openDescriptors() > descriptors) && time.Now().Before(deadline) {
		time.Sleep(10 * time.Millisecond)
	}
	if after := runtime.NumGoroutine(); after > goroutines {
		buf := make([]byte, 64<<10)
		t.Errorf("%d goroutines before, %d after:\n%s", goroutines, after, buf[:runtime.Stack(buf, true)])
	}
	if after := openDescriptors(); after > descriptors {
		t.Errorf("%d open descriptors before, %d after", descriptors, after)
	}
}

// openDescriptors counts what Linux lists; elsewhere it is 0.
func openDescriptors() int {
	list, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return 0
	}
	return len(list)
}

// TestNothingLeaks runs many attempts with one sender that end in every way.
func TestNothingLeaks(t *testing.T) {
	leavesNothing(t, func(t *testing.T) {
		t.Helper()
		urls := []string{
			rawServer(t, hang), rawServer(t, answering(okReply)), rawServer(t, reset),
			rawServer(t, answering("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")),
			strings.Replace(rawServer(t, hang), "http:", "https:", 1), // a handshake that never ends
		}
		s := newSender(t)
		for i := range 40 {
			r := post(urls[i%len(urls)])
			r.Policy.Timeout = 30 * time.Millisecond
			s.Do(context.Background(), r)
		}
	})
}

// TestConnectionsAreReused and are not trusted: a kept connection that the listener closed is replaced without a trace.
func TestConnectionsAreReused(t *testing.T) {
	accepted := make(chan struct{}, 16)
	url := rawServer(t, func(c net.Conn) {
		accepted <- struct{}{}
		r := bufio.NewReader(c)
		for range 3 {
			if _, err := readRequest(r); err != nil {
				return
			}
			io.WriteString(c, okReply)
		}
	})
	s := newSender(t)
	for i := range 6 {
		if i == 3 {
			time.Sleep(50 * time.Millisecond) // the close arrives
		}
		if report := s.Do(context.Background(), post(url)); report.Reply.Status != 200 {
			t.Fatalf("request %d: %+v", i, report.Reply)
		}
	}
	if n := len(accepted); n != 2 {
		t.Errorf("%d connections, want 2", n)
	}
}

// TestConnectionAfterAnEarlyReply: the reply to a request that never arrived whole is taken, the connection is not used again.
func TestConnectionAfterAnEarlyReply(t *testing.T) {
	first := true
	var mu sync.Mutex
	url := rawServer(t, func(c net.Conn) {
		mu.Lock()
		broken := first
		first = false
		mu.Unlock()
		if !broken {
			answering(okReply)(c)
			return
		}
		if _, err := io.ReadFull(c, make([]byte, 512)); err == nil {
			io.WriteString(c, "HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\n\r\nbig")
			reset(c)
		}
	})
	s := newSender(t)
	large := post(url)
	large.Body = make([]byte, largeBody)
	if report := s.Do(context.Background(), large); report.Reply.Status != 413 || string(report.Reply.Body) != "big" || !report.Wrote {
		t.Errorf("first reply %+v", report.Reply)
	}
	if report := s.Do(context.Background(), post(url)); report.Reply.Status != 200 {
		t.Errorf("second reply %+v", report.Reply)
	}
}

// TestNothingIsSentTwice: net/http repeats requests it deems harmless when a kept connection breaks; an attempt is one request.
func TestNothingIsSentTwice(t *testing.T) {
	requests := make(chan string, 16)
	url := rawServer(t, func(c net.Conn) {
		r := bufio.NewReader(c)
		for i := 0; ; i++ {
			raw, err := readRequest(r)
			if err != nil {
				return
			}
			requests <- raw
			if i == 1 {
				return // breaks off on the second request of a connection
			}
			io.WriteString(c, okReply)
		}
	})
	for _, r := range []sender.Request{
		{Method: "GET", URL: url},
		{Method: "POST", URL: url, Body: []byte("x"), Header: payloads.H("Idempotency-Key", "1")},
	} {
		s := newSender(t)
		r.Policy.Timeout = time.Second
		first := s.Do(context.Background(), r)
		second := s.Do(context.Background(), r)
		if first.Reply.Status != 200 || second.Reply.Failure != payloads.FailureReset || !second.Wrote {
			t.Errorf("%s: first %+v, second %+v", r.Method, first.Reply, second.Reply)
		}
		if n := len(requests); n != 2 {
			t.Errorf("%s: the listener saw %d requests, want 2", r.Method, n)
		}
		for len(requests) > 0 {
			<-requests
		}
	}
}

func TestFailureOfAVerdict(t *testing.T) {
	refused := payloads.Verdict{}
	tests := []struct {
		reply   payloads.Reply
		verdict payloads.Verdict
		want    payloads.Failure
	}{
		{payloads.Reply{Status: 500}, payloads.Verdict{Success: true}, payloads.FailureNone},
		{payloads.Reply{Status: 500}, refused, payloads.FailureStatus},
		{payloads.Reply{Status: 302}, refused, payloads.FailureRedirect},
		{payloads.Reply{Status: 304}, refused, payloads.FailureStatus},
		{payloads.Reply{Failure: payloads.FailureDNS, Message: "m"}, refused, payloads.FailureDNS},
	}
	for _, tc := range tests {
		if got, message := sender.Failure(tc.reply, tc.verdict); got != tc.want || (message == "") != (got == "") {
			t.Errorf("%+v: %q %q, want %q", tc.reply, got, message, tc.want)
		}
	}
}
