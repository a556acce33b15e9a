package datasaur

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/signature"
	"github.com/annohook/annohook/subscriptions"
)

// HeaderSignature carries the signature: 64 lower-case hex digits, nothing else.
const HeaderSignature = "X-Datasaur-Signature"

const scheme = "datasaur hmac-sha256"

// fields are the header fields of one profile, in the order of the wire: those before the signature, and those behind the subscription's.
// Connection comes last; closes is its default.
type fields struct {
	before, after payloads.Header
	closes        bool
}

// fields2023 are axios 1.x's on Node 20. Content-Length and Host, which are the sender's, come on either side of Accept-Encoding.
func fields2023() fields {
	return fields{
		before: payloads.H("Accept", "application/json, text/plain, */*", "Content-Type", "application/json", "User-Agent", "Datasaur"),
		after:  payloads.H("Accept-Encoding", "gzip, compress, deflate, br"),
	}
}

// fields2020 are axios 0.19's on the Node of its time.
func fields2020() fields {
	return fields{
		before: payloads.H("Accept", "application/json, text/plain, */*", "Content-Type", "application/json;charset=utf-8", "User-Agent", "Datasaur"),
		closes: true,
	}
}

// signer returns the Sign of one profile. Attempts do not differ: nothing in the header depends on time or chance.
func signer(f fields) func(payloads.Message, payloads.Stamp) (payloads.Signed, error) {
	return func(m payloads.Message, stamp payloads.Stamp) (payloads.Signed, error) {
		s := stamp.Subscription
		signed := payloads.Signed{Header: append(payloads.Header(nil), f.before...)}
		if s.Secret != "" || s.Quirk(quirkSignWithoutKey, false) {
			value := signature.HMACSHA256Hex([]byte(s.Secret), m.Body)
			signed.Header = append(signed.Header, payloads.Field{Name: HeaderSignature, Value: value})
			signed.Signature = &payloads.Signature{
				Scheme: scheme, Header: HeaderSignature, Body: true, KeyFingerprint: signature.Fingerprint(string(s.Secret)), Value: value,
			}
		}
		for _, h := range s.Headers {
			if !f.builtIn(h.Name, s) {
				signed.Header = signed.Header.With(payloads.Field{Name: h.Name, Value: h.Value})
			}
		}
		for _, h := range slices.Concat(f.after, payloads.H("Connection", f.connection(s))) {
			if signed.Header.Get(h.Name) == "" {
				signed.Header = append(signed.Header, h)
			}
		}
		return signed, nil
	}
}

// connection is the value of Connection for one subscription.
func (f fields) connection(s subscriptions.Subscription) string {
	if s.Quirk(quirkConnectionClose, f.closes) {
		return "close"
	}
	return "keep-alive"
}

// builtIn reports whether the field called name cannot be a subscription's own.
func (f fields) builtIn(name string, s subscriptions.Subscription) bool {
	if strings.EqualFold(name, HeaderSignature) {
		return true
	}
	if !s.Quirk(quirkFixedHeaders, false) {
		return false
	}
	return strings.EqualFold(name, "Connection") || slices.ContainsFunc(slices.Concat(f.before, f.after), func(h payloads.Field) bool {
		return strings.EqualFold(h.Name, name)
	})
}

// Errors of verify.
var (
	ErrNoSecret = errors.New("no secret to verify with")
	ErrFormat   = errors.New("the signature is not 64 lower-case hex digits")
)

// signatureDigits is the length of a signature.
const signatureDigits = 64

// verify does what a careful listener does: an exact comparison, in constant time, over the exact body. Nothing stops a replay but the
// timestamp inside the body, for which no bound is documented.
func verify(r payloads.Received, secret string, _ time.Time) ([]payloads.Step, error) {
	if secret == "" {
		return nil, ErrNoSecret
	}
	value := r.Header.Get(HeaderSignature)
	steps := []payloads.Step{
		{Name: "field " + HeaderSignature, Value: value},
		{Name: "signed string", Value: fmt.Sprintf("the body of %d bytes", len(r.Body))},
		{Name: "key", Value: signature.Fingerprint(secret)},
	}
	switch {
	case value == "":
		return steps, fmt.Errorf("%s: %w", HeaderSignature, signature.ErrMissing)
	case len(value) != signatureDigits || strings.Trim(value, "0123456789abcdef") != "":
		return steps, ErrFormat
	}
	want := signature.HMACSHA256Hex([]byte(secret), r.Body)
	steps = append(steps, payloads.Step{Name: "expected signature", Value: want})
	if !signature.Equal(value, want) {
		return steps, signature.ErrMismatch
	}
	return steps, nil
}
