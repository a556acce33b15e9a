package app_test

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/alicebob/miniredis/v2/server"

	"github.com/annohook/annohook/cmd/app"
)

// fakeRedis is a miniredis that answers INFO and CONFIG as told, and notes what it was asked.
type fakeRedis struct {
	*miniredis.Miniredis

	mu    sync.Mutex
	asked []string
}

// wellInfo is what a Redis says that is all right.
func wellInfo() map[string]string {
	return map[string]string{
		"redis_version": "7.4.1", "redis_mode": "standalone", "role": "master", "connected_slaves": "1", "used_memory": "89", "maxmemory": "10000",
		"maxmemory_policy": "noeviction", "aof_enabled": "1", "aof_last_write_status": "ok", "rdb_last_bgsave_status": "ok",
	}
}

func startFakeRedis(t *testing.T, info map[string]string, save string) *fakeRedis {
	t.Helper()
	f := &fakeRedis{Miniredis: miniredis.NewMiniRedis()}
	if err := f.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.Close)
	f.Server().SetPreHook(func(c *server.Peer, cmd string, args ...string) bool {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.asked = append(f.asked, strings.ToUpper(cmd))
		switch strings.ToUpper(cmd) {
		case "INFO":
			if len(args) > 1 {
				c.WriteError("ERR syntax error") // as before Redis 7
				return true
			}
			var text strings.Builder
			for name, value := range info {
				fmt.Fprintf(&text, "%s:%s\r\n", name, value)
			}
			c.WriteBulk(text.String())
			return true
		case "CONFIG":
			if save == "refused" {
				c.WriteError("NOPERM this user has no permissions to run the 'config|get' command")
			} else {
				c.WriteMapLen(1)
				c.WriteBulk("save")
				c.WriteBulk(save)
			}
			return true
		}
		return false
	})
	return f
}

func TestDiagnoseRedis(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		changed map[string]string
		save    string
		check   string
		verdict app.Verdict
		says    []string
	}{
		{"well", nil, "", "redis", app.OK, []string{"7.4.1", "answers in"}},
		{"well", nil, "", "redis-role", app.OK, []string{"master", "1 replicas"}},
		{"well", nil, "", "redis-memory", app.OK, []string{"noeviction"}},
		{"well", nil, "", "redis-persistence", app.OK, []string{"append-only"}},
		{"well", nil, "", "redis-clock", app.OK, []string{"clock"}},
		{"oldest", map[string]string{"redis_version": "6.2.0"}, "", "redis", app.OK, []string{"6.2.0"}},
		{"too old", map[string]string{"redis_version": "6.0.16"}, "", "redis", app.Fail, []string{"6.0.16", "6.2"}},
		{"no version", map[string]string{"redis_version": ""}, "", "redis", app.OK, []string{"unknown"}},
		{"evicts", map[string]string{"maxmemory_policy": "allkeys-lru"}, "", "redis-memory", app.Fail, []string{"allkeys-lru", "noeviction"}},
		{"no policy told", map[string]string{"maxmemory_policy": ""}, "", "redis-memory", app.Warn, []string{"eviction"}},
		{"nearly full", map[string]string{"used_memory": "9001"}, "", "redis-memory", app.Warn, []string{"90 %"}},
		{"no limit", map[string]string{"maxmemory": "0", "used_memory": "3145728"}, "", "redis-memory", app.OK, []string{"3 MiB", "no limit"}},
		{"replica", map[string]string{"role": "slave", "master_host": "main", "master_port": "6379"}, "", "redis-role", app.Fail, []string{"main:6379", "sentinel"}},
		{"sentinel", map[string]string{"role": "", "redis_mode": "sentinel"}, "", "redis-role", app.Fail, []string{"redis+sentinel://"}},
		{"no role told", map[string]string{"role": ""}, "", "redis-role", app.Warn, []string{"role"}},
		{"append-only file broken", map[string]string{"aof_last_write_status": "err"}, "", "redis-persistence", app.Fail, []string{"append-only"}},
		{"nothing kept", map[string]string{"aof_enabled": "0"}, "", "redis-persistence", app.Warn, []string{"loses every event", "appendonly yes"}},
		{"snapshots", map[string]string{"aof_enabled": "0"}, "3600 1", "redis-persistence", app.Warn, []string{"save 3600 1"}},
		{"snapshot failed", map[string]string{"aof_enabled": "0", "rdb_last_bgsave_status": "err"}, "3600 1", "redis-persistence", app.Fail, []string{"refuses writes"}},
		{"not told", map[string]string{"aof_enabled": "0"}, "refused", "redis-persistence", app.Warn, []string{"NOPERM"}},
	}
	for _, tc := range tests {
		t.Run(tc.name+" "+tc.check, func(t *testing.T) {
			t.Parallel()
			info := wellInfo()
			maps.Copy(info, tc.changed)
			f := startFakeRedis(t, info, tc.save)
			findings := diagnose(t, "ANNOHOOK_REDIS=redis://"+f.Addr()+"/3")
			wantFinding(t, findings, tc.check, tc.verdict, tc.says...)
			if want := []string{"redis", "redis-role", "redis-memory", "redis-persistence", "redis-clock"}; !slices.Equal(names(findings)[6:], want) {
				t.Errorf("checks %v, want %v after the local ones", names(findings), want)
			}
			f.onlyRead(t)
		})
	}
}

