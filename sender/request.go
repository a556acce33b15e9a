package sender

import (
	"time"

	"github.com/annohook/annohook/payloads"
)

// Request is one attempt ready to go.
type Request struct {
	Method    string
	URL       string              // as the subscription has it, user:pass@ included
	Target    payloads.TargetRule // how URL is written on the wire
	Header    payloads.Header
	Body      []byte
	Signature *payloads.Signature
	Policy    payloads.Policy
}

// Report is everything there is to know about one attempt that was made. It holds no secrets: URL, headers and messages are masked.
type Report struct {
	StartedAt time.Time
	Duration  time.Duration
	Request   RequestRecord
	Reply     payloads.Reply
	Hops      []Hop // redirects that were followed, in order
	Signature *payloads.Signature
	// Wrote tells whether any byte of the request may have reached the target.
	Wrote bool
}

// RequestRecord is a request as it may be shown. The body is the delivery's and is not repeated here.
type RequestRecord struct {
	Method string
	URL    string // what went over the wire, without a fragment; where the URL is none, as the subscription has it
	Header payloads.Header
}

// Hop is one followed redirect.
type Hop struct {
	Status int
	URL    string // what was asked for next, masked
	Method string // of the request that followed
}
