package payloads_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/annohook/annohook/payloads"
)

// object parses an object; every test here starts from JSON text.
func object(tb testing.TB, text string) *payloads.Object {
	tb.Helper()
	v, err := payloads.ParseValue([]byte(text))
	if err != nil {
		tb.Fatalf("parse %s: %v", text, err)
	}
	o, ok := v.(*payloads.Object)
	if !ok {
		tb.Fatalf("%s is no object", text)
	}
	return o
}

func text(tb testing.TB, v payloads.Value) string {
	tb.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		tb.Fatal(err)
	}
	return string(b)
}

// TestDataIsAMergePatch has the cases of RFC 7396, appendix A, that start from an object, and the order of keys on top.
func TestDataIsAMergePatch(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, root, patch, want string }{
		{"replace", `{"a":"b"}`, `{"a":"c"}`, `{"a":"c"}`},
		{"add", `{"a":"b"}`, `{"b":"c"}`, `{"a":"b","b":"c"}`},
		{"delete", `{"a":"b"}`, `{"a":null}`, `{}`},
		{"delete one", `{"a":"b","b":"c"}`, `{"a":null}`, `{"b":"c"}`},
		{"list by text", `{"a":["b"]}`, `{"a":"c"}`, `{"a":"c"}`},
		{"text by list", `{"a":"c"}`, `{"a":["b"]}`, `{"a":["b"]}`},
		{"nested", `{"a":{"b":"c"}}`, `{"a":{"b":"d","c":null}}`, `{"a":{"b":"d"}}`},
		{"list of objects is replaced whole", `{"a":[{"b":"c"}]}`, `{"a":[1]}`, `{"a":[1]}`},
		{"null in the target stays", `{"e":null}`, `{"a":1}`, `{"e":null,"a":1}`},
		{"new object drops its nulls", `{}`, `{"a":{"bb":{"ccc":null}}}`, `{"a":{"bb":{}}}`},
		{"text by object", `{"a":"x"}`, `{"a":{"b":1,"c":null}}`, `{"a":{"b":1}}`},
		{"nulls in a list stay", `{"a":1}`, `{"a":[null,{"b":null}]}`, `{"a":[null,{"b":null}]}`},
		{"order", `{"z":1,"y":{"b":1,"a":2},"x":3}`, `{"n":0,"x":4,"y":{"c":5,"a":6}}`, `{"z":1,"y":{"b":1,"a":6,"c":5},"x":4,"n":0}`},
		{"nothing", `{"a":1}`, `{}`, `{"a":1}`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			root := object(t, test.root)
			if err := (payloads.Override{Data: object(t, test.patch)}).Apply(root); err != nil {
				t.Fatal(err)
			}
			if got := text(t, root); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

func TestSet(t *testing.T) {
	t.Parallel()
	const root = `{"type":"x","data":{"list":[{"c":1},[2,3]],"x.y":{"a\"b":4},"":5,"deep":{"z":null}}}`
	tests := []struct{ name, path, want string }{
		{"top", `type`, `{"type":"N","data":{"list":[{"c":1},[2,3]],"x.y":{"a\"b":4},"":5,"deep":{"z":null}}}`},
		{"nested in a list", `data.list[0].c`, `{"type":"x","data":{"list":[{"c":"N"},[2,3]],"x.y":{"a\"b":4},"":5,"deep":{"z":null}}}`},
		{"list in a list", `data.list[1][1]`, `{"type":"x","data":{"list":[{"c":1},[2,"N"]],"x.y":{"a\"b":4},"":5,"deep":{"z":null}}}`},
		{"quoted keys", `data["x.y"]["a\"b"]`, `{"type":"x","data":{"list":[{"c":1},[2,3]],"x.y":{"a\"b":"N"},"":5,"deep":{"z":null}}}`},
		{"empty key", `data[""]`, `{"type":"x","data":{"list":[{"c":1},[2,3]],"x.y":{"a\"b":4},"":"N","deep":{"z":null}}}`},
		{"null can be set", `data.deep.z`, `{"type":"x","data":{"list":[{"c":1},[2,3]],"x.y":{"a\"b":4},"":5,"deep":{"z":"N"}}}`},
		{"quoted from the start", `["data"].deep`, `{"type":"x","data":{"list":[{"c":1},[2,3]],"x.y":{"a\"b":4},"":5,"deep":"N"}}`},
		{"leading zero of an index", `data.list[01]`, `{"type":"x","data":{"list":[{"c":1},"N"],"x.y":{"a\"b":4},"":5,"deep":{"z":null}}}`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := object(t, root)
			err := payloads.Override{Set: []payloads.Assignment{{Path: test.path, Value: "N"}}}.Apply(got)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(text(t, got), test.want); diff != "" {
				t.Errorf("(-got +want):\n%s", diff)
			}
		})
	}
}

func TestWrongPathsAreExplained(t *testing.T) {
	t.Parallel()
	const root = `{"type":"record.created","data":{"id":"1","record":{"id":"2","status":"pending","fields":{}},"tags":["a","b"],"none":[]},"n":null}`
	tests := []struct {
		name, path string
		want       payloads.PathError
	}{
		{"misspelt", "data.rceord.id", payloads.PathError{Missing: "data.rceord", Reason: `"data" has no key "rceord"`, Suggestions: []string{"data.record.id"}}},
		{"misspelt twice", "data.rceord.satus", payloads.PathError{Missing: "data.rceord", Reason: `"data" has no key "rceord"`, Suggestions: []string{"data.record"}}},
		{"swapped letters", "data.tgas[1]", payloads.PathError{Missing: "data.tgas", Reason: `"data" has no key "tgas"`, Suggestions: []string{"data.tags[1]"}}},
		{"case", "data.Record.Status", payloads.PathError{Missing: "data.Record", Reason: `"data" has no key "Record"`, Suggestions: []string{"data.record"}}},
		{"root forgotten", "record.status", payloads.PathError{Missing: "record", Reason: `the event has no key "record"`, Suggestions: []string{"data.record.status"}}},
		{"another place", "data.status", payloads.PathError{Missing: "data.status", Reason: `"data" has no key "status"`, Suggestions: []string{"data.record.status"}}},
		{"nothing near", "data.quality", payloads.PathError{Missing: "data.quality", Reason: `"data" has no key "quality", it has id, record, tags, none`}},
		{"empty object", "data.record.fields.quality", payloads.PathError{Missing: "data.record.fields.quality", Reason: `"data.record.fields" has no key "quality", it is empty`}},
		{"index too large", "data.tags[2]", payloads.PathError{Missing: "data.tags[2]", Reason: `"data.tags" has 2 elements, so the last index is 1`}},
		{"empty list", "data.none[0]", payloads.PathError{Missing: "data.none[0]", Reason: `"data.none" is an empty list`}},
		{"key into a list", "data.tags.first", payloads.PathError{Missing: "data.tags.first", Reason: `"data.tags" is a list of 2, so an index in brackets is needed`}},
		{"index into an object", "data[0]", payloads.PathError{Missing: "data[0]", Reason: `"data" is an object, so a key is needed`}},
		{"into text", "type.name", payloads.PathError{Missing: "type.name", Reason: `"type" is a string and has nothing inside`}},
		{"into null", "n[0].a", payloads.PathError{Missing: "n[0]", Reason: `"n" is null and has nothing inside`}},

		{"empty", "", payloads.PathError{Reason: `is empty`}},
		{"ends with a point", "data.", payloads.PathError{Reason: `has an empty key; write [""] if that is its name`}},
		{"starts with a point", ".data", payloads.PathError{Reason: `has an empty key; write [""] if that is its name`}},
		{"open bracket", "data.tags[1", payloads.PathError{Reason: `bracket is not closed at "[1"`}},
		{"stray bracket", "data]x", payloads.PathError{Reason: `key "data]x" holds a bracket or a quote; write it as ["…"]`}},
		{"negative index", "data.tags[-1]", payloads.PathError{Reason: `index [-1] is not a number from 0 on`}},
		{"empty index", "data.tags[]", payloads.PathError{Reason: `index [] is not a number from 0 on`}},
		{"huge index", "data.tags[99999999999999999999]", payloads.PathError{Reason: `index [99999999999999999999] is not a number from 0 on`}},
		{"no point behind a bracket", "data.tags[0]x", payloads.PathError{Reason: `expected a point or a bracket before "x"`}},
		{"open quote", `data["id`, payloads.PathError{Reason: `quote is not closed at "[\"id"`}},
		{"quote without bracket", `data["id"`, payloads.PathError{Reason: `bracket is not closed at "[\"id\""`}},
		{"bad escape", `data["\q"]`, payloads.PathError{Reason: `"\q" is not a JSON string`}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			set := []payloads.Assignment{{Path: "type", Value: "ok"}, {Path: test.path, Value: 1}}
			err := payloads.Override{Set: set}.Apply(object(t, root))
			var got *payloads.PathError
			if !errors.As(err, &got) {
				t.Fatalf("got error %v, want a PathError", err)
			}
			want := test.want
			want.Path, want.Index = test.path, 1
			if diff := cmp.Diff(*got, want); diff != "" {
				t.Errorf("(-got +want):\n%s", diff)
			}
		})
	}
}

