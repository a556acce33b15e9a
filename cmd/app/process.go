package app

import (
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"
	"time"

	"github.com/annohook/annohook/scheduler"
)

// ballastBytes is how much memory the program reserves and never touches, so that no page of it is ever real. The garbage collector waits until the
// heap has doubled, and the heap of a worker under load is 20 MB that live and 4 GB a minute that do not.
const ballastBytes = 32 << 20

// pidSpace names the place where this process's number means something: this boot of this machine, and there this namespace of process
// numbers, because containers have their own. Empty where the system does not tell.
func pidSpace() string {
	boot, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return ""
	}
	namespace, err := os.Readlink("/proc/self/ns/pid")
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(boot)) + " " + namespace
}

// newWorker names this process.
func newWorker() scheduler.Worker {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	return scheduler.Worker{ID: fmt.Sprintf("%s-%d-%s", host, os.Getpid(), rand.Text()[:6]), Host: host, PID: os.Getpid(), PIDSpace: pidSpace(), Started: time.Now().UTC()}
}

// processGone reports whether w was a process in our own place that does not exist any more. A number that was given to another process
// since makes it false, and the missed beats decide.
func processGone(w scheduler.Worker) bool {
	if w.PIDSpace == "" || w.PIDSpace != pidSpace() || w.PID <= 0 {
		return false
	}
	process, err := os.FindProcess(w.PID)
	if err != nil {
		return false
	}
	return errors.Is(process.Signal(syscall.Signal(0)), os.ErrProcessDone)
}
