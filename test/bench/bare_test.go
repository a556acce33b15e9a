package bench_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
	"golang.org/x/sync/errgroup"
)

// bareVariable makes this test binary run the bare loop it describes and print a bareResult.
const bareVariable = "ANNOHOOK_TEST_BARE_LOOP"

// inProcess is the store of a bare loop that has none outside.
const inProcess = "memory"

// bareLoop is Asynq and net/http and nothing else: total tasks that carry the body, each posted once.
type bareLoop struct {
	Store   string `json:"store"` // inProcess, or a Redis URL
	URL     string `json:"url"`
	Body    []byte `json:"body"`
	Total   int    `json:"total"`
	Servers int    `json:"servers"`
	Slots   int    `json:"slots"` // of each server
}

// bareResult is what the bare loop took.
type bareResult struct {
	Seconds float64 `json:"seconds"`
	CPU     float64 `json:"cpu"` // seconds, user and system
}

// startBare runs the loop in a process of its own.
func startBare(b *testing.B, loop bareLoop) bareResult {
	b.Helper()
	text, err := json.Marshal(loop)
	if err != nil {
		b.Fatal(err)
	}
	cmd := exec.CommandContext(b.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), bareVariable+"="+string(text))
	var out, log bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &log
	if err := cmd.Run(); err != nil {
		b.Fatalf("bare loop: %v\n%s", err, &log)
	}
	var result bareResult
	if err := json.Unmarshal(out.Bytes(), &result); err != nil {
		b.Fatalf("bare loop: %v in %q", err, &out)
	}
	return result
}

// runBare is the main function of the bare loop's process.
func runBare(ctx context.Context, text string) error {
	var loop bareLoop
	if err := json.Unmarshal([]byte(text), &loop); err != nil {
		return fmt.Errorf("read the bare loop: %w", err)
	}
	client, err := loop.open()
	if err != nil {
		return err
	}
	defer func() { _ = client.Close() }()
	var warm, all sync.WaitGroup
	warm.Add(warmUp)
	all.Add(loop.Total)
	handle := loop.handler(map[string]*sync.WaitGroup{"warm": &warm, "post": &all})
	for range loop.Servers {
		server := asynq.NewServerFromRedisClient(client, asynq.Config{
			Concurrency: loop.Slots, LogLevel: asynq.ErrorLevel, TaskCheckInterval: 10 * time.Millisecond,
		})
		if err := server.Start(handle); err != nil {
			return fmt.Errorf("start an Asynq server: %w", err)
		}
		defer server.Shutdown()
	}
	if err := loop.enqueue(ctx, client, "warm", warmUp); err != nil {
		return err
	}
	warm.Wait()
	start, cpu := time.Now(), processCPU()
	if err := loop.enqueue(ctx, client, "post", loop.Total); err != nil {
		return err
	}
	all.Wait()
	return json.NewEncoder(os.Stdout).Encode(bareResult{Seconds: time.Since(start).Seconds(), CPU: processCPU() - cpu})
}

func (l bareLoop) open() (redis.UniversalClient, error) {
	if l.Store == inProcess {
		mini := miniredis.NewMiniRedis()
		if err := mini.StartAddr("127.0.0.1:0"); err != nil {
			return nil, fmt.Errorf("start the in-process store: %w", err)
		}
		l.Store = "redis://" + mini.Addr()
	}
	client, err := openRedis(l.Store)
	if err != nil {
		return nil, fmt.Errorf("bare loop: %w", err)
	}
	return client, nil
}

// openRedis returns a client as the program opens them.
func openRedis(url string) (*redis.Client, error) {
	options, err := redis.ParseURL(url)
	if err != nil {
		return nil, fmt.Errorf("address of a Redis: %w", err)
	}
	options.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
	return redis.NewClient(options), nil
}

// handler posts the payload of a task and counts it down in the group of its type.
func (l bareLoop) handler(groups map[string]*sync.WaitGroup) asynq.HandlerFunc {
	client := &http.Client{Timeout: 20 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: l.Servers * l.Slots}}
	return func(ctx context.Context, task *asynq.Task) error {
		request, err := http.NewRequestWithContext(ctx, http.MethodPost, l.URL, bytes.NewReader(task.Payload()))
		if err != nil {
			return err
		}
		request.Header.Set("Content-Type", "application/json")
		response, err := client.Do(request)
		if err != nil {
			return err
		}
		defer func() { _ = response.Body.Close() }()
		if _, err := io.Copy(io.Discard, response.Body); err != nil {
			return err
		}
		if response.StatusCode != http.StatusOK {
			return errors.New(response.Status)
		}
		groups[task.Type()].Done()
		return nil
	}
}

// enqueue hands tasks over from as many goroutines as the program uses for one trigger of many events.
func (l bareLoop) enqueue(ctx context.Context, client redis.UniversalClient, kind string, n int) error {
	queue := asynq.NewClientFromRedisClient(client)
	var group errgroup.Group
	group.SetLimit(16)
	for range n {
		group.Go(func() error {
			_, err := queue.EnqueueContext(ctx, asynq.NewTask(kind, l.Body))
			return err
		})
	}
	return group.Wait()
}

// processCPU is the CPU time of this process so far, in seconds.
func processCPU() float64 {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return 0
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano()).Seconds()
}

func TestBareLoopIsNotStartedByAccident(t *testing.T) {
	t.Parallel()
	if err := runBare(t.Context(), "{"); err == nil || !strings.Contains(err.Error(), "bare loop") {
		t.Errorf("error %v", err)
	}
}
