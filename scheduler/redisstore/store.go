package redisstore

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/redis/go-redis/v9"

	"github.com/annohook/annohook/scheduler"
)

// Store implements scheduler.Workers, scheduler.Keys and scheduler.Worlds for every process that shares one Redis.
type Store struct {
	client redis.UniversalClient
	prefix string
}

var (
	_ scheduler.Workers = (*Store)(nil)
	_ scheduler.Keys    = (*Store)(nil)
	_ scheduler.Worlds  = (*Store)(nil)
)

// New returns a Store whose keys begin with prefix, which must hold one hash tag, for example "{annohook}".
func New(client redis.UniversalClient, prefix string) *Store {
	return &Store{client: client, prefix: prefix}
}

func (s *Store) workersKey() string        { return s.prefix + ":workers" }
func (s *Store) idemKey(key string) string { return s.prefix + ":idem:" + key }

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

// beginScript: KEYS[1] the key; ARGV fingerprint, in-flight expiry in ms. Returns {state, answer}: "new", "reused", "busy" or "done".
func beginScript() *redis.Script {
	return redis.NewScript(`
local f = redis.call('HGET', KEYS[1], 'fingerprint')
if not f then
  redis.call('HSET', KEYS[1], 'fingerprint', ARGV[1])
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
  return {'new', ''}
end
if f ~= ARGV[1] then return {'reused', ''} end
local a = redis.call('HGET', KEYS[1], 'answer')
if a then return {'done', a} end
return {'busy', ''}`)
}

// Begin reserves a key, as scheduler.Keys says.
func (s *Store) Begin(ctx context.Context, key, fingerprint string) ([]byte, bool, error) {
	reply, err := beginScript().Run(ctx, s.client, []string{s.idemKey(key)}, fingerprint, scheduler.KeyInFlightFor.Milliseconds()).StringSlice()
	if err != nil {
		return nil, false, fmt.Errorf("reserve idempotency key: %w", err)
	}
	if len(reply) != 2 {
		return nil, false, errors.New("reserve idempotency key: unexpected answer")
	}
	switch reply[0] {
	case "new":
		return nil, false, nil
	case "reused":
		return nil, false, scheduler.ErrKeyReused
	case "busy":
		return nil, false, scheduler.ErrKeyInFlight
	default:
		return []byte(reply[1]), true, nil
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
	return s.client.Del(ctx, s.idemKey(key)).Err()
}
