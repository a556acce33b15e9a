package payloadtest

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/subscriptions"
)

// checkVerify wants verify to accept what sign made, with steps to show, and to refuse every flipped bit of the body, every other
// secret and a missing field.
func checkVerify(p payloads.Platform, bad report) {
	if p.Verify == nil {
		return
	}
	s := Subscription(p)
	for i, f := range forms(p) {
		list, err := messages(p, f.EventType, Build(s, f.variant))
		if err != nil {
			bad("%v: %v", f, err)
			continue
		}
		for _, m := range list {
			signed, err := p.Sign(m, Stamp(s))
			if err != nil || signed.Signature == nil {
				bad("%v: not signed, %v", f, err)
				continue
			}
			steps, err := p.Verify(Receive(m, signed), string(s.Secret), Stamp(s).Time)
			if err != nil || len(steps) == 0 {
				bad("%v: refused after %d steps: %v", f, len(steps), err)
			}
			stride := 97 // a sample of the bits, so that the whole catalogue stays cheap
			if i == 0 {
				stride = 1
			}
			checkTampered(p, f, m, signed, stride, bad)
		}
	}
}

func checkTampered(p payloads.Platform, f form, m payloads.Message, signed payloads.Signed, stride int, bad report) {
	secret, at := string(Subscription(p).Secret), Stamp(Subscription(p)).Time
	for bit := 0; signed.Signature.Body && bit < 8*len(m.Body); bit += stride {
		r := Receive(m, signed)
		r.Body[bit/8] ^= 1 << (bit % 8)
		if _, err := p.Verify(r, secret, at); err == nil {
			bad("%v: a body with bit %d flipped is accepted", f, bit)
		}
	}
	original := random64(0)
	for bit := 0; bit < 8*len(original); bit += stride {
		random := original
		random[bit/8] ^= 1 << (bit % 8)
		other := p.Secret.Generate(random)
		if other == secret {
			continue // the platform's secrets do not use this bit
		}
		if _, err := p.Verify(Receive(m, signed), other, at); err == nil {
			bad("%v: a secret with bit %d of its randomness flipped is accepted", f, bit)
		}
	}
	r := Receive(m, signed)
	r.Header.Del(signed.Signature.Header)
	if _, err := p.Verify(r, secret, at); err == nil {
		bad("%v: accepted without %s", f, signed.Signature.Header)
	}
}

// checkSecrecy wants no secret in anything that is shown: signatures, steps, errors, and no header field unless it is marked.
func checkSecrecy(p payloads.Platform, bad report) {
	if p.Verify == nil {
		return
	}
	s := Subscription(p)
	m, signed, ok := signFirst(p, s, bad)
	if !ok {
		return
	}
	if signed.Signature == nil {
		bad("not signed")
		return
	}
	leak := func(where, secret, shown string) {
		if strings.Contains(shown, secret) {
			bad("%s holds the secret", where)
		}
	}
	secret := string(s.Secret)
	leak("the signature", secret, fmt.Sprintf("%+v", *signed.Signature))
	for _, h := range signed.Header {
		if !h.Secret {
			leak("the field "+h.Name, secret, h.Value)
		}
	}
	leak("what verify says when it accepts", secret, said(p, Receive(m, signed), s))
	broken := Receive(m, signed)
	broken.Body = append(bytes.Clone(broken.Body), ' ')
	leak("a refusal of another body", secret, said(p, broken, s))
	broken.Header.Del(signed.Signature.Header)
	leak("a refusal of an unsigned request", secret, said(p, broken, s))
	for _, other := range []string{"Tr0ub4dor-and-3", "not base64 ☃ at all"} {
		s.Secret = subscriptions.Secret(other)
		if _, err := p.Sign(m, Stamp(s)); err != nil {
			leak("an error of sign", other, err.Error())
		}
		leak("a refusal with a wrong secret", other, said(p, Receive(m, signed), s))
	}
}

// said is all that verify shows about one request.
func said(p payloads.Platform, r payloads.Received, s subscriptions.Subscription) string {
	steps, err := p.Verify(r, string(s.Secret), Stamp(s).Time)
	return fmt.Sprintf("%+v %v", steps, err)
}
