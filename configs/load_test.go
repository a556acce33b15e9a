package configs_test

import (
	"errors"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/annohook/annohook/configs"
)

// file writes a configuration file and returns its path.
func file(t testing.TB, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), configs.FileName)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestDefaults(t *testing.T) {
	t.Parallel()
	got, values, err := configs.Load(configs.Sources{Home: "/home/me"})
	if err != nil {
		t.Fatal(err)
	}
	want := configs.Config{
		Addr: "127.0.0.1:8080", Redis: "auto", StateDir: "/home/me/.local/state/annohook", TimeScale: 1, API: true, Worker: true,
		KeepDeliveries: 100_000, KeepAge: 7 * 24 * time.Hour, Concurrency: 32, LogLevel: slog.LevelInfo, LogFormat: "text", Server: "http://127.0.0.1:8080",
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(netip.Prefix{})); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if len(values) != len(configs.Settings()) {
		t.Errorf("%d values, want one for each of %d settings", len(values), len(configs.Settings()))
	}
	for _, v := range values {
		if v.Origin != configs.FromDefault {
			t.Errorf("%s comes from %s", v.Setting.Name, v.Origin)
		}
	}
}

// TestPrecedence: flag, environment, file, default, in this order, and the origin says which.
func TestPrecedence(t *testing.T) {
	t.Parallel()
	text := "time_scale: 0.1\n"
	tests := []struct {
		name   string
		flag   bool
		env    bool
		file   bool
		want   float64
		origin configs.Origin
		where  string
	}{
		{name: "default", want: 1, origin: configs.FromDefault},
		{name: "file", file: true, want: 0.1, origin: configs.FromFile, where: ": time_scale"},
		{name: "environment", env: true, want: 0.2, origin: configs.FromEnvironment, where: "ANNOHOOK_TIME_SCALE"},
		{name: "environment over file", env: true, file: true, want: 0.2, origin: configs.FromEnvironment, where: "ANNOHOOK_TIME_SCALE"},
		{name: "flag", flag: true, want: 0.3, origin: configs.FromFlag, where: "--time-scale"},
		{name: "flag over file", flag: true, file: true, want: 0.3, origin: configs.FromFlag, where: "--time-scale"},
		{name: "flag over environment", flag: true, env: true, want: 0.3, origin: configs.FromFlag, where: "--time-scale"},
		{name: "flag over all", flag: true, env: true, file: true, want: 0.3, origin: configs.FromFlag, where: "--time-scale"},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			s := configs.Sources{Home: "/home/me"}
			if tc.flag {
				s.Flags = map[string]string{"time_scale": "0.3"}
			}
			if tc.env {
				s.Environ = []string{"ANNOHOOK_TIME_SCALE=0.9", "ANNOHOOK_TIME_SCALE=0.2"} // the last one counts, as for a shell
			}
			if tc.file {
				s.File = file(t, text)
			}
			c, values, err := configs.Load(s)
			if err != nil {
				t.Fatal(err)
			}
			v := values[slices.IndexFunc(values, func(v configs.Value) bool { return v.Setting.Name == "time_scale" })]
			if c.TimeScale != tc.want || v.Origin != tc.origin || !strings.HasSuffix(v.Where, tc.where) {
				t.Errorf("%v from %s %q, want %v from %s %q", c.TimeScale, v.Origin, v.Where, tc.want, tc.origin, tc.where)
			}
		})
	}
}

// TestEverySourceTakesTheSameWords: each setting is given once by each source and means the same.
func TestEverySourceTakesTheSameWords(t *testing.T) {
	t.Parallel()
	words := map[string]string{
		"addr": "127.0.0.1:0", "redis": "memory", "state_dir": "/tmp/x", "time_scale": "0.5", "roles": "api", "token": "a-long-token",
		"allow_host": "a.example,b.example", "allow_target": "10.0.0.0/8,127.0.0.1", "deny_target": "10.1.0.0/16", "keep_deliveries": "10",
		"keep_age": "2h", "concurrency": "3", "log_level": "debug", "log_format": "json", "server": "https://h.example/", "traces": "https://u:p@h.example:4318/otlp",
		"native": "argilla=127.0.0.1:6900, label-studio@2026-07=[::1]:0", "native_token": "argilla=argilla.apikey,toloka=a=b=c=d=",
	}
	for _, s := range configs.Settings() {
		word, ok := words[s.Name]
		if !ok {
			t.Errorf("no value for %s in this test", s.Name)
			continue
		}
		var got []configs.Config
		for _, sources := range []configs.Sources{
			{Flags: map[string]string{s.Name: word}}, {Environ: []string{s.Env() + "=" + word}}, {File: file(t, s.Name+`: "`+word+`"`)},
		} {
			c, _, err := configs.Load(sources)
			if err != nil {
				t.Errorf("%s: %v", s.Name, err)
			}
			got = append(got, c)
		}
		compare := cmp.Options{cmp.Comparer(func(a, b netip.Prefix) bool { return a == b })}
		if !cmp.Equal(got[0], got[1], compare) || !cmp.Equal(got[0], got[2], compare) {
			t.Errorf("%s means different things:\n%s%s", s.Name, cmp.Diff(got[0], got[1], compare), cmp.Diff(got[0], got[2], compare))
		}
		standard, _, err := configs.Load(configs.Sources{})
		if err != nil {
			t.Fatal(err)
		}
		if cmp.Equal(got[0], standard, compare) {
			t.Errorf("%s: %q changes nothing", s.Name, word)
		}
	}
}

