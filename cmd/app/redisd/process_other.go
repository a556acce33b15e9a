//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package redisd

import (
	"os"
	"os/exec"
)

const supported = false

// Signals nobody sends: Start ends with ErrUnsupported before there is a process.
type signal int

const (
	sigTerm signal = 15
	sigKill signal = 9
)

func flock(*os.File) (bool, error) { return false, ErrUnsupported }

func detach(*exec.Cmd) {}

func signalProcess(int, signal) {}

func signalGroup(int, signal) {}
