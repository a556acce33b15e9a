package wire_test

import (
	"strings"
	"testing"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/internal/wire"
	"github.com/annohook/annohook/payloads/payloadtest"
)

// randomTrees is how many random values go to the other language, on top of the nasty ones.
const randomTrees = 8000

// language is another program that parses and prints JSON: its first line of output is its version, then it answers each line of input, a
// JSON text, with a line that is what it prints for it. One process does a whole test run.
type language struct {
	name    string
	program string
	args    []string
	printer func(payloads.Value) ([]byte, error)
}

// compact names Python with separators of its own.
const compact = "python compact"

func languages() []language {
	return []language{
		{"python", "python3", []string{"-c", `
import json, platform, sys
print(platform.python_version())
for line in sys.stdin.buffer:
    print(json.dumps(json.loads(line)))
`}, wire.Python},
		{compact, "python3", []string{"-c", `
import json, platform, sys
print(platform.python_version())
for line in sys.stdin.buffer:
    print(json.dumps(json.loads(line), separators=(",", ":")))
`}, func(v payloads.Value) ([]byte, error) { return wire.PythonCompact(v, pythonText) }},
		{"javascript", "node", []string{"-e", `
const lines = require('fs').readFileSync(0, 'utf8').split('\n').slice(0, -1);
process.stdout.write(process.version + '\n' + lines.map(l => JSON.stringify(JSON.parse(l)) + '\n').join(''));
`}, wire.JavaScript},
	}
}

// TestAgainstTheLanguages sends JSON texts, the nasty ones and random ones, through each language's own parser and printer and compares
// every byte with ours.
func TestAgainstTheLanguages(t *testing.T) {
	t.Parallel()
	nasty := nastySamples()
	all := append(nasty, randomSamples(randomTrees)...)
	for _, l := range languages() {
		samples := all
		if l.name == compact {
			samples = all[:len(nasty)] // FuzzCompact compares the rest with the printer next to it
		}
		t.Run(l.name, func(t *testing.T) {
			t.Parallel()
			lines := make([]string, len(samples))
			for i, s := range samples {
				lines[i] = s.text
			}
			want := l.answers(t, lines)
			bad := 0
			for i, s := range samples {
				got, err := s.print(l.printer)
				if err == nil && string(got) == want[i] {
					continue
				}
				t.Errorf("%.300s\ngot  %.300s, error %v\nwant %.300s", s.text, got, err, want[i])
				if bad++; bad > 5 {
					t.FailNow()
				}
			}
		})
	}
}

// TestKnownDifferences holds the few texts that a language prints and we do not, or otherwise; package wire says why in its decisions. It
// fails when either side changes its mind.
func TestKnownDifferences(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, text               string
		python, javascript       string // what they print
		ourPython, ourJavaScript string // what we print; "" for an error
	}{
		{
			"half of a surrogate pair", `"\ud800x"`, `"\ud800x"`, `"\ud800x"`, `"\ufffdx"`, "\"\uFFFDx\"",
		},
		{"halves in the wrong order", `"\udc00\ud800"`, `"\udc00\ud800"`, `"\udc00\ud800"`, `"\ufffd\ufffd"`, "\"\uFFFD\uFFFD\""},
		{"integer beyond the doubles", "1" + strings.Repeat("0", 309), "1" + strings.Repeat("0", 309), `null`, "1" + strings.Repeat("0", 309), ""},
		{"float beyond the doubles", "1e309", `Infinity`, `null`, "", ""},
		{"one key twice", `{"a": 1, "a": 2}`, `{"a": 2}`, `{"a":2}`, "", ""},
	}
	for _, l := range languages() {
		if l.name == compact {
			continue // the same texts without spaces
		}
		t.Run(l.name, func(t *testing.T) {
			t.Parallel()
			lines := make([]string, len(tests))
			for i, tc := range tests {
				lines[i] = tc.text
			}
			for i, theirs := range l.answers(t, lines) {
				tc := tests[i]
				want, ours := tc.python, tc.ourPython
				if l.program == "node" {
					want, ours = tc.javascript, tc.ourJavaScript
				}
				if theirs != want {
					t.Errorf("%s: the language prints %.80s, we thought %.80s", tc.name, theirs, want)
				}
				got, err := sample{text: tc.text}.print(l.printer)
				if string(got) != ours || (err != nil) != (ours == "") {
					t.Errorf("%s: we print %.80s, error %v, want %.80s", tc.name, got, err, ours)
				}
			}
		})
	}
}

// answers runs the program over the lines, or skips the test.
func (l language) answers(t *testing.T, lines []string) []string {
	t.Helper()
	return payloadtest.Language(t, l.program, l.args, lines)
}

// sample is a JSON text and what it means to us.
type sample struct {
	text  string
	value payloads.Value // nil: what payloads.ParseValue reads
}

func (s sample) print(printer func(payloads.Value) ([]byte, error)) ([]byte, error) {
	value := s.value
	if value == nil {
		var err error
		if value, err = payloads.ParseValue([]byte(s.text)); err != nil {
			return nil, err
		}
	}
	return printer(value)
}
