package sdk_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// verifier is a foreign library behind a script.
type verifier struct {
	name    string
	command func(testing.TB) *exec.Cmd
}

func verifiers() []verifier {
	return []verifier{{"python", python}, {"javascript", javascript}}
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

// python runs verify.py in the environment that the step script made, or in one of this package.
func python(tb testing.TB) *exec.Cmd {
	tb.Helper()
	interpreter := os.Getenv("ANNOHOOK_TEST_PYTHON")
	if interpreter == "" {
		system := lookUp(tb, "python3")
		folder := installed(tb, "requirements.txt", func(ctx context.Context, folder, list string) error {
			if err := quietly(exec.CommandContext(ctx, system, "-m", "venv", folder)); err != nil {
				return err
			}
			return quietly(exec.CommandContext(ctx, filepath.Join(folder, "bin", "pip"), "install", "-q", "--disable-pip-version-check", "-r", list))
		})
		interpreter = filepath.Join(folder, "bin", "python")
	}
	return exec.CommandContext(tb.Context(), interpreter, "verify.py")
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

func lookUp(tb testing.TB, name string) string {
	tb.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		tb.Skipf("this machine has no %s on the PATH", name)
	}
	return path
}

// installed returns a folder below the user's cache in which install put what list names. It is made once for each content of the list; where
// it cannot be made, the test is skipped with what the installer said.
func installed(tb testing.TB, list string, install func(ctx context.Context, folder, list string) error) string {
	tb.Helper()
	text, err := os.ReadFile(list)
	if err != nil {
		tb.Fatal(err)
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		tb.Skipf("this machine has no cache folder: %v", err)
	}
	folder := filepath.Join(cache, "annohook-test", fmt.Sprintf("sdk-%s-%08x", strings.TrimSuffix(list, filepath.Ext(list)), crc32.ChecksumIEEE(text)))
	complete := filepath.Join(folder, ".complete")
	if _, err := os.Stat(complete); err == nil {
		return folder
	}
	if err := os.RemoveAll(folder); err != nil {
		tb.Fatal(err)
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		tb.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(tb.Context(), 5*time.Minute)
	defer cancel()
	if err := install(ctx, folder, list); err != nil {
		tb.Skipf("what %s names could not be installed on this machine: %v", list, err)
	}
	if err := os.WriteFile(complete, nil, 0o600); err != nil {
		tb.Fatal(err)
	}
	return folder
}

// quietly runs a command; its error ends in the last line it wrote.
func quietly(cmd *exec.Cmd) error {
	out, err := cmd.CombinedOutput()
	if err == nil {
		return nil
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	return fmt.Errorf("%s: %w: %s", filepath.Base(cmd.Path), err, lines[len(lines)-1])
}
