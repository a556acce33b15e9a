package app_test

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/annohook/annohook/cmd/app"
	"github.com/annohook/annohook/cmd/app/redisd"
	"github.com/annohook/annohook/configs"
)

// bound is what Diagnose promises to end within, with some air for a busy machine.
const bound = 8 * time.Second

// diagnose runs all checks with these variables of the environment; Redis in memory and a free port unless they say otherwise.
func diagnose(t *testing.T, environ ...string) []app.Finding {
	t.Helper()
	return app.Diagnose(t.Context(), doctorOptions(t, environ...))
}

func doctorOptions(t *testing.T, environ ...string) app.DiagnoseOptions {
	t.Helper()
	base := []string{"ANNOHOOK_REDIS=memory", "ANNOHOOK_ADDR=127.0.0.1:0"}
	config, values, err := configs.Load(configs.Sources{Environ: append(base, environ...)})
	if err != nil {
		t.Fatal(err)
	}
	return app.DiagnoseOptions{Config: config, Values: values, Version: "1.2.3", Now: time.Now}
}

// wantFinding checks one finding: what it came to, that texts stand in it, and that advice comes with everything but ok.
func wantFinding(t *testing.T, findings []app.Finding, check string, verdict app.Verdict, texts ...string) app.Finding {
	t.Helper()
	i := slices.IndexFunc(findings, func(f app.Finding) bool { return f.Check == check })
	if i < 0 {
		t.Errorf("no finding about %s in %+v", check, findings)
		return app.Finding{}
	}
	f := findings[i]
	if f.Status != verdict {
		t.Errorf("%s is %s, want %s: %+v", check, f.Status, verdict, f)
	}
	for _, text := range texts {
		if !strings.Contains(f.Found+" "+f.Advice, text) {
			t.Errorf("%q is not in %+v", text, f)
		}
	}
	if f.Found == "" || (f.Advice == "") != (verdict == app.OK) {
		t.Errorf("found or advice is missing, or there is nothing to advise: %+v", f)
	}
	return f
}

func names(findings []app.Finding) []string {
	var list []string
	for _, f := range findings {
		list = append(list, f.Check)
	}
	return list
}

// TestDiagnoseGood: in a good world everything is ok, in a fixed order.
func TestDiagnoseGood(t *testing.T) {
	t.Parallel()
	findings := diagnose(t)
	want := []string{"program", "settings", "targets", "listen", "state", "open-files", "redis"}
	if got := names(findings); !slices.Equal(got, want) {
		t.Errorf("checks %v, want %v", got, want)
	}
	for _, check := range want {
		wantFinding(t, findings, check, app.OK)
	}
	wantFinding(t, findings, "program", app.OK, "1.2.3", runtime.Version(), runtime.GOOS)
	wantFinding(t, findings, "redis", app.OK, "nothing survives")
}

func TestDiagnoseSettings(t *testing.T) {
	t.Parallel()
	findings := diagnose(t, "ANNOHOOK_TOKEN=a-long-token", "ANNOHOOK_NATIVE_TOKEN=argilla=another-token", "ANNOHOOK_SERVER=http://me:hidden@127.0.0.1:1")
	f := wantFinding(t, findings, "settings", app.OK, "token=********", "ANNOHOOK_TOKEN", "redis=memory")
	for _, secret := range []string{"a-long-token", "another-token", "hidden"} {
		if strings.Contains(f.Found, secret) {
			t.Errorf("the secret %s is shown: %s", secret, f.Found)
		}
	}
	if strings.Contains(f.Found, "time_scale") {
		t.Errorf("a default is shown: %s", f.Found)
	}
	o := doctorOptions(t)
	o.File, o.Values = "/etc/annohook.yaml", nil
	wantFinding(t, app.Diagnose(t.Context(), o), "settings", app.OK, "/etc/annohook.yaml", "all are the defaults")

	for _, bad := range [][]string{
		{"ANNOHOOK_ROLES=worker", "--roles worker"},
		{"ANNOHOOK_ROLES=api", "--roles api"},
		{"ANNOHOOK_ADDR=0.0.0.0:0", "--token"},
		{"ANNOHOOK_NATIVE=nobody=127.0.0.1:0", "nobody"},
	} {
		wantFinding(t, diagnose(t, bad[0]), "settings", app.Fail, bad[1], "config show --origin")
	}
}

