package history

import (
	"context"
	"errors"
	"slices"
	"sync"
)

// Sizes of a Hub.
const (
	hubRing   = 2000 // entries a reconnecting follower is served from memory, at least
	hubBuffer = 256  // batches a slow follower may lag behind
)

// Hub lets many followers in one process share one tail of the feed. Run must be running for followers to see anything new. It is safe for
// concurrent use.
//
// It rests while nobody follows: reading a feed that nobody looks at cost a tenth of the CPU under load. A follower wakes it.
type Hub struct {
	feed   Feed
	wanted chan struct{} // wakes a resting hub

	mu        sync.Mutex
	ring      []Entry
	last      string        // id of the newest entry seen
	unseen    int           // entries since anybody followed
	resting   bool          // nothing is read
	ready     chan struct{} // closed while the feed is read
	followers map[chan []Entry]struct{}
}

// errUnseen ends a tail that nobody looks at.
var errUnseen = errors.New("nobody follows")

// NewHub returns a Hub on feed.
func NewHub(feed Feed) *Hub {
	return &Hub{feed: feed, wanted: make(chan struct{}, 1), ready: make(chan struct{}), followers: map[chan []Entry]struct{}{}}
}

// Run reads the feed from its present end and passes it on until ctx ends or the feed fails; its error is the feed's. It may be called again
// after an error and then goes on where it stopped.
func (h *Hub) Run(ctx context.Context) error {
	for {
		err := h.read(ctx)
		if !errors.Is(err, errUnseen) {
			return err
		}
		select {
		case <-h.wanted:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// read passes the feed on until it fails or nobody looks.
func (h *Hub) read(ctx context.Context) error {
	h.mu.Lock()
	from := h.last
	h.mu.Unlock()
	if from == "" {
		last, err := h.feed.Last(ctx)
		if err != nil {
			return err
		}
		from = last
	}
	h.open(from)
	err := h.feed.Tail(ctx, from, h.publish)
	if errors.Is(err, ErrGap) {
		h.reset()
	}
	return err
}

func (h *Hub) open(from string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.last, h.resting = from, false
	select {
	case <-h.ready:
	default:
		close(h.ready)
	}
}

// reset forgets the place in the feed and ends every follower with ErrGap.
func (h *Hub) reset() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.last, h.ring = "", nil
	for ch := range h.followers {
		delete(h.followers, ch)
		close(ch)
	}
}

func (h *Hub) publish(entries []Entry) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.followers) == 0 {
		if h.unseen += len(entries); h.unseen > hubRing { // what a follower that comes back may have missed is more than the ring has
			h.rest()
			return errUnseen
		}
	}
	h.ring = append(h.ring, entries...)
	if len(h.ring) >= 2*hubRing { // not at every batch: copying the ring each time cost a tenth of the CPU under load
		h.ring = slices.Clone(h.ring[len(h.ring)-hubRing:])
	}
	h.last = entries[len(entries)-1].ID
	for ch := range h.followers {
		select {
		case ch <- entries:
		default: // too slow: it is told by the closed channel
			delete(h.followers, ch)
			close(ch)
		}
	}
	return nil
}

// rest forgets the place in the feed until somebody follows; the caller holds the lock.
func (h *Hub) rest() {
	h.last, h.ring, h.unseen, h.resting = "", nil, 0, true
	h.ready = make(chan struct{})
	select {
	case <-h.wanted: // of a follower that came while the feed was read
	default:
	}
}

// Follow calls fn with the entries after the given id ("" is now) and then with each new one, until ctx ends or fn returns an error, which it
// returns. ErrGap when the entries are gone or the follower was too slow; it should read the state anew. The slices are shared and must
// not be changed. started, if not nil, is called once no later entry can be missed, before the first call of fn.
func (h *Hub) Follow(ctx context.Context, after string, started func(), fn func([]Entry) error) error {
	ch, last, missed, known, err := h.join(ctx, after)
	if err != nil {
		return err
	}
	defer h.leave(ch)
	if started != nil {
		started()
	}
	switch {
	case !known:
		if err := h.catchUp(ctx, after, last, fn); err != nil {
			return err
		}
	case len(missed) > 0:
		if err := fn(missed); err != nil {
			return err
		}
	}
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case entries, ok := <-ch:
			if !ok {
				return ErrGap
			}
			if err := fn(entries); err != nil {
				return err
			}
		}
	}
}

// join registers a follower once the feed is read and returns what it missed, as far as the ring knows.
func (h *Hub) join(ctx context.Context, after string) (ch chan []Entry, last string, missed []Entry, known bool, err error) {
	if err := h.reading(ctx); err != nil {
		return nil, "", nil, false, err
	}
	defer h.mu.Unlock()
	ch = make(chan []Entry, hubBuffer)
	h.followers[ch] = struct{}{}
	h.unseen = 0
	if after == "" || after == h.last {
		return ch, h.last, nil, true, nil
	}
	at := slices.IndexFunc(h.ring, func(e Entry) bool { return e.ID == after })
	if at < 0 {
		return ch, h.last, nil, false, nil
	}
	return ch, h.last, slices.Clone(h.ring[at+1:]), true, nil
}

// reading waits until the feed is read, wakes the hub for it, and returns with the lock held; without it when ctx ended first.
func (h *Hub) reading(ctx context.Context) error {
	for {
		h.mu.Lock()
		ready := h.ready
		select {
		case <-ready:
			return nil
		default:
		}
		if h.resting {
			select {
			case h.wanted <- struct{}{}:
			default: // somebody else did
			}
		}
		h.mu.Unlock()
		select {
		case <-ready:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (h *Hub) leave(ch chan []Entry) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.followers, ch)
}

var errCaughtUp = errors.New("caught up")

// catchUp reads the feed itself from after up to and including last.
func (h *Hub) catchUp(ctx context.Context, after, last string, fn func([]Entry) error) error {
	if last == "" || CompareIDs(after, last) > 0 {
		return ErrGap // an id from another life of the feed
	}
	err := h.feed.Tail(ctx, after, func(entries []Entry) error {
		end := slices.IndexFunc(entries, func(e Entry) bool { return CompareIDs(e.ID, last) > 0 })
		done := end >= 0 || (len(entries) > 0 && entries[len(entries)-1].ID == last)
		if end >= 0 {
			entries = entries[:end]
		}
		if len(entries) > 0 {
			if err := fn(entries); err != nil {
				return err
			}
		}
		if done {
			return errCaughtUp
		}
		return nil
	})
	if errors.Is(err, errCaughtUp) {
		return nil
	}
	return err
}
