package redisstore_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"

	"github.com/annohook/annohook/subscriptions"
	"github.com/annohook/annohook/subscriptions/redisstore"
	"github.com/annohook/annohook/subscriptions/storetest"
)

func TestStoreOnMiniredis(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T) subscriptions.Store {
		t.Helper()
		return redisstore.New(connect(t, &redis.Options{Addr: miniredis.RunT(t).Addr()}), "{annohook}")
	})
}

// TestStoreOnRedis runs on the server that ANNOHOOK_TEST_REDIS names (a redis:// or unix:// URL), under prefixes of its own.
func TestStoreOnRedis(t *testing.T) {
	t.Parallel()
	address := os.Getenv("ANNOHOOK_TEST_REDIS")
	if address == "" {
		t.Skip("ANNOHOOK_TEST_REDIS names no server on this machine")
	}
	options, err := redis.ParseURL(address)
	if err != nil {
		t.Fatal(err)
	}
	var count atomic.Int64
	run := fmt.Sprintf("{annohook-test-%d-%d}", os.Getpid(), time.Now().UnixNano())
	storetest.Run(t, func(t *testing.T) subscriptions.Store {
		t.Helper()
		client := connect(t, options)
		prefix := fmt.Sprintf("%s:%d", run, count.Add(1))
		t.Cleanup(func() {
			// The test's own context has ended by now.
			if err := client.Del(context.Background(), prefix+":subscriptions", prefix+":shared-secrets", prefix+":numbers").Err(); err != nil {
				t.Errorf("clean up: %v", err)
			}
		})
		return redisstore.New(client, prefix)
	})
}

func connect(t *testing.T, options *redis.Options) *redis.Client {
	t.Helper()
	client := redis.NewClient(options)
	t.Cleanup(func() {
		if err := client.Close(); err != nil {
			t.Errorf("close client: %v", err)
		}
	})
	return client
}

func TestEveryKeyIsUnderThePrefix(t *testing.T) {
	t.Parallel()
	server := miniredis.RunT(t)
	store := redisstore.New(connect(t, &redis.Options{Addr: server.Addr()}), "{one}")
	other := redisstore.New(connect(t, &redis.Options{Addr: server.Addr()}), "{two}")
	if _, err := store.Create(t.Context(), subscriptions.Subscription{ID: "a", SharedSecret: "org", Secret: "s"}); err != nil {
		t.Fatal(err)
	}
	for _, key := range server.Keys() {
		if !strings.HasPrefix(key, "{one}:") {
			t.Errorf("key %s", key)
		}
	}
	if _, err := other.Get(t.Context(), "a"); !errors.Is(err, subscriptions.ErrNotFound) {
		t.Errorf("the other prefix: got %v, want ErrNotFound", err)
	}
}

func TestStoreReportsARedisThatIsGone(t *testing.T) {
	t.Parallel()
	server := miniredis.RunT(t)
	store := redisstore.New(connect(t, &redis.Options{Addr: server.Addr(), MaxRetries: -1, DialerRetries: 1}), "{annohook}")
	server.Close()
	calls := map[string]func() error{
		"create": func() error {
			_, err := store.Create(t.Context(), subscriptions.Subscription{ID: "a", Secret: "hunter2"})
			return err
		},
		"get":    func() error { _, err := store.Get(t.Context(), "a"); return err },
		"list":   func() error { _, err := store.List(t.Context()); return err },
		"delete": func() error { _, err := store.Delete(t.Context(), "a"); return err },
		"number": func() error { _, err := store.NextNumber(t.Context(), "a", 1); return err },
		"update": func() error {
			_, err := store.Update(t.Context(), "a", func(*subscriptions.Subscription) error { return nil })
			return err
		},
	}
	for name, call := range calls {
		err := call()
		if err == nil || errors.Is(err, subscriptions.ErrNotFound) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: got %v, want the failure of the connection, without secrets", name, err)
		}
	}
}

func TestDamagedDocumentIsNamed(t *testing.T) {
	t.Parallel()
	server := miniredis.RunT(t)
	store := redisstore.New(connect(t, &redis.Options{Addr: server.Addr()}), "{annohook}")
	server.HSet("{annohook}:subscriptions", "bad", "{")
	_, errGet := store.Get(t.Context(), "bad")
	_, errList := store.List(t.Context())
	for name, err := range map[string]error{"get": errGet, "list": errList} {
		if err == nil || !strings.Contains(err.Error(), "subscription bad in redis") {
			t.Errorf("%s: got %v, want an error that names the subscription", name, err)
		}
	}
}
