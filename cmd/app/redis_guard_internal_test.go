package app

import (
	"context"
	"errors"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/annohook/annohook/scheduler"
)

// reasonOf is what users are told of an error.
func reasonOf(err error) string {
	if trouble, ok := errors.AsType[*scheduler.TroubleError](err); ok {
		return trouble.Reason
	}
	return ""
}

func TestGuardLetsOneCommandAskASilentRedis(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g, calls, silent := &guard{}, 0, true
		command := g.ProcessHook(func(ctx context.Context, _ redis.Cmder) error {
			if calls++; silent {
				<-ctx.Done()
				return ctx.Err()
			}
			return nil
		})
		ask := func() (string, time.Duration) {
			began := time.Now()
			return reasonOf(command(t.Context(), redis.NewCmd(t.Context(), "get"))), time.Since(began)
		}
		if reason, took := ask(); reason != noAnswer || took > answerWithin+refuseAfter {
			t.Errorf("the first command ended with %q after %s", reason, took)
		}
		if reason, took := ask(); reason != noAnswer || took > refuseAfter || calls != 1 {
			t.Errorf("the second command ended with %q after %s, and %d were sent", reason, took, calls)
		}
		silent = false
		time.Sleep(askAgain)
		if reason, _ := ask(); reason != "" || calls != 2 {
			t.Errorf("the third command ended with %q, and %d were sent", reason, calls)
		}
		if reason, took := ask(); reason != "" || took != 0 {
			t.Errorf("the fourth command ended with %q after %s", reason, took)
		}
	})
}

func TestGuardRepeatsABrokenConnection(t *testing.T) {
	t.Parallel()
	g, calls := &guard{}, 0
	command := g.ProcessHook(func(context.Context, redis.Cmder) error {
		if calls++; calls <= resetTries {
			return syscall.ECONNRESET
		}
		return nil
	})
	if err := command(t.Context(), redis.NewCmd(t.Context(), "get")); err != nil || calls != resetTries+1 {
		t.Errorf("error %v after %d calls", err, calls)
	}
}

// said is an error that Redis answered.
type said string

func (s said) Error() string { return string(s) }
func (said) RedisError()     {}

func TestGuardPutsTroubleIntoWords(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"READONLY You can't write against a read only replica.":                                       readOnly,
		"ERR Error running script: @user_script:1: -READONLY can't write against a read only replica": readOnly,
		"OOM command not allowed when used memory > 'maxmemory'.":                                     "the memory of Redis is full",
		"NOREPLICAS Not enough good replicas to write.":                                               "Redis has too few replicas to take writes",
		"WRONGTYPE Operation against a key":                                                           "",
	} {
		if got := reasonOf(explain(said(text))); got != want {
			t.Errorf("%q is told as %q, want %q", text, got, want)
		}
	}
	for _, err := range []error{nil, redis.Nil, context.Canceled, redis.ErrClosed} {
		if got := explain(err); !errors.Is(got, err) || reasonOf(got) != "" {
			t.Errorf("%v became %v", err, got)
		}
	}
}

// TestGuardLeavesTheTurnToWhoCanTell: callers that have left neither try whether a silent Redis is back nor keep others from it.
func TestGuardLeavesTheTurnToWhoCanTell(t *testing.T) {
	t.Parallel()
	g := &guard{silent: &scheduler.TroubleError{Reason: noAnswer}}
	left, leave := context.WithCancel(t.Context())
	leave()
	calls := 0
	call := func(context.Context) error { calls++; return nil }
	if err := g.do(left, false, call); err == nil || calls != 0 {
		t.Fatalf("a caller that has left made %d calls, error %v", calls, err)
	}
	if err := g.do(t.Context(), false, call); err != nil || calls != 1 || g.silent != nil {
		t.Errorf("the next made %d calls, error %v, silent %v", calls, err, g.silent)
	}
}
