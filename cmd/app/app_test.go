package app_test

import (
	"context"
	"errors"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/annohook/annohook/cmd/app"
	"github.com/annohook/annohook/cmd/app/redisd"
	"github.com/annohook/annohook/configs"
	"github.com/annohook/annohook/scheduler"
	"github.com/annohook/annohook/subscriptions"
)

// settings are the defaults with changes, on a free port and in a folder of the test.
func settings(t *testing.T, changes map[string]string) configs.Config {
	t.Helper()
	flags := map[string]string{"addr": "127.0.0.1:0", "state_dir": filepath.Join(t.TempDir(), "state")}
	maps.Copy(flags, changes)
	c, _, err := configs.Load(configs.Sources{Flags: flags})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// launch builds and starts an App, and stops it with the test unless stop was called.
func launch(t *testing.T, c configs.Config) (a *app.App, stop func()) {
	t.Helper()
	a, err := app.New(t.Context(), app.Options{Config: c, Version: "test"})
	if err != nil {
		t.Fatal(err)
	}
	a.Start(t.Context())
	stopped := false
	stop = func() {
		t.Helper()
		if stopped {
			return
		}
		stopped = true
		ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), 30*time.Second)
		defer cancel()
		if err := a.Stop(ctx); err != nil {
			t.Errorf("stop: %v", err)
		}
	}
	t.Cleanup(stop)
	return a, stop
}

// findRedis returns the path of a redis-server, or skips the test on a machine without one.
func findRedis(t *testing.T) string {
	t.Helper()
	path, ok := redisd.Find()
	if !ok {
		t.Skip("no redis-server or valkey-server on the PATH of this machine")
	}
	return path
}

// startRedis runs a redis-server on a free port of loopback.
func startRedis(t *testing.T, args ...string) (url string) {
	t.Helper()
	path := findRedis(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	cmd := exec.Command(path, append([]string{"--bind", "127.0.0.1", "--port", port, "--save", "", "--dir", t.TempDir()}, args...)...)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill() // it may have ended
		_ = cmd.Wait()
	})
	client := redis.NewClient(&redis.Options{Addr: "127.0.0.1:" + port})
	defer client.Close()
	within(t, "redis-server answers", func() bool { return client.Ping(t.Context()).Err() == nil })
	return "redis://127.0.0.1:" + port + "/0"
}

func within(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("not in time: %s", what)
		}
	}
}

// counter is a listener that counts what it gets.
func counter(t *testing.T) (url string, count *atomic.Int64) {
	t.Helper()
	count = &atomic.Int64{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // only the arrival counts
		count.Add(1)
		w.WriteHeader(http.StatusNoContent)
	}))
	t.Cleanup(server.Close)
	return server.URL, count
}

// deliver subscribes a listener and sends it one event.
func deliver(t *testing.T, a *app.App) {
	t.Helper()
	url, count := counter(t)
	sub, err := a.Scheduler().Subscribe(t.Context(), subscriptions.Subscription{Platform: "datasaur", URL: url, Enabled: true})
	if err != nil {
		t.Fatal(err)
	}
	published, err := a.Scheduler().Publish(t.Context(), scheduler.Trigger{Platform: "datasaur", Type: "PROJECT_CREATED", SubscriptionIDs: []string{sub.ID}})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	list, done, err := a.Scheduler().Await(ctx, []string{published.Deliveries[0].ID})
	if err != nil || !done || list[0].Status != "succeeded" || count.Load() != 1 {
		t.Errorf("done %t, %v, %d requests: %+v", done, err, count.Load(), list)
	}
}

