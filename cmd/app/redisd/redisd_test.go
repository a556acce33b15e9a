//go:build unix

package redisd_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/annohook/annohook/cmd/app/redisd"
)

func TestStopKeepsDataAndLeavesNothingElse(t *testing.T) {
	t.Parallel()
	for name, makeDir := range map[string]func(*testing.T) string{"short": shortDir, "long": longDir, "odd": oddDir} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := makeDir(t)
			s := start(t, redisd.Options{Dir: dir})
			do(t, s.Addr(), "SET", "k", "v")
			pid, group := s.PID(), groupOf(t, s.PID())
			stop(t, s)
			wantNothingLeft(t, dir, pid, s.Addr())
			for _, member := range group {
				if alive(member) {
					t.Errorf("process %d of the server's group is still alive", member)
				}
			}
			if private := filepath.Dir(s.Addr()); name == "long" {
				if _, err := os.Stat(private); !errors.Is(err, os.ErrNotExist) {
					t.Errorf("the temporary folder %s is still there (%v)", private, err)
				}
			}
			again := start(t, redisd.Options{Dir: dir})
			if again.Adopted() {
				t.Error("adopted a server though the last one was stopped")
			}
			wantValue(t, again.Addr(), "k", "v")
		})
	}
}

// oddDir has a path that a careless configuration file would stumble over.
func oddDir(t *testing.T) string {
	t.Helper()
	return filepath.Join(shortDir(t), "a \"b\" 'c' #d\\n\nport 1\té")
}

func TestConfiguration(t *testing.T) {
	t.Parallel()
	s := start(t, redisd.Options{Dir: shortDir(t)})
	got := map[string]string{}
	for _, name := range []string{"port", "appendonly", "appendfsync", "aof-load-truncated", "save", "maxmemory-policy"} {
		got[name] = strings.TrimPrefix(do(t, s.Addr(), "CONFIG", "GET", name), name+" ")
	}
	want := map[string]string{
		"port": "0", "appendonly": "yes", "appendfsync": "everysec", "aof-load-truncated": "yes", "save": "",
		"maxmemory-policy": "noeviction",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("configuration (-want +got):\n%s", diff)
	}
	wantMode(t, s.Addr(), os.ModeSocket|0o700)
	wantMode(t, filepath.Dir(s.Addr()), os.ModeDir|0o700)
	ours, _ := syscall.Getpgid(os.Getpid())
	if theirs, err := syscall.Getpgid(s.PID()); err != nil || theirs == ours {
		t.Errorf("the server is in our process group %d (%v): Ctrl-C would reach it", theirs, err)
	}
}

func wantMode(t *testing.T, path string, want os.FileMode) {
	t.Helper()
	info, err := os.Lstat(path)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode() != want {
		t.Errorf("mode of %s: got %v, want %v", path, info.Mode(), want)
	}
}

func TestLongPathMovesTheSocketToAPrivateFolder(t *testing.T) {
	t.Parallel()
	s := start(t, redisd.Options{Dir: longDir(t)})
	if len(s.Addr()) > 100 {
		t.Errorf("the socket's path has %d bytes: %s", len(s.Addr()), s.Addr())
	}
	wantMode(t, filepath.Dir(s.Addr()), os.ModeDir|0o700)
}

func TestTwoOnOneDirectory(t *testing.T) {
	t.Parallel()
	dir := shortDir(t)
	start(t, redisd.Options{Dir: dir})
	_, err := redisd.Start(t.Context(), redisd.Options{Dir: dir})
	if !errors.Is(err, redisd.ErrLocked) {
		t.Fatalf("got %v, want ErrLocked", err)
	}
	for _, word := range []string{dir, strconv.Itoa(os.Getpid())} {
		if !strings.Contains(err.Error(), word) {
			t.Errorf("the error does not name %s: %v", word, err)
		}
	}
}

func TestLockDir(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "made", "here")
	first, err := redisd.LockDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := redisd.LockDir(dir); !errors.Is(err, redisd.ErrLocked) {
		t.Errorf("second lock: got %v, want ErrLocked", err)
	}
	if err := first.Release(); err != nil {
		t.Fatal(err)
	}
	second, err := redisd.LockDir(dir)
	if err != nil {
		t.Fatalf("after the release: %v", err)
	}
	if err := second.Release(); err != nil {
		t.Fatal(err)
	}
}

func TestStaleFilesDoNotBlockAStart(t *testing.T) {
	t.Parallel()
	requireServer(t)
	for name, place := range map[string]string{
		"socket elsewhere": "/nonexistent/annohook-redis-1/redis.sock\n", "empty note": "", "garbage note": "\x00\xff\n\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := shortDir(t)
			root := filepath.Join(dir, "redis")
			if err := os.Mkdir(root, 0o755); err != nil {
				t.Fatal(err)
			}
			files := map[string]string{
				"redis.pid": strconv.Itoa(os.Getpid()), "redis.sock": "not a socket", "socket": place, "redis.conf": "nonsense",
				"supervisor.lock": "x", "server.lock": "x", "../annohook.lock": "1",
			}
			for file, text := range files {
				if err := os.WriteFile(filepath.Join(root, file), []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			s := start(t, redisd.Options{Dir: dir})
			do(t, s.Addr(), "SET", "k", "v")
			wantMode(t, root, os.ModeDir|0o700)
		})
	}
}

