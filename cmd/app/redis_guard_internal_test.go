package app

import (
	"context"
	"errors"
	"net"
	"slices"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/alicebob/miniredis/v2"
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

// TestGuardShakesHands: who may ask whether Redis is back may shake hands with it, which is a call within the call.
func TestGuardShakesHands(t *testing.T) {
	t.Parallel()
	g := &guard{silent: &scheduler.TroubleError{Reason: noAnswer}}
	hello := g.ProcessHook(func(context.Context, redis.Cmder) error { return nil })
	command := g.ProcessHook(func(ctx context.Context, _ redis.Cmder) error { return hello(ctx, redis.NewCmd(ctx, "hello")) })
	if err := command(t.Context(), redis.NewCmd(t.Context(), "get")); err != nil || g.silent != nil {
		t.Errorf("error %v, silent %v", err, g.silent)
	}
}

// TestGuardIsTheOnlyBreaker: however often a dial failed, the next command dials, because the client would ask once a second only.
func TestGuardIsTheOnlyBreaker(t *testing.T) {
	t.Parallel()
	server := miniredis.RunT(t)
	dials, away := 0, true
	client := redisTarget{guard: &guard{}, options: &redis.UniversalOptions{
		Addrs: []string{server.Addr()}, PoolSize: 1,
		Dialer: func(ctx context.Context, network, addr string) (net.Conn, error) {
			if dials++; away {
				return nil, syscall.ECONNREFUSED
			}
			return (&net.Dialer{}).DialContext(ctx, network, addr)
		},
	}}.open(t.Context())
	t.Cleanup(func() { _ = client.Close() })
	for range 5 {
		time.Sleep(askAgain)
		if reason := reasonOf(client.Set(t.Context(), "a", "b", 0).Err()); reason != noAnswer {
			t.Errorf("told is %q", reason)
		}
	}
	if dials < 4 || dials > 6 {
		t.Errorf("%d dials for 5 commands", dials)
	}
	away = false
	time.Sleep(askAgain)
	if err := client.Set(t.Context(), "a", "b", 0).Err(); err != nil {
		t.Errorf("once it is back: %v", err)
	}
}

// TestGuardOfACluster: what another node answers tells nothing about the one that keeps our keys.
func TestGuardOfACluster(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ours := [][]any{
			{"get", "{annohook}:x"},
			{"evalsha", "sum", 2, "asynq:{annohook}:t", "asynq:{annohook}:p", "a"},
			{"eval", "script", 1, "{annohook}:h3:"},
			{"xread", "count", 1, "streams", "{annohook}:h3:feed", "0"},
		}
		others := [][]any{{"sadd", "asynq:queues", "annohook"}, {"evalsha", "sum", 1, "asynq:servers:{host:1:x}", "{annohook}"}, {"ping"}, {"eval", "script", 0}}
		g := &guard{tag: keyPrefix}
		command := g.ProcessHook(func(ctx context.Context, cmd redis.Cmder) error {
			if !g.beside(cmd) {
				<-ctx.Done()
				return ctx.Err()
			}
			return nil
		})
		for i, args := range slices.Concat(ours, others) {
			err := command(t.Context(), redis.NewCmd(t.Context(), args...))
			if want := i < len(ours); (reasonOf(err) == noAnswer) != want {
				t.Errorf("%v: error %v", args, err)
			}
		}
		began := time.Now()
		if err := command(t.Context(), redis.NewCmd(t.Context(), ours[0]...)); reasonOf(err) != noAnswer {
			t.Errorf("error %v", err)
		}
		for range 2 {
			_ = command(t.Context(), redis.NewCmd(t.Context(), others[0]...))
			_ = command(t.Context(), redis.NewCmd(t.Context(), ours[0]...))
		}
		if took := time.Since(began); took > answerWithin+3*refuseAfter {
			t.Errorf("three commands to a silent node took %s", took)
		}
	})
}
