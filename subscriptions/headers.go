package subscriptions

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Header is one header field with the spelling that goes on the wire.
type Header struct {
	Name, Value string
}

// Headers is an ordered list of header fields. Names are unique without regard to case. Its JSON form is an object in that order.
type Headers []Header

// Get returns the value of name, compared without regard to case, or "".
func (h Headers) Get(name string) string {
	for _, f := range h {
		if strings.EqualFold(f.Name, name) {
			return f.Value
		}
	}
	return ""
}

// Credential reports whether header fields of this name carry secrets by their nature. Everything that shows fields to people or programs asks
// here, so that no page, answer or export knows fewer names than another.
func Credential(name string) bool {
	name = strings.ToLower(name)
	switch name {
	case "authorization", "proxy-authorization", "cookie":
		return true
	}
	return slices.ContainsFunc([]string{"secret", "token", "password", "api-key", "apikey", "credential"}, func(part string) bool {
		return strings.Contains(name, part)
	})
}

// Masked returns a copy with stars for the values of credentials.
func (h Headers) Masked() Headers {
	masked := slices.Clone(h)
	for i, f := range masked {
		if f.Value != "" && Credential(f.Name) {
			masked[i].Value = Masked
		}
	}
	return masked
}

// MarshalJSON prints an object in the list's order; no headers are {}.
func (h Headers) MarshalJSON() ([]byte, error) {
	var buf bytes.Buffer
	buf.WriteByte('{')
	for i, f := range h {
		if i > 0 {
			buf.WriteByte(',')
		}
		name, err := json.Marshal(f.Name)
		if err != nil {
			return nil, err
		}
		value, err := json.Marshal(f.Value)
		if err != nil {
			return nil, err
		}
		buf.Write(name)
		buf.WriteByte(':')
		buf.Write(value)
	}
	buf.WriteByte('}')
	return buf.Bytes(), nil
}

// UnmarshalJSON reads an object of strings and keeps its order. A name given twice, in whatever case, is an error.
func (h *Headers) UnmarshalJSON(data []byte) error {
	dec := json.NewDecoder(bytes.NewReader(data))
	token, err := dec.Token()
	if err != nil {
		return err
	}
	if token == nil {
		*h = nil
		return nil
	}
	if token != json.Delim('{') {
		return errors.New("headers must be an object of strings")
	}
	var list Headers
	known := map[string]bool{} // by lower case: a stranger's list may be long
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return err
		}
		name, _ := key.(string)
		var value *string
		if err := dec.Decode(&value); err != nil || value == nil {
			return fmt.Errorf("header %q must be a string", name)
		}
		folded := strings.ToLower(name)
		if known[folded] {
			return fmt.Errorf("header %q is given twice", name)
		}
		known[folded] = true
		list = append(list, Header{Name: name, Value: *value})
	}
	*h = list
	return nil
}
