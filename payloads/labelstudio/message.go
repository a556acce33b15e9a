package labelstudio

import (
	"fmt"
	"net/http"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/internal/wire"
)

// compose prints an event as requests. A list of things is cut into slices of the subscription's batch_size, each a complete body with
// the project again; lists that run beside it (the tasks of ANNOTATIONS_CREATED) are cut at the same places. A subscription without
// payload gets the action alone, once for each slice (webhooks/utils.py@f3e7459a, _process_webhook_batch).
func compose(item payloads.Item) ([]payloads.Message, error) {
	set := optionsOf(item.Subscription)
	keys, length := lists(item.Type.Key, item.Event)
	messages := make([]payloads.Message, 0, 1+length/set.batchSize)
	for start := 0; start == 0 || start < length; start += set.batchSize {
		part := item.Event
		switch {
		case !set.sendPayload:
			part = actionOnly(item)
		case length > set.batchSize:
			part = slice(item.Event, keys, start, start+set.batchSize)
		}
		bytes, err := wire.Python(part)
		if err != nil {
			return nil, fmt.Errorf("compose %s: %w", item.Type.Key, err)
		}
		messages = append(messages, payloads.Message{Method: http.MethodPost, Body: bytes})
	}
	return messages, nil
}

// lists returns the keys of an event whose lists are cut, and the length of the entity's list; 0 for an event that is about one thing.
func lists(typeKey string, event *payloads.Object) (keys []string, length int) {
	entity, nested := entityKeys(typeKey)
	v, _ := event.Get(entity)
	list, ok := v.(payloads.Array)
	if !ok {
		return nil, 0
	}
	keys = []string{entity}
	if v, _ := event.Get(nested); nested != "" {
		if _, ok := v.(payloads.Array); ok {
			keys = append(keys, nested)
		}
	}
	return keys, len(list)
}

// entityKeys returns the key an action prints its things under, and the key of what runs beside them, "" without.
func entityKeys(typeKey string) (entity, nested string) {
	switch typeKey {
	case tasksCreated, tasksDeleted, taskCreated, taskDeleted:
		return "tasks", ""
	case annotationCreated, annotationsCreated, annotationUpdated:
		return "annotation", "task"
	case annotationsDeleted, annotationDeleted:
		return "annotations", ""
	case labelLinkCreated, labelLinkUpdated, labelLinkDeleted:
		return "label_link", ""
	default:
		return "project", ""
	}
}

// slice returns a copy of an event in which the lists under keys are cut to the places from start up to end.
func slice(event *payloads.Object, keys []string, start, end int) *payloads.Object {
	members := event.Members()
	pairs := make([]any, 0, 2*len(members))
	for _, m := range members {
		v := m.Value
		for _, key := range keys {
			if list, ok := v.(payloads.Array); ok && m.Key == key {
				v = list[min(start, len(list)):min(end, len(list))]
			}
		}
		pairs = append(pairs, m.Key, v)
	}
	return payloads.Obj(pairs...)
}

// actionOnly is what remains of an event without payload.
func actionOnly(item payloads.Item) *payloads.Object {
	if name, ok := item.Event.Get("action"); ok {
		return payloads.Obj("action", name)
	}
	return payloads.Obj("action", item.Type.Name)
}
