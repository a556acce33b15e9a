package redisstore

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/annohook/annohook/sender/history"
)

// trimStep is how many deliveries, or events, one script deletes at most.
const trimStep = 200

// Overdue implements history.Recorder. It needs two round trips; a delivery that moved on in between is left out.
func (s *Store) Overdue(ctx context.Context, before time.Time, limit int) ([]history.Due, error) {
	if limit <= 0 {
		return nil, ctx.Err()
	}
	by := &redis.ZRangeBy{Min: "-inf", Max: "(" + strconv.FormatInt(micros(before), 10), Count: int64(limit)}
	ids, err := s.client.ZRangeByScore(ctx, s.key("waiting"), by).Result()
	if err != nil {
		return nil, fmt.Errorf("overdue deliveries: %w", err)
	}
	list, err := s.summaries(ctx, ids)
	if err != nil {
		return nil, err
	}
	var dues []history.Due
	for _, d := range list {
		if !d.NextAt.IsZero() && d.NextAt.Before(before) {
			dues = append(dues, history.Due{Ref: d.Ref(), SubscriptionID: d.SubscriptionID, At: d.NextAt})
		}
	}
	return dues, nil
}

// InFlight implements history.Recorder. It needs three round trips; an attempt that ended in between is left out. Who is in flight has a slot of
// its subscription, and subscriptions with slots in use have a limit.
func (s *Store) InFlight(ctx context.Context) ([]history.Flight, error) {
	subs, err := s.client.HKeys(ctx, s.key("limits")).Result()
	if err != nil {
		return nil, fmt.Errorf("attempts in flight: %w", err)
	}
	if len(subs) == 0 {
		return nil, nil
	}
	busy := make([]*redis.StringSliceCmd, len(subs))
	_, err = s.client.Pipelined(ctx, func(p redis.Pipeliner) error {
		for i, sub := range subs {
			busy[i] = p.SMembers(ctx, s.key("busy:", sub))
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("attempts in flight: %w", err)
	}
	var ids []string
	for _, members := range busy {
		ids = append(ids, members.Val()...)
	}
	slices.Sort(ids)
	states, err := s.states(ctx, ids)
	if err != nil {
		return nil, err
	}
	var flights []history.Flight
	for i, f := range states {
		if f[fieldPlace] != placeFlight {
			continue
		}
		running, err := decodeRunning(f)
		if err != nil {
			return nil, fmt.Errorf("attempt in flight of delivery %s: %w", ids[i], err)
		}
		flights = append(flights, history.Flight{
			Token: history.Token{Delivery: ids[i], SubscriptionID: f[fieldSub], Number: running.Number, Value: f[fieldToken]},
			Since: running.StartedAt, Worker: running.Worker,
		})
	}
	return flights, nil
}

// Unsettled implements history.Recorder.
func (s *Store) Unsettled(ctx context.Context, subscriptionID string, limit int) ([]string, error) {
	if limit <= 0 {
		return nil, ctx.Err()
	}
	members, err := s.client.ZRange(ctx, s.key("open:", subscriptionID), 0, int64(limit)-1).Result()
	if err != nil {
		return nil, fmt.Errorf("unsettled deliveries: %w", err)
	}
	var ids []string
	for _, m := range members {
		ids = append(ids, memberID(m))
	}
	return ids, nil
}

// Trim implements history.Recorder: steps of 200, each one script. When ctx ends it returns what it deleted so far.
func (s *Store) Trim(ctx context.Context, keep int, before time.Time) (int, error) {
	deleted, err := s.trimSteps(ctx, s.trimScript, keep, strconv.FormatInt(micros(before), 10))
	if err != nil {
		return deleted, err
	}
	_, err = s.trimSteps(ctx, s.trimEventsScript, keep, member(before, ""))
	return deleted, err
}

// trimSteps repeats a script that deletes trimStep rows at most until there are no more.
func (s *Store) trimSteps(ctx context.Context, script *redis.Script, keep int, before string) (int, error) {
	deleted := 0
	for {
		if err := ctx.Err(); err != nil {
			return deleted, err
		}
		n, err := script.Run(ctx, s.client, []string{s.key("feed")}, s.base, s.feedLength, keep, before, trimStep).Int()
		if err != nil {
			return deleted, fmt.Errorf("trim history: %w", err)
		}
		deleted += n
		if n < trimStep {
			return deleted, nil
		}
	}
}
