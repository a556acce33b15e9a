package app

import (
	"context"

	"github.com/redis/go-redis/v9"
)

// Target is what an address was read as.
type Target struct {
	Options *redis.UniversalOptions
	Unix    string
	Shown   string
}

// ParseTarget reads an address.
func ParseTarget(address string) (Target, error) {
	t, err := parseTarget(address)
	return Target{Options: t.options, Unix: t.unix, Shown: t.shown}, err
}

// OlderThan compares versions.
var OlderThan = olderThan

// The judgements of Diagnose on numbers that a test cannot make real.
var (
	JudgeSpace     = judgeSpace
	JudgeOpenFiles = judgeOpenFiles
	ChildServer    = childServer
	Reachable      = reachable
)

// Fullness tells whether a Redis is nearly full.
var Fullness = fullness

// Ready asks an App what /readyz would tell.
func Ready(ctx context.Context, a *App) error { return a.ready(ctx) }
