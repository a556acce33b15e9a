package web

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/annohook/annohook/web/api"
)

// NativeMount is one platform's own API in one profile, at a path of its own.
type NativeMount struct {
	Platform string // id
	Profile  string
	Path     string       // one segment, "/name"; it is removed before Handler sees the request
	Roots    []string     // exact paths that Handler answers at our own root as well
	Handler  http.Handler // asks for its own credential
}

// reserved are the first segments of our own paths.
func reserved() []string {
	return []string{
		"api", "livez", "readyz", "metrics", "version", "login", "assets", "deliveries", "subscriptions", "compose", "platforms",
	}
}

// natives finds the mount of a request.
type natives struct {
	byName map[string]NativeMount // by path without its slash
	byRoot map[string]NativeMount
}

func newNatives(mounts []NativeMount) (natives, error) {
	n := natives{byName: map[string]NativeMount{}, byRoot: map[string]NativeMount{}}
	for _, m := range mounts {
		name, ok := strings.CutPrefix(m.Path, "/")
		if !ok || name == "" || strings.ContainsAny(name, "/%?#") || slices.Contains(reserved(), name) || m.Handler == nil {
			return n, fmt.Errorf("native API of %s: path %q cannot be mounted, or there is no handler", m.Platform, m.Path)
		}
		if _, twice := n.byName[name]; twice {
			return n, fmt.Errorf("native API of %s: path %s is mounted twice", m.Platform, m.Path)
		}
		n.byName[name] = m
		for _, root := range m.Roots {
			if _, twice := n.byRoot[root]; twice || !strings.HasPrefix(root, "/") || strings.HasPrefix(root, api.Prefix+"/") || root == api.DocumentPath {
				return n, fmt.Errorf("native API of %s: root path %q cannot be mounted", m.Platform, root)
			}
			n.byRoot[root] = m
		}
	}
	return n, nil
}

// find returns the mount that answers the path, and how many bytes of the escaped path belong to it.
func (n natives) find(u *url.URL) (m NativeMount, prefix int, ok bool) {
	if m, ok = n.byRoot[u.Path]; ok {
		return m, 0, true
	}
	escaped := u.EscapedPath()
	if !strings.HasPrefix(escaped, "/") {
		return m, 0, false
	}
	first, _, _ := strings.Cut(escaped[1:], "/")
	name, err := url.PathUnescape(first)
	if err != nil {
		return m, 0, false
	}
	m, ok = n.byName[name]
	return m, len(first) + 1, ok
}

// native answers the platforms' own APIs. It stands before the token: their handlers ask for credentials in the platform's way.
func (s *Server) native(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		m, prefix, ok := s.natives.find(r.URL)
		switch {
		case !ok:
			next.ServeHTTP(w, r)
		case !s.keys.allows(r):
			s.tooManyGuesses(w, r)
		case prefix == 0:
			m.Handler.ServeHTTP(s.refusing(foreign(w), r), r)
		default:
			out := &moved{ResponseWriter: s.refusing(foreign(w), r), host: r.Host, path: m.Path, asked: r.URL.EscapedPath()[:prefix]}
			m.Handler.ServeHTTP(out, below(r, m.Path, prefix))
		}
	})
}

// refusing notices that a platform's API refuses a credential.
type refusing struct {
	http.ResponseWriter
	refused func()
}

func (s *Server) refusing(w http.ResponseWriter, r *http.Request) http.ResponseWriter {
	return &refusing{ResponseWriter: w, refused: func() { s.keys.failed(r) }}
}

// WriteHeader implements http.ResponseWriter.
func (n *refusing) WriteHeader(status int) {
	if status == http.StatusUnauthorized {
		n.refused()
	}
	n.ResponseWriter.WriteHeader(status)
}

// Unwrap lets http.ResponseController reach what is below.
func (n *refusing) Unwrap() http.ResponseWriter { return n.ResponseWriter }

// foreign takes our own header fields off an answer that must look like the platform's.
func foreign(w http.ResponseWriter) http.ResponseWriter {
	for name := range ownHeader() {
		w.Header().Del(name)
	}
	return w
}

// below is the request as the platform's server would get it. prefix counts bytes of the escaped path.
func below(r *http.Request, path string, prefix int) *http.Request {
	out := r.Clone(r.Context())
	out.URL.Path = orSlash(strings.TrimPrefix(r.URL.Path, path))
	if r.URL.RawPath != "" {
		out.URL.RawPath = orSlash(r.URL.EscapedPath()[prefix:])
	}
	return out
}

func orSlash(path string) string {
	if path == "" {
		return "/"
	}
	return path
}

// moved puts the mount's path back into redirects, as the platform behind a reverse proxy would have it.
type moved struct {
	http.ResponseWriter
	host, path string
	asked      string // path as the client wrote it: "/name%40profile"
	began      bool
}

// WriteHeader implements http.ResponseWriter.
func (m *moved) WriteHeader(status int) {
	if !m.began {
		m.began = true
		if to := m.Header().Get("Location"); to != "" {
			m.Header().Set("Location", m.relocate(to))
		}
	}
	m.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter.
func (m *moved) Write(p []byte) (int, error) {
	if !m.began {
		m.WriteHeader(http.StatusOK)
	}
	return m.ResponseWriter.Write(p)
}

// Unwrap lets http.ResponseController reach what is below.
func (m *moved) Unwrap() http.ResponseWriter { return m.ResponseWriter }

func (m *moved) relocate(to string) string {
	for _, origin := range []string{"http://" + m.host, "https://" + m.host, ""} {
		rest, ok := strings.CutPrefix(to, origin)
		if ok && strings.HasPrefix(rest, "/") && !strings.HasPrefix(rest, "//") && !within(rest, m.path) && !within(rest, m.asked) {
			return origin + m.path + rest
		}
	}
	return to
}

// within reports whether a path is a mount's or lies below it: a handler that goes by the request line has the mount in what it answers.
func within(path, mount string) bool { return path == mount || strings.HasPrefix(path, mount+"/") }

// NativeHandler answers the platform's own API in one profile at the root of a listener of its own, whose host is allowed; the error names
// what there is none of.
func (s *Server) NativeHandler(platform, profile, addr string) (http.Handler, error) {
	for _, m := range s.options.Native {
		if m.Platform != platform || m.Profile != profile {
			continue
		}
		hosts, err := newHosts(addr, s.options.AllowHosts)
		if err != nil {
			return nil, err
		}
		root := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if !s.keys.allows(r) {
				s.tooManyGuesses(w, r)
				return
			}
			m.Handler.ServeHTTP(s.refusing(foreign(w), r), r)
		})
		return wrap(root, s.recover, s.pace, s.header, s.boundNative, s.host(hosts), s.origin(nothing)), nil
	}
	return nil, errors.New("web: " + platform + " has no native API in profile " + profile)
}

// ServeNative answers with a NativeHandler on ln until ctx ends, as Serve does.
func (s *Server) ServeNative(ctx context.Context, ln net.Listener, handler http.Handler) error {
	return s.serve(ctx, ln, handler, func() {})
}