func TestBadValues(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, value, allowed string }{
		{"addr", "8080", "host:port"},
		{"addr", "127.0.0.1:70000", "65535"},
		{"redis", "", "auto, memory"},
		{"redis", "http://x", "redis://"},
		{"redis", "redis://", "redis://"},
		{"time_scale", "0", "above 0"},
		{"time_scale", "1001", "1000"},
		{"time_scale", "NaN", "above 0"},
		{"roles", "", "api, worker"},
		{"roles", "api,cook", "api, worker"},
		{"token", "short", "8 to 256"},
		{"token", "with a blank", "visible"},
		{"allow_host", "http://x", "scheme"},
		{"allow_target", "10.0.0.0/99", "10.0.0.0/8"},
		{"deny_target", "x", "10.0.0.0/8"},
		{"keep_deliveries", "0", "from 1"},
		{"keep_deliveries", "1.5", "whole"},
		{"keep_age", "1s", "1m"},
		{"keep_age", "a week", "168h"},
		{"concurrency", "1001", "1000"},
		{"log_level", "loud", "debug, info, warn, error"},
		{"log_format", "xml", "text, json"},
		{"native", "argilla", "PLATFORM@PROFILE=host:port"},
		{"native", "argilla@=127.0.0.1:1", "PLATFORM=host:port"},
		{"native", "=127.0.0.1:1", "PLATFORM=host:port"},
		{"native", "argilla=6900", "argilla: \"6900\" is not host:port"},
		{"native", "a=127.0.0.1:1,b=127.0.0.1:65536", "65535"},
		{"native_token", "without-a-platform", "PLATFORM=KEY"},
		{"native_token", "argilla=short", "8 to 256"},
		{"native_token", "argilla=long-enough,argilla=long-enough", "second time"},
		{"traces", "127.0.0.1:4318", "http://127.0.0.1:4318"},
		{"traces", "grpc://x:4317", "http://127.0.0.1:4318"},
		{"traces", "http://", "http://127.0.0.1:4318"},
		{"traces", "http://me:hidden@x/?a=b", "without query"},
		{"server", "127.0.0.1:8080", "http://"},
		{"server", "http://user:pass@[::1", "not an address"},
		{"server", "ftp://x", "http://"},
	}
	for _, tc := range tests {
		_, _, err := configs.Load(configs.Sources{Flags: map[string]string{tc.name: tc.value}})
		var e *configs.Error
		if !errors.As(err, &e) {
			t.Errorf("%s=%q: %v, want a *configs.Error", tc.name, tc.value, err)
			continue
		}
		if e.Where != "--"+strings.ReplaceAll(tc.name, "_", "-") || !strings.Contains(e.Message, tc.allowed) {
			t.Errorf("%s=%q: %v, want the flag and what is allowed (%s)", tc.name, tc.value, e, tc.allowed)
		}
		if strings.HasSuffix(tc.name, "token") && strings.Contains(e.Error(), tc.value) {
			t.Errorf("the error repeats the token: %v", e)
		}
	}
}

