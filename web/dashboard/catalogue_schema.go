package dashboard

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/annohook/annohook/payloads"
)

// schemaRow is one key of a body.
type schemaRow struct {
	Depth    int    // from 0, at most maxSchemaDepth
	Name     string // with [] behind it for a list of objects
	Type     string
	Required bool
	Example  string // a short value; empty for what holds others, and where the example has none
}

// Bounds of the list of keys.
const (
	maxSchemaRows  = 400
	maxSchemaDepth = 9
	maxSample      = 60 // runes of an example value
)

// schemaRows lists the keys of a schema in its order beside the values of an example, with the schema as text; nil rows without a schema. more
// counts what is left out.
func schemaRows(schema *payloads.Object, example []byte) (rows []schemaRow, text string, more int, err error) {
	if schema == nil {
		return nil, "", 0, nil
	}
	v, err := payloads.ParseValue(example)
	if err != nil {
		return nil, "", 0, fmt.Errorf("read example: %w", err)
	}
	printed, err := payloads.JSON(schema)
	if err != nil {
		return nil, "", 0, err
	}
	l := &schemaLister{}
	l.list(schema, v, 0)
	return l.rows, pretty(printed), l.more, nil
}

type schemaLister struct {
	rows []schemaRow
	more int
}

// list walks a schema beside the first value that it describes.
func (l *schemaLister) list(schema *payloads.Object, v payloads.Value, depth int) {
	properties := schemaPart(schema, "properties")
	if properties == nil {
		if items := schemaPart(schema, "items"); items != nil {
			l.list(items, firstItem(v), depth)
		}
		return
	}
	required, _ := schema.Get("required")
	for _, m := range properties.Members() {
		below, ok := m.Value.(*payloads.Object)
		if !ok {
			continue
		}
		value, has := schemaValue(v, m.Key)
		row := schemaRow{Depth: min(depth, maxSchemaDepth), Name: m.Key, Type: typeText(below), Required: listHas(required, m.Key)}
		if has && schemaPart(below, "properties") == nil && !holdsObjects(below) {
			row.Example = sampleOf(value)
		}
		if len(l.rows) >= maxSchemaRows {
			l.more++
		} else {
			l.rows = append(l.rows, row)
		}
		l.list(below, value, depth+1)
	}
}

// holdsObjects reports a list whose items hold others.
func holdsObjects(schema *payloads.Object) bool {
	items := schemaPart(schema, "items")
	return items != nil && (schemaPart(items, "properties") != nil || holdsObjects(items))
}

// typeText is the type of a schema for people: "text or null", "list of object".
func typeText(schema *payloads.Object) string {
	v, ok := schema.Get("type")
	if !ok {
		return "any"
	}
	var names []string
	switch t := v.(type) {
	case string:
		names = []string{t}
	case payloads.Array:
		for _, item := range t {
			if name, ok := item.(string); ok {
				names = append(names, name)
			}
		}
	}
	for i, name := range names {
		if items := schemaPart(schema, "items"); name == "array" && items != nil {
			names[i] = "array of " + typeText(items)
		}
	}
	return strings.Join(names, " or ")
}

// schemaPart is a member that is an object; nil without it.
func schemaPart(o *payloads.Object, key string) *payloads.Object {
	v, _ := o.Get(key)
	below, _ := v.(*payloads.Object)
	return below
}

func listHas(list payloads.Value, name string) bool {
	items, _ := list.(payloads.Array)
	for _, item := range items {
		if item == name {
			return true
		}
	}
	return false
}

func firstItem(v payloads.Value) payloads.Value {
	if items, ok := v.(payloads.Array); ok && len(items) > 0 {
		return items[0]
	}
	return nil
}

func schemaValue(v payloads.Value, key string) (value payloads.Value, has bool) {
	o, ok := v.(*payloads.Object)
	if !ok {
		return nil, false
	}
	return o.Get(key)
}

// sampleOf prints a value in a few characters.
func sampleOf(v payloads.Value) string {
	switch t := v.(type) {
	case nil:
		return "null"
	case string:
		return cutSample(strconv.Quote(t))
	case json.Number:
		return t.String()
	default:
		text, err := payloads.JSON(v)
		if err != nil {
			return ""
		}
		return cutSample(string(text))
	}
}

func cutSample(text string) string {
	if r := []rune(text); len(r) > maxSample {
		return string(r[:maxSample]) + "…"
	}
	return text
}
