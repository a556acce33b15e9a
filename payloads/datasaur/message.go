package datasaur

import (
	"fmt"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/internal/wire"
)

// compose prints the event as JSON.stringify does.
func compose(item payloads.Item) ([]payloads.Message, error) {
	body, err := wire.JavaScript(item.Event)
	if err != nil {
		return nil, fmt.Errorf("compose datasaur event %s: %w", item.Type.Key, err)
	}
	return []payloads.Message{{Method: item.Type.Method, Body: body}}, nil
}
