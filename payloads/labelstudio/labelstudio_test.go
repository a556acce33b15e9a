package labelstudio_test

import (
	"slices"
	"testing"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/labelstudio"
	"github.com/annohook/annohook/payloads/payloadtest"
)

// bulk is the variant that is too big for golden files and for checks that build hundreds of events; TestBulkImport looks at it.
const bulk = "import-12000"

// platform returns one profile.
func platform(t testing.TB, profile string) payloads.Platform {
	t.Helper()
	for _, p := range labelstudio.Platforms() {
		if p.Profile == profile {
			return p
		}
	}
	t.Fatalf("no profile %s", profile)
	return payloads.Platform{}
}

// small returns p without its bulk variant.
func small(p payloads.Platform) payloads.Platform {
	p.Events = slices.Clone(p.Events)
	for i, e := range p.Events {
		p.Events[i].Variants = slices.DeleteFunc(slices.Clone(e.Variants), func(v payloads.Variant) bool { return v.Name == bulk })
	}
	return p
}

func TestPlatforms(t *testing.T) {
	t.Parallel()
	for _, p := range labelstudio.Platforms() {
		t.Run(p.Profile, func(t *testing.T) {
			t.Parallel()
			payloadtest.Run(t, small(p))
		})
	}
}

func BenchmarkCompose(b *testing.B) {
	for _, p := range labelstudio.Platforms() {
		b.Run(p.Profile, func(b *testing.B) { payloadtest.Benchmark(b, p) })
	}
}
