package redisd

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"sync"
	"sync/atomic"
)

// Errors of Start, beside ErrLocked and ErrSocketPath.
var (
	// ErrNotFound says that Path, or without one a server on the PATH, cannot be run.
	ErrNotFound = errors.New("no redis server to run")
	// ErrUnsupported says that this system has no POSIX shell or flock(2) to supervise a server with.
	ErrUnsupported = errors.New("no supervised redis server on this system")
	// ErrBusy says that an earlier server of the same directory neither ends nor answers; the error around it names it.
	ErrBusy = errors.New("an earlier redis server is still there")
	// ErrExited says that the server ended by itself; the error around it quotes its log.
	ErrExited = errors.New("the redis server ended")
)

// defaultRestarts is the number of restarts in a row after which a server is given up.
const defaultRestarts = 8

// Options say which server to run and where. The zero value of every field but Dir has the meaning noted.
type Options struct {
	Dir      string       // state directory; created with mode 0700 where it is missing
	Path     string       // server binary; "" takes what Find finds
	Log      *slog.Logger // nil logs nothing
	Restarts int          // restarts in a row, without a minute of health between, before giving up; 0 means 8

	// OnDown is told once, on a goroutine of this package, that the server is gone and was given up, and why. It may call Stop. nil: the
	// log alone tells.
	OnDown func(error)
}

// Server is a running server. Its methods are safe for concurrent use.
type Server struct {
	opts       Options
	log        *slog.Logger
	dir        *DirLock
	folder     *folder
	supervisor *os.File // supervisor.lock
	addr       string   // the socket; fixed once started

	current atomic.Pointer[child]
	cancel  context.CancelFunc // ends supervise
	done    chan struct{}      // closed when supervise has ended
	once    sync.Once
	stopErr error
}

// Start locks the state directory and returns once the server in it answers: a new one, or one that a killed annohook left alive. ctx
// bounds the start alone, however long the server loads its data; the server runs until Stop, and is started again when it ends by itself.
// It fails with ErrLocked, ErrNotFound, ErrUnsupported, ErrSocketPath, ErrBusy, ErrExited, or ctx's error, and leaves nothing running.
func Start(ctx context.Context, opts Options) (*Server, error) {
	if !supported {
		return nil, ErrUnsupported
	}
	path, err := binary(opts.Path)
	if err != nil {
		return nil, err
	}
	opts.Path = path
	if opts.Restarts == 0 {
		opts.Restarts = defaultRestarts
	}
	s := &Server{opts: opts, log: opts.Log, done: make(chan struct{})}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if err := s.start(ctx); err != nil {
		return nil, errors.Join(err, s.release())
	}
	s.addr = s.folder.socket
	ctx, s.cancel = context.WithCancel(context.WithoutCancel(ctx))
	go s.supervise(ctx)
	return s, nil
}

// Addr returns the path of the unix socket; it stays the same over restarts of the server.
func (s *Server) Addr() string { return s.addr }

// Adopted reports whether the server that runs now was left alive by an earlier annohook.
func (s *Server) Adopted() bool { return s.current.Load().adopted }

// PID returns the process id of the server that runs now, or of the last one when none does; 0 until a restarted one answers.
func (s *Server) PID() int { return int(s.current.Load().pid.Load()) }

// Stop ends the server, its data flushed and synced, and gives the state directory back. When ctx ends first the server is killed, which
// is an error though it loses nothing it had answered for, save behind a disk as slow as doc.go describes. Later calls wait for the first and return its error.
func (s *Server) Stop(ctx context.Context) error {
	s.once.Do(func() {
		s.cancel()
		<-s.done
		s.stopErr = errors.Join(s.end(ctx), s.release())
	})
	return s.stopErr
}

// end stops the current server, if there is one, and removes its socket.
func (s *Server) end(ctx context.Context) error {
	c := s.current.Load()
	if c == nil {
		return nil
	}
	err := c.stop(ctx)
	select {
	case <-c.ended:
		s.folder.removeSocket()
	default: // cannot be killed: leave its socket, so that the next start finds it
	}
	return err
}

// endSoon stops a server that failed to start, even when ctx has ended.
func (s *Server) endSoon(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), leftoverGrace)
	defer cancel()
	return s.end(ctx)
}

// release gives up every lock that start took.
func (s *Server) release() error {
	var errs []error
	if s.supervisor != nil {
		errs = append(errs, s.supervisor.Close())
	}
	if s.dir != nil {
		errs = append(errs, s.dir.Release())
	}
	return errors.Join(errs...)
}