func TestPathErrorText(t *testing.T) {
	t.Parallel()
	err := payloads.Override{Set: []payloads.Assignment{{Path: "dta.id"}}}.Apply(object(t, `{"data":{"id":1},"date":{"id":2}}`))
	want := `path "dta.id": the event has no key "dta"; did you mean "data.id"?`
	if err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
	err = payloads.Override{Set: []payloads.Assignment{{Path: strings.Repeat("a.", payloads.MaxPathBytes)}}}.Apply(object(t, `{}`))
	if err == nil || len(err.Error()) > 200 {
		t.Errorf("a path beyond the bound: got %v", err)
	}
}

func TestWrongPathsIntoScalarsAndWideObjects(t *testing.T) {
	t.Parallel()
	const root = `{"b":true,"n":1.5,"i":7,"wide":{"k1":1,"k2":2,"k3":3,"k4":4,"k5":5,"k6":6,"k7":7,"k8":8,"k9":9,"k10":10,"k11":11,"k12":12,"k13":13,"k14":14}}`
	tests := []struct{ path, says string }{
		{"b.x", `"b" is a boolean and has nothing inside`},
		{"n.x", `"n" is a number and has nothing inside`},
		{"i[0]", `"i" is a number and has nothing inside`},
		{"wide.other", `"wide" has no key "other", it has k1, k2, k3, k4, k5, k6, k7, k8, k9, k10, k11, k12 and 2 more`},
		{"wide.k", `did you mean "wide.k1" or "wide.k2" or "wide.k3"?`},
	}
	for _, test := range tests {
		err := payloads.Override{Set: []payloads.Assignment{{Path: test.path}}}.Apply(object(t, root))
		if err == nil || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: got %v, want %s", test.path, err, test.says)
		}
	}
}

