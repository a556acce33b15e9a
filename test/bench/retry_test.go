package bench_test

import (
	"context"
	"net/http"
	"sync"
	"testing"
	"time"
)

// Retries of the platform that is measured, at the scale of the benchmark: 10, 60 and 180 s become 0.2, 1.2 and 3.6 s.
const (
	retryScale  = "0.02"
	retryEvents = 300
	retryRate   = 100 // first attempts a second
)

func retryWaits() []time.Duration {
	return []time.Duration{200 * time.Millisecond, 1200 * time.Millisecond, 3600 * time.Millisecond}
}

// BenchmarkRetry measures how exactly retries are made: what is answered 500 three times comes again after the platform's waits, counted from the
// end of the failed attempt. p99-ms and max-ms are those of the distance to the due time, to either side, as the listener sees it, so both ends
// of the exchange are in it; plain-p99-ms is that of POSTs made by timers of the runtime, x-plain the ratio.
func BenchmarkRetry(b *testing.B) {
	server := startShared(b, "--time-scale", retryScale)
	waits := retryWaits()
	var late, plain []time.Duration
	for b.Loop() {
		m := newMarks(b, retryEvents, func(_, arrival int) int {
			if arrival < len(waits) {
				return http.StatusInternalServerError
			}
			return http.StatusOK
		})
		sub := server.Subscribe(b, platform, m.url, nil)
		if _, err := pace(b.Context(), retryEvents, retryRate, triggerMarked(server.Server)); err != nil {
			b.Fatal(err)
		}
		arrived, answered := m.times(b, len(waits)+1)
		for i := range arrived {
			for n, wait := range waits {
				late = append(late, arrived[i][n+1].Sub(answered[i][n].Add(wait)).Abs())
			}
		}
		server.Call(b, http.MethodDelete, "/api/v1/subscriptions/"+sub.ID, nil, nil)
		plain = append(plain, timers(b, m.body, waits[0])...)
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(milliseconds(quantile(late, 0.50)), "p50-ms")
	b.ReportMetric(milliseconds(quantile(late, 0.99)), "p99-ms")
	b.ReportMetric(milliseconds(quantile(late, 1)), "max-ms")
	b.ReportMetric(milliseconds(quantile(plain, 0.99)), "plain-p99-ms")
	b.ReportMetric(float64(quantile(late, 0.99))/float64(quantile(plain, 0.99)), "x-plain")
}

// timers has a timer of the runtime post each event some time after its turn, and returns how late they arrived.
func timers(b *testing.B, body []byte, wait time.Duration) []time.Duration {
	b.Helper()
	m := newMarks(b, retryEvents, nil)
	post := postMarked(m.url, body)
	var mu sync.Mutex
	due := make([]time.Time, retryEvents)
	_, err := pace(b.Context(), retryEvents, retryRate, func(ctx context.Context, n int) error {
		failed := make(chan error, 1)
		mu.Lock()
		due[n] = time.Now().Add(wait)
		mu.Unlock()
		time.AfterFunc(wait, func() { failed <- post(ctx, n) })
		return <-failed
	})
	if err != nil {
		b.Fatal(err)
	}
	arrived, _ := m.times(b, 1)
	late := make([]time.Duration, retryEvents)
	for i := range late {
		late[i] = arrived[i][0].Sub(due[i])
	}
	return late
}
