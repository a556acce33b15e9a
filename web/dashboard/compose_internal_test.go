package dashboard

import (
	"testing"

	"github.com/annohook/annohook/payloads"
)

// TestDifferMakesOneEventOfAnother applies what differ found, printed as lines and read again.
func TestDifferMakesOneEventOfAnother(t *testing.T) {
	for _, tc := range []struct{ name, base, want string }{
		{"nothing", `{"a":1}`, `{"a":1}`},
		{"values", `{"a":1,"b":"x","c":true,"d":null}`, `{"a":2,"b":" y\n","c":null,"d":{"e":1}}`},
		{"a float stays one", `{"a":1.0}`, `{"a":1}`},
		{"new and lost keys", `{"a":{"b":1,"c":2},"d":3}`, `{"a":{"b":1,"e":{"f":[null]}},"g":"x"}`},
		{"a new null", `{"a":1}`, `{"a":1,"b":null,"c":{"d":null,"e":1}}`},
		{"everything lost", `{"a":1,"b":{"c":2}}`, `{}`},
		{"elements", `{"l":[1,{"a":1,"b":2},[3]]}`, `{"l":[1,{"a":5,"b":2},[4]]}`},
		{"keys of elements", `{"l":[{"a":1},{"a":2}]}`, `{"l":[{"a":1,"b":null},{"c":2}]}`},
		{"longer list", `{"l":[1]}`, `{"l":[1,2]}`},
		{"object to list", `{"a":{"b":1}}`, `{"a":[{"b":1}]}`},
		{"emptied object", `{"a":{"b":1}}`, `{"a":{}}`},
		{"odd keys", `{"a.b":{"":1,"[0]":2,"\"":3}}`, `{"a.b":{"":"x","[0]":"y","\"":"z","é":1}}`},
		{"text like JSON", `{"a":"x"}`, `{"a":"{\"b\":1}"}`},
		{"text with an equals sign", `{"a":"x"}`, `{"a":"b := c"}`},
		{"empty text", `{"a":"x"}`, `{"a":""}`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			base, want := object(t, tc.base), object(t, tc.want)
			diff := differ(base, want)
			override := payloads.Override{Data: diff.data}
			for _, a := range diff.set {
				line, ok := printAssignment(a)
				if !ok {
					t.Fatalf("%+v cannot be written", a)
				}
				read, wrong := readAssignment(line)
				if wrong != "" {
					t.Fatalf("line %q %s", line, wrong)
				}
				override.Set = append(override.Set, read)
			}
			if err := override.Apply(base); err != nil {
				t.Fatal(err)
			}
			if !sameValue(base, want) {
				t.Errorf("got %s, want %s", printField(base), printField(want))
			}
		})
	}
}

func object(t *testing.T, text string) *payloads.Object {
	t.Helper()
	v, err := payloads.ParseValue([]byte(text))
	o, ok := v.(*payloads.Object)
	if err != nil || !ok {
		t.Fatalf("%s is no object: %v", text, err)
	}
	return o
}

func TestPathsThatNoLineCanHoldAreRefused(t *testing.T) {
	for _, path := range []string{"a=b", " a", "a:"} {
		if line, ok := printAssignment(payloads.Assignment{Path: path, Value: "x"}); ok {
			t.Errorf("%q becomes the line %q", path, line)
		}
	}
}

func TestFieldsReadWhatTheyPrint(t *testing.T) {
	for _, v := range []payloads.Value{"text", "", "null", true, false, nil, int64(1), 1.0, 1e30, payloads.Array{}, payloads.Obj()} {
		got, err := readField(printField(v), v)
		if err != nil || !sameValue(got, v) {
			t.Errorf("%#v becomes %#v, error %v", v, got, err)
		}
	}
	for _, tc := range []struct {
		before payloads.Value
		text   string
		want   payloads.Value // nil: refused
	}{
		{1.0, "2", 2.0},
		{int64(1), "2.5", 2.5},
		{int64(1), "x", nil},
		{int64(1), `"1"`, nil},
		{true, "1", nil},
		{nil, "some text", "some text"},
		{nil, "7", int64(7)},
		{payloads.Array{}, `["a"]`, payloads.Array{"a"}},
	} {
		got, err := readField(tc.text, tc.before)
		if (err != nil) != (tc.want == nil) || err == nil && !sameValue(got, tc.want) {
			t.Errorf("%q in place of %#v becomes %#v, error %v", tc.text, tc.before, got, err)
		}
	}
}

func TestTheJSONCannotMoveKeys(t *testing.T) {
	diff := differ(object(t, `{"a":1,"b":2}`), object(t, `{"b":2,"a":1}`))
	if diff.data.Len() != 0 || len(diff.set) != 0 {
		t.Errorf("another order of keys becomes %+v", diff)
	}
}

func TestAMergedPlaceCanBeTakenBack(t *testing.T) {
	for _, tc := range []struct{ data, path, want string }{
		{`{"a":{"b":1,"c":2},"d":3}`, "a.b", "{\n  \"a\": {\n    \"c\": 2\n  },\n  \"d\": 3\n}"},
		{`{"a":{"b":{"c":2}}}`, "a.b.c", ""},
		{`{"a":[1,2]}`, "a[0]", `{"a":[1,2]}`},
		{`{"a":1}`, "b", `{"a":1}`},
		{`{"ab":1}`, "a", `{"ab":1}`},
		{"", "a", ""},
		{"{", "a", "{"},
	} {
		if got := withoutMerged(tc.data, tc.path); got != tc.want {
			t.Errorf("%s without %s is %q, want %q", tc.data, tc.path, got, tc.want)
		}
	}
}
