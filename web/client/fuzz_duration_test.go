package client_test

import (
	"testing"

	"github.com/annohook/annohook/web/client"
)

// FuzzDuration wants what was read to be printed as something that reads as the same.
func FuzzDuration(f *testing.F) {
	for _, text := range []string{"20s", "1.5s", "1m30s", "-0s", "-1h", "2562047h47m16.854775807s", "-2562047h47m16.854775808s", "1ns", "0.1us", "1µs", "1", "", "1e3s", ".s"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var d, again client.Duration
		if d.UnmarshalText([]byte(text)) != nil {
			return
		}
		printed, err := d.MarshalText()
		if err != nil {
			t.Fatal(err)
		}
		if err := again.UnmarshalText(printed); err != nil || again != d {
			t.Fatalf("%q is printed as %s, which reads as %v, %v", text, printed, again, err)
		}
	})
}
