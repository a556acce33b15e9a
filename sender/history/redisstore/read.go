package redisstore

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/annohook/annohook/sender/history"
)

// Delivery implements history.Reader. Pinned and Verbatim are filled here, in Claim and in Parts, and nowhere else.
func (s *Store) Delivery(ctx context.Context, id string) (history.Summary, error) {
	var packed *redis.StringCmd
	var extras *redis.SliceCmd
	err := s.together(ctx, func(p redis.Pipeliner) error {
		packed, extras = p.Get(ctx, s.key("d:", id)), p.HMGet(ctx, s.key("x:", id), "vb", "pin")
		return nil
	})
	if errors.Is(packed.Err(), redis.Nil) {
		return history.Summary{}, history.ErrNotFound
	}
	if err != nil {
		return history.Summary{}, fmt.Errorf("delivery %s: %w", id, err)
	}
	f, err := unpackState(packed.Val())
	if err != nil {
		return history.Summary{}, fmt.Errorf("delivery %s: %w", id, err)
	}
	return s.statics.delivery(id, f, text(nth(extras.Val(), 0)), text(nth(extras.Val(), 1)))
}

// together makes several reads in one round trip, at one moment. A full Redis queues nothing for a transaction, not even reads; they are made one
// after another then, so that pages and workers go on.
func (s *Store) together(ctx context.Context, reads func(redis.Pipeliner) error) error {
	_, err := s.client.TxPipelined(ctx, reads)
	if redis.HasErrorPrefix(err, "EXECABORT") {
		_, err = s.client.Pipelined(ctx, reads)
	}
	return err
}

// Deliveries implements history.Reader in one round trip.
func (s *Store) Deliveries(ctx context.Context, ids []string) ([]history.Summary, error) {
	return s.summaries(ctx, ids)
}

// summaries reads what lists show of several deliveries; those that are gone are left out.
func (s *Store) summaries(ctx context.Context, ids []string) ([]history.Summary, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	list := make([]history.Summary, 0, len(ids))
	states, err := s.states(ctx, ids)
	if err != nil {
		return nil, err
	}
	for i, f := range states {
		if f == (state{}) {
			continue
		}
		summary, err := s.statics.summary(ids[i], f)
		if err != nil {
			return nil, err
		}
		list = append(list, summary)
	}
	return list, nil
}

// states reads the states of several deliveries; empty ones for those that are gone.
func (s *Store) states(ctx context.Context, ids []string) ([]state, error) {
	states := make([]state, len(ids))
	if len(ids) == 0 {
		return states, nil
	}
	keys := make([]string, len(ids))
	for i, id := range ids {
		keys[i] = s.key("d:", id)
	}
	replies, err := s.client.MGet(ctx, keys...).Result()
	if err != nil {
		return nil, fmt.Errorf("read deliveries: %w", err)
	}
	for i, reply := range replies {
		if reply == nil {
			continue
		}
		if states[i], err = unpackState(text(reply)); err != nil {
			return nil, fmt.Errorf("delivery %s: %w", ids[i], err)
		}
	}
	return states, nil
}

// Body implements history.Reader. ErrNotFound for an unknown delivery.
func (s *Store) Body(ctx context.Context, id string) ([]byte, error) {
	var body *redis.StringCmd
	var exists *redis.IntCmd
	err := s.together(ctx, func(p redis.Pipeliner) error {
		body, exists = p.Get(ctx, s.key("b:", id)), p.Exists(ctx, s.key("d:", id))
		return nil
	})
	switch {
	case err != nil && !errors.Is(err, redis.Nil):
		return nil, fmt.Errorf("body of delivery %s: %w", id, err)
	case exists.Val() == 0:
		return nil, history.ErrNotFound
	case errors.Is(body.Err(), redis.Nil):
		return nil, nil // still collecting
	}
	return body.Bytes()
}

