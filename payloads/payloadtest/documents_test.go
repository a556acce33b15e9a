package payloadtest_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/payloadtest"
)

func TestExampleCompare(t *testing.T) {
	const example = `{"a":1,"b":"text","c":null,"d":{"x":1.5},"e":[{"y":true}],"f":[]}`
	tests := []struct {
		name string
		x    payloadtest.Example
		body string
		want []string // parts of the differences, in order
	}{
		{"the example itself", payloadtest.Example{Exact: true}, example, nil},
		{"other values", payloadtest.Example{Exact: true}, `{"a":2,"b":"","c":{"any":1},"d":{"x":1},"e":[],"f":[1,"2"]}`, nil},
		{"a key is missing", payloadtest.Example{}, `{"a":1,"c":null,"d":{"x":1.5},"e":[],"f":[]}`, []string{`"b" is missing`}},
		{"a nested key is missing", payloadtest.Example{}, `{"a":1,"b":"","c":null,"d":{},"e":[{"y":true},{}],"f":[]}`, []string{`"d.x" is missing`, `"e[].y" is missing`}},
		{"another type", payloadtest.Example{}, `{"a":"1","b":"","c":null,"d":[],"e":[],"f":[]}`, []string{`"a" is string`, `"d" is array`}},
		{"another order", payloadtest.Example{}, `{"b":"","a":1,"c":null,"d":{"x":1},"e":[],"f":[]}`, []string{`keys of "" come as b a c`}},
		{"null where it may be", payloadtest.Example{Nullable: []string{"b"}}, `{"a":1,"b":null,"c":null,"d":{"x":1},"e":[],"f":[]}`, nil},
		{"null where it may not be", payloadtest.Example{}, `{"a":1,"b":null,"c":null,"d":{"x":1},"e":[],"f":[]}`, []string{`"b" is null`}},
		{"a further key", payloadtest.Example{}, `{"a":1,"b":"","z":0,"c":null,"d":{"x":1},"e":[],"f":[]}`, nil},
		{"a further key, exactly", payloadtest.Example{Exact: true}, `{"a":1,"b":"","z":0,"c":null,"d":{"x":1},"e":[],"f":[]}`, []string{`"z" is not in the example`}},
		{"an open object", payloadtest.Example{Open: []string{"d"}}, `{"a":1,"b":"","c":null,"d":{"y":[]},"e":[],"f":[]}`, nil},
		{"below a key", payloadtest.Example{Key: "list"}, `{"list":[` + example + `]}`, nil},
		{"below a key that is missing", payloadtest.Example{Key: "list"}, `{}`, []string{`"" is null`}},
		{"no object", payloadtest.Example{Key: "list"}, `[]`, []string{"no object"}},
		{"no JSON", payloadtest.Example{}, `{`, []string{"EOF"}},
	}
	want, err := payloads.ParseValue([]byte(example))
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := tt.x.Compare([]byte(tt.body), want)
			shown := cmp.Diff(tt.want, got)
			if len(got) != len(tt.want) {
				t.Fatalf("differences (-want +got):\n%s", shown)
			}
			for i := range got {
				if !strings.Contains(got[i], tt.want[i]) {
					t.Errorf("differences (-want +got):\n%s", shown)
				}
			}
		})
	}
}

func TestGoldenDiff(t *testing.T) {
	path := filepath.Join(t.TempDir(), "golden.json")
	if err := payloadtest.GoldenDiff(path, nil); err == nil || !strings.Contains(err.Error(), "-update") {
		t.Errorf("a missing file: %v", err)
	}
	if err := os.WriteFile(path, []byte(`{"a": 1}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := payloadtest.GoldenDiff(path, []byte(`{"a": 1}`)); err != nil {
		t.Error(err)
	}
	if err := payloadtest.GoldenDiff(path, []byte(`{"a":1}`)); err == nil || !strings.Contains(err.Error(), "from byte 5") {
		t.Errorf("equal JSON of other bytes: %v", err)
	}
}
