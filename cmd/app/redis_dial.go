package app

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"
)

// dialError is why a connection could not be opened. It hides its cause from the client, which would repeat the handshake four times on a
// connection that does not exist.
type dialError struct{ err error }

// Error is the cause's.
func (e *dialError) Error() string { return e.err.Error() }

// As finds a *UsageError in the cause, and nothing else.
func (e *dialError) As(target any) bool {
	usage, ok := target.(**UsageError)
	return ok && errors.As(e.err, usage)
}

// Is finds the end of the time in the cause, and nothing else.
func (e *dialError) Is(target error) bool {
	return target == context.DeadlineExceeded && errors.Is(e.err, target)
}

// hint adds to the first error of a server what it may come from. A server that waits for another protocol says nothing or hangs up.
func (t redisTarget) hint(err error) error {
	err = distrust(t.options.Addrs[0], err)
	if usage, ok := errors.AsType[*UsageError](err); ok {
		return usage
	}
	switch secure := t.options.TLSConfig != nil; {
	case t.options.IsClusterMode && err != nil && strings.Contains(err.Error(), "cluster support disabled"):
		return &UsageError{Message: "--redis: " + t.options.Addrs[0] + ": it is not a node of a cluster; use redis:// (rediss:// with TLS)"}
	case secure && errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("%w (does it speak TLS on this port?)", err)
	case !secure && t.unix == "" && reset(err):
		return fmt.Errorf("%w (if it wants TLS, the address begins with rediss)", err)
	}
	return err
}

// distrust turns what is wrong with TLS into words for the user; other errors stay as they are. It wraps the cause.
func distrust(addr string, err error) error {
	if _, known := errors.AsType[*UsageError](err); known {
		return err
	}
	var reason string
	if _, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		reason = "its certificate is signed by a CA that is not known here; name the CA's file with ?ca=FILE at the end of the address, or with SSL_CERT_FILE"
	} else if _, ok := errors.AsType[x509.HostnameError](err); ok {
		reason = "its certificate is for another host; use a name that it holds"
	} else if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		reason = "its certificate does not hold"
	} else if _, ok := errors.AsType[tls.RecordHeaderError](err); ok {
		reason = "it does not speak TLS on this port; use redis:// or the port that --tls-port names"
	} else {
		return err
	}
	return fmt.Errorf("%w (%w)", &UsageError{Message: "--redis: " + addr + ": " + reason}, err)
}

// undialed stands for a connection that could not be opened: whoever reads from it or writes to it hears why. It implements net.Conn.
type undialed struct{ err error }

// Read fails.
func (u undialed) Read([]byte) (int, error) { return 0, u.err }

// Write fails.
func (u undialed) Write([]byte) (int, error) { return 0, u.err }

// Close has nothing to close.
func (undialed) Close() error { return nil }

// LocalAddr is none.
func (undialed) LocalAddr() net.Addr { return &net.TCPAddr{} }

// RemoteAddr is none.
func (undialed) RemoteAddr() net.Addr { return &net.TCPAddr{} }

// SetDeadline does nothing: nothing is waited for.
func (undialed) SetDeadline(time.Time) error { return nil }

// SetReadDeadline does nothing.
func (undialed) SetReadDeadline(time.Time) error { return nil }

// SetWriteDeadline does nothing.
func (undialed) SetWriteDeadline(time.Time) error { return nil }
