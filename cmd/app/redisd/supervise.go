package redisd

import (
	"context"
	"errors"
	"fmt"
	"time"
)

const (
	// firstBackoff and maxBackoff bound the pause before a restart, doubled each time.
	firstBackoff = 100 * time.Millisecond
	maxBackoff   = 2 * time.Second
	// stableAfter is the health after which earlier restarts are forgotten.
	stableAfter = time.Minute
)

// supervise keeps a server running until ctx ends or it is given up. It is the only one that replaces s.current meanwhile; Stop ends it
// and waits for it.
func (s *Server) supervise(ctx context.Context) {
	err := s.keepUp(ctx)
	close(s.done) // before OnDown, which may call Stop
	if err == nil || ctx.Err() != nil {
		return
	}
	s.log.ErrorContext(ctx, "redis server given up", "error", err)
	if s.opts.OnDown != nil {
		s.opts.OnDown(err)
	}
}

// keepUp restarts the server whenever it ends. It returns nil when ctx ends, else why it gave up.
func (s *Server) keepUp(ctx context.Context) error {
	restarts := 0
	for {
		c := s.current.Load()
		if stable(ctx, c) {
			restarts = 0
		}
		select {
		case <-ctx.Done():
			return nil
		case <-c.ended:
		}
		s.log.WarnContext(ctx, "redis server ended by itself", "pid", c.pid.Load(), "exit", c.exit)
		if err := s.restart(ctx, &restarts); err != nil {
			return err
		}
	}
}

// stable waits until the server was up for long enough to be trusted and reports whether it was.
func stable(ctx context.Context, c *child) bool {
	timer := time.NewTimer(stableAfter)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-c.ended:
		return false
	case <-timer.C:
		return true
	}
}

// restart brings a new server up on the same files and the same socket. It counts its tries in restarts and gives up at the limit.
func (s *Server) restart(ctx context.Context, restarts *int) error {
	last := ErrExited
	for *restarts < s.opts.Restarts {
		pause := min(firstBackoff<<min(*restarts, 10), maxBackoff)
		*restarts++
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause):
		}
		last = s.again(ctx)
		if last == nil || ctx.Err() != nil {
			return ctx.Err()
		}
		s.log.WarnContext(ctx, "redis server restart", "try", *restarts, "error", last)
	}
	return fmt.Errorf("redis server given up after %d restarts: %w", *restarts, last)
}

// again starts one more server. A rewrite of the file that the ended one had begun in a process of its own may hold the lock a second longer.
func (s *Server) again(ctx context.Context) error {
	grace, cancel := context.WithTimeout(ctx, leftoverGrace)
	defer cancel()
	lock, err := awaitLock(grace, s.folder.path(serverName), lockPoll)
	if err != nil {
		return err
	}
	err = s.run(ctx, lock)
	if err != nil && ctx.Err() == nil {
		err = errors.Join(err, s.current.Load().stop(grace))
	}
	return err
}
