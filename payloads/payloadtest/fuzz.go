package payloadtest

import (
	"strings"
	"testing"
	"unicode"

	"github.com/annohook/annohook/payloads"
)

// Fuzz feeds Verify of p signature values and bodies that a stranger made. It must never panic, and may accept only a value that holds
// the right signature of that very body.
func Fuzz(f *testing.F, p payloads.Platform) {
	s := Subscription(p)
	m, err := first(p, s)
	if err != nil {
		f.Fatal(err)
	}
	signed, err := p.Sign(m, Stamp(s))
	if err != nil || signed.Signature == nil {
		f.Fatalf("not signed: %v", err)
	}
	field := signed.Signature.Header
	good := signed.Header.Get(field)
	for _, value := range []string{good, "", good[:len(good)/2], good + good, strings.ToUpper(good), "{}", "v1,", "\x00", strings.Repeat("=", 300)} {
		f.Add(value, m.Body)
	}
	f.Add(good, []byte(nil))
	f.Add(good, append([]byte(" "), m.Body...))
	f.Fuzz(func(t *testing.T, value string, body []byte) {
		r := Receive(payloads.Message{Method: m.Method, Body: body}, signed)
		r.Header.Set(field, value)
		if _, err := p.Verify(r, string(s.Secret), Stamp(s).Time); err != nil {
			return
		}
		right, err := p.Sign(payloads.Message{Method: m.Method, Body: body}, Stamp(s))
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(value, longestToken(right.Header.Get(field))) {
			t.Errorf("accepted %q for the body %q", value, body)
		}
	})
}

// longestToken returns the longest run of base64 or hex characters: the signature itself, without what surrounds it.
func longestToken(value string) string {
	tokens := strings.FieldsFunc(value, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("+/-_", r)
	})
	longest := ""
	for _, t := range tokens {
		if len(t) > len(longest) {
			longest = t
		}
	}
	return longest
}
