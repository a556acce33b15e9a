package queue

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/annohook/annohook/sender/history"
)

// payload is what a task carries: names and a time, never a body.
type payload struct {
	Ref          string `json:"r"`
	Subscription string `json:"s"`
	Due          int64  `json:"d"` // Unix microseconds
}

func encode(due history.Due) ([]byte, error) {
	text, err := json.Marshal(payload{Ref: due.Ref.String(), Subscription: due.SubscriptionID, Due: due.At.UnixMicro()})
	if err != nil {
		return nil, fmt.Errorf("task payload: %w", err)
	}
	return text, nil
}

func decode(text []byte) (history.Due, error) {
	var p payload
	if err := json.Unmarshal(text, &p); err != nil {
		return history.Due{}, fmt.Errorf("task payload: %w", err)
	}
	ref, err := history.ParseRef(p.Ref)
	if err != nil {
		return history.Due{}, fmt.Errorf("task payload: %w", err)
	}
	return history.Due{Ref: ref, SubscriptionID: p.Subscription, At: time.UnixMicro(p.Due).UTC()}, nil
}
