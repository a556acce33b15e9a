package payloads

import (
	"net/http"
	"time"

	"github.com/annohook/annohook/subscriptions"
)

// Platform is everything the program must know to impersonate one annotation platform in one profile. It is immutable once it is in a
// Registry, and all its functions are safe for concurrent use.
type Platform struct {
	// Identity.
	ID          string // stable; appears in URLs, stores and the API
	Name        string // as people write it
	Profile     string // one dated behaviour, for example a server version
	ProfileNote string // one sentence: what this profile stands for
	Docs        string // where the platform documents its webhooks

	// Fault is why the value cannot be used, found while it was made: a file of the platform that is wrong. A registry refuses the value
	// and tells why; all else but the ID may be missing then.
	Fault error

	// Catalogue.
	Events  []EventType // in the platform's own order
	Options []Option    // what subscriptions.Subscription.Options and Scope may hold
	Quirks  []Quirk     // oddities that a subscription can switch
	Facts   []Fact      // wire and policy facts with source and certainty
	Recipe  []string    // how a listener verifies a request, step by step; empty where nothing is signed
	// Code is a listener's check of a request in each language; where nothing is signed, of a header that the subscription adds.
	Code []CodeSample

	// TestEvent is the key of the event type that a test send uses; empty: the first event type that the subscription wants.
	TestEvent string

	// Check judges the platform-specific parts of a subscription: those of Scope and Options that the platform has, and whatever else only
	// the platform can, such as header fields that it makes itself. The core judges the rest; scope or options that Options describes
	// nothing of are refused there.
	Check func(subscriptions.Subscription) []Problem

	// Matches says whether the scope of the subscription holds the event, and if not, why, in a few words. Nil: there are no scopes.
	Matches func(subscriptions.Subscription, EventType, *Object) (ok bool, why string)

	// NewNativeID makes the id that the platform would give a new subscription, from 16 random bytes and the time. Numbering platforms
	// are given n, which is above every number in use and never comes again.
	NewNativeID func(random [16]byte, now time.Time, n int64) string

	// What users of the platform do there, the same in every profile. World state is one JSON document for each platform, shared by its
	// profiles and by every process.
	Actions []Action
	Stories []Story
	// Inspect shows a world to people: every entity with its id and state. Required where there are actions; world nil is a fresh one.
	Inspect func(world []byte) (*Object, error)
	// Spacing lies between the due times of the events of one action, so that attempts begin in the platform's order without waiting for
	// each other; 0: all at once. A long list of events is spread over MaxSpread at most, and the first waits a moment too.
	Spacing time.Duration
	// Native is the platform's own API in this profile; nil: there is none.
	Native *Native

	// Wire.
	Compose func(Item) ([]Message, error)                     // fixes the bytes, once; usually one message
	Sign    func(Message, Stamp) (Signed, error)              // pure: same stamp, same header
	Verify  func(Received, string, time.Time) ([]Step, error) // what a careful listener does; nil where nothing is signed

	// Policy.
	Secret   SecretRule
	Timeout  time.Duration // of one attempt, in the sense of SilenceTimeout
	Deadline time.Duration // caps the whole exchange, redirects included; 0: equal to Timeout
	// SilenceTimeout: Timeout bounds the connect and each silence between bytes, as Python clients do; otherwise it bounds the whole
	// exchange.
	SilenceTimeout bool
	Redirect       RedirectRule
	Target         TargetRule                             // how its HTTP client writes the URL of a subscription on the wire
	Retry          []time.Duration                        // waits between attempts, from the end of the failed one; none: one attempt
	Judge          func(Reply) Verdict                    // nil: JudgeStatus
	Batch          *Batch                                 // nil: one event per request
	Chain          func(subscriptions.Subscription) Chain // nil: ChainNone
	DisableAfter   int                                    // consecutive failures that switch a subscription off; 0: never, and failures are not counted
	OnDisable      PendingRule                            // what switching a subscription off does to its pending retries
}

// MaxSpread bounds the time over which the events of one action become due.
const MaxSpread = 2 * time.Second

// EventType is one kind of event in the catalogue of one profile.
type EventType struct {
	Key      string    // one name for all profiles, used in our API
	Name     string    // what the platform writes into the body; empty where the body names no type
	Title    string    // heading in the platform's documents
	Summary  string    // when it is sent, one sentence
	Method   string    // HTTP method
	Variants []Variant // first is the default; empty: there is just one form
	Fidelity Fidelity  // of the payload
	Source   string    // where the payload is known from

	// Unlisted types cannot be subscribed to: every subscription gets them (a ping).
	Unlisted bool
	// Once marks a type that the platform sends a single time without retry and without batching.
	Once bool

	// Build makes the event as this profile prints it. The same Build value gives the same tree. It returns an error only for a
	// variant that does not exist (see VariantNamed) and for a subject that cannot be read.
	Build func(Build) (*Object, error)
}

