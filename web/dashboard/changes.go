package dashboard

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/annohook/annohook/sender/history"
)

// changesPath is the stream that tells pages to look again.
const changesPath = "/changes"

// fitsParam is the parameter of the stream for the conditions that a change can move a delivery out of. All are told; those that fit are counted
// while a page is paused.
const fitsParam = "fits"

// Bounds and times of the stream of changes.
const (
	maxReaders  = 200                    // pages that are open at the same time
	changeEvery = 250 * time.Millisecond // between two messages at least, however much happens
	changeBeat  = 15 * time.Second       // between comments that keep a silent stream alive
	changeWrite = 10 * time.Second       // that a reader may take for one message
	changeJoin  = 2 * time.Second        // that the feed may take until a stream opens without it
	changeLook  = 3 * time.Second        // between two looks whether the store is in trouble, of which the feed cannot tell
	changeIDs   = 200                    // deliveries that one message names
)

// resetEvent tells a page that anything may have changed.
const resetEvent = "event: reset\ndata: {}\n\n"

// change is one message: what happened since the one before.
type change struct {
	Deliveries []string `json:"deliveries"`       // that changed and fit the search, at most changeIDs of them
	Others     []string `json:"others,omitempty"` // that changed and do not, or no longer, fit it; together with the former at most changeIDs
	Changed    int      `json:"changed"`          // how many they all are
	Failed     int      `json:"failed"`           // how many of them ended as failed
}

// changes serves the stream. It thins what the feed tells: a browser that heard of two thousand attempts a second would do nothing but listen.
func (d *dashboard) changes(w http.ResponseWriter, r *http.Request) error {
	c, err := d.collector(r)
	if err != nil {
		return err
	}
	select {
	case d.readers <- struct{}{}:
		defer func() { <-d.readers }()
	default:
		w.Header().Set("Retry-After", "5")
		http.Error(w, fmt.Sprintf("at most %d pages are kept up to date at the same time", maxReaders), http.StatusServiceUnavailable)
		return nil
	}
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no")
	s := changeStream{out: w, control: http.NewResponseController(w), now: d.now, trouble: d.scheduler.Trouble}
	if err := s.run(r.Context(), d.hub, r.Header.Get("Last-Event-ID"), c); err != nil && r.Context().Err() == nil {
		d.log.DebugContext(r.Context(), "stream of changes ended", "error", err)
	}
	return nil
}

// collector gathers what happened between two messages. It never makes the feed wait.
type collector struct {
	query history.Query
	fits  history.Filter // what the query leaves out because a change can move a delivery out of it
	only  string         // delivery; empty: every one the query admits
	news  chan struct{}

	mu    sync.Mutex
	seen  map[string]changed // deliveries that changed
	last  string             // id of the newest entry looked at
	reset bool               // entries were lost
}

// changed is what became of one delivery.
type changed struct{ failed, fits bool }

// collector reads what a page wants to hear of.
func (d *dashboard) collector(r *http.Request) (*collector, error) {
	v := r.URL.Query()
	query, err := d.readQuery(v)
	if err != nil {
		return nil, err
	}
	fits, err := d.readQuery(url.Values{"q": {v.Get(fitsParam)}})
	if err != nil {
		return nil, err
	}
	return &collector{query: query, fits: fits.Filter, only: v.Get("delivery"), news: make(chan struct{}, 1)}, nil
}

// add takes entries of the feed.
func (c *collector) add(entries []history.Entry) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, e := range entries {
		c.last = e.ID
		if c.only != "" && c.only != e.Summary.ID || !c.query.Admits(e.Summary) {
			continue
		}
		if c.seen == nil {
			c.seen = map[string]changed{}
		}
		c.seen[e.Summary.ID] = changed{
			failed: c.seen[e.Summary.ID].failed || e.Kind == history.EntryDelivery && e.Summary.Status == history.Failed,
			fits:   c.fits.Admits(&e.Summary),
		}
	}
	c.tell()
	return nil
}

func (c *collector) lost() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.reset, c.seen = true, nil
	c.tell()
}

