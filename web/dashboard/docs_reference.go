package dashboard

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
)

// reference is an API as its page shows it. It is immutable.
type reference struct {
	Title, Version, About string
	Groups                []refGroup
	Schemas               []refSchema
	Count                 int // operations
}

// refGroup holds the operations of one tag.
type refGroup struct {
	Name       string
	Operations []refOperation
}

// refOperation is one method of one path.
type refOperation struct {
	ID, Method, Path, Summary, About string

	Params  []refField
	Body    *refBody
	Answers []refAnswer
	Secured bool
	Streams bool

	Target string // of an example: path and query
	Sends  string // body of an example; empty: none
}

// refBody is what a request brings along.
type refBody struct {
	Type     refType
	Required bool
	Fields   []refField
}

// refAnswer is one kind of answer.
type refAnswer struct {
	Status, About, Media string
	Type                 refType
	Headers              []string
	Fields               []refField
	Example              string
	Bad                  bool
}

// refField is a parameter or a property.
type refField struct {
	Name, In string
	Type     refType
	Required bool
	About    string
	Allowed  string // values, bounds and default
}

// refType is the name of a type, part of which may be a schema of the page.
type refType struct {
	Before, Schema, After string
}

// refSchema is one schema of the document.
type refSchema struct {
	Name, About string
	Fields      []refField
}

// refOrder is the order of the groups that is best to read; others follow by name.
func refOrder() []string {
	return []string{"events", "deliveries", "subscriptions", "actions", "platforms", "stream", "stats", "system"}
}

// newReference reads a document.
func newReference(text []byte, examples docsExamples) (*reference, error) {
	var doc openDocument
	if err := json.Unmarshal(text, &doc); err != nil {
		return nil, fmt.Errorf("read the document of the API: %w", err)
	}
	ref := &reference{Title: doc.Info.Title, Version: doc.Info.Version, About: doc.Info.Description}
	r := refReader{doc: &doc, examples: examples}
	groups := map[string][]refOperation{}
	for _, path := range slices.Sorted(maps.Keys(doc.Paths)) {
		for _, method := range []string{"get", "post", "put", "patch", "delete"} {
			op, ok := doc.Paths[path][method]
			if !ok {
				continue
			}
			tag := "other"
			if len(op.Tags) > 0 {
				tag = op.Tags[0]
			}
			groups[tag] = append(groups[tag], r.operation(strings.ToUpper(method), path, op))
			ref.Count++
		}
	}
	for _, tag := range append(refOrder(), slices.Sorted(maps.Keys(groups))...) {
		if list := groups[tag]; list != nil {
			ref.Groups = append(ref.Groups, refGroup{Name: tag, Operations: list})
			delete(groups, tag)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(doc.Components.Schemas)) {
		s := doc.Components.Schemas[name]
		ref.Schemas = append(ref.Schemas, refSchema{Name: name, About: s.Description, Fields: r.fields(s)})
	}
	return ref, nil
}

// refReader turns a document into what is shown.
type refReader struct {
	doc      *openDocument
	examples docsExamples
}

func (r *refReader) operation(method, path string, op openOperation) refOperation {
	o := refOperation{ID: op.OperationID, Method: method, Path: path, Summary: op.Summary, About: op.Description, Secured: len(op.Security) > 0}
	for _, p := range op.Parameters {
		field := r.field(p.Name, p.Schema, p.Required)
		field.In = p.In
		if p.Description != "" {
			field.About = p.Description
		}
		o.Params = append(o.Params, field)
	}
	o.Target = r.examples.target(path, op.Parameters)
	if op.RequestBody != nil {
		s := op.RequestBody.Content["application/json"].Schema
		o.Body = &refBody{Type: typeOf(s), Required: op.RequestBody.Required, Fields: r.fields(s)}
		o.Sends = r.examples.body(op.OperationID, r.resolve(s), r.resolve)
	}
	for _, status := range slices.Sorted(maps.Keys(op.Responses)) {
		answer := r.answer(status, op.Responses[status])
		o.Streams = o.Streams || answer.Media == "text/event-stream"
		o.Answers = append(o.Answers, answer)
	}
	return o
}

func (r *refReader) answer(status string, in openResponse) refAnswer {
	a := refAnswer{Status: status, About: in.Description, Headers: slices.Sorted(maps.Keys(in.Headers))}
	if status == "default" {
		a.Status, a.Bad = "else", true
	}
	for _, media := range slices.Sorted(maps.Keys(in.Content)) {
		s := in.Content[media].Schema
		if a.Media != "" {
			a.Media += ", " + media
			continue
		}
		a.Media, a.Type = media, typeOf(s)
		if s == nil || s.Ref == "" || a.Bad {
			continue
		}
		a.Fields = r.fields(s)
		a.Example = r.examples.answer(s, r.resolve)
	}
	if a.About == http.StatusText(http.StatusOK) {
		a.About = ""
	}
	return a
}

// resolve follows a reference; a schema that does not exist is an empty one.
func (r *refReader) resolve(s *openSchema) *openSchema {
	if s == nil {
		return &openSchema{}
	}
	plain, _ := s.plain()
	if plain.Ref == "" {
		return plain
	}
	if known := r.doc.Components.Schemas[plain.name()]; known != nil {
		return known
	}
	return &openSchema{}
}

// fields lists the properties of a schema: what is required first, then by name.
func (r *refReader) fields(s *openSchema) []refField {
	s = r.resolve(s)
	var list []refField
	for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
		list = append(list, r.field(name, s.Properties[name], slices.Contains(s.Required, name)))
	}
	slices.SortStableFunc(list, func(a, b refField) int {
		switch {
		case a.Required == b.Required:
			return 0
		case a.Required:
			return -1
		default:
			return 1
		}
	})
	return list
}