func TestDiagnoseTargets(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name        string
		allow, deny string
		verdict     app.Verdict
		says        string
	}{
		{"open", "", "", app.OK, "listeners on this machine may be reached"},
		{"some denied", "", "10.0.0.0/8", app.OK, "1 denied"},
		{"some allowed", "192.168.0.0/16", "192.168.9.0/24", app.OK, "(127.0.0.1) may not be reached"},
		{"all allowed by name", "0.0.0.0/0,::/0", "", app.OK, "2 networks allowed"},
		{"all denied", "", "0.0.0.0/0,::/0", app.Fail, "refuses every address"},
		{"one family denied", "", "0.0.0.0/0", app.OK, "may not be reached"},
		{"allowed and denied", "10.1.0.0/16", "10.0.0.0/8", app.Fail, "10.1.0.0/16"},
		{"one of two denied", "10.1.0.0/16,127.0.0.0/8", "10.0.0.0/8", app.Warn, "10.1.0.0/16"},
		{"never reached", "169.254.169.254,127.0.0.1", "", app.Warn, "169.254.169.254"},
		{"only what is never reached", "fe80::/10", "", app.Fail, "fe80::/10"},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			wantFinding(t, diagnose(t, "ANNOHOOK_ALLOW_TARGET="+tc.allow, "ANNOHOOK_DENY_TARGET="+tc.deny), "targets", tc.verdict, tc.says)
		})
	}
	o := doctorOptions(t)
	o.Config.AllowTargets = []netip.Prefix{{}}
	wantFinding(t, app.Diagnose(t.Context(), o), "targets", app.Fail, "allow list")
}

// TestDiagnoseState holds worlds that are bad for the superuser too, whom permission bits do not stop.
func TestDiagnoseState(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(dir, "link")
	if err := os.Symlink(filepath.Join(dir, "gone"), link); err != nil {
		t.Fatal(err)
	}
	missing := filepath.Join(dir, "not", "there")
	tests := []struct {
		name, dir string
		verdict   app.Verdict
		says      string
	}{
		{"free", t.TempDir(), app.OK, "writable and free"},
		{"missing", missing, app.OK, "serve creates it"},
		{"a file", file, app.Fail, "not a directory"},
		{"below a file", filepath.Join(file, "state"), app.Fail, "not a directory"},
		{"link to nothing", link, app.Fail, "symbolic link"},
		{"below a link to nothing", filepath.Join(link, "state"), app.Fail, "symbolic link"},
	}
	if runtime.GOOS == "linux" {
		tests = append(tests, struct {
			name, dir string
			verdict   app.Verdict
			says      string
		}{"takes no files", "/proc", app.Fail, "/proc cannot be used"})
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			findings := diagnose(t, "ANNOHOOK_REDIS=auto", "ANNOHOOK_STATE_DIR="+tc.dir)
			f := wantFinding(t, findings, "state", tc.verdict, tc.says, tc.dir)
			if left, err := os.ReadDir(tc.dir); tc.name == "free" && (err != nil || len(left) > 0) {
				t.Errorf("%v is left there, %v", left, err)
			}
			if _, err := os.Lstat(missing); err == nil {
				t.Error("the missing directory was made")
			}
			if f.Status == app.OK {
				wantFinding(t, findings, "disk", app.OK, "free")
			}
		})
	}
	wantFinding(t, diagnose(t), "state", app.OK, "no state directory is used")
	o := doctorOptions(t, "ANNOHOOK_REDIS=auto")
	o.Config.StateDir = ""
	wantFinding(t, app.Diagnose(t.Context(), o), "state", app.Fail, "--state-dir")
}

// TestDiagnoseStateLocked: by another annohook that does not answer, and by one that does.
func TestDiagnoseStateLocked(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	lock, err := redisd.LockDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	pid := "process " + strconv.Itoa(os.Getpid())
	environ := []string{"ANNOHOOK_REDIS=auto", "ANNOHOOK_STATE_DIR=" + dir}
	wantFinding(t, diagnose(t, environ...), "state", app.Warn, dir, pid, "--server")
	server := fakeServer(t, nil)
	wantFinding(t, diagnose(t, append(environ, "ANNOHOOK_ADDR="+server.Listener.Addr().String())...), "state", app.OK, pid, server.URL)
	if err := lock.Release(); err != nil {
		t.Fatal(err)
	}
	wantFinding(t, diagnose(t, environ...), "state", app.OK, "free")
	if again, err := redisd.LockDir(dir); err != nil {
		t.Errorf("the look keeps the lock: %v", err)
	} else if err := again.Release(); err != nil {
		t.Error(err)
	}
	if err := os.Remove(filepath.Join(dir, "annohook.lock")); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "annohook.lock"), 0o700); err != nil {
		t.Fatal(err)
	}
	f := diagnose(t, environ...)
	if i := slices.Index(names(f), "state"); f[i].Status == app.Warn {
		t.Errorf("a lock that is a directory is held by nobody: %+v", f[i])
	}
}

