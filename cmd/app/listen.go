package app

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
)

// listen opens every address that is to be served.
func (a *App) listen(ctx context.Context) error {
	c := a.options.Config
	if !c.API && !c.AddrGiven {
		return nil // many workers run beside one API on one machine; none of them may take its default port
	}
	var err error
	if a.listener, err = listenOn(ctx, "--addr", c.Addr); err != nil {
		return err
	}
	return a.listenNative(ctx)
}

func listenOn(ctx context.Context, setting, addr string) (net.Listener, error) {
	var lc net.ListenConfig
	ln, err := lc.Listen(ctx, "tcp", addr)
	if err != nil {
		return nil, &ListenError{Setting: setting, Addr: addr, Err: err}
	}
	return ln, nil
}

// ListenError is an address that cannot be listened on.
type ListenError struct {
	Setting string // the flag that names it
	Addr    string
	Err     error
}

// Error names the setting and the reason.
func (e *ListenError) Error() string {
	return fmt.Sprintf("cannot listen on %s (choose another with %s; port 0 picks a free one): %v", e.Addr, e.Setting, e.Err)
}

// Unwrap returns the cause.
func (e *ListenError) Unwrap() error { return e.Err }

// closeListeners closes what was opened before anything is served.
func (a *App) closeListeners() error {
	var errs []error
	if a.listener != nil {
		errs = append(errs, a.listener.Close())
	}
	for _, n := range a.natives {
		errs = append(errs, n.listener.Close())
	}
	return errors.Join(errs...)
}

// loopback reports whether a host can only be reached from this machine.
func loopback(host string) bool {
	if host == "localhost" {
		return true
	}
	ip := net.ParseIP(strings.Trim(host, "[]"))
	return ip != nil && ip.IsLoopback()
}
