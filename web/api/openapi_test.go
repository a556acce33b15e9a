package api_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"

	"github.com/annohook/annohook/scheduler"
	"github.com/annohook/annohook/web/api"
	"github.com/annohook/annohook/web/client"
)

// documented lists "METHOD path" of every operation, with parameters as echo writes them.
func documented(doc *huma.OpenAPI) []string {
	var list []string
	for path, item := range doc.Paths {
		path = strings.NewReplacer("{", ":", "}", "").Replace(path)
		for method, op := range map[string]*huma.Operation{"GET": item.Get, "POST": item.Post, "PATCH": item.Patch, "DELETE": item.Delete, "PUT": item.Put} {
			if op != nil {
				list = append(list, method+" "+path)
			}
		}
	}
	slices.Sort(list)
	return list
}

func TestEveryRouteIsDocumentedAndTheOtherWayRound(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	var routes []string
	for _, route := range r.echo.Routes() {
		if route.Path != api.DocumentPath {
			routes = append(routes, route.Method+" "+route.Path)
		}
	}
	slices.Sort(routes)
	equal(t, "routes", routes, documented(r.api.OpenAPI()))
	for _, want := range []string{
		"GET /api/v1/platforms", "GET /api/v1/platforms/:platform", "GET /api/v1/platforms/:platform/events/:type", "POST /api/v1/subscriptions",
		"GET /api/v1/subscriptions", "GET /api/v1/subscriptions/:id", "PATCH /api/v1/subscriptions/:id", "DELETE /api/v1/subscriptions/:id",
		"POST /api/v1/subscriptions/:id/test", "POST /api/v1/subscriptions/:id/rotate-secret", "GET /api/v1/subscriptions/:id/secret",
		"POST /api/v1/events", "GET /api/v1/events", "GET /api/v1/events/:id", "GET /api/v1/deliveries", "GET /api/v1/deliveries/:id",
		"GET /api/v1/deliveries/:id/export", "POST /api/v1/deliveries/:id/replay", "POST /api/v1/deliveries/replay",
		"POST /api/v1/deliveries/:id/cancel", "GET /api/v1/stream", "GET /api/v1/stats",
		"POST /api/v1/actions", "GET /api/v1/platforms/:platform/world", "DELETE /api/v1/platforms/:platform/world", "GET /livez", "GET /readyz", "GET /metrics", "GET /version",
	} {
		if !slices.Contains(routes, want) {
			t.Errorf("route %s is missing", want)
		}
	}
}

func TestTheDocumentIsServedAndComplete(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	a := r.call("GET", api.DocumentPath, "").want(200)
	var doc map[string]any
	a.into(&doc)
	equal(t, "version", doc["openapi"], any("3.1.0"))
	text := string(a.body)
	schemas := r.api.OpenAPI().Components.Schemas.Map()
	for _, ref := range strings.Split(text, `"$ref":"#/components/schemas/`)[1:] {
		name, _, _ := strings.Cut(ref, `"`)
		if schemas[name] == nil {
			t.Errorf("schema %s is missing", name)
		}
	}
	for path, item := range r.api.OpenAPI().Paths {
		for _, op := range []*huma.Operation{item.Get, item.Post, item.Patch, item.Delete} {
			if op == nil {
				continue
			}
			if op.Summary == "" || op.OperationID == "" || len(op.Responses) == 0 {
				t.Errorf("%s: %s is incomplete", path, op.OperationID)
			}
			if op.Responses["default"] == nil && strings.HasPrefix(path, "/api/") {
				t.Errorf("%s: %s documents no problem", path, op.OperationID)
			}
		}
	}
}

// check holds a value against the schema of a type of the document.
func check[T any](t *testing.T, r *rig, text string) error {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatal(err)
	}
	registry := r.api.OpenAPI().Components.Schemas
	result := &huma.ValidateResult{}
	huma.Validate(registry, registry.Schema(reflect.TypeFor[T](), false, ""), huma.NewPathBuffer(nil, 0), huma.ModeWriteToServer, v, result)
	return errors.Join(result.Errors...)
}

