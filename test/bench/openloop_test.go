package bench_test

import (
	"context"
	"testing"
	"time"
)

// An open loop: calls are made at their times, whatever became of the ones before.
const (
	openRate  = 500 // calls a second
	openTotal = 2000
	openWarm  = 250
)

// BenchmarkOpenLoop measures the time from the moment a trigger was to be called to the arrival of the first attempt, at 500 triggers a second on
// real Redis. cpu-s/1000 and redis-cpu-s/1000 are what a thousand such triggers and their deliveries take. plain-p50-ms and plain-p99-ms are those of plain POSTs of the same bytes at the same rate, x-plain the ratio of the 99th
// percentiles.
func BenchmarkOpenLoop(b *testing.B) {
	server := startShared(b)
	warm := newMarks(b, openWarm, nil)
	sub := server.Subscribe(b, platform, warm.url, nil)
	if _, err := pace(b.Context(), openWarm, openRate, triggerMarked(server.Server)); err != nil {
		b.Fatal(err)
	}
	warm.times(b, 1)
	server.Call(b, "DELETE", "/api/v1/subscriptions/"+sub.ID, nil, nil)
	var ours, plain []time.Duration
	cpu, redisCPU := programCPU(b, server), server.redisCPU(b)
	spent, redisSpent := 0.0, 0.0
	for b.Loop() {
		m := newMarks(b, openTotal, nil)
		sub := server.Subscribe(b, platform, m.url, nil)
		ours = append(ours, paced(b, m, triggerMarked(server.Server))...)
		spent, redisSpent = programCPU(b, server)-cpu, server.redisCPU(b)-redisCPU
		server.Call(b, "DELETE", "/api/v1/subscriptions/"+sub.ID, nil, nil)
		same := newMarks(b, openTotal, nil)
		plain = append(plain, paced(b, same, postMarked(same.url, m.body))...)
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(milliseconds(quantile(ours, 0.50)), "p50-ms")
	b.ReportMetric(milliseconds(quantile(ours, 0.99)), "p99-ms")
	b.ReportMetric(spent/openTotal*1000/float64(b.N), "cpu-s/1000")
	b.ReportMetric(redisSpent/openTotal*1000/float64(b.N), "redis-cpu-s/1000")
	b.ReportMetric(milliseconds(quantile(plain, 0.50)), "plain-p50-ms")
	b.ReportMetric(milliseconds(quantile(plain, 0.99)), "plain-p99-ms")
	b.ReportMetric(float64(quantile(ours, 0.99))/float64(quantile(plain, 0.99)), "x-plain")
}

// paced makes the calls of an open loop and returns how long after its intended time each event arrived.
func paced(b *testing.B, m *marks, call func(context.Context, int) error) []time.Duration {
	b.Helper()
	intended, err := pace(b.Context(), openTotal, openRate, call)
	if err != nil {
		b.Fatal(err)
	}
	arrived, _ := m.times(b, 1)
	took := make([]time.Duration, len(intended))
	for i, at := range intended {
		took[i] = arrived[i][0].Sub(at)
	}
	return took
}
