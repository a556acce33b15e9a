package redisstore

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/sender/history"
)

// Sizes of a tail.
const (
	tailPage  = 100             // entries of the stream read at once; each has up to groupMost lines
	tailBlock = 1 * time.Second // one wait; a context that ends is noticed after it at the latest
)

// Last implements history.Feed.
func (s *Store) Last(ctx context.Context) (string, error) {
	groups, err := s.client.XRevRangeN(ctx, s.key("feed"), "+", "-", 1).Result()
	if err != nil {
		return "", fmt.Errorf("end of the feed: %w", err)
	}
	if len(groups) == 0 {
		return "", nil
	}
	at, err := parseStreamID(groups[0].ID)
	if err != nil {
		return "", fmt.Errorf("end of the feed: %w", err)
	}
	return at.line(len(groups[0].Values) - 1), nil
}

// Tail implements history.Feed. It holds a connection of the client while it waits. ErrGap also for an id this feed never gave out. When
// Redis fails it returns that error; the caller may go on from the last id it saw.
func (s *Store) Tail(ctx context.Context, after string, fn func([]history.Entry) error) error {
	seen, from, err := s.begin(ctx, after)
	if err != nil {
		return err
	}
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		groups, err := s.read(ctx, from, seen)
		if err != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			return err
		}
		entries, last, err := s.decodeGroups(groups, after)
		if err != nil {
			return err
		}
		if len(groups) > 0 {
			seen, from = last, last
		}
		if len(entries) == 0 {
			continue
		}
		after = entries[len(entries)-1].ID
		if err := fn(entries); err != nil {
			return err
		}
	}
}

// begin returns the group that has the entry of that id, and what to read behind: the group itself, because further lines of it may follow.
func (s *Store) begin(ctx context.Context, after string) (seen, from streamID, err error) {
	if after == "" {
		return seen, from, nil
	}
	if seen, err = groupOf(after); err != nil {
		return seen, from, history.ErrGap
	}
	return seen, seen.before(), s.holds(ctx, seen)
}

// holds returns ErrGap unless the feed still holds that group and what came after it.
func (s *Store) holds(ctx context.Context, group streamID) error {
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
	if id := group.String(); history.CompareIDs(id, first.Val()[0].ID) < 0 || history.CompareIDs(id, last.Val()[0].ID) > 0 {
		return history.ErrGap
	}
	return nil
}

// read waits for groups. A full page may be the rest of a feed whose beginning was cut off while we lagged behind; then the one seen last is gone
// too.
func (s *Store) read(ctx context.Context, behind, seen streamID) ([]redis.XMessage, error) {
	args := &redis.XReadArgs{Streams: []string{s.key("feed"), behind.String()}, Count: tailPage, Block: tailBlock}
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
	groups := streams[0].Messages
	if seen != (streamID{}) && len(groups) == tailPage {
		if err := s.holds(ctx, seen); err != nil {
			return nil, err
		}
	}
	return groups, nil
}

// decodeGroups reads the lines of groups behind an entry, and tells where the last group stands.
func (s *Store) decodeGroups(groups []redis.XMessage, after string) (entries []history.Entry, last streamID, err error) {
	for _, group := range groups {
		if last, err = parseStreamID(group.ID); err != nil {
			return nil, last, fmt.Errorf("feed entry %s: %w", group.ID, err)
		}
		lines, err := s.decodeGroup(last, group.Values)
		if err != nil {
			return nil, last, fmt.Errorf("feed entry %s: %w", group.ID, err)
		}
		for len(lines) > 0 && after != "" && history.CompareIDs(lines[0].ID, after) <= 0 {
			lines = lines[1:]
		}
		entries = append(entries, lines...)
	}
	return entries, last, nil
}

// decodeGroup reads the lines that a script told at one time. The name of each begins with its place; it has no value where its state is that of
// the line before.
func (s *Store) decodeGroup(at streamID, values map[string]any) ([]history.Entry, error) {
	names := make([]string, len(values))
	for name := range values {
		place := -1
		if name != "" {
			place = int(name[0]) - firstPlace
		}
		if place < 0 || place >= len(names) || names[place] != "" {
			return nil, errReply
		}
		names[place] = name
	}
	lines := make([]history.Entry, len(names))
	for i, name := range names {
		if state := text(values[name]); state != "" || i == 0 {
			summary, err := s.told(name[1:], state)
			if err != nil {
				return nil, err
			}
			lines[i].Summary = summary
		} else {
			lines[i].Summary = lines[i-1].Summary
			lines[i].Summary.EventIDs = slices.Clone(lines[i].Summary.EventIDs)
			lines[i].Summary.OtherTypes = slices.Clone(lines[i].Summary.OtherTypes)
		}
		lines[i].ID = at.line(i)
		if err := headlined(&lines[i], name[1:]); err != nil {
			return nil, err
		}
	}
	return lines, nil
}

// firstPlace is the character of the first line of a group.
const firstPlace = '0'

// told reads the state of the delivery that a line is about.
func (s *Store) told(line, state string) (history.Summary, error) {
	f, err := unpackShown(state)
	if err != nil || line == "" {
		return history.Summary{}, errReply
	}
	id, _, _ := strings.Cut(line[1:], "\t")
	return s.statics.summary(id, f)
}

// headlined reads the rest of a line, "<kind><delivery>\t<headline>", into its entry.
func headlined(entry *history.Entry, line string) error {
	if line == "" {
		return errReply
	}
	id, headline, _ := strings.Cut(line[1:], "\t")
	if id != entry.Summary.ID {
		return errReply
	}
	switch line[0] {
	case 'd':
		entry.Kind = history.EntryDelivery
		return nil
	case 'a':
		entry.Kind = history.EntryAttempt
		attempt, err := decodeHeadline(headline)
		entry.Attempt = attempt
		return err
	default:
		return errReply
	}
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
