package sdk_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/annohook/annohook/test/program"
)

// runs runs a script of this folder to its end; where it ends with another code than 0, the test fails with what it said. It returns the names
// that the script printed behind "ok".
func runs(tb testing.TB, python, script string, args ...string) []string {
	tb.Helper()
	began := time.Now()
	cmd := exec.CommandContext(tb.Context(), python, append([]string{script}, args...)...)
	cmd.Env = program.Environment()
	var out, log bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &log
	err := cmd.Run()
	var done []string
	for line := range strings.Lines(out.String()) {
		if what, ok := strings.CutPrefix(strings.TrimSpace(line), "ok "); ok {
			done = append(done, what)
		}
	}
	if err != nil {
		tb.Fatalf("%s %s: %v after %q\n%s%s", script, strings.Join(args, " "), err, done, &out, &log)
	}
	tb.Logf("%s: %s in %s", script, strings.Join(done, ", "), time.Since(began).Round(10*time.Millisecond))
	return done
}

// talker is a script that goes on running and prints a line of JSON now and then.
type talker struct {
	stdin io.WriteCloser
	lines chan []byte
	log   *lockedBuffer
	over  chan struct{}
}

// talk starts a script that ends with its stdin, at the latest with the test.
func talk(tb testing.TB, python, script string, args ...string) *talker {
	tb.Helper()
	cmd := exec.CommandContext(context.WithoutCancel(tb.Context()), python, append([]string{script}, args...)...)
	cmd.Env = program.Environment()
	return talkTo(tb, cmd)
}

// talkTo starts a command that ends with its stdin or when it is told to, at the latest with the test.
func talkTo(tb testing.TB, cmd *exec.Cmd) *talker {
	tb.Helper()
	t := &talker{lines: make(chan []byte, 1024), log: &lockedBuffer{}, over: make(chan struct{})}
	cmd.Stderr = t.log
	var err error
	if t.stdin, err = cmd.StdinPipe(); err != nil {
		tb.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		tb.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		tb.Fatal(err)
	}
	go func() {
		defer close(t.over)
		defer close(t.lines)
		in := bufio.NewScanner(stdout)
		in.Buffer(nil, 1<<20)
		for in.Scan() {
			if bytes.HasPrefix(in.Bytes(), []byte("{")) {
				t.lines <- bytes.Clone(in.Bytes())
			}
		}
		_ = cmd.Wait() // told to end, it may end with any code
	}()
	tb.Cleanup(func() {
		kill := time.AfterFunc(15*time.Second, func() { _ = cmd.Process.Kill() }) // it may be gone by now
		defer kill.Stop()
		_ = cmd.Process.Signal(syscall.SIGTERM)
		t.end()
		if tb.Failed() {
			tb.Logf("stderr of %s:\n%s", cmd.Args, t.log)
		}
	})
	return t
}

// end closes the script's stdin and waits until it is gone.
func (t *talker) end() {
	_ = t.stdin.Close() // may be closed
	for range t.lines { // so that it is never held up by what nobody reads
	}
	<-t.over
}

// hear reads the next line into out.
func (t *talker) hear(tb testing.TB, out any) {
	tb.Helper()
	select {
	case line, ok := <-t.lines:
		if !ok {
			tb.Fatalf("the script ended:\n%s", t.log)
		}
		if err := json.Unmarshal(line, out); err != nil {
			tb.Fatalf("%v in %s", err, line)
		}
	case <-time.After(60 * time.Second):
		tb.Fatalf("the script says nothing:\n%s", t.log)
	}
}
