package dashboard

import (
	"encoding/json"
	"slices"
	"strings"
)

// openDocument is as much of an OpenAPI 3.1 document as the page shows.
type openDocument struct {
	Info struct {
		Title, Version, Description string
	}
	Paths      map[string]map[string]openOperation
	Components struct {
		Schemas map[string]*openSchema
	}
}

type openOperation struct {
	OperationID string `json:"operationId"`
	Summary     string
	Description string
	Tags        []string
	Parameters  []openParameter
	RequestBody *struct {
		Required bool
		Content  map[string]openMedia
	}
	Responses map[string]openResponse
	Security  []map[string][]string
}

type openParameter struct {
	Name, In, Description string
	Required              bool
	Schema                *openSchema
}

type openResponse struct {
	Description string
	Content     map[string]openMedia
	Headers     map[string]struct {
		Description string
		Schema      *openSchema
	}
}

type openMedia struct {
	Schema *openSchema
}

// openSchema is a JSON Schema.
type openSchema struct {
	Ref         string `json:"$ref"`
	Type        openTypes
	Format      string
	Description string
	Enum        []any
	Items       *openSchema
	Properties  map[string]*openSchema
	Required    []string
	AnyOf       []*openSchema
	Additional  json.RawMessage `json:"additionalProperties"`
	Minimum     *json.Number
	Maximum     *json.Number
	MinItems    *json.Number
	MaxItems    *json.Number
	MaxLength   *json.Number
	Default     any
}

// openTypes is the type of a schema, which is one text or a list of them.
type openTypes []string

// UnmarshalJSON reads both forms.
func (t *openTypes) UnmarshalJSON(text []byte) error {
	var one string
	if json.Unmarshal(text, &one) == nil {
		*t = openTypes{one}
		return nil
	}
	var list []string
	err := json.Unmarshal(text, &list)
	*t = list
	return err
}

// schemaPath is how a document names its own schemas.
const schemaPath = "#/components/schemas/"

// name is that of the schema referred to; empty where it stands here itself.
func (s *openSchema) name() string { return strings.TrimPrefix(s.Ref, schemaPath) }

// plain is the schema without the possibility to be null, and whether there is one.
func (s *openSchema) plain() (plain *openSchema, null bool) {
	for _, one := range s.AnyOf {
		if slices.Equal(one.Type, openTypes{"null"}) {
			null = true
		} else if plain == nil {
			plain = one
		}
	}
	if plain != nil {
		return plain, null
	}
	if i := slices.Index(s.Type, "null"); i >= 0 && len(s.Type) > 1 {
		without := *s
		without.Type = slices.Delete(slices.Clone(s.Type), i, i+1)
		return &without, true
	}
	return s, false
}

// values is the schema of the values of an object with any keys; nil for other schemas.
func (s *openSchema) values() *openSchema {
	if len(s.Properties) > 0 || len(s.Additional) == 0 || s.Additional[0] != '{' {
		return nil
	}
	below := &openSchema{}
	if json.Unmarshal(s.Additional, below) != nil {
		return nil
	}
	return below
}
