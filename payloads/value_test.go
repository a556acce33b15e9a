package payloads_test

import (
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/annohook/annohook/payloads"
)

func TestParseValueKeepsOrderAndNumberForm(t *testing.T) {
	t.Parallel()
	const source = `{"z":1,"a":1.0,"m":[true,null,-0,1e2,9223372036854775808,{"k":"\u00e9\ud83d\ude00"}]}`
	got, err := payloads.ParseValue([]byte(source))
	if err != nil {
		t.Fatal(err)
	}
	root, ok := got.(*payloads.Object)
	if !ok {
		t.Fatalf("got %T", got)
	}
	if diff := cmp.Diff(root.Keys(), []string{"z", "a", "m"}); diff != "" {
		t.Errorf("keys (-got +want):\n%s", diff)
	}
	z, _ := root.Get("z")
	a, _ := root.Get("a")
	m, _ := root.Get("m")
	list, ok := m.(payloads.Array)
	if !ok || len(list) != 6 {
		t.Fatalf("got %#v", m)
	}
	inner, _ := list[5].(*payloads.Object).Get("k")
	values := []any{z, a, list[0], list[1], list[2], list[3], list[4], inner}
	want := []any{int64(1), 1.0, true, nil, int64(0), 100.0, json.Number("9223372036854775808"), "é😀"}
	if diff := cmp.Diff(values, want); diff != "" {
		t.Errorf("values (-got +want):\n%s", diff)
	}
}

func TestParseValueRefuses(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, text, says string }{
		{"nothing", ``, "EOF"},
		{"two values", `1 2`, "text after the JSON value"},
		{"text behind", `{} x`, "text after the JSON value"},
		{"duplicate key", `{"a":{"k":1,"k":2}}`, `duplicate key "k"`},
		{"number too large", `[1e999]`, "number 1e999 is out of range"},
		{"too deep", strings.Repeat("[", payloads.MaxDepth+2) + strings.Repeat("]", payloads.MaxDepth+2), "nested deeper than"},
		{"open list", `[1`, "EOF"},
		{"open object", `{"a":1`, "EOF"},
		{"comma", `[1,]`, "invalid character"},
		{"bare word", `yes`, "invalid character"},
		{"NaN", `NaN`, "invalid character"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, err := payloads.ParseValue([]byte(test.text))
			if err == nil || !strings.Contains(err.Error(), test.says) {
				t.Errorf("got %v, error %v, want an error with %q", got, err, test.says)
			}
		})
	}
	if _, err := payloads.ParseValue([]byte(`{"a":1,"a":1}`)); !errors.Is(err, payloads.ErrDuplicateKey) {
		t.Errorf("got %v, want ErrDuplicateKey", err)
	}
	if _, err := payloads.ParseValue([]byte(strings.Repeat("[", payloads.MaxDepth) + strings.Repeat("]", payloads.MaxDepth))); err != nil {
		t.Errorf("the deepest allowed value: %v", err)
	}
}

func TestObjectKeepsItsOrder(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		change func(*payloads.Object)
		want   string
	}{
		{"nothing", func(*payloads.Object) {}, `{"a":1,"b":2,"c":3}`},
		{"replace in place", func(o *payloads.Object) { o.Set("b", "x") }, `{"a":1,"b":"x","c":3}`},
		{"add at the end", func(o *payloads.Object) { o.Set("d", nil) }, `{"a":1,"b":2,"c":3,"d":null}`},
		{"insert", func(o *payloads.Object) { o.InsertAfter("a", "n", 9) }, `{"a":1,"n":9,"b":2,"c":3}`},
		{"insert behind the last", func(o *payloads.Object) { o.InsertAfter("c", "n", 9) }, `{"a":1,"b":2,"c":3,"n":9}`},
		{"insert behind nothing", func(o *payloads.Object) { o.InsertAfter("?", "n", 9) }, `{"a":1,"b":2,"c":3,"n":9}`},
		{"move", func(o *payloads.Object) { o.InsertAfter("c", "a", 9) }, `{"b":2,"c":3,"a":9}`},
		{"delete", func(o *payloads.Object) { o.Delete("b") }, `{"a":1,"c":3}`},
		{"delete nothing", func(o *payloads.Object) { o.Delete("?") }, `{"a":1,"b":2,"c":3}`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			o := payloads.Obj("a", 1, "b", 2, "c", 3)
			test.change(o)
			if got := text(t, o); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
			if o.Len() != len(o.Members()) || o.Len() != len(o.Keys()) {
				t.Errorf("Len %d, Members %d, Keys %d", o.Len(), len(o.Members()), len(o.Keys()))
			}
		})
	}
}

