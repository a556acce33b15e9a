package payloadtest

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/annohook/annohook/payloads"
)

// Example is one example of a platform's documents and where it belongs in what we send.
type Example struct {
	File    string // below testdata/captured: one JSON value, as the documents print it
	Event   string // key of the event type
	Variant string // "" for the default one

	// Key is a top-level key of the body whose value, or whose first element where it is an array, is what the example shows; empty:
	// the example is the whole body.
	Key string
	// Nullable lists paths that may be null in ours although the example has a value. Array indexes are written [].
	Nullable []string
	// Open lists objects whose keys the annotator's own project decides: nothing inside them is compared.
	Open []string
	// Exact also refuses keys that the example does not have.
	Exact bool
	// Quirks of the subscription that the event is made for.
	Quirks map[string]bool
}

// exampleSeeds is how many events Documents compares with one example.
const exampleSeeds = 20

// Documents fails t unless every event that p makes has every key of the example, in the example's order and of the same JSON type. A
// null in the example allows any type; every element of an array of ours is compared with the first one of the example's.
func Documents(t *testing.T, p payloads.Platform, x Example) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "captured", x.File))
	if err != nil {
		t.Fatal(err)
	}
	want, err := payloads.ParseValue(data)
	if err != nil {
		t.Fatalf("%s: %v", x.File, err)
	}
	e, ok := p.Event(x.Event)
	if !ok {
		t.Fatalf("no event type %s", x.Event)
	}
	s := Subscription(p)
	s.Quirks = x.Quirks
	for seed := range uint64(exampleSeeds) {
		b := Build(s, x.Variant)
		b.Seed, b.IDSeed = seed, seed
		list, err := messages(p, e, b)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range list {
			for _, wrong := range x.Compare(m.Body, want) {
				t.Errorf("%s, seed %d: %s", x.File, seed, wrong)
			}
		}
		if t.Failed() {
			return
		}
	}
}

// Compare returns what body lacks against the example want, a line for each difference; nothing where body shows all of it. It reads no
// file: File, Event, Variant and Quirks do not count.
func (x Example) Compare(body []byte, want payloads.Value) []string {
	got, err := payloads.ParseValue(body)
	if err != nil {
		return []string{err.Error()}
	}
	if x.Key != "" {
		o, ok := got.(*payloads.Object)
		if !ok {
			return []string{"the body is no object"}
		}
		got, _ = o.Get(x.Key)
		if list, ok := got.(payloads.Array); ok && len(list) > 0 {
			got = list[0]
		}
	}
	return x.compare("", got, want)
}

// compare returns what ours lacks against the example at one path.
func (x Example) compare(path string, got, want payloads.Value) []string {
	switch {
	case want == nil, got == nil && slices.Contains(x.Nullable, path):
		return nil
	case kind(got) != kind(want):
		return []string{fmt.Sprintf("%q is %s, the example has %s", path, kind(got), kind(want))}
	}
	switch w := want.(type) {
	case *payloads.Object:
		g, _ := got.(*payloads.Object)
		if slices.Contains(x.Open, path) {
			return nil
		}
		return x.compareObject(path, g, w)
	case payloads.Array:
		g, _ := got.(payloads.Array)
		var wrong []string
		for _, e := range g {
			if len(w) > 0 {
				wrong = append(wrong, x.compare(path+"[]", e, w[0])...)
			}
		}
		return wrong
	}
	return nil
}

func (x Example) compareObject(path string, got, want *payloads.Object) []string {
	var wrong, ours []string
	for _, m := range want.Members() {
		v, ok := got.Get(m.Key)
		if !ok {
			wrong = append(wrong, fmt.Sprintf("%q is missing", join(path, m.Key)))
			continue
		}
		wrong = append(wrong, x.compare(join(path, m.Key), v, m.Value)...)
	}
	for _, key := range got.Keys() {
		if _, ok := want.Get(key); ok {
			ours = append(ours, key)
		} else if x.Exact {
			wrong = append(wrong, fmt.Sprintf("%q is not in the example", join(path, key)))
		}
	}
	if len(ours) == want.Len() && !slices.Equal(ours, want.Keys()) {
		wrong = append(wrong, fmt.Sprintf("the keys of %q come as %s, the example has %s", path, strings.Join(ours, " "), strings.Join(want.Keys(), " ")))
	}
	return wrong
}
