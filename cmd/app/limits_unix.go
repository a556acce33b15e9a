//go:build linux || darwin

package app

import (
	"fmt"
	"syscall"
)

// freeBytes is how much an ordinary user may still write where dir lies.
func freeBytes(dir string) (uint64, error) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(dir, &s); err != nil {
		return 0, fmt.Errorf("statfs %s: %w", dir, err)
	}
	return s.Bavail * uint64(s.Bsize), nil //nolint:gosec // a block has a positive size
}

// openFilesLimit is how many descriptors this process may have. Go raises the soft limit to the hard one at start, for serve as for us.
func openFilesLimit() (uint64, error) {
	var r syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &r); err != nil {
		return 0, fmt.Errorf("getrlimit: %w", err)
	}
	return r.Cur, nil
}

// mayCreateIn tells whether this user may create something in dir, without doing it.
func mayCreateIn(dir string) error {
	const writeAndSearch = 2 | 1
	if err := syscall.Access(dir, writeAndSearch); err != nil {
		return fmt.Errorf("it is missing and cannot be created in %s: %w", dir, err)
	}
	return nil
}
