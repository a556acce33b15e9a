package e2e_test

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/annohook/annohook/web/client"
)

// TestBannerTellsTheTruth: what the banner says survives a restart survives it, and what it says does not, does not.
func TestBannerTellsTheTruth(t *testing.T) {
	t.Parallel()
	nowhere := t.TempDir()
	tests := []struct {
		name          string
		args          func(t *testing.T, state string) []string
		path          string // PATH of the program
		says          string
		subscriptions bool // survive
		deliveries    bool
		files         bool // something is written to the state directory
		where         func(state string) string
	}{
		{
			name: "memory", path: searchPath(), says: "nothing survives a restart",
			args: func(*testing.T, string) []string { return []string{"--redis", "memory"} },
		},
		{
			name: "no redis-server here", path: nowhere, says: "subscriptions survive a restart; deliveries and pending retries do not",
			args:          func(_ *testing.T, state string) []string { return []string{"--state-dir", state} },
			subscriptions: true, files: true,
		},
		{
			name: "supervised", path: searchPath(), says: "everything accepted survives a restart and a kill -9 of annohook",
			args: func(t *testing.T, state string) []string {
				t.Helper()
				findRedis(t)
				return []string{"--state-dir", state}
			},
			subscriptions: true, deliveries: true, files: true,
		},
		{
			name: "shared", path: searchPath(), says: "everything accepted survives a restart of annohook",
			args: func(t *testing.T, _ string) []string {
				t.Helper()
				return []string{"--redis", startRedis(t).url}
			},
			subscriptions: true, deliveries: true,
		},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			home, state := t.TempDir(), filepath.Join(t.TempDir(), "state")
			s := startIn(t, home, tc.path, append(tc.args(t, state), "--time-scale", "0.4")...)
			banner := s.log.String() + s.out.String()
			if !strings.Contains(banner, tc.says) {
				t.Errorf("the banner does not say %q:\n%s", tc.says, banner)
			}
			if tc.files && !strings.Contains(banner, state) {
				t.Errorf("the banner does not name %s:\n%s", state, banner)
			}
			h := listen(t, "argilla", hookOptions{script: "500,200"})
			sub := s.attach(h, "argilla", nil)
			pending := s.trigger(object{"platform": "argilla", "type": "record.created"}) // its retry is four seconds away
			h.await(1, 5*time.Second)
			for _, end := range []string{"SIGTERM", "SIGKILL"} {
				if end == "SIGKILL" {
					s.kill()
				} else {
					_ = s.cmd.Process.Signal(syscall.SIGTERM)
					s.wait(stopWithin)
				}
				s = s.again()
				subs := read[client.SubscriptionList](s, "/api/v1/subscriptions").Items
				if (len(subs) == 1 && subs[0].ID == sub.ID && subs[0].URL == h.url) != tc.subscriptions || !tc.subscriptions && len(subs) != 0 {
					t.Errorf("after %s there are the subscriptions %+v", end, subs)
				}
				list := s.all("")
				if (len(list) == 1 && list[0].ID == pending.Deliveries[0].ID) != tc.deliveries || !tc.deliveries && len(list) != 0 {
					t.Errorf("after %s there are the deliveries %+v", end, list)
				}
			}
			if tc.deliveries {
				if d := s.settle(pending.Deliveries[0].ID, 20*time.Second); d.Status != "succeeded" || len(d.Attempts) != 2 {
					t.Errorf("the pending retry is %s after %d attempts", d.Status, len(d.Attempts))
				}
			}
			written := files(t, home) + files(t, state)
			if tc.name == "memory" && written != "" || tc.files && files(t, state) == "" {
				t.Errorf("files written: %s", written)
			}
		})
	}
}

// files lists every regular file below dir.
func files(t *testing.T, dir string) string {
	t.Helper()
	var names []string
	err := filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err != nil {
			return nil //nolint:nilerr // a folder that does not exist holds nothing
		}
		if entry.Type().IsRegular() {
			names = append(names, path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(names, " ")
}

// TestRefusedStarts: settings that cannot work end the program with the code for it, and a sentence.
func TestRefusedStarts(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	tests := []struct {
		name string
		args []string
		code int
		says string
	}{
		{"wide address without a token", []string{"serve", "--addr", "0.0.0.0:0", "--redis", "memory"}, 2, "--token"},
		{"worker without a shared Redis", []string{"serve", "--addr", "127.0.0.1:0", "--roles", "worker"}, 2, "--redis"},
		{"worker in memory", []string{"serve", "--addr", "127.0.0.1:0", "--roles", "worker", "--redis", "memory"}, 2, "--redis"},
		{"no Redis there", []string{"serve", "--addr", "127.0.0.1:0", "--redis", "redis://127.0.0.1:1/0"}, 3, "redis"},
		{"unknown flag", []string{"serve", "--colour", "red"}, 2, "colour"},
		{"time scale", []string{"serve", "--time-scale", "-1"}, 2, "time"},
		{"unknown command", []string{"fly"}, 2, "fly"},
		{"server out of reach", []string{"subscriptions", "list", "--server", "http://127.0.0.1:1"}, 3, "127.0.0.1:1"},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			p := launch(t, home, searchPath(), tc.args...)
			if code := p.wait(20 * time.Second); code != tc.code || !strings.Contains(strings.ToLower(p.log.String()), tc.says) {
				t.Errorf("exit %d, want %d and %q: %s", code, tc.code, tc.says, p.log.String())
			}
		})
	}
	t.Run("Redis that evicts", func(t *testing.T) {
		t.Parallel()
		redis := startRedis(t, "--maxmemory", "50mb", "--maxmemory-policy", "allkeys-lru")
		p := launch(t, home, searchPath(), "serve", "--addr", "127.0.0.1:0", "--redis", redis.url)
		if code := p.wait(20 * time.Second); code != 2 || !strings.Contains(p.log.String(), "allkeys-lru") || !strings.Contains(p.log.String(), "noeviction") {
			t.Errorf("exit %d, want 2 with the policy and the one that is wanted: %s", code, p.log.String())
		}
	})
}

// TestStateDirLocked: two programs cannot share one state directory.
func TestStateDirLocked(t *testing.T) {
	t.Parallel()
	state := filepath.Join(t.TempDir(), "state")
	s := start(t, "--state-dir", state)
	second := launch(t, t.TempDir(), searchPath(), "serve", "--addr", "127.0.0.1:0", "--state-dir", state)
	if code := second.wait(20 * time.Second); code != 4 && code != 2 || !strings.Contains(second.log.String(), state) {
		t.Errorf("exit %d: %s", code, second.log.String())
	}
	if r := s.get("/readyz"); r.status != 200 {
		t.Errorf("the first one: %d", r.status)
	}
}
