package sdk_test

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// verifier is a foreign library behind a script.
type verifier struct {
	name    string
	command func(testing.TB) *exec.Cmd
}

func verifiers() []verifier {
	return []verifier{{"python", python}, {"javascript", javascript}, {"ruby", rubyVerifier}}
}

// complaints asks the library about every case; the answer is in the order of the cases, and empty where it accepted.
func (v verifier) complaints(tb testing.TB, cases []request) []string {
	tb.Helper()
	in, err := json.Marshal(cases)
	if err != nil {
		tb.Fatal(err)
	}
	cmd := v.command(tb)
	var out, log bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(in), &out, &log
	if err := cmd.Run(); err != nil {
		tb.Fatalf("%s: %v\n%s", v.name, err, &log)
	}
	var answers []*string
	if err := json.Unmarshal(out.Bytes(), &answers); err != nil || len(answers) != len(cases) {
		tb.Fatalf("%s: %d answers to %d requests, %v in %q", v.name, len(answers), len(cases), err, &out)
	}
	texts := make([]string, len(answers))
	for i, a := range answers {
		if a != nil {
			texts[i] = *a
		}
	}
	return texts
}

// python runs verify.py.
func python(tb testing.TB) *exec.Cmd {
	tb.Helper()
	return exec.CommandContext(tb.Context(), interpreter(tb, "argilla"), "verify.py")
}

// rubyVerifier runs verify.rb.
func rubyVerifier(tb testing.TB) *exec.Cmd {
	tb.Helper()
	return ruby(tb, "verify.rb")
}

// javascript runs verify.cjs with the modules of package.json.
func javascript(tb testing.TB) *exec.Cmd {
	tb.Helper()
	node, npm := lookUp(tb, "node"), lookUp(tb, "npm")
	folder := installed(tb, "package.json", func(ctx context.Context, folder, list string) error {
		text, err := os.ReadFile(list)
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(folder, "package.json"), text, 0o600); err != nil {
			return err
		}
		return quietly(exec.CommandContext(ctx, npm, "install", "--prefix", folder, "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier"))
	})
	cmd := exec.CommandContext(tb.Context(), node, "verify.cjs")
	cmd.Env = append(os.Environ(), "NODE_PATH="+filepath.Join(folder, "node_modules"))
	return cmd
}