func TestDiagnoseLimits(t *testing.T) {
	t.Parallel()
	wantFinding(t, []app.Finding{app.JudgeSpace("/here", 1<<30)}, "disk", app.OK, "1024 MiB", "/here")
	wantFinding(t, []app.Finding{app.JudgeSpace("/here", 1<<30-1)}, "disk", app.Warn, "1023 MiB", "/here")
	wantFinding(t, []app.Finding{app.JudgeOpenFiles(1024)}, "open-files", app.OK, "1024")
	wantFinding(t, []app.Finding{app.JudgeOpenFiles(1023)}, "open-files", app.Warn, "1023", "ulimit")
}

func TestReachable(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"127.0.0.1:1": "127.0.0.1:1", ":1": "localhost:1", "0.0.0.0:1": "localhost:1", "[::]:1": "localhost:1", "[::1]:1": "[::1]:1", "name:1": "name:1", "odd": "odd",
	} {
		if got := app.Reachable(in); got != want {
			t.Errorf("%s is reached at %s, want %s", in, got, want)
		}
	}
}

// hanging is an address that takes connections and never answers.
func hanging(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l.Addr().String()
}

// TestDiagnoseBounded: whatever hangs, the end comes in time.
func TestDiagnoseBounded(t *testing.T) {
	t.Parallel()
	begin := time.Now()
	findings := diagnose(t, "ANNOHOOK_ADDR="+hanging(t), "ANNOHOOK_REDIS=redis://"+hanging(t))
	if took := time.Since(begin); took > bound {
		t.Errorf("it took %s", took)
	}
	wantFinding(t, findings, "listen", app.Fail)
	wantFinding(t, findings, "redis", app.Fail)
	many := "ANNOHOOK_REDIS=redis+sentinel://" + hanging(t) + "/main"
	begin = time.Now()
	wantFinding(t, diagnose(t, many), "redis", app.Fail)
	wantFinding(t, diagnose(t, "ANNOHOOK_REDIS=redis+cluster://"+hanging(t)), "redis", app.Fail)
	if took := time.Since(begin); took > 2*bound {
		t.Errorf("it took %s", took)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	begin = time.Now()
	app.Diagnose(ctx, doctorOptions(t, many))
	if took := time.Since(begin); took > bound/2 {
		t.Errorf("after its context it took %s", took)
	}
}

func TestDiagnoseListen(t *testing.T) {
	t.Parallel()
	stranger := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(stranger.Close)
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(`{"name":"other","version":"1"}`)) }))
	t.Cleanup(other.Close)
	locked := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusUnauthorized) }))
	t.Cleanup(locked.Close)
	ours := fakeServer(t, nil)
	at := func(s *httptest.Server) string { return "ANNOHOOK_ADDR=" + s.Listener.Addr().String() }

	wantFinding(t, diagnose(t), "listen", app.OK, "free port")
	wantFinding(t, diagnose(t, at(stranger)), "listen", app.Fail, "in use", "--addr")
	wantFinding(t, diagnose(t, at(other)), "listen", app.Fail, "--addr")
	wantFinding(t, diagnose(t, at(locked)), "listen", app.Warn, "--token")
	wantFinding(t, diagnose(t, "ANNOHOOK_ADDR=192.0.2.1:8080", "ANNOHOOK_TOKEN=a-long-token"), "listen", app.Fail, "192.0.2.1")
	findings := diagnose(t, at(ours))
	wantFinding(t, findings, "listen", app.OK, "annohook 1.2.3")
	for _, check := range []string{"server", "ready", "workers", "queue"} {
		wantFinding(t, findings, check, app.OK)
	}
	o := doctorOptions(t)
	o.Config.API, o.Config.AddrGiven = false, false
	wantFinding(t, app.Diagnose(t.Context(), o), "listen", app.OK, "nowhere")
}

func TestDiagnoseNative(t *testing.T) {
	t.Parallel()
	taken, ours := hanging(t), fakeServer(t, nil)
	findings := diagnose(t, "ANNOHOOK_NATIVE=argilla="+taken+",label-studio=127.0.0.1:0")
	wantFinding(t, findings, "native argilla", app.Fail, taken, "--native")
	wantFinding(t, findings, "native label-studio", app.OK, "free")
	findings = diagnose(t, "ANNOHOOK_NATIVE=argilla="+taken, "ANNOHOOK_ADDR="+ours.Listener.Addr().String())
	wantFinding(t, findings, "native argilla", app.Warn, taken, ours.URL)
}