func (c *collector) tell() {
	if len(c.seen) == 0 && !c.reset {
		return
	}
	select {
	case c.news <- struct{}{}:
	default:
	}
}

// take empties the collector.
func (c *collector) take() (message change, last string, reset bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	message.Deliveries = make([]string, 0, min(len(c.seen), changeIDs))
	for id, what := range c.seen {
		switch {
		case len(message.Deliveries)+len(message.Others) == changeIDs:
		case what.fits:
			message.Deliveries = append(message.Deliveries, id)
		default:
			message.Others = append(message.Others, id)
		}
		if what.failed {
			message.Failed++
		}
	}
	message.Changed, last, reset = len(c.seen), c.last, c.reset
	c.seen, c.reset = nil, false
	return message, last, reset
}

// changeStream writes messages to one reader.
type changeStream struct {
	out     http.ResponseWriter
	control *http.ResponseController
	now     func() time.Time
	trouble func(context.Context) string // what every page tells; "" while all is well
}

// run writes until ctx ends, which it does when the reader leaves or the server stops, or the reader is too slow.
func (s changeStream) run(ctx context.Context, hub *history.Hub, after string, c *collector) error {
	ctx, cancel := context.WithCancel(ctx)
	var following sync.WaitGroup
	joined, join := make(chan struct{}), sync.Once{}
	following.Go(func() { follow(ctx, hub, after, func() { join.Do(func() { close(joined) }) }, c) })
	defer following.Wait()
	defer cancel()
	beat, look := time.NewTicker(changeBeat), time.NewTicker(changeLook)
	defer beat.Stop()
	defer look.Stop()
	told := s.trouble(ctx)
	late, err := s.open(ctx, joined)
	if err != nil {
		return err
	}
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-late:
			late = nil
			if err := s.write(resetEvent); err != nil {
				return err
			}
		case <-beat.C:
			if err := s.write(": still here\n\n"); err != nil {
				return err
			}
		case <-look.C:
			now := s.trouble(ctx)
			if now == told {
				continue
			}
			told = now
			if err := s.write(resetEvent); err != nil {
				return err
			}
		case <-c.news:
			if err := s.message(c.take()); err != nil {
				return err
			}
			rest(ctx)
		}
	}
}

// rest keeps the messages apart.
func rest(ctx context.Context) {
	select {
	case <-ctx.Done():
	case <-time.After(changeEvery):
	}
}

// open begins the answer. A page looks once when the stream opens, so what happens after that must be heard; but where the feed cannot be read
// the page is not kept waiting, and late tells when it can.
func (s changeStream) open(ctx context.Context, joined <-chan struct{}) (late <-chan struct{}, err error) {
	select {
	case <-joined:
	case <-time.After(changeJoin):
		late = joined
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	return late, s.write("retry: 2000\n\n")
}

// follow feeds the collector; after a gap it goes on with what comes next. It calls joined once nothing can be missed any more.
func follow(ctx context.Context, hub *history.Hub, after string, joined func(), c *collector) {
	for {
		err := hub.Follow(ctx, after, joined, c.add)
		if !errors.Is(err, history.ErrGap) {
			return // ctx has ended: nothing else ends it
		}
		c.lost()
		after = ""
	}
}

func (s changeStream) message(m change, last string, reset bool) error {
	if reset {
		if err := s.write(resetEvent); err != nil {
			return err
		}
	}
	if m.Changed == 0 {
		return nil
	}
	data, err := json.Marshal(m)
	if err != nil {
		return fmt.Errorf("encode change: %w", err)
	}
	return s.write(fmt.Sprintf("id: %s\nevent: change\ndata: %s\n\n", last, data))
}

func (s changeStream) write(text string) error {
	if err := s.control.SetWriteDeadline(s.now().Add(changeWrite)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return fmt.Errorf("set write deadline: %w", err)
	}
	if _, err := s.out.Write([]byte(text)); err != nil { //nolint:gosec // JSON in an event stream, no markup
		return fmt.Errorf("write change: %w", err)
	}
	return s.control.Flush()
}
