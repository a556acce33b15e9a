package wire

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/annohook/annohook/payloads"
)

// Errors of every printer.
var (
	// ErrNotFinite reports a NaN or an infinity, which JSON cannot carry.
	ErrNotFinite = errors.New("number is not finite")
	// ErrBadNumber reports a json.Number that is no JSON number, or one too large for a language that has only doubles.
	ErrBadNumber = errors.New("not a JSON number")
	// ErrBadType reports a Go type that payloads.Value does not list.
	ErrBadType = errors.New("type is no JSON value")
	// ErrTooDeep reports nesting beyond MaxDepth.
	ErrTooDeep = errors.New("nested too deep")
)

// MaxDepth bounds the nesting of a printed value: what a user may send (payloads.MaxDepth) put anywhere into what a builder makes.
const MaxDepth = 2 * payloads.MaxDepth

// sizeHint is the capacity in bytes a printer starts with; most bodies are between 200 bytes and 4 kB.
const sizeHint = 1024

// printer is one language's way with JSON. Its functions append to dst and return the longer slice.
type printer struct {
	comma, colon string
	text         func(dst []byte, s string) []byte
	float        func(dst []byte, f float64) []byte
	integer      func(dst []byte, i int64) []byte
	big          func(dst []byte, digits string) ([]byte, error) // an integer of any size, already checked
	order        func([]payloads.Member) []payloads.Member       // nil: the order of insertion
}

func (p *printer) print(v payloads.Value) ([]byte, error) {
	return p.value(make([]byte, 0, sizeHint), v, 0)
}

func (p *printer) value(dst []byte, v payloads.Value, depth int) ([]byte, error) {
	if depth > MaxDepth {
		return nil, fmt.Errorf("%w: more than %d levels", ErrTooDeep, MaxDepth)
	}
	switch t := v.(type) {
	case nil:
		return append(dst, "null"...), nil
	case bool:
		return strconv.AppendBool(dst, t), nil
	case string:
		return p.text(dst, t), nil
	case int:
		return p.integer(dst, int64(t)), nil
	case int64:
		return p.integer(dst, t), nil
	case float64:
		return p.double(dst, t)
	case json.Number:
		return p.number(dst, string(t))
	case payloads.Array:
		return p.array(dst, t, depth)
	case *payloads.Object:
		if t == nil {
			return append(dst, "null"...), nil
		}
		return p.object(dst, t, depth)
	default:
		return nil, fmt.Errorf("%w: %T", ErrBadType, v)
	}
}

func (p *printer) array(dst []byte, list payloads.Array, depth int) ([]byte, error) {
	dst = append(dst, '[')
	var err error
	for i, v := range list {
		if i > 0 {
			dst = append(dst, p.comma...)
		}
		if dst, err = p.value(dst, v, depth+1); err != nil {
			return nil, fmt.Errorf("[%d]: %w", i, err)
		}
	}
	return append(dst, ']'), nil
}

func (p *printer) object(dst []byte, o *payloads.Object, depth int) ([]byte, error) {
	members := o.Members()
	if p.order != nil {
		members = p.order(members)
	}
	dst = append(dst, '{')
	var err error
	for i := range members {
		if i > 0 {
			dst = append(dst, p.comma...)
		}
		dst = p.text(dst, members[i].Key)
		dst = append(dst, p.colon...)
		if dst, err = p.value(dst, members[i].Value, depth+1); err != nil {
			return nil, fmt.Errorf("%q: %w", members[i].Key, err)
		}
	}
	return append(dst, '}'), nil
}

func (p *printer) double(dst []byte, f float64) ([]byte, error) {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return nil, ErrNotFinite
	}
	return p.float(dst, f), nil
}

// number prints a json.Number: digits alone as the language prints an integer of that size, anything else as a double.
func (p *printer) number(dst []byte, n string) ([]byte, error) {
	if !isNumber(n) {
		return nil, fmt.Errorf("%w: %.40q", ErrBadNumber, n)
	}
	if !strings.ContainsAny(n, ".eE") {
		if i, err := strconv.ParseInt(n, 10, 64); err == nil {
			return p.integer(dst, i), nil
		}
		return p.big(dst, n)
	}
	f, err := strconv.ParseFloat(n, 64)
	if err != nil {
		return nil, fmt.Errorf("%w: %.40q is out of range", ErrBadNumber, n)
	}
	return p.float(dst, f), nil
}

// isNumber reports whether n follows the number grammar of RFC 8259.
func isNumber(n string) bool {
	n = strings.TrimPrefix(n, "-")
	rest := strings.TrimLeft(n, "0123456789")
	whole := n[:len(n)-len(rest)]
	if whole == "" || (len(whole) > 1 && whole[0] == '0') {
		return false
	}
	if fraction, ok := strings.CutPrefix(rest, "."); ok {
		rest = strings.TrimLeft(fraction, "0123456789")
		if len(rest) == len(fraction) {
			return false
		}
	}
	if rest == "" {
		return true
	}
	if rest[0] != 'e' && rest[0] != 'E' {
		return false
	}
	exponent := rest[1:]
	if exponent != "" && (exponent[0] == '+' || exponent[0] == '-') {
		exponent = exponent[1:]
	}
	return exponent != "" && strings.Trim(exponent, "0123456789") == ""
}

func appendInteger(dst []byte, i int64) []byte { return strconv.AppendInt(dst, i, 10) }

func appendBig(dst []byte, digits string) ([]byte, error) { return append(dst, digits...), nil }
