package toloka

import (
	"context"
	"net/http"
	"strings"
	"sync"

	"github.com/annohook/annohook/payloads"
)

// native is Toloka's own API as far as toloka-kit, the Java SDK and a listener's own calls need it.
func native(client []payloads.CodeSample) *payloads.Native {
	return &payloads.Native{
		Handler:    func(h payloads.Host) http.Handler { return newAPI(h) },
		Credential: "Authorization: OAuth KEY",
		Client:     client,
	}
}

// api answers for Toloka's whole origin. It keeps nothing but a lock: what it shows is read from the host for each request, so several
// processes may serve the same store. It is safe for concurrent use.
type api struct {
	host   payloads.Host
	routes []route

	// writing makes the changes of this process follow one another, so that two upserts of one row do not make two rows. Between processes
	// the last one wins.
	writing sync.Mutex
}

// request is one call that has passed the credential check.
type request struct {
	ctx  context.Context
	http *http.Request
	id   string // the part of the path that the route leaves open
}

// operation answers a request: a status, a body (nil: none) and, instead of both, an error; what is no *apiError is the server's own fault.
type operation func(request) (int, payloads.Value, error)

// route is one path below /api/v1/. A star stands for an id.
type route struct {
	path    []string
	methods map[string]operation
}

func newAPI(h payloads.Host) *api {
	a := &api{host: h}
	a.routes = []route{
		{[]string{"webhook-subscriptions"}, map[string]operation{http.MethodGet: a.list, http.MethodPut: a.put}},
		{[]string{"webhook-subscriptions", "*"}, map[string]operation{http.MethodGet: a.get, http.MethodDelete: a.remove}},
		{[]string{"webhook-subscriptions", "*", "test"}, map[string]operation{http.MethodPost: a.push}},
		{[]string{"requester"}, map[string]operation{http.MethodGet: a.requester}},
		{[]string{"pools", "*"}, map[string]operation{http.MethodGet: a.pool}},
		{[]string{"pools", "*", "open"}, map[string]operation{http.MethodPost: a.open}},
		{[]string{"pools", "*", "close"}, map[string]operation{http.MethodPost: a.close}},
		{[]string{"tasks", "*"}, map[string]operation{http.MethodGet: a.task}},
		{[]string{"assignments", "*"}, map[string]operation{http.MethodGet: a.assignment, http.MethodPatch: a.review}},
	}
	return a
}

const pathPrefix = "/api/v1/"

// ServeHTTP asks for the credential first, then looks for the path, then for the method.
func (a *api) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	status, body, err := a.serve(w, r)
	if err != nil {
		status, body = a.failure(err)
	}
	write(w, status, body)
}

func (a *api) serve(w http.ResponseWriter, r *http.Request) (int, payloads.Value, error) {
	if err := a.authenticate(r.Header.Get("Authorization")); err != nil {
		return 0, nil, err
	}
	path, below := strings.CutPrefix(r.URL.Path, pathPrefix)
	if !below {
		return 0, nil, errNoRoute
	}
	parts := strings.Split(strings.TrimSuffix(path, "/"), "/")
	for _, route := range a.routes {
		id, ok := route.match(parts)
		if !ok {
			continue
		}
		method := r.Method
		if method == http.MethodHead {
			method = http.MethodGet // net/http drops the body
		}
		do, ok := route.methods[method]
		if !ok {
			w.Header().Set("Allow", route.allowed())
			return 0, nil, errMethod
		}
		if !acceptable(r.Header.Values("Accept")) {
			return 0, nil, errNotAcceptable
		}
		return do(request{ctx: r.Context(), http: r, id: id})
	}
	return 0, nil, errNoRoute
}

func (r route) match(parts []string) (string, bool) {
	if len(parts) != len(r.path) {
		return "", false
	}
	id := ""
	for i, want := range r.path {
		switch {
		case want == "*" && parts[i] != "":
			id = parts[i]
		case want != parts[i]:
			return "", false
		}
	}
	return id, true
}

func (r route) allowed() string {
	var methods []string
	for _, m := range []string{http.MethodGet, http.MethodPut, http.MethodPost, http.MethodPatch, http.MethodDelete} {
		if r.methods[m] != nil {
			methods = append(methods, m)
		}
	}
	return strings.Join(methods, ", ")
}

// acceptable reports whether the client takes JSON; no Accept field takes anything.
func acceptable(fields []string) bool {
	if len(fields) == 0 {
		return true
	}
	for part := range strings.SplitSeq(strings.Join(fields, ","), ",") {
		kind, _, _ := strings.Cut(part, ";")
		switch strings.ToLower(strings.TrimSpace(kind)) {
		case "", "*/*", "application/*", "application/json":
			return true
		}
	}
	return false
}

// kitBug is what toloka-kit 1.2.0 sends in place of the token: a format string that was never formatted.
const kitBug = "{self.token}"

// authenticate accepts both forms that Toloka knows, with any token where the host asks for none in particular.
func (a *api) authenticate(field string) error {
	scheme, token, _ := strings.Cut(strings.TrimSpace(field), " ")
	token = strings.TrimSpace(token)
	switch {
	case field == "":
		return unauthorized("The Authorization header is missing: send OAuth <token> or ApiKey <key>")
	case !strings.EqualFold(scheme, "OAuth") && !strings.EqualFold(scheme, "ApiKey") || token == "":
		return unauthorized("The Authorization header must be OAuth <token> or ApiKey <key>")
	case token == kitBug:
		return unauthorized("toloka-kit 1.2.0 sends the text " + kitBug + " instead of your token; 1.2.0.post1 and later send the token")
	}
	if !payloads.Proves(a.host.Key(), token) {
		return unauthorized("The token is wrong")
	}
	return nil
}
