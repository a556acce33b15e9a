package sdk_test

import (
	"context"
	"fmt"
	"hash/crc32"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// interpreter returns the Python of the virtual environment that holds what requirements-NAME.txt lists. The step script installs them all in
// the background and names each in ANNOHOOK_TEST_PYTHON_NAME, or the word none where it could not; without it the environment is made here.
func interpreter(tb testing.TB, name string) string {
	tb.Helper()
	list := "requirements-" + name + ".txt"
	switch path := os.Getenv("ANNOHOOK_TEST_PYTHON_" + strings.ToUpper(strings.ReplaceAll(name, "-", "_"))); path {
	case "":
	case "none":
		tb.Skipf("the step script could not install what %s lists", list)
	default:
		return path
	}
	system := lookUp(tb, "python3")
	folder := installed(tb, list, func(ctx context.Context, folder, list string) error {
		if err := quietly(exec.CommandContext(ctx, system, "-m", "venv", folder)); err != nil {
			return err
		}
		return quietly(exec.CommandContext(ctx, filepath.Join(folder, "bin", "pip"), "install", "-q", "--no-compile", "--prefer-binary",
			"--disable-pip-version-check", "-r", list))
	})
	return filepath.Join(folder, "bin", "python")
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