// Build is what a builder works from. Same values, same event.
type Build struct {
	Variant string    // "" is the first variant
	Seed    uint64    // of texts, names, numbers
	IDSeed  uint64    // of ids, kept apart so that a replay with new ids keeps its content
	Now     time.Time // UTC; when the event happens
	Subject []byte    // of an event that an action raised (Raised.Subject); nil: the builder invents what the event is about

	// Subscription is who the event is built for: its quirks, options and scope count. Zero for examples in the catalogue.
	Subscription subscriptions.Subscription
}

// Quirk is a named oddity of the platform that a subscription can switch.
type Quirk struct {
	Name     string
	Summary  string
	Default  bool
	Fidelity Fidelity
	Source   string
}

// The places of an Option.
const (
	InOptions = "options"
	InScope   = "scope"
)

// Option describes one key of a subscription's options or scope.
type Option struct {
	In       string // InOptions or InScope
	Name     string // key, for nested ones with dots
	Kind     string // JSON type, or "duration"
	Default  string // as JSON text; empty: none
	Summary  string
	Fidelity Fidelity
}

// Fact is one statement about the platform's behaviour.
type Fact struct {
	Topic    string // short, stable: "timeout", "retry", "signature", ...
	Text     string
	Source   string
	Fidelity Fidelity
}

// Item is an event paired with the subscription that wants it.
type Item struct {
	Subscription subscriptions.Subscription
	Type         EventType
	Event        *Object
}

// Message is method and exact body bytes of one request. Body is never changed after Compose or Join.
type Message struct {
	Method string
	Body   []byte
}

// Stamp is what differs between attempts.
type Stamp struct {
	Subscription subscriptions.Subscription // as it is at this attempt: secret, headers, quirks
	DeliveryID   string
	Attempt      int       // from 1
	Time         time.Time // of this attempt, UTC
	Random       [16]byte
}

// Signed is the complete header of one attempt, Host and Content-Length excepted, and how its signature came about.
type Signed struct {
	Header    Header
	Signature *Signature // nil where nothing is signed
}

// Signature explains one signature. The signed string is Prefix followed by the body.
type Signature struct {
	Scheme         string // for example "standard-webhooks v1"
	Header         string // name of the field that carries it
	Prefix         string // what precedes the body in the signed string
	Body           bool   // whether the body is part of the signed string
	KeyFingerprint string // of the secret, never the secret itself
	Value          string // as sent; stars where the value is the secret itself
}

// Received is a request as a listener has it.
type Received struct {
	Method string
	Header http.Header
	Body   []byte
}

// Step is one step of a verification, for people.
type Step struct {
	Name, Value string
}

// SecretRule says what secrets are on this platform.
type SecretRule struct {
	// Scheme names the signature or authentication scheme; empty: the platform signs nothing and a secret is refused.
	Scheme string
	// Auto: the platform itself makes a secret for each new subscription. Otherwise none means unsigned.
	Auto bool
	// Shared: one secret for all subscriptions of the platform.
	Shared bool
	// Generate makes a secret from 64 random bytes. Nil only without Scheme.
	Generate func(random [64]byte) string
	// Check returns what is wrong with a secret given by the user, in words that do not repeat it; "" when it is fine. Nil: anything goes.
	Check func(string) string
}

// RedirectRule is how the platform's HTTP client treats 3xx replies.
type RedirectRule int

// The rules.
const (
	RedirectNever      RedirectRule = iota // the 3xx is the reply
	RedirectAsRequests                     // Python requests: 301, 302, 303 become GET without body; 307, 308 repeat the request; 30 hops
)

// Chain is how deliveries that come from one event wait for each other.
type Chain int

// The chains.
const (
	ChainNone         Chain = iota // side by side
	ChainSubscription              // the messages for one subscription go out one after another
	ChainEvent                     // all messages of the event go out one after another, message by message across subscriptions
)

// PendingRule is what becomes of pending retries.
type PendingRule int

// The rules.
const (
	PendingContinue PendingRule = iota // they go on
	PendingCancel                      // they are cancelled
)

// Batch says how events are held and sent together.
type Batch struct {
	// Settings reads the window and the most events of one request from the subscription's options. Options that Check let pass never fail.
	Settings func(subscriptions.Subscription) (window time.Duration, maxEvents int)
	// Join fixes the bytes of a request from the messages of one or more events, in the order they happened.
	Join func([]Message) (Message, error)
}

// Problem is one thing wrong with user input.
type Problem struct {
	Field   string // path in the input, for example "options.batch.window"
	Message string // what is wrong and what is allowed; never repeats a secret
}

// String returns field and message.
func (p Problem) String() string {
	if p.Field == "" {
		return p.Message
	}
	return p.Field + ": " + p.Message
}
