package scheduler_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/google/go-cmp/cmp"
	"github.com/redis/go-redis/v9"

	"github.com/annohook/annohook/scheduler"
	"github.com/annohook/annohook/scheduler/redisstore"
)

// state is what both engines of heartbeats, keys, worlds and compositions must do.
type state interface {
	scheduler.Workers
	scheduler.Keys
	scheduler.Worlds
	scheduler.Compositions
}

// engines runs fn on every engine there is.
func engines(t *testing.T, fn func(*testing.T, state)) {
	t.Helper()
	t.Run("memory", func(t *testing.T) {
		t.Parallel()
		fn(t, scheduler.NewMemory(time.Now))
	})
	t.Run("in process", func(t *testing.T) {
		t.Parallel()
		fn(t, openState(t, &redis.Options{Addr: miniredis.RunT(t).Addr()}))
	})
	t.Run("redis", func(t *testing.T) {
		t.Parallel()
		address := os.Getenv("ANNOHOOK_TEST_REDIS")
		if address == "" {
			t.Skip("ANNOHOOK_TEST_REDIS names no Redis; ./test/run redis starts one")
		}
		o, err := redis.ParseURL(address)
		if err != nil {
			t.Fatal(err)
		}
		fn(t, openState(t, o))
	})
}

func openState(t *testing.T, o *redis.Options) state {
	t.Helper()
	client := redis.NewClient(o)
	prefix := fmt.Sprintf("{test-%d-%d}", os.Getpid(), time.Now().UnixNano())
	t.Cleanup(func() {
		ctx := context.WithoutCancel(t.Context())
		if keys, err := client.Keys(ctx, prefix+"*").Result(); err == nil && len(keys) > 0 {
			client.Del(ctx, keys...)
		}
		_ = client.Close()
	})
	return redisstore.New(client, prefix)
}

func TestWorkersAreListedUntilTheyLeave(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, s state) {
		t.Helper()
		at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
		old := scheduler.Worker{ID: "b", Host: "h", PID: 7, Started: at, Beat: at}
		young := scheduler.Worker{ID: "a", Started: at.Add(time.Second), Beat: at.Add(time.Second)}
		for _, w := range []scheduler.Worker{young, old} {
			if err := s.Beat(t.Context(), w); err != nil {
				t.Fatal(err)
			}
		}
		old.Beat = at.Add(time.Minute)
		if err := s.Beat(t.Context(), old); err != nil {
			t.Fatal(err)
		}
		got, err := s.Workers(t.Context())
		if diff := cmp.Diff([]scheduler.Worker{old, young}, got); diff != "" || err != nil {
			t.Errorf("error %v, workers (-want +got):\n%s", err, diff)
		}
		if err := errors.Join(s.Leave(t.Context(), "b"), s.Leave(t.Context(), "unknown")); err != nil {
			t.Error(err)
		}
		if got, err := s.Workers(t.Context()); err != nil || len(got) != 1 || got[0].ID != "a" {
			t.Errorf("after leaving: %v, error %v", got, err)
		}
	})
}

func TestIdempotencyKeys(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, s state) {
		t.Helper()
		ctx := t.Context()
		begin := func(key, fingerprint, wantAnswer string, wantTicket bool, want error) {
			t.Helper()
			got, err := s.Begin(ctx, key, fingerprint)
			if string(got.Answer) != wantAnswer || (got.Ticket.Nonce != "") != wantTicket || got.Ticket.Again || !errors.Is(err, want) {
				t.Errorf("begin %s %s: %+v %v, want %q, a ticket %v, %v", key, fingerprint, got, err, wantAnswer, wantTicket, want)
			}
		}
		begin("k", "f", "", true, nil)
		begin("k", "f", "", false, scheduler.ErrKeyInFlight)
		begin("k", "g", "", false, scheduler.ErrKeyReused)
		begin("other", "g", "", true, nil)
		if err := s.Complete(ctx, "k", "f", []byte("answer")); err != nil {
			t.Fatal(err)
		}
		begin("k", "f", "answer", false, nil)
		begin("k", "g", "", false, scheduler.ErrKeyReused)
		if err := s.Abandon(ctx, "other"); err != nil {
			t.Fatal(err)
		}
		begin("other", "h", "", true, nil)
	})
}

// A request that never came to its end is carried on under its own ticket, after a while, and its key is kept as long as any.
func TestMemoryHandsTicketsOutAgain(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	s := scheduler.NewMemory(func() time.Time { return now })
	first, err := s.Begin(t.Context(), "k", "f")
	if err != nil || first.Ticket.Again || !first.Ticket.At.Equal(now) {
		t.Fatalf("%+v, error %v", first, err)
	}
	now = now.Add(scheduler.KeyInFlightFor)
	again, err := s.Begin(t.Context(), "k", "f")
	if err != nil || !again.Ticket.Again || again.Ticket.Nonce != first.Ticket.Nonce || !again.Ticket.At.Equal(first.Ticket.At) {
		t.Errorf("%+v, error %v, want the ticket %+v again", again, err, first.Ticket)
	}
	if _, err := s.Begin(t.Context(), "k", "f"); !errors.Is(err, scheduler.ErrKeyInFlight) {
		t.Errorf("a second one at the same time: %v", err)
	}
	if err := s.Complete(t.Context(), "k", "f", []byte("x")); err != nil {
		t.Fatal(err)
	}
	now = now.Add(scheduler.KeyFor - time.Second)
	if got, err := s.Begin(t.Context(), "k", "f"); got.Answer == nil || err != nil {
		t.Errorf("a completed key is gone too early: %+v %v", got, err)
	}
	now = now.Add(time.Second)
	if got, err := s.Begin(t.Context(), "k", "new"); got.Answer != nil || got.Ticket.Again || err != nil {
		t.Errorf("a completed key is kept too long: %+v %v", got, err)
	}
}

// The same on Redis, where keys expire by themselves.
func TestRedisHandsTicketsOutAgain(t *testing.T) {
	t.Parallel()
	server := miniredis.RunT(t)
	s := openState(t, &redis.Options{Addr: server.Addr()})
	first, err := s.Begin(t.Context(), "k", "f")
	if err != nil || first.Ticket.Again || first.Ticket.Nonce == "" || first.Ticket.At.IsZero() {
		t.Fatalf("%+v, error %v", first, err)
	}
	server.FastForward(scheduler.KeyInFlightFor)
	again, err := s.Begin(t.Context(), "k", "f")
	if err != nil || !again.Ticket.Again || again.Ticket.Nonce != first.Ticket.Nonce || !again.Ticket.At.Equal(first.Ticket.At) {
		t.Errorf("%+v, error %v, want the ticket %+v again", again, err, first.Ticket)
	}
	if _, err := s.Begin(t.Context(), "k", "f"); !errors.Is(err, scheduler.ErrKeyInFlight) {
		t.Errorf("a second one at the same time: %v", err)
	}
	server.FastForward(scheduler.KeyFor)
	if got, err := s.Begin(t.Context(), "k", "new"); got.Ticket.Again || err != nil {
		t.Errorf("the key is kept too long: %+v %v", got, err)
	}
}
