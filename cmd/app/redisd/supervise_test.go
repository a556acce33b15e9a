//go:build unix

package redisd_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/annohook/annohook/cmd/app/redisd"
)

// waitReplaced waits until a server other than the one with process id old answers.
func waitReplaced(t *testing.T, s *redisd.Server, old int) {
	t.Helper()
	eventually(t, "a new server answers", func() bool {
		_, err := redisd.Ask(t.Context(), s.Addr(), []string{"PING"})
		return err == nil && s.PID() != old && s.PID() != 0
	})
}

func TestKilledServerIsRestartedWithItsData(t *testing.T) {
	t.Parallel()
	for name, signal := range map[string]syscall.Signal{"kill -9": syscall.SIGKILL, "SIGTERM to its group": syscall.SIGTERM} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := start(t, redisd.Options{Dir: shortDir(t)})
			do(t, s.Addr(), "SET", "k", "v")
			old, addr := s.PID(), s.Addr()
			target := old
			if signal == syscall.SIGTERM {
				group, err := syscall.Getpgid(old)
				if err != nil {
					t.Fatal(err)
				}
				target = -group
			}
			if err := syscall.Kill(target, signal); err != nil {
				t.Fatal(err)
			}
			waitReplaced(t, s, old)
			if s.Addr() != addr {
				t.Errorf("the socket moved from %s to %s", addr, s.Addr())
			}
			wantValue(t, s.Addr(), "k", "v")
			stop(t, s)
		})
	}
}

func TestServerThatDoesNotComeBackIsGivenUp(t *testing.T) {
	t.Parallel()
	dir := shortDir(t)
	once := filepath.Join(t.TempDir(), "once")
	down := make(chan error, 2)
	s := start(t, redisd.Options{
		Dir: dir, Restarts: 2, OnDown: func(err error) { down <- err },
		Path: script(t, "[ -e "+once+" ] && { echo not again; exit 3; }\n: >"+once+"\nexec REDIS \"$@\""),
	})
	kill(t, s.PID())
	select {
	case err := <-down:
		if !errors.Is(err, redisd.ErrExited) {
			t.Errorf("OnDown got %v, want ErrExited", err)
		}
	case <-time.After(patience):
		t.Fatal("OnDown was not called")
	}
	stop(t, s)
	if len(down) != 0 {
		t.Errorf("OnDown was called again: %v", <-down)
	}
	start(t, redisd.Options{Dir: dir})
}

func TestStopWithinOnDown(t *testing.T) {
	t.Parallel()
	once := filepath.Join(t.TempDir(), "once")
	stopped := make(chan error, 1)
	var s *redisd.Server
	ready := make(chan struct{})
	s = start(t, redisd.Options{
		Dir: shortDir(t), Restarts: 1,
		OnDown: func(error) { <-ready; stopped <- stopServer(s) },
		Path:   script(t, "[ -e "+once+" ] && exit 3\n: >"+once+"\nexec REDIS \"$@\""),
	})
	close(ready)
	kill(t, s.PID())
	select {
	case err := <-stopped:
		if err != nil {
			t.Errorf("Stop: %v", err)
		}
	case <-time.After(patience):
		t.Fatal("Stop within OnDown hangs")
	}
}

func TestServerOutlivesItsShells(t *testing.T) {
	t.Parallel()
	dir := shortDir(t)
	s := start(t, redisd.Options{Dir: dir})
	do(t, s.Addr(), "SET", "k", "v")
	first := s.PID()
	killShells(t, first)
	wantValue(t, s.Addr(), "k", "v")
	kill(t, first)
	waitReplaced(t, s, first)
	second := s.PID()
	killShells(t, second)
	wantValue(t, s.Addr(), "k", "v")
	stop(t, s)
	wantNothingLeft(t, dir, second, s.Addr())
}

func TestKilledParentTakesItsServerAlong(t *testing.T) {
	t.Parallel()
	dir := shortDir(t)
	p := startParent(t, dir)
	group := groupOf(t, p.pid)
	for _, pid := range group {
		if pid != p.pid { // what a tired person or a service manager may send must not cost the server its guard
			_ = syscall.Kill(pid, syscall.SIGTERM)
			_ = syscall.Kill(pid, syscall.SIGHUP)
		}
	}
	kill(t, p.process.Pid)
	wantGone(t, group)
}

func wantGone(t *testing.T, pids []int) {
	t.Helper()
	eventually(t, "the server and its shells are gone", func() bool { return !slices.ContainsFunc(pids, alive) })
}

