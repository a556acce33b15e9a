package subscriptions

import (
	"encoding/json"
	"log/slog"
	"maps"
	"slices"
	"time"
)

// Bounds of a subscription. Sizes are in bytes, MaxDescriptionRunes in characters, as the platforms count them.
const (
	MaxURLBytes         = 2083
	MaxHeaders          = 20
	MaxHeaderNameBytes  = 256
	MaxHeaderValueBytes = 4096
	MaxDescriptionRunes = 1000
	MaxSecretBytes      = 1024
	MaxRetries          = 20
	MaxTimeout          = 10 * time.Minute
	MaxRetryDelay       = 24 * time.Hour
	MaxConcurrency      = 1000
)

// Secret is a signing secret. It prints as stars in every format and in logs; convert it with string() where the value itself is meant.
type Secret string

// Masked is what a Secret shows instead of its value.
const Masked = "********"

// String returns stars, or nothing for an empty secret.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return Masked
}

// GoString hides the secret from %#v.
func (s Secret) GoString() string { return `"` + s.String() + `"` }

// LogValue hides the secret from slog.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// Subscription is one endpoint and what it wants. Times are UTC. The zero value of an override (Timeout, Deadline, Retry, Concurrency,
// Rate) means the platform's or the program's own value.
type Subscription struct {
	ID       string // ours, stable, never reused
	Platform string // platform id
	Profile  string // profile of that platform
	NativeID string // the id that the platform's own API would give it; its form is the platform's
	URL      string // may hold user:pass@
	Secret   Secret // empty: requests carry no signature

	// SharedSecret names the record that Secret is kept in for several subscriptions together; empty: the secret is this one's own.
	SharedSecret string

	Events      []string // wanted event types; nil: all, empty: none
	Headers     Headers  // added to every request
	Description string
	Enabled     bool
	Scope       json.RawMessage // platform-specific JSON object, nil: none
	Options     json.RawMessage // platform-specific JSON object, nil: none
	Quirks      map[string]bool // quirks switched away from or to their default, by name

	Timeout     time.Duration // 0: the platform's
	Deadline    time.Duration // 0: the platform's
	Retry       *Retry        // nil: the platform's
	Concurrency int           // attempts at the same time; 0: the program's default
	Rate        float64       // attempts a second; 0: no limit

	ConsecutiveFailures int    // failed attempts since the last success, where the platform counts them
	DisabledReason      string // why the program itself switched the subscription off; empty otherwise
	CreatedAt           time.Time
	UpdatedAt           time.Time
}

// Retry is a schedule of further attempts: Delays[i] passes between the end of attempt i+1 and the start of the next. No delays, one
// attempt.
type Retry struct {
	Delays []time.Duration
}

// Wants reports whether the event filter lets any of the names through; an event may be known by more than one name. It looks at nothing
// but Events: enabled, scope and profile are the scheduler's to judge.
func (s Subscription) Wants(names ...string) bool {
	if s.Events == nil {
		return true
	}
	return slices.ContainsFunc(names, func(n string) bool { return n != "" && slices.Contains(s.Events, n) })
}

// Quirk returns the value of the named quirk, or standard when the subscription does not set it.
func (s Subscription) Quirk(name string, standard bool) bool {
	if v, ok := s.Quirks[name]; ok {
		return v
	}
	return standard
}

// Clone returns a copy that shares no memory with s.
func (s Subscription) Clone() Subscription {
	s.Events = slices.Clone(s.Events)
	s.Headers = slices.Clone(s.Headers)
	s.Scope = slices.Clone(s.Scope)
	s.Options = slices.Clone(s.Options)
	s.Quirks = maps.Clone(s.Quirks)
	if s.Retry != nil {
		s.Retry = &Retry{Delays: slices.Clone(s.Retry.Delays)}
	}
	return s
}
