package labelstudio

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/internal/wire"
)

// printCompact prints v as the REST framework prints its answers: no spaces, raw UTF-8 except the two line separators of Unicode.
func printCompact(v payloads.Value) ([]byte, error) { return wire.PythonCompact(v, appendText) }

func appendText(dst []byte, s string) []byte {
	dst = append(dst, '"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			dst = append(dst, '\\', byte(r))
		case r == '\n':
			dst = append(dst, `\n`...)
		case r == '\r':
			dst = append(dst, `\r`...)
		case r == '\t':
			dst = append(dst, `\t`...)
		case r == '\b':
			dst = append(dst, `\b`...)
		case r == '\f':
			dst = append(dst, `\f`...)
		case r < 0x20 || r == '\u2028' || r == '\u2029':
			dst = fmt.Appendf(dst, `\u%04x`, r)
		default:
			dst = append(dst, string(r)...)
		}
	}
	return append(dst, '"')
}

// pythonText is str(v) of the value that Python reads from JSON.
func pythonText(v payloads.Value) string {
	if s, ok := v.(string); ok {
		return s
	}
	return pythonRepr(v)
}

// pythonRepr is repr(v) of the value that Python reads from JSON.
func pythonRepr(v payloads.Value) string {
	switch t := v.(type) {
	case nil:
		return "None"
	case bool:
		if t {
			return "True"
		}
		return "False"
	case string:
		return reprText(t)
	case payloads.Array:
		parts := make([]string, len(t))
		for i, item := range t {
			parts[i] = pythonRepr(item)
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case *payloads.Object:
		parts := make([]string, 0, t.Len())
		for _, m := range t.Members() {
			parts = append(parts, reprText(m.Key)+": "+pythonRepr(m.Value))
		}
		return "{" + strings.Join(parts, ", ") + "}"
	default:
		text, err := wire.Python(v)
		if err != nil { // only an infinity is no JSON
			return strings.TrimPrefix(strings.ToLower(fmt.Sprint(v)), "+")
		}
		return string(text)
	}
}

// unprintable reports whether JSON cannot hold v, because there is an infinity in it.
func unprintable(v payloads.Value) bool {
	switch t := v.(type) {
	case float64:
		return math.IsInf(t, 0)
	case payloads.Array:
		return slices.ContainsFunc(t, unprintable)
	case *payloads.Object:
		return slices.ContainsFunc(t.Members(), func(m payloads.Member) bool { return unprintable(m.Value) })
	default:
		return false
	}
}

// reprText quotes as Python does: with single quotes, unless the text holds one and no double one.
func reprText(s string) string {
	quote := '\''
	if strings.Contains(s, "'") && !strings.Contains(s, `"`) {
		quote = '"'
	}
	var b strings.Builder
	b.WriteRune(quote)
	for _, r := range s {
		switch {
		case r == quote || r == '\\':
			b.WriteRune('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\r':
			b.WriteString(`\r`)
		case r == '\t':
			b.WriteString(`\t`)
		case r == ' ' || unicode.IsPrint(r):
			b.WriteRune(r)
		case r < 0x100:
			fmt.Fprintf(&b, `\x%02x`, r)
		case r < 0x10000:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			fmt.Fprintf(&b, `\U%08x`, r)
		}
	}
	b.WriteRune(quote)
	return b.String()
}

// pythonType is type(v).__name__ of the value that Python reads from JSON.
func pythonType(v payloads.Value) string {
	switch v.(type) {
	case nil:
		return "NoneType"
	case bool:
		return "bool"
	case string:
		return "str"
	case payloads.Array:
		return "list"
	case *payloads.Object:
		return "dict"
	case float64:
		return "float"
	case int, int64, json.Number:
		return "int"
	default:
		return "object"
	}
}
