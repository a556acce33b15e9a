package payloadtest

import (
	"bytes"
	"time"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/subscriptions"
)

// checkCompose wants bytes that are JSON, the same ones each time, made with the type's method and without changing the event.
func checkCompose(p payloads.Platform, bad report) {
	s := Subscription(p)
	for _, f := range forms(p) {
		event, err := f.Build(Build(s, f.variant))
		if err != nil {
			bad("%v: %v", f, err)
			continue
		}
		before := printed(event)
		item := payloads.Item{Subscription: s, Type: f.EventType, Event: event}
		one, err := p.Compose(item)
		if err != nil || len(one) == 0 {
			bad("%v: %d messages, %v", f, len(one), err)
			continue
		}
		again, err := p.Compose(item)
		if err != nil || len(again) != len(one) {
			bad("%v: composed again: %d messages instead of %d, %v", f, len(again), len(one), err)
			continue
		}
		if printed(event) != before {
			bad("%v: compose changes the event", f)
		}
		for i, m := range one {
			if m.Method != f.Method {
				bad("%v: method %s, want %s", f, m.Method, f.Method)
			}
			if _, err := payloads.ParseValue(m.Body); err != nil {
				bad("%v: the body is no JSON: %v", f, err)
			}
			if !bytes.Equal(m.Body, again[i].Body) {
				bad("%v: composed twice %s", f, differ(string(again[i].Body), string(m.Body)))
			}
		}
	}
	checkMatches(p, s, bad)
}

// checkMatches wants a subscription without scope that names the event type to match every event built for it.
func checkMatches(p payloads.Platform, s subscriptions.Subscription, bad report) {
	if p.Matches == nil {
		return
	}
	for _, f := range forms(p) {
		event, err := f.Build(Build(s, f.variant))
		if err != nil {
			continue // told by checkBuild
		}
		s.Events = []string{f.Key}
		if ok, why := p.Matches(s, f.EventType, event); !ok {
			bad("%v: a subscription without scope does not match: %s", f, why)
		}
	}
}

// checkBatch wants a request of several events to hold the bytes of each, in order, and bounds that make sense.
func checkBatch(p payloads.Platform, bad report) {
	if p.Batch == nil {
		return
	}
	if p.Batch.Settings == nil || p.Batch.Join == nil {
		bad("a batch needs settings and join")
		return
	}
	for _, s := range []subscriptions.Subscription{{}, Subscription(p)} {
		if window, most := p.Batch.Settings(s); window < 0 || window > 24*time.Hour || most < 1 {
			bad("settings of a plain subscription: window %v, %d events", window, most)
		}
	}
	var held []payloads.Message
	for _, f := range forms(p) {
		event, err := f.Build(Build(Subscription(p), f.variant))
		if err != nil {
			continue // told by checkBuild
		}
		list, err := p.Compose(payloads.Item{Subscription: Subscription(p), Type: f.EventType, Event: event})
		if err != nil {
			continue // told by checkCompose
		}
		held = append(held, list...)
	}
	for n := 1; n <= len(held); n++ {
		checkJoin(p, held[:n], bad)
	}
}

func checkJoin(p payloads.Platform, held []payloads.Message, bad report) {
	joined, err := p.Batch.Join(held)
	if err != nil {
		bad("joining %d messages: %v", len(held), err)
		return
	}
	if again, err := p.Batch.Join(held); err != nil || !bytes.Equal(again.Body, joined.Body) {
		bad("joining the same %d messages twice gives two bodies", len(held))
	}
	if _, err := payloads.ParseValue(joined.Body); err != nil {
		bad("%d messages join to no JSON: %v", len(held), err)
	}
	rest := joined.Body
	for i, m := range held {
		at := bytes.Index(rest, m.Body)
		if at < 0 {
			bad("message %d of %d is not in the joined body as it was composed", i+1, len(held))
			return
		}
		rest = rest[at+len(m.Body):]
	}
}