func TestUnknownNames(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		sources configs.Sources
		says    []string
	}{
		{"variable", configs.Sources{Environ: []string{"ANNOHOOK_TIMESCALE=1"}}, []string{"ANNOHOOK_TIMESCALE", "did you mean ANNOHOOK_TIME_SCALE?"}},
		{"short key", configs.Sources{File: file(t, "foo: 1\n")}, []string{"foo: unknown setting"}},
		{"far variable", configs.Sources{Environ: []string{"ANNOHOOK_SOMETHING_ELSE=1"}}, []string{"unknown variable"}},
		{"key", configs.Sources{File: file(t, "time-scale: 1\n")}, []string{"time-scale", "did you mean time_scale?"}},
		{"nested", configs.Sources{File: file(t, "addr:\n  host: x\n")}, []string{"addr", "plain value"}},
		{"nested list", configs.Sources{File: file(t, "allow_host: [[a]]\n")}, []string{"allow_host", "plain values"}},
		{"nested mapping", configs.Sources{File: file(t, "native: {a: [b]}\n")}, []string{"native", "plain values"}},
		{"no mapping", configs.Sources{File: file(t, "- a\n")}, []string{configs.FileName, "NAME: VALUE"}},
		{"plain text", configs.Sources{File: file(t, "redis\n")}, []string{configs.FileName, "NAME: VALUE"}},
		{"no YAML", configs.Sources{File: file(t, "a: [\n")}, []string{configs.FileName}},
		{"twice", configs.Sources{File: file(t, "addr: a:1\naddr: b:1\n")}, []string{"line 2", "addr"}},
		{"bad value", configs.Sources{File: file(t, "time_scale: fast\n")}, []string{"time_scale", "fast"}},
	}
	for _, tc := range tests {
		_, _, err := configs.Load(tc.sources)
		var e *configs.Error
		if !errors.As(err, &e) {
			t.Errorf("%s: %v, want a *configs.Error", tc.name, err)
			continue
		}
		for _, text := range tc.says {
			if !strings.Contains(e.Error(), text) {
				t.Errorf("%s: %v, want %q in it", tc.name, e, text)
			}
		}
	}
	for _, name := range []string{"ANNOHOOK_CONFIG=x", "ANNOHOOK_TEST_BINARY=x", "ANNOHOOK_SOAK=1m", "ANNOHOOK_CHAOS=1m", "OTHER=x"} {
		if _, _, err := configs.Load(configs.Sources{Environ: []string{name}}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestFileThatCannotBeRead(t *testing.T) {
	t.Parallel()
	if _, _, err := configs.Load(configs.Sources{File: "/no/such/file.yaml"}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%v, want that it does not exist", err)
	}
	if _, _, err := configs.Load(configs.Sources{File: file(t, strings.Repeat("# filler\n", 200_000))}); err == nil || !strings.Contains(err.Error(), "more than") {
		t.Errorf("%v, want that it is too large", err)
	}
	if _, _, err := configs.Load(configs.Sources{File: file(t, "")}); err != nil {
		t.Errorf("an empty file: %v", err)
	}
}

// TestSearch: the nearest file above, but not beyond the root of the repository.
func TestSearch(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	deep := filepath.Join(root, "repository", "a", "b")
	if err := os.MkdirAll(deep, 0o700); err != nil {
		t.Fatal(err)
	}
	put := func(folder, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(folder, configs.FileName), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	scale := func() float64 {
		t.Helper()
		c, _, err := configs.Load(configs.Sources{Dir: deep})
		if err != nil {
			t.Fatal(err)
		}
		return c.TimeScale
	}
	put(root, "time_scale: 0.1")
	if got := scale(); got != 0.1 {
		t.Errorf("the file far above is not found: %v", got)
	}
	if err := os.Mkdir(filepath.Join(root, "repository", ".git"), 0o700); err != nil {
		t.Fatal(err)
	}
	if got := scale(); got != 1 {
		t.Errorf("the search goes beyond the repository: %v", got)
	}
	put(filepath.Join(root, "repository"), "time_scale: 0.2")
	if got := scale(); got != 0.2 {
		t.Errorf("the file in the root of the repository is not found: %v", got)
	}
	put(filepath.Join(root, "repository", "a"), "time_scale: 0.3")
	if got := scale(); got != 0.3 {
		t.Errorf("not the nearest file: %v", got)
	}
}

func TestListsAndNull(t *testing.T) {
	t.Parallel()
	c, _, err := configs.Load(configs.Sources{File: file(t, "allow_host: [a, b]\nallow_target: [10.0.0.0/8, '::1']\nroles: [worker]\nstate_dir: null\ntoken: ~\n"), Home: "/h"})
	if err != nil {
		t.Fatal(err)
	}
	want := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("::1/128")}
	if !slices.Equal(c.AllowHosts, []string{"a", "b"}) || !slices.Equal(c.AllowTargets, want) || c.API || !c.Worker || c.StateDir != "/h/.local/state/annohook" {
		t.Errorf("%+v", c)
	}
}

// TestNative: a mapping, a list and a text of pairs mean the same.
func TestNative(t *testing.T) {
	t.Parallel()
	want := []configs.Native{{Platform: "argilla", Addr: "127.0.0.1:6900"}, {Platform: "label-studio", Profile: "2026-07", Addr: "[::1]:0"}}
	keys := map[string]string{"argilla": "argilla.apikey", "toloka": "a=b=c=d="}
	for name, text := range map[string]string{
		"mapping": "native: {argilla: 127.0.0.1:6900, label-studio@2026-07: '[::1]:0'}\nnative_token: {argilla: argilla.apikey, toloka: a=b=c=d=}\n",
		"list":    "native:\n- argilla=127.0.0.1:6900\n- label-studio@2026-07=[::1]:0\nnative_token: [argilla=argilla.apikey, toloka=a=b=c=d=]\n",
		"text":    "native: argilla=127.0.0.1:6900, label-studio@2026-07=[::1]:0\nnative_token: argilla=argilla.apikey, toloka=a=b=c=d=\n",
	} {
		c, values, err := configs.Load(configs.Sources{File: file(t, text)})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if diff := cmp.Diff(want, c.Native) + cmp.Diff(keys, c.NativeTokens); diff != "" {
			t.Errorf("%s (-want +got)\n%s", name, diff)
		}
		for _, v := range values {
			if v.Setting.Name == "native_token" && v.Text != "********" {
				t.Errorf("%s: shown as %q", name, v.Text)
			}
		}
	}
	if got := want[0].String() + " " + want[1].String(); got != "argilla=127.0.0.1:6900 label-studio@2026-07=[::1]:0" {
		t.Errorf("printed as %s", got)
	}
}

func TestStateDir(t *testing.T) {
	t.Parallel()
	tests := []struct {
		environ []string
		home    string
		want    string
	}{
		{nil, "", ""},
		{nil, "/h", "/h/.local/state/annohook"},
		{[]string{"XDG_STATE_HOME=/s"}, "/h", "/s/annohook"},
		{[]string{"XDG_STATE_HOME=relative"}, "/h", "/h/.local/state/annohook"},
		{[]string{"XDG_STATE_HOME=/s", "ANNOHOOK_STATE_DIR=/mine"}, "/h", "/mine"},
	}
	for _, tc := range tests {
		c, _, err := configs.Load(configs.Sources{Environ: tc.environ, Home: tc.home})
		if err != nil || c.StateDir != tc.want {
			t.Errorf("%v with home %q: %q, %v, want %q", tc.environ, tc.home, c.StateDir, err, tc.want)
		}
	}
}

func TestSecretsAreStars(t *testing.T) {
	t.Parallel()
	c, values, err := configs.Load(configs.Sources{Environ: []string{"ANNOHOOK_TOKEN=a-long-token", "ANNOHOOK_NATIVE_TOKEN=argilla=a-long-token"}})
	if err != nil || c.Token != "a-long-token" {
		t.Fatalf("%q, %v", c.Token, err)
	}
	for _, v := range values {
		if strings.Contains(v.Text, "a-long-token") || v.Setting.Secret && v.Text != "********" {
			t.Errorf("%s shows %q", v.Setting.Name, v.Text)
		}
	}
}

// TestExampleFile: the example holds every setting, and says what the defaults say.
func TestExampleFile(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("annohook.example.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range configs.Settings() {
		if !strings.Contains(string(text), "\n"+s.Name+":") && !strings.Contains(string(text), "\n# "+s.Name+":") {
			t.Errorf("%s is missing", s.Name)
		}
	}
	example, _, err := configs.Load(configs.Sources{File: "annohook.example.yaml", Home: "/h"})
	if err != nil {
		t.Fatal(err)
	}
	standard, _, err := configs.Load(configs.Sources{Home: "/h"})
	if err != nil {
		t.Fatal(err)
	}
	example.AddrGiven = standard.AddrGiven // a file that says the default has said something all the same
	if diff := cmp.Diff(standard, example, cmp.Comparer(func(a, b netip.Prefix) bool { return a == b })); diff != "" {
		t.Errorf("the example differs from the defaults (-default +example)\n%s", diff)
	}
}

func TestTable(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, s := range configs.Settings() {
		if seen[s.Name] || s.Help == "" || s.Name != strings.ToLower(s.Name) || strings.Contains(s.Flag(), "_") || !strings.HasPrefix(s.Env(), configs.EnvPrefix) {
			t.Errorf("%+v", s)
		}
		seen[s.Name] = true
	}
}

func FuzzFile(f *testing.F) {
	f.Add("addr: 127.0.0.1:8080\nroles: [api, worker]\n")
	f.Add("time_scale: &a 1\nkeep_age: *a\n")
	f.Add("a: [\n")
	f.Fuzz(func(t *testing.T, text string) {
		c, values, err := configs.Load(configs.Sources{File: file(t, text), Home: "/h"})
		if err != nil {
			return
		}
		if !(c.TimeScale > 0) || !c.API && !c.Worker || len(values) != len(configs.Settings()) {
			t.Errorf("accepted %q as %+v", text, c)
		}
	})
}
