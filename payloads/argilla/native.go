package argilla

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/internal/wire"
	"github.com/annohook/annohook/subscriptions"
)

// native is Argilla's own API, as far as its SDK needs it to register webhooks and to serve them.
func native(client []payloads.CodeSample) *payloads.Native {
	return &payloads.Native{Handler: newNative, Credential: keyHeader + ": KEY", Client: client}
}

// keyHeader carries the API key (argilla-server constants.py@77f5c57c).
const keyHeader = "X-Argilla-Api-Key"

// server answers for one Host. What it remembers can be found again, so several processes may serve one store.
type server struct {
	host     payloads.Host
	routes   []route
	seen     *seen
	creating sync.Mutex // held from counting the webhooks to adding one
}

// route is one method of one path; {} in the path stands for one segment.
type route struct {
	method string
	path   []string
	reads  bool // has a body
	serve  func(*call) (reply, error)
}

// call is one request on its way.
type call struct {
	*http.Request
	*server
	id   string         // the segment for {}
	body payloads.Value // nil without one
	raw  bool           // the body is not declared as JSON
}

// reply is an answer; a nil value is an empty body.
type reply struct {
	status int
	value  payloads.Value
}

func newNative(host payloads.Host) http.Handler {
	s := &server{host: host, seen: newSeen()}
	add := func(method, path string, reads bool, serve func(*call) (reply, error)) {
		s.routes = append(s.routes, route{method, strings.Split(path, "/")[1:], reads, serve})
	}
	add(http.MethodGet, "/api/v1/me", false, (*call).me)
	add(http.MethodGet, "/api/v1/version", false, (*call).version)
	add(http.MethodGet, "/api/v1/webhooks", false, (*call).listWebhooks)
	add(http.MethodPost, "/api/v1/webhooks", true, (*call).createWebhook)
	add(http.MethodPatch, "/api/v1/webhooks/{}", true, (*call).updateWebhook)
	add(http.MethodDelete, "/api/v1/webhooks/{}", false, (*call).deleteWebhook)
	add(http.MethodPost, "/api/v1/webhooks/{}/ping", false, (*call).pingWebhook)
	add(http.MethodGet, "/api/v1/datasets/{}", false, (*call).dataset)
	for _, list := range []string{"fields", "questions", "vectors-settings"} {
		add(http.MethodGet, "/api/v1/datasets/{}/"+list, false, func(c *call) (reply, error) { return c.children(list) })
	}
	add(http.MethodGet, "/api/v1/me/datasets/{}/metadata-properties", false, func(c *call) (reply, error) { return c.children("metadata-properties") })
	add(http.MethodGet, "/api/v1/me/datasets", false, (*call).listDatasets)
	add(http.MethodGet, "/api/v1/records/{}", false, (*call).record)
	add(http.MethodGet, "/api/v1/me/workspaces", false, (*call).listWorkspaces)
	add(http.MethodGet, "/api/v1/workspaces/{}", false, (*call).workspace)
	return s
}

// ServeHTTP finds the route as Starlette does: the first whose path fits decides what a wrong method may be instead, and a slash too many
// is redirected away.
func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	began := s.host.Now()
	w.Header().Set("Server", "uvicorn")
	answer := func(a reply) {
		w.Header().Set("Server-Timing", fmt.Sprintf("total;dur=%.1f", float64(s.host.Now().Sub(began).Microseconds())/1000)) //nolint:mnd // milliseconds
		write(w, a)
	}
	var fits *route
	for i := range s.routes {
		candidate := &s.routes[i]
		id, ok := candidate.match(r.URL.Path)
		if !ok {
			continue
		}
		if candidate.method == r.Method {
			answer(s.serve(candidate, &call{Request: r, server: s, id: id}))
			return
		}
		if fits == nil {
			fits = candidate
		}
	}
	switch {
	case fits != nil:
		w.Header().Set("Allow", fits.method)
		answer(detail(http.StatusMethodNotAllowed, "Method Not Allowed"))
	case s.redirects(r.URL.Path):
		w.Header().Set("Location", withoutSlash(r))
		w.Header().Set("Content-Length", "0")
		w.WriteHeader(http.StatusTemporaryRedirect)
	default:
		answer(detail(http.StatusNotFound, "Not Found"))
	}
}

