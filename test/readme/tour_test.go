package readme_test

import (
	"bytes"
	"context"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/annohook/annohook/test/program"
)

// TestTour runs every console block of the README in order and compares what is printed.
func TestTour(t *testing.T) {
	lines := strings.Split(read(t), "\n")
	all := commands(lines)
	if len(all) == 0 {
		t.Fatal("README.md has no console block")
	}
	r := newReader(t)
	outputs := make([]func() []string, len(all))
	for i, c := range all {
		typed := inThisRun(c.line, r.known)
		if c.background {
			outputs[i] = r.begin(typed, max(len(c.output), 1))
			continue
		}
		got := r.run(typed)
		outputs[i] = func() []string { return got }
		learn(r.known, c.output, got)
	}
	if *update {
		rewrite(t, lines, all, outputs, r.known)
		return
	}
	for i, c := range all {
		if diff := cmp.Diff(plainAll(c.output), plainAll(outputs[i]())); diff != "" {
			t.Errorf("README.md:%d: $ %s (-document +run):\n%s", c.at+1, c.line, diff)
		}
	}
}

// TestDemo runs the demo and compares its words; its lines may come in another order, because the platforms' requests overtake each other.
func TestDemo(t *testing.T) {
	text, place := read(t), generated("demo")
	parts := place.FindStringSubmatch(text)
	if parts == nil {
		t.Fatal("README.md has no generated part \"demo\"")
	}
	r := newReader(t)
	next := r.begin("annohook serve --demo --addr 127.0.0.1:8080", 0)
	var got []string
	if !within(30*time.Second, func() bool {
		got = next()
		return len(got) > 0 && strings.HasPrefix(got[len(got)-1], "look at them")
	}) {
		t.Fatalf("the demo does not end; it printed:\n%s", strings.Join(got, "\n"))
	}
	if *update {
		write(t, strings.Replace(text, parts[0], parts[1]+fence+"text\n"+strings.Join(got, "\n")+"\n"+fence+"\n"+parts[3], 1))
		return
	}
	want := strings.Split(strings.Trim(parts[2], "\n"), "\n")
	want = plainAll(want[1 : len(want)-1]) // without the fences
	have := plainAll(got)
	slices.Sort(want)
	slices.Sort(have)
	if diff := cmp.Diff(want, have); diff != "" {
		t.Errorf("the demo (-document +run):\n%s", diff)
	}
}

// rewrite puts the output of this run into the README. Last first, so that the line numbers of the others stay right.
func rewrite(t *testing.T, lines []string, all []command, outputs []func() []string, known map[string]string) {
	t.Helper()
	for i, c := range slices.Backward(all) {
		typed := prompt + inThisRun(c.line, known)
		if c.background {
			typed += " &"
		}
		lines = slices.Replace(lines, c.at, c.from+len(c.output), append([]string{typed}, outputs[i]()...)...)
	}
	write(t, strings.Join(lines, "\n"))
}

// reader is somebody who follows the README on a machine of their own: a home folder, the program on the PATH, a few ports.
type reader struct {
	t        *testing.T
	home     string
	env      []string
	document *strings.Replacer // from this run to the document
	machine  *strings.Replacer // from the document to this run
	ports    []string
	known    map[string]string // names of the document and of this run
}

// documentPorts are the ports the README uses: of the server, and of listeners.
var documentPorts = []string{"8080", "9000", "9001"}

func newReader(t *testing.T) *reader {
	t.Helper()
	r := &reader{t: t, home: t.TempDir(), known: map[string]string{}}
	folder := t.TempDir()
	if err := os.Symlink(absolute(t, program.Binary(t)), filepath.Join(folder, "annohook")); err != nil {
		t.Fatal(err)
	}
	var there, back []string
	for i, port := range freePorts(t, len(documentPorts)) {
		r.ports = append(r.ports, port)
		there, back = append(there, ":"+documentPorts[i], ":"+port), append(back, ":"+port, ":"+documentPorts[i])
	}
	r.machine = strings.NewReplacer(there...)
	r.document = strings.NewReplacer(append(back, r.home, "/home/me")...)
	r.env = append(program.Environment(), "HOME="+r.home, "XDG_STATE_HOME=", "PATH="+folder+":"+os.Getenv("PATH"), "TERM=dumb", "NO_COLOR=1",
		"ANNOHOOK_ADDR=127.0.0.1:"+r.ports[0], "ANNOHOOK_SERVER=http://127.0.0.1:"+r.ports[0])
	return r
}

func absolute(t *testing.T, path string) string {
	t.Helper()
	path, err := filepath.Abs(path)
	if err != nil {
		t.Fatal(err)
	}
	return path
}

func freePorts(t *testing.T, n int) []string {
	t.Helper()
	var ports []string
	for range n {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = l.Close() }() // all are held until the last is found
		ports = append(ports, strconv.Itoa(l.Addr().(*net.TCPAddr).Port))
	}
	return ports
}

func (r *reader) shell(ctx context.Context, line string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "bash", "-c", r.machine.Replace(line))
	cmd.Dir, cmd.Env = r.home, r.env
	return cmd
}

// lines splits output and gives it the ports and paths of the document.
func (r *reader) lines(output string) []string {
	output = strings.TrimRight(r.document.Replace(output), "\n")
	if output == "" {
		return nil
	}
	return strings.Split(output, "\n")
}

// run waits for the end of a command and returns all it printed. Whether it succeeded shows in what it printed.
func (r *reader) run(line string) []string {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(r.t.Context(), time.Minute)
	defer cancel()
	out, err := r.shell(ctx, line).CombinedOutput()
	if ctx.Err() != nil {
		r.t.Fatalf("$ %s did not end within a minute: %v\n%s", line, err, out)
	}
	return r.lines(string(out))
}

// begin starts a command that runs until the test ends, waits until it listens, and returns how to read its first lines; all so far where
// want is 0.
func (r *reader) begin(line string, want int) func() []string {
	r.t.Helper()
	var out output
	cmd := r.shell(context.WithoutCancel(r.t.Context()), "exec "+line)
	cmd.Stdout, cmd.Stderr = &out, &out
	before := r.listening()
	if err := cmd.Start(); err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM) // it may have ended
		_ = cmd.Wait()                          // it was told to end
	})
	if !within(20*time.Second, func() bool { return r.listening() > before && out.String() != "" }) {
		r.t.Fatalf("$ %s & does not listen; it said:\n%s", line, out.String())
	}
	return func() []string {
		if want == 0 {
			return r.lines(out.String())
		}
		if *update { // whatever comes belongs into the document; it is quiet by then
			time.Sleep(time.Second)
			return r.lines(out.String())
		}
		within(10*time.Second, func() bool { return len(r.lines(out.String())) >= want })
		got := r.lines(out.String())
		return got[:min(len(got), want)]
	}
}

// listening counts the ports on which somebody answers.
func (r *reader) listening() int {
	n := 0
	for _, port := range r.ports {
		conn, err := net.DialTimeout("tcp", "127.0.0.1:"+port, time.Second)
		if err == nil {
			n++
			_ = conn.Close()
		}
	}
	return n
}

func within(limit time.Duration, ok func() bool) bool {
	for end := time.Now().Add(limit); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if ok() {
			return true
		}
	}
	return ok()
}

// output collects what a process prints while a test reads.
type output struct {
	mu sync.Mutex
	b  bytes.Buffer
}

// Write appends.
func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.Write(p)
}

// String is everything so far.
func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.String()
}
