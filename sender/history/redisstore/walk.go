package redisstore

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/redis/go-redis/v9"

	"github.com/annohook/annohook/sender/history"
)

// walker reads indexes, or a list of rows, from the newest to the oldest.
type walker struct {
	store   *Store
	indexes []string
	span    span
	after   history.Cursor    // behind what was read last
	chunk   int               // size of the next chunk
	most    int               // size of those behind it
	rows    []history.Summary // instead of the indexes, newest first; nil: the indexes
}

// walk begins a walk over all that the query may find.
func (s *Store) walk(ctx context.Context, q history.Query, after history.Cursor) (*walker, error) {
	w := &walker{store: s, after: after, span: spanOf(q)}
	ids, events := q.Exactly(history.FieldID), q.Exactly(history.FieldEvent)
	var err error
	switch {
	case ids != nil:
		err = w.ofIDs(ctx, ids)
	case events != nil:
		err = w.ofEvents(ctx, events)
	default:
		w.indexes, err = s.narrowest(ctx, q, w.span)
	}
	return w, err
}

// next returns a chunk of deliveries and whether there is more behind it. Deliveries trimmed meanwhile are left out.
func (w *walker) next(ctx context.Context) ([]history.Summary, bool, error) {
	size := w.chunk
	w.chunk = w.most
	if w.rows != nil {
		chunk := w.rows[:min(len(w.rows), size)]
		w.rows = w.rows[len(chunk):]
		if len(chunk) > 0 {
			w.after = behind(chunk[len(chunk)-1])
		}
		return slices.Clone(chunk), len(w.rows) > 0, nil
	}
	members, err := w.store.page(ctx, w.indexes, w.span.upTo(w.after), size+1)
	if err != nil {
		return nil, false, err
	}
	more := len(members) > size
	members = members[:min(len(members), size)]
	if more {
		if w.after, err = memberCursor(members[len(members)-1]); err != nil {
			return nil, false, err
		}
	}
	list, err := w.store.summaries(ctx, memberIDs(members))
	return list, more, err
}

// ofEvents makes w walk the deliveries of events, which are few.
func (w *walker) ofEvents(ctx context.Context, events []string) error {
	replies := make([]*redis.StringSliceCmd, len(events))
	_, err := w.store.client.Pipelined(ctx, func(p redis.Pipeliner) error {
		for i, event := range events {
			replies[i] = p.LRange(ctx, w.store.key("ed:", event), 0, -1)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("deliveries of events: %w", err)
	}
	var ids []string
	for _, reply := range replies {
		for _, m := range reply.Val() {
			id, _, _ := strings.Cut(m, " ")
			ids = append(ids, id)
		}
	}
	return w.ofIDs(ctx, ids)
}

// ofIDs makes w walk deliveries that are read at once and put in the order of lists.
func (w *walker) ofIDs(ctx context.Context, ids []string) error {
	slices.Sort(ids)
	list, err := w.store.summaries(ctx, slices.Compact(ids))
	if err != nil {
		return err
	}
	list = slices.DeleteFunc(list, func(d history.Summary) bool { return !w.after.Before(d.CreatedAt, d.ID) })
	slices.SortFunc(list, func(a, b history.Summary) int {
		return strings.Compare(member(b.CreatedAt, b.ID), member(a.CreatedAt, a.ID))
	})
	w.rows = list
	return nil
}

// narrowest names the indexes among whose members the query finds everything; of several sets of them, the one with the fewest members.
func (s *Store) narrowest(ctx context.Context, q history.Query, in span) ([]string, error) {
	sets, err := s.candidates(ctx, q)
	if err != nil || len(sets) == 1 {
		return slices.Concat(sets...), err
	}
	sizes := make([][]*redis.IntCmd, len(sets))
	lowest, highest := in.bounds()
	if _, err := s.client.Pipelined(ctx, func(p redis.Pipeliner) error {
		for i, set := range sets {
			for _, index := range set {
				sizes[i] = append(sizes[i], p.ZLexCount(ctx, index, lowest, highest))
			}
		}
		return nil
	}); err != nil {
		return nil, fmt.Errorf("list: %w", err)
	}
	best, least := 0, int64(-1)
	for i := range sets {
		size := int64(0)
		for _, n := range sizes[i] {
			size += n.Val()
		}
		if least < 0 || size < least {
			best, least = i, size
		}
	}
	return sets[best], nil
}

// candidates are sets of indexes, each enough to find everything that the query asks for: those of subscriptions or of statuses, and those of
// platforms that it names. Succeeded deliveries have no index of their own.
func (s *Store) candidates(ctx context.Context, q history.Query) ([][]string, error) {
	var sets [][]string
	subs, platforms := q.Exactly(history.FieldSubscription), q.Exactly(history.FieldPlatform)
	indexed, open := split(q.Exactly(history.FieldStatus))
	switch {
	case subs != nil && open && len(indexed) == 0:
		sets = append(sets, s.keys("open:", subs))
	case subs != nil:
		sets = append(sets, s.keys("sub:", subs))
	case open:
		opens, err := s.members(ctx, "opens", "open:")
		if err != nil {
			return nil, err
		}
		sets = append(sets, slices.Concat(s.keys("status:", indexed), opens))
	case len(indexed) > 0:
		sets = append(sets, s.keys("status:", indexed))
	}
	if platforms != nil {
		sets = append(sets, s.keys("platform:", platforms))
	}
	if len(sets) > 0 {
		return sets, nil
	}
	all, err := s.members(ctx, "platforms", "platform:")
	return [][]string{all}, err
}

// split sorts statuses: those with an index of their own, and whether there are others, all of them unsettled. Neither where one is succeeded.
func split(statuses []string) (indexed []string, open bool) {
	for _, status := range statuses {
		switch history.Status(status) {
		case history.Succeeded:
			return nil, false
		case history.Failed, history.Cancelled:
			indexed = append(indexed, status)
		default:
			open = true
		}
	}
	return indexed, open
}

// keys returns one key for each name.
func (s *Store) keys(prefix string, names []string) []string {
	list := make([]string, len(names))
	for i, name := range names {
		list[i] = s.key(prefix, name)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// members returns the keys that the members of a set and a prefix name.
func (s *Store) members(ctx context.Context, set, prefix string) ([]string, error) {
	names, err := s.client.SMembers(ctx, s.key(set)).Result()
	if err != nil {
		return nil, fmt.Errorf("list: %w", err)
	}
	return s.keys(prefix, names), nil
}

// page returns up to n members of indexes within the span, the newest first. A delivery that moves from one index to another meanwhile may be in
// both and is returned once.
func (s *Store) page(ctx context.Context, indexes []string, in span, n int) ([]string, error) {
	lowest, highest := in.bounds()
	by := &redis.ZRangeBy{Max: highest, Min: lowest, Count: int64(n)}
	replies := make([]*redis.StringSliceCmd, len(indexes))
	_, err := s.client.Pipelined(ctx, func(p redis.Pipeliner) error {
		for i, index := range indexes {
			replies[i] = p.ZRevRangeByLex(ctx, index, by)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list: %w", err)
	}
	if len(indexes) == 1 {
		return replies[0].Val(), nil
	}
	var members []string
	for _, reply := range replies {
		members = append(members, reply.Val()...)
	}
	slices.SortFunc(members, func(a, b string) int { return strings.Compare(b, a) })
	members = slices.Compact(members)
	return members[:min(len(members), n)], nil
}
