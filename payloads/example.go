package payloads

import "fmt"

// Example builds one event and composes it: the first request that it becomes, in its envelope where the platform has one, and how many
// there are.
func (p Platform) Example(et EventType, b Build) (first Message, of int, err error) {
	tree, err := et.Build(b)
	if err != nil {
		return Message{}, 0, fmt.Errorf("build example: %w", err)
	}
	messages, err := p.Compose(Item{Subscription: b.Subscription, Type: et, Event: tree})
	if err != nil {
		return Message{}, 0, fmt.Errorf("compose example: %w", err)
	}
	if len(messages) == 0 {
		return Message{}, 0, fmt.Errorf("compose example: %s becomes no request", et.Key)
	}
	if p.Batch == nil {
		return messages[0], len(messages), nil
	}
	first, err = p.Batch.Join(messages[:1])
	return first, len(messages), err
}

// Bounds of what Schema looks at.
const (
	schemaExamples = 24 // other seeds
	schemaBytes    = 192 << 10
)

// Schema describes the bodies that events of this type have, built as b says but for the seed, as a JSON Schema; nil where they are no JSON. It
// looks at the given example and at those of other seeds: one alone describes itself. It does not tell that a key may be missing, a text null,
// or a number broken, and a listener that checks with it would refuse every other event.
func (p Platform) Schema(et EventType, b Build, example []byte) (*Object, error) {
	var bodies []Value
	for size, body := 0, example; ; {
		v, err := ParseValue(body)
		if err != nil {
			return nil, nil //nolint:nilerr,nilnil // a body that is no JSON has no schema
		}
		bodies = append(bodies, v)
		if size += len(body); len(bodies) > schemaExamples || size > schemaBytes {
			return SchemaOf(bodies...), nil
		}
		b.Seed, b.IDSeed = uint64(len(bodies)), uint64(len(bodies))
		message, _, err := p.Example(et, b)
		if err != nil {
			return nil, err
		}
		body = message.Body
	}
}
