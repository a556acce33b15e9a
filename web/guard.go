package web

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/annohook/annohook/web/api"
)

// guard is one check in front of every route.
type guard = func(http.Handler) http.Handler

// guards lists them from the outside in.
func (s *Server) guards() ([]guard, error) {
	hosts, err := newHosts(s.options.Addr, s.options.AllowHosts)
	if err != nil {
		return nil, err
	}
	return []guard{s.recover, s.pace, s.header, s.bound, s.host(hosts), s.origin(s.isPage), s.native, newSession(s).guard, headAsGet}, nil
}

// wrap puts guards around a handler, the first one outermost.
func wrap(handler http.Handler, guards ...guard) http.Handler {
	for _, g := range slices.Backward(guards) {
		handler = g(handler)
	}
	return handler
}

// tracked remembers whether an answer has begun.
type tracked struct {
	http.ResponseWriter
	began bool
}

// WriteHeader implements http.ResponseWriter.
func (t *tracked) WriteHeader(status int) {
	t.began = true
	t.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter.
func (t *tracked) Write(p []byte) (int, error) {
	t.began = true
	return t.ResponseWriter.Write(p)
}

// Unwrap lets http.ResponseController reach what is below.
func (t *tracked) Unwrap() http.ResponseWriter { return t.ResponseWriter }

// recover answers 500 for a panic, or breaks the connection off when the answer has begun.
func (s *Server) recover(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		t := &tracked{ResponseWriter: w}
		defer func() {
			if reason := recover(); reason != nil {
				s.panicked(t, r, reason)
			}
		}()
		next.ServeHTTP(t, r)
	})
}

func (s *Server) panicked(t *tracked, r *http.Request, reason any) {
	if err, ok := reason.(error); !ok || !errors.Is(err, http.ErrAbortHandler) {
		s.log.ErrorContext(r.Context(), "panic in a handler", "path", r.URL.Path, "panic", fmt.Sprint(reason), "stack", string(debug.Stack()))
	}
	if t.began {
		panic(http.ErrAbortHandler) //nolint:forbidigo // net/http's own way to break off an answer that has begun
	}
	s.problem(t, r, http.StatusInternalServerError, "something went wrong here; the server's log tells what")
}

// contentPolicy allows what our own pages need and nothing else: no inline script, no frames, no other origin.
const contentPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; " +
	"base-uri 'none'; frame-ancestors 'none'"

// ownHeader are the fields that our own answers carry. Handlers may set another Cache-Control for what never changes.
func ownHeader() map[string]string {
	return map[string]string{
		"Content-Security-Policy": contentPolicy, "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer",
		"Cross-Origin-Resource-Policy": "same-origin", "Cross-Origin-Opener-Policy": "same-origin", "X-Frame-Options": "DENY", "Cache-Control": "no-store",
	}
}

// header sets the security fields.
func (s *Server) header(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for name, v := range ownHeader() {
			w.Header().Set(name, v)
		}
		next.ServeHTTP(w, r)
	})
}

// limitOf is how many bytes the body of a request may have.
func limitOf(r *http.Request) int64 {
	if r.URL.Path == api.Prefix+"/events" || r.URL.Path == "/compose" {
		return api.MaxEventBytes
	}
	return api.MaxBodyBytes
}

// bound refuses bodies that are too large or compressed, which may be larger than they look. Those of unknown length are cut one byte beyond the bound, where the reader notices. Either way the
// rest is thrown away for a while: most clients send the whole body before they look for an answer, and would see a reset connection
// instead of it.
func (s *Server) bound(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, _, ok := s.natives.find(r.URL); ok {
			s.boundNative(next).ServeHTTP(w, r)
			return
		}
		if coding := r.Header.Get("Content-Encoding"); coding != "" && !strings.EqualFold(coding, "identity") {
			w.Header().Set("Accept-Encoding", "identity")
			s.giveUp(w, r)
			s.problem(w, r, http.StatusUnsupportedMediaType, "bodies are taken as they are, without a Content-Encoding")
			return
		}
		limit := limitOf(r)
		if r.ContentLength > limit {
			s.giveUp(w, r)
			s.problem(w, r, http.StatusRequestEntityTooLarge, fmt.Sprintf("the body has %d bytes; at most %d are allowed", r.ContentLength, limit))
			return
		}
		s.cut(w, r, limit)
		next.ServeHTTP(w, r)
	})
}

// MaxNativeBytes bounds the body of a request to a platform's own API.
const MaxNativeBytes = 4 << 20

// boundNative is bound for the platforms' own APIs, whose handlers refuse in their own words what they cannot read to its end.
func (s *Server) boundNative(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ContentLength > MaxNativeBytes {
			s.giveUp(w, r)
			r.Body = tooLarge{}
		} else {
			s.cut(w, r, MaxNativeBytes)
		}
		next.ServeHTTP(w, r)
	})
}

// tooLarge is a body that was not read.
type tooLarge struct{}

// Read fails as http.MaxBytesReader does.
func (tooLarge) Read([]byte) (int, error) { return 0, &http.MaxBytesError{Limit: MaxNativeBytes} }

// Close does nothing.
func (tooLarge) Close() error { return nil }

func (s *Server) giveUp(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Connection", "close")
	s.drain(w, r, r.Body)
}

// cut lets at most limit bytes of a body be read, and one more for the reader to notice.
func (s *Server) cut(w http.ResponseWriter, r *http.Request, limit int64) {
	rest := r.Body
	r.Body = &cutBody{
		ReadCloser: http.MaxBytesReader(w, rest, limit+1), left: limit, drain: sync.OnceFunc(func() { s.drain(w, r, rest) }),
	}
}

// cutBody drains a body as soon as it goes beyond its bound: once an answer begins, net/http closes what is left.
type cutBody struct {
	io.ReadCloser
	left  int64
	drain func()
}

// Read reads from the body.
func (c *cutBody) Read(p []byte) (int, error) {
	n, err := c.ReadCloser.Read(p)
	if c.left -= int64(n); c.left < 0 {
		c.drain()
	}
	return n, err
}

// Bounds of drain.
const (
	drainBytes  = 64 << 20
	drainWithin = 5 * time.Second
)

// drain throws away what a client still sends. One that asked first (Expect) sends nothing.
func (s *Server) drain(w http.ResponseWriter, r *http.Request, rest io.Reader) {
	if r.Header.Get("Expect") != "" {
		return
	}
	_ = http.NewResponseController(w).SetReadDeadline(s.options.Now().Add(drainWithin)) // where there is none, the bytes are the bound
	_, _ = io.CopyN(io.Discard, rest, drainBytes)
}

// headAsGet answers HEAD wherever there is a GET; net/http leaves the body out. A stream has no end, so there HEAD stays without a route.
func headAsGet(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodHead && r.URL.Path != api.Prefix+"/stream" {
			r = r.Clone(r.Context())
			r.Method = http.MethodGet
		}
		next.ServeHTTP(w, r)
	})
}
