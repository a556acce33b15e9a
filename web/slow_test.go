package web_test

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/annohook/annohook/web"
)

// hasty is the address of a server that gives a request 300 ms to come in.
func hasty(t *testing.T) string {
	t.Helper()
	s := newServer(t, func(o *web.Options) { o.ReadTimeout = 300 * time.Millisecond })
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
			t.Errorf("serve: %v", err)
		}
	})
	return ln.Addr().String()
}

func TestABodyThatNeverComesEndsTheRequest(t *testing.T) {
	t.Parallel()
	addr := hasty(t)
	var d net.Dialer
	conn, err := d.DialContext(t.Context(), "tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if _, err := fmt.Fprint(conn, "POST /api/v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 10\r\n\r\n{"); err != nil {
		t.Fatal(err)
	}
	if err := conn.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusRequestTimeout {
		t.Errorf("status %d, want 408", resp.StatusCode)
	}
}

func TestAWaitOutlivesTheDeadlineOfItsBody(t *testing.T) {
	t.Parallel()
	addr := hasty(t)
	post := func(path, body string) int {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+addr+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/json")
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = resp.Body.Close() }()
		return resp.StatusCode
	}
	if got := post("/api/v1/subscriptions", `{"platform":"postbox","url":"http://127.0.0.1:9/"}`); got != http.StatusCreated {
		t.Fatalf("subscribe: %d", got)
	}
	begun := time.Now()
	if got := post("/api/v1/events?wait=settled&timeout=700ms", `{"platform":"postbox","type":"note.added"}`); got != http.StatusAccepted {
		t.Errorf("status %d, want 202", got)
	}
	if took := time.Since(begun); took < 700*time.Millisecond {
		t.Errorf("the wait ended after %s, with the deadline of its body", took)
	}
}
