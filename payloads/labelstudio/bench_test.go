package labelstudio_test

import (
	"testing"

	"github.com/annohook/annohook/payloads"
)

// BenchmarkImport measures the largest import: the action itself, and one subscription's event.
func BenchmarkImport(b *testing.B) {
	b.Run("act", func(b *testing.B) {
		for b.Loop() {
			newPlayer(b).do("import-tasks", "count", 12_000)
		}
	})
	b.Run("build", func(b *testing.B) {
		p := newPlayer(b)
		raised := p.do("import-tasks", "count", 12_000).Raised[0]
		event, _ := p.p.Event(raised.Type)
		b.ReportAllocs()
		for b.Loop() {
			if _, err := event.Build(payloads.Build{Now: p.now(), Subject: raised.Subject}); err != nil {
				b.Fatal(err)
			}
		}
	})
}
