package redisstore

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/annohook/annohook/scheduler"
)

// Store implements scheduler.Workers, scheduler.Keys, scheduler.Worlds and scheduler.Compositions for every process that shares one Redis.
type Store struct {
	client redis.UniversalClient
	prefix string
}

var (
	_ scheduler.Workers = (*Store)(nil)
	_ scheduler.Keys    = (*Store)(nil)
	_ scheduler.Worlds  = (*Store)(nil)

	_ scheduler.Compositions = (*Store)(nil)
)

// New returns a Store whose keys begin with prefix, which must hold one hash tag, for example "{annohook}".
func New(client redis.UniversalClient, prefix string) *Store {
	return &Store{client: client, prefix: prefix}
}

func (s *Store) workersKey() string        { return s.prefix + ":workers" }
func (s *Store) idemKey(key string) string { return s.prefix + ":idem:" + key }
func (s *Store) holdKey(key string) string { return s.prefix + ":hold:" + key }

// Beat keeps w under its id.
func (s *Store) Beat(ctx context.Context, w scheduler.Worker) error {
	text, err := json.Marshal(w)
	if err != nil {
		return fmt.Errorf("worker: %w", err)
	}
	return s.client.HSet(ctx, s.workersKey(), w.ID, text).Err()
}

// Workers lists every worker by start.
func (s *Store) Workers(ctx context.Context) ([]scheduler.Worker, error) {
	all, err := s.client.HGetAll(ctx, s.workersKey()).Result()
	if err != nil {
		return nil, fmt.Errorf("read workers: %w", err)
	}
	list := make([]scheduler.Worker, 0, len(all))
	for id, text := range all {
		var w scheduler.Worker
		if err := json.Unmarshal([]byte(text), &w); err != nil {
			return nil, fmt.Errorf("worker %s: %w", id, err)
		}
		list = append(list, w)
	}
	slices.SortFunc(list, func(a, b scheduler.Worker) int {
		return cmp.Or(a.Started.Compare(b.Started), cmp.Compare(a.ID, b.ID))
	})
	return list, nil
}

// Leave removes a worker.
func (s *Store) Leave(ctx context.Context, id string) error {
	return s.client.HDel(ctx, s.workersKey(), id).Err()
}

// beginScript reserves a key.
//
//	KEYS  1 the key, 2 its hold, which expires
//	ARGV  1 fingerprint, 2 a name for this call, 3 expiry of the key and 4 of the hold in ms
//	reply {state, ...}: "new" or "again" with nonce and time in ms, "done" with the answer, "reused", "busy"
//
// The nonce is the name of the first call. A client may send a call twice when its answer is lost; the second is known by its name, or it would
// find the key taken by itself.
const beginScript = `
local f = redis.call('HGET', KEYS[1], 'fingerprint')
if not f then
  local now = redis.call('TIME')
  redis.call('HSET', KEYS[1], 'fingerprint', ARGV[1], 'nonce', ARGV[2], 'at', string.format('%.0f', now[1] * 1000 + math.floor(now[2] / 1000)))
  redis.call('PEXPIRE', KEYS[1], ARGV[3])
elseif f ~= ARGV[1] then
  return {'reused'}
end
local a = redis.call('HGET', KEYS[1], 'answer')
if a then return {'done', a} end
if not redis.call('SET', KEYS[2], ARGV[2], 'NX', 'PX', ARGV[4]) and redis.call('GET', KEYS[2]) ~= ARGV[2] then return {'busy'} end
local nonce = redis.call('HGET', KEYS[1], 'nonce')
return {nonce == ARGV[2] and 'new' or 'again', nonce, redis.call('HGET', KEYS[1], 'at')}`

// Begin reserves a key, as scheduler.Keys says.
func (s *Store) Begin(ctx context.Context, key, fingerprint string) (scheduler.Reservation, error) {
	reply, err := redis.NewScript(beginScript).Run(ctx, s.client, []string{s.idemKey(key), s.holdKey(key)},
		fingerprint, rand.Text(), scheduler.KeyFor.Milliseconds(), scheduler.KeyInFlightFor.Milliseconds()).StringSlice()
	if err != nil {
		return scheduler.Reservation{}, fmt.Errorf("reserve idempotency key: %w", err)
	}
	switch {
	case len(reply) == 1 && reply[0] == "reused":
		return scheduler.Reservation{}, scheduler.ErrKeyReused
	case len(reply) == 1 && reply[0] == "busy":
		return scheduler.Reservation{}, scheduler.ErrKeyInFlight
	case len(reply) == 2 && reply[0] == "done":
		return scheduler.Reservation{Answer: []byte(reply[1])}, nil
	case len(reply) == 3:
		at, err := strconv.ParseInt(reply[2], 10, 64)
		if err != nil {
			return scheduler.Reservation{}, fmt.Errorf("reserve idempotency key: time: %w", err)
		}
		return scheduler.Reservation{Ticket: scheduler.Ticket{At: time.UnixMilli(at).UTC(), Nonce: reply[1], Again: reply[0] == "again"}}, nil
	default:
		return scheduler.Reservation{}, errors.New("reserve idempotency key: unexpected answer")
	}
}

// Complete stores the answer of a reserved key.
func (s *Store) Complete(ctx context.Context, key, fingerprint string, answer []byte) error {
	pipe := s.client.TxPipeline()
	pipe.HSet(ctx, s.idemKey(key), "fingerprint", fingerprint, "answer", answer)
	pipe.PExpire(ctx, s.idemKey(key), scheduler.KeyFor)
	_, err := pipe.Exec(ctx)
	if err != nil {
		return fmt.Errorf("store idempotent answer: %w", err)
	}
	return nil
}

// Abandon frees a reserved key.
func (s *Store) Abandon(ctx context.Context, key string) error {
	return s.client.Del(ctx, s.idemKey(key), s.holdKey(key)).Err()
}
