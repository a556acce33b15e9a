package wire_test

import (
	"bytes"
	"context"
	"encoding/json"
	"math"
	"math/rand/v2"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/internal/wire"
)

// differentialValues is how many random values go to the other language; one process reads them all.
const differentialValues = 20000

// TestAgainstTheLanguages sends random JSON, one value a line, through the language's own parser and printer and compares the bytes.
func TestAgainstTheLanguages(t *testing.T) {
	t.Parallel()
	tests := []struct {
		program string
		args    []string
		printer func(payloads.Value) ([]byte, error)
	}{
		{"python3", []string{"-c", "import sys, json\nfor line in sys.stdin.buffer: print(json.dumps(json.loads(line)))"}, wire.Python},
		{"node", []string{"-e", "const lines = require('fs').readFileSync(0, 'utf8').trimEnd().split('\\n');" +
			"process.stdout.write(lines.map(l => JSON.stringify(JSON.parse(l))).join('\\n') + '\\n')"}, wire.JavaScript},
	}
	for _, test := range tests {
		t.Run(test.program, func(t *testing.T) {
			t.Parallel()
			path, err := exec.LookPath(test.program)
			if err != nil {
				t.Skipf("%s is not installed on this machine", test.program)
			}
			lines := randomLines(differentialValues)
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			cmd := exec.CommandContext(ctx, path, test.args...)
			cmd.Stdin = strings.NewReader(strings.Join(lines, "\n") + "\n")
			var stderr bytes.Buffer
			cmd.Stderr = &stderr
			out, err := cmd.Output()
			if err != nil {
				t.Fatalf("%s: %v\n%s", test.program, err, stderr.String())
			}
			compare(t, lines, strings.Split(strings.TrimSuffix(string(out), "\n"), "\n"), test.printer)
		})
	}
}

func compare(t *testing.T, lines, want []string, printer func(payloads.Value) ([]byte, error)) {
	t.Helper()
	if len(want) != len(lines) {
		t.Fatalf("got %d lines back for %d values", len(want), len(lines))
	}
	bad := 0
	for i, line := range lines {
		value, err := payloads.ParseValue([]byte(line))
		if err != nil {
			t.Fatalf("parse %s: %v", line, err)
		}
		got, err := printer(value)
		if err != nil {
			t.Fatalf("print %s: %v", line, err)
		}
		if string(got) != want[i] {
			t.Errorf("value %s\ngot  %s\nwant %s", line, got, want[i])
			if bad++; bad > 5 {
				t.FailNow()
			}
		}
	}
}

// randomLines returns JSON texts in a neutral form: floats always with an exponent, so that every parser keeps them floats.
func randomLines(n int) []string {
	r := rand.New(rand.NewPCG(7, 11))
	lines := make([]string, n)
	for i := range lines {
		lines[i] = string(appendRandom(nil, r, 3))
	}
	return lines
}

func appendRandom(dst []byte, r *rand.Rand, depth int) []byte {
	switch kind := r.IntN(12); {
	case kind < 4:
		return strconv.AppendFloat(dst, randomFloat(r), 'e', -1, 64)
	case kind < 6:
		return strconv.AppendInt(dst, int64(r.Uint64())>>r.IntN(64), 10)
	case kind == 6:
		return append(dst, strings.Repeat(strconv.Itoa(1+r.IntN(9)), 1+r.IntN(60))...)
	case kind == 7 && depth > 0:
		dst = append(dst, '[')
		for i := range r.IntN(4) {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = appendRandom(dst, r, depth-1)
		}
		return append(dst, ']')
	case kind == 8 && depth > 0:
		dst = append(dst, '{')
		for i := range r.IntN(4) {
			if i > 0 {
				dst = append(dst, ',')
			}
			// The index in the key keeps keys different; the digits alone make array indices.
			dst = appendText(dst, []string{strconv.Itoa(i + 10*r.IntN(3)), strconv.Itoa(i) + randomText(r)}[r.IntN(2)])
			dst = append(dst, ':')
			dst = appendRandom(dst, r, depth-1)
		}
		return append(dst, '}')
	default:
		return appendText(dst, randomText(r))
	}
}

func appendText(dst []byte, s string) []byte {
	text, err := json.Marshal(s)
	if err != nil {
		return append(dst, `""`...) // cannot happen: every string has a JSON form
	}
	return append(dst, text...)
}

// randomFloat is any finite double: random bits, or a short decimal with a random exponent around the thresholds of the three languages.
func randomFloat(r *rand.Rand) float64 {
	for {
		f := math.Float64frombits(r.Uint64())
		switch r.IntN(3) {
		case 0:
			f = math.Copysign(float64(r.IntN(100000)), f) * math.Pow10(r.IntN(60)-30)
		case 1:
			f = math.Float64frombits(r.Uint64() & (1<<uint(r.IntN(63)) - 1))
		}
		if !math.IsNaN(f) && !math.IsInf(f, 0) {
			return f
		}
	}
}

func randomText(r *rand.Rand) string {
	var b strings.Builder
	for range r.IntN(12) {
		switch r.IntN(4) {
		case 0:
			b.WriteRune(rune(r.IntN(0x80)))
		case 1:
			b.WriteRune(rune(r.IntN(0x3000)))
		case 2:
			b.WriteRune(rune(r.IntN(0x110000))) // surrogates become U+FFFD
		default:
			b.WriteByte("abc\"\\/<>&\u2028\u2029\u007f"[r.IntN(9)])
		}
	}
	return b.String()
}
