package payloads

import (
	"encoding/json"
	"strings"
)

// schemaDialect is the JSON Schema version of what SchemaOf makes.
const schemaDialect = "https://json-schema.org/draft/2020-12/schema"

// SchemaOf describes examples as one JSON Schema (2020-12): types, properties in the order they come, every key of an object required.
// The examples are described together, and so are the elements of a list: a key that only some have is not required, and a value that is
// null in one and text in another has both types. Where there is nothing but null, or an empty list, anything is allowed.
func SchemaOf(examples ...Value) *Object {
	var s shape
	for _, v := range examples {
		s.learn(v)
	}
	schema := Obj("$schema", schemaDialect)
	for _, m := range s.schema().Members() {
		schema.Set(m.Key, m.Value)
	}
	return schema
}

// shape is what is known about the values seen at one place.
type shape struct {
	null, boolean, integer, number, text bool

	objects    int // how many of the values were objects
	keys       []string
	properties map[string]*property

	list  bool
	items *shape // nil: no element seen
}

type property struct {
	shape
	seen int // in how many objects
}

func (s *shape) learn(v Value) {
	switch t := v.(type) {
	case nil:
		s.null = true
	case bool:
		s.boolean = true
	case string:
		s.text = true
	case int, int64:
		s.integer = true
	case json.Number:
		s.integer = s.integer || !strings.ContainsAny(string(t), ".eE")
		s.number = s.number || strings.ContainsAny(string(t), ".eE")
	case float64:
		s.number = true
	case Array:
		s.list = true
		for _, item := range t {
			if s.items == nil {
				s.items = &shape{}
			}
			s.items.learn(item)
		}
	case *Object:
		s.learnObject(t)
	}
}

func (s *shape) learnObject(o *Object) {
	if o == nil {
		s.null = true
		return
	}
	if s.properties == nil {
		s.properties = map[string]*property{}
	}
	s.objects++
	for _, m := range o.members {
		p := s.properties[m.Key]
		if p == nil {
			p = &property{}
			s.properties[m.Key] = p
			s.keys = append(s.keys, m.Key)
		}
		p.seen++
		p.learn(m.Value)
	}
}

func (s *shape) schema() *Object {
	schema := &Object{}
	types := s.types()
	switch {
	case len(types) == 0 || len(types) == 1 && s.null:
		return schema // nothing but null seen: anything may come
	case len(types) == 1:
		schema.Set("type", types[0])
	default:
		schema.Set("type", types)
	}
	if s.objects > 0 {
		s.describeObject(schema)
	}
	if s.items != nil {
		schema.Set("items", s.items.schema())
	}
	return schema
}

func (s *shape) describeObject(schema *Object) {
	properties, required := &Object{}, Array{}
	for _, key := range s.keys {
		p := s.properties[key]
		properties.members = append(properties.members, Member{Key: key, Value: p.schema()})
		if p.seen == s.objects {
			required = append(required, key)
		}
	}
	schema.Set("properties", properties)
	if len(required) > 0 {
		schema.Set("required", required)
	}
}

// types lists the JSON types seen; a place that held whole and broken numbers is a number.
func (s *shape) types() Array {
	named := []struct {
		name string
		seen bool
	}{
		{"object", s.objects > 0},
		{"array", s.list},
		{"string", s.text},
		{"integer", s.integer && !s.number},
		{"number", s.number},
		{"boolean", s.boolean},
		{"null", s.null},
	}
	var types Array
	for _, t := range named {
		if t.seen {
			types = append(types, t.name)
		}
	}
	return types
}
