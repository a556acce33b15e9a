package wire_test

import (
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/internal/wire"
)

// printers are the three languages by name.
func printers() map[string]func(payloads.Value) ([]byte, error) {
	return map[string]func(payloads.Value) ([]byte, error){"python": wire.Python, "javascript": wire.JavaScript, "jackson": wire.Jackson}
}

func TestPrintersAgreeWithTheirLanguages(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name                        string
		value                       payloads.Value
		python, javascript, jackson string
	}{
		{"null", nil, `null`, `null`, `null`},
		{"nil object", (*payloads.Object)(nil), `null`, `null`, `null`},
		{"true", true, `true`, `true`, `true`},
		{"false", false, `false`, `false`, `false`},
		{"empty list", payloads.Array{}, `[]`, `[]`, `[]`},
		{"nil list", payloads.Array(nil), `[]`, `[]`, `[]`},
		{"empty object", payloads.Obj(), `{}`, `{}`, `{}`},
		{"separators", payloads.Obj("b", 1, "a", payloads.Array{1, 2}), `{"b": 1, "a": [1, 2]}`, `{"b":1,"a":[1,2]}`, `{"b":1,"a":[1,2]}`},
		{"index keys", payloads.Obj("b", 1, "10", 2, "9", 3, "01", 4, "4294967295", 5), `{"b": 1, "10": 2, "9": 3, "01": 4, "4294967295": 5}`, `{"9":3,"10":2,"b":1,"01":4,"4294967295":5}`, `{"b":1,"10":2,"9":3,"01":4,"4294967295":5}`},

		{"plain text", "a/b<c>&'", `"a/b<c>&'"`, `"a/b<c>&'"`, `"a/b<c>&'"`},
		{"short escapes", "\"\\\b\f\n\r\t", `"\"\\\b\f\n\r\t"`, `"\"\\\b\f\n\r\t"`, `"\"\\\b\f\n\r\t"`},
		{"control", "\x00\x1f", `"\u0000\u001f"`, `"\u0000\u001f"`, `"\u0000\u001F"`},
		{"delete", "\x7f", `"\u007f"`, "\"\x7f\"", "\"\x7f\""},
		{"latin", "é", `"\u00e9"`, `"é"`, `"é"`},
		{"line separator", "\u2028", `"\u2028"`, "\"\u2028\"", "\"\u2028\""},
		{"astral", "😀", `"\ud83d\ude00"`, `"😀"`, `"😀"`},
		{"last rune", "\U0010ffff", `"\udbff\udfff"`, "\"\U0010ffff\"", "\"\U0010ffff\""},
		{"broken utf-8", "a\xffb\xc3", `"a\ufffdb\ufffd"`, `"a�b�"`, `"a�b�"`},
		{"replacement kept", "\uFFFD", `"\ufffd"`, `"�"`, `"�"`},
		{"key escapes", payloads.Obj("ü\n", 1), `{"\u00fc\n": 1}`, `{"ü\n":1}`, `{"ü\n":1}`},

		{"int", 42, `42`, `42`, `42`},
		{"negative int64", int64(-7), `-7`, `-7`, `-7`},
		{"2^53+1", int64(9007199254740993), `9007199254740993`, `9007199254740992`, `9007199254740993`},
		{"largest int64", int64(math.MaxInt64), `9223372036854775807`, `9223372036854776000`, `9223372036854775807`},
		{"beyond int64", json.Number("18446744073709551616"), `18446744073709551616`, `18446744073709552000`, `18446744073709551616`},
		{"number with fraction", json.Number("1.50"), `1.5`, `1.5`, `1.5`},
		{"number with exponent", json.Number("1E2"), `100.0`, `100`, `100.0`},
		{"negative zero digits", json.Number("-0"), `0`, `0`, `0`},

		{"one", 1.0, `1.0`, `1`, `1.0`},
		{"zero", 0.0, `0.0`, `0`, `0.0`},
		{"negative zero", math.Copysign(0, -1), `-0.0`, `0`, `-0.0`},
		{"confidence", 0.155, `0.155`, `0.155`, `0.155`},
		{"tenth", -0.1, `-0.1`, `-0.1`, `-0.1`},
		{"1e-3", 0.001, `0.001`, `0.001`, `0.001`},
		{"below 1e-3", 0.00099, `0.00099`, `0.00099`, `9.9E-4`},
		{"1e-4", 1e-4, `0.0001`, `0.0001`, `1.0E-4`},
		{"1e-5", 1e-5, `1e-05`, `0.00001`, `1.0E-5`},
		{"1e-6", 1e-6, `1e-06`, `0.000001`, `1.0E-6`},
		{"1e-7", 1.5e-7, `1.5e-07`, `1.5e-7`, `1.5E-7`},
		{"below 1e7", 9999999.5, `9999999.5`, `9999999.5`, `9999999.5`},
		{"1e7", 1e7, `10000000.0`, `10000000`, `1.0E7`},
		{"1234567890123", 1234567890123.25, `1234567890123.25`, `1234567890123.25`, `1.23456789012325E12`},
		{"below 1e16", 1e15, `1000000000000000.0`, `1000000000000000`, `1.0E15`},
		{"1e16", 1e16, `1e+16`, `10000000000000000`, `1.0E16`},
		{"17 digits", 1.2345678901234568e+17, `1.2345678901234568e+17`, `123456789012345680`, `1.2345678901234568E17`},
		{"1e20", 1e20, `1e+20`, `100000000000000000000`, `1.0E20`},
		{"1e21", 1e21, `1e+21`, `1e+21`, `1.0E21`},
		{"2e23", 2e23, `2e+23`, `2e+23`, `2.0E23`},
		{"largest", math.MaxFloat64, `1.7976931348623157e+308`, `1.7976931348623157e+308`, `1.7976931348623157E308`},
		{"smallest", math.SmallestNonzeroFloat64, `5e-324`, `5e-324`, `4.9E-324`},
		{"second smallest", -2 * math.SmallestNonzeroFloat64, `-1e-323`, `-1e-323`, `-9.9E-324`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			want := map[string]string{"python": test.python, "javascript": test.javascript, "jackson": test.jackson}
			got := map[string]string{}
			for name, printer := range printers() {
				body, err := printer(test.value)
				if err != nil {
					t.Fatalf("%s: %v", name, err)
				}
				got[name] = string(body)
			}
			if diff := cmp.Diff(got, want); diff != "" {
				t.Errorf("printed (-got +want):\n%s", diff)
			}
		})
	}
}