// Attempts implements history.Reader. ErrNotFound for an unknown delivery.
func (s *Store) Attempts(ctx context.Context, id string) ([]history.Attempt, error) {
	var kept, packed *redis.StringCmd
	err := s.together(ctx, func(p redis.Pipeliner) error {
		kept, packed = p.Get(ctx, s.key("a:", id)), p.Get(ctx, s.key("d:", id))
		return nil
	})
	if errors.Is(packed.Err(), redis.Nil) {
		return nil, history.ErrNotFound
	}
	if err != nil && !errors.Is(err, redis.Nil) {
		return nil, fmt.Errorf("attempts of delivery %s: %w", id, err)
	}
	f, err := unpackState(packed.Val())
	if err != nil {
		return nil, fmt.Errorf("delivery %s: %w", id, err)
	}
	list, err := decodeAttempts(kept.Val())
	if err == nil && f[fieldFlight] != "" {
		var running history.Attempt
		running, err = decodeRunning(f)
		list = append(list, running)
	}
	if err != nil {
		return nil, fmt.Errorf("delivery %s: %w", id, err)
	}
	return list, nil
}

// Event implements history.Reader.
func (s *Store) Event(ctx context.Context, id string) (history.Event, error) {
	list, err := s.events(ctx, []string{id})
	if err != nil {
		return history.Event{}, err
	}
	if len(list) == 0 {
		return history.Event{}, history.ErrNotFound
	}
	return list[0], nil
}

// events reads several events with their deliveries; those that are gone are left out.
func (s *Store) events(ctx context.Context, ids []string) ([]history.Event, error) {
	list := make([]history.Event, 0, len(ids))
	if len(ids) == 0 {
		return list, nil
	}
	data := make([]*redis.StringCmd, len(ids))
	members := make([]*redis.StringSliceCmd, len(ids))
	_, err := s.client.Pipelined(ctx, func(p redis.Pipeliner) error {
		for i, id := range ids {
			data[i] = p.Get(ctx, s.key("e:", id))
			members[i] = p.LRange(ctx, s.key("ed:", id), 0, -1)
		}
		return nil
	})
	if err != nil && !errors.Is(err, redis.Nil) {
		return nil, fmt.Errorf("read events: %w", err)
	}
	for i, id := range ids {
		raw, err := data[i].Bytes()
		if errors.Is(err, redis.Nil) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("event %s: %w", id, err)
		}
		e, err := decodeEvent(raw)
		if err != nil {
			return nil, fmt.Errorf("event %s: %w", id, err)
		}
		for _, m := range members[i].Val() {
			delivery, sub, _ := strings.Cut(m, " ")
			if d := (history.EventDelivery{ID: delivery, SubscriptionID: sub}); !slices.Contains(e.Deliveries, d) { // a batch may have several messages of the event
				e.Deliveries = append(e.Deliveries, d)
			}
		}
		list = append(list, e)
	}
	return list, nil
}

// Counts implements history.Reader in one round trip.
func (s *Store) Counts(ctx context.Context) (history.Counts, error) {
	var kept *redis.MapStringStringCmd
	var waiting, parked *redis.IntCmd
	var oldest *redis.ZSliceCmd
	var durations *redis.StringSliceCmd
	err := s.together(ctx, func(p redis.Pipeliner) error {
		kept, waiting, parked = p.HGetAll(ctx, s.key("counts")), p.ZCard(ctx, s.key("waiting")), p.SCard(ctx, s.key("parked"))
		oldest, durations = p.ZRangeWithScores(ctx, s.key("waiting"), 0, 0), p.LRange(ctx, s.key("durations"), 0, -1)
		return nil
	})
	if err != nil {
		return history.Counts{}, fmt.Errorf("count deliveries: %w", err)
	}
	c := history.Counts{
		Deliveries: map[string]map[history.Status]int{}, Waiting: int(waiting.Val()), InLanes: int(parked.Val()),
	}
	p := numbers{}
	for name, n := range kept.Val() {
		if name == flyingCount {
			c.InFlight = p.int(n)
			continue
		}
		platform, status, _ := strings.Cut(name, " ")
		if c.Deliveries[platform] == nil {
			c.Deliveries[platform] = map[history.Status]int{}
		}
		c.Deliveries[platform][history.Status(status)] = p.int(n)
	}
	for _, z := range oldest.Val() {
		c.OldestDue = time.UnixMicro(int64(z.Score)).UTC()
	}
	for _, d := range durations.Val() {
		c.Durations = append(c.Durations, p.duration(d))
	}
	return c, p.err
}

// flyingCount is the field of counts that has the attempts in flight; no platform has an empty name.
const flyingCount = " flying"
