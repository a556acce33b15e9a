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

func (s *Store) compositionsKey() string { return s.prefix + ":compositions" }

// Compositions lists the saved compositions by name.
func (s *Store) Compositions(ctx context.Context) ([]scheduler.Composition, error) {
	values, err := s.client.HGetAll(ctx, s.compositionsKey()).Result()
	if err != nil {
		return nil, fmt.Errorf("list compositions: %w", err)
	}
	list := make([]scheduler.Composition, 0, len(values))
	for _, text := range values {
		c, err := readComposition(text)
		if err != nil {
			return nil, err
		}
		list = append(list, c)
	}
	slices.SortFunc(list, func(a, b scheduler.Composition) int { return cmp.Compare(a.Name, b.Name) })
	return list, nil
}

func readComposition(text string) (scheduler.Composition, error) {
	var c scheduler.Composition
	if err := json.Unmarshal([]byte(text), &c); err != nil {
		return c, fmt.Errorf("read composition: %w", err)
	}
	c.SavedAt = c.SavedAt.UTC()
	return c, nil
}

// Composition returns one, as scheduler.Compositions says.
func (s *Store) Composition(ctx context.Context, name string) (scheduler.Composition, error) {
	text, err := s.client.HGet(ctx, s.compositionsKey(), name).Result()
	switch {
	case errors.Is(err, redis.Nil):
		return scheduler.Composition{}, scheduler.ErrNoComposition
	case err != nil:
		return scheduler.Composition{}, fmt.Errorf("read composition: %w", err)
	default:
		return readComposition(text)
	}
}

// saveCompositionScript stores a composition unless it would be one too many.
//
//	KEYS  1 the compositions
//	ARGV  1 name, 2 composition, 3 how many there may be
//	reply 1 when it is stored, 0 when there is no room
const saveCompositionScript = `
if redis.call('HEXISTS', KEYS[1], ARGV[1]) == 0 and redis.call('HLEN', KEYS[1]) >= tonumber(ARGV[3]) then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
return 1
`

// SaveComposition stores one, as scheduler.Compositions says.
func (s *Store) SaveComposition(ctx context.Context, c scheduler.Composition) error {
	if err := c.Check(); err != nil {
		return err
	}
	text, err := json.Marshal(c)
	if err != nil {
		return fmt.Errorf("print composition: %w", err)
	}
	done, err := redis.NewScript(saveCompositionScript).Run(ctx, s.client, []string{s.compositionsKey()}, c.Name, text, scheduler.MaxCompositions).Int()
	switch {
	case err != nil:
		return fmt.Errorf("save composition: %w", err)
	case done == 0:
		return scheduler.ErrCompositionsFull
	default:
		return nil
	}
}

// DeleteComposition removes one.
func (s *Store) DeleteComposition(ctx context.Context, name string) error {
	if err := s.client.HDel(ctx, s.compositionsKey(), name).Err(); err != nil {
		return fmt.Errorf("delete composition: %w", err)
	}
	return nil
}
