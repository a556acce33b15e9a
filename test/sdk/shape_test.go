package sdk_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
)

// difference is one thing in which two captures disagree. Its path is "step/hook/what".
type difference struct {
	Path string
	Real string
	Ours string
}

// String says what was expected and found.
func (d difference) String() string {
	return fmt.Sprintf("%s: real %s, ours %s", d.Path, d.Real, d.Ours)
}

// comparison collects differences.
type comparison struct {
	found []difference
}

// add notes a difference where two values print differently.
func (c *comparison) add(path string, theirs, ours any) {
	if a, b := fmt.Sprint(theirs), fmt.Sprint(ours); a != b {
		c.found = append(c.found, difference{path, a, b})
	}
}

// bodies compares two JSON texts: the way they are written, and the shape of the values. Nothing is compared where neither is JSON.
func (c *comparison) bodies(path, theirs, ours string) {
	a, errA := parse(theirs)
	b, errB := parse(ours)
	if errA != nil || errB != nil {
		c.add(path, kindOfText(theirs, errA), kindOfText(ours, errB))
		return
	}
	c.add(path+".style", style(theirs), style(ours))
	c.values(path, a, b)
}

func kindOfText(text string, err error) string {
	switch {
	case text == "":
		return "nothing"
	case err == nil:
		return "JSON"
	case text == aPage:
		return "a page"
	}
	return "no JSON"
}

// ordered is a JSON object with its keys in their order. Of a key that stands twice the last value counts, as in most readers.
type ordered struct {
	keys   []string
	values map[string]any
}

// parse reads one JSON text and keeps the order of keys and the text of numbers. It is not the reader of the program: the two could share a mistake.
func parse(text string) (any, error) {
	in := json.NewDecoder(strings.NewReader(text))
	in.UseNumber()
	v, err := parseValue(in)
	if err != nil {
		return nil, err
	}
	if _, err := in.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("more behind the value")
	}
	return v, nil
}

func parseValue(in *json.Decoder) (any, error) {
	token, err := in.Token()
	if err != nil {
		return nil, err
	}
	switch token {
	case json.Delim('['):
		list := []any{}
		for in.More() {
			item, err := parseValue(in)
			if err != nil {
				return nil, err
			}
			list = append(list, item)
		}
		_, err = in.Token()
		return list, err
	case json.Delim('{'):
		o := ordered{values: map[string]any{}}
		for in.More() {
			key, err := in.Token()
			if err != nil {
				return nil, err
			}
			name, _ := key.(string) // the decoder lets nothing else pass
			if o.values[name], err = parseValue(in); err != nil {
				return nil, err
			}
			o.keys = append(o.keys, name)
		}
		_, err = in.Token()
		return o, err
	}
	return token, nil
}

// values compares two values: type, keys and their order, and for some keys what they hold.
func (c *comparison) values(path string, theirs, ours any) {
	c.add(path+".type", shape(theirs), shape(ours))
	switch a := theirs.(type) {
	case ordered:
		if b, ok := ours.(ordered); ok {
			c.objects(path, a, b)
		}
	case []any:
		if b, ok := ours.([]any); ok {
			c.arrays(path, a, b)
		}
	default:
		if key := path[strings.LastIndexAny(path, "./")+1:]; equalValues(key, theirs) {
			c.add(path, theirs, ours)
		}
	}
}

func (c *comparison) objects(path string, theirs, ours ordered) {
	for _, key := range theirs.keys {
		if b, ok := ours.values[key]; ok {
			c.values(path+"."+key, theirs.values[key], b)
		} else {
			c.add(path+"."+key, "there", "missing")
		}
	}
	for _, key := range ours.keys {
		if _, ok := theirs.values[key]; !ok {
			c.add(path+"."+key, "missing", "there")
		}
	}
	common := func(o, other ordered) string {
		return strings.Join(slices.DeleteFunc(slices.Clone(o.keys), func(key string) bool {
			_, ok := other.values[key]
			return !ok
		}), " ")
	}
	c.add(path+".order", common(theirs, ours), common(ours, theirs))
}

func (c *comparison) arrays(path string, theirs, ours []any) {
	c.add(path+".length", len(theirs), len(ours))
	for i := range min(len(theirs), len(ours)) {
		c.values(path+".#", theirs[i], ours[i])
	}
}

var (
	dateTime = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?Z$`)
	uuidText = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)
)

// shape names the type of a value, finer than JSON does where a listener may be.
func shape(v any) string {
	switch t := v.(type) {
	case nil:
		return "null"
	case bool:
		return "boolean"
	case string:
		switch {
		case dateTime.MatchString(t):
			return "time"
		case uuidText.MatchString(t):
			return "uuid"
		}
		return "string"
	case ordered:
		return "object"
	case []any:
		return "array"
	}
	if strings.ContainsAny(fmt.Sprint(v), ".eE") {
		return "fraction"
	}
	return "integer"
}

// equalValues says whether a value must be the same on both sides: flags, counters, and what tells a listener or a client what happened.
func equalValues(key string, v any) bool {
	if _, flag := v.(bool); flag {
		return true
	}
	switch key {
	case "action", "result_count", "inner_id", "overlap", "status_code", "detail", "name", "description", "key", "type", "from_name", "to_name":
		return true
	}
	_, number := v.(json.Number)
	return number && (strings.HasSuffix(key, "_number") || strings.HasPrefix(key, "total_") || strings.HasSuffix(key, "_annotations"))
}

// style describes how a JSON text is written: what stands behind commas and colons, and what bytes and escapes it uses.
func style(text string) string {
	var marks []string
	mark := func(what string) {
		if !slices.Contains(marks, what) {
			marks = append(marks, what)
		}
	}
	quoted := false
	for i := 0; i < len(text); i++ {
		next := byte(0)
		if i+1 < len(text) {
			next = text[i+1]
		}
		switch b := text[i]; {
		case b >= 0x80:
			mark("raw UTF-8")
		case b == '\\' && quoted:
			if next == '/' || next == 'u' && strings.ToLower(text[i:min(i+6, len(text))]) != text[i:min(i+6, len(text))] {
				mark("escape " + text[i:min(i+6, len(text))])
			}
			i++
		case b == '"':
			quoted = !quoted
		case quoted:
		case b == ',' || b == ':':
			mark(fmt.Sprintf("%c then space: %v", b, next == ' '))
		case b == '\n' || b == '\t' || b == '\r':
			mark("white space")
		}
	}
	slices.Sort(marks)
	return strings.Join(marks, "; ")
}
