package dashboard

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/annohook/annohook/payloads"
)

// docsExamples fills in what the values of an API look like.
type docsExamples struct {
	values map[string]string // by the name of a field or parameter
	bodies map[string]string // of requests that need none of their fields, by operation
}

// docsDepth is how deep an example of an answer goes.
const docsDepth = 4

// newDocsExamples takes names from the registry, so that an example can be pasted as it is.
func newDocsExamples(registry *payloads.Registry) docsExamples {
	e := docsExamples{
		values: map[string]string{
			"id": "01a1ff23-3d91-7357-8870-19d4f33b29ac", "url": "http://127.0.0.1:9000/webhook", "timeout": "20s", "deadline": "20s", "cursor": "",
			"format": "curl", "method": "POST", "version": "1.0.0",
		},
		bodies: map[string]string{
			"change-subscription": `{"enabled":false}`, "replay-delivery": `{"mode":"new"}`, "replay-deliveries": `{"query":{"status":"failed"},"mode":"retry"}`,
		},
	}
	ids := registry.IDs()
	if len(ids) == 0 {
		return e
	}
	p := registry.Profiles(ids[0])[0]
	e.values["platform"], e.values["profile"] = p.ID, p.Profile
	for _, et := range p.Events {
		if !et.Unlisted {
			e.values["type"] = et.Key
			break
		}
	}
	for _, a := range p.Actions {
		if !slices.ContainsFunc(a.Params, func(p payloads.Param) bool { return p.Required }) {
			e.values["action"] = a.Name
			break
		}
	}
	return e
}

// target is a path with its parameters filled in, and a query of those that are required. What nobody can know stands there as ID.
func (e docsExamples) target(path string, params []openParameter) string {
	query := url.Values{}
	for _, p := range params {
		value := e.values[p.Name]
		if p.Name == "id" || value == "" {
			value = strings.ToUpper(p.Name)
		}
		switch {
		case p.In == "path":
			path = strings.ReplaceAll(path, "{"+p.Name+"}", url.PathEscape(value))
		case p.In == "query" && p.Required:
			query.Set(p.Name, value)
		}
	}
	if len(query) > 0 {
		path += "?" + query.Encode()
	}
	return path
}

// body is what a request may bring along: what it must, or else something sensible.
func (e docsExamples) body(id string, s *openSchema, resolve func(*openSchema) *openSchema) string {
	if text, ok := e.bodies[id]; ok {
		return text
	}
	required := &payloads.Object{}
	for _, name := range s.Required {
		required.Set(name, e.value(name, s.Properties[name], resolve, 1))
	}
	return jsonText(required)
}

// answer is an answer of this form, indented.
func (e docsExamples) answer(s *openSchema, resolve func(*openSchema) *openSchema) string {
	return pretty([]byte(jsonText(e.value("", s, resolve, 0))))
}

func jsonText(v payloads.Value) string {
	text, err := payloads.JSON(v)
	if err != nil {
		return ""
	}
	return string(text)
}

// value makes a value of a schema; name is the field it stands in.
func (e docsExamples) value(name string, s *openSchema, resolve func(*openSchema) *openSchema, depth int) payloads.Value {
	s = resolve(s)
	switch {
	case len(s.Enum) > 0:
		return fmt.Sprint(s.Enum[0])
	case len(s.Properties) > 0:
		o := &payloads.Object{}
		if depth < docsDepth {
			for _, key := range slices.Sorted(maps.Keys(s.Properties)) {
				o.Set(key, e.value(key, s.Properties[key], resolve, depth+1))
			}
		}
		return o
	case s.Items != nil:
		if depth >= docsDepth {
			return payloads.Array{}
		}
		return payloads.Array{e.value(strings.TrimSuffix(name, "s"), s.Items, resolve, depth+1)}
	case s.values() != nil:
		return payloads.Obj("name", e.value("", s.values(), resolve, depth+1))
	}
	return e.scalar(name, s)
}

func (e docsExamples) scalar(name string, s *openSchema) payloads.Value {
	if len(s.Type) == 0 {
		return payloads.Obj()
	}
	switch s.Type[0] {
	case "integer":
		return int64(1)
	case "number":
		return 1.5
	case "boolean":
		return true
	case "object":
		return payloads.Obj()
	}
	switch known := e.values[name]; {
	case s.Format == "date-time":
		return "2026-01-02T03:04:05.678Z"
	case known != "":
		return known
	case strings.HasSuffix(name, "_id"):
		return e.values["id"]
	default:
		return "text"
	}
}
