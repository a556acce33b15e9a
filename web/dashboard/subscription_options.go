package dashboard

import (
	"bytes"
	"encoding/json"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/annohook/annohook/payloads"
)

// optionPrefix begins the names of fields that stand for one key of the scope or the options.
const optionPrefix = "opt."

// The kinds of options that have a field of their own; others are written as JSON.
const (
	optionString   = "string"
	optionInteger  = "integer"
	optionNumber   = "number"
	optionBoolean  = "boolean"
	optionDuration = "duration"
)

// optionPath is where an option lies in the input: "options.batch.window".
func optionPath(o payloads.Option) string { return o.In + "." + o.Name }

// optionField is the name of an option's field.
func optionField(o payloads.Option) string { return optionPrefix + optionPath(o) }

// ownField reports whether an option has a field of its own.
func ownField(o payloads.Option) bool {
	return slices.Contains([]string{optionString, optionInteger, optionNumber, optionBoolean, optionDuration}, o.Kind)
}

// fillOptions prints the object under in ("scope" or "options"): what has a field into that, the rest as JSON.
func fillOptions(v url.Values, p payloads.Platform, in string, raw json.RawMessage) {
	v.Set(in, string(raw))
	parsed, err := payloads.ParseValue(raw)
	object, ok := parsed.(*payloads.Object)
	if err != nil || !ok {
		return
	}
	taken := false
	for _, o := range p.Options {
		if o.In != in || !ownField(o) {
			continue
		}
		path := strings.Split(o.Name, ".")
		value, found := optionAt(object, path)
		if text, printed := optionText(o.Kind, value); found && printed {
			v.Set(optionField(o), text)
			dropOption(object, path)
			taken = true
		}
	}
	if !taken {
		return
	}
	v.Del(in)
	if rest, err := payloads.JSON(object); err == nil && object.Len() > 0 {
		v.Set(in, string(rest))
	}
}

func optionAt(o *payloads.Object, path []string) (payloads.Value, bool) {
	value, found := o.Get(path[0])
	if !found || len(path) == 1 {
		return value, found
	}
	inner, ok := value.(*payloads.Object)
	if !ok || inner == nil {
		return nil, false
	}
	return optionAt(inner, path[1:])
}

// dropOption deletes a key, and the objects on its path that are empty then.
func dropOption(o *payloads.Object, path []string) {
	value, _ := o.Get(path[0])
	if inner, ok := value.(*payloads.Object); ok && inner != nil && len(path) > 1 {
		dropOption(inner, path[1:])
		if inner.Len() > 0 {
			return
		}
	}
	o.Delete(path[0])
}

// putOption sets a key and makes the objects on its path; false where something else is in the way.
func putOption(o *payloads.Object, path []string, v payloads.Value) bool {
	if len(path) == 1 {
		o.Set(path[0], v)
		return true
	}
	value, found := o.Get(path[0])
	inner, ok := value.(*payloads.Object)
	if found && (!ok || inner == nil) {
		return false
	}
	if !found {
		inner = &payloads.Object{}
		o.Set(path[0], inner)
	}
	return putOption(inner, path[1:], v)
}

// optionText prints a value for its field; false for a value that the field could not give back.
func optionText(kind string, v payloads.Value) (string, bool) {
	switch t := v.(type) {
	case string:
		return t, (kind == optionString || kind == optionDuration) && t != "" && t == strings.TrimSpace(t)
	case bool:
		return strconv.FormatBool(t), kind == optionBoolean
	case int64:
		return strconv.FormatInt(t, 10), kind == optionInteger || kind == optionNumber
	default:
		return "", false
	}
}

// optionValue reads the text of a field; wrong says in words what is allowed.
func optionValue(kind, text string) (v payloads.Value, wrong string) {
	switch kind {
	case optionBoolean:
		on, err := strconv.ParseBool(text)
		if err != nil {
			return nil, "true or false is allowed"
		}
		return on, ""
	case optionInteger:
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return nil, "a whole number is required"
		}
		return n, ""
	case optionNumber:
		if n, err := strconv.ParseInt(text, 10, 64); err == nil {
			return n, ""
		}
		n, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return nil, "a number is required"
		}
		return n, ""
	default: // what a duration may be is the platform's to say
		return text, ""
	}
}

// options reads the object under in from its fields and the JSON beside them. An object that means the same as old is old, byte for byte.
func (f *form) options(p payloads.Platform, in string, old json.RawMessage) json.RawMessage {
	raw := f.object(in)
	object := &payloads.Object{}
	if parsed, err := payloads.ParseValue(raw); err == nil {
		object, _ = parsed.(*payloads.Object)
	} else if raw != nil {
		f.add(in, "must not name a key twice") // the syntax was found right before
		return raw
	}
	given := false
	for _, o := range p.Options {
		text := f.text(optionField(o))
		if o.In != in || !ownField(o) || text == "" {
			continue
		}
		given = true
		path := strings.Split(o.Name, ".")
		value, wrong := optionValue(o.Kind, text)
		_, twice := optionAt(object, path)
		switch {
		case wrong != "":
			f.add(optionPath(o), "%s", wrong)
		case twice, !putOption(object, path, value):
			f.add(optionPath(o), "stands in the JSON too; give it once")
		}
	}
	if given {
		text, err := payloads.JSON(object)
		if err != nil {
			f.add(in, "cannot be written as JSON")
		}
		raw = text
	}
	if sameJSON(raw, old) {
		return old
	}
	return raw
}

// sameJSON reports whether two texts are the same value, whatever the order of keys.
func sameJSON(a, b json.RawMessage) bool {
	var one, two any
	if len(a) == 0 || len(b) == 0 || decodeExact(a, &one) != nil || decodeExact(b, &two) != nil {
		return len(a) == len(b) && bytes.Equal(a, b)
	}
	return reflect.DeepEqual(one, two)
}

func decodeExact(text []byte, v *any) error {
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	return dec.Decode(v)
}