func TestWhatTheAPITakesFitsTheDocument(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	sub := r.subscribe("")
	for _, body := range []string{
		`{"platform":"postbox","url":"http://127.0.0.1:9/"}`,
		`{"id":"x","platform":"postbox","profile":"v1","url":"http://127.0.0.1:9/","secret":"generate","events":["note.added"],"headers":{"A":"b"},
		 "description":"d","enabled":true,"scope":{},"options":{"max":2},"quirks":{"loud":true},"timeout":"1s","deadline":"2s",
		 "retry":{"delays":["1s"]},"concurrency":1,"rate":1.5}`,
		`{"platform":"postbox","url":"http://127.0.0.1:9/","secret":null,"events":null,"enabled":null,"retry":null,"timeout":null}`,
	} {
		if err := check[client.NewSubscription](t, r, body); err != nil {
			t.Errorf("%s: %v", body, err)
		}
		r.call("POST", "/api/v1/subscriptions", body).want(201)
	}
	for _, body := range []string{
		`{}`, `{"events":[],"retry":null,"headers":{"A":"b"},"quirks":{},"rate":2}`,
		`{"headers":null,"quirks":null,"events":null,"scope":null,"options":null,"description":null,"timeout":null,"rate":null,"profile":null}`,
	} {
		if err := check[client.SubscriptionChange](t, r, body); err != nil {
			t.Errorf("%s: %v", body, err)
		}
		r.call("PATCH", "/api/v1/subscriptions/"+sub.ID, body).want(200)
	}
	for _, body := range []string{
		`{"platform":"postbox","type":"note.added"}`,
		`{"platform":"postbox","type":"note.added","variant":"long","data":{"x":1},"set":[{"path":"note.text","value":"t"}],"seed":1,
		  "now":"2026-01-02T03:04:05.5+02:00","count":2,"subscription_ids":["` + sub.ID + `"]}`,
		`{"platform":"postbox","type":"NOTE_ADDED","body":{"a":1}}`, `{"platform":"postbox","type":"note.added","body":"x"}`,
	} {
		if err := check[client.Trigger](t, r, body); err != nil {
			t.Errorf("%s: %v", body, err)
		}
		r.call("POST", "/api/v1/events", body).want(202)
	}
}

// The bounds in the document are tags beside the code's own: each must be the last that is taken.
func TestTheDocumentHasTheBoundsOfTheAPI(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	one := r.subscribe("")
	for _, c := range []struct {
		name, most, over string
	}{
		{"concurrency", `1000`, `1001`},
		{"concurrency", `1`, `0`},
		{"rate", `10000`, `10000.5`},
		{"rate", `0`, `-0.5`},
		{"url", `"http://127.0.0.1:9/` + strings.Repeat("x", 2083-19) + `"`, `"http://127.0.0.1:9/` + strings.Repeat("x", 2083-18) + `"`},
	} {
		for value, ok := range map[string]bool{c.most: true, c.over: false} {
			body := `{"` + c.name + `":` + value + `}`
			if err := check[client.SubscriptionChange](t, r, body); (err == nil) != ok {
				t.Errorf("document, %.40s: %v", body, err)
			}
			if a := r.call("PATCH", "/api/v1/subscriptions/"+one.ID, body); (a.status == http.StatusOK) != ok {
				t.Errorf("API, %.40s: %d %s", body, a.status, a.body)
			}
		}
	}
	if check[client.Trigger](t, r, `{"platform":"postbox","type":"note.added","subscription_ids":[]}`) == nil {
		t.Error("the document allows to name no subscription")
	}
}

func TestMethodsThatAreNotThereAre405(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for _, c := range [][2]string{{"DELETE", "/api/v1/platforms"}, {"PUT", "/api/v1/subscriptions/x"}, {"POST", "/livez"}} {
		a := r.call(c[0], c[1], "")
		equal(t, c[0]+" "+c[1], a.status, http.StatusMethodNotAllowed)
	}
}

func TestHealth(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.call("GET", "/livez", "").want(200)
	r.call("GET", "/readyz", "").want(200)
	equal(t, "version", string(r.call("GET", "/version", "").want(200).body), `{"name":"annohook","version":"1.2.3"}`+"\n")
	equal(t, "metrics", string(r.call("GET", "/metrics", "").want(200).body), "up 1\n")
	down := errors.New("dial tcp 10.0.0.7:6379: refused")
	r.ready.Store(&down)
	a := r.call("GET", "/readyz", "")
	a.problem(http.StatusServiceUnavailable)
	if a.header.Get("Retry-After") == "" || strings.Contains(string(a.body), "10.0.0.7") {
		t.Errorf("not ready: %v %s", a.header, a.body)
	}
	for _, known := range []error{&scheduler.TroubleError{Reason: "the store may only be read", Err: down}, fmt.Errorf("%w: 97 %% of its memory is used", scheduler.ErrBusy)} {
		r.ready.Store(&known)
		a := r.call("GET", "/readyz", "")
		a.problem(http.StatusServiceUnavailable)
		if body := string(a.body); !strings.Contains(body, "may only be read") && !strings.Contains(body, "97 %") || strings.Contains(body, "10.0.0.7") {
			t.Errorf("%v is told as %s", known, body)
		}
	}
	var stats client.Stats
	r.call("GET", "/api/v1/stats", "").want(200).into(&stats)
}
