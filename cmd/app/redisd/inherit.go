package redisd

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"
)

// The locks of this file pass to children with an open file; closing our copy leaves them with the children. See flock.

// tryLock opens path, which it creates where it is missing, and takes the lock on it without waiting; nil when somebody else has it.
func tryLock(path string) (*os.File, error) {
	file, err := openLock(path)
	if err != nil {
		return nil, err
	}
	ok, err := flock(file)
	if !ok || err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return file, nil
}

// awaitLock takes the lock on path, trying every so often until ctx ends. The file is opened once, so that a folder removed under a
// living server changes nothing.
func awaitLock(ctx context.Context, path string, every time.Duration) (*os.File, error) {
	file, err := openLock(path)
	if err != nil {
		return nil, err
	}
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		ok, err := flock(file)
		if err != nil {
			return nil, errors.Join(err, file.Close())
		}
		if ok {
			return file, nil
		}
		select {
		case <-ctx.Done():
			return nil, errors.Join(fmt.Errorf("wait for %s: %w", path, ctx.Err()), file.Close())
		case <-ticker.C:
		}
	}
}

func openLock(path string) (*os.File, error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600) //nolint:gosec // G304: a file of our own folder
	if err != nil {
		return nil, fmt.Errorf("open a lock file: %w", err)
	}
	return file, nil
}
