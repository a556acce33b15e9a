package subscriptions

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// document is a subscription as stores keep it: unlike the forms for people and APIs it holds the real secret, and it stays readable
// when Subscription changes. Durations are in nanoseconds. Field order and names are part of the stored format.
type document struct {
	ID                  string          `json:"id"`
	Platform            string          `json:"platform"`
	Profile             string          `json:"profile"`
	NativeID            string          `json:"native_id,omitempty"`
	URL                 string          `json:"url"`
	Secret              string          `json:"secret,omitempty"`
	SharedSecret        string          `json:"shared_secret,omitempty"`
	Events              []string        `json:"events"` // null: all, []: none
	Headers             Headers         `json:"headers"`
	Description         string          `json:"description,omitempty"`
	Enabled             bool            `json:"enabled"`
	Scope               json.RawMessage `json:"scope,omitempty"`
	Options             json.RawMessage `json:"options,omitempty"`
	Quirks              map[string]bool `json:"quirks,omitempty"`
	Timeout             time.Duration   `json:"timeout_ns,omitempty"`
	Deadline            time.Duration   `json:"deadline_ns,omitempty"`
	Retry               *retryDocument  `json:"retry,omitempty"`
	Concurrency         int             `json:"concurrency,omitempty"`
	Rate                float64         `json:"rate,omitempty"`
	ConsecutiveFailures int             `json:"consecutive_failures,omitempty"`
	DisabledReason      string          `json:"disabled_reason,omitempty"`
	CreatedAt           time.Time       `json:"created_at"`
	UpdatedAt           time.Time       `json:"updated_at"`
}

type retryDocument struct {
	Delays []time.Duration `json:"delays_ns"`
}

// EncodeDocument prints s as JSON for a store: with its real secret, unless SharedSecret says that the secret is kept elsewhere. The
// same subscription always prints the same bytes. Scope and Options must be nil or valid JSON; they lose insignificant spaces. Never
// show a document to anybody.
func EncodeDocument(s Subscription) ([]byte, error) {
	d := document{
		ID: s.ID, Platform: s.Platform, Profile: s.Profile, NativeID: s.NativeID, URL: s.URL, Secret: string(s.Secret),
		SharedSecret: s.SharedSecret, Events: s.Events, Headers: s.Headers, Description: s.Description, Enabled: s.Enabled,
		Scope: s.Scope, Options: s.Options, Quirks: s.Quirks, Timeout: s.Timeout, Deadline: s.Deadline,
		Concurrency: s.Concurrency, Rate: s.Rate, ConsecutiveFailures: s.ConsecutiveFailures, DisabledReason: s.DisabledReason,
		CreatedAt: s.CreatedAt.UTC(), UpdatedAt: s.UpdatedAt.UTC(),
	}
	if s.SharedSecret != "" {
		d.Secret = ""
	}
	if s.Retry != nil {
		d.Retry = &retryDocument{Delays: append([]time.Duration{}, s.Retry.Delays...)}
	}
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(d); err != nil { //nolint:gosec // G117: a store must keep the real secret
		return nil, fmt.Errorf("encode subscription %s: %w", s.ID, err)
	}
	return bytes.TrimSuffix(buf.Bytes(), []byte("\n")), nil
}

// DecodeDocument reads what EncodeDocument printed. Fields it does not know are passed over, so that an older program can read what a
// newer one wrote. Secret stays empty when SharedSecret is set.
func DecodeDocument(data []byte) (Subscription, error) {
	var d document
	if err := json.Unmarshal(data, &d); err != nil {
		return Subscription{}, fmt.Errorf("decode subscription: %w", err)
	}
	if d.ID == "" {
		return Subscription{}, errors.New("decode subscription: it has no id")
	}
	s := Subscription{
		ID: d.ID, Platform: d.Platform, Profile: d.Profile, NativeID: d.NativeID, URL: d.URL, Secret: Secret(d.Secret),
		SharedSecret: d.SharedSecret, Events: d.Events, Headers: d.Headers, Description: d.Description, Enabled: d.Enabled,
		Scope: d.Scope, Options: d.Options, Quirks: d.Quirks, Timeout: d.Timeout, Deadline: d.Deadline,
		Concurrency: d.Concurrency, Rate: d.Rate, ConsecutiveFailures: d.ConsecutiveFailures, DisabledReason: d.DisabledReason,
		CreatedAt: d.CreatedAt, UpdatedAt: d.UpdatedAt,
	}
	if d.Retry != nil {
		s.Retry = &Retry{Delays: d.Retry.Delays}
	}
	return s, nil
}

// ReplacesShared reports whether storing after in place of before replaces the shared record that after names: the secret was changed,
// or after has just begun to share and brings a secret with it. A new subscription has a zero before. Stores use it.
func ReplacesShared(before, after Subscription) bool {
	if after.SharedSecret == "" {
		return false
	}
	if before.SharedSecret != after.SharedSecret {
		return after.Secret != ""
	}
	return before.Secret != after.Secret
}

// Compare orders subscriptions as every List does: by CreatedAt, then ID.
func Compare(a, b Subscription) int {
	return cmp.Or(a.CreatedAt.Compare(b.CreatedAt), cmp.Compare(a.ID, b.ID))
}