func TestInnerShellAloneStillGuards(t *testing.T) {
	t.Parallel()
	p := startParent(t, shortDir(t))
	group := groupOf(t, p.pid)
	outer, err := syscall.Getpgid(p.pid)
	if err != nil {
		t.Fatal(err)
	}
	kill(t, outer)
	kill(t, p.process.Pid)
	wantGone(t, group)
}

func TestStartRightAfterAKilledParent(t *testing.T) {
	t.Parallel()
	for name, makeDir := range map[string]func(*testing.T) string{"short": shortDir, "long": longDir} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := makeDir(t)
			p := startParent(t, dir)
			do(t, p.addr, "SET", "k", "v")
			kill(t, p.process.Pid)
			_, _ = p.process.Wait() // until the kernel has freed its lock
			s := start(t, redisd.Options{Dir: dir})
			if s.Adopted() || s.PID() == p.pid {
				t.Errorf("adopted the server %d that was told to end", p.pid)
			}
			wantValue(t, s.Addr(), "k", "v")
		})
	}
}

// orphan leaves a server without annohook and shells, and a value in it.
func orphan(t *testing.T, dir string) parent {
	t.Helper()
	p := startParent(t, dir)
	do(t, p.addr, "SET", "k", "v")
	killShells(t, p.pid)
	kill(t, p.process.Pid)
	_, _ = p.process.Wait()
	if !alive(p.pid) {
		t.Fatal("the server did not survive, so there is nothing to adopt")
	}
	return p
}

func TestOrphanedServerIsAdopted(t *testing.T) {
	t.Parallel()
	for name, makeDir := range map[string]func(*testing.T) string{"short": shortDir, "long": longDir, "odd": oddDir} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := makeDir(t)
			p := orphan(t, dir)
			s := start(t, redisd.Options{Dir: dir})
			if !s.Adopted() || s.PID() != p.pid || s.Addr() != p.addr {
				t.Errorf("got adopted %t, pid %d, socket %s; want the server %d on %s", s.Adopted(), s.PID(), s.Addr(), p.pid, p.addr)
			}
			wantValue(t, s.Addr(), "k", "v")
			stop(t, s)
			wantNothingLeft(t, dir, p.pid, s.Addr())
			wantValue(t, start(t, redisd.Options{Dir: dir}).Addr(), "k", "v")
		})
	}
}

// A server that was just told to end still answers for a moment; adopting it would mean losing it under the first requests.
func TestOrphanToldToEndIsNotAdopted(t *testing.T) {
	t.Parallel()
	dir := shortDir(t)
	p := orphan(t, dir)
	if err := syscall.Kill(p.pid, syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	s := start(t, redisd.Options{Dir: dir})
	if s.Adopted() {
		t.Errorf("adopted the server %d that was told to end", p.pid)
	}
	wantValue(t, s.Addr(), "k", "v")
}

func TestKilledAdoptedServerIsReplaced(t *testing.T) {
	t.Parallel()
	dir := shortDir(t)
	p := orphan(t, dir)
	s := start(t, redisd.Options{Dir: dir})
	kill(t, p.pid)
	waitReplaced(t, s, p.pid)
	if s.Adopted() {
		t.Error("the new server counts as adopted")
	}
	wantValue(t, s.Addr(), "k", "v")
}

func TestKilledAdopterTakesTheServerAlong(t *testing.T) {
	t.Parallel()
	dir := shortDir(t)
	first := orphan(t, dir)
	second := startParent(t, dir)
	if !second.adopted || second.pid != first.pid {
		t.Fatalf("got adopted %t, pid %d; want the server %d adopted", second.adopted, second.pid, first.pid)
	}
	kill(t, second.process.Pid)
	eventually(t, "the adopted server is gone", func() bool { return !alive(first.pid) })
	wantValue(t, start(t, redisd.Options{Dir: dir}).Addr(), "k", "v")
}

// A server that holds the lock but whose socket was removed cannot be used, must not be doubled, and is named.
func TestUnreachableOrphanIsNamed(t *testing.T) {
	t.Parallel()
	dir := shortDir(t)
	p := orphan(t, dir)
	if err := os.Remove(p.addr); err != nil {
		t.Fatal(err)
	}
	if _, err := redisd.Start(t.Context(), redisd.Options{Dir: dir}); !errors.Is(err, redisd.ErrBusy) {
		t.Fatalf("got %v, want ErrBusy", err)
	}
	kill(t, p.pid)
	wantValue(t, start(t, redisd.Options{Dir: dir}).Addr(), "k", "v")
}
