package redisd

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"
)

const (
	// leftoverGrace is how long a server left behind may take to end or to answer.
	leftoverGrace = 10 * time.Second
	// settleProbes is how many answers in a row, lockPoll apart, a left-behind server must give before it is adopted. One that was just
	// told to end still answers for up to 100 ms, the period of the timer that looks for a shutdown (hz 10).
	settleProbes = 4
	// readyPoll is how often a starting server is asked whether it is ready.
	readyPoll = 10 * time.Millisecond
)

// start takes the locks and brings a server to answer. What it took is in s, for release.
func (s *Server) start(ctx context.Context) error {
	var err error
	if s.dir, err = LockDir(s.opts.Dir); err != nil {
		return err
	}
	if s.folder, err = openFolder(s.opts.Dir); err != nil {
		return err
	}
	if err := s.awaitSupervisor(ctx); err != nil {
		return err
	}
	pid, lock, err := s.leftover(ctx)
	if err != nil {
		return err
	}
	if pid != 0 {
		return s.adopt(ctx, pid)
	}
	if err := s.folder.findSocket(ctx); err != nil {
		return errors.Join(err, lock.Close())
	}
	if err := s.run(ctx, lock); err != nil {
		return errors.Join(err, s.endSoon(ctx))
	}
	return nil
}

// awaitSupervisor takes supervisor.lock. It is taken only while the shell of an annohook that died a moment ago still ends its server.
func (s *Server) awaitSupervisor(ctx context.Context) error {
	grace, cancel := context.WithTimeout(ctx, leftoverGrace)
	defer cancel()
	var err error
	s.supervisor, err = awaitLock(grace, s.folder.path(supervisorName), lockPoll)
	if err != nil && ctx.Err() == nil && grace.Err() != nil {
		return s.busy("does not end")
	}
	return err
}

// leftover looks for a server without a shell. It returns the process id of one that is there to stay, else server.lock: none is alive.
func (s *Server) leftover(ctx context.Context) (pid int, lock *os.File, err error) {
	ticker := time.NewTicker(lockPoll)
	defer ticker.Stop()
	answers, silent := 0, time.Duration(0)
	for {
		lock, err := tryLock(s.folder.path(serverName))
		if lock != nil || err != nil {
			return 0, lock, err
		}
		pid, err := identify(ctx, s.folder.socket, s.folder.root)
		switch {
		case err == nil:
			if answers++; answers == settleProbes {
				return pid, nil, nil
			}
		case !errors.Is(err, errLoading):
			answers = 0
			if silent += lockPoll; silent > leftoverGrace {
				return 0, nil, s.busy("does not answer")
			}
		}
		select {
		case <-ctx.Done():
			return 0, nil, fmt.Errorf("wait for an earlier redis server: %w", ctx.Err())
		case <-ticker.C:
		}
	}
}

// busy names the server that is in the way as well as can be.
func (s *Server) busy(what string) error {
	return fmt.Errorf("%w and %s: its process id should be in %s", ErrBusy, what, s.folder.path(pidName))
}

// adopt makes the living server pid ours.
func (s *Server) adopt(ctx context.Context, pid int) error {
	c, err := adopt(ctx, s.folder, pid, s.supervisor)
	if err != nil {
		return err
	}
	s.current.Store(c)
	s.log.InfoContext(ctx, "redis server adopted", "pid", pid, "socket", s.folder.socket)
	return nil
}

// run starts a server and waits until it answers. lock is server.lock and passes to it. The child is current even when it fails.
func (s *Server) run(ctx context.Context, lock *os.File) error {
	c, err := spawn(ctx, s.folder, s.opts.Path, s.supervisor, lock)
	if err != nil {
		return err
	}
	s.current.Store(c)
	ticker := time.NewTicker(readyPoll)
	defer ticker.Stop()
	for {
		pid, err := identify(ctx, s.folder.socket, s.folder.root)
		if err == nil {
			c.pid.Store(int64(pid))
			s.log.InfoContext(ctx, "redis server started", "pid", pid, "socket", s.folder.socket)
			return nil
		}
		if errors.Is(err, errForeign) {
			return err
		}
		select {
		case <-c.ended:
			return fmt.Errorf("%w (%s): %s", ErrExited, c.exit, s.folder.logTail(c.log))
		case <-ctx.Done():
			return fmt.Errorf("wait for the redis server: %w", ctx.Err())
		case <-ticker.C:
		}
	}
}
