package bench_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/annohook/annohook/test/program"
)

// The neighbour of a healthy endpoint: another platform's subscription, so that triggers name one of them.
const (
	neighbourPlatform = "datasaur"
	neighbourEvent    = "PROJECT_CREATED"
	neighbourBacklog  = 500                   // events before the measurement
	neighbourEvery    = 50 * time.Millisecond // between further ones
)

// neighbour is an endpoint that does something wrong.
type neighbour struct {
	name string
	url  func(testing.TB) string
}

func neighbours() []neighbour {
	return []neighbour{
		{"slow", func(tb testing.TB) string { tb.Helper(); return answersAfter(tb, 4*time.Second) }},
		{"hangs", func(tb testing.TB) string { tb.Helper(); return answersAfter(tb, time.Hour) }},
		{"refuses", func(tb testing.TB) string {
			tb.Helper()
			ln, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				tb.Fatal(err)
			}
			defer func() { _ = ln.Close() }()
			return "http://" + ln.Addr().String()
		}},
	}
}

// answersAfter is a listener that takes its time, or the rest of the test.
func answersAfter(tb testing.TB, wait time.Duration) string {
	tb.Helper()
	ended := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-time.After(wait):
		case <-r.Context().Done():
		case <-ended:
		}
	}))
	tb.Cleanup(server.Close)
	tb.Cleanup(func() { close(ended) }) // before the server closes
	return server.URL
}

// BenchmarkFair measures first attempts at a healthy endpoint beside one that is slow, hangs or refuses and has a backlog that grows. p50-ms and
// p99-ms are those of the healthy endpoint, alone-p50-ms and alone-p99-ms the same before the neighbour came, x-alone the ratio of the
// 99th percentiles.
func BenchmarkFair(b *testing.B) {
	for _, n := range neighbours() {
		b.Run(n.name, func(b *testing.B) {
			redis := program.StartRedis(b)
			server := program.Start(b, "--redis", "redis://"+redis.Addr+"/0")
			sink := newStopwatch(b)
			server.Subscribe(b, platform, sink.url, nil)
			for range 20 {
				first(b, server, sink)
			}
			alone := healthy(b, server, sink)
			server.Subscribe(b, neighbourPlatform, n.url(b), nil)
			ctx, stop := context.WithCancel(b.Context())
			defer stop()
			pressed := make(chan error, 1)
			if _, err := server.TriggerMany(ctx, neighbourPlatform, neighbourEvent, neighbourBacklog); err != nil {
				b.Fatal(err)
			}
			go func() { pressed <- press(ctx, server) }()
			b.ResetTimer()
			var beside []time.Duration
			for range b.N {
				beside = append(beside, healthy(b, server, sink)...)
			}
			stop()
			if err := <-pressed; err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(milliseconds(quantile(beside, 0.50)), "p50-ms")
			b.ReportMetric(milliseconds(quantile(beside, 0.99)), "p99-ms")
			b.ReportMetric(milliseconds(quantile(alone, 0.50)), "alone-p50-ms")
			b.ReportMetric(milliseconds(quantile(alone, 0.99)), "alone-p99-ms")
			b.ReportMetric(float64(quantile(beside, 0.99))/float64(quantile(alone, 0.99)), "x-alone")
		})
	}
}

// healthy takes the times of one series of first attempts.
func healthy(b *testing.B, server *program.Server, s *stopwatch) []time.Duration {
	b.Helper()
	times := make([]time.Duration, 0, samples)
	for range samples {
		time.Sleep(10*time.Millisecond + rand.N(20*time.Millisecond))
		arrival, _ := first(b, server, s)
		times = append(times, arrival)
	}
	return times
}

// press triggers events for the neighbour until ctx ends.
func press(ctx context.Context, server *program.Server) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(neighbourEvery):
		}
		if _, err := server.TriggerMany(ctx, neighbourPlatform, neighbourEvent, 1); err != nil && ctx.Err() == nil {
			return fmt.Errorf("trigger for the neighbour: %w", err)
		}
	}
}