func (r *refReader) field(name string, s *openSchema, required bool) refField {
	if s == nil {
		s = &openSchema{}
	}
	return refField{Name: name, Type: typeOf(s), Required: required, About: s.Description, Allowed: allowed(s)}
}

// typeOf names a type for people.
func typeOf(s *openSchema) refType {
	if s == nil {
		return refType{Before: "none"}
	}
	plain, null := s.plain()
	t := plainType(plain)
	if null {
		t.After += " or null"
	}
	return t
}

func plainType(s *openSchema) refType {
	values := s.values()
	switch {
	case s.Ref != "":
		return refType{Schema: s.name()}
	case s.Items != nil:
		t := typeOf(s.Items)
		return refType{Before: "list of " + t.Before, Schema: t.Schema, After: t.After}
	case values != nil:
		t := typeOf(values)
		return refType{Before: "object of " + t.Before, Schema: t.Schema, After: t.After}
	case s.Format == "date-time":
		return refType{Before: "time"}
	case len(s.Type) == 0:
		return refType{Before: "any JSON"}
	default:
		return refType{Before: strings.Join(s.Type, " or ")}
	}
}

// allowed tells the bounds of a value.
func allowed(s *openSchema) string {
	plain, _ := s.plain()
	var texts []string
	if len(plain.Enum) > 0 {
		names := make([]string, len(plain.Enum))
		for i, v := range plain.Enum {
			names[i] = fmt.Sprint(v)
		}
		texts = append(texts, strings.Join(names, ", "))
	}
	bounds := func(least, most *json.Number, of string) {
		switch {
		case least != nil && most != nil && *least == *most:
			texts = append(texts, least.String()+of)
		case least != nil && most != nil:
			texts = append(texts, least.String()+" to "+most.String()+of)
		case least != nil:
			texts = append(texts, "at least "+least.String()+of)
		case most != nil:
			texts = append(texts, "at most "+most.String()+of)
		}
	}
	bounds(plain.Minimum, plain.Maximum, "")
	bounds(plain.MinItems, plain.MaxItems, " items")
	bounds(nil, plain.MaxLength, " characters")
	if plain.Default != nil {
		texts = append(texts, fmt.Sprintf("default %v", plain.Default))
	}
	return strings.Join(texts, "; ")
}
