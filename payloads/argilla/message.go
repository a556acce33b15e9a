package argilla

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/internal/wire"
)

// compose prints the event as the server's json.dumps does; one event is one request.
func compose(item payloads.Item) ([]payloads.Message, error) {
	event := item.Event
	drops := item.Subscription.Quirk(quirkDroppedKeys, true)
	if data, ok := event.Get("data"); ok && drops && hasDroppedKey(data) {
		// A copy, because the tree belongs to the caller, who may show it.
		event = payloads.Obj()
		for _, m := range item.Event.Members() {
			if m.Key == "data" {
				m.Value = withoutDroppedKeys(m.Value)
			}
			event.Set(m.Key, m.Value)
		}
	}
	body, err := wire.Python(event)
	if err != nil {
		return nil, fmt.Errorf("compose argilla %s: %w", item.Type.Key, err)
	}
	return []payloads.Message{{Method: http.MethodPost, Body: body}}, nil
}

// droppedPrefix begins the keys that FastAPI's encoder leaves out at any depth, because it takes them for SQLAlchemy's own.
const droppedPrefix = "_sa"

func hasDroppedKey(v payloads.Value) bool {
	switch t := v.(type) {
	case payloads.Array:
		if slices.ContainsFunc(t, hasDroppedKey) {
			return true
		}
	case *payloads.Object:
		for _, m := range t.Members() {
			if strings.HasPrefix(m.Key, droppedPrefix) || hasDroppedKey(m.Value) {
				return true
			}
		}
	}
	return false
}

func withoutDroppedKeys(v payloads.Value) payloads.Value {
	switch t := v.(type) {
	case payloads.Array:
		list := make(payloads.Array, 0, len(t))
		for _, e := range t {
			list = append(list, withoutDroppedKeys(e))
		}
		return list
	case *payloads.Object:
		o := &payloads.Object{}
		for _, m := range t.Members() {
			if !strings.HasPrefix(m.Key, droppedPrefix) {
				o.Set(m.Key, withoutDroppedKeys(m.Value))
			}
		}
		return o
	default:
		return v
	}
}
