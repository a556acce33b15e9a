package payloads

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// Value is one JSON value of an event before it becomes bytes. It is one of
//
//	nil                     null
//	bool                    true, false
//	string                  text
//	int, int64              a number that the platform prints without fraction
//	float64                 a number that the platform prints as its language prints floats (Python 1.0, JavaScript 1)
//	json.Number             a number kept digit by digit, for integers beyond 64 bits
//	Array                   a list
//	*Object                 an object whose keys keep the order in which they were added
//
// How a Value is printed belongs to the platform (package payloads/internal/wire); nothing else may turn one into request bytes.
type Value any

// Array is a JSON list.
type Array []Value

// Object is a JSON object that remembers the order of its keys. The zero value is an empty object ready to use. It is not safe for
// concurrent use while it is changed.
type Object struct {
	members []Member
	// places holds the place of each key once Set has met many of them; nil: not made, or not true any more. A stranger's body may hold a
	// hundred thousand, each of which would be compared with all before it.
	places map[string]int
}

// fewKeys is up to how many keys looking at each is quicker than a map.
const fewKeys = 32

// Member is one key of an Object with its value.
type Member struct {
	Key   string
	Value Value
}

// Obj builds an object from alternating keys and values: Obj("id", 1, "name", "a"). It is meant for literals in platform code; an odd
// count or a key that is no string is a programming error, which the object reports by holding the single key "!BADOBJECT".
func Obj(pairs ...any) *Object {
	o := &Object{members: make([]Member, 0, len(pairs)/2)}
	for i := 0; i+1 < len(pairs); i += 2 {
		key, ok := pairs[i].(string)
		if !ok {
			return &Object{members: []Member{{Key: "!BADOBJECT", Value: fmt.Sprint(pairs[i])}}}
		}
		o.members = append(o.members, Member{Key: key, Value: pairs[i+1]})
	}
	if len(pairs)%2 != 0 {
		return &Object{members: []Member{{Key: "!BADOBJECT", Value: "odd count"}}}
	}
	return o
}

// Len is the number of keys.
func (o *Object) Len() int { return len(o.members) }

// Members returns the keys and values in order. The slice belongs to the object and must not be changed.
func (o *Object) Members() []Member { return o.members }

// Get returns the value of key and whether the object has it.
func (o *Object) Get(key string) (Value, bool) {
	if i := o.index(key); i >= 0 {
		return o.members[i].Value, true
	}
	return nil, false
}

// Set replaces the value of key in its place, or adds the key at the end.
func (o *Object) Set(key string, v Value) {
	if i := o.index(key); i >= 0 {
		o.members[i].Value = v
		return
	}
	o.members = append(o.members, Member{Key: key, Value: v})
	switch last := len(o.members) - 1; {
	case o.places != nil:
		o.places[key] = last
	case last >= fewKeys:
		o.remember()
	}
}

// remember notes the place of each key; of equal ones, which only a literal can hold, the first.
func (o *Object) remember() {
	o.places = make(map[string]int, 2*len(o.members))
	for i, m := range slices.Backward(o.members) {
		o.places[m.Key] = i
	}
}

// InsertAfter puts key with v directly behind the key named after, or at the end when that key is absent. A key that the object already
// has is moved.
func (o *Object) InsertAfter(after, key string, v Value) {
	o.Delete(key)
	i := o.index(after)
	if i < 0 {
		o.Set(key, v)
		return
	}
	o.places = nil
	o.members = append(o.members, Member{})
	copy(o.members[i+2:], o.members[i+1:])
	o.members[i+1] = Member{Key: key, Value: v}
}

// Delete removes key; an absent key is no error.
func (o *Object) Delete(key string) {
	if i := o.index(key); i >= 0 {
		o.members = append(o.members[:i], o.members[i+1:]...)
		o.places = nil
	}
}

// Keys returns the keys in order.
func (o *Object) Keys() []string {
	keys := make([]string, len(o.members))
	for i, m := range o.members {
		keys[i] = m.Key
	}
	return keys
}

func (o *Object) index(key string) int {
	if o.places != nil {
		if i, ok := o.places[key]; ok {
			return i
		}
		return -1
	}
	for i := range o.members {
		if o.members[i].Key == key {
			return i
		}
	}
	return -1
}

