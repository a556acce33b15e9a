package dashboard_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/annohook/annohook/web/dashboard"
)

func dashboardHidden(r rune) bool { return dashboard.Hidden(r) }

func TestVisible(t *testing.T) {
	for _, tc := range []struct{ name, in, want string }{
		{"plain", "Grüße, 世界 👩‍👩‍👧\n\tend", "Grüße, 世界 👩‍👩‍👧\n\tend"},
		{"nul and escape", "a\x00b\x1b[31m", "a␀b␛[31m"},
		{"delete and C1", "a\x7f\u0085", "a␡⟨U+0085⟩"},
		{"bidi", "abc\u202edef\u2069", "abc⟨U+202E⟩def⟨U+2069⟩"},
		{"separators and marks", "\u2028\ufeff\u200e\u00ad", "⟨U+2028⟩⟨U+FEFF⟩⟨U+200E⟩⟨U+00AD⟩"},
		{"broken", "a\xffb\xc3", "a⟨FF⟩b⟨C3⟩"},
		{"carriage return", "a\r\nb", "a␍\nb"},
	} {
		if got := dashboard.Visible(tc.in); got != tc.want {
			t.Errorf("%s: got %q, want %q", tc.name, got, tc.want)
		}
	}
}

func TestBodyIsShownTruly(t *testing.T) {
	deep := strings.Repeat("[", 5000) + strings.Repeat("]", 5000)
	long := strings.Repeat("é", 40_000) // 80,000 bytes, and the bound does not fall between two letters
	for _, tc := range []struct {
		name string
		in   string
		part bool
		want dashboard.BodyView
	}{
		{"nothing", "", false, dashboard.BodyView{}},
		{"text", "hello", false, dashboard.BodyView{Size: 5, Shown: 5, Raw: "hello"}},
		{
			"json keeps numbers, order and escapes", `{"b":1.0,"a":[1e3,"\u00e9"]}`, false,
			dashboard.BodyView{
				Size: 28, Shown: 28, Raw: `{"b":1.0,"a":[1e3,"\u00e9"]}`,
				Pretty: "{\n  \"b\": 1.0,\n  \"a\": [\n    1e3,\n    \"\\u00e9\"\n  ]\n}",
			},
		},
		{"json that was cut is not indented", `{"a":1}`, true, dashboard.BodyView{Size: 7, Shown: 7, Raw: `{"a":1}`, Part: true}},
		{"broken json", `{"a":`, false, dashboard.BodyView{Size: 5, Shown: 5, Raw: `{"a":`}},
		{"deep json", deep, false, dashboard.BodyView{Size: 10_000, Shown: 10_000, Raw: deep}},
		{"long", long, false, dashboard.BodyView{Size: 80_000, Shown: 65_536, Raw: long[:65_536], Cut: true}},
		{"long and off by one", "x" + long, false, dashboard.BodyView{Size: 80_001, Shown: 65_535, Raw: "x" + long[:65_534], Cut: true}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, dashboard.NewBody([]byte(tc.in), tc.part)); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}

func TestBinaryBodyIsAHexDump(t *testing.T) {
	v := dashboard.NewBody([]byte(strings.Repeat("\x89PNG\xff\xfe\x00\x01", 1000)), false)
	if !v.Binary || !v.Cut || v.Shown != 4096 || v.Size != 8000 || !strings.HasPrefix(v.Raw, "00000000  89 50 4e 47 ff fe 00 01") {
		t.Errorf("got binary %v cut %v, %d of %d bytes, %.60q", v.Binary, v.Cut, v.Shown, v.Size, v.Raw)
	}
}

func FuzzBody(f *testing.F) {
	for _, s := range append(corpus(), "", `{"a":1}`, "[[[[", strings.Repeat("{\"a\":[", 50)) {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		v := dashboard.NewBody(body, false)
		for _, text := range []string{v.Raw, v.Pretty, dashboard.Visible(string(body))} {
			if !utf8.ValidString(text) || strings.ContainsFunc(text, dashboard.Hidden) {
				t.Errorf("%q is shown as %q", body, text)
			}
		}
		if v.Shown > len(body) || v.Size != len(body) || v.Cut != (v.Shown < len(body)) {
			t.Errorf("%d of %d bytes shown, cut %v, for %d bytes", v.Shown, v.Size, v.Cut, len(body))
		}
	})
}
