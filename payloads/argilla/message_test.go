package argilla_test

import (
	"bytes"
	"slices"
	"testing"

	"github.com/annohook/annohook/payloads"
)

func TestKeysOfTheORMAreDropped(t *testing.T) {
	event := payloads.Obj("type", "record.created", "_sa_top", 1, "data", payloads.Obj(
		"_sa_instance_state", 1, "fields", payloads.Obj("_sad", "gone", "sad", "kept"), "list", payloads.Array{payloads.Obj("_sa", nil, "a", 2)},
	))
	const want = `{"type": "record.created", "_sa_top": 1, "data": {"fields": {"sad": "kept"}, "list": [{"a": 2}]}}`
	if got := string(compose(t, event)); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if _, ok := at(t, event, "data").(*payloads.Object).Get("_sa_instance_state"); !ok {
		t.Error("compose changed the tree")
	}
}

// FuzzCompose puts any JSON under data: what is sent is ASCII, parses, holds no dropped key, and composing what was sent changes nothing.
func FuzzCompose(f *testing.F) {
	for _, text := range []string{`{}`, `{"_sa":1}`, `[{"a":{"_sab":[1.0,1e-05]}}]`, `"é😀\u2028\u007f"`, `123456789012345678901234567890`, `null`} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		data, err := payloads.ParseValue(text)
		if err != nil {
			return
		}
		messages, err := platform().Compose(payloads.Item{Event: payloads.Obj("data", data)})
		if err != nil {
			return
		}
		body := messages[0].Body
		if bytes.ContainsFunc(body, func(r rune) bool { return r > '~' || r < ' ' }) {
			t.Errorf("sent %q for %q", body, text)
		}
		again, err := payloads.ParseValue(body)
		if err != nil {
			return // nested one level deeper than ParseValue reads
		}
		if second := compose(t, again.(*payloads.Object)); !bytes.Equal(second, body) {
			t.Errorf("%q becomes %q", body, second)
		}
		if holdsDropped(again) {
			t.Errorf("a dropped key in %q", body)
		}
	})
}

func holdsDropped(v payloads.Value) bool {
	switch t := v.(type) {
	case payloads.Array:
		if slices.ContainsFunc(t, holdsDropped) {
			return true
		}
	case *payloads.Object:
		for _, m := range t.Members() {
			if len(m.Key) >= 3 && m.Key[:3] == "_sa" || holdsDropped(m.Value) {
				return true
			}
		}
	}
	return false
}
