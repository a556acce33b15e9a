package bench_test

import (
	"bufio"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"
)

const (
	slots    = 64  // handlers of one Asynq server of the program
	warmUp   = 500 // deliveries before the clock starts
	callers  = 4   // trigger calls at the same time
	perCall  = 250 // events of one trigger call
	settling = time.Minute
)

// rounds is how many turns annohook and the bare loop take, so that what else the machine does meets both.
const rounds = 2

// spent is time and CPU time, in seconds.
type spent struct{ wall, program, redis, sink float64 }

func (s *spent) add(o spent) {
	s.wall += o.wall
	s.program += o.program
	s.redis += o.redis
	s.sink += o.sink
}

// BenchmarkSustained measures deliveries a second with everything recorded: from the first trigger call until the last delivery is settled
// in the history. bare/s is a bare Asynq loop that posts the same bytes to the same listener, x-bare ours divided by that;
// cpu-s/1000 is the CPU time of the program for a thousand deliveries (in memory that includes the store), redis-cpu-s/1000 that of Redis,
// sink-cpu-s/1000 that of the listener; bare-cpu-s/1000 and bare-redis-cpu-s/1000 are those of the bare loop.
func BenchmarkSustained(b *testing.B) {
	for _, e := range engines() {
		b.Run(e.name, func(b *testing.B) {
			server, sink := e.start(b), startSink(b)
			server.Subscribe(b, platform, sink.url, map[string]any{"concurrency": e.servers * slots})
			load(b, server, sink, warmUp)
			body := sink.report(b).Body
			var ours, bare spent
			for range b.N * rounds {
				ours.add(sustained(b, server, sink, e.total/rounds))
				before := server.redisCPU(b)
				plain := startBare(b, bareLoop{Store: server.store, URL: sink.url, Body: body, Total: e.total / rounds, Servers: e.servers, Slots: slots})
				bare.add(spent{wall: plain.Seconds, program: plain.CPU, redis: server.redisCPU(b) - before})
			}
			thousands := float64(e.total*b.N) / 1000
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(1000*thousands/ours.wall, "deliveries/s")
			b.ReportMetric(1000*thousands/bare.wall, "bare/s")
			b.ReportMetric(bare.wall/ours.wall, "x-bare")
			b.ReportMetric(float64(len(body)), "B/body")
			b.ReportMetric(ours.program/thousands, "cpu-s/1000")
			b.ReportMetric(ours.redis/thousands, "redis-cpu-s/1000")
			b.ReportMetric(ours.sink/thousands, "sink-cpu-s/1000")
			b.ReportMetric(bare.program/thousands, "bare-cpu-s/1000")
			b.ReportMetric(bare.redis/(thousands+warmUp*rounds*float64(b.N)/1000), "bare-redis-cpu-s/1000")
		})
	}
}

// sustained makes deliveries and tells what they took.
func sustained(b *testing.B, server running, sink sink, total int) spent {
	b.Helper()
	before := spent{program: programCPU(b, server), redis: server.redisCPU(b), sink: sink.report(b).CPU}
	start := time.Now()
	load(b, server, sink, total)
	return spent{
		wall: time.Since(start).Seconds(), program: programCPU(b, server) - before.program, redis: server.redisCPU(b) - before.redis,
		sink: sink.report(b).CPU - before.sink,
	}
}

// load triggers total events and waits until every one has arrived and is settled. A delivery that fails ends the benchmark.
func load(b *testing.B, server running, s sink, total int) {
	b.Helper()
	settled, arrived := server.Deliveries(b)["succeeded"], s.report(b).Count
	var group errgroup.Group
	group.SetLimit(callers)
	for rest := total; rest > 0; rest -= perCall {
		group.Go(func() error {
			_, err := server.TriggerMany(b.Context(), platform, event, min(rest, perCall))
			return err
		})
	}
	if err := group.Wait(); err != nil {
		b.Fatal(err)
	}
	s.expect(b, arrived+int64(total))
	for end := time.Now().Add(settling); ; time.Sleep(10 * time.Millisecond) {
		now := server.Deliveries(b)
		if now["succeeded"]-settled == total {
			return
		}
		if now["failed"] > 0 || time.Now().After(end) {
			b.Fatalf("after %d deliveries: %v", total, now)
		}
	}
}

// programCPU is the CPU time of the program so far, in seconds, as it tells at /metrics.
func programCPU(b *testing.B, server running) float64 {
	b.Helper()
	response, err := http.Get(server.URL + "/metrics")
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	lines := bufio.NewScanner(response.Body)
	for lines.Scan() {
		if value, ok := strings.CutPrefix(lines.Text(), "process_cpu_seconds_total "); ok {
			seconds, err := strconv.ParseFloat(value, 64)
			if err != nil {
				b.Fatal(err)
			}
			return seconds
		}
	}
	b.Fatalf("no CPU time at /metrics (status %d): %v", response.StatusCode, lines.Err())
	return 0
}
