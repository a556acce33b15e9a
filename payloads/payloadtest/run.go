package payloadtest

import (
	"testing"

	"github.com/annohook/annohook/payloads"
)

// Run fails t for everything that is wrong with p: each check of [Examine] is a subtest, then the golden files of p's profile in the
// testdata folder of the calling package.
func Run(t *testing.T, p payloads.Platform) {
	t.Helper()
	if found := examine(p, check{"registry", checkRegistry}); len(found) > 0 {
		t.Fatalf("not fit for a registry: %s", found[0].Message)
	}
	for _, c := range checks() {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			for _, f := range examine(p, c) {
				t.Error(f.Message)
			}
		})
	}
	t.Run("golden", func(t *testing.T) {
		t.Parallel()
		checkGolden(t, p)
	})
}
