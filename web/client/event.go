package client

import (
	"encoding/json"
	"time"
)

// Trigger asks for events.
type Trigger struct {
	Platform        string          `json:"platform"`
	Type            string          `json:"type" doc:"key or wire name of the event type"`
	Profile         string          `json:"profile,omitempty" minLength:"1" doc:"narrows the fan-out"`
	Variant         string          `json:"variant,omitempty" minLength:"1"`
	Data            json.RawMessage `json:"data,omitempty" doc:"RFC 7396 merge at the root of the event"`
	Set             []Assignment    `json:"set,omitempty" doc:"values of existing paths"`
	Body            json.RawMessage `json:"body,omitempty" doc:"replaces the body: the bytes of a text, or an object or array as it is written here"`
	Seed            *uint64         `json:"seed,omitempty" maximum:"9007199254740991"`
	Now             *time.Time      `json:"now,omitempty" doc:"when the event happens"`
	Count           int             `json:"count,omitempty" minimum:"1" maximum:"1000"`
	SubscriptionIDs []string        `json:"subscription_ids,omitempty" minItems:"1" maxItems:"1000" doc:"only these; absent: all that match"`
}

// Assignment sets one existing place of the event.
type Assignment struct {
	Path  string          `json:"path" doc:"a.b[0].c, rooted at the event as printed"`
	Value json.RawMessage `json:"value"`
}

// Accepted is the answer to a trigger.
type Accepted struct {
	Events     []string           `json:"events" nullable:"false" doc:"ids of the events"`
	ID         string             `json:"id" doc:"id of the first event"`
	Platform   string             `json:"platform"`
	Type       string             `json:"type" doc:"key of the event type"`
	Deliveries []AcceptedDelivery `json:"deliveries" nullable:"false"`
}

// AcceptedDelivery is one delivery that a trigger led to.
type AcceptedDelivery struct {
	ID             string `json:"id"`
	SubscriptionID string `json:"subscription_id"`
	Status         string `json:"status"`
}

// Event is one thing that happened on the emulated platform.
type Event struct {
	ID         string          `json:"id"`
	Platform   string          `json:"platform"`
	Profile    *string         `json:"profile" doc:"as triggered; null: every profile"`
	Type       string          `json:"type"`
	Variant    *string         `json:"variant"`
	Seed       uint64          `json:"seed"`
	Now        time.Time       `json:"now"`
	Data       json.RawMessage `json:"data" doc:"merge given with the trigger, or null"`
	Set        json.RawMessage `json:"set" doc:"assignments given with the trigger, or null"`
	Body       *Body           `json:"body" doc:"body given with the trigger, or null"`
	Action     *string         `json:"action" doc:"that raised the event; null: a trigger made it"`
	ReplayOf   *string         `json:"replay_of" doc:"delivery that this event repeats"`
	CreatedAt  time.Time       `json:"created_at"`
	Deliveries []EventDelivery `json:"deliveries" nullable:"false"`
}

// EventDelivery names one delivery an event went into.
type EventDelivery struct {
	ID             string `json:"id"`
	SubscriptionID string `json:"subscription_id"`
}

// EventList is a page of events, newest first.
type EventList struct {
	Items      []Event `json:"items" nullable:"false"`
	NextCursor *string `json:"next_cursor"`
}
