package main

import (
	"context"
	"fmt"
	"io"
	"strconv"

	"github.com/annohook/annohook/web/client"
)

// tailRetries is how often a broken stream is opened again before the server counts as gone.
const tailRetries = 5

// tailOptions of a run over the stream.
type tailOptions struct {
	after  string // id to go on after; empty: from now on
	count  int    // end after so many attempts; 0: never
	opened func() // called once when nothing can be missed any more; nil: nobody asks
}

// tailed is one line of the tail as JSON.
type tailed struct {
	ID string `json:"id"` // of the stream, to resume after
	client.AttemptChange
}

// follow prints attempts as they end until ctx ends, the count is reached or the server is gone.
func (p *process) follow(ctx context.Context, c *client.Client, q client.DeliveryQuery, o tailOptions) error {
	broken, seen := false, 0
	for event, err := range c.Stream(ctx, client.StreamOptions{
		Query: q, After: o.after, Retries: tailRetries,
		Opened: func() {
			if broken {
				p.notef("the server is back\n")
			} else if o.opened != nil {
				o.opened()
			}
			broken = false
		},
		Broken: func(error) {
			if !broken {
				p.notef("the server is gone; trying again\n")
			}
			broken = true
		},
	}) {
		if err != nil {
			return err
		}
		if event.Name == client.OnReset {
			p.notef("some events were missed\n")
		}
		if event.Attempt == nil || event.Attempt.Attempt.Outcome == nil {
			continue // begun, not ended
		}
		if err := p.printAttempt(tailed{ID: event.ID, AttemptChange: *event.Attempt}); err != nil {
			return err
		}
		if seen++; seen == o.count {
			return nil
		}
	}
	return nil
}

func (p *process) printAttempt(t tailed) error {
	if p.output != formatText {
		return p.encode(t, false)
	}
	answer := "-"
	switch {
	case t.Attempt.Error != nil && t.Attempt.Status == nil:
		answer = t.Attempt.Error.Kind
	case t.Attempt.Status != nil:
		answer = strconv.Itoa(*t.Attempt.Status)
	}
	took := ""
	if t.Attempt.DurationMS != nil {
		took = milliseconds(*t.Attempt.DurationMS)
	}
	line := fmt.Sprintf("%s  %-12s  %-30s  #%d  %-9s %9s  %-9s  %s", clock(t.Attempt.StartedAt), t.Delivery.Platform, t.Delivery.EventType,
		t.Attempt.Number, answer, took, t.Delivery.Status, t.Delivery.ID)
	_, err := io.WriteString(p.out, visibleLine(line)+"\n")
	return err
}
