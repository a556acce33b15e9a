package bench_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/annohook/annohook/test/program"
)

// TestMain runs the benchmarks, or the bare loop or a sink where this process was started as one.
func TestMain(m *testing.M) {
	var err error
	switch {
	case os.Getenv(bareVariable) != "":
		err = runBare(context.Background(), os.Getenv(bareVariable))
	case os.Getenv(sinkVariable) != "":
		err = runSink(os.Stdin, os.Stdout)
	default:
		os.Exit(program.Main(m))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// The event that is measured: signed, one event a request, a body of about 690 bytes.
const (
	platform = "argilla"
	event    = "dataset.created"
)

// engine is one way to keep data, and a store of the same kind for the bare loop.
type engine struct {
	name    string
	total   int // deliveries of a sustained run
	servers int // Asynq servers that annohook runs on this engine
	start   func(testing.TB) running
}

// running is annohook on an engine.
type running struct {
	*program.Server

	store string // of the same kind, for a bare loop: inProcess or a Redis URL
	redis string // URL of the Redis that keeps the data; "" where the program does
}

func engines() []engine {
	return []engine{
		{"memory", 4_000, 2, func(tb testing.TB) running {
			tb.Helper()
			return running{Server: program.Start(tb, "--redis", "memory"), store: inProcess}
		}},
		{"child", 12_000, 4, startChild},
		{"redis", 12_000, 4, func(tb testing.TB) running { tb.Helper(); return startShared(tb) }},
	}
}

// startShared runs annohook on a Redis of its own that others could share, with further arguments.
func startShared(tb testing.TB, args ...string) running {
	tb.Helper()
	url := "redis://" + program.StartRedis(tb).Addr
	return running{Server: program.Start(tb, append(args, "--redis", url+"/0")...), store: url + "/1", redis: url}
}

// startChild runs annohook with a Redis that it supervises. The bare loop uses the same server, through the same socket.
func startChild(tb testing.TB) running {
	tb.Helper()
	program.RedisBinary(tb) // skips without one
	folder := tb.TempDir()
	server := program.Start(tb, "--redis", "auto", "--state-dir", folder)
	if !strings.Contains(server.Log(), "supervised child") {
		tb.Fatalf("the server found no Redis to supervise; it said:\n%s", server.Log())
	}
	socket, err := os.ReadFile(filepath.Join(folder, "redis", "socket"))
	if err != nil {
		tb.Fatalf("where the supervised Redis listens: %v", err)
	}
	url := "unix://" + strings.TrimSpace(string(socket))
	return running{Server: server, store: url + "?db=1", redis: url}
}

// redisCPU is the CPU time of the Redis so far, in seconds; 0 without one.
func (r running) redisCPU(tb testing.TB) float64 {
	tb.Helper()
	if r.redis == "" {
		return 0
	}
	client, err := openRedis(r.redis)
	if err != nil {
		tb.Fatal(err)
	}
	defer func() { _ = client.Close() }()
	sum := 0.0
	for line := range strings.Lines(client.Info(tb.Context(), "cpu").Val()) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), ":")
		if name == "used_cpu_sys" || name == "used_cpu_user" {
			seconds, err := strconv.ParseFloat(value, 64)
			if err != nil {
				tb.Fatalf("CPU time of Redis: %v", err)
			}
			sum += seconds
		}
	}
	return sum
}

// quantile returns the value below which the share q of the durations lies, by the nearest rank. It sorts them.
func quantile(durations []time.Duration, q float64) time.Duration {
	if len(durations) == 0 {
		return 0
	}
	slices.Sort(durations)
	return durations[min(int(q*float64(len(durations))), len(durations)-1)]
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

func TestQuantile(t *testing.T) {
	t.Parallel()
	var hundred []time.Duration
	for i := 100; i > 0; i-- {
		hundred = append(hundred, time.Duration(i))
	}
	for _, tc := range []struct {
		in   []time.Duration
		q    float64
		want time.Duration
	}{{nil, 0.5, 0}, {[]time.Duration{7}, 0.99, 7}, {hundred, 0.5, 51}, {hundred, 0.99, 100}, {hundred, 0, 1}, {hundred, 1, 100}} {
		if got := quantile(tc.in, tc.q); got != tc.want {
			t.Errorf("quantile of %d at %v = %d, want %d", len(tc.in), tc.q, got, tc.want)
		}
	}
}
