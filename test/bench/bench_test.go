package bench_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/annohook/annohook/test/program"
)

// TestMain runs the benchmarks, or the bare loop where this process was started as one.
func TestMain(m *testing.M) {
	if text := os.Getenv(bareVariable); text != "" {
		if err := runBare(context.Background(), text); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(program.Main(m))
}

// The event that is measured: signed, one event a request, a body of about four kilobytes.
const (
	platform = "argilla"
	event    = "record.created"
)

// engine is one way to keep data, and a store of the same kind for the bare loop.
type engine struct {
	name    string
	total   int // deliveries of a sustained run
	servers int // Asynq servers that annohook runs on this engine
	start   func(testing.TB) (server *program.Server, bareStore string)
}

func engines() []engine {
	return []engine{
		{"memory", 4_000, 2, func(tb testing.TB) (*program.Server, string) {
			tb.Helper()
			return program.Start(tb, "--redis", "memory"), inProcess
		}},
		{"child", 12_000, 4, func(tb testing.TB) (*program.Server, string) {
			tb.Helper()
			redis := program.StartRedis(tb)
			server := program.Start(tb, "--redis", "auto")
			if !strings.Contains(server.Log(), "supervised child") {
				tb.Fatalf("the server found no Redis to supervise; it said:\n%s", server.Log())
			}
			return server, "unix://" + redis.Socket
		}},
		{"redis", 12_000, 4, func(tb testing.TB) (*program.Server, string) {
			tb.Helper()
			redis := program.StartRedis(tb)
			return program.Start(tb, "--redis", "redis://"+redis.Addr+"/0"), "redis://" + redis.Addr + "/1"
		}},
	}
}

// sink is a listener that answers 200 as fast as it can.
type sink struct {
	url     string
	count   atomic.Int64
	arrived chan time.Time // of each request, while somebody reads; otherwise dropped

	mu   sync.Mutex
	body []byte // of the latest request
}

func newSink(tb testing.TB) *sink {
	tb.Helper()
	s := &sink{arrived: make(chan time.Time, 1)}
	server := httptest.NewServer(s)
	tb.Cleanup(server.Close)
	s.url = server.URL
	return s
}

// ServeHTTP takes one request; it has arrived when its head is read.
func (s *sink) ServeHTTP(_ http.ResponseWriter, r *http.Request) {
	now := time.Now()
	body, err := io.ReadAll(r.Body)
	if err == nil {
		s.mu.Lock()
		s.body = body
		s.mu.Unlock()
	}
	s.count.Add(1)
	select {
	case s.arrived <- now:
	default:
	}
}

func (s *sink) latest() []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.body
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