// lastAOF returns the file the server appended to last.
func lastAOF(t *testing.T, dir string) string {
	t.Helper()
	for _, pattern := range []string{"appendonlydir/*.incr.aof", "appendonly.aof"} {
		if found, _ := filepath.Glob(filepath.Join(dir, "redis", pattern)); len(found) > 0 {
			return found[len(found)-1]
		}
	}
	t.Fatal("no append-only file")
	return ""
}

func TestTruncatedFileLoads(t *testing.T) {
	t.Parallel()
	dir := shortDir(t)
	s := start(t, redisd.Options{Dir: dir})
	do(t, s.Addr(), "SET", "first", "1")
	do(t, s.Addr(), "SET", "last", "2")
	stop(t, s)
	path := lastAOF(t, dir)
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(path, info.Size()-3); err != nil {
		t.Fatal(err)
	}
	s = start(t, redisd.Options{Dir: dir})
	wantValue(t, s.Addr(), "first", "1")
	wantValue(t, s.Addr(), "last", "")
}

func TestBrokenFileIsAnErrorThatQuotesTheLog(t *testing.T) {
	t.Parallel()
	dir := shortDir(t)
	s := start(t, redisd.Options{Dir: dir})
	do(t, s.Addr(), "SET", "k", "v")
	stop(t, s)
	path := lastAOF(t, dir)
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("rubbish\r\nand more of it\r\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = redisd.Start(t.Context(), redisd.Options{Dir: dir})
	if !errors.Is(err, redisd.ErrExited) || !strings.Contains(fmt.Sprint(err), "Bad file format") {
		t.Fatalf("got %v, want ErrExited with the server's reason", err)
	}
	if err := os.WriteFile(path, good, 0o600); err != nil {
		t.Fatal(err)
	}
	wantValue(t, start(t, redisd.Options{Dir: dir}).Addr(), "k", "v") // and the failure left no lock
}

// script writes an executable that stands in for the server; REDIS in it becomes the real one.
func script(t *testing.T, body string) string {
	t.Helper()
	requireServer(t)
	real, _ := redisd.Find()
	path := filepath.Join(t.TempDir(), "server")
	text := "#!/bin/sh\n" + strings.ReplaceAll(body, "REDIS", real) + "\n"
	if err := os.WriteFile(path, []byte(text), 0o700); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestStartEndsWithItsContext(t *testing.T) {
	t.Parallel()
	dir := shortDir(t)
	pidFile := filepath.Join(t.TempDir(), "pid")
	silent := script(t, "echo $$ >"+pidFile+"\nexec sleep 1000")
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		for ctx.Err() == nil {
			if info, err := os.Stat(pidFile); err == nil && info.Size() > 0 {
				cancel()
			}
			time.Sleep(time.Millisecond)
		}
	}()
	_, err := redisd.Start(ctx, redisd.Options{Dir: dir, Path: silent})
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v, want context.Canceled", err)
	}
	text, err := os.ReadFile(pidFile)
	if err != nil {
		t.Fatal(err)
	}
	if pid, err := strconv.Atoi(strings.TrimSpace(string(text))); err != nil || alive(pid) {
		t.Errorf("the server %q is still alive (%v)", text, err)
	}
	start(t, redisd.Options{Dir: dir})
}

func TestStartWithoutABinary(t *testing.T) {
	t.Parallel()
	_, err := redisd.Start(t.Context(), redisd.Options{Dir: shortDir(t), Path: "no-such-server-here"})
	if !errors.Is(err, redisd.ErrNotFound) && !errors.Is(err, redisd.ErrUnsupported) {
		t.Errorf("got %v, want ErrNotFound", err)
	}
}

func TestStopKillsAServerThatDoesNotEnd(t *testing.T) {
	t.Parallel()
	dir := shortDir(t)
	s := start(t, redisd.Options{Dir: dir})
	do(t, s.Addr(), "SET", "k", "v")
	pid := s.PID()
	if err := syscall.Kill(pid, syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := s.Stop(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v, want context.DeadlineExceeded", err)
	}
	wantNothingLeft(t, dir, pid, s.Addr())
	wantValue(t, start(t, redisd.Options{Dir: dir}).Addr(), "k", "v")
}

// TestHolder: a look tells who has the directory, and neither takes it nor makes anything.
func TestHolder(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "state")
	want := func(holder string) {
		t.Helper()
		if got, err := redisd.Holder(dir); err != nil || got != holder {
			t.Errorf("held by %q, %v, want %q", got, err, holder)
		}
	}
	want("")
	if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the look made the directory: %v", err)
	}
	lock, err := redisd.LockDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	want("process " + strconv.Itoa(os.Getpid()))
	if err := lock.Release(); err != nil {
		t.Fatal(err)
	}
	want("")
	want("")
	lock, err = redisd.LockDir(dir)
	if err != nil {
		t.Fatalf("after a look: %v", err)
	}
	if err := lock.Release(); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "annohook.lock")
	if got, err := redisd.Holder(file); err == nil {
		t.Errorf("a file is held by %q", got)
	}
}
