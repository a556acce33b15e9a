package redisd

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"sync/atomic"
	"time"
)

// superviseScript is the shell that starts the server "$1" and waits for it. File 3 is supervisor.lock, for the shells; file 4 is
// server.lock, for the server. The inner shell reads the pipe from annohook: its end means that annohook is gone, whatever ended it.
// Signals are ignored only after the server was started, so that it cannot miss one before its own handlers are in place. The inner
// shell goes with the outer, so it never signals a process id that is free for others.
const superviseScript = `exec 5<&0 </dev/null
"$1" ` + confName + ` 3<&- 5<&- &
server=$!
trap '' HUP INT QUIT TERM
exec 4<&-
{ read -r end; kill -TERM "$server"; } <&5 &
watch=$!
exec 5<&-
wait "$server"
code=$?
{ kill -KILL "$watch"; wait "$watch"; } 2>/dev/null
exit "$code"
`

// guardScript is the shell of an adopted server "$1", which is nobody's child any more.
const guardScript = `trap '' HUP INT QUIT TERM
read -r end
kill -TERM "$1"
`

const (
	// lockPoll is how often the death of a server without a shell is looked for.
	lockPoll = 100 * time.Millisecond
	// killGrace is how long a killed process may take to be gone; longer only in an uninterruptible disk wait.
	killGrace = 2 * time.Second
)

// child is one running server and the shell that watches over it.
type child struct {
	shell   *exec.Cmd
	pipe    *os.File // our end of the shell's standard input
	adopted bool
	log     int64 // length of redis.log when it started
	pid     atomic.Int64
	forget  context.CancelFunc // stops watching a server that cannot be ended

	ended chan struct{} // closed when the server is gone
	exit  string        // how its shell ended; set before ended is closed
}

// spawn starts a new server. lock is server.lock, which passes to it; supervisor stays with the caller.
func spawn(ctx context.Context, f *folder, path string, supervisor, lock *os.File) (*child, error) {
	// Our copy of the lock must go in any case: with it the server's death would never show.
	defer func() { _ = lock.Close() }()
	if err := f.write(confName, f.config()); err != nil {
		return nil, err
	}
	log, length, err := f.openLog()
	if err != nil {
		return nil, err
	}
	defer func() { _ = log.Close() }()
	c, err := startShell(ctx, f, log, []string{superviseScript, "annohook-redis", path}, supervisor, lock)
	if err != nil {
		return nil, err
	}
	c.log = length
	c.watch(ctx, f)
	return c, nil
}

// adopt puts a shell beside the server pid, which has none.
func adopt(ctx context.Context, f *folder, pid int, supervisor *os.File) (*child, error) {
	c, err := startShell(ctx, f, nil, []string{guardScript, "annohook-redis", strconv.Itoa(pid)}, supervisor)
	if err != nil {
		return nil, err
	}
	c.adopted = true
	c.pid.Store(int64(pid))
	c.watch(ctx, f)
	return c, nil
}

// startShell runs sh with a script and its arguments, a pipe from us as its input and the files from 3 on.
func startShell(ctx context.Context, f *folder, log *os.File, args []string, files ...*os.File) (*child, error) {
	theirs, ours, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("open a pipe to the shell: %w", err)
	}
	defer func() { _ = theirs.Close() }()
	// The shell must outlive ctx, which bounds the start alone.
	shell := exec.CommandContext(context.WithoutCancel(ctx), "sh", append([]string{"-c"}, args...)...) //nolint:gosec // our scripts; the arguments are not parsed
	shell.Dir = f.root
	shell.Stdin = theirs
	if log != nil {
		shell.Stdout, shell.Stderr = log, log
	}
	shell.ExtraFiles = files
	detach(shell)
	if err := shell.Start(); err != nil {
		_ = ours.Close()
		return nil, fmt.Errorf("start the shell of the redis server: %w", err)
	}
	return &child{shell: shell, pipe: ours, ended: make(chan struct{})}, nil
}

// watch begins to wait for the end of the server; the goroutine ends with it, or with forget.
func (c *child) watch(ctx context.Context, f *folder) {
	ctx, c.forget = context.WithCancel(context.WithoutCancel(ctx))
	wait := c.awaitShell
	if c.adopted {
		wait = c.awaitAdopted
	}
	go func() {
		gone := wait(ctx, f)
		_ = c.pipe.Close()
		if gone {
			close(c.ended)
		}
	}()
}

// awaitShell reports whether the server, a child of the shell, is gone.
func (c *child) awaitShell(ctx context.Context, f *folder) bool {
	err := c.shell.Wait()
	c.exit = c.shell.ProcessState.String()
	if killed, ok := errors.AsType[*exec.ExitError](err); !ok || killed.Exited() {
		return true // the shell ends by itself only after the server
	}
	// Somebody killed the shell. Its inner shell still guards the server, whose end shows in the lock alone.
	if !lockFree(ctx, f) {
		return false
	}
	signalGroup(c.shell.Process.Pid, sigKill) // the inner shell, before the pipe's end makes it signal an id that is free for others
	return true
}

// awaitAdopted reports whether the server, nobody's child, is gone.
func (c *child) awaitAdopted(ctx context.Context, f *folder) bool {
	gone := lockFree(ctx, f)
	_ = c.shell.Process.Kill() // as above
	_ = c.shell.Wait()
	c.exit = "unknown, it was adopted"
	return gone
}

// lockFree waits for the server to give up its lock and reports false when ctx ends first.
func lockFree(ctx context.Context, f *folder) bool {
	for ctx.Err() == nil {
		if lock, err := awaitLock(ctx, f.path(serverName), lockPoll); err == nil {
			_ = lock.Close()
			return true
		}
		select { // out of files, say: that tells nothing about the server
		case <-ctx.Done():
		case <-time.After(lockPoll):
		}
	}
	return false
}

// stop asks the server to end and waits. When ctx ends first it kills the server, which has written all it answered for, and says so.
func (c *child) stop(ctx context.Context) error {
	defer c.forget()
	c.signal(sigTerm) // the server writes and syncs its file at this
	select {
	case <-c.ended:
		return nil
	case <-ctx.Done():
	}
	c.signal(sigKill)
	timer := time.NewTimer(killGrace)
	defer timer.Stop()
	select {
	case <-c.ended:
		return fmt.Errorf("stop the redis server: killed it: %w", ctx.Err())
	case <-timer.C:
		return fmt.Errorf("%w: process %d cannot be killed", ErrBusy, c.pid.Load())
	}
}

// signal reaches the server without its shell's help. The group, or for an adopted server the process, cannot be somebody else's as
// long as server.lock is held, which ended tells. The shells ignore SIGTERM.
func (c *child) signal(sig signal) {
	select {
	case <-c.ended:
		return
	default:
	}
	if c.adopted {
		signalProcess(int(c.pid.Load()), sig)
		return
	}
	signalGroup(c.shell.Process.Pid, sig)
}
