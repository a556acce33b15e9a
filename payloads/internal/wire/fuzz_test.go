package wire_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/annohook/annohook/payloads"
)

// FuzzPrinters checks for every printer that what it prints is JSON and says what the value said.
func FuzzPrinters(f *testing.F) {
	for _, seed := range []string{
		`null`, `{"a":[1,1.5,-0.0,"é\u2028\ud83d\ude00"],"1":{}}`, `9007199254740993`, `1e-7`, `1e22`, `"\u0000\u007f\\\""`, `[[[]]]`,
		`123456789012345678901234567890`, `5e-324`, `"\ud800"`,
		`1` + strings.Repeat("0", 309),
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		value, err := payloads.ParseValue(text)
		if err != nil {
			return
		}
		for name, printer := range printers() {
			body, err := printer(value)
			if err != nil {
				continue // an integer beyond the doubles, in JavaScript
			}
			again, err := printer(value)
			if err != nil || !bytes.Equal(body, again) {
				t.Fatalf("%s printed two things: %s and %s (%v)", name, body, again, err)
			}
			// encoding/json is the judge of meaning: numbers as doubles, as JavaScript can keep no more.
			var got, want any
			if !json.Valid(body) {
				t.Fatalf("%s printed no JSON: %s", name, body)
			}
			if err := json.Unmarshal(text, &want); err != nil {
				continue // a number beyond the doubles, which Python and Java keep
			}
			if err := json.Unmarshal(body, &got); err != nil {
				t.Fatalf("%s printed what cannot be read: %v\n%s", name, err, body)
			}
			if diff := cmp.Diff(got, want); diff != "" {
				t.Fatalf("%s changed the value (-got +want):\n%s\n%s", name, diff, body)
			}
		}
	})
}

// FuzzText checks that any string of bytes, valid or not, prints as JSON text.
func FuzzText(f *testing.F) {
	f.Add("plain")
	f.Add("\xff\xc3(\xed\xa0\x80\xf0\x9f")
	f.Add("\u2028\x00😀")
	f.Fuzz(func(t *testing.T, s string) {
		for name, printer := range printers() {
			body, err := printer(s)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			var got string
			if err := json.Unmarshal(body, &got); err != nil {
				t.Fatalf("%s printed %q: %v", name, body, err)
			}
			if want := string([]rune(s)); got != want {
				t.Fatalf("%s: got %q, want %q", name, got, want)
			}
		}
	})
}
