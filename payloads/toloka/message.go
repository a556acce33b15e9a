package toloka

import (
	"errors"
	"fmt"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/internal/wire"
)

// compose prints one event, without the envelope: join puts that around one event or many.
func compose(item payloads.Item) ([]payloads.Message, error) {
	body, err := wire.Jackson(item.Event)
	if err != nil {
		return nil, fmt.Errorf("compose toloka event %s: %w", item.Type.Key, err)
	}
	messages := []payloads.Message{{Method: item.Type.Method, Body: body}}
	if item.Subscription.Quirk(QuirkDuplicates, false) && !item.Type.Once {
		messages = append(messages, messages[0]) // held like any other: in the same request, or in the next one where this is full
	}
	return messages, nil
}

// errNoEvents is returned for a batch of nothing, which Toloka never sends.
var errNoEvents = errors.New("a toloka request holds at least one event")

const (
	envelopeHead = `{"events":[`
	envelopeTail = `]}`
)

// join puts the events, as they were composed, into the one array of a request.
func join(events []payloads.Message) (payloads.Message, error) {
	if len(events) == 0 {
		return payloads.Message{}, errNoEvents
	}
	size := len(envelopeHead) + len(envelopeTail)
	for _, e := range events {
		size += len(e.Body) + 1
	}
	body := append(make([]byte, 0, size), envelopeHead...)
	for i, e := range events {
		if i > 0 {
			body = append(body, ',')
		}
		body = append(body, e.Body...)
	}
	return payloads.Message{Method: events[0].Method, Body: append(body, envelopeTail...)}, nil
}
