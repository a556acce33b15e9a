package redisstore

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/annohook/annohook/sender/history"
)

// Bounds of one page.
const (
	scanChunk = 200  // deliveries read in one round trip; the first takes as many as the page has rows
	scanBound = 2000 // deliveries one page looks at; then it is short
)

// List implements history.Reader. It walks the narrowest indexes that the query names and judges the other conditions on the deliveries
// themselves. A page looks at 2,000 deliveries at most. ErrCursor for a cursor of another list.
func (s *Store) List(ctx context.Context, q history.Query) (history.Page, error) {
	after, err := history.ParseCursor(q.Cursor)
	if err != nil {
		return history.Page{}, err
	}
	limit := history.PageLimit(q.Limit)
	walk := walker{store: s, after: after, chunk: min(limit, scanChunk)}
	if q.EventID != "" {
		err = walk.ofEvent(ctx, q.EventID)
	} else {
		walk.indexes, err = s.indexes(ctx, q)
	}
	if err != nil {
		return history.Page{}, err
	}
	page := history.Page{Items: []history.Summary{}}
	for scanned := 0; scanned < scanBound; {
		scanned += walk.chunk
		list, more, err := walk.next(ctx)
		if err != nil {
			return history.Page{}, err
		}
		kept, err := s.filter(ctx, q, list)
		if err != nil {
			return history.Page{}, err
		}
		page.Items = append(page.Items, kept...)
		if len(page.Items) > limit || len(page.Items) == limit && more {
			page.Items = page.Items[:limit]
			page.NextCursor = behind(page.Items[limit-1]).String()
			return page, nil
		}
		if !more {
			return page, nil
		}
	}
	page.NextCursor = walk.after.String()
	return page, nil
}

// behind is the cursor right behind a delivery.
func behind(s history.Summary) history.Cursor { return history.Cursor{At: s.CreatedAt, ID: s.ID} }

// indexes names the narrowest indexes of a query: what it asks for is among their members.
func (s *Store) indexes(ctx context.Context, q history.Query) ([]string, error) {
	unsettled := q.Status != "" && !q.Status.Settled()
	switch {
	case unsettled && q.SubscriptionID != "":
		return []string{s.key("open:", q.SubscriptionID)}, nil
	case q.SubscriptionID != "":
		return []string{s.key("sub:", q.SubscriptionID)}, nil
	case unsettled:
		return s.members(ctx, "opens", "open:")
	case q.Status == history.Failed || q.Status == history.Cancelled:
		return []string{s.key("status:", string(q.Status))}, nil
	case q.Platform != "":
		return []string{s.key("platform:", q.Platform)}, nil
	default:
		return s.members(ctx, "platforms", "platform:")
	}
}

// members returns the keys that the members of a set and a prefix name.
func (s *Store) members(ctx context.Context, set, prefix string) ([]string, error) {
	names, err := s.client.SMembers(ctx, s.key(set)).Result()
	if err != nil {
		return nil, fmt.Errorf("list: %w", err)
	}
	for i, name := range names {
		names[i] = s.key(prefix, name)
	}
	return names, nil
}

// walker reads indexes that have no member in common, or a list of rows, from the newest to the oldest.
type walker struct {
	store   *Store
	indexes []string
	after   history.Cursor
	chunk   int               // size of the next chunk
	rows    []history.Summary // instead of the indexes, newest first
}

// next returns a chunk of deliveries and whether there is more behind it. Deliveries trimmed meanwhile are left out.
func (w *walker) next(ctx context.Context) ([]history.Summary, bool, error) {
	size := w.chunk
	w.chunk = scanChunk
	if w.rows != nil {
		chunk := w.rows[:min(len(w.rows), size)]
		w.rows = w.rows[len(chunk):]
		if len(chunk) > 0 {
			w.after = behind(chunk[len(chunk)-1])
		}
		return chunk, len(w.rows) > 0, nil
	}
	members, err := w.store.page(ctx, w.indexes, w.after, size+1)
	if err != nil {
		return nil, false, err
	}
	more := len(members) > size
	members = members[:min(len(members), size)]
	ids := make([]string, len(members))
	for i, m := range members {
		ids[i] = memberID(m)
	}
	if more {
		if w.after, err = memberCursor(members[len(members)-1]); err != nil {
			return nil, false, err
		}
	}
	list, err := w.store.summaries(ctx, ids)
	return list, more, err
}

