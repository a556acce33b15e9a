package history_test

import (
	"testing"

	"github.com/annohook/annohook/sender/history"
)

// FuzzParseRef wants what was read to be printed as something that reads as the same.
func FuzzParseRef(f *testing.F) {
	for _, text := range []string{"d:1:0", "d:0:7", ":1:0", "d:1", "d:1:0:0", "d:-1:0", "d:+1:0", "d:01:0", "d:1:99999999999999999999", "\xff:2:3", ""} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		r, err := history.ParseRef(text)
		if err != nil {
			if r != (history.Ref{}) {
				t.Fatalf("%q: %+v beside the error %v", text, r, err)
			}
			return
		}
		if r.Delivery == "" || r.Attempt < 0 || r.Generation < 0 {
			t.Fatalf("%q was accepted as %+v", text, r)
		}
		if again, err := history.ParseRef(r.String()); err != nil || again != r {
			t.Fatalf("%q became %+v, then %+v, %v", text, r, again, err)
		}
	})
}
