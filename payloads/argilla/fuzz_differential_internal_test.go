package argilla

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"testing"

	"github.com/annohook/annohook/payloads/internal/wire"
	"github.com/annohook/annohook/payloads/payloadtest"
)

// asServer parses as the server does, and prints as it does. Half of a surrogate pair, which Go's strings cannot hold, is made U+FFFD,
// and numbers that no field takes are made what ours are: see notFinite.
const asServer = `
import json, platform, re, sys
def whole(text):
    return int(text) if -2**63 <= int(text) < 2**63 else float(text)

def fraction(text):
    return float(text) if abs(float(text)) != float("inf") else 1e308

if sys.version_info >= (3, 13):
    sys.exit("3.13 words some faults anew; the server runs on an older one")
print(platform.python_version())
for line in sys.stdin:
    try:
        body = json.loads(line).encode()
        value = json.loads(body, parse_int=whole, parse_float=fraction, parse_constant=lambda word: 1e308)
        print(json.dumps(re.sub("[\ud800-\udfff]", "\ufffd", json.dumps(value, ensure_ascii=False, separators=(",", ":")))))
    except json.JSONDecodeError as e:
        print(json.dumps("fault at %d" % e.pos))
    except UnicodeError:
        print(json.dumps("other"))
`

// TestAgainstPython reads the texts with Python's own json module: the same value printed to the same bytes, or a fault at the same place.
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
		if texts[i] == "1\x00" {
			continue // Python takes it for UTF-16, as it does any short text with a NUL at an odd place
		}
		var want string
		if err := json.Unmarshal([]byte(line), &want); err != nil {
			t.Fatal(err)
		}
		if got := readAndPrinted(texts[i]); got != want {
			t.Errorf("%s: got %s, want %s", strconv.Quote(texts[i]), got, want)
		}
	}
}

func readAndPrinted(text string) string {
	v, err := parsePython([]byte(text))
	if fault, ok := errors.AsType[*wire.PythonError](err); ok {
		return fmt.Sprintf("fault at %d", fault.Place)
	}
	if err != nil {
		return "other"
	}
	out, err := compactJSON(v)
	if err != nil {
		return err.Error()
	}
	return string(out)
}
