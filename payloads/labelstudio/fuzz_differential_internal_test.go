package labelstudio

import (
	"encoding/json"
	"strconv"
	"testing"

	"github.com/annohook/annohook/payloads/payloadtest"
)

// asServer parses as the server does: NaN and the infinities are read by the json module and then refused by the framework. Half of a
// surrogate pair, which Go's strings cannot hold, is made U+FFFD.
const asServer = `
import json, platform, re, sys

def refuse(word):
    raise ValueError("Out of range float values are not JSON compliant: " + repr(word))

if sys.version_info >= (3, 13):
    sys.exit("3.13 words some faults anew; the server runs on an older one")
print(platform.python_version())
for line in sys.stdin:
    try:
        value = json.loads(json.loads(line), parse_constant=refuse)
        whole = re.sub("[\ud800-\udfff]", "\ufffd", json.dumps(value, ensure_ascii=False))
        print(json.dumps(repr(json.loads(whole))))
    except ValueError as e:
        print(json.dumps(str(e)))
`

// TestAgainstPython reads the texts with Python's own json module: the same repr of the same value, or the same words about the same place.
func TestAgainstPython(t *testing.T) {
	t.Parallel()
	texts := payloadtest.PythonTexts()
	lines := make([]string, len(texts))
	for i, text := range texts {
		line, err := json.Marshal(text)
		if err != nil {
			t.Fatal(err)
		}
		lines[i] = string(line)
	}
	for i, line := range payloadtest.Language(t, "python3", []string{"-c", asServer}, lines) {
		var want, got string
		if err := json.Unmarshal([]byte(line), &want); err != nil {
			t.Fatal(err)
		}
		if v, err := scanPython([]byte(texts[i])); err != nil {
			got = err.Error()
		} else {
			got = pythonRepr(v)
		}
		if got != want {
			t.Errorf("%s: got %s, want %s", strconv.Quote(texts[i]), got, want)
		}
	}
}
