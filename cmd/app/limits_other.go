//go:build !(linux || darwin)

package app

import "errors"

func freeBytes(string) (uint64, error) { return 0, errors.ErrUnsupported }

func openFilesLimit() (uint64, error) { return 0, errors.ErrUnsupported }

func mayCreateIn(string) error { return nil }
