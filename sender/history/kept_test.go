package history_test

import (
	"bytes"
	"os"
	"runtime"
	"strconv"
	"testing"
	"time"

	"github.com/annohook/annohook/sender/history"
	"github.com/annohook/annohook/sender/history/historytest"
)

// BenchmarkKept measures what a Memory spends with many deliveries kept: ANNOHOOK_BENCH_KEPT, or 20,000. kept-B/delivery is the heap of one with
// 1 kB of body, the feed left out; page-ms the slowest of the first pages without text and search-ms of those with text; counts-us one Counts;
// trim-ms one Trim, during which nobody else is served.
func BenchmarkKept(b *testing.B) {
	kept := 20_000
	if text := os.Getenv("ANNOHOOK_BENCH_KEPT"); text != "" {
		var err error
		if kept, err = strconv.Atoi(text); err != nil || kept < 10_000 {
			b.Fatalf("ANNOHOOK_BENCH_KEPT=%s: want a number from 10000", text)
		}
	}
	body := bytes.Repeat([]byte(`{"key": "value 12"},`), 50)
	for b.Loop() {
		n := kept
		m := history.NewMemory(history.Options{FeedLength: 1000})
		historytest.Fill(b, m, 0, 5000, body)
		before := heap()
		historytest.Fill(b, m, 5000, n, body)
		b.ReportMetric(float64(heap()-before)/float64(n-5000), "kept-B/delivery")
		slowest := map[string]time.Duration{}
		for _, asked := range historytest.Questions(n) {
			took, unit := asked.Read(b, m), "page-ms"
			if asked.Query.SearchesText() {
				unit = "search-ms"
			}
			slowest[unit] = max(slowest[unit], took)
		}
		for unit, took := range slowest {
			b.ReportMetric(float64(took.Microseconds())/1000, unit)
		}
		began := time.Now()
		for i := range 11 { // the first one clears up after the filling
			if i == 1 {
				began = time.Now()
			}
			if _, err := m.Counts(b.Context()); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(time.Since(began).Microseconds())/10, "counts-us")
		for range 2 { // the first one puts what was filled in order
			n -= 1000
			began = time.Now()
			if gone, err := m.Trim(b.Context(), n, time.Time{}); err != nil || gone != 1000 {
				b.Fatalf("trimmed %d, %v", gone, err)
			}
		}
		b.ReportMetric(float64(time.Since(began).Microseconds())/1000, "trim-ms")
	}
}

// heap is the live heap in bytes.
func heap() int64 {
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return int64(stats.HeapAlloc)
}
