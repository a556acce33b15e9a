package history

import (
	"cmp"
	"context"
	"slices"
	"time"
)

// Bounds of one page. A page that meets one is short and has a cursor.
const (
	memoryScan   = 10_000 // deliveries looked at
	memorySearch = 2000   // bodies read
	memoryChunk  = 500    // deliveries looked at under the lock at a time
)

// List implements Reader: newest first by time of creation, then by id. A page looks at 10,000 deliveries and reads 2,000 bodies at most. ErrCursor
// for a cursor of another list.
func (m *Memory) List(ctx context.Context, q Query) (Page, error) {
	after, err := ParseCursor(q.Cursor)
	if err != nil {
		return Page{}, err
	}
	limit, read := PageLimit(q.Limit), 0
	page, size := Page{Items: []Summary{}}, limit+1
	for scanned := 0; ; scanned += size {
		if err := ctx.Err(); err != nil {
			return Page{}, err
		}
		if scanned >= memoryScan || read >= memorySearch {
			page.NextCursor = after.String()
			return page, nil
		}
		chunk, last, more := m.chunk(q, after, size)
		after, size = last, memoryChunk
		for _, c := range chunk {
			if q.NeedsBody(c.summary) {
				read++
			}
			if !q.Finds(c.summary, c.body) {
				continue
			}
			if len(page.Items) == limit {
				end := page.Items[limit-1]
				page.NextCursor = Cursor{At: end.CreatedAt, ID: end.ID}.String()
				return page, nil
			}
			page.Items = append(page.Items, c.summary)
		}
		if !more {
			return page, nil
		}
	}
}

// found is a delivery of a chunk with its body, which nobody changes: a batch gets a new one when it is sealed.
type found struct {
	summary Summary
	body    []byte
}

// chunk returns what the query, but for its text, lets through of so many deliveries behind a cursor, the cursor behind the last of them, and
// whether there are more.
func (m *Memory) chunk(q Query, after Cursor, size int) (chunk []found, last Cursor, more bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	from, to := q.Span()
	if to < Highest {
		after = after.upTo(to)
	}
	end := len(m.order)
	if after != (Cursor{}) {
		end, _ = slices.BinarySearchFunc(m.order, after, (*record).compare)
	}
	begin := max(end-size, 0)
	for _, r := range slices.Backward(m.order[begin:end]) {
		if r.summary.CreatedAt.UnixMicro() < from {
			return chunk, last, false
		}
		last = Cursor{At: r.summary.CreatedAt, ID: r.summary.ID}
		if q.Admits(r.summary) {
			chunk = append(chunk, found{summary: r.summary.Listed(), body: r.body})
		}
	}
	return chunk, last, begin > 0
}

// upTo is the cursor, or the one behind everything made later than the given microsecond where that lies further on.
func (c Cursor) upTo(micros int64) Cursor {
	bound := Cursor{At: time.UnixMicro(micros + 1).UTC()}
	if c == (Cursor{}) || !c.At.Before(bound.At) {
		return bound
	}
	return c
}

// compare orders a delivery and a place in lists, the oldest first.
func (r *record) compare(c Cursor) int {
	return cmp.Or(r.summary.CreatedAt.Compare(c.At), cmp.Compare(r.summary.ID, c.ID))
}

// tally is what deliveries are counted by.
type tally struct {
	platform string
	status   Status
}

// enter adds a delivery to the record.
func (m *Memory) enter(r *record) {
	m.deliveries[r.summary.ID] = r
	m.open[r] = struct{}{}
	at, _ := slices.BinarySearchFunc(m.order, Cursor{At: r.summary.CreatedAt, ID: r.summary.ID}, (*record).compare)
	m.order = slices.Insert(m.order, at, r) // nearly always the end
}

// live yields the deliveries that are not settled, in no order, and takes out those that were settled since the last look.
func (m *Memory) live(yield func(*record) bool) {
	for r := range m.open {
		if r.place == settled {
			delete(m.open, r)
			m.settled = append(m.settled, r)
			continue
		}
		if !yield(r) {
			return
		}
	}
}

// settledInOrder returns the settled deliveries, the first to be settled first.
func (m *Memory) settledInOrder() []*record {
	for range m.live { // it takes out what is settled
	}
	order := func(a, b *record) int {
		return cmp.Or(a.summary.SettledAt.Compare(b.summary.SettledAt), cmp.Compare(a.summary.ID, b.summary.ID))
	}
	fresh := m.settled[m.inOrder:]
	slices.SortFunc(fresh, order)
	if m.inOrder > 0 && len(fresh) > 0 && order(m.settled[m.inOrder-1], fresh[0]) > 0 {
		slices.SortFunc(m.settled, order)
	}
	m.inOrder = len(m.settled)
	return m.settled
}

// shorten takes the first n settled deliveries, which are forgotten, out of the lists.
func (m *Memory) shorten(n int) {
	if n == 0 {
		return
	}
	m.settled = slices.Delete(m.settled, 0, n)
	m.inOrder = len(m.settled)
	m.order = slices.DeleteFunc(m.order, func(r *record) bool { return r.forgotten })
}

// join enters a delivery among those of an event, once for each message.
func (m *Memory) join(event string, d Delivery) {
	m.members[event] = append(m.members[event], EventDelivery{ID: d.ID, SubscriptionID: d.SubscriptionID})
	delete(m.bare, event)
}

// count counts r under its present status. Whatever changes a status tells of it and comes by here.
func (m *Memory) count(r *record) {
	now := tally{r.summary.Platform, r.summary.Status}
	if r.counted == now {
		return
	}
	m.uncount(r)
	r.counted = now
	m.counts[now]++
}

func (m *Memory) uncount(r *record) {
	if r.counted == (tally{}) {
		return
	}
	if m.counts[r.counted]--; m.counts[r.counted] == 0 {
		delete(m.counts, r.counted)
	}
	r.counted = tally{}
}
