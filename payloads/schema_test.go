package payloads_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/annohook/annohook/payloads"
)

func TestSchemaOf(t *testing.T) {
	t.Parallel()
	const dialect = `"$schema":"https://json-schema.org/draft/2020-12/schema"`
	tests := []struct{ name, example, want string }{
		{"text", `"x"`, `{` + dialect + `,"type":"string"}`},
		{"whole number", `3`, `{` + dialect + `,"type":"integer"}`},
		{"broken number", `3.0`, `{` + dialect + `,"type":"number"}`},
		{"big number", `123456789012345678901234567890`, `{` + dialect + `,"type":"integer"}`},
		{"boolean", `true`, `{` + dialect + `,"type":"boolean"}`},
		{"null alone says nothing", `null`, `{` + dialect + `}`},
		{"empty list", `[]`, `{` + dialect + `,"type":"array"}`},
		{"empty object", `{}`, `{` + dialect + `,"type":"object","properties":{}}`},
		{
			"order and required", `{"b":1,"a":{"c":null}}`,
			`{` + dialect + `,"type":"object","properties":{"b":{"type":"integer"},"a":{"type":"object","properties":{"c":{}},"required":["c"]}},"required":["b","a"]}`,
		},
		{"elements together", `[1,null,2.5]`, `{` + dialect + `,"type":"array","items":{"type":["number","null"]}}`},
		{"mixed elements", `["a",{"k":1},[true]]`, `{` + dialect + `,"type":"array","items":{"type":["object","array","string"],"properties":{"k":{"type":"integer"}},"required":["k"],"items":{"type":"boolean"}}}`},
		{
			"objects of a list", `[{"a":1,"b":null},{"b":"x","c":2}]`,
			`{` + dialect + `,"type":"array","items":{"type":"object","properties":{"a":{"type":"integer"},"b":{"type":["string","null"]},"c":{"type":"integer"}},"required":["b"]}}`,
		},
		{"nulls only", `[null,null]`, `{` + dialect + `,"type":"array","items":{}}`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			example, err := payloads.ParseValue([]byte(test.example))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(text(t, payloads.SchemaOf(example)), test.want); diff != "" {
				t.Errorf("(-got +want):\n%s", diff)
			}
		})
	}
}

func TestSchemaOfNumbersByDigits(t *testing.T) {
	t.Parallel()
	got, _ := payloads.SchemaOf(json.Number("1e3")).Get("type")
	if got != "number" {
		t.Errorf("got %v, want number", got)
	}
}
