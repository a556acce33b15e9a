package redisstore

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strconv"

	"github.com/redis/go-redis/v9"

	"github.com/annohook/annohook/scheduler"
)

func (s *Store) worldKey(platform string) string { return s.prefix + ":world:" + platform }

// World returns a state, as scheduler.Worlds says.
func (s *Store) World(ctx context.Context, platform string) (state []byte, version int64, err error) {
	values, err := s.client.HMGet(ctx, s.worldKey(platform), "version", "state").Result()
	if err != nil {
		return nil, 0, fmt.Errorf("read world: %w", err)
	}
	text, stored := values[0].(string)
	if !stored {
		return nil, 0, nil
	}
	if version, err = strconv.ParseInt(text, 10, 64); err != nil {
		return nil, 0, fmt.Errorf("world of %s: version: %w", platform, err)
	}
	if kept, ok := values[1].(string); ok {
		state = []byte(kept)
	}
	return state, version, nil
}

// putWorldScript stores a world in place of a version.
//
//	KEYS  1 the world
//	ARGV  1 the version it must have, 2 its next one, 3 a name for this call, 4 "state" or "fresh", 5 the state
//	reply 1 when it is stored, 0 when the version is another
//
// A client may send a call twice when its answer is lost; the second is known by its name, or the action would be done again.
const putWorldScript = `
local version = redis.call('HGET', KEYS[1], 'version') or '0'
if version == ARGV[2] and redis.call('HGET', KEYS[1], 'call') == ARGV[3] then return 1 end
if version ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'version', ARGV[2], 'call', ARGV[3], 'state', ARGV[5])
if ARGV[4] == 'fresh' then redis.call('HDEL', KEYS[1], 'state') end
return 1
`

// PutWorld stores a state, as scheduler.Worlds says.
func (s *Store) PutWorld(ctx context.Context, platform string, state []byte, version int64) error {
	kind := "state"
	if state == nil {
		kind, state = "fresh", []byte{}
	}
	done, err := redis.NewScript(putWorldScript).Run(ctx, s.client, []string{s.worldKey(platform)},
		strconv.FormatInt(version, 10), strconv.FormatInt(version+1, 10), rand.Text(), kind, state).Int()
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
