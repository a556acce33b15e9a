package redisstore

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/sender/history"
)

// Sizes of a tail.
const (
	tailPage  = 500             // entries read at once
	tailBlock = 1 * time.Second // one wait; a context that ends is noticed after it at the latest
)

// Last implements history.Feed.
func (s *Store) Last(ctx context.Context) (string, error) {
	entries, err := s.client.XRevRangeN(ctx, s.key("feed"), "+", "-", 1).Result()
	if err != nil {
		return "", fmt.Errorf("end of the feed: %w", err)
	}
	if len(entries) == 0 {
		return "", nil
	}
	return entries[0].ID, nil
}

// Tail implements history.Feed. It holds a connection of the client while it waits. ErrGap also for an id this feed never gave out. When
// Redis fails it returns that error; the caller may go on from the last id it saw.
func (s *Store) Tail(ctx context.Context, after string, fn func([]history.Entry) error) error {
	if after != "" {
		if err := s.holds(ctx, after); err != nil {
			return err
		}
	}
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		messages, err := s.read(ctx, after)
		if err != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			return err
		}
		if len(messages) == 0 {
			continue
		}
		entries, err := s.decodeEntries(messages)
		if err != nil {
			return err
		}
		after = entries[len(entries)-1].ID
		if err := fn(entries); err != nil {
			return err
		}
	}
}

// holds returns ErrGap unless the feed still holds the entry after the one of that id.
func (s *Store) holds(ctx context.Context, id string) error {
	if !wellFormed(id) {
		return history.ErrGap
	}
	var first, last *redis.XMessageSliceCmd
	err := s.together(ctx, func(p redis.Pipeliner) error {
		first, last = p.XRangeN(ctx, s.key("feed"), "-", "+", 1), p.XRevRangeN(ctx, s.key("feed"), "+", "-", 1)
		return nil
	})
	if err != nil {
		return fmt.Errorf("place in the feed: %w", err)
	}
	if len(first.Val()) == 0 || len(last.Val()) == 0 {
		return history.ErrGap // a feed that gave out ids is never empty again
	}
	if history.CompareIDs(id, first.Val()[0].ID) < 0 || history.CompareIDs(id, last.Val()[0].ID) > 0 {
		return history.ErrGap
	}
	return nil
}

// wellFormed reports whether id is "<number>-<number>", which is all that Redis takes.
func wellFormed(id string) bool {
	left, right, ok := strings.Cut(id, "-")
	_, errLeft := strconv.ParseUint(left, 10, 64)
	_, errRight := strconv.ParseUint(right, 10, 64)
	return ok && errLeft == nil && errRight == nil
}

// read waits for entries after the id. A full page may be the rest of a feed whose beginning was cut off while we lagged behind; then the
// entry of that id is gone too.
func (s *Store) read(ctx context.Context, after string) ([]redis.XMessage, error) {
	from := after
	if from == "" {
		from = "0-0"
	}
	args := &redis.XReadArgs{Streams: []string{s.key("feed"), from}, Count: tailPage, Block: tailBlock}
	streams, err := s.client.XRead(ctx, args).Result()
	if errors.Is(err, redis.Nil) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the feed: %w", err)
	}
	if len(streams) == 0 {
		return nil, nil
	}
	messages := streams[0].Messages
	if after != "" && len(messages) == tailPage {
		if err := s.holds(ctx, after); err != nil {
			return nil, err
		}
	}
	return messages, nil
}

func (s *Store) decodeEntries(messages []redis.XMessage) ([]history.Entry, error) {
	entries := make([]history.Entry, len(messages))
	for i, m := range messages {
		entry, err := s.decodeEntry(m)
		if err != nil {
			return nil, fmt.Errorf("feed entry %s: %w", m.ID, err)
		}
		entries[i] = entry
	}
	return entries, nil
}

// decodeEntry reads one entry: "kind", "id", the state of the delivery without the hidden fields in "d" and for attempts their headline in "a".
func (s *Store) decodeEntry(m redis.XMessage) (history.Entry, error) {
	f, err := unpackShown(text(m.Values["d"]))
	if err != nil {
		return history.Entry{}, err
	}
	summary, err := s.statics.summary(text(m.Values["id"]), f)
	entry := history.Entry{ID: m.ID, Kind: history.EntryKind(text(m.Values["kind"])), Summary: summary}
	if headline := text(m.Values["a"]); headline != "" && err == nil {
		entry.Attempt, err = decodeHeadline(headline)
	}
	return entry, err
}

// decodeHeadline reads what scripts say of an attempt in the feed: number, scheduled, started, duration, duplicate, failure, status,
// outcome, with tabs between them.
func decodeHeadline(line string) (*history.Attempt, error) {
	v := strings.SplitN(line, "\t", 8)
	if len(v) != 8 {
		return nil, errReply
	}
	p := numbers{}
	a := &history.Attempt{
		Number: p.int(v[0]), ScheduledAt: p.time(v[1]), StartedAt: p.time(v[2]), Duration: p.duration(v[3]), Duplicate: v[4] != "",
		Failure: payloads.Failure(v[5]), Outcome: v[7],
	}
	if v[6] != "" {
		a.Reply = &payloads.Reply{Status: p.int(v[6])}
	}
	return a, p.err
}
