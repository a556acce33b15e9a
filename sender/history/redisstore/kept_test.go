package redisstore_test

import (
	"bytes"
	"errors"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/annohook/annohook/sender/history"
	"github.com/annohook/annohook/sender/history/historytest"
	"github.com/annohook/annohook/sender/history/redisstore"
)

// keptBody is what a delivery of BenchmarkKept carries, in bytes.
const keptBody = 1000

// keptDeliveries is how many deliveries BenchmarkKept measures with: ANNOHOOK_BENCH_KEPT, or 20,000 of which 16,000 are written as always and the others copied.
func keptDeliveries(b *testing.B) int {
	b.Helper()
	text := os.Getenv("ANNOHOOK_BENCH_KEPT")
	if text == "" {
		return 20_000
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 20_000 {
		b.Fatalf("ANNOHOOK_BENCH_KEPT=%s: want a number from 20000", text)
	}
	return n
}

// BenchmarkKept compares the cost of a delivery with few and with many kept, and measures what reading costs with many. redis-us/delivery is the CPU
// time of the server with 1,000 deliveries kept, kept-redis-us/delivery with many, x-flat their ratio; kept-B/delivery the memory of one with 1 kB
// of body; page-ms the slowest of the first pages without text and search-ms of those with text; counts-us one Counts; trim-us/delivery what the
// server spends to delete one, trim-ms how long it deletes 200, during which it serves nobody else.
func BenchmarkKept(b *testing.B) {
	client := realRedis(b)
	base := prefix(b, client)
	store := redisstore.New(client, redisstore.Options{Prefix: base})
	n, body := keptDeliveries(b), bytes.Repeat([]byte(`{"key": "value 12"},`), keptBody/20)
	const sample, written = 5000, 10_000
	cost := func(from int) float64 {
		before := redisCPU(b, client)
		historytest.Fill(b, store, from, from+sample, body)
		return (redisCPU(b, client) - before) * 1e6 / sample
	}
	for b.Loop() {
		historytest.Fill(b, store, 0, 1000, body)
		few := cost(1000)
		trim(b, store, 1000)
		before := usedMemory(b, client)
		historytest.Fill(b, store, sample+1000, sample+1000+written, body)
		for shift := written; sample+1000+shift < n; shift += written {
			seed(b, client, base+":h3:", sample+1000, sample+1000+min(written, n-sample-1000-shift), shift)
		}
		memory := usedMemory(b, client) - before
		whole(b, store)
		readKept(b, store, n)
		many := cost(n)
		b.ReportMetric(few, "redis-us/delivery")
		b.ReportMetric(many, "kept-redis-us/delivery")
		b.ReportMetric(many/few, "x-flat")
		b.ReportMetric(float64(memory)/float64(n-sample-1000), "kept-B/delivery")
		trimKept(b, client, store, n)
		trim(b, store, 0)
	}
}

// whole checks that the newest delivery, which may be a copy, is complete.
func whole(b *testing.B, store *redisstore.Store) {
	b.Helper()
	page, err := store.List(b.Context(), history.Query{Limit: 1})
	if err != nil || len(page.Items) != 1 {
		b.Fatalf("list: %d rows, %v", len(page.Items), err)
	}
	d := page.Items[0]
	attempts, errA := store.Attempts(b.Context(), d.ID)
	body, errB := store.Body(b.Context(), d.ID)
	event, errE := store.Event(b.Context(), d.EventIDs[0])
	if err := errors.Join(errA, errB, errE); err != nil || len(attempts) != 1 || len(body) < keptBody || len(event.Deliveries) != 1 || event.Deliveries[0].ID != d.ID {
		b.Fatalf("delivery %s: %d attempts, %d bytes of body, event %+v, %v", d.ID, len(attempts), len(body), event, err)
	}
}

// readKept reports how long reading takes with n deliveries kept.
func readKept(b *testing.B, store *redisstore.Store, n int) {
	b.Helper()
	slowest := map[string]time.Duration{}
	for _, asked := range historytest.Questions(n) {
		took, unit := asked.Read(b, store), "page-ms"
		if asked.Query.SearchesText() {
			unit = "search-ms"
		}
		b.Logf("%s: %v", asked.Name, took)
		slowest[unit] = max(slowest[unit], took)
	}
	for unit, took := range slowest {
		b.ReportMetric(float64(took.Microseconds())/1000, unit)
	}
	began := time.Now()
	for range 100 {
		if _, err := store.Counts(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(time.Since(began).Microseconds())/100, "counts-us")
}

// trimKept reports what deleting costs with n deliveries kept.
func trimKept(b *testing.B, client *redis.Client, store *redisstore.Store, n int) {
	b.Helper()
	const deleted = 5000
	before, began := redisCPU(b, client), time.Now()
	trim(b, store, n-6000) // 5,000 were made since n
	took := time.Since(began)
	counts, err := store.Counts(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	left := 0
	for _, byStatus := range counts.Deliveries {
		for _, n := range byStatus {
			left += n
		}
	}
	b.Logf("%d left", left)
	b.ReportMetric((redisCPU(b, client)-before)*1e6/deleted, "trim-us/delivery")
	b.ReportMetric(float64(took.Microseconds())/1000/deleted*200, "trim-ms")
}

func trim(b *testing.B, store *redisstore.Store, keep int) {
	b.Helper()
	if _, err := store.Trim(b.Context(), keep, time.Time{}); err != nil {
		b.Fatal(err)
	}
}
