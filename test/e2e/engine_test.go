package e2e_test

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// engine is one way to keep data.
type engine struct {
	name     string
	survives bool // a kill -9 of the program
	// open prepares a fresh engine for one test and returns the arguments that make a server use it.
	open func(t *testing.T) []string
}

func engines() []engine {
	return []engine{
		{name: "memory", open: func(*testing.T) []string { return []string{"--redis", "memory"} }},
		{name: "supervised", survives: true, open: func(t *testing.T) []string {
			t.Helper()
			findRedis(t)
			return []string{"--redis", "auto", "--state-dir", filepath.Join(t.TempDir(), "state")}
		}},
		{name: "shared", survives: true, open: func(t *testing.T) []string {
			t.Helper()
			return []string{"--redis", startRedis(t).url}
		}},
	}
}

// survivors are the engines whose data a kill -9 of the program does not touch.
func survivors() []engine {
	return slices.DeleteFunc(engines(), func(e engine) bool { return !e.survives })
}

// findRedis returns the redis-server to test with, or skips the test where there is none.
func findRedis(t *testing.T) string {
	t.Helper()
	if path := os.Getenv("ANNOHOOK_TEST_REDIS_SERVER"); path != "" {
		return path
	}
	for _, name := range []string{"redis-server", "valkey-server"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Skip("no redis-server or valkey-server on the PATH of this machine")
	return ""
}

// searchPath is the PATH of the programs under test: the redis-server to test with comes first.
func searchPath() string {
	path := os.Getenv("PATH")
	if server := os.Getenv("ANNOHOOK_TEST_REDIS_SERVER"); server != "" {
		path = filepath.Dir(server) + string(os.PathListSeparator) + path
	}
	return path
}

// redis is a server of the test's own, with an append-only file.
type redis struct {
	t    *testing.T
	path string
	args []string
	url  string
	addr string
	cmd  *exec.Cmd
	done chan struct{}
}

// startRedis starts one on a free loopback port.
func startRedis(t *testing.T, extra ...string) *redis {
	t.Helper()
	path, dir := findRedis(t), t.TempDir()
	var last *redis
	for range 5 { // the port was free a moment ago; that it still is, nobody promises
		last = tryRedis(t, path, dir, extra)
		if last.answers() {
			return last
		}
		last.stop()
	}
	t.Fatalf("%s did not start", path)
	return nil
}

func tryRedis(t *testing.T, path, dir string, extra []string) *redis {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	_ = l.Close()
	_, port, err := net.SplitHostPort(addr)
	if err != nil {
		t.Fatal(err)
	}
	args := append([]string{"--bind", "127.0.0.1", "--port", port, "--dir", dir, "--appendonly", "yes", "--save", "", "--maxmemory-policy", "noeviction"}, extra...)
	return launchRedis(t, path, addr, args)
}

// launchRedis starts a server that is told to listen on addr.
func launchRedis(t *testing.T, path, addr string, args []string) *redis {
	t.Helper()
	r := &redis{t: t, path: path, args: args, url: "redis://" + addr + "/0", addr: addr, cmd: exec.Command(path, args...), done: make(chan struct{})}
	if err := r.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func(cmd *exec.Cmd, done chan struct{}) {
		_ = cmd.Wait()
		close(done)
	}(r.cmd, r.done)
	t.Cleanup(r.stop)
	return r
}

// answers waits until the process that was started, and no other on that port, answers.
func (r *redis) answers() bool {
	for range 500 {
		select {
		case <-r.done:
			return false
		default:
		}
		if strings.Contains(r.say("INFO server"), "process_id:"+strconv.Itoa(r.cmd.Process.Pid)) {
			return true
		}
		time.Sleep(10 * time.Millisecond)
	}
	return false
}

// say sends one inline command and returns the beginning of the answer, "" when there is none.
func (r *redis) say(command string) string {
	conn, err := net.DialTimeout("tcp", r.addr, time.Second)
	if err != nil {
		return ""
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(time.Second))
	if _, err := fmt.Fprintf(conn, "%s\r\n", command); err != nil {
		return ""
	}
	buffer := make([]byte, 4096)
	n, _ := conn.Read(buffer)
	return string(buffer[:n])
}

func (r *redis) stop() {
	_ = r.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-r.done:
	case <-time.After(5 * time.Second):
		_ = r.cmd.Process.Kill()
		<-r.done
	}
}
