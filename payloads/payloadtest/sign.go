package payloadtest

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"time"

	"golang.org/x/net/http/httpguts"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/subscriptions"
)

// checkHeaders wants a complete, valid header for every message, with the subscription's own fields among it.
func checkHeaders(p payloads.Platform, bad report) {
	s := Subscription(p)
	s.Headers = subscriptions.Headers{{Name: "X-Payloadtest", Value: "one two"}}
	for _, f := range forms(p) {
		list, err := messages(p, f.EventType, Build(s, f.variant))
		if err != nil {
			bad("%v: %v", f, err)
			continue
		}
		for _, m := range list {
			signed, err := p.Sign(m, Stamp(s))
			if err != nil {
				bad("%v: %v", f, err)
				continue
			}
			checkHeader(fmt.Sprint(f), signed.Header, bad)
			if got := signed.Header.Get("X-Payloadtest"); got != "one two" {
				bad("%v: the subscription's own header is sent as %q", f, got)
			}
		}
	}
}

// signFirst composes a first message for a subscription and signs it; what goes wrong is told.
func signFirst(p payloads.Platform, s subscriptions.Subscription, bad report) (m payloads.Message, signed payloads.Signed, ok bool) {
	m, err := first(p, s)
	if err != nil {
		bad("%v", err)
		return m, signed, false
	}
	if signed, err = p.Sign(m, Stamp(s)); err != nil {
		bad("%v", err)
		return m, signed, false
	}
	return m, signed, true
}

// checkOwnSignature gives a subscription a field of the signature's name: nothing that is shown of the signature may then be untrue.
func checkOwnSignature(p payloads.Platform, bad report) {
	s := Subscription(p)
	m, signed, ok := signFirst(p, s, bad)
	if !ok || signed.Signature == nil {
		return
	}
	field := signed.Signature.Header
	s.Headers = subscriptions.Headers{{Name: strings.ToUpper(field), Value: "forged"}}
	if p.Check == nil || len(p.Check(s)) == 0 {
		bad("a subscription may have a field %s of its own, which is the signature's", field)
	}
	if got, err := p.Sign(m, Stamp(s)); err != nil || got.Header.Get(field) != signed.Header.Get(field) {
		bad("a subscription's own %s displaces the signature: %q, %v", field, got.Header.Get(field), err)
	}
}

func checkHeader(what string, h payloads.Header, bad report) {
	seen := map[string]bool{}
	for _, f := range h {
		name := http.CanonicalHeaderKey(f.Name)
		switch {
		case !httpguts.ValidHeaderFieldName(f.Name) || !httpguts.ValidHeaderFieldValue(f.Value):
			bad("%s: the field %q is not valid", what, f.Name)
		case name == "Host" || name == "Content-Length":
			bad("%s: %s belongs to the sender", what, f.Name)
		case seen[name]:
			bad("%s: %s occurs twice", what, f.Name)
		}
		seen[name] = true
	}
	if h.Get("Content-Type") == "" {
		bad("%s: no content type", what)
	}
}

// checkSign wants a pure Sign: same stamp, same header; and a body that no attempt touches.
func checkSign(p payloads.Platform, bad report) {
	s := Subscription(p)
	m, err := first(p, s)
	if err != nil {
		bad("%v", err)
		return
	}
	body := bytes.Clone(m.Body)
	for attempt := 1; attempt <= 4; attempt++ {
		stamp := Stamp(s)
		stamp.Attempt, stamp.Random = attempt, random16(byte(attempt))
		stamp.Time = stamp.Time.Add(time.Duration(attempt) * time.Minute)
		one, err := p.Sign(m, stamp)
		if err != nil {
			bad("attempt %d: %v", attempt, err)
			return
		}
		if again, err := p.Sign(m, stamp); err != nil || fmt.Sprint(again.Header) != fmt.Sprint(one.Header) {
			bad("attempt %d: the same stamp gives two headers", attempt)
		}
		if !bytes.Equal(m.Body, body) {
			bad("attempt %d changes the body", attempt)
		}
		if p.Verify == nil {
			continue
		}
		if _, err := p.Verify(Receive(m, one), string(s.Secret), stamp.Time); err != nil {
			bad("attempt %d is refused: %v", attempt, err)
		}
	}
}

// checkUnsigned signs without a secret: no signature, no field that only a signature explains.
func checkUnsigned(p payloads.Platform, bad report) {
	s := Subscription(p)
	m, signed, ok := signFirst(p, s, bad)
	if !ok {
		return
	}
	if p.Verify == nil {
		if signed.Signature != nil {
			bad("a signature on a platform that signs nothing")
		}
		return
	}
	if p.Secret.Auto {
		return // there is no subscription without a secret
	}
	s.Secret = ""
	bare, err := p.Sign(m, Stamp(s))
	if err != nil {
		bad("without a secret: %v", err)
		return
	}
	if bare.Signature != nil {
		bad("a signature without a secret")
	}
	if signed.Signature != nil && bare.Header.Get(signed.Signature.Header) != "" {
		bad("the field %s is sent without a secret", signed.Signature.Header)
	}
	if _, err := p.Verify(Receive(m, bare), string(Subscription(p).Secret), Stamp(s).Time); err == nil {
		bad("verify accepts a request without a signature")
	}
}
