package payloadtest

import (
	"testing"

	"github.com/annohook/annohook/payloads"
)

// Benchmark measures, for each event type of p, Build and Compose (and Join) of one event, with another seed each time.
func Benchmark(b *testing.B, p payloads.Platform) {
	s := Subscription(p)
	for _, f := range forms(p) {
		b.Run(f.String(), func(b *testing.B) {
			b.ReportAllocs()
			build := Build(s, f.variant)
			for b.Loop() {
				build.Seed++
				build.IDSeed++
				if _, err := messages(p, f.EventType, build); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// Allocations fails t where building and composing one event of p allocates more than most times.
func Allocations(t *testing.T, p payloads.Platform, most float64) {
	t.Helper()
	const rounds = 50
	s := Subscription(p)
	for _, f := range forms(p) {
		build := Build(s, f.variant)
		var failed error
		got := testing.AllocsPerRun(rounds, func() {
			build.Seed++
			if _, err := messages(p, f.EventType, build); err != nil {
				failed = err
			}
		})
		if failed != nil {
			t.Errorf("%v: %v", f, failed)
		}
		if got > most {
			t.Errorf("%v: %.0f allocations, want at most %.0f", f, got, most)
		}
	}
}
