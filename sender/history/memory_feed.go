package history

import (
	"context"
	"fmt"
	"strconv"
	"strings"
)

// tailPage is how many entries one call of a Tail function carries at most.
const tailPage = 500

// tell appends one entry about r to the feed and wakes the readers.
func (m *Memory) tell(kind EntryKind, r *record, attempt *Attempt) {
	m.count(r)
	m.fed++
	entry := Entry{ID: fmt.Sprintf("%d-%d", m.start, m.fed), Kind: kind, Summary: r.summary.Listed()}
	if attempt != nil {
		headline := attempt.Headline()
		entry.Attempt = &headline
	}
	m.feed = append(m.feed, entry)
	if len(m.feed) > m.feedLength {
		m.feed[0] = Entry{} // the array is shared until append grows it
		m.feed = m.feed[1:]
	}
	close(m.news)
	m.news = make(chan struct{})
}

// tellEnd tells that the latest attempt of r ended, and the new status where it changed.
func (m *Memory) tellEnd(r *record, before Status) {
	m.tell(EntryAttempt, r, &r.attempts[len(r.attempts)-1])
	if r.summary.Status != before {
		m.tell(EntryDelivery, r, nil)
	}
}

// Last implements Feed.
func (m *Memory) Last(ctx context.Context) (string, error) {
	if err := ctx.Err(); err != nil {
		return "", err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.feed) == 0 {
		return "", nil
	}
	return m.feed[len(m.feed)-1].ID, nil
}

// Tail implements Feed. An id that this record never gave out is a gap too. At the end of ctx it returns the context's error.
func (m *Memory) Tail(ctx context.Context, after string, fn func([]Entry) error) error {
	next, err := m.position(after)
	if err != nil {
		return err
	}
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		entries, news, err := m.read(next)
		if err != nil {
			return err
		}
		if len(entries) == 0 {
			select {
			case <-news:
			case <-ctx.Done():
				return ctx.Err()
			}
			continue
		}
		next += len(entries)
		if err := fn(entries); err != nil {
			return err
		}
	}
}

// position returns the number of the entry behind the id; entries are numbered from 1.
func (m *Memory) position(after string) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if after == "" {
		return m.fed - len(m.feed) + 1, nil
	}
	start, number, ok := entryID(after)
	if !ok || start != m.start || number > m.fed {
		return 0, ErrGap
	}
	return number + 1, nil
}

// read returns the entries from the given number on, and a channel that is closed at the next one.
func (m *Memory) read(next int) ([]Entry, <-chan struct{}, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	first := m.fed - len(m.feed) + 1
	if next < first {
		return nil, nil, ErrGap
	}
	kept := m.feed[next-first:]
	entries := make([]Entry, 0, min(len(kept), tailPage))
	for _, e := range kept[:min(len(kept), tailPage)] {
		e.Summary = e.Summary.Listed()
		if e.Attempt != nil {
			attempt := e.Attempt.Clone()
			e.Attempt = &attempt
		}
		entries = append(entries, e)
	}
	return entries, m.news, nil
}

// entryID reads "<time>-<number>".
func entryID(id string) (start int64, number int, ok bool) {
	left, right, found := strings.Cut(id, "-")
	start, errStart := strconv.ParseInt(left, 10, 64)
	number, errNumber := strconv.Atoi(right)
	return start, number, found && errStart == nil && errNumber == nil && number >= 0
}
