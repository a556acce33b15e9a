package bench_test

import (
	"bufio"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/annohook/annohook/test/program"
)

const (
	slots    = 64  // handlers of one Asynq server of the program
	warmUp   = 500 // deliveries before the clock starts
	callers  = 4   // trigger calls at the same time
	perCall  = 250 // events of one trigger call
	settling = time.Minute
)

// BenchmarkSustained measures deliveries a second with everything recorded: from the first trigger call until the last delivery is settled
// in the history. bare/s is a bare Asynq loop that posts the same bytes to the same listener, x-bare ours divided by that;
// cpu-s/1000 is the CPU time of the program for a thousand deliveries (in memory that includes the store), bare-cpu-s/1000 the same of the
// bare loop.
func BenchmarkSustained(b *testing.B) {
	for _, e := range engines() {
		b.Run(e.name, func(b *testing.B) {
			server, store := e.start(b)
			sink := newSink(b)
			server.Subscribe(b, platform, sink.url, map[string]any{"concurrency": e.servers * slots})
			load(b, server, sink, warmUp)
			var ours, cpu float64
			for range b.N {
				before, start := programCPU(b, server), time.Now()
				load(b, server, sink, e.total)
				ours += time.Since(start).Seconds()
				cpu += programCPU(b, server) - before
			}
			loop := bareLoop{Store: store, URL: sink.url, Body: sink.latest(), Total: e.total, Servers: e.servers, Slots: slots}
			plain := startBare(b, loop)
			total := float64(e.total)
			rate := total * float64(b.N) / ours
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(rate, "deliveries/s")
			b.ReportMetric(total/plain.Seconds, "bare/s")
			b.ReportMetric(rate/(total/plain.Seconds), "x-bare")
			b.ReportMetric(cpu/float64(b.N)/total*1000, "cpu-s/1000")
			b.ReportMetric(plain.CPU/total*1000, "bare-cpu-s/1000")
		})
	}
}

// load triggers total events and waits until every one has arrived and is settled. A delivery that fails ends the benchmark.
func load(b *testing.B, server *program.Server, s *sink, total int) {
	b.Helper()
	settled, arrived := server.Deliveries(b)["succeeded"], s.count.Load()
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
	end := time.Now().Add(settling)
	for s.count.Load()-arrived < int64(total) {
		if time.Now().After(end) {
			b.Fatalf("%d of %d arrived", s.count.Load()-arrived, total)
		}
		time.Sleep(time.Millisecond)
	}
	for {
		now := server.Deliveries(b)
		if now["succeeded"]-settled == total {
			return
		}
		if now["failed"] > 0 || time.Now().After(end) {
			b.Fatalf("after %d deliveries: %v", total, now)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// programCPU is the CPU time of the program so far, in seconds, as it tells at /metrics.
func programCPU(b *testing.B, server *program.Server) float64 {
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