// onlyRead fails the test if a command was sent that is not known to change nothing.
func (f *fakeRedis) onlyRead(t *testing.T) {
	t.Helper()
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, cmd := range f.asked {
		if !slices.Contains([]string{"HELLO", "CLIENT", "AUTH", "SELECT", "INFO", "PING", "CONFIG", "TIME"}, cmd) {
			t.Errorf("%s was sent", cmd)
		}
	}
}

func TestDiagnoseRedisClock(t *testing.T) {
	t.Parallel()
	for ahead, verdict := range map[time.Duration]app.Verdict{0: app.OK, time.Minute: app.Warn, -time.Minute: app.Warn} {
		f := startFakeRedis(t, wellInfo(), "")
		f.SetTime(time.Now().Add(ahead))
		o := doctorOptions(t, "ANNOHOOK_REDIS=redis://"+f.Addr())
		fixed := time.Now()
		o.Now = func() time.Time { return fixed }
		wantFinding(t, app.Diagnose(t.Context(), o), "redis-clock", verdict, "clock")
	}
}

func TestDiagnoseRedisFar(t *testing.T) {
	t.Parallel()
	f := startFakeRedis(t, wellInfo(), "")
	o := doctorOptions(t, "ANNOHOOK_REDIS=redis://"+f.Addr())
	var mu sync.Mutex
	now := time.Now()
	o.Now = func() time.Time { // each look at the clock is 30 ms later
		mu.Lock()
		defer mu.Unlock()
		now = now.Add(30 * time.Millisecond)
		return now
	}
	wantFinding(t, app.Diagnose(t.Context(), o), "redis", app.Warn, "30ms", "nearer")
}

func TestDiagnoseRedisAway(t *testing.T) {
	t.Parallel()
	f := startFakeRedis(t, wellInfo(), "")
	f.RequireUserAuth("me", "the-password")
	wantFinding(t, diagnose(t, "ANNOHOOK_REDIS=redis://me:the-password@"+f.Addr()), "redis", app.OK)
	bad := diagnose(t, "ANNOHOOK_REDIS=redis://me:other-password@"+f.Addr())
	wantFinding(t, bad, "redis", app.Fail, "credentials")
	for _, finding := range bad {
		if strings.Contains(finding.Found, "other-password") {
			t.Errorf("the password is shown: %+v", finding)
		}
	}
	wantFinding(t, diagnose(t, "ANNOHOOK_REDIS=redis://127.0.0.1:1"), "redis", app.Fail, "127.0.0.1:1", "start it")
	wantFinding(t, diagnose(t, "ANNOHOOK_REDIS=unix:///no/such.sock"), "redis", app.Fail, "/no/such.sock")
	wantFinding(t, diagnose(t, "ANNOHOOK_REDIS=redis://h:port"), "redis", app.Fail, "--redis")
	many := diagnose(t, "ANNOHOOK_REDIS=redis+cluster://127.0.0.1:1,127.0.0.1:2")
	wantFinding(t, many, "redis", app.Fail)
}

// TestOldestRedisIsTaken: New takes the oldest Redis, which knows one section of INFO at a time.
func TestOldestRedisIsTaken(t *testing.T) {
	t.Parallel()
	info := wellInfo()
	info["redis_version"] = "6.2.0"
	f := startFakeRedis(t, info, "")
	a, err := app.New(t.Context(), app.Options{Config: doctorOptions(t, "ANNOHOOK_REDIS=redis://"+f.Addr()).Config})
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Stop(t.Context()); err != nil {
		t.Error(err)
	}
}

// TestChildServer: a program stands in for redis-server.
func TestChildServer(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, script string
		verdict      app.Verdict
		says         string
	}{
		{"redis", "echo 'Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64 build=1'", app.OK, "7.0.15"},
		{"valkey", "echo 'Valkey server v=8.0.1 sha=00000000:0'", app.OK, "8.0.1"},
		{"old", "echo 'Redis server v=5.0.14 sha=0'", app.Fail, "6.2 or later"},
		{"odd", "echo hello", app.Warn, "does not tell"},
		{"broken", "exit 3", app.Fail, "exit status 3"},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			wantFinding(t, []app.Finding{app.ChildServer(t.Context(), program(t, t.TempDir(), tc.script))}, "redis", tc.verdict, tc.says)
		})
	}
	wantFinding(t, []app.Finding{app.ChildServer(t.Context(), "/no/such/program")}, "redis", app.Fail, "/no/such/program")
}

// program writes a shell script that can be run.
func program(t *testing.T, dir, script string) string {
	t.Helper()
	path := filepath.Join(dir, "redis-server")
	if err := os.WriteFile(path, fmt.Appendf(nil, "#!/bin/sh\n%s\n", script), 0o700); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestDiagnoseAuto: what is on the PATH decides.
func TestDiagnoseAuto(t *testing.T) {
	dir := t.TempDir()
	environ := []string{"ANNOHOOK_REDIS=auto", "ANNOHOOK_STATE_DIR=" + t.TempDir()}
	t.Setenv("PATH", dir)
	wantFinding(t, diagnose(t, environ...), "redis", app.Warn, "in the process", "subscriptions survive", "install")
	path := program(t, dir, "echo 'Redis server v=7.2.0'")
	wantFinding(t, diagnose(t, environ...), "redis", app.OK, path, "7.2.0", "child")
	program(t, dir, "while :; do :; done")
	begin := time.Now()
	wantFinding(t, diagnose(t, environ...), "redis", app.Fail, path)
	if took := time.Since(begin); took > bound {
		t.Errorf("a program that hangs takes %s", took)
	}
}
