package listener_test

import (
	"context"
	"net"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/sender"
	"github.com/annohook/annohook/sender/listener"
)

// TestHeaderAsSpelled sends several requests over one connection, some with bodies that look like heads.
func TestHeaderAsSpelled(t *testing.T) {
	receipts := make(chan listener.Receipt, 16)
	h, err := listener.New(listener.Options{Now: now, OnReceive: func(r listener.Receipt) { receipts <- r }})
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	srv := listener.NewServer(h)
	go func() { _ = srv.Serve(listener.Capture(l)) }()
	t.Cleanup(func() { srv.Close() })
	s, err := sender.New(sender.Options{Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	for i, body := range []string{"{}", "", "A: b\r\n\r\nC: d", strings.Repeat("x", 200<<10), "{}"} {
		report := s.Do(context.Background(), sender.Request{
			Method: http.MethodPost, URL: "http://" + l.Addr().String(), Body: []byte(body), Policy: payloads.Policy{Timeout: 5 * time.Second},
			Header: payloads.H("x-LOWER-Mixed", strconv.Itoa(i), "user-agent", "own: thing"),
		})
		if report.Reply.Status != 200 {
			t.Fatalf("reply %+v", report.Reply)
		}
		want := [][2]string{
			{"Host", l.Addr().String()}, {"Content-Length", strconv.Itoa(len(body))}, {"user-agent", "own: thing"}, {"x-LOWER-Mixed", strconv.Itoa(i)},
		}
		if diff := cmp.Diff(want, (<-receipts).RawHeader); diff != "" {
			t.Errorf("request %d (-want +got):\n%s", i, diff)
		}
	}
}

func TestHugeHeadIsNotKept(t *testing.T) {
	receipts := make(chan listener.Receipt, 1)
	h, err := listener.New(listener.Options{Now: now, OnReceive: func(r listener.Receipt) { receipts <- r }})
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	srv := listener.NewServer(h)
	go func() { _ = srv.Serve(listener.Capture(l)) }()
	t.Cleanup(func() { srv.Close() })
	reply := send(t, "http://"+l.Addr().String(), payloads.H("X", strings.Repeat("y", 100<<10)), "{}")
	if r := <-receipts; reply.Status != 200 || r.RawHeader != nil || len(r.Header.Get("X")) != 100<<10 {
		t.Errorf("status %d, %d raw fields", reply.Status, len(r.RawHeader))
	}
}
