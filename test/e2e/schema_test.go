package e2e_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// schema is a JSON Schema (2020-12) as far as the program uses it.
type schema map[string]any

// judge holds one decoded value (json.Number for numbers) against schemas of one document.
type judge struct {
	root     map[string]any // where $ref points into
	problems []string
}

// jsonValue reads one JSON value, numbers kept as text.
func jsonValue(text []byte) (any, error) {
	d := json.NewDecoder(strings.NewReader(string(text)))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, err
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, errors.New("something follows the value")
	}
	return v, nil
}

// validate returns everything in which text does not fit s.
func validate(root map[string]any, s schema, text []byte) []string {
	v, err := jsonValue(text)
	if err != nil {
		return []string{"not JSON: " + err.Error()}
	}
	j := judge{root: root}
	j.check("$", s, v)
	return j.problems
}

func (j *judge) bad(at, format string, args ...any) {
	j.problems = append(j.problems, at+": "+fmt.Sprintf(format, args...))
}

// check applies every keyword. One that is not known is a problem, so that no rule is passed over.
func (j *judge) check(at string, s schema, v any) {
	for _, keyword := range slices.Sorted(maps.Keys(s)) {
		rule := s[keyword]
		switch keyword {
		case "$ref":
			j.check(at, j.resolve(rule), v)
		case "type":
			j.checkType(at, rule, v)
		case "enum":
			if !slices.ContainsFunc(list(rule), func(allowed any) bool { return fmt.Sprint(allowed) == fmt.Sprint(v) }) {
				j.bad(at, "%v is not one of %v", v, rule)
			}
		case "format":
			j.checkFormat(at, fmt.Sprint(rule), v)
		case "anyOf", "oneOf":
			j.checkAny(at, list(rule), v)
		case "properties", "required", "additionalProperties":
			// checkObject looks at them together.
		case "items", "minItems", "maxItems", "uniqueItems":
			j.checkList(at, keyword, rule, v)
		case "minimum", "maximum":
			j.checkBound(at, keyword, rule, v)
		case "minLength", "maxLength", "pattern":
			j.checkText(at, keyword, rule, v)
		case "$schema", "description", "title", "default", "examples", "contentEncoding", "contentMediaType", "readOnly", "writeOnly", "deprecated":
		default:
			j.bad(at, "the validator of this test does not know the keyword %q", keyword)
		}
	}
	if o, ok := v.(map[string]any); ok {
		j.checkObject(at, s, o)
	}
}

func list(v any) []any {
	l, _ := v.([]any)
	return l
}

func asSchema(v any) schema {
	m, _ := v.(map[string]any)
	return m
}

// resolve follows a reference within the document.
func (j *judge) resolve(ref any) schema {
	path, ok := strings.CutPrefix(fmt.Sprint(ref), "#/")
	var at any = j.root
	for part := range strings.SplitSeq(path, "/") {
		m, isMap := at.(map[string]any)
		if at, isMap = m[part], isMap && m[part] != nil; !isMap || !ok {
			return schema{"no such reference: " + fmt.Sprint(ref): true}
		}
	}
	return asSchema(at)
}

func (j *judge) checkType(at string, rule, v any) {
	types := list(rule)
	if types == nil {
		types = []any{rule}
	}
	if !slices.ContainsFunc(types, func(t any) bool { return isType(fmt.Sprint(t), v) }) {
		j.bad(at, "%.60v is not %v", v, rule)
	}
}

func isType(name string, v any) bool {
	switch t := v.(type) {
	case nil:
		return name == "null"
	case bool:
		return name == "boolean"
	case string:
		return name == "string"
	case []any:
		return name == "array"
	case map[string]any:
		return name == "object"
	case json.Number:
		f, err := t.Float64()
		return err == nil && (name == "number" || name == "integer" && f == math.Trunc(f))
	}
	return false
}

func (j *judge) checkFormat(at, format string, v any) {
	text, ok := v.(string)
	switch format {
	case "date-time":
		if at2, err := time.Parse(time.RFC3339Nano, text); ok && (err != nil || at2.Location() != time.UTC) {
			j.bad(at, "%q is no RFC 3339 time in UTC", text)
		}
	case "int32", "int64", "uint64", "double", "float", "uri", "binary":
	default:
		j.bad(at, "the validator of this test does not know the format %q", format)
	}
}

func (j *judge) checkAny(at string, schemas []any, v any) {
	var all []string
	for _, s := range schemas {
		one := judge{root: j.root}
		one.check(at, asSchema(s), v)
		if len(one.problems) == 0 {
			return
		}
		all = append(all, one.problems...)
	}
	j.bad(at, "fits none of %d forms: %s", len(schemas), strings.Join(all, "; "))
}

