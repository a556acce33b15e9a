package app

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/annohook/annohook/scheduler"
)

// How long a Redis that is in trouble may keep its callers.
const (
	dialWithin   = 2 * time.Second
	answerWithin = 4 * time.Second        // one command with all its repetitions
	askAgain     = 200 * time.Millisecond // between two commands that try whether a silent Redis is back
	refuseAfter  = 50 * time.Millisecond  // before trouble is told: keeps loops that ask again at once, as Asynq's do, from spinning
)

// guard stands before the clients of one Redis. It bounds every command, puts what goes wrong into words, and while Redis is silent lets one
// command at a time find out whether it is back: the others fail at once, so that nobody hangs for as long as there are commands in his
// request. It is safe for concurrent use.
type guard struct {
	tag string // in a cluster: the hash tag of the keys whose node is judged; "": there is one server

	mu       sync.Mutex
	answered time.Time               // when Redis last answered anything
	silent   *scheduler.TroubleError // nil: it answers
	asked    time.Time               // when the latest command went to a silent Redis
}

var _ redis.Hook = (*guard)(nil)

// DialHook hands a connection out also where there is none: whoever uses it hears why. To the client a failed dial would be one more reason to
// believe that all of them fail, which it would then look into once a second, while the guard asks five times as often.
func (g *guard) DialHook(next redis.DialHook) redis.DialHook {
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		conn, err := next(ctx, network, addr)
		if err != nil {
			return undialed{&dialError{distrust(addr, err)}}, nil
		}
		return conn, nil
	}
}

// ProcessHook guards single commands.
func (g *guard) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		call := func(ctx context.Context) error { return next(ctx, cmd) }
		if g.beside(cmd) {
			return bounded(ctx, call)
		}
		return g.do(ctx, cmd.Name() == "xread", call)
	}
}

// ProcessPipelineHook guards pipelines. Their commands carry errors of their own.
func (g *guard) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		err := g.do(ctx, false, func(ctx context.Context) error {
			for _, cmd := range cmds {
				cmd.SetErr(nil) // or a call that is made again fails with the error of the one before
			}
			return next(ctx, cmds)
		})
		if err == nil {
			return nil
		}
		trouble, _ := errors.AsType[*scheduler.TroubleError](err)
		for _, cmd := range cmds {
			if own := explain(cmd.Err()); own != nil {
				cmd.SetErr(own)
			} else if trouble != nil {
				cmd.SetErr(trouble) // it was not sent
			}
		}
		return err
	}
}

// guarded marks the context of a call that the guard has let pass. The client makes calls of its own within it, the handshake of a new
// connection above all: who may ask whether Redis is back may also shake hands with it.
type guarded struct{}

// do makes one call. A call that waits for something to happen tells nothing about a silent Redis in time, nor does one whose caller has left, so
// neither is made then: they would take the turn of one that tells.
func (g *guard) do(ctx context.Context, waits bool, call func(context.Context) error) error {
	if ctx.Value(guarded{}) != nil {
		return call(ctx)
	}
	if err := g.refuse(waits || ctx.Err() != nil); err != nil {
		rest(ctx)
		return err
	}
	began := time.Now()
	err := bounded(ctx, call)
	g.judge(ctx, began, err)
	if _, trouble := errors.AsType[*scheduler.TroubleError](err); trouble {
		rest(ctx)
	}
	return err
}

// bounded makes one call, which ends within answerWithin.
func bounded(ctx context.Context, call func(context.Context) error) error {
	within, cancel := context.WithTimeout(context.WithValue(ctx, guarded{}, true), answerWithin)
	defer cancel()
	err := call(within)
	for try := 0; reset(err) && try < resetTries; try++ {
		err = call(within)
	}
	return explain(err)
}

// refuse returns what is wrong while Redis is silent and somebody else is finding out whether it is back.
func (g *guard) refuse(waits bool) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.silent == nil {
		return nil
	}
	if now := time.Now(); !waits && now.Sub(g.asked) >= askAgain {
		g.asked = now
		return nil
	}
	return g.silent
}

// resetTries is how often a call is made again whose connection was reset.
const resetTries = 2

// reset reports whether the connection of a call broke, which tells nothing about Redis. The client repeats by itself most of what met an end of
// file, but nothing that met a reset; every script of ours bears to be sent twice.
func reset(err error) bool {
	return errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
}

// rest holds a caller up that is about to hear of trouble, unless ctx ends.
func rest(ctx context.Context) { wait(ctx, refuseAfter) }

// judge notes what a call tells about Redis. One that failed while others were answered tells of a connection, and a caller that left tells
// nothing.
func (g *guard) judge(ctx context.Context, began time.Time, err error) {
	if errors.Is(err, context.Canceled) || errors.Is(err, redis.ErrClosed) {
		return
	}
	if err != nil && errors.Is(ctx.Err(), context.Canceled) {
		return
	}
	now := time.Now()
	trouble, _ := errors.AsType[*scheduler.TroubleError](err)
	silent := trouble != nil && trouble.Reason == noAnswer
	if silent && ctx.Err() != nil && now.Sub(began) < dialWithin {
		return // a caller in a hurry
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	switch {
	case !silent:
		g.answered, g.silent = now, nil
	case reset(err): // what comes next tells
	case g.silent != nil || g.answered.Before(began):
		g.silent, g.asked = trouble, now
	}
}

// saying is what an answer of Redis that means trouble holds: where a script was refused, the words stand in the middle before Redis 7.
type saying struct{ text, reason string }

func sayings() []saying {
	return []saying{
		{"READONLY ", readOnly},
		{"can't write against a read only", readOnly},
		{"OOM command not allowed", "the memory of Redis is full"},
		{"LOADING ", "Redis is loading its data"},
		{"MISCONF ", "Redis cannot write to its disk"},
		{"NOREPLICAS ", "Redis has too few replicas to take writes"},
		{"MASTERDOWN ", "this Redis has lost its master"},
		{"CLUSTERDOWN ", "the cluster of Redis is down"},
		{"NOAUTH ", "Redis wants a password"},
		{"WRONGPASS ", "Redis refuses the password"},
		{"NOPERM ", "Redis refuses what this user asks"},
	}
}

// Reasons that are known by their words.
const (
	noAnswer = "Redis does not answer"
	readOnly = "this Redis is a read-only replica"
)

// explain turns an error that means trouble into a *scheduler.TroubleError, and leaves others as they are.
func explain(err error) error {
	if err == nil || errors.Is(err, redis.Nil) || errors.Is(err, context.Canceled) || errors.Is(err, redis.ErrClosed) {
		return err
	}
	if _, known := errors.AsType[*scheduler.TroubleError](err); known {
		return err
	}
	if _, answered := errors.AsType[redis.Error](err); !answered {
		return &scheduler.TroubleError{Reason: noAnswer, Err: err}
	}
	for _, s := range sayings() {
		if strings.Contains(err.Error(), s.text) {
			return &scheduler.TroubleError{Reason: s.reason, Err: err}
		}
	}
	return err
}
