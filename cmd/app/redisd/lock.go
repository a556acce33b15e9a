package redisd

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	gofrs "github.com/gofrs/flock"
)

// ErrLocked says that another annohook uses the state directory; the error around it names the directory and the process.
var ErrLocked = errors.New("the state directory is in use")

// dirLockName is the file in the state directory that its user locks.
const dirLockName = "annohook.lock"

// DirLock is the sole right to a state directory. The kernel takes it back when the process ends, however it ends.
type DirLock struct{ lock *gofrs.Flock }

// LockDir creates dir (mode 0700) where it is missing and takes the lock on it without waiting; ErrLocked when somebody else has it, this
// process included. Start does this by itself; call it only to use the directory without a server.
func LockDir(dir string) (*DirLock, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("create the state directory: %w", err)
	}
	path := filepath.Join(dir, dirLockName)
	lock := gofrs.New(path, gofrs.SetFlag(os.O_CREATE|os.O_RDWR))
	ok, err := lock.TryLock()
	if err != nil {
		return nil, fmt.Errorf("lock the state directory %s: %w", dir, err)
	}
	if !ok {
		return nil, fmt.Errorf("%w: %s by %s", ErrLocked, dir, holder(path))
	}
	// The id is for the message above alone, so a disk too full to note it must not stop us.
	_ = os.WriteFile(path, []byte(strconv.Itoa(os.Getpid())+"\n"), 0o600)
	return &DirLock{lock: lock}, nil
}

// Release gives the directory back. The file stays: removing it would let two others lock two different files.
func (l *DirLock) Release() error {
	if err := l.lock.Unlock(); err != nil {
		return fmt.Errorf("unlock the state directory: %w", err)
	}
	return nil
}

// Holder names who has the lock on dir; "" when nobody has it. It creates nothing, but where the directory is free it holds a shared lock
// for an instant, in which a LockDir elsewhere fails.
func Holder(dir string) (string, error) {
	path := filepath.Join(dir, dirLockName)
	if _, err := os.Stat(path); err != nil {
		if errors.Is(err, os.ErrNotExist) {
			return "", nil
		}
		return "", fmt.Errorf("look at the lock: %w", err)
	}
	lock := gofrs.New(path, gofrs.SetFlag(os.O_RDONLY))
	ok, err := lock.TryRLock()
	if err != nil {
		return "", fmt.Errorf("look at the lock: %w", err)
	}
	if !ok {
		return holder(path), nil
	}
	if err := lock.Unlock(); err != nil {
		return "", fmt.Errorf("look at the lock: %w", err)
	}
	return "", nil
}

// holder names the process that noted its id in the lock file.
func holder(path string) string {
	text, err := os.ReadFile(path) //nolint:gosec // G304: the operator names the state folder
	if err != nil {
		return "another process"
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		return "another process"
	}
	return "process " + strconv.Itoa(pid)
}
