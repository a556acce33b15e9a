package redisstore

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/sender/history"
)

// object prints one JSON object, leaving out what is empty. Details and events are printed by it and not by encoding/json, which took an
// eighth of the program's CPU under load for their many small values; encoding/json reads them.
type object struct {
	out  []byte
	more bool // a member precedes the next
}

func (o *object) begin() { o.out, o.more = append(o.out, '{'), false }
func (o *object) end()   { o.out, o.more = append(o.out, '}'), true }

// name begins a member; names are ours and need no escapes.
func (o *object) name(name string) {
	if o.more {
		o.out = append(o.out, ',')
	}
	o.more = true
	o.out = append(append(append(o.out, '"'), name...), '"', ':')
}

// text is a member of plain text. Bytes that are no UTF-8 are replaced, as encoding/json would.
func (o *object) text(name, value string) {
	if value == "" {
		return
	}
	o.name(name)
	o.out = appendQuoted(o.out, strings.ToValidUTF8(value, "\uFFFD"))
}

// any is a member of any bytes.
func (o *object) any(name, value string) {
	if value == "" {
		return
	}
	o.name(name)
	o.out = appendBinary(o.out, value)
}

func (o *object) flag(name string, value bool) {
	if value {
		o.name(name)
		o.out = append(o.out, "true"...)
	}
}

func (o *object) number(name string, value int) {
	if value != 0 {
		o.name(name)
		o.out = strconv.AppendInt(o.out, int64(value), 10)
	}
}

func (o *object) seed(name string, value uint64) {
	o.name(name)
	o.out = strconv.AppendUint(o.out, value, 10)
}

func (o *object) time(name string, t time.Time) {
	if !t.IsZero() {
		o.name(name)
		o.out = append(t.AppendFormat(append(o.out, '"'), time.RFC3339Nano), '"')
	}
}

// bytes is a member that encoding/json reads into a slice; nil is left out, empty is not.
func (o *object) bytes(name string, value []byte) {
	if value != nil {
		o.name(name)
		o.out = append(base64.StdEncoding.AppendEncode(append(o.out, '"'), value), '"')
	}
}

func (o *object) header(name string, h payloads.Header) {
	if len(h) == 0 {
		return
	}
	o.name(name)
	o.out = append(o.out, '[')
	for i, f := range h {
		if i > 0 {
			o.out = append(o.out, ',')
		}
		o.out = appendBinary(append(o.out, '['), f.Name)
		o.out = appendBinary(append(o.out, ','), f.Value)
		if f.Secret {
			o.out = append(o.out, `,"s"`...)
		}
		o.out = append(o.out, ']')
	}
	o.out = append(o.out, ']')
}

func (o *object) exchange(name string, e *exchange) {
	if e == nil {
		return
	}
	o.name(name)
	o.begin()
	o.text("m", e.Method)
	o.any("u", string(e.URL))
	o.number("s", e.Status)
	o.header("h", e.fields)
	o.flag("n", e.NoHeader)
	o.any("b", string(e.Body))
	o.flag("e", e.NoBody)
	o.flag("t", e.Truncated)
	o.text("f", string(e.Failure))
	o.any("x", string(e.Message))
	o.end()
}

func (o *object) signature(name string, s *payloads.Signature) {
	if s == nil {
		return
	}
	o.name(name)
	o.begin()
	o.text("Scheme", s.Scheme)
	o.text("Header", s.Header)
	o.text("Prefix", s.Prefix)
	o.flag("Body", s.Body)
	o.text("KeyFingerprint", s.KeyFingerprint)
	o.text("Value", s.Value)
	o.end()
}

// appendDetail appends a detail as JSON.
func appendDetail(dst []byte, d detail) ([]byte, error) {
	o := &object{out: dst}
	o.begin()
	o.text("o", d.Outcome)
	o.any("w", string(d.Why))
	o.text("f", string(d.Failure))
	o.any("m", string(d.Message))
	o.exchange("q", d.Request)
	o.exchange("r", d.Reply)
	if len(d.Hops) > 0 {
		hops, err := json.Marshal(d.Hops)
		if err != nil {
			return nil, fmt.Errorf("redirects: %w", err)
		}
		o.name("h")
		o.out = append(o.out, hops...)
	}
	o.signature("s", d.Signature)
	o.end()
	return o.out, nil
}

// appendEvent appends an event as JSON, as it is read into storedEvent.
func appendEvent(dst []byte, e history.Event) []byte {
	o := &object{out: dst}
	o.begin()
	o.text("ID", e.ID)
	o.text("Platform", e.Platform)
	o.text("Profile", e.Profile)
	o.text("Type", e.Type)
	o.text("Variant", e.Variant)
	o.seed("Seed", e.Seed)
	o.seed("IDSeed", e.IDSeed)
	o.time("Now", e.Now)
	o.bytes("Data", e.Data)
	o.bytes("Set", e.Set)
	o.bytes("Body", e.Body)
	o.text("Action", e.Action)
	o.any("Subject", string(e.Subject))
	o.text("ReplayOf", e.ReplayOf)
	o.text("Trace", e.Trace)
	o.time("CreatedAt", e.CreatedAt)
	o.end()
	return o.out
}

// appendBinary appends a value of type binary.
func appendBinary(dst []byte, s string) []byte {
	if utf8.ValidString(s) {
		return appendQuoted(dst, s)
	}
	dst = base64.StdEncoding.AppendEncode(append(dst, '[', '"'), []byte(s))
	return append(dst, '"', ']')
}

// appendQuoted appends valid UTF-8 as a JSON string.
func appendQuoted(dst []byte, s string) []byte {
	const hex = "0123456789abcdef"
	dst = append(dst, '"')
	from := 0
	for i := range len(s) {
		c := s[i]
		if c >= ' ' && c != '"' && c != '\\' {
			continue
		}
		dst = append(dst, s[from:i]...)
		from = i + 1
		if c < ' ' {
			dst = append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		} else {
			dst = append(dst, '\\', c)
		}
	}
	return append(append(dst, s[from:]...), '"')
}
