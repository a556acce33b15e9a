package web_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/annohook/annohook/web/api"
)

// Most clients send the whole body before they look for an answer. They must find one, not a connection that was reset under them.
func TestClientsThatSendTooMuchStillReadTheAnswer(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(newServer(t).Handler())
	t.Cleanup(server.Close)
	const size, piece = 32 << 20, 1 << 20 // more than any socket buffers
	bodies := map[string]func(io.Writer) error{
		fmt.Sprintf("Content-Length: %d", size): func(w io.Writer) error { return sendPieces(w, size/piece, strings.Repeat(" ", piece)) },
		"Transfer-Encoding: chunked": func(w io.Writer) error {
			if err := sendPieces(w, size/piece, fmt.Sprintf("%x\r\n%s\r\n", piece, strings.Repeat(" ", piece))); err != nil {
				return err
			}
			_, err := io.WriteString(w, "0\r\n\r\n")
			return err
		},
	}
	for framing, body := range bodies {
		t.Run(framing, func(t *testing.T) {
			t.Parallel()
			conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", server.Listener.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = conn.Close() }()
			if err := conn.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
				t.Fatal(err)
			}
			if _, err := fmt.Fprintf(conn, "POST %s/subscriptions HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n%s\r\n\r\n", api.Prefix, framing); err != nil {
				t.Fatal(err)
			}
			if err := body(conn); err != nil {
				t.Fatalf("cut off while sending: %v", err)
			}
			response, err := http.ReadResponse(bufio.NewReader(conn), nil)
			if err != nil {
				t.Fatalf("no answer: %v", err)
			}
			_ = response.Body.Close()
			if response.StatusCode != http.StatusRequestEntityTooLarge {
				t.Errorf("status %d, want 413", response.StatusCode)
			}
		})
	}
}

func sendPieces(w io.Writer, n int, piece string) error {
	for range n {
		if _, err := io.WriteString(w, piece); err != nil {
			return err
		}
	}
	return nil
}