func TestPrintersRefuseWhatIsNoJSON(t *testing.T) {
	t.Parallel()
	deep := payloads.Value(1)
	for range wire.MaxDepth + 1 {
		deep = payloads.Array{deep}
	}
	tests := []struct {
		name  string
		value payloads.Value
		want  error
		place string
	}{
		{"nan", payloads.Obj("a", payloads.Array{0, math.NaN()}), wire.ErrNotFinite, `"a": [1]: `},
		{"infinity", math.Inf(-1), wire.ErrNotFinite, ""},
		{"map", payloads.Obj("m", map[string]any{}), wire.ErrBadType, "map[string]interface {}"},
		{"int32", int32(1), wire.ErrBadType, "int32"},
		{"too deep", deep, wire.ErrTooDeep, ""},
		{"number words", json.Number("12a"), wire.ErrBadNumber, `"12a"`},
		{"number empty", json.Number(""), wire.ErrBadNumber, ""},
		{"number sign", json.Number("-"), wire.ErrBadNumber, ""},
		{"number plus", json.Number("+1"), wire.ErrBadNumber, ""},
		{"number leading zero", json.Number("01"), wire.ErrBadNumber, ""},
		{"number bare point", json.Number("1."), wire.ErrBadNumber, ""},
		{"number bare exponent", json.Number("1e+"), wire.ErrBadNumber, ""},
		{"number hex", json.Number("0x1p3"), wire.ErrBadNumber, ""},
		{"number inf", json.Number("Inf"), wire.ErrBadNumber, ""},
		{"number too large", json.Number("1e999"), wire.ErrBadNumber, "out of range"},
	}
	for _, test := range tests {
		for name, printer := range printers() {
			t.Run(test.name+" "+name, func(t *testing.T) {
				t.Parallel()
				body, err := printer(test.value)
				if !errors.Is(err, test.want) {
					t.Fatalf("got %q, error %v, want error %v", body, err, test.want)
				}
				if !strings.Contains(err.Error(), test.place) {
					t.Errorf("error %q does not tell %q", err, test.place)
				}
			})
		}
	}
}

func TestJavaScriptRefusesIntegersBeyondItsDoubles(t *testing.T) {
	t.Parallel()
	huge := json.Number("1" + strings.Repeat("0", 400))
	if _, err := wire.JavaScript(huge); !errors.Is(err, wire.ErrBadNumber) {
		t.Errorf("javascript: got error %v, want %v", err, wire.ErrBadNumber)
	}
	body, err := wire.Python(huge)
	if err != nil || string(body) != string(huge) {
		t.Errorf("python: got %q, error %v", body, err)
	}
}

func TestPrintingLeavesTheValueAlone(t *testing.T) {
	t.Parallel()
	value := payloads.Obj("b", 1, "1", 2)
	if _, err := wire.JavaScript(value); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(value.Keys(), []string{"b", "1"}); diff != "" {
		t.Errorf("key order (-got +want):\n%s", diff)
	}
}
