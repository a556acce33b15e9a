package queue

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/annohook/annohook/sender/history"
)

// payload is what a task carries: names and times, never a body.
type payload struct {
	Bundle []reference `json:"b"`
}

// reference is one of a task's references.
type reference struct {
	Ref          string `json:"r"`
	Subscription string `json:"s"`
	Due          int64  `json:"d"` // Unix microseconds
}

func encode(dues []history.Due) ([]byte, error) {
	p := payload{Bundle: make([]reference, len(dues))}
	for i, due := range dues {
		p.Bundle[i] = reference{Ref: due.Ref.String(), Subscription: due.SubscriptionID, Due: due.At.UnixMicro()}
	}
	text, err := json.Marshal(p)
	if err != nil {
		return nil, fmt.Errorf("task payload: %w", err)
	}
	return text, nil
}

var errEmpty = errors.New("task payload: no references")

func decode(text []byte) ([]history.Due, error) {
	var p payload
	if err := json.Unmarshal(text, &p); err != nil {
		return nil, fmt.Errorf("task payload: %w", err)
	}
	if len(p.Bundle) == 0 {
		return nil, errEmpty
	}
	dues := make([]history.Due, len(p.Bundle))
	for i, r := range p.Bundle {
		ref, err := history.ParseRef(r.Ref)
		if err != nil {
			return nil, fmt.Errorf("task payload: %w", err)
		}
		dues[i] = history.Due{Ref: ref, SubscriptionID: r.Subscription, At: time.UnixMicro(r.Due).UTC()}
	}
	return dues, nil
}
