package sender

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"sync/atomic"
	"syscall"
)

// dialer opens connections under the life of the attempt that needs them. net/http would let a dial outlive its request in the hope of a
// later one, which would leave connects to dead targets behind.
type dialer struct {
	net net.Dialer
	cfg *tls.Config
}

func newDialer(guard *Guard, cfg *tls.Config, resolver *net.Resolver) *dialer {
	if cfg == nil {
		cfg = &tls.Config{MinVersion: tls.VersionTLS12}
	}
	return &dialer{net: net.Dialer{ControlContext: guard.control, Resolver: resolver}, cfg: cfg}
}

// dialError marks failures to connect.
type dialError struct{ error }

// Unwrap gives the cause.
func (e dialError) Unwrap() error { return e.error }

// tlsError marks failures of a TLS handshake.
type tlsError struct{ error }

// Unwrap gives the cause.
func (e tlsError) Unwrap() error { return e.error }

// plain is http.Transport.DialContext.
func (d *dialer) plain(ctx context.Context, network, address string) (net.Conn, error) {
	raw, err := d.connect(ctx, network, address)
	if err != nil {
		return nil, err
	}
	return &requestConn{Conn: raw, owner: &raw.owner}, nil
}

// tls is http.Transport.DialTLSContext. It shakes hands here, because only here the handshake ends with the attempt.
func (d *dialer) tls(ctx context.Context, network, address string) (net.Conn, error) {
	raw, err := d.connect(ctx, network, address)
	if err != nil {
		return nil, err
	}
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		host = address
	}
	cfg := d.cfg.Clone()
	if cfg.ServerName == "" {
		cfg.ServerName = host
	}
	e, ctx := exchangeOf(ctx)
	if e != nil {
		e.enter(phaseHandshake)
	}
	conn := tls.Client(raw, cfg)
	if err := conn.HandshakeContext(ctx); err != nil {
		_ = raw.Close() // the handshake is the failure worth telling
		return nil, tlsError{fmt.Errorf("tls handshake with %s: %w", address, err)}
	}
	return &requestConn{Conn: conn, owner: &raw.owner}, nil
}

func (d *dialer) connect(ctx context.Context, network, address string) (*watchedConn, error) {
	e, ctx := exchangeOf(ctx)
	conn, err := d.net.DialContext(ctx, network, address)
	if err != nil {
		return nil, dialError{err}
	}
	raw := &watchedConn{Conn: conn}
	if e != nil {
		raw.owner.Store(e)
		e.progress()
	}
	return raw, nil
}

// watchedConn is the wire: it reports every byte, TLS records included, to the attempt that owns it at the moment.
type watchedConn struct {
	net.Conn
	owner atomic.Pointer[exchange]
}

// Read reports progress.
func (c *watchedConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.moved(n)
	return n, err
}

// Write reports progress.
func (c *watchedConn) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	c.moved(n)
	return n, err
}

func (c *watchedConn) moved(n int) {
	if e := c.owner.Load(); e != nil && n > 0 {
		e.progress()
	}
}

// requestConn is what net/http speaks HTTP on. It notes that bytes of a request have left, which the bytes of a TLS handshake are not, and
// that no more of a reply will come.
type requestConn struct {
	net.Conn
	owner *atomic.Pointer[exchange]
}

// Read notes that the connection ended, in whatever way.
func (c *requestConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if e := c.owner.Load(); e != nil && err != nil {
		e.broke.Store(true)
	}
	return n, err
}

// Write notes whether anything was handed to the network. What was may have reached the target, whatever comes back.
//
// A listener that closes while the request still goes out may have answered first, and net/http drops that answer for the failed write.
// So the rest of the request counts as written: the reply, or the end of the connection where a reply should be, then decides.
func (c *requestConn) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	e := c.owner.Load()
	if e == nil {
		return n, err
	}
	if n > 0 {
		e.fresh.Store(true)
		e.wrote.Store(true)
	}
	if e.fresh.Load() && (errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE)) {
		return len(p), nil
	}
	return n, err
}
