package program

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"sync"
	"syscall"
	"testing"
	"time"
)

// Root is the folder of the repository as seen from a test two folders below it.
const Root = "../.."

// built is the binary that build made; empty until then, and where ANNOHOOK_TEST_BINARY names one.
var built struct {
	sync.Once
	folder, path string
	err          error
}

// Main runs the tests of a package and removes what Binary built. It returns the exit code:
//
//	func TestMain(m *testing.M) { os.Exit(program.Main(m)) }
func Main(m *testing.M) int {
	code := m.Run()
	if built.folder != "" {
		_ = os.RemoveAll(built.folder) // a leftover in the temporary folder is no failure
	}
	return code
}

// Binary returns the path of annohook: ANNOHOOK_TEST_BINARY, or a build of this tree that is made once for the process.
func Binary(tb testing.TB) string {
	tb.Helper()
	if path := os.Getenv("ANNOHOOK_TEST_BINARY"); path != "" {
		return path
	}
	built.Do(build)
	if built.err != nil {
		tb.Fatal(built.err)
	}
	return built.path
}

func build() {
	if built.folder, built.err = os.MkdirTemp("", "annohook-program"); built.err != nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	path := filepath.Join(built.folder, "annohook")
	out, err := exec.CommandContext(ctx, "go", "build", "-C", Root, "-o", path, "./cmd/annohook").CombinedOutput()
	if err != nil {
		built.err = fmt.Errorf("build cmd/annohook: %w\n%s", err, out)
		return
	}
	built.path = path
}

// Server is a running annohook.
type Server struct {
	URL string // of API and dashboard, without a slash at the end
	PID int

	log *text
}

// banner is how the server says where it is.
var banner = regexp.MustCompile(`http://127\.0\.0\.1:(\d+)`)

// startsWithin bounds the start of a process. Much longer than it takes: machines of tests are busy.
const startsWithin = 30 * time.Second

// Start runs "annohook serve" with the given arguments on a free loopback port and a state directory of its own, and waits until it is
// ready. The process is ended with the test; what it wrote to stderr is shown when the test failed.
func Start(tb testing.TB, args ...string) *Server {
	tb.Helper()
	args = append([]string{"serve", "--addr", "127.0.0.1:0", "--state-dir", tb.TempDir()}, args...)
	s := &Server{log: &text{}}
	cmd := exec.CommandContext(context.WithoutCancel(tb.Context()), Binary(tb), args...)
	cmd.Stderr, cmd.Dir, cmd.Env = s.log, tb.TempDir(), Environment()
	run(tb, cmd, "annohook", s.log)
	s.PID = cmd.Process.Pid
	wait(tb, "its address", s.log, func() bool {
		s.URL = banner.FindString(s.log.String())
		return s.URL != ""
	})
	wait(tb, "readiness", s.log, func() bool { return s.Status(tb, "/readyz") == 200 })
	return s
}

// Log is what the server wrote to stderr so far.
func (s *Server) Log() string { return s.log.String() }

// Environment is the environment for a process that must not see the settings of whoever runs the tests.
func Environment() []string {
	var env []string
	for _, pair := range os.Environ() {
		if !bytes.HasPrefix([]byte(pair), []byte("ANNOHOOK_")) {
			env = append(env, pair)
		}
	}
	return env
}

// run starts a process and ends it with the test: a request first, the knife after ten seconds.
func run(tb testing.TB, cmd *exec.Cmd, name string, log *text) {
	tb.Helper()
	if err := cmd.Start(); err != nil {
		tb.Fatalf("start %s: %v", name, err)
	}
	over := make(chan struct{})
	go func() {
		defer close(over)
		_ = cmd.Wait() // told to end, it may end with any code
	}()
	tb.Cleanup(func() {
		if err := cmd.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
			tb.Errorf("stop %s: %v", name, err)
		}
		select {
		case <-over:
		case <-time.After(10 * time.Second):
			tb.Errorf("%s did not end within 10 s", name)
			_ = cmd.Process.Kill() // it may be gone by now
			<-over
		}
		if tb.Failed() {
			tb.Logf("stderr of %s:\n%s", name, log)
		}
	})
}

// wait polls until ok, or ends the test.
func wait(tb testing.TB, what string, log *text, ok func() bool) {
	tb.Helper()
	for end := time.Now().Add(startsWithin); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			tb.Fatalf("no %s within %s; stderr:\n%s", what, startsWithin, log)
		}
	}
}

// text is a buffer that a process writes while a test reads.
type text struct {
	mu sync.Mutex
	b  bytes.Buffer
}

// Write appends.
func (t *text) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.b.Write(p)
}

// String is everything so far.
func (t *text) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.b.String()
}
