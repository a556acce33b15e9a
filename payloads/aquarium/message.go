package aquarium

import (
	"fmt"
	"net/http"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/internal/wire"
)

// compose prints the event as Python does; one event is one request.
func compose(item payloads.Item) ([]payloads.Message, error) {
	printJSON := wire.Python
	if item.Subscription.Quirk(quirkCompactJSON, false) {
		printJSON = wire.JavaScript
	}
	body, err := printJSON(item.Event)
	if err != nil {
		return nil, fmt.Errorf("compose aquarium %s: %w", item.Type.Key, err)
	}
	return []payloads.Message{{Method: http.MethodPost, Body: body}}, nil
}
