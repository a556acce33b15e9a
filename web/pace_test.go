package web_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/annohook/annohook/web"
)

// endless writes until it cannot, and tells why.
func endless(ended chan<- error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		piece := []byte(strings.Repeat("x", 1<<20))
		for {
			if _, err := w.Write(piece); err != nil {
				ended <- err
				return
			}
		}
	})
}

// TestAReaderThatStopsReadingIsDropped: what it does not take is not kept for it, and nobody else waits.
func TestAReaderThatStopsReadingIsDropped(t *testing.T) {
	t.Parallel()
	ended := make(chan error, 1)
	s := newServer(t, func(o *web.Options) { o.Dashboard, o.WriteStall = endless(ended), 300*time.Millisecond })
	addr := serving(t, s)
	conn := dial(t, addr)
	if _, err := io.WriteString(conn, "GET /much HTTP/1.1\r\nHost: localhost\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	begun := time.Now()
	select {
	case err := <-ended:
		if !strings.Contains(err.Error(), "timeout") {
			t.Errorf("the answer ended with %v", err)
		}
	case <-time.After(20 * time.Second):
		t.Fatal("an answer that nobody reads is still written after 20 s")
	}
	if took := time.Since(begun); took < 300*time.Millisecond {
		t.Errorf("dropped after %s already", took)
	}
}

// TestASlowReaderThatReadsGetsEverything: the deadline is one of each piece, not of the answer.
func TestASlowReaderThatReadsGetsEverything(t *testing.T) {
	t.Parallel()
	const size = 8 << 20
	pages := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, strings.Repeat("x", size)) })
	s := newServer(t, func(o *web.Options) { o.Dashboard, o.WriteStall = pages, 2*time.Second })
	conn := dial(t, serving(t, s))
	if err := conn.(*net.TCPConn).SetReadBuffer(32 << 10); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(conn, "GET /much HTTP/1.0\r\nHost: localhost\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	begun, got := time.Now(), 0
	piece := make([]byte, 256<<10)
	for {
		n, err := io.ReadFull(conn, piece)
		if got += n; err != nil {
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	if took := time.Since(begun); got < size || took < 2*time.Second {
		t.Errorf("%d of %d bytes within %s", got, size, took)
	}
}

// serving is the address of a running server.
func serving(t *testing.T, s *web.Server) string {
	t.Helper()
	var lc net.ListenConfig
	ln, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- s.Serve(ctx, ln) }()
	t.Cleanup(func() {
		stop()
		if err := <-served; err != nil {
			t.Error(fmt.Errorf("serve: %w", err))
		}
	})
	return ln.Addr().String()
}

func dial(t *testing.T, addr string) net.Conn {
	t.Helper()
	var d net.Dialer
	conn, err := d.DialContext(t.Context(), "tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}
