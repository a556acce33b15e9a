package labelstudio

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/payloadtest"
)

// FuzzScanPython wants what was read to be printed as a text that reads as the same, and every refusal to have words.
func FuzzScanPython(f *testing.F) {
	for _, text := range payloadtest.PythonTexts() {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		v, err := scanPython(text)
		if err != nil {
			if err.Error() == "" || !utf8.ValidString(err.Error()) {
				t.Fatalf("%q: %q", text, err)
			}
			return
		}
		if unprintable(v) {
			return
		}
		once, err := printCompact(v)
		if err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		again, err := scanPython(once)
		if err != nil {
			t.Fatalf("%q is printed as %s: %v", text, once, err)
		}
		twice, err := printCompact(again)
		if err != nil || string(once) != string(twice) || pythonRepr(v) != pythonRepr(again) {
			t.Fatalf("%q is printed as %s, then %s, %v", text, once, twice, err)
		}
	})
}

// FuzzInterface wants a labeling interface either refused with words or kept as it was written, with what was read from it in its text.
func FuzzInterface(f *testing.F) {
	for _, text := range []string{
		`<View><Text name="t" value="$text"/><Choices name="c" toName="t"><Choice value="a"/><Choice value="a"/></Choices></View>`,
		`<View><Image name="i" value="$u"/><Label value="x"/><RectangleLabels name="r" toName="i,i"><Label value="é" background="&#38;"/></RectangleLabels></View>`,
		`<a/>`, `<a/><b/>`, `<a`, `<a><b></a>`, `<a name="n"/><!-- -->`, `<a name="n" name="n"/>`, `<x:a xmlns:x="y" x:name="n"/>`, `<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>`,
		`<a toName=""/>`, `<a name="n" toName="n" value="$"/>`, "\ufeff<a/>", `<?xml version="1.1" encoding="latin1"?><a/>`,
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, err := parseConfig(text)
		if err != nil {
			if err.Error() == "" || c.control != "" || len(c.labels) > 0 {
				t.Fatalf("%q: %+v beside the error %v", text, c, err)
			}
			return
		}
		if c.xml != text || (c.control == "") != (c.object == "") || c.control == "" && len(c.labels) > 0 {
			t.Fatalf("%q became %+v", text, c)
		}
		seen := map[string]bool{}
		for _, l := range c.labels {
			if l.value == "" || seen[l.value] {
				t.Fatalf("%q has the label %q twice, or empty", text, l.value)
			}
			seen[l.value] = true
		}
		if _, err := printCompact(c.parsed()); err != nil {
			t.Fatalf("%q: %v", text, err)
		}
	})
}

// keyed is a host of which only key and clock matter.
type keyed struct{ payloads.Host }

// Key returns the key that tokens are signed with.
func (keyed) Key() string { return "a key that nobody knows" }

// Now returns the moment at which tokens are read.
func (keyed) Now() time.Time { return time.Unix(1_795_281_862, 0).UTC() }

// FuzzToken changes a token: what holds says what was signed, letter by letter.
func FuzzToken(f *testing.F) {
	a := &api{host: keyed{}}
	good, err := mint(a.host.Key(), typeAccess, "1", a.host.Now(), accessLifetime, [16]byte{})
	if err != nil {
		f.Fatal(err)
	}
	open, err := mint("", typeAccess, "1", a.host.Now(), accessLifetime, [16]byte{})
	if err != nil {
		f.Fatal(err)
	}
	signed := good[:strings.LastIndex(good, ".")]
	const none = "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0" // {"alg":"none","typ":"JWT"}
	body := signed[strings.Index(signed, ".")+1:]
	for _, token := range []string{
		good, open, signed, signed + ".", none + "." + body + ".", good + "=", good + ".", "." + good, strings.ToUpper(good), strings.Replace(good, ".", "..", 1), " " + good,
		good[:len(good)-1] + "A", "e30.e30.e30", "..",
	} {
		f.Add(token)
	}
	f.Fuzz(func(t *testing.T, token string) {
		if !a.bearer(token) {
			if token == good {
				t.Fatal("a token of ours does not hold")
			}
			return
		}
		if len(token) != len(good) || !strings.HasPrefix(token, signed+".") {
			t.Fatalf("%q holds", token)
		}
	})
}