// ofEvent makes w walk the deliveries of one event. They are few, so they are read at once and put in the order of lists.
func (w *walker) ofEvent(ctx context.Context, event string) error {
	members, err := w.store.client.LRange(ctx, w.store.key("ed:", event), 0, -1).Result()
	if err != nil {
		return fmt.Errorf("deliveries of event %s: %w", event, err)
	}
	ids := make([]string, len(members))
	for i, m := range members {
		ids[i], _, _ = strings.Cut(m, " ")
	}
	list, err := w.store.summaries(ctx, ids)
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

// page returns up to n members of indexes behind the cursor, the newest first.
func (s *Store) page(ctx context.Context, indexes []string, after history.Cursor, n int) ([]string, error) {
	from := "+"
	if after != (history.Cursor{}) {
		from = "(" + member(after.At, after.ID)
	}
	by := &redis.ZRangeBy{Max: from, Min: "-", Count: int64(n)}
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
	return members[:min(len(members), n)], nil
}

// memberCursor returns the cursor right behind a row of an index.
func memberCursor(member string) (history.Cursor, error) {
	id := memberID(member)
	if id == "" {
		return history.Cursor{}, fmt.Errorf("index entry %q: %w", member, errReply)
	}
	micros, err := strconv.ParseInt(member[:memberDigits], 10, 64)
	if err == nil && (member[0] < '0' || member[0] > '9') {
		err = errReply // a sign
	}
	if err != nil {
		return history.Cursor{}, fmt.Errorf("index entry %q: %w", member, err)
	}
	return history.Cursor{At: time.UnixMicro(micros).UTC(), ID: id}, nil
}

// filter returns the deliveries that the query lets through, reading bodies only where the text is in none of the short fields.
func (s *Store) filter(ctx context.Context, q history.Query, list []history.Summary) ([]history.Summary, error) {
	list = slices.DeleteFunc(list, func(d history.Summary) bool { return !q.Admits(d) })
	if q.Text == "" || len(list) == 0 {
		return list, nil
	}
	bodies := make([]*redis.StringCmd, len(list))
	_, err := s.client.Pipelined(ctx, func(p redis.Pipeliner) error {
		for i, d := range list {
			if !q.FindsInSummary(d) {
				bodies[i] = p.GetRange(ctx, s.key("b:", d.ID), 0, history.SearchedBodyBytes-1)
			}
		}
		return nil
	})
	if err != nil && !errors.Is(err, redis.Nil) {
		return nil, fmt.Errorf("search bodies: %w", err)
	}
	var found []history.Summary
	for i, d := range list {
		if bodies[i] == nil || q.Finds(d, []byte(bodies[i].Val())) {
			found = append(found, d)
		}
	}
	return found, nil
}

// Events implements history.Reader. ErrCursor as List.
func (s *Store) Events(ctx context.Context, platform, cursor string, limit int) (history.EventPage, error) {
	after, err := history.ParseCursor(cursor)
	if err != nil {
		return history.EventPage{}, err
	}
	indexes := []string{s.key("events:", platform)}
	if platform == "" {
		if indexes, err = s.members(ctx, "platforms", "events:"); err != nil {
			return history.EventPage{}, err
		}
	}
	limit = history.PageLimit(limit)
	members, err := s.page(ctx, indexes, after, limit+1)
	if err != nil {
		return history.EventPage{}, err
	}
	var page history.EventPage
	if len(members) > limit {
		members = members[:limit]
		last, err := memberCursor(members[limit-1])
		if err != nil {
			return history.EventPage{}, err
		}
		page.NextCursor = last.String()
	}
	ids := make([]string, len(members))
	for i, m := range members {
		ids[i] = memberID(m)
	}
	page.Items, err = s.events(ctx, ids)
	return page, err
}
