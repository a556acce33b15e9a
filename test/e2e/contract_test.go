package e2e_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// contract is the OpenAPI document that the program serves. It is the same for every server of one binary, so it is read once.
type contract struct {
	root  map[string]any
	paths map[string]any

	mu   sync.Mutex
	seen map[string]int // answers judged, by operation id
}

var shared struct {
	once     sync.Once
	contract *contract
}

func contractOf(s *server) *contract {
	s.t.Helper()
	shared.once.Do(func() {
		r := s.get("/api/openapi.json")
		v, err := jsonValue(r.body)
		root, ok := v.(map[string]any)
		if r.status != http.StatusOK || err != nil || !ok {
			s.t.Errorf("openapi document: status %d, %v", r.status, err)
			return
		}
		paths, _ := root["paths"].(map[string]any)
		shared.contract = &contract{root: root, paths: paths, seen: map[string]int{}}
	})
	if shared.contract == nil {
		s.t.Fatal("there is no openapi document")
	}
	return shared.contract
}

// find returns the operation of a request: the template with most literal parts wins.
func (c *contract) find(method, path string) (operation map[string]any, ok bool) {
	parts := strings.Split(path, "/")
	best := -1
	for template, item := range c.paths {
		literal, fits := match(strings.Split(template, "/"), parts)
		op, has := asSchema(item)[strings.ToLower(method)].(map[string]any)
		if fits && has && literal > best {
			best, operation = literal, op
		}
	}
	return operation, best >= 0
}

func match(template, parts []string) (literal int, ok bool) {
	if len(template) != len(parts) {
		return 0, false
	}
	for i, part := range template {
		switch {
		case part == parts[i]:
			literal++
		case !strings.HasPrefix(part, "{"):
			return 0, false
		}
	}
	return literal, true
}

// judge holds one exchange against the document: every answer, and what was asked when it was accepted.
func (c *contract) judge(method, target string, asked any, r reply) []string {
	u, err := url.Parse(target)
	if err != nil {
		return []string{err.Error()}
	}
	op, ok := c.find(method, u.EscapedPath())
	if !ok {
		if r.status == http.StatusNotFound || r.status == http.StatusMethodNotAllowed {
			return nil
		}
		return []string{"the document has no such operation"}
	}
	c.mu.Lock()
	c.seen[fmt.Sprint(op["operationId"])]++
	c.mu.Unlock()
	problems := c.judgeAnswer(op, r)
	if r.status < 300 {
		problems = append(problems, c.judgeRequest(op, u.Query(), asked)...)
	}
	return problems
}

func (c *contract) judgeAnswer(op map[string]any, r reply) []string {
	responses := asSchema(op["responses"])
	response, ok := responses[strconv.Itoa(r.status)].(map[string]any)
	if !ok {
		if response, ok = responses["default"].(map[string]any); !ok || r.status < 400 {
			return []string{fmt.Sprintf("status %d is not in the document", r.status)}
		}
	}
	content := asSchema(response["content"])
	if len(content) == 0 {
		if len(r.body) > 0 {
			return []string{fmt.Sprintf("the document has no body for status %d, but there is one", r.status)}
		}
		return nil
	}
	media, _, err := mime.ParseMediaType(r.header.Get("Content-Type"))
	described, ok := content[media].(map[string]any)
	if err != nil || !ok {
		return []string{fmt.Sprintf("media type %q is not in the document for status %d", media, r.status)}
	}
	if !strings.HasSuffix(media, "json") {
		return nil
	}
	return validate(c.root, asSchema(described["schema"]), r.body)
}

func (c *contract) judgeRequest(op map[string]any, query url.Values, asked any) []string {
	var problems []string
	for _, name := range slices.Sorted(maps.Keys(query)) {
		if !slices.ContainsFunc(list(op["parameters"]), func(p any) bool {
			return asSchema(p)["name"] == name && asSchema(p)["in"] == "query"
		}) {
			problems = append(problems, "the query parameter "+name+" is accepted, but not in the document")
		}
	}
	if asked == nil {
		return problems
	}
	content := asSchema(asSchema(op["requestBody"])["content"])
	described, ok := content["application/json"].(map[string]any)
	if !ok {
		return append(problems, "a body is accepted, but not in the document")
	}
	text, ok := asked.(string)
	if !ok {
		printed, err := json.Marshal(asked)
		if err != nil {
			return append(problems, err.Error())
		}
		text = string(printed)
	}
	for _, p := range validate(c.root, asSchema(described["schema"]), []byte(text)) {
		problems = append(problems, "request "+p)
	}
	return problems
}

// TestDocument looks at the document itself and at the routes outside the prefix.
func TestDocument(t *testing.T) {
	t.Parallel()
	s := start(t, "--redis", "memory")
	c := contractOf(s)
	if got := fmt.Sprint(c.root["openapi"]); !strings.HasPrefix(got, "3.1") {
		t.Errorf("openapi %s, want 3.1", got)
	}
	for _, route := range routes() {
		method, path, _ := strings.Cut(route, " ")
		if _, ok := c.paths[path].(map[string]any)[strings.ToLower(method)]; !ok {
			t.Errorf("%s is not in the document", route)
		}
	}
	for _, path := range []string{"/livez", "/readyz", "/version", "/api/v1/stats", "/api/v1/platforms", "/metrics"} {
		if r := s.checked(http.MethodGet, path, nil); r.status != http.StatusOK {
			t.Errorf("GET %s: %d", path, r.status)
		}
	}
	if r := s.checked(http.MethodGet, "/api/v1/nothing", nil); r.status != http.StatusNotFound {
		t.Errorf("unknown route: %d", r.status)
	}
	docs := s.get("/api/docs")
	if docs.status == http.StatusOK && strings.Contains(string(docs.body), "https://") && strings.Contains(string(docs.body), "<script src=\"http") {
		t.Error("/api/docs loads from the internet")
	}
}

// routes are those of the contract, by hand: the document must not be asked what it holds.
func routes() []string {
	return []string{
		"GET /api/v1/platforms", "GET /api/v1/platforms/{platform}", "GET /api/v1/platforms/{platform}/events/{type}",
		"POST /api/v1/subscriptions", "GET /api/v1/subscriptions", "GET /api/v1/subscriptions/{id}", "PATCH /api/v1/subscriptions/{id}",
		"DELETE /api/v1/subscriptions/{id}", "POST /api/v1/subscriptions/{id}/test", "POST /api/v1/subscriptions/{id}/rotate-secret",
		"GET /api/v1/subscriptions/{id}/secret", "POST /api/v1/events", "GET /api/v1/events", "GET /api/v1/events/{id}",
		"GET /api/v1/deliveries", "GET /api/v1/deliveries/{id}", "GET /api/v1/deliveries/{id}/export", "POST /api/v1/deliveries/{id}/replay",
		"POST /api/v1/deliveries/replay", "POST /api/v1/deliveries/{id}/cancel", "GET /api/v1/stream", "GET /api/v1/stats",
		"GET /livez", "GET /readyz", "GET /metrics", "GET /version",
	}
}
