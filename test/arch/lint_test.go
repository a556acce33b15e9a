package arch_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

// hit is one finding of a linter, or the wish for one.
type hit struct {
	file, linter, text string
	line               int
}

func (h hit) String() string { return fmt.Sprintf("%s:%d: %s: %s", h.file, h.line, h.linter, h.text) }

// wish matches the comments of testdata/violations.txtar: // want linter "piece of its message".
var wish = regexp.MustCompile(`/[/*] want (\w+) "([^"]*)"`)

func wishes(files []txtar.File) []hit {
	var found []hit
	for _, f := range files {
		for i, line := range strings.Split(string(f.Data), "\n") {
			for _, m := range wish.FindAllStringSubmatch(line, -1) {
				found = append(found, hit{f.Name, m[1], m[2], i + 1})
			}
		}
	}
	return found
}

// settle returns the wishes nothing fulfils and the findings nobody wished for.
func settle(wanted, got []hit) (unmet, unwanted []hit) {
	unwanted = slices.Clone(got)
	for _, w := range wanted {
		fulfils := func(g hit) bool {
			return g.file == w.file && g.line == w.line && g.linter == w.linter && strings.Contains(g.text, w.text)
		}
		if !slices.ContainsFunc(got, fulfils) {
			unmet = append(unmet, w)
		}
		unwanted = slices.DeleteFunc(unwanted, fulfils)
	}
	return unmet, unwanted
}

func TestSettleCanFail(t *testing.T) {
	t.Parallel()
	wanted := []hit{{"a.go", "depguard", "not allowed", 3}}
	for name, got := range map[string][]hit{
		"nothing found":  nil,
		"another line":   {{"a.go", "depguard", "is not allowed", 4}},
		"another linter": {{"a.go", "revive", "is not allowed", 3}},
		"another text":   {{"a.go", "depguard", "use log/slog", 3}},
	} {
		unmet, unwanted := settle(wanted, got)
		if len(unmet) != 1 || len(unwanted) != len(got) {
			t.Errorf("%s: unmet %v, unwanted %v", name, unmet, unwanted)
		}
	}
	if unmet, unwanted := settle(wanted, []hit{{"a.go", "depguard", "is not allowed", 3}}); len(unmet)+len(unwanted) != 0 {
		t.Errorf("a met wish is reported: unmet %v, unwanted %v", unmet, unwanted)
	}
}

// TestLintCatchesViolations runs golangci-lint with our configuration on a module that breaks each rule once.
func TestLintCatchesViolations(t *testing.T) {
	t.Parallel()
	binary := lintBinary(t)
	root := realTree(t).root
	archive, err := txtar.ParseFile(filepath.Join("testdata", "violations.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for _, f := range archive.Files {
		writeFile(t, filepath.Join(dir, filepath.FromSlash(f.Name)), f.Data)
	}
	for _, name := range []string{"go.mod", "go.sum", ".golangci.yml"} {
		data, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			t.Fatal(err)
		}
		writeFile(t, filepath.Join(dir, name), data)
	}
	wanted := wishes(archive.Files)
	if len(wanted) < 40 {
		t.Fatalf("only %d violations read", len(wanted))
	}
	unmet, unwanted := settle(wanted, lint(t, binary, dir))
	for _, h := range unmet {
		t.Errorf("not caught: %v", h)
	}
	for _, h := range unwanted {
		t.Errorf("lawful code hit: %v", h)
	}
}

// lintBinary is the golangci-lint that test/run installed.
func lintBinary(t *testing.T) string {
	t.Helper()
	if path := os.Getenv("ANNOHOOK_TEST_GOLANGCI"); path != "" {
		return path
	}
	cache, err := os.UserCacheDir()
	if err == nil {
		path := filepath.Join(cache, "annohook-test", "bin", "golangci-lint")
		if _, err := os.Stat(path); err == nil {
			return path
		}
	}
	t.Skip("golangci-lint is not installed on this machine; ./test/run lint installs it")
	return ""
}

func writeFile(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// lint returns what golangci-lint finds in the module at dir.
func lint(t *testing.T, binary, dir string) []hit {
	t.Helper()
	report := filepath.Join(dir, "report.json")
	cmd := exec.CommandContext(t.Context(), binary, "run", "--allow-parallel-runners", "--output.json.path", report, "./...")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOLANGCI_LINT_CACHE="+t.TempDir(), "GOFLAGS=-mod=mod")
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && (!errors.As(err, &exit) || exit.ExitCode() != 1) { // 1 means findings
		t.Fatalf("golangci-lint: %v\n%s", err, out)
	}
	data, err := os.ReadFile(report)
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	var result struct {
		Issues []struct {
			FromLinter string
			Text       string
			Pos        struct {
				Filename string
				Line     int
			}
		}
	}
	if err := json.Unmarshal(bytes.TrimSpace(data), &result); err != nil {
		t.Fatal(err)
	}
	hits := make([]hit, 0, len(result.Issues))
	for _, i := range result.Issues {
		hits = append(hits, hit{filepath.ToSlash(i.Pos.Filename), i.FromLinter, i.Text, i.Pos.Line})
	}
	return hits
}