// MarshalJSON prints the object as JSON prints it (see JSON).
func (o *Object) MarshalJSON() ([]byte, error) { return JSON(o) }

// JSON prints v as plain JSON in key order, for our own API and stores; ParseValue reads it back to an equal Value, the difference between 1
// and 1.0 included. A platform's wire form is never made this way.
func JSON(v Value) ([]byte, error) { return appendJSON(nil, v) }

func appendJSON(dst []byte, v Value) ([]byte, error) {
	switch t := v.(type) {
	case float64:
		return appendFloat(dst, t)
	case Array:
		dst = append(dst, '[')
		for i, item := range t {
			if i > 0 {
				dst = append(dst, ',')
			}
			var err error
			if dst, err = appendJSON(dst, item); err != nil {
				return nil, err
			}
		}
		return append(dst, ']'), nil
	case *Object:
		return appendObject(dst, t)
	default:
		text, err := json.Marshal(t)
		return append(dst, text...), err
	}
}

func appendObject(dst []byte, o *Object) ([]byte, error) {
	if o == nil {
		return append(dst, "null"...), nil
	}
	dst = append(dst, '{')
	for i, m := range o.members {
		if i > 0 {
			dst = append(dst, ',')
		}
		key, err := json.Marshal(m.Key)
		if err != nil {
			return nil, err
		}
		dst = append(append(dst, key...), ':')
		if dst, err = appendJSON(dst, m.Value); err != nil {
			return nil, err
		}
	}
	return append(dst, '}'), nil
}

func appendFloat(dst []byte, f float64) ([]byte, error) {
	text, err := json.Marshal(f)
	if err != nil {
		return nil, err
	}
	dst = append(dst, text...)
	if !bytes.ContainsAny(text, ".eE") {
		dst = append(dst, ".0"...)
	}
	return dst, nil
}

// MaxDepth bounds the nesting of JSON that ParseValue reads.
const MaxDepth = 200

// ErrDuplicateKey is returned by ParseValue for an object that names one key twice.
var ErrDuplicateKey = errors.New("duplicate key")

// ParseValue reads one JSON text into a Value, keeping key order and the difference between 1 and 1.0: a number with a fraction or an
// exponent becomes float64, any other int64, or json.Number where it does not fit. Duplicate keys, nesting beyond MaxDepth and trailing
// text are errors.
func ParseValue(data []byte) (Value, error) {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	v, err := parseValue(dec, 0)
	if err != nil {
		return nil, err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("text after the JSON value")
	}
	return v, nil
}

func parseValue(dec *json.Decoder, depth int) (Value, error) {
	if depth > MaxDepth {
		return nil, fmt.Errorf("nested deeper than %d levels", MaxDepth)
	}
	token, err := dec.Token()
	if err != nil {
		return nil, err
	}
	switch t := token.(type) {
	case json.Delim:
		if t == '[' {
			return parseArray(dec, depth)
		}
		return parseObject(dec, depth)
	case json.Number:
		return parseNumber(t)
	default:
		return t, nil
	}
}

func parseArray(dec *json.Decoder, depth int) (Value, error) {
	list := Array{}
	for dec.More() {
		v, err := parseValue(dec, depth+1)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	_, err := dec.Token()
	return list, err
}

func parseObject(dec *json.Decoder, depth int) (Value, error) {
	o := &Object{}
	seen := map[string]bool{}
	for dec.More() {
		token, err := dec.Token()
		if err != nil {
			return nil, err
		}
		key, _ := token.(string)
		if seen[key] {
			return nil, fmt.Errorf("%w %q", ErrDuplicateKey, key)
		}
		seen[key] = true
		v, err := parseValue(dec, depth+1)
		if err != nil {
			return nil, err
		}
		o.members = append(o.members, Member{Key: key, Value: v})
	}
	_, err := dec.Token()
	return o, err
}

func parseNumber(n json.Number) (Value, error) {
	if strings.ContainsAny(n.String(), ".eE") {
		f, err := n.Float64()
		if err != nil {
			return nil, fmt.Errorf("number %s is out of range", n)
		}
		return f, nil
	}
	if i, err := n.Int64(); err == nil {
		return i, nil
	}
	return n, nil
}
