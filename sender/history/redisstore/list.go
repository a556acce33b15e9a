package redisstore

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/annohook/annohook/sender/history"
)

// scanMost is how many deliveries one page looks at. Then it is short and has a cursor.
const scanMost = 5000

// effort is what one page may cost.
type effort struct {
	chunk int           // deliveries read in one round trip; the first chunk has as many as the page has rows
	least int           // deliveries looked at however long it takes, so that pages get on
	time  time.Duration // after which no further chunk is read
}

func effortOf(q history.Query) effort {
	if q.SearchesText() { // up to 64 KiB of each body are read
		return effort{chunk: 50, least: 200, time: 120 * time.Millisecond}
	}
	return effort{chunk: 200, least: 2 * history.MaxPage, time: 30 * time.Millisecond}
}

// List implements history.Reader. It walks the narrowest indexes that the query names and judges the other conditions on the deliveries
// themselves. A page looks at 5,000 deliveries at most, and for no longer than some tens of milliseconds. ErrCursor for a cursor of another list.
func (s *Store) List(ctx context.Context, q history.Query) (history.Page, error) {
	after, err := history.ParseCursor(q.Cursor)
	if err != nil {
		return history.Page{}, err
	}
	may := effortOf(q)
	spent, cancel := context.WithTimeout(ctx, may.time)
	defer cancel()
	limit := history.PageLimit(q.Limit)
	walk, err := s.walk(ctx, q, after)
	if err != nil {
		return history.Page{}, err
	}
	walk.chunk, walk.most = min(limit, may.chunk), may.chunk
	page := history.Page{Items: []history.Summary{}}
	for scanned := 0; scanned < may.least || scanned < scanMost && spent.Err() == nil; {
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

// filter returns the deliveries that the query lets through, reading bodies only where they decide.
func (s *Store) filter(ctx context.Context, q history.Query, list []history.Summary) ([]history.Summary, error) {
	list = slices.DeleteFunc(list, func(d history.Summary) bool { return !q.Admits(d) })
	if !q.SearchesText() || len(list) == 0 {
		return list, nil
	}
	bodies := make([]*redis.StringCmd, len(list))
	_, err := s.client.Pipelined(ctx, func(p redis.Pipeliner) error {
		for i, d := range list {
			if q.NeedsBody(d) {
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
		var body []byte
		if bodies[i] != nil {
			body = []byte(bodies[i].Val())
		}
		if q.Finds(d, body) {
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
	members, err := s.page(ctx, indexes, span{}.upTo(after), limit+1)
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
	page.Items, err = s.events(ctx, memberIDs(members))
	return page, err
}
