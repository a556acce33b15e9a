//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package redisd

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"syscall"
)

// supported says that this system has what the supervision stands on: a POSIX shell, sessions and flock(2).
const supported = true

type signal = syscall.Signal

const (
	sigTerm = syscall.SIGTERM
	sigKill = syscall.SIGKILL
)

// flock takes flock(2)'s exclusive lock on an open file without waiting and reports whether it got it. The lock belongs to the opening
// of the file: it is held until the last process that has it, children that inherited it included, has closed it.
func flock(file *os.File) (bool, error) {
	for {
		err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		switch {
		case err == nil:
			return true, nil
		case errors.Is(err, syscall.EWOULDBLOCK):
			return false, nil
		case !errors.Is(err, syscall.EINTR):
			return false, fmt.Errorf("lock %s: %w", file.Name(), err)
		}
	}
}

// detach gives the command a session of its own, hence a process group whose number is its process id.
func detach(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} }

// signalProcess and signalGroup send sig; nobody there to get it is no error, for every caller goes on to see who is left.
func signalProcess(pid int, sig signal) { _ = syscall.Kill(pid, sig) }

func signalGroup(group int, sig signal) { _ = syscall.Kill(-group, sig) }
