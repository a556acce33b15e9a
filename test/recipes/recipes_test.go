package recipes_test

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/annohook/annohook/cmd/app"
	"github.com/annohook/annohook/payloads"
)

func registry(t *testing.T) *payloads.Registry {
	t.Helper()
	r, err := app.Platforms()
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func languages() []string { return []string{"Python", "JavaScript", "Go", "Ruby"} }

func TestEveryPlatformHasEveryLanguage(t *testing.T) {
	t.Parallel()
	r := registry(t)
	for _, id := range r.IDs() {
		for _, p := range r.Profiles(id) {
			var got []string
			for _, sample := range p.Code {
				got = append(got, sample.Language)
				if !strings.HasSuffix(sample.Text, "\n") || strings.Contains(sample.Text, "\r") {
					t.Errorf("%s: the %s sample is not lines of text", id, sample.Language)
				}
				for line := range strings.Lines(sample.Text) {
					if len(line) > 140 {
						t.Errorf("%s: the %s sample has a line of %d characters", id, sample.Language, len(line))
					}
				}
			}
			if !slices.Equal(got, languages()) {
				t.Errorf("%s %s: samples in %v, want %v", id, p.Profile, got, languages())
			}
			if p.Native == nil {
				continue
			}
			for _, sample := range p.Native.Client {
				if text := sample.At("http://127.0.0.1:1"); !strings.Contains(text, `"http://127.0.0.1:1"`) || strings.Contains(text, "{") {
					t.Errorf("%s: the client sample does not take an address:\n%s", id, text)
				}
			}
		}
	}
}

// TestClientsAreProgrammes has Python read the samples for its SDKs; test/sdk calls the same functions.
func TestClientsAreProgrammes(t *testing.T) {
	t.Parallel()
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("this machine has no python3 on the PATH")
	}
	r := registry(t)
	for _, id := range r.IDs() {
		p := r.Profiles(id)[0]
		if p.Native == nil {
			continue
		}
		if len(p.Native.Client) == 0 {
			t.Errorf("%s has a native API and no sample for it", id)
		}
		for _, sample := range p.Native.Client {
			cmd := exec.CommandContext(t.Context(), python, "-c", "import ast, sys; ast.parse(sys.stdin.read())")
			cmd.Stdin = strings.NewReader(sample.At("http://127.0.0.1:1"))
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%s: %v\n%s", id, err, out)
			}
		}
	}
}

func TestPython(t *testing.T) {
	t.Parallel()
	run(t, "Python", "python3", func(folder string) []string { return []string{"testdata/driver.py", folder} })
}

func TestJavaScript(t *testing.T) {
	t.Parallel()
	run(t, "JavaScript", "node", func(folder string) []string { return []string{"testdata/driver.mjs", folder} })
}

func TestRuby(t *testing.T) {
	t.Parallel()
	run(t, "Ruby", "ruby", func(folder string) []string { return []string{"testdata/driver.rb", folder} })
}

// TestGo compiles all samples into one program.
func TestGo(t *testing.T) {
	t.Parallel()
	run(t, "Go", "go", func(folder string) []string {
		var imports, samples strings.Builder
		r := registry(t)
		for _, id := range r.IDs() {
			name := strings.ReplaceAll(id, "-", "")
			write(t, filepath.Join(folder, name, "verify.go"), sample(r.Profiles(id)[0], "Go"))
			imports.WriteString(name + ` "recipes/` + name + `"` + "\n")
			samples.WriteString(`"` + id + `": ` + name + ".Verify,\n")
		}
		driver, err := os.ReadFile("testdata/driver.go.txt")
		if err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(folder, "go.mod"), "module recipes\n\ngo 1.21\n")
		write(t, filepath.Join(folder, "main.go"), strings.NewReplacer("// IMPORTS", imports.String(), "// SAMPLES", samples.String()).Replace(string(driver)))
		return []string{"-C", folder, "run", "."}
	})
}

// run judges every check of every platform with the samples of one language. args puts into the folder what the language needs beyond the
// samples, and returns how its program is called.
func run(t *testing.T, language, program string, args func(folder string) []string) {
	t.Helper()
	path, err := exec.LookPath(program)
	if err != nil {
		t.Skipf("this machine has no %s on the PATH", program)
	}
	folder := t.TempDir()
	extensions := map[string]string{"Python": ".py", "JavaScript": ".mjs", "Ruby": ".rb"}
	r, now := registry(t), time.Now()
	var all []check
	for _, id := range r.IDs() {
		if extension := extensions[language]; extension != "" {
			write(t, filepath.Join(folder, id+extension), sample(r.Profiles(id)[0], language))
		}
		all = append(all, checks(t, r.Profiles(id), now)...)
	}
	input, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), path, args(folder)...)
	var out, log bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(input), &out, &log
	cmd.Env = append(cmd.Environ(), "GOWORK=off", "GOFLAGS=", "GOPROXY=off", "PYTHONDONTWRITEBYTECODE=1")
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v\n%s", err, &log)
	}
	var answers []bool
	if err := json.Unmarshal(out.Bytes(), &answers); err != nil || len(answers) != len(all) {
		t.Fatalf("%d answers to %d requests: %v\n%s", len(answers), len(all), err, &out)
	}
	good := 0
	for i, c := range all {
		if answers[i] != c.want {
			t.Errorf("%s, %s: the %s sample says %t, want %t\n%v", c.Platform, c.name, language, answers[i], c.want, c.Header)
		}
		if c.want {
			good++
		}
	}
	t.Logf("%s: %d requests, %d of them good", language, len(all), good)
}

// sample is a platform's check in one language.
func sample(p payloads.Platform, language string) string {
	for _, s := range p.Code {
		if s.Language == language {
			return s.Text
		}
	}
	return ""
}

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
