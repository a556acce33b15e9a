package client

import (
	"encoding/json"
	"time"

	"github.com/annohook/annohook/subscriptions"
)

// Headers are header fields in the order and spelling they were given; their JSON form is an object.
type Headers = subscriptions.Headers

// Retry is a schedule of further attempts.
type Retry struct {
	Delays []Duration `json:"delays" nullable:"false" doc:"waits between attempts, from the end of the failed one; an empty list is one attempt"`
}

// Subscription is one endpoint and what it wants, as the API answers it. Timeout, Deadline, Retry and Concurrency are the effective values.
type Subscription struct {
	ID                  string          `json:"id"`
	Platform            string          `json:"platform"`
	Profile             string          `json:"profile"`
	URL                 string          `json:"url" doc:"user:pass@ is shown as stars"`
	Secret              *string         `json:"secret" doc:"shown on create and rotate, stars elsewhere, null without one"`
	Events              []string        `json:"events" doc:"wanted event types; null is all, an empty list none"`
	Headers             Headers         `json:"headers" doc:"added to every request"`
	Description         string          `json:"description"`
	Enabled             bool            `json:"enabled"`
	Scope               json.RawMessage `json:"scope" doc:"platform-specific object"`
	Options             json.RawMessage `json:"options" doc:"platform-specific object"`
	Quirks              map[string]bool `json:"quirks"`
	Timeout             Duration        `json:"timeout" doc:"effective, a Go duration"`
	Deadline            Duration        `json:"deadline" doc:"effective, a Go duration"`
	Retry               Retry           `json:"retry" doc:"effective"`
	Concurrency         int             `json:"concurrency" doc:"attempts at the same time, effective"`
	Rate                float64         `json:"rate" doc:"attempts a second; 0 is no limit"`
	NativeID            string          `json:"native_id" doc:"the id the platform's own API gives it"`
	ConsecutiveFailures int             `json:"consecutive_failures"`
	DisabledReason      *string         `json:"disabled_reason" doc:"why the program switched it off; null otherwise"`
	CreatedAt           time.Time       `json:"created_at"`
	UpdatedAt           time.Time       `json:"updated_at"`
}

// NewSubscription is what a subscription is created from. Absent fields are the platform's defaults.
type NewSubscription struct {
	ID          string          `json:"id,omitempty" minLength:"1" maxLength:"64" doc:"chosen by the caller; absent: generated"`
	Platform    string          `json:"platform" doc:"platform id"`
	Profile     string          `json:"profile,omitempty" minLength:"1" doc:"absent: the platform's default profile"`
	URL         string          `json:"url" maxLength:"2083" doc:"http or https, a host, and user:pass@ where the listener asks for it"`
	Secret      *string         `json:"secret,omitempty" nullable:"true" doc:"generate makes one; absent leaves it to the platform"`
	Events      *[]string       `json:"events,omitempty" nullable:"true" doc:"absent or null is all, an empty list none"`
	Headers     Headers         `json:"headers,omitempty"`
	Description string          `json:"description,omitempty"`
	Enabled     *bool           `json:"enabled,omitempty" nullable:"true" doc:"absent: true"`
	Scope       json.RawMessage `json:"scope,omitempty" doc:"an object; the catalogue tells what is in it"`
	Options     json.RawMessage `json:"options,omitempty" doc:"an object; the catalogue tells what is in it"`
	Quirks      map[string]bool `json:"quirks,omitempty"`
	Timeout     *Duration       `json:"timeout,omitempty" nullable:"true" doc:"a Go duration such as 20s, above 0s and up to 10m"`
	Deadline    *Duration       `json:"deadline,omitempty" nullable:"true" doc:"of the whole exchange, a Go duration above 0s and up to 10m"`
	Retry       *Retry          `json:"retry,omitempty"`
	Concurrency *int            `json:"concurrency,omitempty" nullable:"true" minimum:"1" maximum:"1000"`
	Rate        *float64        `json:"rate,omitempty" nullable:"true" minimum:"0" maximum:"10000" doc:"attempts a second; 0 is no limit"`
}

// SubscriptionChange documents what a PATCH may hold: absent fields stay, null resets one to the platform's default. Callers send
// [SubscriptionPatch], which can tell the two apart.
type SubscriptionChange struct {
	Profile     *string          `json:"profile,omitempty" nullable:"true" minLength:"1"`
	URL         *string          `json:"url,omitempty" maxLength:"2083"`
	Secret      *string          `json:"secret,omitempty" nullable:"true" doc:"generate makes a new one; null removes it"`
	Events      *[]string        `json:"events,omitempty" nullable:"true"`
	Headers     *Headers         `json:"headers,omitempty"`
	Description *string          `json:"description,omitempty" nullable:"true"`
	Enabled     *bool            `json:"enabled,omitempty" nullable:"true"`
	Scope       json.RawMessage  `json:"scope,omitempty" doc:"an object; the catalogue tells what is in it"`
	Options     json.RawMessage  `json:"options,omitempty" doc:"an object; the catalogue tells what is in it"`
	Quirks      *map[string]bool `json:"quirks,omitempty"`
	Timeout     *Duration        `json:"timeout,omitempty" nullable:"true" doc:"a Go duration such as 20s, above 0s and up to 10m"`
	Deadline    *Duration        `json:"deadline,omitempty" nullable:"true" doc:"of the whole exchange, a Go duration above 0s and up to 10m"`
	Retry       *Retry           `json:"retry,omitempty"`
	Concurrency *int             `json:"concurrency,omitempty" nullable:"true" minimum:"1" maximum:"1000"`
	Rate        *float64         `json:"rate,omitempty" nullable:"true" minimum:"0" maximum:"10000" doc:"attempts a second; 0 is no limit"`
}

// SubscriptionPatch names the fields to change; a nil value resets the field.
type SubscriptionPatch map[string]any

// SubscriptionList is a page of subscriptions, oldest first.
type SubscriptionList struct {
	Items      []Subscription `json:"items" nullable:"false"`
	NextCursor *string        `json:"next_cursor"`
}

// Secret is the answer to a request for the secret itself.
type Secret struct {
	Secret *string `json:"secret" doc:"null without one"`
}
