package api

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/annohook/annohook/sender"
	"github.com/annohook/annohook/subscriptions"
	"github.com/annohook/annohook/web/client"
)

// subscriptionView shows a subscription with its effective policy; with its secret only where secret says so.
func (a *API) subscriptionView(s subscriptions.Subscription, secret bool) client.Subscription {
	view := client.Subscription{
		ID: s.ID, Platform: s.Platform, Profile: s.Profile, URL: sender.MaskURL(s.URL), Events: s.Events, Headers: s.Headers.Masked(),
		Description: s.Description, Enabled: s.Enabled, Scope: orEmpty(s.Scope), Options: orEmpty(s.Options), Quirks: map[string]bool{},
		Timeout: client.Duration(s.Timeout), Deadline: client.Duration(s.Deadline), Retry: client.Retry{Delays: []client.Duration{}},
		Concurrency: s.Concurrency, Rate: s.Rate, NativeID: s.NativeID, ConsecutiveFailures: s.ConsecutiveFailures,
		DisabledReason: orNull(s.DisabledReason), CreatedAt: s.CreatedAt.UTC(), UpdatedAt: s.UpdatedAt.UTC(),
	}
	maps.Copy(view.Quirks, s.Quirks)
	if s.Secret != "" {
		shown := s.Secret.String()
		if secret {
			shown = string(s.Secret)
		}
		view.Secret = &shown
	}
	if view.Concurrency == 0 {
		view.Concurrency = a.concurrency
	}
	if p, err := a.scheduler.Registry().Of(s); err == nil {
		policy := p.Effective(s)
		view.Timeout, view.Deadline = client.Duration(policy.Timeout), client.Duration(policy.Deadline)
		view.Retry.Delays = client.Durations(policy.Retry)
	}
	return view
}

// orEmpty is an object as stored, {} without one.
func orEmpty(raw json.RawMessage) json.RawMessage {
	if len(raw) == 0 {
		return json.RawMessage("{}")
	}
	return raw
}

// orNull is a text, or null when it is empty.
func orNull(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// timeOrNull is a time in UTC, or null when it is zero.
func timeOrNull(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

// knownPlatform refuses a filter for a platform that does not exist; an empty one is no filter.
func (a *API) knownPlatform(id, at string) error {
	if id == "" || slices.Contains(a.scheduler.Registry().IDs(), id) {
		return nil
	}
	return unprocessable(client.FieldError{Location: at + ".platform", Message: "unknown platform" + a.allowedPlatforms()})
}

// allowedPlatforms ends an error text.
func (a *API) allowedPlatforms() string {
	return "; allowed: " + strings.Join(a.scheduler.Registry().IDs(), ", ")
}
