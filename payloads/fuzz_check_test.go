package payloads_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/annohook/annohook/payloads"
)

// everyKind is an action with parameters of every kind, with and without bounds and defaults.
func everyKind() payloads.Action {
	return payloads.Action{Name: "try", Params: []payloads.Param{
		{Name: "text", Kind: payloads.KindString, Min: 2, Max: 5},
		{Name: "word", Kind: payloads.KindString, Values: []string{"tea", "", "é"}, Default: `"tea"`},
		{Name: "count", Kind: payloads.KindInteger, Min: 1, Max: 100, Default: "7"},
		{Name: "any", Kind: payloads.KindInteger},
		{Name: "list", Kind: payloads.KindStrings, Values: []string{"a", "b"}},
		{Name: "flag", Kind: payloads.KindBoolean, Default: "false"},
		{Name: "object", Kind: payloads.KindObject},
	}}
}

// FuzzActionCheck wants parameters that were checked to pass unchanged a second time, and refusals to name their place.
func FuzzActionCheck(f *testing.F) {
	for _, text := range []string{
		`{}`, `{"text":"tea","count":1e2,"list":["a"],"flag":true,"object":{"a":null}}`, `{"any":9007199254740993}`, `{"any":1e15,"text":null}`,
		`{"any":9223372036854775808}`, `{"any":-9223372036854775808}`, `{"any":1.5}`, `{"count":0}`, `{"count":-0.0}`, `{"word":""}`, `{"text":"\ud800x"}`,
		`{"list":[null]}`, `{"list":[]}`, `{"object":null,"flag":"true"}`, `{"unknown":1,"":2}`,
	} {
		f.Add([]byte(text))
	}
	action := everyKind()
	f.Fuzz(func(t *testing.T, text []byte) {
		v, err := payloads.ParseValue(text)
		given, ok := v.(*payloads.Object)
		if err != nil || !ok {
			return
		}
		once, problems := action.Check(given)
		for _, p := range problems {
			if p.Field == "" || p.Message == "" {
				t.Fatalf("%s: a problem without place or words: %+v", text, p)
			}
		}
		if len(problems) > 0 {
			return
		}
		twice, again := action.Check(once)
		if len(again) > 0 {
			t.Fatalf("%s was read as %s, which is refused: %+v", text, plain(t, once), again)
		}
		if diff := cmp.Diff(plain(t, once), plain(t, twice)); diff != "" {
			t.Fatalf("%s (-once +twice)\n%s", text, diff)
		}
	})
}

// FuzzMergePatch compares the merge with the few lines of RFC 7396 over Go's own maps, and wants the second merge to change nothing.
func FuzzMergePatch(f *testing.F) {
	for _, pair := range [][2]string{
		{`{"a":"b","c":{"d":"e","f":"g"}}`, `{"a":"z","c":{"f":null}}`},
		{`{"a":[{"b":1}]}`, `{"a":{"b":[1,null]}}`},
		{`{"a":{}}`, `{"a":{"x":{"y":null}}}`},
		{`{}`, `{"a":{"bb":{"ccc":null}}}`},
		{`{"e":null}`, `{"a":1}`},
		{`{"a":{"b":null}}`, `{"a":{}}`},
		{`{"":1,"é":[]}`, `{"":null,"é":{"":{}}}`},
	} {
		f.Add([]byte(pair[0]), []byte(pair[1]))
	}
	f.Fuzz(func(t *testing.T, text, patch []byte) {
		target, errTarget := payloads.ParseValue(text)
		data, errData := payloads.ParseValue(patch)
		root, isRoot := target.(*payloads.Object)
		merge, isMerge := data.(*payloads.Object)
		if errTarget != nil || errData != nil || !isRoot || !isMerge {
			return
		}
		override, before := payloads.Override{Data: merge}, plain(t, merge)
		if err := override.Apply(root); err != nil {
			t.Fatal(err)
		}
		want := mergePatch(decoded(t, text), decoded(t, patch))
		once := plain(t, root)
		if diff := cmp.Diff(decoded(t, []byte(once)), want); diff != "" {
			t.Fatalf("%s merged with %s (-got +want)\n%s", text, patch, diff)
		}
		if err := override.Apply(root); err != nil || plain(t, root) != once {
			t.Fatalf("%s merged twice with %s: %s, then %s, %v", text, patch, once, plain(t, root), err)
		}
		if plain(t, merge) != before {
			t.Fatalf("the patch %s became %s", before, plain(t, merge))
		}
	})
}

// mergePatch is the pseudocode of section 2 of RFC 7396.
func mergePatch(target, patch any) any {
	fields, ok := patch.(map[string]any)
	if !ok {
		return patch
	}
	out, ok := target.(map[string]any)
	if !ok {
		out = map[string]any{}
	}
	for name, value := range fields {
		if value == nil {
			delete(out, name)
		} else {
			out[name] = mergePatch(out[name], value)
		}
	}
	return out
}

// decoded keeps the digits of numbers, so that no difference is rounded away.
func decoded(tb testing.TB, text []byte) any {
	tb.Helper()
	v, err := payloads.ParseValue(text)
	if err != nil {
		tb.Fatalf("%s: %v", text, err)
	}
	var out any
	if err := json.Unmarshal([]byte(plain(tb, v)), &out); err != nil {
		tb.Skip("a number beyond the doubles")
	}
	return out
}
