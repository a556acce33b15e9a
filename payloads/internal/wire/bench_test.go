package wire_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/annohook/annohook/payloads"
)

func BenchmarkPrinters(b *testing.B) {
	text, err := os.ReadFile(filepath.Join("testdata", "datasaur", "BEFORE_UPDATE_LABELS.json"))
	if err != nil {
		b.Fatal(err)
	}
	label, err := payloads.ParseValue(text)
	if err != nil {
		b.Fatal(err)
	}
	value := payloads.Array{label, label, label, label, 0.155, "é😀 and \"more\" text"}
	for name, printer := range printers() {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				body, err := printer(value)
				if err != nil {
					b.Fatal(err)
				}
				b.SetBytes(int64(len(body)))
			}
		})
	}
}
