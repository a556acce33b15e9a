package redisstore_test

import (
	"bytes"
	"context"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"

	"github.com/annohook/annohook/sender/history/historytest"
	"github.com/annohook/annohook/sender/history/redisstore"
)

// BenchmarkTrip also reports the round trips of one delivery, and on a real server the memory one keeps, the feed included.
func BenchmarkTrip(b *testing.B) {
	b.Run("miniredis", func(b *testing.B) {
		client := redis.NewClient(&redis.Options{Addr: miniredis.RunT(b).Addr()})
		b.Cleanup(func() { _ = client.Close() })
		historytest.Trip(b, redisstore.New(client, redisstore.Options{FeedLength: 1000}))
	})
	b.Run("redis", func(b *testing.B) {
		client := realRedis(b)
		trips := &counter{}
		client.AddHook(trips)
		store := redisstore.New(client, redisstore.Options{Prefix: prefix(b, client)})
		before := usedMemory(b, client)
		trips.n.Store(0)
		historytest.Trip(b, store)
		b.ReportMetric(float64(trips.n.Load())/float64(b.N), "trips/op")
		b.ReportMetric(float64(usedMemory(b, client)-before)/float64(b.N), "kept-B/op")
	})
}

func usedMemory(b *testing.B, client *redis.Client) int64 {
	b.Helper()
	info, err := client.Info(b.Context(), "memory").Result()
	if err != nil {
		b.Fatal(err)
	}
	for line := range strings.Lines(info) {
		if value, ok := strings.CutPrefix(line, "used_memory:"); ok {
			n, err := strconv.ParseInt(strings.TrimSpace(value), 10, 64)
			if err != nil {
				b.Fatal(err)
			}
			return n
		}
	}
	b.Fatal("INFO names no used_memory")
	return 0
}

// counter is a client hook that counts round trips.
type counter struct{ n atomic.Int64 }

func (c *counter) DialHook(next redis.DialHook) redis.DialHook { return next }

func (c *counter) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		c.n.Add(1)
		return next(ctx, cmd)
	}
}

func (c *counter) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		c.n.Add(1)
		return next(ctx, cmds)
	}
}

// BenchmarkCrowd has a hundred goroutines make deliveries, each from its event to its success, 50 events to an append; the cost is per
// delivery. redis-us/op is the CPU time of the server, calls/op its round trips.
func BenchmarkCrowd(b *testing.B) {
	client := realRedis(b)
	trips := &counter{}
	client.AddHook(trips)
	store := redisstore.New(client, redisstore.Options{Prefix: prefix(b, client)})
	body := bytes.Repeat([]byte(`{"key": "value 12"},`), 50)
	historytest.Crowd(b, store, 100, body) // connections and scripts
	before := redisCPU(b, client)
	trips.n.Store(0)
	b.ResetTimer()
	n := 0
	for b.Loop() {
		n += historytest.Crowd(b, store, 5000, body)
	}
	b.ReportMetric(float64(trips.n.Load())/float64(n), "trips/delivery")
	b.ReportMetric((redisCPU(b, client)-before)*1e6/float64(n), "redis-us/delivery")
}

// redisCPU is the CPU time of the server so far, in seconds.
func redisCPU(b *testing.B, client *redis.Client) float64 {
	b.Helper()
	info, err := client.Info(b.Context(), "cpu").Result()
	if err != nil {
		b.Fatal(err)
	}
	sum := 0.0
	for line := range strings.Lines(info) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), ":")
		if name == "used_cpu_sys" || name == "used_cpu_user" {
			seconds, err := strconv.ParseFloat(value, 64)
			if err != nil {
				b.Fatal(err)
			}
			sum += seconds
		}
	}
	return sum
}
