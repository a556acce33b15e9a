package payloads

import (
	"net/http"

	"github.com/annohook/annohook/subscriptions"
)

// Header is an ordered list of header fields in the exact spelling of the platform. Order is kept in records but not promised on the wire.
type Header []Field

// Field is one header field.
type Field struct {
	Name, Value string
	// Secret marks a value that must be masked wherever the request is shown.
	Secret bool
}

// H builds a header from alternating names and values.
func H(pairs ...string) Header {
	h := make(Header, 0, len(pairs)/2)
	for i := 0; i+1 < len(pairs); i += 2 {
		h = append(h, Field{Name: pairs[i], Value: pairs[i+1]})
	}
	return h
}

// Get returns the value of name, compared without regard to case, or "".
func (h Header) Get(name string) string {
	for _, f := range h {
		if http.CanonicalHeaderKey(f.Name) == http.CanonicalHeaderKey(name) {
			return f.Value
		}
	}
	return ""
}

// With returns a copy in which f replaces the field of that name in its place, whatever its case, or stands at the end.
func (h Header) With(f Field) Header {
	out := append(Header(nil), h...)
	for i := range out {
		if http.CanonicalHeaderKey(out[i].Name) == http.CanonicalHeaderKey(f.Name) {
			out[i] = f
			return out
		}
	}
	return append(out, f)
}

// Masked returns a copy as it may be shown: with stars for values that are marked as secret, and for those that are credentials by their
// field's name, whoever put them there.
func (h Header) Masked() Header {
	masked := make(Header, len(h))
	for i, f := range h {
		masked[i] = f.Masked()
	}
	return masked
}

// Masked is the field as it may be shown.
func (f Field) Masked() Field {
	if f.Hidden() {
		f.Value = subscriptions.Masked
	}
	return f
}

// Hidden reports whether Masked puts stars in the place of the value.
func (f Field) Hidden() bool { return f.Value != "" && (f.Secret || subscriptions.Credential(f.Name)) }
