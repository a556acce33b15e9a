package main

import (
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
)

// asProgram makes the test binary behave as annohook, so that signals can be sent to a process of its own.
const asProgram = "ANNOHOOK_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

// TestSignals: the first one lets the attempt in flight end, the second quits at once with 130.
func TestSignals(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("windows has no signals to send to another process")
	}
	h := newTarget(t, "datasaur", "", "hang")
	said := &syncBuffer{}
	cmd := exec.Command(os.Args[0], "serve", "--redis", "memory", "--addr", "127.0.0.1:0")
	cmd.Env, cmd.Dir, cmd.Stderr = append(os.Environ(), asProgram+"=1"), t.TempDir(), said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	exited := make(chan struct{})
	go func() {
		defer close(exited)
		_ = cmd.Wait() // the code is read from the process
	}()
	t.Cleanup(func() { _ = cmd.Process.Kill() }) // it has usually ended
	base := address(t, said)
	call(t, "ready", "--wait", "--server", base).want(t, 0)
	call(t, "subscriptions", "add", "datasaur", h.url, "--server", base).want(t, 0)
	call(t, "trigger", "datasaur", "PROJECT_CREATED", "--server", base).want(t, 0)
	eventually(t, "the attempt is in flight", func() bool { return len(h.got()) == 1 })
	if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	eventually(t, "it stops in order", func() bool { return strings.Contains(said.String(), "stopping") })
	select {
	case <-exited:
		t.Fatalf("it did not wait for the attempt: %s\n%s", cmd.ProcessState, said)
	case <-time.After(300 * time.Millisecond):
	}
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	select {
	case <-exited:
	case <-time.After(waitFor):
		t.Fatal("it did not quit")
	}
	if code := cmd.ProcessState.ExitCode(); code != exitInterrupted {
		t.Errorf("exit code %d, want %d", code, exitInterrupted)
	}
}
