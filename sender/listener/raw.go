package listener

import (
	"bytes"
	"context"
	"errors"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
)

const (
	maxRawHead        = 64 << 10 // bytes of a request's head that are kept
	readHeaderTimeout = 10 * time.Second
)

// NewServer returns a server for a listener that keeps each request's header as it was spelled: serve it on a listener wrapped by Capture.
// Without that, or behind TLS, Receipt.RawHeader stays empty and everything else works. The caller sets what else it needs.
func NewServer(h http.Handler) *http.Server {
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: readHeaderTimeout,
		ConnContext: func(ctx context.Context, c net.Conn) context.Context {
			if raw, ok := c.(*rawConn); ok {
				return context.WithValue(ctx, rawKey{}, raw)
			}
			return ctx
		},
	}
}

// Capture wraps a network listener so that the heads of requests are seen before net/http tidies their spelling.
func Capture(l net.Listener) net.Listener { return captured{l} }

type captured struct{ net.Listener }

// Accept wraps the next connection.
func (l captured) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &rawConn{Conn: c}, nil
}

type rawKey struct{}

// rawConn keeps the head of the request that is coming in.
type rawConn struct {
	net.Conn
	mu   sync.Mutex
	head []byte
	full bool // the head is complete, or too long to keep
}

// Read keeps what belongs to a head.
func (c *rawConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.full && n > 0 {
		from := max(0, len(c.head)-3) // the end may lie across two reads
		c.head = append(c.head, p[:n]...)
		if i := bytes.Index(c.head[from:], []byte("\r\n\r\n")); i >= 0 {
			c.head, c.full = c.head[:from+i+2], true
		} else if len(c.head) > maxRawHead {
			c.head, c.full = nil, true
		}
	}
	return n, err
}

// SetLinger hands through to a TCP connection, so that it can be reset.
func (c *rawConn) SetLinger(sec int) error {
	tcp, ok := c.Conn.(*net.TCPConn)
	if !ok {
		return errors.ErrUnsupported
	}
	return tcp.SetLinger(sec)
}

// take returns the fields of the request just received and makes room for the next. It must be called after the body was read and before
// the answer is written: until then a sender that does not pipeline sends nothing more. Heads of pipelined requests are lost.
func (c *rawConn) take() [][2]string {
	c.mu.Lock()
	defer c.mu.Unlock()
	head := c.head
	c.head, c.full = nil, false
	lines := strings.Split(strings.TrimSuffix(string(head), "\r\n"), "\r\n")
	var out [][2]string
	for _, line := range lines[1:] {
		if name, value, ok := strings.Cut(line, ":"); ok {
			out = append(out, [2]string{name, strings.Trim(value, " \t")})
		}
	}
	return out
}

// rawHeader is the header of a request as it was spelled; nil where nobody kept it.
func rawHeader(ctx context.Context) [][2]string {
	if c, ok := ctx.Value(rawKey{}).(*rawConn); ok {
		return c.take()
	}
	return nil
}
