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

// FuzzWorld gives every action of p worlds that a stranger, an older program or a damaged store has left, beside each one that an action leaves
// on a fresh world. Each is refused or worked with: nothing panics, what is worked with becomes a world again, and builders print all that
// it raises.
func FuzzWorld(f *testing.F, p payloads.Platform, worlds ...string) {
	for _, a := range p.Actions {
		in, ok := inputOf(a, func(format string, args ...any) { f.Fatalf(format, args...) })
		if e, err := a.Do(in); ok && err == nil {
			f.Add(e.World, uint64(Seed))
		}
	}
	for _, text := range append(worlds, `null`, `{}`, `[]`) {
		f.Add([]byte(text), uint64(Seed))
	}
	f.Fuzz(func(t *testing.T, world []byte, seed uint64) {
		_, _ = p.Inspect(world) // refused or not
		for _, a := range p.Actions {
			params, _ := a.Check(nil)
			in := payloads.ActionInput{World: world, Params: params, Seed: seed, Now: Now()}
			e, err := a.Do(in)
			if err != nil {
				continue
			}
			if !settles(e) {
				t.Errorf("%s has no result, or a world or subject that is no JSON", a.Name)
			}
			if _, err := p.Inspect(e.World); err != nil {
				t.Errorf("%s leaves a world that cannot be inspected: %v", a.Name, err)
			}
			for _, err := range showRaised(p, e, in) {
				t.Errorf("%s: %v", a.Name, err)
			}
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
