package labelstudio

import (
	"errors"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"strings"

	"github.com/annohook/annohook/payloads"
)

// maxRequest bounds the body of a request; the core refuses larger ones before.
const maxRequest = 8 << 20

// refreshPath is where the vendor's SDK exchanges its token. It drops a path prefix there, so the path is ours at the root too.
const refreshPath = "/api/token/refresh"

// native is the platform's own API in one profile.
func native(gen generation, profile string) *payloads.Native {
	return &payloads.Native{
		Handler: func(host payloads.Host) http.Handler {
			a := &api{host: host, gen: gen, profile: profile, version: versionOf(gen)}
			a.routes = a.table()
			return a
		},
		Roots:      []string{refreshPath, refreshPath + "/"},
		Credential: "Authorization: Token KEY",
		Token:      mintRefresh,
	}
}

// versionOf is the version that a generation's server says it has.
func versionOf(gen generation) string {
	if gen == server2607 {
		return "1.24.0.dev0"
	}
	return "1.22.0"
}

// api answers for a whole server. It holds nothing but its table of routes, so that it serves many requests, and several processes one
// store.
type api struct {
	host    payloads.Host
	gen     generation
	profile string
	version string
	routes  []route
}

// route is one path of the server. A path is served with and without its last slash, never by a redirect.
type route struct {
	path    *regexp.Regexp
	view    string // name of the view, which OPTIONS tells
	open    bool   // needs no credentials, though bad ones are refused
	free    bool   // looks at no credentials at all
	bare    bool   // outside of the REST framework: any method, no Allow
	methods []method
}

type method struct {
	name string
	do   func(*call)
}

// call is one request at work.
type call struct {
	api   *api
	w     http.ResponseWriter
	r     *http.Request
	route route
	parts []string // of the path
}

func (a *api) table() []route {
	at := func(path string) *regexp.Regexp { return regexp.MustCompile(`^` + path + `/?$`) }
	list := []route{
		{path: at(`/api/webhooks`), view: "Webhook List Api", methods: []method{{http.MethodGet, listHooks}, {http.MethodPost, createHook}}},
		{path: at(`/api/webhooks/info`), view: "Webhook Info Api", open: true, methods: []method{{http.MethodGet, hookInfo}}},
		{path: at(`/api/webhooks/([0-9]+)`), view: "Webhook Api", methods: []method{
			{http.MethodGet, getHook}, {http.MethodPut, putHook}, {http.MethodPatch, patchHook}, {http.MethodDelete, deleteHook},
		}},
		{path: at(refreshPath), view: "Decorated Token Refresh", free: true, methods: []method{{http.MethodPost, refresh}}},
		{path: at(`/api/token`), view: "Lsapi Token", methods: []method{{http.MethodGet, listTokens}, {http.MethodPost, createToken}}},
		{path: at(`/api/current-user/whoami`), view: "User Who Am Iapi", methods: []method{{http.MethodGet, whoami}}},
		{path: at(`/api/current-user/token`), view: "User Get Token Api", methods: []method{{http.MethodGet, userToken}}},
		{path: at(`/api/version`), bare: true, methods: []method{{"", versions}}},
		{path: at(`/health`), bare: true, methods: []method{{"", health}}},
		{path: at(`/api/health`), bare: true, methods: []method{{"", health}}},
	}
	return append(list, projectRoutes(at)...)
}

// ServeHTTP answers one request.
func (a *api) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Vary", "Accept-Language, Cookie, origin")
	for _, route := range a.routes {
		parts := route.path.FindStringSubmatch(r.URL.Path)
		if parts == nil {
			continue
		}
		c := &call{api: a, w: w, r: r, route: route, parts: parts[1:]}
		if route.bare {
			route.methods[0].do(c)
			return
		}
		w.Header().Set("Allow", route.allow())
		c.serve()
		return
	}
	notFoundPage(w)
}

// serve looks at what the client accepts, asks for credentials, then looks for the method, as the framework does.
func (c *call) serve() {
	if problem := c.acceptable(); problem != nil {
		c.fail(problem)
		return
	}
	if !c.route.free {
		present, problem := c.authenticate()
		if problem == nil && !present && !c.route.open {
			problem = unauthorized("Authentication credentials were not provided.")
		}
		if problem != nil {
			c.fail(problem)
			return
		}
	}
	name := strings.ToUpper(c.r.Method)
	for _, m := range c.route.methods {
		if m.name == name || m.name == http.MethodGet && name == http.MethodHead {
			m.do(c)
			return
		}
	}
	if name == http.MethodOptions {
		c.answer(http.StatusOK, payloads.Obj(
			"name", c.route.view, "description", "", "renders", payloads.Array{"application/json"},
			"parses", payloads.Array{"application/json", "application/x-www-form-urlencoded", "multipart/form-data"}))
		return
	}
	c.fail(&problem{status: http.StatusMethodNotAllowed, detail: `Method "` + name + `" not allowed.`})
}

// allow lists the methods of a route in the framework's order.
func (r route) allow() string {
	var names []string
	for _, m := range r.methods {
		names = append(names, m.name)
	}
	if len(names) > 0 && names[0] == http.MethodGet {
		names = append(names, http.MethodHead)
	}
	return strings.Join(append(names, http.MethodOptions), ", ")
}

// answer sends v as the framework prints it.
func (c *call) answer(status int, v payloads.Value) {
	data, err := printCompact(v)
	if err != nil {
		c.fail(&problem{status: http.StatusInternalServerError, detail: err.Error()})
		return
	}
	c.send(status, "application/json", data)
}

func (c *call) send(status int, kind string, data []byte) {
	c.w.Header().Set("Content-Type", kind)
	c.w.Header().Set("Content-Length", strconv.Itoa(len(data)))
	c.w.WriteHeader(status)
	_, _ = c.w.Write(data) // a client that went away needs no answer
}

// number returns a part of the path as a number; the largest one for what no id can be.
func (c *call) number(i int) int64 {
	n, err := strconv.ParseInt(c.parts[i], 10, 64)
	if err != nil || n > maxProject {
		return maxProject + 1
	}
	return n
}

// body reads the request's JSON. No body is an empty object.
func (c *call) body() (payloads.Value, *problem) {
	data, err := io.ReadAll(io.LimitReader(c.r.Body, maxRequest))
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
		return nil, &problem{status: http.StatusRequestEntityTooLarge, detail: "Request body exceeded the limit."}
	}
	if err != nil {
		return nil, &problem{status: http.StatusBadRequest, detail: "JSON parse error - the body could not be read"}
	}
	if len(data) == 0 {
		return payloads.Obj(), nil
	}
	if kind, ok := encodedBody(c.r.Header); !ok {
		return nil, &problem{status: http.StatusUnsupportedMediaType, detail: `Unsupported media type "` + kind + `" in request.`}
	}
	v, err := scanPython(data)
	if err != nil {
		return nil, &problem{status: http.StatusBadRequest, detail: "JSON parse error - " + err.Error()}
	}
	return v, nil
}

// form reads the request's JSON object.
func (c *call) form() (*payloads.Object, *problem) {
	v, fault := c.body()
	if fault != nil {
		return nil, fault
	}
	switch t := v.(type) {
	case *payloads.Object:
		return t, nil
	case nil:
		return nil, invalid("non_field_errors", "No data provided")
	default:
		return nil, invalid("non_field_errors", "Invalid data. Expected a dictionary, but got "+pythonType(v)+".")
	}
}
