package redisd

import (
	"fmt"
	"os/exec"
	"path/filepath"
)

// Find returns the path of the server to run: the first redis-server on the PATH, else the first valkey-server. It reports false where
// neither is installed, and on systems this package cannot supervise a process on.
func Find() (path string, ok bool) {
	if !supported {
		return "", false
	}
	for _, name := range []string{"redis-server", "valkey-server"} {
		if found, err := exec.LookPath(name); err == nil {
			return found, true
		}
	}
	return "", false
}

// binary returns the absolute path of the server to run, for the shell that starts it works in another folder.
func binary(path string) (string, error) {
	if path == "" {
		found, ok := Find()
		if !ok {
			return "", ErrNotFound
		}
		path = found
	}
	found, err := exec.LookPath(path)
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrNotFound, err)
	}
	found, err = filepath.Abs(found)
	if err != nil {
		return "", fmt.Errorf("find %s: %w", path, err)
	}
	return found, nil
}
