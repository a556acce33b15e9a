package web

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/annohook/annohook/web/api"
)

// origin refuses what a page of another origin does or reads here. It may lead people to a page, as any link does.
func (s *Server) origin(page func(*http.Request) bool) guard {
	protection := http.NewCrossOriginProtection()
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if err := protection.Check(r); err != nil {
				s.problem(w, r, http.StatusForbidden, "a page of another origin may not do this")
				return
			}
			if foreignRead(r) && (!navigates(r) || !page(r)) {
				s.problem(w, r, http.StatusForbidden, "a page of another origin may not read this")
				return
			}
			next.ServeHTTP(w, r)
		})
	}
}

// foreignRead reports that a browser asks for what belongs to another origin. Browsers tell that by Sec-Fetch-Site where they hold our
// address for trustworthy (this machine, TLS), elsewhere by Origin at best; what is no browser sends neither.
func foreignRead(r *http.Request) bool {
	switch r.Header.Get("Sec-Fetch-Site") {
	case "same-origin", "none":
		return false
	case "":
		from := r.Header.Get("Origin")
		if from == "" {
			return false
		}
		u, err := url.Parse(from)
		return err != nil || !strings.EqualFold(u.Host, r.Host)
	default:
		return true
	}
}

// navigates reports that the answer is to fill a whole tab: no frame, no script, no image. Nobody but the person in front of it sees it then.
func navigates(r *http.Request) bool {
	return r.Header.Get("Sec-Fetch-Mode") == "navigate" && r.Header.Get("Sec-Fetch-Dest") == "document"
}

// isPage reports paths that links from elsewhere may lead to.
func (s *Server) isPage(r *http.Request) bool {
	_, _, native := s.natives.find(r.URL)
	return !native && !strings.HasPrefix(r.URL.Path, api.Prefix+"/") && r.URL.Path != "/metrics"
}

// nothing is no page: where there are none.
func nothing(*http.Request) bool { return false }
