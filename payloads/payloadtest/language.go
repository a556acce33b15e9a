package payloadtest

import (
	"bytes"
	"context"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// languageTime bounds one run of another language's program.
const languageTime = time.Minute

// Language runs a program of another language that prints its version and then one line for each line of its input, and returns those
// lines. Where the language is not installed or does not start, the test is skipped: nothing else on the machine needs it.
func Language(t testing.TB, program string, args, lines []string) []string {
	t.Helper()
	path, err := exec.LookPath(program)
	if err != nil {
		t.Skipf("%s is not installed on this machine", program)
	}
	ctx, cancel := context.WithTimeout(t.Context(), languageTime)
	defer cancel()
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Stdin = strings.NewReader(strings.Join(lines, "\n") + "\n")
	cmd.Env = append(cmd.Environ(), "PYTHONINTMAXSTRDIGITS=0", "PYTHONUTF8=1")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	version, rest, started := strings.Cut(string(out), "\n")
	if !started {
		t.Skipf("%s does not start on this machine: %v %.200s", program, err, stderr.String())
	}
	got := strings.Split(strings.TrimSuffix(rest, "\n"), "\n")
	if err != nil || len(got) != len(lines) {
		t.Fatalf("%s %s answered %d of %d lines: %v\n%s", program, version, len(got), len(lines), err, stderr.String())
	}
	t.Logf("%s %s, %d texts", program, version, len(lines))
	return got
}
