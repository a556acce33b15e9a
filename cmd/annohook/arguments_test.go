package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/annohook/annohook/configs"
)

// TestMistakesAreNamed: each mistake ends with the field and what is allowed there.
func TestMistakesAreNamed(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		args string
		want string
	}{
		{"dev", "an argument is missing: annohook dev URL"},
		{"dev http://h http://i", `"http://i" is one argument too many: annohook dev URL`},
		{"version now", `"now" is one argument too many`},
		{"deliveries list --limit x", `"x" for "--limit" flag: a whole number is wanted`},
		{"ready --timeout x", "a duration such as 10s or 1m30s is wanted"},
		{"ready --wait=maybe", "true or false is wanted"},
		{"trigger argilla ping --to=", "--to is empty; give a value or leave it out"},
		{"trigger argilla ping --to http://127.0.0.1:9 --secret=", "--secret is empty"},
		{"listen --platform argilla --secret=", "--secret is empty"},
		{"listen --platform argilla --addr x", `--addr: "x" is not host:port with a port from 0 to 65535`},
		{"deliveries replay x --mode foo", `--mode: "foo" is not one of: retry, new, verbatim`},
		{"dev nonsense --platform argilla", "URL: unusable target URL: the scheme must be http or https"},
		{"help nosuch", `there is no command "nosuch"`},
		{"completion foo", "annohook completion has: bash, fish, powershell, zsh"},
		{"platforms argilla --code cobol", `--code: "cobol" is not one of: python, javascript, go, ruby`},
		{"platforms argilla ping --code go", "--code belongs to a platform"},
		{"platforms --code go", "--code needs a platform"},
		{"platforms argilla --code=", "--code is empty"},
	} {
		t.Run(tc.args, func(t *testing.T) {
			t.Parallel()
			call(t, strings.Fields(tc.args)...).want(t, exitUsage, tc.want)
		})
	}
}

// TestTokenIsAskedFor: whoever is refused hears how to give the token.
func TestTokenIsAskedFor(t *testing.T) {
	t.Parallel()
	b := start(t, "", "serve", "--redis", "memory", "--addr", "127.0.0.1:0", "--log-level", "warn", "--token", "a-token-of-the-test")
	base := address(t, b.err)
	call(t, "subscriptions", "list", "--server", base).want(t, exitUsage, "--token or ANNOHOOK_TOKEN")
	call(t, "subscriptions", "list", "--server", base, "--token", "a-token-of-the-test").want(t, exitOK, "no subscriptions")
}

// TestPlatformCode: a sample comes out alone, byte for byte, of every platform and language.
func TestPlatformCode(t *testing.T) {
	t.Parallel()
	r := registry(t)
	for _, id := range r.IDs() {
		for _, c := range r.Profiles(id)[0].Code {
			if got := call(t, "platforms", id, "--code", strings.ToLower(c.Language)).want(t, exitOK).out; got != c.Text || got == "" {
				t.Errorf("%s in %s is\n%s", id, c.Language, got)
			}
		}
	}
	if got := call(t, "platforms", "argilla", "--code", "Python", "-o", "json").want(t, exitOK).out; !strings.Contains(got, `"language": "Python"`) {
		t.Errorf("as JSON it is %s", got)
	}
	call(t, "platforms", "argilla").want(t, exitOK, "annohook platforms argilla --code python|javascript|go|ruby")
}

// TestJSONLog: where the log is JSON, everything that a server says on standard error is, from the banner to the last error.
func TestJSONLog(t *testing.T) {
	t.Parallel()
	b := start(t, "", "serve", "--redis", "memory", "--addr", "127.0.0.1:0", "--log-format", "json", "--log-level", "warn", "--time-scale", "0.5")
	eventually(t, "the first line", func() bool { return strings.Contains(b.err.String(), "\n") })
	var first struct {
		Msg, URL, Engine, Survives string
		Data                       *string
		Roles                      []string
		TimeScale                  float64 `json:"time_scale"`
		Native                     []struct{ Platform, URL string }
	}
	if err := json.Unmarshal([]byte(firstLine(b.err.String())), &first); err != nil {
		t.Fatalf("%v in %q", err, b.err)
	}
	if first.Msg != "annohook has started" || !strings.HasPrefix(first.URL, "http://127.0.0.1:") || first.Engine == "" || first.Survives == "" ||
		first.Data == nil || len(first.Roles) != 2 || first.TimeScale != 0.5 || len(first.Native) == 0 {
		t.Errorf("the banner is %+v", first)
	}
	call(t, "ready", "--server", first.URL).want(t, exitOK)
	taken := start(t, "", "serve", "--redis", "memory", "--addr", strings.TrimPrefix(first.URL, "http://"), "--log-format", "json")
	if code := taken.wait(t); code != exitLocal {
		t.Errorf("exit code %d", code)
	}
	if code := b.end(t); code != exitOK {
		t.Errorf("exit code %d", code)
	}
	for _, text := range []string{b.err.String(), taken.err.String()} {
		if text == "" {
			t.Error("nothing is said")
		}
		for line := range strings.Lines(text) {
			var entry struct{ Time, Level, Msg string }
			if err := json.Unmarshal(bytes.TrimSpace([]byte(line)), &entry); err != nil || entry.Time == "" || entry.Level == "" || entry.Msg == "" {
				t.Errorf("%q is no line of a JSON log: %v", line, err)
			}
		}
	}
}

// TestBannerOfWorker: a worker tells where it was asked to listen, and one that does not listen tells of no address.
func TestBannerOfWorker(t *testing.T) {
	t.Parallel()
	p := &process{version: "test"}
	config := configs.Config{Worker: true, TimeScale: 1}
	if got := p.bannerText(config, started{Engine: "Redis", URL: "http://127.0.0.1:4711"}); !strings.Contains(got, "health      http://127.0.0.1:4711  /livez") {
		t.Errorf("the banner is\n%s", got)
	}
	if got := p.bannerText(config, started{Engine: "Redis"}); strings.Contains(got, "http") {
		t.Errorf("the banner is\n%s", got)
	}
}
