//go:build unix

package redisd_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/annohook/annohook/cmd/app/redisd"
)

// patience bounds every wait of these tests; they poll, so a fast machine does not feel it.
const patience = 20 * time.Second

// parentDir makes the test binary, run again, be an annohook that starts a server in this directory and is then killed.
const parentDir = "REDISD_TEST_PARENT"

func TestMain(m *testing.M) {
	if dir := os.Getenv(parentDir); dir != "" {
		beParent(dir)
	}
	os.Exit(m.Run())
}

func beParent(dir string) {
	s, err := redisd.Start(context.Background(), redisd.Options{Dir: dir})
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Printf("%d %t %q\n", s.PID(), s.Adopted(), s.Addr())
	select {}
}

// parent is another annohook, to be killed.
type parent struct {
	process *os.Process
	pid     int // of its server
	adopted bool
	addr    string
}

func startParent(t *testing.T, dir string) parent {
	t.Helper()
	requireServer(t)
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), parentDir+"="+dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("the parent said %q: %v", line, err)
	}
	p := parent{process: cmd.Process}
	words := strings.SplitN(strings.TrimSpace(line), " ", 3)
	if len(words) != 3 {
		t.Fatalf("the parent said %q", line)
	}
	p.pid, err = strconv.Atoi(words[0])
	if err != nil {
		t.Fatalf("the parent said %q", line)
	}
	p.adopted = words[1] == "true"
	if p.addr, err = strconv.Unquote(words[2]); err != nil {
		t.Fatalf("the parent said %q", line)
	}
	t.Cleanup(func() { killServerIn(dir, p) }) // whatever a failing test leaves
	return p
}

// killServerIn ends the server of a parent that is gone, if it is still that server.
func killServerIn(dir string, p parent) {
	text, err := os.ReadFile(filepath.Join(dir, "redis", "redis.pid"))
	if err == nil && strings.TrimSpace(string(text)) == strconv.Itoa(p.pid) {
		_ = syscall.Kill(p.pid, syscall.SIGKILL)
	}
}

func requireServer(t *testing.T) {
	t.Helper()
	if _, ok := redisd.Find(); !ok {
		t.Skip("no redis-server or valkey-server is installed on this machine")
	}
}

// shortDir is a temporary directory whose path leaves room for a socket.
func shortDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "rd") //nolint:usetesting // t.TempDir puts the name of the test into the path
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

// longDir is one whose path does not.
func longDir(t *testing.T) string {
	t.Helper()
	return filepath.Join(shortDir(t), strings.Repeat("long/", 25))
}

func start(t *testing.T, opts redisd.Options) *redisd.Server {
	t.Helper()
	requireServer(t)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	s, err := redisd.Start(ctx, opts)
	if err != nil {
		t.Fatalf("Start: %v", err)
	}
	t.Cleanup(func() { _ = stopServer(s) })
	return s
}

func stopServer(s *redisd.Server) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	return s.Stop(ctx)
}

func stop(t *testing.T, s *redisd.Server) {
	t.Helper()
	if err := stopServer(s); err != nil {
		t.Fatalf("Stop: %v", err)
	}
}

// do sends one command and returns its reply as one string.
func do(t *testing.T, addr string, command ...string) string {
	t.Helper()
	replies, err := redisd.Ask(t.Context(), addr, command)
	if err != nil {
		t.Fatalf("%v: %v", command, err)
	}
	return strings.Join(replies[0], " ")
}

func wantValue(t *testing.T, addr, key, want string) {
	t.Helper()
	if got := do(t, addr, "GET", key); got != want {
		t.Errorf("GET %s: got %q, want %q", key, got, want)
	}
}

func eventually(t *testing.T, what string, check func() bool) {
	t.Helper()
	deadline := time.Now().Add(patience)
	for !check() {
		if time.Now().After(deadline) {
			t.Fatalf("not within %v: %s", patience, what)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// alive reports whether a process runs; one that waits to be reaped does not.
func alive(pid int) bool {
	if errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
		return false
	}
	out, err := exec.Command("ps", "-o", "stat=", "-p", strconv.Itoa(pid)).Output()
	return err == nil && !strings.HasPrefix(strings.TrimSpace(string(out)), "Z")
}

// groupOf returns the living processes of a server's process group, itself included.
func groupOf(t *testing.T, pid int) []int {
	t.Helper()
	group, err := syscall.Getpgid(pid)
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("ps", "-A", "-o", "pid=,pgid=,stat=").Output()
	if err != nil {
		t.Skipf("this machine has no ps to list processes with: %v", err)
	}
	var members []int
	for line := range strings.Lines(string(out)) {
		var member, of int
		var state string
		if _, err := fmt.Sscan(line, &member, &of, &state); err == nil && of == group && state[0] != 'Z' {
			members = append(members, member)
		}
	}
	return members
}

// killShells kills the two shells that watch over a server.
func killShells(t *testing.T, server int) {
	t.Helper()
	shells := 0
	for _, pid := range groupOf(t, server) {
		if pid != server {
			shells++
			kill(t, pid)
		}
	}
	if shells != 2 {
		t.Fatalf("got %d shells beside the server, want 2", shells)
	}
}

func kill(t *testing.T, pid int) {
	t.Helper()
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatalf("kill %d: %v", pid, err)
	}
}

// wantNothingLeft checks that a server ended without a trace but its data.
func wantNothingLeft(t *testing.T, dir string, pid int, addr string) {
	t.Helper()
	if alive(pid) {
		t.Errorf("the server %d is still alive", pid)
	}
	if addr == "" {
		t.Error("the server has no address")
	}
	for _, path := range []string{addr, filepath.Join(dir, "redis", "redis.pid"), filepath.Join(dir, "redis", "socket")} {
		if _, err := os.Lstat(path); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s is still there (%v)", path, err)
		}
	}
}
