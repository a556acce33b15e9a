package client

import (
	"encoding/json"
	"time"
)

// Platform is the catalogue of one platform in one profile.
type Platform struct {
	ID        string      `json:"id"`
	Name      string      `json:"name"`
	Docs      string      `json:"docs" doc:"where the platform documents its webhooks"`
	Profile   string      `json:"profile" doc:"the profile that everything below belongs to"`
	Profiles  []Profile   `json:"profiles" nullable:"false" doc:"the default first"`
	Events    []EventType `json:"events" nullable:"false"`
	Options   []Option    `json:"options" nullable:"false"`
	Quirks    []Quirk     `json:"quirks" nullable:"false"`
	Facts     []Fact      `json:"facts" nullable:"false"`
	Recipe    []string    `json:"recipe" nullable:"false" doc:"how a listener verifies a request"`
	Code      []Code      `json:"code" nullable:"false" doc:"the recipe as a function to paste, in each language"`
	Policy    Policy      `json:"policy"`
	Secret    SecretRule  `json:"secret"`
	TestEvent *string     `json:"test_event" doc:"type of a test send; null: the first subscribed type"`
	Actions   []Action    `json:"actions" nullable:"false" doc:"what users of the platform do there; the same in every profile"`
	Stories   []Story     `json:"stories" nullable:"false" doc:"ready-made sequences of actions"`
	Native    *Native     `json:"native" doc:"the platform's own API; null: it has none"`
}

// PlatformList is every platform in its default profile.
type PlatformList struct {
	Items      []Platform `json:"items" nullable:"false"`
	NextCursor *string    `json:"next_cursor"`
}

// Profile is one dated behaviour of a platform.
type Profile struct {
	Name    string `json:"name"`
	Note    string `json:"note"`
	Default bool   `json:"default"`
}

// Code is a piece of a program.
type Code struct {
	Language string `json:"language"`
	Text     string `json:"text"`
}

// EventType is one kind of event.
type EventType struct {
	Key          string    `json:"key"`
	Name         *string   `json:"name" doc:"as the platform writes it into the body; null where the body names no type"`
	Title        string    `json:"title"`
	Summary      string    `json:"summary"`
	Method       string    `json:"method"`
	Variants     []Variant `json:"variants" nullable:"false" doc:"the default first; empty: one form"`
	Fidelity     string    `json:"fidelity"`
	Source       string    `json:"source"`
	Subscribable bool      `json:"subscribable" doc:"false: every subscription gets it"`
}

// Variant is one of several forms an event type has.
type Variant struct {
	Name     string `json:"name"`
	Summary  string `json:"summary"`
	Fidelity string `json:"fidelity"`
}

// Option is one key of a subscription's options or scope.
type Option struct {
	In       string          `json:"in" enum:"options,scope"`
	Name     string          `json:"name"`
	Kind     string          `json:"kind"`
	Default  json.RawMessage `json:"default"`
	Summary  string          `json:"summary"`
	Fidelity string          `json:"fidelity"`
}

// Quirk is a named oddity of the platform that a subscription can switch.
type Quirk struct {
	Name     string `json:"name"`
	Summary  string `json:"summary"`
	Default  bool   `json:"default"`
	Fidelity string `json:"fidelity"`
	Source   string `json:"source"`
}

// Fact is one statement about the platform's behaviour.
type Fact struct {
	Topic    string `json:"topic"`
	Text     string `json:"text"`
	Source   string `json:"source"`
	Fidelity string `json:"fidelity"`
}

// Policy is what attempts follow when a subscription overrides nothing.
type Policy struct {
	Timeout        Duration `json:"timeout"`
	Deadline       Duration `json:"deadline"`
	SilenceTimeout bool     `json:"silence_timeout" doc:"timeout bounds the connect and each silence; otherwise the whole exchange"`
	Retry          Retry    `json:"retry"`
	Redirects      bool     `json:"redirects" doc:"3xx replies are followed"`
	Target         string   `json:"target" doc:"the HTTP client after whose manner URLs go on the wire, or \"as written\""`
	Batch          bool     `json:"batch" doc:"events of a subscription are held and sent together"`
	DisableAfter   int      `json:"disable_after" doc:"consecutive failures that switch a subscription off; 0: never"`
}

// SecretRule says what secrets are on this platform.
type SecretRule struct {
	Scheme    *string `json:"scheme" doc:"null: nothing is signed and a secret is refused"`
	Generated bool    `json:"generated" doc:"the platform makes one for each new subscription"`
	Shared    bool    `json:"shared" doc:"one secret for all subscriptions"`
}

// EventExample is one event type with an example of what is sent.
type EventExample struct {
	Platform string    `json:"platform"`
	Profile  string    `json:"profile"`
	Type     EventType `json:"type"`
	Variant  *string   `json:"variant"`
	Seed     uint64    `json:"seed"`
	Now      time.Time `json:"now"`
	// The request as the first attempt sends it, and how it is signed.
	Method    string      `json:"method"`
	Headers   [][2]string `json:"headers" nullable:"false"`
	Body      Body        `json:"body"`
	Signature *Signature  `json:"signature"`
	Secret    *string     `json:"secret" doc:"of the example; no subscription has it"`

	Schema   json.RawMessage `json:"schema" doc:"JSON Schema of the body"`
	Recipe   []string        `json:"recipe" nullable:"false"`
	Sources  []string        `json:"sources" nullable:"false"`
	Fidelity string          `json:"fidelity"`
}
