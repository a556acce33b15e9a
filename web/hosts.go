package web

import (
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
)

// anyHost allows every host name.
const anyHost = "*"

// hosts is the allow-list of host names. It stops DNS rebinding: a page of evil.example whose name was turned to our address still says
// evil.example here.
type hosts struct {
	any    bool
	names  []string
	suffix []string // ".example.com"
}

// newHosts allows this machine's own names, the host that is listened on, and what the user adds.
func newHosts(addr string, allow []string) (*hosts, error) {
	h := &hosts{names: []string{"localhost", "127.0.0.1", "::1"}}
	if addr != "" {
		host, _, err := net.SplitHostPort(addr)
		if err != nil {
			return nil, fmt.Errorf("listen address: %w", err)
		}
		if host != "" {
			h.names = append(h.names, plainHost(host))
		}
	}
	for _, name := range allow {
		switch {
		case name == anyHost:
			h.any = true
		case strings.HasPrefix(name, ".") && len(name) > 1:
			h.suffix = append(h.suffix, strings.ToLower(name))
		case name == "" || strings.ContainsAny(name, " /@*"):
			return nil, fmt.Errorf("allowed host %q is not a host name", name)
		default:
			h.names = append(h.names, plainHost(name))
		}
	}
	return h, nil
}

// plainHost is a host without port, brackets, final dot and capitals.
func plainHost(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
	return strings.ToLower(strings.TrimSuffix(host, "."))
}

// allows judges the Host of a request.
func (h *hosts) allows(host string) bool {
	name := plainHost(host)
	if h.any || slices.Contains(h.names, name) {
		return true
	}
	return slices.ContainsFunc(h.suffix, func(s string) bool { return strings.HasSuffix(name, s) && len(name) > len(s) })
}

// host refuses requests for names that are not on the list.
func (s *Server) host(list *hosts) guard {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if !list.allows(r.Host) {
				s.problem(w, r, http.StatusForbidden, fmt.Sprintf("host %.100q is not allowed; add it with --allow-host", plainHost(r.Host)))
				return
			}
			next.ServeHTTP(w, r)
		})
	}
}
