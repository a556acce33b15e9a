package e2e_test

import (
	"bytes"
	"errors"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// startWithin bounds a start, the load of a shared machine included; stopWithin a graceful end.
const (
	startWithin = 20 * time.Second
	stopWithin  = 30 * time.Second
)

// process is one run of the program.
type process struct {
	t      *testing.T
	cmd    *exec.Cmd
	out    *output // standard output
	log    *output // standard error: banner and log
	exited chan struct{}
	err    error // of Wait, once exited is closed
}

// launch runs the program with args in an environment of its own. Whatever still runs when the test ends is stopped.
func launch(t *testing.T, home, path string, args ...string) *process {
	t.Helper()
	p := &process{t: t, cmd: exec.Command(program, args...), out: &output{}, log: &output{}, exited: make(chan struct{})}
	p.cmd.Dir = home
	p.cmd.Env = []string{"PATH=" + path, "HOME=" + home, "XDG_STATE_HOME=" + filepath.Join(home, "state"), "TMPDIR=" + os.TempDir(), "TZ=Asia/Kathmandu"}
	p.cmd.Stdout, p.cmd.Stderr = p.out, p.log
	p.cmd.WaitDelay = 2 * time.Second
	if err := p.cmd.Start(); err != nil {
		t.Fatalf("start %s: %v", program, err)
	}
	go func() {
		p.err = p.cmd.Wait()
		close(p.exited)
	}()
	t.Cleanup(func() {
		p.end()
		if t.Failed() {
			t.Logf("log of %s:\n%s", strings.Join(args, " "), lastLines(p.log.String(), 40))
		}
	})
	return p
}

// end stops the process if it still runs, gently first.
func (p *process) end() {
	select {
	case <-p.exited:
		return
	default:
	}
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-p.exited:
	case <-time.After(stopWithin):
		_ = p.cmd.Process.Kill()
		<-p.exited
		p.t.Errorf("the program did not stop within %s of SIGTERM", stopWithin)
	}
}

// kill ends the process as kill -9 does.
func (p *process) kill() {
	p.t.Helper()
	if err := p.cmd.Process.Kill(); err != nil {
		p.t.Fatalf("kill: %v", err)
	}
	<-p.exited
}

// wait returns the exit code once the process ended by itself.
func (p *process) wait(within time.Duration) int {
	p.t.Helper()
	select {
	case <-p.exited:
	case <-time.After(within):
		p.t.Fatalf("the program still runs after %s", within)
	}
	if exit, ok := errors.AsType[*exec.ExitError](p.err); ok {
		return exit.ExitCode()
	}
	if p.err != nil && !errors.Is(p.err, exec.ErrWaitDelay) {
		p.t.Fatalf("wait: %v", p.err)
	}
	return 0
}

// server is a running `annohook serve` with the API.
type server struct {
	*process
	t      *testing.T // who asks; the process keeps the test that started it
	base   string     // http://127.0.0.1:port
	header http.Header
	home   string
	path   string
	args   []string
}

var addressPattern = regexp.MustCompile(`http://127\.0\.0\.1:\d+`)

// start runs `annohook serve` with args on a free port and returns when a trigger would be accepted.
func start(t *testing.T, args ...string) *server {
	t.Helper()
	return startIn(t, t.TempDir(), searchPath(), args...)
}

// startIn is start with a home folder and a PATH.
func startIn(t *testing.T, home, path string, args ...string) *server {
	t.Helper()
	s := &server{t: t, home: home, path: path, args: args, header: http.Header{}}
	s.process = launch(t, home, path, append([]string{"serve", "--addr", "127.0.0.1:0"}, args...)...)
	eventually(t, startWithin, "the address in the banner", func() bool {
		s.running()
		s.base = addressPattern.FindString(s.log.String() + s.out.String())
		return s.base != ""
	})
	eventually(t, startWithin, "readiness", func() bool {
		s.running()
		return s.get("/readyz").status == http.StatusOK
	})
	return s
}

// on is the same server for a subtest.
func (s *server) on(t *testing.T) *server {
	t.Helper()
	c := *s
	c.t = t
	return &c
}

// running fails the test when the process ended.
func (p *process) running() {
	p.t.Helper()
	select {
	case <-p.exited:
		p.t.Fatalf("the program ended: %v\n%s", p.err, p.log.String())
	default:
	}
}

// again starts the same server once more, after it ended.
func (s *server) again() *server {
	s.t.Helper()
	return startIn(s.t, s.home, s.path, s.args...)
}

// output collects what a process prints.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

func lastLines(text string, n int) string {
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "\n")
}

// eventually polls until what is so, and fails the test when it is not within the limit.
func eventually(t *testing.T, within time.Duration, what string, is func() bool) {
	t.Helper()
	deadline := time.Now().Add(within)
	for !is() {
		if time.Now().After(deadline) {
			t.Fatalf("not within %s: %s", within, what)
		}
		time.Sleep(5 * time.Millisecond)
	}
}
