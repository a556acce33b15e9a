package redisstore

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/redis/go-redis/v9"

	"github.com/annohook/annohook/scheduler"
)

func (s *Store) worldKey(platform string) string { return s.prefix + ":world:" + platform }

// owedKey is a hash of all worlds that owe events, so that one look tells that none does: platform to "VERSION\nOWED".
func (s *Store) owedKey() string { return s.prefix + ":world-owed" }

// World returns a state, as scheduler.Worlds says.
func (s *Store) World(ctx context.Context, platform string) (scheduler.WorldState, error) {
	var values, owed *redis.SliceCmd
	_, err := s.client.TxPipelined(ctx, func(p redis.Pipeliner) error {
		values = p.HMGet(ctx, s.worldKey(platform), "version", "state")
		owed = p.HMGet(ctx, s.owedKey(), platform)
		return nil
	})
	if err != nil {
		return scheduler.WorldState{}, fmt.Errorf("read world: %w", err)
	}
	w := scheduler.WorldState{}
	text, stored := values.Val()[0].(string)
	if !stored {
		return w, nil
	}
	if w.Version, err = strconv.ParseInt(text, 10, 64); err != nil {
		return w, fmt.Errorf("world of %s: version: %w", platform, err)
	}
	if kept, ok := values.Val()[1].(string); ok {
		w.State = []byte(kept)
	}
	if kept, ok := owed.Val()[0].(string); ok {
		_, kept, _ = strings.Cut(kept, "\n")
		w.Owed = []byte(kept)
	}
	return w, nil
}

// putWorldScript stores a world in place of a version.
//
//	KEYS  1 the world, 2 what worlds owe
//	ARGV  1 the version it must have, 2 its next one, 3 a name for this call, 4 "state" or "fresh", 5 the state, 6 the platform, 7 what it
//	      owes, empty for nothing
//	reply 1 when it is stored, 0 when the version is another or the world owes events
//
// A client may send a call twice when its answer is lost; the second is known by its name, or the action would be done again.
const putWorldScript = `
local version = redis.call('HGET', KEYS[1], 'version') or '0'
if version == ARGV[2] and redis.call('HGET', KEYS[1], 'call') == ARGV[3] then return 1 end
if version ~= ARGV[1] or redis.call('HEXISTS', KEYS[2], ARGV[6]) == 1 then return 0 end
redis.call('HSET', KEYS[1], 'version', ARGV[2], 'call', ARGV[3], 'state', ARGV[5])
if ARGV[4] == 'fresh' then redis.call('HDEL', KEYS[1], 'state') end
if ARGV[7] ~= '' then redis.call('HSET', KEYS[2], ARGV[6], ARGV[2] .. '\n' .. ARGV[7]) end
return 1
`

// PutWorld stores a state, as scheduler.Worlds says.
func (s *Store) PutWorld(ctx context.Context, platform string, next scheduler.WorldState) error {
	kind, state := "state", next.State
	if state == nil {
		kind, state = "fresh", []byte{}
	}
	done, err := redis.NewScript(putWorldScript).Run(ctx, s.client, []string{s.worldKey(platform), s.owedKey()},
		strconv.FormatInt(next.Version, 10), strconv.FormatInt(next.Version+1, 10), rand.Text(), kind, state, platform, string(next.Owed)).Int()
	switch {
	case err != nil:
		return fmt.Errorf("store world: %w", err)
	case done == 1:
		return nil
	case done == 0:
		return scheduler.ErrWorldChanged
	default:
		return errors.New("store world: unexpected answer")
	}
}

// paidScript forgets what a world owes.
//
//	KEYS  1 what worlds owe
//	ARGV  1 the platform, 2 the version
//	reply 1 when it was forgotten
const paidScript = `
local owed = redis.call('HGET', KEYS[1], ARGV[1])
if not owed or string.sub(owed, 1, #ARGV[2] + 1) ~= ARGV[2] .. '\n' then return 0 end
return redis.call('HDEL', KEYS[1], ARGV[1])
`

// Paid forgets what a world owes, as scheduler.Worlds says.
func (s *Store) Paid(ctx context.Context, platform string, version int64) error {
	err := redis.NewScript(paidScript).Run(ctx, s.client, []string{s.owedKey()}, platform, strconv.FormatInt(version, 10)).Err()
	if err != nil {
		return fmt.Errorf("forget what a world owes: %w", err)
	}
	return nil
}

// Owing lists worlds, as scheduler.Worlds says.
func (s *Store) Owing(ctx context.Context) (map[string]int64, error) {
	all, err := s.client.HGetAll(ctx, s.owedKey()).Result()
	if err != nil {
		return nil, fmt.Errorf("list worlds that owe events: %w", err)
	}
	owing := make(map[string]int64, len(all))
	for platform, kept := range all {
		version, _, _ := strings.Cut(kept, "\n")
		if owing[platform], err = strconv.ParseInt(version, 10, 64); err != nil {
			return nil, fmt.Errorf("world of %s: version of what it owes: %w", platform, err)
		}
	}
	return owing, nil
}