// TestEngines: each engine delivers, tells the truth about itself, and is ready over HTTP.
func TestEngines(t *testing.T) {
	nowhere := t.TempDir()
	tests := []struct {
		name     string
		path     string // PATH; "": as it is
		changes  func(t *testing.T) map[string]string
		engine   string
		shared   bool
		survives string
		keeps    bool // subscriptions survive a restart
		writes   bool
	}{
		{
			name: "memory", engine: "in-process store", survives: "nothing survives",
			changes: func(*testing.T) map[string]string { return map[string]string{"redis": "memory"} },
		},
		{
			name: "auto without a server", path: nowhere, engine: "in-process store (no redis-server on this machine)",
			survives: "subscriptions survive a restart; deliveries and pending retries do not", keeps: true, writes: true,
			changes: func(*testing.T) map[string]string { return nil },
		},
		{
			name: "auto with a server", engine: "as a supervised child", survives: "kill -9", keeps: true, writes: true,
			changes: func(t *testing.T) map[string]string { t.Helper(); findRedis(t); return nil },
		},
		{
			name: "shared", engine: "Redis", survives: "everything accepted survives", shared: true, keeps: true,
			changes: func(t *testing.T) map[string]string { t.Helper(); return map[string]string{"redis": startRedis(t)} },
		},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			if tc.path != "" {
				t.Setenv("PATH", tc.path)
			}
			c := settings(t, tc.changes(t))
			a, stop := launch(t, c)
			about := a.About()
			if !strings.Contains(about.Engine, tc.engine) || !strings.Contains(about.Survives, tc.survives) || about.Shared != tc.shared {
				t.Errorf("%+v", about)
			}
			if tc.writes && about.Where != c.StateDir || !tc.writes && !tc.shared && about.Where != "" {
				t.Errorf("data is said to lie in %q", about.Where)
			}
			resp, err := http.Get("http://" + a.Addr() + "/readyz")
			if err != nil {
				t.Fatal(err)
			}
			resp.Body.Close()
			if resp.StatusCode != http.StatusOK {
				t.Errorf("/readyz answers %d", resp.StatusCode)
			}
			deliver(t, a)
			stop()
			if _, err := os.Stat(c.StateDir); (err == nil) != tc.writes {
				t.Errorf("the state directory exists: %t, want %t", err == nil, tc.writes)
			}
			again, _ := launch(t, c)
			_, err = again.Scheduler().Publish(t.Context(), scheduler.Trigger{Platform: "datasaur", Type: "PROJECT_CREATED"})
			var nobody *scheduler.NoMatchError
			if errors.As(err, &nobody) == tc.keeps {
				t.Errorf("after a restart a trigger answers %v; the subscription should be there: %t", err, tc.keeps)
			}
		})
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	busy, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { busy.Close() })
	tests := []struct {
		name    string
		changes map[string]string
		usage   bool
		says    string
	}{
		{"worker on the automatic engine", map[string]string{"roles": "worker"}, true, "--roles worker"},
		{"worker in memory", map[string]string{"roles": "worker", "redis": "memory"}, true, "--roles worker"},
		{"api in memory", map[string]string{"roles": "api", "redis": "memory"}, true, "worker role"},
		{"wide bind", map[string]string{"addr": "0.0.0.0:0", "redis": "memory"}, true, "--token"},
		{"wide IPv6 bind", map[string]string{"addr": "[::]:0", "redis": "memory"}, true, "--token"},
		{"every interface", map[string]string{"addr": ":0", "redis": "memory"}, true, "--token"},
		{"odd sentinel", map[string]string{"redis": "redis+sentinel://a:1"}, true, "/master"},
		{"no Redis there", map[string]string{"redis": "redis://127.0.0.1:1"}, false, app.ErrUnreachable.Error()},
		{"taken port", map[string]string{"addr": busy.Addr().String(), "redis": "memory"}, false, "--addr"},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			a, err := app.New(t.Context(), app.Options{Config: settings(t, tc.changes)})
			if err == nil {
				t.Errorf("accepted; %v", a.Stop(t.Context()))
				return
			}
			var usage *app.UsageError
			if errors.As(err, &usage) != tc.usage || !strings.Contains(err.Error(), tc.says) {
				t.Errorf("%v (usage error %t), want %q", err, errors.As(err, &usage), tc.says)
			}
		})
	}
}

func TestEvictingRedisIsRefused(t *testing.T) {
	t.Parallel()
	url := startRedis(t, "--maxmemory", "50mb", "--maxmemory-policy", "allkeys-lru")
	_, err := app.New(t.Context(), app.Options{Config: settings(t, map[string]string{"redis": url})})
	var usage *app.UsageError
	if !errors.As(err, &usage) || !strings.Contains(err.Error(), "allkeys-lru") || !strings.Contains(err.Error(), "noeviction") {
		t.Errorf("%v, want a usage error with the policy and the one that is wanted", err)
	}
}

// TestStateDirectoryIsLocked: two programs never share one.
func TestStateDirectoryIsLocked(t *testing.T) {
	c := settings(t, nil)
	for _, path := range []string{os.Getenv("PATH"), t.TempDir()} {
		t.Setenv("PATH", path)
		_, stop := launch(t, c)
		if _, err := app.New(t.Context(), app.Options{Config: c}); err == nil || !strings.Contains(err.Error(), c.StateDir) {
			t.Errorf("a second program: %v, want an error that names %s", err, c.StateDir)
		}
		stop()
	}
}

// TestRolesShareRedis: one process accepts, another delivers.
func TestRolesShareRedis(t *testing.T) {
	t.Parallel()
	url := startRedis(t)
	api, _ := launch(t, settings(t, map[string]string{"redis": url, "roles": "api"}))
	worker, _ := launch(t, settings(t, map[string]string{"redis": url, "roles": "worker"}))
	within(t, "the worker is ready", func() bool {
		resp, err := http.Get("http://" + worker.Addr() + "/readyz")
		return err == nil && resp.Body.Close() == nil && resp.StatusCode == http.StatusOK
	})
	for _, path := range []string{"/livez", "/readyz", "/version", "/metrics"} {
		resp, err := http.Get("http://" + worker.Addr() + path)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != http.StatusOK {
			t.Errorf("the worker answers %d to %s", resp.StatusCode, path)
		}
	}
	deliver(t, api)
}