func (j *judge) checkObject(at string, s schema, o map[string]any) {
	for _, name := range list(s["required"]) {
		if _, ok := o[fmt.Sprint(name)]; !ok {
			j.bad(at, "the key %v is missing", name)
		}
	}
	properties := asSchema(s["properties"])
	for name, v := range o {
		if p, ok := properties[name]; ok {
			j.check(at+"."+name, asSchema(p), v)
			continue
		}
		switch more := s["additionalProperties"].(type) {
		case bool:
			if !more {
				j.bad(at, "the key %q is not in the document", name)
			}
		case map[string]any:
			j.check(at+"."+name, more, v)
		}
	}
}

func (j *judge) checkList(at, keyword string, rule, v any) {
	items, ok := v.([]any)
	if !ok {
		return
	}
	n, _ := strconv.Atoi(fmt.Sprint(rule))
	switch {
	case keyword == "items":
		for i, item := range items {
			j.check(at+"["+strconv.Itoa(i)+"]", asSchema(rule), item)
		}
	case keyword == "minItems" && len(items) < n, keyword == "maxItems" && len(items) > n:
		j.bad(at, "%d items, %s is %d", len(items), keyword, n)
	}
}

func (j *judge) checkBound(at, keyword string, rule, v any) {
	number, ok := v.(json.Number)
	bound, isNumber := rule.(json.Number)
	if !ok || !isNumber {
		return
	}
	got, _ := number.Float64()
	limit, _ := bound.Float64()
	if keyword == "minimum" && got < limit || keyword == "maximum" && got > limit {
		j.bad(at, "%v, %s is %v", number, keyword, bound)
	}
}

func (j *judge) checkText(at, keyword string, rule, v any) {
	text, ok := v.(string)
	if !ok {
		return
	}
	n, _ := strconv.Atoi(fmt.Sprint(rule))
	switch keyword {
	case "minLength":
		ok = utf8.RuneCountInString(text) >= n
	case "maxLength":
		ok = utf8.RuneCountInString(text) <= n
	default:
		pattern, err := regexp.Compile(fmt.Sprint(rule))
		ok = err == nil && pattern.MatchString(text)
	}
	if !ok {
		j.bad(at, "%.60q does not fit %s %v", text, keyword, rule)
	}
}

// TestValidatorRefuses shows that the validator of these tests can say no.
func TestValidatorRefuses(t *testing.T) {
	t.Parallel()
	root := map[string]any{"components": map[string]any{"name": map[string]any{"type": "string"}}}
	tests := []struct{ schema, good, bad string }{
		{`{"type":"integer","minimum":2}`, `2.0`, `1`},
		{`{"type":["string","null"],"format":"date-time"}`, `"2026-11-21T12:00:00.5Z"`, `"2026-11-21T12:00:00+01:00"`},
		{`{"type":"object","properties":{"a":{"$ref":"#/components/name"}},"required":["a"],"additionalProperties":false}`, `{"a":"x"}`, `{"a":1}`},
		{`{"type":"object","required":["a"]}`, `{"a":null}`, `{}`},
		{`{"type":"object","properties":{},"additionalProperties":false}`, `{}`, `{"a":1}`},
		{`{"type":"object","additionalProperties":{"type":"boolean"}}`, `{"a":true}`, `{"a":1}`},
		{`{"type":"array","items":{"enum":["a","b"]},"maxItems":2}`, `["a"]`, `["c"]`},
		{`{"anyOf":[{"type":"null"},{"type":"string","maxLength":1}]}`, `null`, `"ab"`},
		{`{"$ref":"#/components/name"}`, `"x"`, `{}`},
		{`{}`, `{"any":[1]}`, `{} {}`},
	}
	for _, tc := range tests {
		s, err := jsonValue([]byte(tc.schema))
		if err != nil {
			t.Fatal(err)
		}
		if problems := validate(root, asSchema(s), []byte(tc.good)); len(problems) > 0 {
			t.Errorf("%s: %s is refused: %v", tc.schema, tc.good, problems)
		}
		if problems := validate(root, asSchema(s), []byte(tc.bad)); len(problems) == 0 {
			t.Errorf("%s: %s is let through", tc.schema, tc.bad)
		}
	}
	for _, unknown := range []string{`{"not":{}}`, `{"$ref":"#/components/none"}`, `{"type":"string","format":"colour"}`} {
		s, err := jsonValue([]byte(unknown))
		if err != nil {
			t.Fatal(err)
		}
		if problems := validate(root, asSchema(s), []byte(`"x"`)); len(problems) == 0 {
			t.Errorf("%s is passed over", unknown)
		}
	}
}
