package sender

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"slices"
	"strings"

	"github.com/annohook/annohook/payloads"
)

const (
	maxHops     = 30      // requests/models.py, DEFAULT_REDIRECT_LIMIT
	maxHopBytes = 1 << 20 // of a redirect's body
)

// refusal is a redirect that is not followed although the rule would.
type refusal struct {
	failure payloads.Failure
	message string
}

// redirect says where a reply leads. The rules are those of Python requests (requests/sessions.py: get_redirect_target, resolve_redirects,
// rebuild_method, should_strip_auth): a redirect without Location is the final reply; 301, 302 and 303 lose the body and the fields about
// it; Authorization does not follow to another host; cookies set on the way are sent on.
func (t *trip) redirect(from step, resp *http.Response) (next step, refused *refusal, follow bool) {
	location := resp.Header.Get("Location")
	if t.request.Policy.Redirect != payloads.RedirectAsRequests || !isRedirect(resp.StatusCode) || location == "" {
		return step{}, nil, false
	}
	if len(t.hops) >= maxHops {
		return step{}, &refusal{payloads.FailureRedirect, fmt.Sprintf("more than %d redirects", maxHops)}, false
	}
	to, err := from.target.follow(location)
	if err == nil {
		err = t.sender.guard.checkTarget(to)
	}
	if err != nil {
		failure := payloads.FailureRedirect
		if errors.Is(err, ErrBlocked) {
			failure = payloads.FailureBlocked
		}
		return step{}, &refusal{failure, "redirect refused: " + err.Error()}, false
	}
	next = step{method: methodAfter(resp.StatusCode, from.method), target: to, header: from.header, body: from.body}
	if resp.StatusCode != http.StatusTemporaryRedirect && resp.StatusCode != http.StatusPermanentRedirect {
		next.body = nil
		next.header = without(next.header, "Content-Type", "Content-Length", "Transfer-Encoding")
	}
	if stripsAuth(from.target, to) {
		next.header = without(next.header, "Authorization")
	}
	if from.target.authority() != to.authority() {
		next.header = without(next.header, "Host")
	}
	next.header = t.cookies(from.target, resp, next)
	return next, nil, true
}

func isRedirect(status int) bool {
	switch status {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return true
	default:
		return false
	}
}

// methodAfter is rebuild_method of requests.
func methodAfter(status int, method string) string {
	switch {
	case status == http.StatusSeeOther && method != http.MethodHead,
		status == http.StatusFound && method != http.MethodHead,
		status == http.StatusMovedPermanently && method == http.MethodPost:
		return http.MethodGet
	default:
		return method
	}
}

// stripsAuth is should_strip_auth of requests: the credential stays with host, port and scheme, except for the usual upgrade to https.
func stripsAuth(from, to target) bool {
	if !strings.EqualFold(from.name, to.name) {
		return true
	}
	standard := func(t target) bool {
		return t.port == "" || t.scheme == "http" && t.port == "80" || t.scheme == "https" && t.port == "443"
	}
	if standard(from) && standard(to) && (from.scheme == to.scheme || to.scheme == "https") {
		return false
	}
	return from.port != to.port || from.scheme != to.scheme
}

// without returns the fields whose names are not listed, case aside.
func without(h payloads.Header, names ...string) payloads.Header {
	return slices.DeleteFunc(slices.Clone(h), func(f payloads.Field) bool {
		return slices.ContainsFunc(names, func(name string) bool { return strings.EqualFold(f.Name, name) })
	})
}

// cookies replaces the Cookie field by what the listeners on the way have set, as a requests session does for a redirected request.
func (t *trip) cookies(from target, resp *http.Response, next step) payloads.Header {
	header := without(next.header, "Cookie")
	if t.jar == nil {
		jar, err := cookiejar.New(nil)
		if err != nil {
			return header
		}
		t.jar = jar
	}
	t.jar.SetCookies(from.place(), resp.Cookies())
	var pairs []string
	for _, c := range t.jar.Cookies(next.target.place()) {
		pairs = append(pairs, c.Name+"="+c.Value)
	}
	if len(pairs) == 0 {
		return header
	}
	return append(header, payloads.Field{Name: "Cookie", Value: strings.Join(pairs, "; "), Secret: true})
}