// TestOverrideIsReusable applies one override to two events and changes the first.
func TestOverrideIsReusable(t *testing.T) {
	t.Parallel()
	o := payloads.Override{
		Data: object(t, `{"new":{"list":[{"k":1}]},"lost":null}`),
		Set: []payloads.Assignment{
			{Path: "old", Value: payloads.Array{payloads.Obj("k", 1), 0}},
			{Path: "old[1]", Value: payloads.Obj("k", 1)},
			{Path: "new.list[0].k", Value: 2},
		},
	}
	first, second := object(t, `{"old":0,"lost":1}`), object(t, `{"old":0}`)
	if err := o.Apply(first); err != nil {
		t.Fatal(err)
	}
	change := payloads.Override{Set: []payloads.Assignment{{Path: "old[0].k", Value: "changed"}, {Path: "old[1].k", Value: "changed"}, {Path: "new.list[0].k", Value: "changed"}}}
	if err := change.Apply(first); err != nil {
		t.Fatal(err)
	}
	if err := o.Apply(second); err != nil {
		t.Fatal(err)
	}
	if got, want := text(t, second), `{"old":[{"k":1},{"k":1}],"new":{"list":[{"k":2}]}}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got, want := text(t, o.Data), `{"new":{"list":[{"k":1}]},"lost":null}`; got != want {
		t.Errorf("the patch became %s, want %s", got, want)
	}
}

func TestEmptyOverride(t *testing.T) {
	t.Parallel()
	if !(payloads.Override{}).Empty() || (payloads.Override{Data: payloads.Obj()}).Empty() || (payloads.Override{Set: []payloads.Assignment{{}}}).Empty() {
		t.Error("Empty is wrong")
	}
}

// FuzzSetPath throws any path at an event: it sets a place or explains itself, and whatever it suggests works.
func FuzzSetPath(f *testing.F) {
	for _, seed := range []string{"a.b[0].c", `a["x.y"]`, "a..b", "a[", `["\u00e9"]`, "b[1][0]", "A.b", "c", "[0]", `[""]`, "a.b[9].c", "\xff"} {
		f.Add(seed)
	}
	const root = `{"a":{"b":[{"c":1}],"x.y":2},"b":[[],[3]],"":4,"é":{"[]":5}}`
	f.Fuzz(func(t *testing.T, path string) {
		err := payloads.Override{Set: []payloads.Assignment{{Path: path, Value: "new"}}}.Apply(object(t, root))
		if err == nil {
			return
		}
		var e *payloads.PathError
		if !errors.As(err, &e) || e.Reason == "" {
			t.Fatalf("got %v", err)
		}
		for _, s := range e.Suggestions {
			if err := (payloads.Override{Set: []payloads.Assignment{{Path: s, Value: 1}}}).Apply(object(t, root)); err != nil {
				t.Fatalf("the suggestion %q for %q does not work: %v", s, path, err)
			}
		}
	})
}

// FuzzQuotedKey checks that every key can be reached when it is written as a JSON string.
func FuzzQuotedKey(f *testing.F) {
	f.Add("plain")
	f.Add(`a.b["c\`)
	f.Add("\u2028\n]")
	f.Fuzz(func(t *testing.T, key string) {
		quoted, err := json.Marshal(key)
		if err != nil {
			t.Fatal(err)
		}
		if len(quoted)+4 > payloads.MaxPathBytes {
			return
		}
		if err := json.Unmarshal(quoted, &key); err != nil { // what is no UTF-8 comes back as U+FFFD
			t.Fatalf("%s does not read back: %v", quoted, err)
		}
		root := payloads.Obj("o", payloads.Obj("first", 1, key, 2))
		err = payloads.Override{Set: []payloads.Assignment{{Path: "o[" + string(quoted) + "]", Value: "new"}}}.Apply(root)
		if err != nil {
			t.Fatal(err)
		}
		inner, _ := root.Get("o")
		if got, _ := inner.(*payloads.Object).Get(key); got != "new" {
			t.Fatalf("key %q: got %v", key, got)
		}
	})
}