// match compares a path with the route's and returns the segment for {}.
func (rt *route) match(path string) (id string, ok bool) {
	segments := strings.Split(path, "/")
	if len(segments) != len(rt.path)+1 || segments[0] != "" {
		return "", false
	}
	for i, want := range rt.path {
		switch got := segments[i+1]; {
		case want == "{}" && got != "":
			id = got
		case want != got:
			return "", false
		}
	}
	return id, true
}

func (s *server) redirects(path string) bool {
	bare := strings.TrimRight(path, "/")
	return bare != path && slices.ContainsFunc(s.routes, func(rt route) bool {
		_, ok := rt.match(bare)
		return ok
	})
}

// withoutSlash is the absolute address that the client used, without the slash at its end. The request line is looked at, because the
// path may have lost the prefix of a mount.
func withoutSlash(r *http.Request) string {
	scheme := schemeHTTP
	if r.TLS != nil {
		scheme = schemeHTTPS
	}
	path, query, asks := strings.Cut(r.RequestURI, "?")
	location := scheme + "://" + r.Host + strings.TrimRight(path, "/")
	if asks {
		location += "?" + query
	}
	return location
}

// serve does what every route has in common, in FastAPI's order: the body is parsed, then the credential is asked for, then the rest.
func (s *server) serve(rt *route, c *call) reply {
	if rt.reads {
		if bad, wrong := c.read(); wrong {
			return bad
		}
	}
	if !s.allowed(c.Request) {
		return apiError(http.StatusUnauthorized, "UnauthorizedError", payloads.Obj("detail", "Could not validate credentials"))
	}
	a, err := rt.serve(c)
	var input *payloads.ProblemsError
	switch {
	case errors.Is(err, subscriptions.ErrNotFound): // deleted since it was found
		id, _ := parseUUID(c.id)
		return notFound("Webhook", id)
	case errors.As(err, &input):
		return refused(input.Problems)
	case err != nil:
		return failed(err)
	}
	return a
}

// mostBody bounds a body, in bytes; the layer above has done so before.
const mostBody = 8 << 20

// read parses the body, unless its content type says that it is something else.
func (c *call) read() (bad reply, wrong bool) {
	body, err := io.ReadAll(io.LimitReader(c.Body, mostBody))
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
		return detail(http.StatusRequestEntityTooLarge, "Request Entity Too Large"), true
	}
	if err != nil {
		return detail(http.StatusBadRequest, "There was an error parsing the body"), true
	}
	if len(body) == 0 {
		return reply{}, false
	}
	if c.raw = !saysJSON(c.Header.Get("Content-Type")); c.raw {
		return reply{}, false
	}
	if c.body, err = parsePython(body); err == nil {
		return reply{}, false
	}
	if fault, ok := errors.AsType[*wire.PythonError](err); ok {
		return invalid(problem("json_invalid", "JSON decode error", "body", fault.Place)), true
	}
	return detail(http.StatusBadRequest, "There was an error parsing the body"), true
}

// saysJSON: no content type at all means JSON, too.
func saysJSON(contentType string) bool {
	kind, _, _ := strings.Cut(strings.ToLower(contentType), ";")
	subtype, ok := strings.CutPrefix(strings.TrimSpace(kind), "application/")
	return contentType == "" || ok && (subtype == "json" || strings.HasSuffix(subtype, "+json"))
}

// allowed asks for the key in its own header, then as a bearer token; either will do (argilla-server
// security/authentication/provider.py@92565219).
func (s *server) allowed(r *http.Request) bool {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "bearer") {
		token = ""
	}
	return s.opens(r.Header.Get(keyHeader)) || s.opens(token)
}

func (s *server) opens(given string) bool {
	return given != "" && payloads.Proves(s.host.Key(), given)
}

func write(w http.ResponseWriter, a reply) {
	w.Header().Set("Content-Type", "application/json")
	if a.status == http.StatusNoContent {
		w.WriteHeader(a.status)
		return
	}
	if a.status == http.StatusTooManyRequests || a.status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", "1")
	}
	body, err := compactJSON(a.value)
	if err != nil {
		a.status, body = http.StatusInternalServerError, []byte(`{"detail":"Internal Server Error"}`)
	}
	w.WriteHeader(a.status)
	_, _ = w.Write(body) // an error means that the client is gone
}
