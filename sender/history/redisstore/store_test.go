package redisstore_test

import (
	"context"
	"crypto/rand"
	"os"
	"testing"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"

	"github.com/annohook/annohook/sender/history"
	"github.com/annohook/annohook/sender/history/historytest"
	"github.com/annohook/annohook/sender/history/redisstore"
)

func TestMiniredis(t *testing.T) {
	t.Parallel()
	historytest.Run(t, func(t *testing.T) history.History {
		t.Helper()
		client := redis.NewClient(&redis.Options{Addr: miniredis.RunT(t).Addr()})
		t.Cleanup(func() { _ = client.Close() })
		return redisstore.New(client, redisstore.Options{FeedLength: historytest.FeedLength})
	})
}

// TestHistoryOnRedis runs against the server that ANNOHOOK_TEST_REDIS names (redis://…), under a prefix of its own.
func TestHistoryOnRedis(t *testing.T) {
	t.Parallel()
	client := realRedis(t)
	historytest.Run(t, func(t *testing.T) history.History {
		t.Helper()
		return redisstore.New(client, redisstore.Options{Prefix: prefix(t, client), FeedLength: historytest.FeedLength})
	})
}

func realRedis(t testing.TB) *redis.Client {
	t.Helper()
	address := os.Getenv("ANNOHOOK_TEST_REDIS")
	if address == "" {
		t.Skip("ANNOHOOK_TEST_REDIS names no Redis server on this machine")
	}
	options, err := redis.ParseURL(address)
	if err != nil {
		t.Fatal(err)
	}
	client := redis.NewClient(options)
	t.Cleanup(func() { _ = client.Close() })
	return client
}

// prefix returns one that nobody else has, and deletes its keys after the test.
func prefix(t testing.TB, client *redis.Client) string {
	t.Helper()
	prefix := "{test-" + rand.Text() + "}"
	t.Cleanup(func() {
		ctx := context.Background()
		keys := client.Scan(ctx, 0, prefix+"*", 1000).Iterator()
		for keys.Next(ctx) {
			client.Unlink(ctx, keys.Val())
		}
		if err := keys.Err(); err != nil {
			t.Error(err)
		}
	})
	return prefix
}
