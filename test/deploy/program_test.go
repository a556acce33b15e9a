package deploy_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/annohook/annohook/configs"
)

// root is the repository as seen from this folder.
const root = "../.."

// scratch is where the program is built; TestMain makes it.
var scratch string

// program is the built annohook; the flags are asked of it rather than kept in a list here.
var program = sync.OnceValues(func() (string, error) {
	if path := os.Getenv("ANNOHOOK_TEST_BINARY"); path != "" {
		return path, nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	path := filepath.Join(scratch, "annohook")
	out, err := exec.CommandContext(ctx, "go", "build", "-C", root, "-o", path, "./cmd/annohook").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("build cmd/annohook: %w\n%s", err, out)
	}
	return path, nil
})

func TestMain(m *testing.M) {
	var err error
	if scratch, err = os.MkdirTemp("", "annohook-deploy"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	_ = os.RemoveAll(scratch) // a leftover in the temporary folder is no failure
	os.Exit(code)
}

// help returns what "annohook COMMAND --help" prints.
func help(t *testing.T, command string) string {
	t.Helper()
	path, err := program()
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), path, command, "--help").CombinedOutput()
	if err != nil {
		t.Fatalf("annohook %s --help: %v\n%s", command, err, out)
	}
	return string(out)
}

// checkCommand holds that a command line in exec form starts our binary with a command and flags that exist.
func checkCommand(t *testing.T, where string, args []string) {
	t.Helper()
	if len(args) < 2 || args[0] != "/annohook" {
		t.Errorf("%s runs %q, want /annohook and a command", where, args)
		return
	}
	text := help(t, args[1])
	for _, arg := range args[2:] {
		flag, isFlag := strings.CutPrefix(arg, "--")
		flag, _, _ = strings.Cut(flag, "=")
		if isFlag && !regexp.MustCompile(`(?m)--`+regexp.QuoteMeta(flag)+`\b`).MatchString(text) {
			t.Errorf("%s: annohook %s has no flag --%s", where, args[1], flag)
		}
	}
}

// checkSetting holds that an environment variable is a setting of annohook.
func checkSetting(t *testing.T, name string) {
	t.Helper()
	if !slices.ContainsFunc(configs.Settings(), func(s configs.Setting) bool { return s.Env() == name }) {
		t.Errorf("%s is no setting of annohook", name)
	}
}

// pinned says whether an image names at least a minor version.
func pinned(image string) bool {
	return regexp.MustCompile(`:v?\d+\.\d+`).MatchString(image)
}

func TestPinned(t *testing.T) {
	t.Parallel()
	for image, want := range map[string]bool{
		"redis": false, "redis:latest": false, "redis:7": false, "redis:alpine": false, "redis:7.4-alpine": true, "golang:1.26": true,
		"localhost:5000/redis": false,
	} {
		if got := pinned(image); got != want {
			t.Errorf("pinned(%q) = %v, want %v", image, got, want)
		}
	}
}

// productFolders are the top folders with Go code outside test/.
func productFolders(t *testing.T) []string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "-C", root, "list", "-f", "{{.ImportPath}}", "./...").Output()
	if err != nil {
		t.Fatal(err)
	}
	var folders []string
	for path := range strings.FieldsSeq(string(out)) {
		parts := strings.Split(path, "/")
		if len(parts) > 3 && parts[3] != "test" && !slices.Contains(folders, parts[3]) {
			folders = append(folders, parts[3])
		}
	}
	return folders
}
