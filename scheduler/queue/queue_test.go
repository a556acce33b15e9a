package queue_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"

	"github.com/annohook/annohook/scheduler"
	"github.com/annohook/annohook/scheduler/queue"
	"github.com/annohook/annohook/scheduler/queuetest"
	"github.com/annohook/annohook/sender/history"
)

func TestQueueInProcess(t *testing.T) {
	t.Parallel()
	mini := miniredis.RunT(t)
	queuetest.Run(t, factory(func() *redis.Options { return &redis.Options{Addr: mini.Addr()} }, 2))
}

func TestQueueOnRedis(t *testing.T) {
	t.Parallel()
	o := realRedis(t)
	queuetest.Run(t, factory(func() *redis.Options { fresh := *o; return &fresh }, queue.DefaultServers))
}

// realRedis is the Redis that the test script started.
func realRedis(t testing.TB) *redis.Options {
	t.Helper()
	address := os.Getenv("ANNOHOOK_TEST_REDIS")
	if address == "" {
		t.Skip("ANNOHOOK_TEST_REDIS names no Redis; ./test/run redis starts one")
	}
	o, err := redis.ParseURL(address)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// factory makes queues that a test shares by name and nobody else does.
func factory(options func() *redis.Options, servers int) queuetest.Factory {
	var runs atomic.Int64
	var mu sync.Mutex
	names := map[string]string{}
	return func(t *testing.T, name string, grace time.Duration) scheduler.Queue {
		t.Helper()
		mu.Lock()
		defer mu.Unlock()
		key := t.Name() + name
		if names[key] == "" {
			names[key] = fmt.Sprintf("test-%d-%d-%s", os.Getpid(), runs.Add(1), name)
		}
		return newQueue(t, options(), names[key], servers, grace)
	}
}

func newQueue(t testing.TB, o *redis.Options, name string, servers int, grace time.Duration) *queue.Queue {
	t.Helper()
	o.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
	client := redis.NewClient(o)
	t.Cleanup(func() {
		ctx := context.WithoutCancel(t.Context())
		if keys, err := client.Keys(ctx, "asynq:{"+name+"}*").Result(); err == nil && len(keys) > 0 {
			client.Del(ctx, keys...)
		}
		client.SRem(ctx, "asynq:queues", name)
		_ = client.Close()
	})
	q, err := queue.New(queue.Options{Client: client, Now: time.Now, Name: name, Servers: servers, Grace: grace})
	if err != nil {
		t.Fatal(err)
	}
	return q
}

// cutHook fails the commands it is told to, as a broken connection would: what Asynq's syncer must repair.
type cutHook struct {
	left atomic.Int32
	fail func(cmd redis.Cmder) bool
}

var errCut = errors.New("cut on purpose")

func (h *cutHook) DialHook(next redis.DialHook) redis.DialHook {
	return func(ctx context.Context, network, addr string) (net.Conn, error) { return next(ctx, network, addr) }
}

func (h *cutHook) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		if h.fail(cmd) && h.left.Add(-1) >= 0 {
			cmd.SetErr(errCut)
			return errCut
		}
		return next(ctx, cmd)
	}
}

func (h *cutHook) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return next
}

// A "done" that fails once is repaired by Asynq's syncer, five seconds later, only because the queue's hook detaches the cancelled context
// that the syncer uses; without it the task stays active until its lease ends.
func TestFailedDoneIsRepaired(t *testing.T) {
	t.Parallel()
	mini := miniredis.RunT(t)
	client := redis.NewClient(&redis.Options{Addr: mini.Addr(), MaintNotificationsConfig: &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}})
	t.Cleanup(func() { _ = client.Close() })
	q, err := queue.New(queue.Options{Client: client, Now: time.Now, Name: "repair", Servers: 1})
	if err != nil {
		t.Fatal(err)
	}
	cut := &cutHook{fail: isDone}
	cut.left.Store(1)
	client.AddHook(cut)
	ctx, stop := context.WithCancel(t.Context())
	handled := make(chan struct{}, 1)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = q.Run(ctx, func(context.Context, history.Due) { handled <- struct{}{} })
	}()
	defer func() { stop(); <-ended }()
	if err := q.Enqueue(t.Context(), history.Due{Ref: history.Ref{Delivery: "d", Attempt: 1}, At: time.Now()}); err != nil {
		t.Fatal(err)
	}
	<-handled
	deadline := time.Now().Add(15 * time.Second)
	for {
		if active, err := mini.List("asynq:{repair}:active"); cut.left.Load() <= 0 && (err != nil || len(active) == 0) {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal("the task is still active: the syncer's repair did not work")
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// isDone recognises Asynq's done script by its keys.
func isDone(cmd redis.Cmder) bool {
	args := cmd.Args()
	if name, _ := args[0].(string); !strings.HasPrefix(strings.ToLower(name), "evalsha") {
		return false
	}
	keys := []string{":active", ":lease", ":t:", ":processed:", ":processed"}
	for i, part := range keys {
		if 3+i >= len(args) {
			return false
		}
		if key, _ := args[3+i].(string); !strings.Contains(key, part) {
			return false
		}
	}
	return true
}

func TestNewNeedsClientAndClock(t *testing.T) {
	t.Parallel()
	if _, err := queue.New(queue.Options{Now: time.Now}); err == nil {
		t.Error("no client: no error")
	}
}

// BenchmarkIdleLatency measures enqueue to handler on an idle queue and prints its quantiles.
func BenchmarkIdleLatency(b *testing.B) {
	engines := map[string]func() (*redis.Options, int){
		"inprocess": func() (*redis.Options, int) { return &redis.Options{Addr: miniredis.RunT(b).Addr()}, 2 },
		"redis":     func() (*redis.Options, int) { return realRedis(b), queue.DefaultServers },
	}
	for name, engine := range engines {
		b.Run(name, func(b *testing.B) {
			o, servers := engine()
			q := newQueue(b, o, fmt.Sprintf("bench-%d", time.Now().UnixNano()), servers, time.Second)
			ctx, stop := context.WithCancel(b.Context())
			arrived := make(chan time.Time, 1)
			ended := make(chan struct{})
			go func() {
				defer close(ended)
				_ = q.Run(ctx, func(context.Context, history.Due) { arrived <- time.Now() })
			}()
			var took []time.Duration
			for i := 0; b.Loop(); i++ {
				time.Sleep(7 * time.Millisecond) // let every server fall idle
				began := time.Now()
				if err := q.Enqueue(b.Context(), history.Due{Ref: history.Ref{Delivery: strconv.Itoa(i), Attempt: 1}, At: began}); err != nil {
					b.Fatal(err)
				}
				took = append(took, (<-arrived).Sub(began))
			}
			stop()
			<-ended
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
		})
	}
}
