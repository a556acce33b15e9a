package sender_test

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"context"
	"fmt"
	"io"
	"net"
	"runtime"
	"testing"
	"time"

	"github.com/andybalholm/brotli"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/sender"
)

// bombBytes is how much the compressed replies of these tests stand for.
const bombBytes = 16 << 20

// TestLargeRepliesCostNothing answers with bodies that are large or become so, and bounds everything that is allocated on the way.
func TestLargeRepliesCostNothing(t *testing.T) {
	compress := func(wrap ...func(io.Writer) io.WriteCloser) []byte { return bomb(t, wrap...) }
	gz := func(w io.Writer) io.WriteCloser { return fast(gzip.NewWriterLevel(w, gzip.BestSpeed)) }
	tests := []struct {
		name, header string
		body         func(io.Writer)
		allocates    uint64 // at most, the listener's share included
	}{
		{"100 MB with a length", "Content-Length: 104857600", zeros, 2 << 20},
		{"100 MB in chunks", "Transfer-Encoding: chunked", chunks, 2 << 20},
		{"100 MB until the end", "Connection: close", zeros, 2 << 20},
		{"gzip", "Content-Encoding: gzip", whole(compress(gz)), 2 << 20},
		{"gzip in gzip", "Content-Encoding: gzip, gzip", whole(compress(gz, gz)), 2 << 20},
		{"deflate", "Content-Encoding: deflate", whole(compress(func(w io.Writer) io.WriteCloser { return fast(zlib.NewWriterLevel(w, zlib.BestSpeed)) })), 2 << 20},
		{"brotli", "Content-Encoding: br", whole(compress(func(w io.Writer) io.WriteCloser { return brotli.NewWriterLevel(w, brotli.BestSpeed) })), 24 << 20},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			url := rawServer(t, afterRequest(func(c net.Conn) {
				fmt.Fprintf(c, "HTTP/1.1 200 OK\r\n%s\r\n\r\n", tc.header)
				tc.body(c)
			}))
			s, r := newSender(t), post(url)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			start := time.Now()
			report := s.Do(context.Background(), r)
			took := time.Since(start)
			runtime.ReadMemStats(&after)
			reply := report.Reply
			if reply.Status != 200 || len(reply.Body) != sender.DefaultCaptureBytes || !reply.Truncated || reply.Failure != payloads.FailureNone {
				t.Errorf("status %d, %d bytes, truncated %v, %s", reply.Status, len(reply.Body), reply.Truncated, reply.Message)
			}
			if grown := after.TotalAlloc - before.TotalAlloc; grown > tc.allocates {
				t.Errorf("allocated %d bytes", grown)
			}
			if took > 20*time.Second { // without a bound it would be minutes
				t.Errorf("took %s", took)
			}
		})
	}
}

// TestHeaderBombsCostNothing sends headers without end; what is read of them is bounded by DefaultHeaderBytes.
func TestHeaderBombsCostNothing(t *testing.T) {
	for name, part := range map[string]string{"fields": "X-Y: z\r\n", "one field": "zzzzzzzz", "interim replies": "\r\n\r\nHTTP/1.1 100 Continue"} {
		t.Run(name, func(t *testing.T) {
			text := bytes.Repeat([]byte(part), 4<<10)
			url := rawServer(t, afterRequest(func(c net.Conn) {
				io.WriteString(c, "HTTP/1.1 103 Early Hints\r\nX: ")
				for {
					if _, err := c.Write(text); err != nil {
						return
					}
				}
			}))
			s, r := newSender(t), post(url)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			report := s.Do(context.Background(), r)
			runtime.ReadMemStats(&after)
			if report.Reply.Failure != payloads.FailureTooLarge || report.Reply.Status != 0 {
				t.Errorf("reply %+v", report.Reply)
			}
			if grown := after.TotalAlloc - before.TotalAlloc; grown > 16<<20 {
				t.Errorf("allocated %d bytes", grown)
			}
		})
	}
}

func TestEndlessBodyStopsAtTheDrainBound(t *testing.T) {
	sent := make(chan int64, 1)
	url := rawServer(t, afterRequest(func(c net.Conn) {
		io.WriteString(c, "HTTP/1.1 200 OK\r\n\r\n")
		n, _ := io.Copy(c, zeroReader{})
		sent <- n
	}))
	s := newSender(t, func(o *sender.Options) { o.DrainBytes = 1 << 20; o.CaptureBytes = 1000 })
	r := post(url)
	report := s.Do(context.Background(), r)
	if report.Reply.Failure != "" || !report.Reply.Truncated || len(report.Reply.Body) != 1000 {
		t.Errorf("failure %q, truncated %v, %d bytes", report.Reply.Failure, report.Reply.Truncated, len(report.Reply.Body))
	}
	if n := <-sent; n < 1<<20 {
		t.Errorf("only %d bytes went out before the sender hung up", n)
	}
}

// bomb compresses zeros, with the last writer first: it is the innermost coding.
func bomb(t *testing.T, wrap ...func(io.Writer) io.WriteCloser) []byte {
	t.Helper()
	var b bytes.Buffer
	var w io.Writer = &b
	var closers []io.Closer
	for _, wrapper := range wrap {
		c := wrapper(w)
		w, closers = c, append([]io.Closer{c}, closers...)
	}
	if _, err := io.CopyN(w, zeroReader{}, bombBytes); err != nil {
		t.Fatal(err)
	}
	for _, c := range closers {
		if err := c.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return b.Bytes()
}

// fast drops an error that only an unknown level has.
func fast[W io.WriteCloser](w W, _ error) io.WriteCloser { return w }

func whole(body []byte) func(io.Writer) { return func(w io.Writer) { w.Write(body) } }

// zeros writes until 100 MB are out or the sender hangs up.
func zeros(w io.Writer) { io.CopyN(w, zeroReader{}, 100<<20) }

// chunks writes the same in chunks.
func chunks(w io.Writer) {
	chunk := append([]byte("10000\r\n"), make([]byte, 64<<10)...)
	chunk = append(chunk, "\r\n"...)
	for range 100 << 20 / (64 << 10) {
		if _, err := w.Write(chunk); err != nil {
			return
		}
	}
	io.WriteString(w, "0\r\n\r\n")
}

type zeroReader struct{}

func (zeroReader) Read(p []byte) (int, error) { clear(p); return len(p), nil }
