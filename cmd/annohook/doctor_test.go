package main

import (
	"encoding/json"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/annohook/annohook/cmd/app"
)

// anywhere are settings under which nothing of this machine is in the way.
func anywhere(args ...string) []string {
	return append([]string{"doctor", "--redis", "memory", "--addr", "127.0.0.1:0"}, args...)
}

// takenPort is an address that something listens on that is no annohook; it hangs up on everybody.
func takenPort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			c.Close()
		}
	}()
	return l.Addr().String()
}

func TestDoctorExitCodes(t *testing.T) {
	t.Parallel()
	call(t, anywhere()...).want(t, 0, "program", "annohook test")
	call(t, anywhere("--allow-target", "127.0.0.1,169.254.1.1")...).want(t, 0, "warn", "169.254.1.1")
	taken := takenPort(t)
	call(t, "doctor", "--redis", "memory", "--addr", taken, "--native", "argilla="+taken).want(t, 4, "fail", "2 checks failed: listen, native argilla")
	call(t, anywhere("--roles", "worker")...).want(t, 4, "1 check failed: settings")
	call(t, "doctor", "--server", "http://127.0.0.1:1").want(t, 4, "1 check failed: server")
	call(t, anywhere("extra")...).want(t, 2)
	call(t, anywhere("--time-scale", "fast")...).want(t, 2, "--time-scale")
	call(t, anywhere("-o", "xml")...).want(t, 2, "--output")
	broken := filepath.Join(t.TempDir(), "annohook.yaml")
	if err := os.WriteFile(broken, []byte("adr: x\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	call(t, anywhere("--config", broken)...).want(t, 2, broken, "addr")
	call(t, anywhere("--config", broken+".gone")...).want(t, 4, broken)
}

// TestDoctorText: one line a check, whatever was found.
func TestDoctorText(t *testing.T) {
	t.Parallel()
	got := call(t, anywhere("--deny-target", "0.0.0.0/0,::/0", "--log-level", "warn")...).want(t, 4, "log_level=warn (--log-level)", " -> narrow --deny-target")
	for line := range strings.Lines(got.out) {
		if word, _, _ := strings.Cut(line, " "); !slices.Contains([]string{"ok", "warn", "fail"}, word) {
			t.Errorf("the line begins with %q: %s", word, line)
		}
	}
	file := filepath.Join(t.TempDir(), "mine.yaml")
	if err := os.WriteFile(file, []byte("token: a-long-token\nstate_dir: \"a\\nb\\e[31m\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	got = call(t, anywhere("--config", file)...).want(t, 0, file, "token=********", `a\u000ab\u001b[31m`)
	if strings.Contains(got.out+got.err, "a-long-token") {
		t.Error("the token is shown")
	}
}

func TestDoctorJSON(t *testing.T) {
	t.Parallel()
	list := decode[[]app.Finding](t, call(t, anywhere("-o", "json")...).want(t, 0).out)
	if len(list) < 6 || list[0].Check != "program" || list[0].Status != app.OK || list[0].Found == "" {
		t.Errorf("%+v", list)
	}
	got := call(t, "doctor", "--redis", "memory", "--addr", takenPort(t), "-o", "jsonl").want(t, 4)
	failed := 0
	for line := range strings.Lines(got.out) {
		var fields map[string]string
		if err := json.Unmarshal([]byte(line), &fields); err != nil {
			t.Fatalf("%v in %s", err, line)
		}
		if len(fields) != 4 || fields["check"] == "" || fields["found"] == "" || (fields["advice"] == "") != (fields["status"] == "ok") {
			t.Errorf("%v", fields)
		}
		if fields["status"] == "fail" {
			failed++
		}
	}
	if failed != 1 {
		t.Errorf("%d failed, want 1:\n%s", failed, got.out)
	}
}

// TestDoctorAsksServer: the one on the address of serve, and the one that is named.
func TestDoctorAsksServer(t *testing.T) {
	t.Parallel()
	state := t.TempDir()
	b, base := serve(t, "--token", "a-long-token", "--redis", "auto", "--state-dir", state)
	addr := strings.TrimPrefix(base, "http://")
	eventually(t, "the worker tells that it is there", func() bool {
		return call(t, "doctor", "--server", base, "--token", "a-long-token").code == 0
	})
	local := []string{"doctor", "--redis", "auto", "--state-dir", state, "--addr", addr}
	call(t, append(local, "--token", "a-long-token")...).want(t, 0, "which is asked below", "in use by process", "1 alive", "would be accepted")
	call(t, local...).want(t, 0, "asks for a token")
	got := call(t, "doctor", "--server", base, "--token", "a-long-token", "-o", "jsonl").want(t, 0)
	if lines := strings.Count(got.out, "\n"); lines != 4 || strings.Contains(got.out, `"program"`) {
		t.Errorf("more is checked than the server:\n%s", got.out)
	}
	call(t, "doctor", "--server", base).want(t, 4, "token")
	if code := b.end(t); code != 0 {
		t.Errorf("the server ended with %d: %s", code, b.err)
	}
	call(t, append(local, "--token", "a-long-token")...).want(t, 0, "is free", "writable and free")
}

// TestDoctorInterrupted: what was cut short is not a finding.
func TestDoctorInterrupted(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0") // takes connections and never answers
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	b := start(t, "", "doctor", "--redis", "redis://"+l.Addr().String(), "--addr", "127.0.0.1:0")
	time.Sleep(50 * time.Millisecond)
	if code := b.end(t); code != exitInterrupted || b.out.String() != "" {
		t.Errorf("exit code %d, want %d, having printed %q", code, exitInterrupted, b.out)
	}
}

func TestDoctorIsListed(t *testing.T) {
	t.Parallel()
	call(t, "--help").want(t, 0, "doctor", "Check what serve needs")
	call(t, "__complete", "doc").want(t, 0, "doctor\tCheck what serve needs")
	call(t, "doctor", "--help").want(t, 0, "--server", "--redis", "--state-dir", "Exit code 0")
}
