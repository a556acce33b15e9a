package client

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// maxLineBytes bounds one line of a stream.
const maxLineBytes = 4 << 20

// Names of stream events.
const (
	OnDelivery = "delivery"
	OnAttempt  = "attempt"
	OnStats    = "stats"
	OnReset    = "reset"
)

// StreamEvent is one event of the stream. Exactly the field that goes with its name is set.
type StreamEvent struct {
	ID       string // to resume after; empty for stats and reset
	Name     string
	Delivery *DeliverySummary // OnDelivery
	Attempt  *AttemptChange   // OnAttempt
	Stats    *Stats           // OnStats
}

// StreamOptions configures a stream.
type StreamOptions struct {
	Query   DeliveryQuery
	After   string              // id to resume after; empty: from now on
	Opened  func()              // called each time the server has opened the stream; nil: nobody asks
	Broken  func(error)         // called each time the stream broke and is to be opened again; nil: nobody asks
	Retries int                 // attempts to come back after a break without any event in between; 0: none
	Wait    func(time.Duration) // passes the time until the next attempt to come back; nil: a timer
}

// Stream yields events as they happen until ctx ends, the caller stops, or the server cannot be reached any more; then it yields the error, once
// and last. After a break it resumes behind the last event; a server that was never reached is not asked again. A reset event says that events
// were lost and lists should be read anew.
func (c *Client) Stream(ctx context.Context, o StreamOptions) iter.Seq2[StreamEvent, error] {
	return func(yield func(StreamEvent, error) bool) {
		s := &subscriber{client: c, options: o, after: o.After, wait: 2 * time.Second, yield: yield}
		if err := s.run(ctx); err != nil && !errors.Is(err, errStopped) {
			yield(StreamEvent{}, err)
		}
	}
}

var errStopped = errors.New("the caller stopped")

// subscriber is one run over a stream.
type subscriber struct {
	client  *Client
	options StreamOptions
	after   string
	opened  bool
	wait    time.Duration // until the next attempt to come back; the server may change it
	yield   func(StreamEvent, error) bool
}

func (s *subscriber) run(ctx context.Context) error {
	left := s.options.Retries
	for {
		events, err := s.once(ctx)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if _, refused := errors.AsType[*Problem](err); refused || errors.Is(err, errStopped) {
			return err
		}
		if events > 0 {
			left = s.options.Retries
		}
		if left == 0 || !s.opened {
			return err
		}
		left--
		if s.options.Broken != nil {
			s.options.Broken(err)
		}
		s.pause(ctx)
	}
}

func (s *subscriber) pause(ctx context.Context) {
	if s.options.Wait != nil {
		s.options.Wait(s.wait)
		return
	}
	timer := time.NewTimer(s.wait)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// once reads one connection to its end and returns how many events came.
func (s *subscriber) once(ctx context.Context) (int, error) {
	resp, err := s.client.open(ctx, call{
		method: http.MethodGet, path: prefix + "/stream", query: s.options.Query.values(),
		header: map[string]string{"Last-Event-ID": s.after, "Accept": "text/event-stream"},
	})
	if err != nil {
		return 0, err
	}
	defer func() { _ = resp.Body.Close() }()
	s.opened = true
	if s.options.Opened != nil {
		s.options.Opened()
	}
	lines := bufio.NewScanner(resp.Body)
	lines.Buffer(make([]byte, 0, 64<<10), maxLineBytes)
	count := 0
	var f frame
	for lines.Scan() {
		if !f.add(lines.Text()) {
			continue
		}
		if f.retry > 0 {
			s.wait = f.retry
		}
		event, ok, err := f.event()
		f = frame{}
		if err != nil {
			return count, err
		}
		if !ok {
			continue
		}
		count++
		if event.ID != "" {
			s.after = event.ID
		}
		if !s.yield(event, nil) {
			return count, errStopped
		}
	}
	err = lines.Err()
	if err == nil {
		err = io.ErrUnexpectedEOF
	}
	return count, fmt.Errorf("%w: the stream broke off: %w", ErrUnreachable, err)
}

// frame is one event while its lines come in, as the EventSource standard reads them.
type frame struct {
	id, name, data string
	retry          time.Duration
}

// add takes one line and reports whether the frame is complete.
func (f *frame) add(line string) bool {
	if line == "" {
		return true
	}
	field, value, _ := strings.Cut(line, ":")
	value = strings.TrimPrefix(value, " ")
	switch field {
	case "id":
		f.id = value
	case "event":
		f.name = value
	case "data":
		if f.data != "" {
			f.data += "\n"
		}
		f.data += value
	case "retry":
		if ms, err := strconv.ParseUint(value, 10, 31); err == nil {
			f.retry = time.Duration(ms) * time.Millisecond
		}
	}
	return false
}

// event decodes the frame; false for one without data and for names of a newer server.
func (f *frame) event() (StreamEvent, bool, error) {
	e := StreamEvent{ID: f.id, Name: f.name}
	if f.data == "" {
		return e, false, nil
	}
	var target any
	switch f.name {
	case OnDelivery:
		e.Delivery = &DeliverySummary{}
		target = e.Delivery
	case OnAttempt:
		e.Attempt = &AttemptChange{}
		target = e.Attempt
	case OnStats:
		e.Stats = &Stats{}
		target = e.Stats
	case OnReset:
		return e, true, nil
	default:
		return e, false, nil
	}
	if err := json.Unmarshal([]byte(f.data), target); err != nil {
		return e, false, fmt.Errorf("%w: stream event %s: %w", ErrUnreachable, f.name, err)
	}
	return e, true, nil
}
