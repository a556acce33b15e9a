package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/labstack/echo/v4"

	"github.com/annohook/annohook/sender/history"
	"github.com/annohook/annohook/web/client"
)

// Bounds and times of streams.
const (
	// DefaultMaxStreams is how many streams one process serves at the same time.
	DefaultMaxStreams = 1000

	streamBeat  = 15 * time.Second // between comments that keep a silent stream alive
	streamWrite = 10 * time.Second // that a reader may take for one piece
	retryAfter  = 2000             // milliseconds until a browser comes back
)

type streamInput struct {
	Filter
	After  string `query:"last_event_id" doc:"resume after this event; for those who cannot send Last-Event-ID"`
	Header string `header:"Last-Event-ID" doc:"resume after this event"`
}

// streamRoute registers the stream through huma, which checks and documents the parameters, with a body that is written by hand.
func (a *API) streamRoute(_ *echo.Echo) {
	register(a, operation{
		id: "stream", method: http.MethodGet, path: Prefix + "/stream", tag: "stream",
		summary: "Server-sent events: delivery, attempt, stats and reset (entries were lost: read the lists anew)",
		also: map[string]*huma.Response{"200": {
			Description: "data of delivery is a DeliverySummary, of attempt an AttemptChange, of stats a Stats, of reset an empty object; q looks at id, URL, type and reason",
			Content:     map[string]*huma.MediaType{"text/event-stream": {Schema: &huma.Schema{Type: huma.TypeString}}},
		}},
	}, a.openStream)
	schemaOf[client.AttemptChange](a) // for the document
}

type streamOutput struct {
	Body func(huma.Context)
}

func (a *API) openStream(ctx context.Context, in *streamInput) (*streamOutput, error) {
	q, err := a.query(in.Filter, "query")
	if err != nil {
		return nil, err
	}
	after := in.After
	if in.Header != "" {
		after = in.Header // what a browser sends when it comes back is newer than the address it was given
	}
	select {
	case a.streams <- struct{}{}:
	default:
		return nil, &failure{
			problem: NewProblem(http.StatusServiceUnavailable, fmt.Sprintf("at most %d streams are served at the same time", cap(a.streams))),
			header:  http.Header{"Retry-After": {"5"}},
		}
	}
	return &streamOutput{Body: func(hc huma.Context) {
		defer func() { <-a.streams }()
		s, ok := newStream(a, hc, q)
		if !ok {
			return
		}
		if err := s.run(ctx, after); err != nil && ctx.Err() == nil {
			a.log.DebugContext(ctx, "stream ended", "error", err)
		}
	}}, nil
}

// stream is one reader. All its methods run in the request's goroutine, but for follow.
type stream struct {
	api     *API
	query   history.Query
	out     huma.Context
	control *http.ResponseController
	buffer  bytes.Buffer
	dirty   bool         // something happened that statistics do not show yet
	changed time.Time    // when it happened
	stats   client.Stats // as last sent
}

// piece is what follow hands over: the news that nothing can be missed from now on, or that something was, or entries.
type piece struct {
	open, reset bool
	entries     []history.Entry
}

func newStream(a *API, hc huma.Context, q history.Query) (*stream, bool) {
	writer, ok := hc.BodyWriter().(http.ResponseWriter)
	if !ok {
		return nil, false
	}
	hc.SetHeader("Content-Type", "text/event-stream")
	hc.SetHeader("Cache-Control", "no-store")
	hc.SetHeader("X-Accel-Buffering", "no")
	hc.SetStatus(http.StatusOK)
	return &stream{api: a, query: q, out: hc, control: http.NewResponseController(writer), dirty: true, changed: a.now()}, true
}

// run serves the stream until the reader leaves, is too slow, or the server stops.
func (s *stream) run(ctx context.Context, after string) error {
	ctx, cancel := context.WithCancel(ctx)
	pieces, ended := make(chan piece), make(chan struct{})
	var failed error // to be read when follow has ended
	go func() {
		defer close(ended)
		failed = s.follow(ctx, after, pieces)
	}()
	defer func() {
		cancel()
		<-ended
	}()
	beat, tick := time.NewTicker(streamBeat), time.NewTicker(statsEvery)
	defer beat.Stop()
	defer tick.Stop()
	for {
		select {
		case <-s.api.closing:
			return nil
		case <-ended:
			return failed
		case p := <-pieces:
			s.write(p)
		case <-beat.C:
			s.buffer.WriteString(": still here\n\n")
			s.touch()
		case <-tick.C:
			s.writeStats(ctx)
		}
		if err := s.flush(); err != nil {
			return err
		}
	}
}

// follow hands over what the hub passes on; after a gap it goes on with what comes next.
func (s *stream) follow(ctx context.Context, after string, pieces chan<- piece) error {
	hand := func(p piece) error {
		select {
		case pieces <- p:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	began := piece{open: true}
	for {
		err := s.api.hub.Follow(ctx, after, func() {
			_ = hand(began) // fails only when ctx ends, which Follow sees next
		}, func(entries []history.Entry) error { return hand(piece{entries: entries}) })
		if !errors.Is(err, history.ErrGap) {
			return err
		}
		after, began = "", piece{reset: true}
	}
}

// touch notes that statistics may be out of date.
func (s *stream) touch() { s.dirty, s.changed = true, s.api.now() }

func (s *stream) write(p piece) {
	if p.open {
		fmt.Fprintf(&s.buffer, "retry: %d\n\n", retryAfter)
	}
	if p.reset {
		s.event("", "reset", struct{}{})
	}
	for _, e := range p.entries {
		s.touch()
		if !s.query.Admits(e.Summary) || !s.query.FindsInSummary(e.Summary) {
			continue
		}
		if e.Kind == history.EntryAttempt && e.Attempt != nil {
			s.event(e.ID, "attempt", client.AttemptChange{Delivery: summaryView(e.Summary), Attempt: attemptSummaryView(*e.Attempt)})
			continue
		}
		s.event(e.ID, "delivery", summaryView(e.Summary))
	}
}

// writeStats sends statistics when something happened and they changed by it.
func (s *stream) writeStats(ctx context.Context) {
	if !s.dirty {
		return
	}
	stats, taken, err := s.api.numbers.get(ctx)
	if err != nil {
		s.api.log.DebugContext(ctx, "no statistics", "error", err)
		return
	}
	s.dirty = taken.Before(s.changed) // taken for another stream, before this one's news
	if !sameStats(stats, s.stats) {
		s.stats = stats
		s.event("", "stats", stats)
	}
}

// event adds one event to the buffer. JSON has no line breaks, so data is one line.
func (s *stream) event(id, name string, data any) {
	text, err := json.Marshal(data)
	if err != nil {
		return
	}
	if id != "" {
		fmt.Fprintf(&s.buffer, "id: %s\n", id)
	}
	fmt.Fprintf(&s.buffer, "event: %s\ndata: %s\n\n", name, text)
}

// flush sends what was added. A reader that does not take it in time is dropped; it comes back and catches up.
func (s *stream) flush() error {
	if s.buffer.Len() == 0 {
		return nil
	}
	if err := s.control.SetWriteDeadline(s.api.now().Add(streamWrite)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return fmt.Errorf("set write deadline: %w", err)
	}
	if _, err := s.buffer.WriteTo(s.out.BodyWriter()); err != nil {
		return fmt.Errorf("write stream: %w", err)
	}
	return s.control.Flush()
}