// TestWorkerWithoutAddress: workers that were given no address take no port, so that many fit on one machine.
func TestWorkerWithoutAddress(t *testing.T) {
	t.Parallel()
	url := startRedis(t)
	c, _, err := configs.Load(configs.Sources{Flags: map[string]string{"redis": url, "roles": "worker"}})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if a, _ := launch(t, c); a.Addr() != "" {
			t.Errorf("it listens on %s", a.Addr())
		}
	}
}

func TestStopWithoutStart(t *testing.T) {
	t.Parallel()
	a, err := app.New(t.Context(), app.Options{Config: settings(t, map[string]string{"redis": "memory"})})
	if err != nil {
		t.Fatal(err)
	}
	addr := a.Addr()
	if err := a.Stop(t.Context()); err != nil {
		t.Errorf("stop: %v", err)
	}
	if l, err := net.Listen("tcp", addr); err != nil {
		t.Errorf("the port is still taken: %v", err)
	} else {
		l.Close()
	}
}

func TestMetrics(t *testing.T) {
	t.Parallel()
	a, _ := launch(t, settings(t, map[string]string{"redis": "memory"}))
	deliver(t, a)
	metrics := func() string {
		resp, err := http.Get("http://" + a.Addr() + "/metrics")
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		text, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	for _, want := range []string{
		`annohook_attempts_total{error_kind="",outcome="succeeded",platform="datasaur"} 1`, `annohook_deliveries{platform="datasaur",status="succeeded"} 1`,
		"annohook_queue_depth", "annohook_workers 1", "go_goroutines",
	} {
		// An attempt is counted after it is recorded, and the delivery is known to be settled from then on.
		within(t, "/metrics holds "+want, func() bool { return strings.Contains(metrics(), want) })
	}
}

func TestOneShot(t *testing.T) {
	t.Parallel()
	c := settings(t, map[string]string{"time_scale": "0.001"})
	observed := atomic.Int64{}
	s, err := app.NewOneShot(app.OneShotOptions{Config: c, Observe: func(scheduler.Observation) { observed.Add(1) }})
	if err != nil {
		t.Fatal(err)
	}
	s.Start(t.Context())
	defer s.Stop()
	url, count := counter(t)
	if _, err := s.Scheduler().Subscribe(t.Context(), subscriptions.Subscription{Platform: "datasaur", URL: url, Enabled: true}); err != nil {
		t.Fatal(err)
	}
	published, err := s.Scheduler().Publish(t.Context(), scheduler.Trigger{Platform: "datasaur", Type: "PROJECT_CREATED", Count: 5})
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, d := range published.Deliveries {
		ids = append(ids, d.ID)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if _, done, err := s.Scheduler().Await(ctx, ids); !done || err != nil || count.Load() != 5 {
		t.Errorf("done %t, %v, %d requests", done, err, count.Load())
	}
	// A result is in the history, where Await sees it, before it is observed.
	s.Stop()
	if observed.Load() != 5 {
		t.Errorf("%d observed", observed.Load())
	}
	if _, err := s.History().Attempts(t.Context(), ids[0]); err != nil {
		t.Error(err)
	}
	if _, err := s.Scheduler().Subscribe(t.Context(), subscriptions.Subscription{Platform: "datasaur", URL: "http://169.254.169.254/"}); err == nil {
		t.Error("a metadata address is accepted")
	}
	unstarted, err := app.NewOneShot(app.OneShotOptions{Config: c})
	if err != nil {
		t.Fatal(err)
	}
	unstarted.Stop()
}

// TestPlatforms wants every folder of a platform to be listed: its id is the folder's name, written with hyphens.
func TestPlatforms(t *testing.T) {
	t.Parallel()
	r, err := app.Platforms()
	if err != nil {
		t.Fatal(err)
	}
	folders, err := filepath.Glob("../../payloads/*/platform.go")
	if err != nil || len(folders) < 5 {
		t.Fatalf("folders %q, %v", folders, err)
	}
	listed := map[string]bool{}
	for _, id := range r.IDs() {
		listed[strings.ReplaceAll(id, "-", "")] = true
	}
	for _, file := range folders {
		if folder := filepath.Base(filepath.Dir(file)); !listed[folder] {
			t.Errorf("the platform in payloads/%s is not listed: %q", folder, r.IDs())
		}
	}
	if len(listed) != len(folders) {
		t.Errorf("%d platforms are listed, %d have folders", len(listed), len(folders))
	}
	if a, b := app.NewID(), app.NewID(); a >= b {
		t.Errorf("ids are not ordered by time: %s, %s", a, b)
	}
}
