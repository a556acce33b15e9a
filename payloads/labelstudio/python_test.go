package labelstudio_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"unicode/utf8"
)

// echo is what the API understood of a JSON text: it words a value that is no object of headers as Python prints it.
func echo(c *client, text string) string {
	c.t.Helper()
	got := told(c, c.do(http.MethodPost, hooks, `{"url":"http://localhost/","headers":[`+text+`]}`))
	got = strings.TrimPrefix(got, `400 {"headers":["[`)
	return strings.TrimSuffix(got, `] failed JSON schema check"]}`)
}

// TestPythonReads checks values through the words in which they come back: Python's repr.
func TestPythonReads(t *testing.T) {
	t.Parallel()
	c := newClient(t, newHost(t, "1.22"))
	for text, want := range map[string]string{
		`null`: "None", `true`: "True", `false`: "False", `0`: "0", `-0`: "0", `12`: "12", `1.0`: "1.0", `1e3`: "1000.0", `1E-7`: "1e-07", `-1.5`: "-1.5",
		`123456789012345678901234567890`: "123456789012345678901234567890", `"a"`: "'a'", `"it's"`: `\"it's\"`, `"\"it's\""`: `'\"it\\'s\"'`,
		`"\u0041\/\b\f\n\r\t\\"`: `'A/\\x08\\x0c\\n\\r\\t\\\\'`, `"\ud83d\ude86"`: "'🚆'", `"\u00a0\u007f"`: `'\\xa0\\x7f'`, `"é日"`: "'é日'",
		`{}`: "{}", `{"a":[1,{"b":null}]}`: "{'a': [1, {'b': None}]}", `{"a":1,"a":2}`: "{'a': 2}", " [ 1 , 2 ] ": "[1, 2]", `""`: "''",
	} {
		if got := echo(c, text); got != want {
			t.Errorf("%s reads as %s, want %s", text, got, want)
		}
	}
}

// TestPythonRefuses checks the words of the json module for what it does not read.
func TestPythonRefuses(t *testing.T) {
	t.Parallel()
	c := newClient(t, newHost(t, "1.22"))
	for text, want := range map[string]string{
		`[1 2]`: "Expecting ',' delimiter: line 1 column 4 (char 3)", `01`: "Extra data: line 1 column 2 (char 1)", `-`: "Expecting value: line 1 column 1 (char 0)",
		`1.`: "Extra data: line 1 column 2 (char 1)", `1e`: "Extra data: line 1 column 2 (char 1)", `"\u12"`: `Invalid \uXXXX escape: line 1 column 3 (char 2)`,
		`"\u12g4"`: `Invalid \uXXXX escape: line 1 column 3 (char 2)`, `"\`: "Unterminated string starting at: line 1 column 1 (char 0)",
		"{\n\"a\": 1,\n\"b\" 2}": "Expecting ':' delimiter: line 3 column 5 (char 14)", `-Infinity`: "Out of range float values are not JSON compliant: '-Infinity'",
		"\xe4\xb8": "Expecting value: line 1 column 1 (char 0)", // read as a stream, which drops what only begins at its end
		"a\xe4(":   "'utf-8' codec can't decode byte 0xe4 in position 1: invalid continuation byte", "\x80": "'utf-8' codec can't decode byte 0x80 in position 0: invalid start byte",
		"\"\xe2\x82\"": "'utf-8' codec can't decode bytes in position 1-2: invalid continuation byte", "\xf0\x9f\x98 ": "'utf-8' codec can't decode bytes in position 0-2: invalid continuation byte",
		"\xed\xa0\x80": "'utf-8' codec can't decode byte 0xed in position 0: invalid continuation byte", "\xf5": "'utf-8' codec can't decode byte 0xf5 in position 0: invalid start byte",
		strings.Repeat("9", 4301): "Exceeds the limit (4300 digits) for integer string conversion: value has 4301 digits; use sys.set_int_max_str_digits() to increase the limit",
		`{"a":1]`:                 "Expecting ',' delimiter: line 1 column 7 (char 6)", `tru`: "Expecting value: line 1 column 1 (char 0)", `{"a"`: "Expecting ':' delimiter: line 1 column 5 (char 4)",
	} {
		got := told(c, c.do(http.MethodPost, hooks, text))
		if got != "400 JSON parse error - "+want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
	if got := told(c, c.do(http.MethodPost, hooks, strings.Repeat("[", 500)+strings.Repeat("]", 500))); !strings.Contains(got, "Expected a dictionary, but got list") {
		t.Errorf("500 lists: %s", got)
	}
	if got := told(c, c.do(http.MethodPost, hooks, strings.Repeat("[", 5000))); !strings.HasPrefix(got, "400 JSON parse error - ") {
		t.Errorf("deep nesting: %s", got)
	}
}

// FuzzPythonReads compares what the scanner takes for JSON with what encoding/json does: they agree on all texts that are UTF-8, apart
// from nesting and from numbers that no double holds.
func FuzzPythonReads(f *testing.F) {
	for _, seed := range []string{`{}`, `[1,2.5e-3,"a\u00e9"]`, `{"a":{"b":[null,true]}}`, `01`, `"\ud800"`, ` 1 `, `[1,]`, "\"\x1f\"", `-0.0`, `1e5`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if !utf8.ValidString(text) || strings.Count(text, "[")+strings.Count(text, "{") > 50 || strings.ContainsAny(text, "eE") || len(text) > 200 ||
			strings.HasPrefix(text, "\ufeff") || strings.TrimSpace(text) == "" {
			return // where the two differ on purpose
		}
		c := newClient(t, newHost(t, "1.22"))
		got := told(c, c.do(http.MethodPost, hooks, text))
		if refused := strings.HasPrefix(got, "400 JSON parse error"); refused == json.Valid([]byte(text)) {
			t.Errorf("%q: %s", text, got)
		}
	})
}
