package datasaur

import (
	"fmt"
	"net/http"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/internal/wire"
)

// compose prints the event as JSON.stringify does.
func compose(item payloads.Item) ([]payloads.Message, error) {
	body, err := wire.JavaScript(item.Event)
	if err != nil {
		return nil, fmt.Errorf("compose datasaur event %s: %w", item.Type.Key, err)
	}
	method := item.Type.Method
	if item.Subscription.Quirk(quirkPut, false) {
		method = http.MethodPut
	}
	return []payloads.Message{{Method: method, Body: body}}, nil
}
