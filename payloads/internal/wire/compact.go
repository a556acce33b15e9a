package wire

import "github.com/annohook/annohook/payloads"

// PythonCompact prints v as Python's json.dumps does with separators (",", ":"): numbers, truth values and null as Python, no spaces. text
// appends a string with its quotes, because what is escaped differs between frameworks that print raw UTF-8. Errors are those of Python.
func PythonCompact(v payloads.Value, text func(dst []byte, s string) []byte) ([]byte, error) {
	return appendCompact(nil, v, text)
}

func appendCompact(dst []byte, v payloads.Value, text func(dst []byte, s string) []byte) ([]byte, error) {
	var err error
	switch t := v.(type) {
	case string:
		return text(dst, t), nil
	case payloads.Array:
		dst = append(dst, '[')
		for i, item := range t {
			if i > 0 {
				dst = append(dst, ',')
			}
			if dst, err = appendCompact(dst, item, text); err != nil {
				return nil, err
			}
		}
		return append(dst, ']'), nil
	case *payloads.Object:
		dst = append(dst, '{')
		for i, m := range t.Members() {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = append(text(dst, m.Key), ':')
			if dst, err = appendCompact(dst, m.Value, text); err != nil {
				return nil, err
			}
		}
		return append(dst, '}'), nil
	default:
		scalar, err := Python(v)
		return append(dst, scalar...), err
	}
}
