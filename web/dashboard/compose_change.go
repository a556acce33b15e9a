package dashboard

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/scheduler"
)

// changeEvent reads the changes that were made in the fields or in the JSON of a page and writes them into "set" and "data". page and b are what
// the fields showed.
func (d *dashboard) changeEvent(f *form, page *composePage, b basis) {
	var t scheduler.Trigger
	page.Form.overrides(&t)
	shown, err := b.edited(t.Override)
	if err != nil {
		return
	}
	if f.Values.Has("json") {
		f.takeJSON(shown, b)
	}
	var paths []string
	for name := range f.Values {
		if path, ok := strings.CutPrefix(name, fieldPrefix); ok {
			paths = append(paths, path)
		}
	}
	slices.Sort(paths)
	base, err := b.tree(b.seed, b.now)
	if err != nil {
		return
	}
	for _, path := range paths {
		f.takeField(path, shown, base)
	}
}

// wrongAt lists the messages about the field of one place.
func (f *form) wrongAt(name string) []string {
	var list []string
	for _, p := range f.Problems {
		if p.Field == name {
			list = append(list, p.Message)
		}
	}
	return list
}

// takeField notes what was done with one field.
func (f *form) takeField(path string, shown, base *payloads.Object) {
	before, ok := valueAt(shown, path)
	text := strings.ReplaceAll(f.Get(fieldPrefix+path), "\r\n", "\n")
	if !ok || text == printField(before) {
		return
	}
	v, err := readField(text, before)
	if err != nil {
		f.add(fieldPrefix+path, "%v", err)
		return
	}
	if first, has := valueAt(base, path); has && sameValue(first, v) {
		if rest := withoutPath(f.Get("set"), path); rest != strings.Join(lines(f.Get("set")), "\n") {
			f.Values.Set("set", rest)
			return
		}
	}
	set, ok := withAssignment(f.Get("set"), payloads.Assignment{Path: path, Value: v})
	if !ok {
		f.add(fieldPrefix+path, "cannot be written in a line; edit the body instead")
		return
	}
	f.Values.Set("set", set)
}

// takeJSON finds out what was changed in the JSON of the event.
func (f *form) takeJSON(shown *payloads.Object, b basis) {
	v, err := payloads.ParseValue([]byte(f.Get("json")))
	if err != nil {
		f.add("json", "is not JSON: %v", err)
		return
	}
	want, ok := v.(*payloads.Object)
	if !ok {
		f.add("json", "must be a JSON object; anything else can be sent as a body")
		return
	}
	if sameValue(shown, want) {
		return
	}
	base, err := b.tree(b.seed, b.now)
	if err != nil {
		return
	}
	diff := differ(base, want)
	var set []string
	for _, a := range diff.set {
		line, ok := printAssignment(a)
		if !ok {
			f.add("json", "the change at %s cannot be written in a line; edit the body instead", a.Path)
			return
		}
		set = append(set, line)
	}
	f.Values.Set("set", strings.Join(set, "\n"))
	f.Values.Del("data")
	if diff.data.Len() > 0 {
		f.Values.Set("data", indented(diff.data))
	}
}

// readField reads what a field was changed to; before is what it showed.
func readField(text string, before payloads.Value) (payloads.Value, error) {
	if _, ok := before.(string); ok {
		return text, nil
	}
	text = strings.TrimSpace(text)
	v, err := payloads.ParseValue([]byte(text))
	switch before.(type) {
	case bool:
		if _, ok := v.(bool); err == nil && (ok || v == nil) {
			return v, nil
		}
		return nil, errors.New("true, false or null is allowed; another type is set as JSON")
	case float64:
		if n, ok := v.(int64); err == nil && ok {
			return float64(n), nil // the platform prints this place as its language prints floats
		}
	case int, int64, json.Number:
	default: // null or empty: anything may come
		if err != nil {
			return text, nil //nolint:nilerr // what is no JSON is text
		}
		return v, nil
	}
	if err == nil && (v == nil || fieldKind(v) == kindNumber) {
		return v, nil
	}
	return nil, errors.New("a number or null is allowed; another type is set as JSON")
}

// valueAt finds the value at a path that PathKey and PathItem have made.
func valueAt(o *payloads.Object, path string) (payloads.Value, bool) {
	return findPath(o, "", path)
}

func findPath(v payloads.Value, at, path string) (payloads.Value, bool) {
	if at == path {
		return v, true
	}
	switch t := v.(type) {
	case *payloads.Object:
		if t == nil {
			return nil, false
		}
		for _, m := range t.Members() {
			if next := payloads.PathKey(at, m.Key); leads(next, path) {
				return findPath(m.Value, next, path)
			}
		}
	case payloads.Array:
		for i, e := range t {
			if next := payloads.PathItem(at, i); leads(next, path) {
				return findPath(e, next, path)
			}
		}
	}
	return nil, false
}

// leads reports whether a path is another one or leads to it.
func leads(to, path string) bool {
	rest, ok := strings.CutPrefix(path, to)
	return ok && (rest == "" || rest[0] == '.' || rest[0] == '[')
}

// indented prints a value for people who edit it.
func indented(v payloads.Value) string {
	text, err := payloads.JSON(v)
	var buf bytes.Buffer
	if err != nil || json.Indent(&buf, text, "", "  ") != nil {
		return ""
	}
	return buf.String()
}
