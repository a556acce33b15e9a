package argilla_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/annohook/annohook/payloads"
)

// The files are the examples of the page "Webhooks internal", with its slips repaired: the comma that dataset.updated lacks behind its
// fields, and the one too many in the example of the envelope.
func TestDocumentedExamples(t *testing.T) {
	for _, e := range platform().Events {
		if e.Key == "ping" {
			continue
		}
		t.Run(e.Key, func(t *testing.T) {
			data, err := os.ReadFile(filepath.Join("testdata", "captured", e.Key+".json"))
			if err != nil {
				t.Fatal(err)
			}
			want, err := payloads.ParseValue(data)
			if err != nil {
				t.Fatal(err)
			}
			for seed := range uint64(seeds) {
				got, err := payloads.ParseValue(compose(t, build(t, e.Key, "", seed, nil)))
				if err != nil {
					t.Fatal(err)
				}
				for _, wrong := range lacks("", got, want) {
					t.Errorf("seed %d: %s", seed, wrong)
				}
			}
		})
	}
}

// lacks says what got is missing of the example: keys, their order, types. Lists are compared place by place. Only what may be null may.
func lacks(path string, got, want payloads.Value) []string {
	if want == nil || got == nil && slices.Contains([]string{".data.user.last_name"}, path) {
		return nil
	}
	if g, w := fmt.Sprintf("%T", got), fmt.Sprintf("%T", want); g != w {
		return []string{fmt.Sprintf("%s is %s, not %s", path, g, w)}
	}
	var wrong []string
	switch w := want.(type) {
	case payloads.Array:
		g, _ := got.(payloads.Array)
		if len(g) < len(w) {
			return []string{fmt.Sprintf("%s has %d elements, not %d", path, len(g), len(w))}
		}
		for i := range w {
			wrong = append(wrong, lacks(fmt.Sprintf("%s[%d]", path, i), g[i], w[i])...)
		}
	case *payloads.Object:
		g, _ := got.(*payloads.Object)
		var common []string
		for _, key := range g.Keys() {
			if _, ok := w.Get(key); ok {
				common = append(common, key)
			}
		}
		if diff := cmp.Diff(common, w.Keys()); diff != "" {
			return []string{path + ": " + diff}
		}
		for _, m := range w.Members() {
			v, _ := g.Get(m.Key)
			wrong = append(wrong, lacks(path+"."+m.Key, v, m.Value)...)
		}
	}
	return wrong
}

func TestEnvelopeExample(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("testdata", "captured", "example.event.json"))
	if err != nil {
		t.Fatal(err)
	}
	want, err := payloads.ParseValue(data)
	if err != nil {
		t.Fatal(err)
	}
	example, ok := want.(*payloads.Object)
	if !ok {
		t.Fatal("no object")
	}
	for _, e := range platform().Events {
		if diff := cmp.Diff(build(t, e.Key, "", 1, nil).Keys(), example.Keys()); diff != "" {
			t.Errorf("%s: %s", e.Key, diff)
		}
	}
}
