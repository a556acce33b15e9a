package bench_test

import (
	"bytes"
	"io"
	"math/rand/v2"
	"net/http"
	"testing"
	"time"

	"github.com/annohook/annohook/test/program"
)

// samples is how many first attempts one series has; its 99th percentile is the third worst.
const samples = 300

// BenchmarkFirstAttempt measures the first attempt of an idle system: from the beginning of the trigger call to the arrival at a listener on
// loopback. p50-ms and p99-ms are that time, answer-p50-ms is how long the trigger call itself took, plain-p50-ms is a bare POST of the same
// bytes, and x-plain how many of those fit into ours.
func BenchmarkFirstAttempt(b *testing.B) {
	for _, e := range engines() {
		b.Run(e.name, func(b *testing.B) {
			server := e.start(b).Server
			sink := newStopwatch(b)
			server.Subscribe(b, platform, sink.url, nil)
			for range 20 { // connections, caches, the scheduler's first allocations
				first(b, server, sink)
			}
			var ours, answers, plain []time.Duration
			b.ResetTimer()
			for range b.N {
				for range samples {
					time.Sleep(10*time.Millisecond + rand.N(20*time.Millisecond))
					arrival, answer := first(b, server, sink)
					ours, answers = append(ours, arrival), append(answers, answer)
					plain = append(plain, bare(b, sink))
				}
			}
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(milliseconds(quantile(ours, 0.50)), "p50-ms")
			b.ReportMetric(milliseconds(quantile(ours, 0.99)), "p99-ms")
			b.ReportMetric(milliseconds(quantile(answers, 0.50)), "answer-p50-ms")
			b.ReportMetric(milliseconds(quantile(plain, 0.50)), "plain-p50-ms")
			b.ReportMetric(float64(quantile(ours, 0.50))/float64(quantile(plain, 0.50)), "x-plain")
		})
	}
}

// first triggers one event and returns how long it took to arrive and to be answered.
func first(b *testing.B, server *program.Server, s *stopwatch) (arrival, answer time.Duration) {
	b.Helper()
	start := time.Now()
	server.Trigger(b, platform, event)
	answer = time.Since(start)
	return s.next(b).Sub(start), answer
}

// bare posts the latest body again, as plainly as net/http can.
func bare(b *testing.B, s *stopwatch) time.Duration {
	b.Helper()
	start := time.Now()
	response, err := http.Post(s.url, "application/json", bytes.NewReader(s.latest()))
	if err != nil {
		b.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, response.Body) // empty
	_ = response.Body.Close()
	return s.next(b).Sub(start)
}