func TestObjShowsMistakes(t *testing.T) {
	t.Parallel()
	for _, o := range []*payloads.Object{payloads.Obj("a"), payloads.Obj(1, 2)} {
		if _, bad := o.Get("!BADOBJECT"); !bad || o.Len() != 1 {
			t.Errorf("got %s", text(t, o))
		}
	}
	if _, found := payloads.Obj().Get("a"); found {
		t.Error("an empty object has a key")
	}
}

// FuzzParseValue checks that what is parsed prints as JSON that parses to the same again, and that only JSON is parsed.
func FuzzParseValue(f *testing.F) {
	for _, seed := range []string{`{"b":[1,2.5,"x"],"a":null}`, `1e5`, `"\ud800"`, `[[]]`, `-0`, `{"a":1,"a":2}`, ` [ ] `, `0.1e-400`, `18446744073709551616`, `-0.0`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		v, err := payloads.ParseValue(data)
		if err != nil {
			return
		}
		if !json.Valid(data) {
			t.Fatalf("parsed %q, which is no JSON", data)
		}
		first := plain(t, v)
		again, err := payloads.ParseValue([]byte(first))
		if err != nil {
			t.Fatalf("parse %s, printed from %s: %v", first, data, err)
		}
		if second := plain(t, again); second != first {
			t.Fatalf("got %s, then %s", first, second)
		}
	})
}

// plain prints v as JSON does. json.Marshal is not the same for a number alone: it prints -0.0 as -0, which is read back as the integer 0.
func plain(tb testing.TB, v payloads.Value) string {
	tb.Helper()
	b, err := payloads.JSON(v)
	if err != nil {
		tb.Fatal(err)
	}
	return string(b)
}

// TestObjectOfManyKeys holds an object with many keys against what it is with few: places may be remembered, and must stay true.
func TestObjectOfManyKeys(t *testing.T) {
	const many = 100
	o := payloads.Obj("twice", 1, "twice", 2)
	for i := range many {
		o.Set(strconv.Itoa(i), i)
	}
	o.Set("7", "seven")
	o.Delete("5")
	o.InsertAfter("7", "new", true)
	o.Set("5", "again")
	o.InsertAfter("no such key", "end", nil)
	o.Set("twice", 3)
	for key, want := range map[string]payloads.Value{"7": "seven", "new": true, "5": "again", "99": 99, "end": nil, "twice": 3} {
		if got, ok := o.Get(key); !ok || got != want {
			t.Errorf("%s is %v, %t, want %v", key, got, ok, want)
		}
	}
	if _, ok := o.Get("100"); ok {
		t.Error("a key that was never set is there")
	}
	keys := o.Keys()
	if got := strings.Join(keys[:11], " "); got != "twice twice 0 1 2 3 4 6 7 new 8" {
		t.Errorf("it begins with %s", got)
	}
	if got := strings.Join(keys[len(keys)-3:], " "); got != "99 5 end" {
		t.Errorf("it ends with %s", got)
	}
}

// TestObjectTakesManyKeysInNoTime would take minutes if each key were compared with all before it.
func TestObjectTakesManyKeysInNoTime(t *testing.T) {
	const many = 200_000
	began, o := time.Now(), payloads.Obj()
	for i := range many {
		o.Set(strconv.Itoa(i), nil)
	}
	if took := time.Since(began); o.Len() != many || took > 5*time.Second {
		t.Errorf("%d keys took %v", o.Len(), took)
	}
}
