package scheduler

import (
	"fmt"
	"time"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/sender/history"
)

// place decides for each message of one event whether it goes out by itself, joins a batch, or waits in a chain.
func (p *plan) place(o occurrence, group []composed) error {
	var inline []composed
	for _, c := range group {
		if o.holds(c) {
			p.hold(o, c)
			continue
		}
		chain := payloads.ChainNone
		if c.platform.Chain != nil {
			chain = c.platform.Chain(c.sub)
		}
		if chain == payloads.ChainEvent {
			inline = append(inline, c)
			continue
		}
		news, err := p.deliveries(o, c)
		if err != nil {
			return err
		}
		if chain == payloads.ChainSubscription {
			link(news)
		}
		p.direct = append(p.direct, news...)
	}
	news, err := p.interleave(o, inline)
	if err != nil {
		return err
	}
	link(news)
	p.direct = append(p.direct, news...)
	return nil
}

// holds reports whether the messages of c join the open batch of their subscription.
func (o occurrence) holds(c composed) bool {
	if c.platform.Batch == nil || c.etype.Once || o.trigger.direct || o.trigger.Body != nil {
		return false
	}
	window, _ := c.platform.Batch.Settings(c.sub)
	return window > 0
}

func (p *plan) hold(o occurrence, c composed) {
	window, most := c.platform.Batch.Settings(c.sub)
	for i, m := range c.messages {
		fresh := p.newDelivery(o, c, i)
		fresh.Status = history.Collecting
		fresh.NextAt = p.at.Add(p.scheduler.Scaled(window))
		fresh.BodyBytes = 0
		p.held = append(p.held, heldPart{event: o.index, part: m, fresh: fresh, max: most})
	}
}

// deliveries makes one delivery of each message of c.
func (p *plan) deliveries(o occurrence, c composed) ([]history.New, error) {
	news := make([]history.New, 0, len(c.messages))
	for i, m := range c.messages {
		var err error
		if c.messages[i], err = c.alone(m, o.trigger); err != nil {
			return nil, err
		}
		news = append(news, history.New{Delivery: p.newDelivery(o, c, i), Body: c.messages[i].Body})
	}
	return news, nil
}

// alone is a message of c as it goes out by itself: where the platform sends envelopes, in one of its own. A body that the user gave stays as it is.
func (c composed) alone(m payloads.Message, t Trigger) (payloads.Message, error) {
	if c.platform.Batch == nil || t.Body != nil {
		return m, nil
	}
	joined, err := c.platform.Batch.Join([]payloads.Message{m})
	if err != nil {
		return m, fmt.Errorf("join %s message: %w", c.etype.Key, err)
	}
	return joined, nil
}

// interleave orders the messages as a single-threaded server sends them: the first message to every subscription, then the second.
func (p *plan) interleave(o occurrence, group []composed) ([]history.New, error) {
	var columns [][]history.New
	longest := 0
	for _, c := range group {
		column, err := p.deliveries(o, c)
		if err != nil {
			return nil, err
		}
		longest = max(longest, len(column))
		columns = append(columns, column)
	}
	var order []history.New
	for row := range longest {
		for _, column := range columns {
			if row < len(column) {
				order = append(order, column[row])
			}
		}
	}
	return order, nil
}

// link makes each delivery wait for the one before it.
func link(news []history.New) {
	for i := 1; i < len(news); i++ {
		news[i].Delivery.WaitsFor = news[i-1].Delivery.ID
		news[i].Delivery.NextAt = time.Time{}
		news[i-1].Delivery.Successor = news[i].Delivery.ID
	}
}
