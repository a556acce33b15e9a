package redisstore

import (
	"bytes"
	"encoding/json"
	"errors"

	"github.com/annohook/annohook/sender/history"
)

// maxEventBytes bounds an event when inflated: a trigger of 16 MiB, each character of which may be escaped with six, in base64.
const maxEventBytes = 16 << 20 * 6 * 4 / 3

// storedEvent is an event as read; appendEvent prints it. Its subject is text, not the base64 that encoding/json makes of bytes, which would hardly deflate.
type storedEvent struct {
	history.Event

	Subject binary `json:",omitempty"`
}

// eventArgs are the four values by which scripts know an event. The last is its record: the two before it, a line each, and JSON, which above 1 kB
// is deflated behind a flag byte, as the details of attempts are; JSON itself begins with a brace.
func (s *Store) eventArgs(e history.Event) []any {
	e.Now, e.CreatedAt, e.Deliveries = history.Micro(e.Now), history.Micro(e.CreatedAt), nil
	data := appendEvent(nil, e)
	if len(data) > deflateAboveBytes {
		data = s.deflate(data)
	}
	place := member(e.CreatedAt, e.ID)
	record := make([]byte, 0, len(place)+len(e.Platform)+len(data)+2)
	record = append(append(append(record, place...), '\n'), e.Platform...)
	return []any{e.ID, place, e.Platform, append(append(record, '\n'), data...)}
}

// decodeEvent reads what a script keeps of an event: its place in the indexes, its platform and the data, a line each.
func decodeEvent(kept []byte) (history.Event, error) {
	_, data, _ := bytes.Cut(kept, []byte("\n"))
	_, data, _ = bytes.Cut(data, []byte("\n"))
	if len(data) == 0 {
		return history.Event{}, errors.New("empty record")
	}
	if data[0] != '{' {
		var err error
		if data, err = inflate(string(data), maxEventBytes); err != nil {
			return history.Event{}, err
		}
	}
	var stored storedEvent
	if err := json.Unmarshal(data, &stored); err != nil {
		return history.Event{}, err
	}
	event := stored.Event
	if stored.Subject != "" {
		event.Subject = []byte(stored.Subject)
	}
	return event, nil
}
