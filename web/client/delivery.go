package client

import "time"

// Body is the body of a request or reply: text where it is valid UTF-8, base64 otherwise.
type Body struct {
	Text      *string `json:"text,omitempty"`
	Base64    *string `json:"base64,omitempty"`
	Size      int     `json:"size" doc:"bytes; of the whole body for requests, of what was kept for replies"`
	Truncated bool    `json:"truncated" doc:"not all of the body is shown"`
}

// DeliverySummary is a delivery as lists and the stream show it.
type DeliverySummary struct {
	ID             string     `json:"id"`
	Status         string     `json:"status" enum:"collecting,pending,retrying,succeeded,failed,cancelled"`
	Reason         string     `json:"reason"`
	Platform       string     `json:"platform"`
	Profile        string     `json:"profile"`
	EventType      string     `json:"event_type"`
	Fidelity       string     `json:"fidelity"`
	Method         string     `json:"method"`
	SubscriptionID string     `json:"subscription_id"`
	EventIDs       []string   `json:"event_ids" nullable:"false"`
	OtherTypes     []string   `json:"other_types" nullable:"false" doc:"of a batch: the types of its events beside event_type, which is that of the first"`
	URL            string     `json:"url"`
	AttemptCount   int        `json:"attempt_count" doc:"attempts made, the running one included"`
	InFlight       bool       `json:"in_flight"`
	LastStatus     *int       `json:"last_status" doc:"HTTP status of the last reply"`
	LastOutcome    *string    `json:"last_outcome"`
	LastError      *string    `json:"last_error" doc:"error kind of the last attempt"`
	LastDurationMS *float64   `json:"last_duration_ms"`
	NextAttemptAt  *time.Time `json:"next_attempt_at" doc:"of a collecting delivery: when its batch is closed"`
	WaitsFor       *string    `json:"waits_for" doc:"delivery that must settle first"`
	ReplayOf       *string    `json:"replay_of"`
	BodySize       int        `json:"body_size" doc:"bytes"`
	CreatedAt      time.Time  `json:"created_at"`
	SettledAt      *time.Time `json:"settled_at"`
}

// DeliveryList is a page of deliveries, newest first. A filtered page may be short.
type DeliveryList struct {
	Items      []DeliverySummary `json:"items" nullable:"false"`
	NextCursor *string           `json:"next_cursor" doc:"null at the end"`
}

// Delivery is one message bound for one subscription's URL, with its attempts.
type Delivery struct {
	ID             string     `json:"id"`
	Status         string     `json:"status" enum:"collecting,pending,retrying,succeeded,failed,cancelled"`
	Reason         string     `json:"reason" doc:"why the status, one sentence"`
	Platform       string     `json:"platform"`
	Profile        string     `json:"profile"`
	EventType      string     `json:"event_type"`
	Fidelity       string     `json:"fidelity" doc:"how sure the payload is"`
	Method         string     `json:"method"`
	SubscriptionID string     `json:"subscription_id"`
	EventIDs       []string   `json:"event_ids" nullable:"false"`
	OtherTypes     []string   `json:"other_types" nullable:"false" doc:"of a batch: the types of its events beside event_type, which is that of the first"`
	URL            string     `json:"url"`
	Attempts       []Attempt  `json:"attempts" nullable:"false"`
	NextAttemptAt  *time.Time `json:"next_attempt_at"`
	WaitsFor       *string    `json:"waits_for"`
	ReplayOf       *string    `json:"replay_of"`
	ReplayMode     *string    `json:"replay_mode"`
	BodySize       int        `json:"body_size" doc:"bytes"`
	CreatedAt      time.Time  `json:"created_at"`
	SettledAt      *time.Time `json:"settled_at"`
}

// Attempt is one try of a delivery.
type Attempt struct {
	Number      int           `json:"number"`
	ScheduledAt time.Time     `json:"scheduled_at"`
	StartedAt   time.Time     `json:"started_at"`
	DurationMS  *float64      `json:"duration_ms" doc:"null while it runs"`
	Duplicate   bool          `json:"duplicate" doc:"an earlier, interrupted attempt may have carried the same"`
	Outcome     *string       `json:"outcome" doc:"null while it runs"`
	Why         string        `json:"why" doc:"the rule behind the outcome"`
	Request     *Request      `json:"request" doc:"null while it runs or when it was interrupted"`
	Response    *Response     `json:"response" doc:"null without any reply"`
	Redirects   []Hop         `json:"redirects" nullable:"false" doc:"followed, in order"`
	Error       *AttemptError `json:"error"`
	Signature   *Signature    `json:"signature" doc:"null where nothing is signed"`
}

// Request is what was sent. Secret values are stars.
type Request struct {
	Method  string      `json:"method"`
	URL     string      `json:"url"`
	Headers [][2]string `json:"headers" nullable:"false" doc:"name and value, in the platform's order and spelling"`
	Body    Body        `json:"body"`
}

// Response is what came back.
type Response struct {
	Status  int         `json:"status"`
	Headers [][2]string `json:"headers" nullable:"false"`
	Body    Body        `json:"body"`
}

// Hop is one followed redirect.
type Hop struct {
	Status int    `json:"status"`
	URL    string `json:"url"`
	Method string `json:"method" doc:"of the request that followed"`
}

// AttemptError is why an attempt did not end in success.
type AttemptError struct {
	Kind    string `json:"kind" enum:"dns,refused,unreachable,tls,reset,timeout,protocol,redirect,status,too_large,blocked,cancelled,interrupted"`
	Message string `json:"message"`
}

// Signature explains one signature.
type Signature struct {
	Scheme             string  `json:"scheme"`
	Header             string  `json:"header" doc:"field that carries it"`
	SignedString       string  `json:"signed_string" doc:"empty where it is no text"`
	SignedStringBase64 *string `json:"signed_string_base64,omitempty" doc:"only where it is no text"`
	KeyFingerprint     string  `json:"key_fingerprint"`
	Value              string  `json:"value" doc:"as sent; stars where it is the secret itself"`
}

// Replay asks for a delivery to be sent again.
type Replay struct {
	Mode string `json:"mode,omitempty" enum:"retry,new,verbatim" doc:"absent: retry"`
}

// BulkReplay asks for every delivery that a query finds to be sent again.
type BulkReplay struct {
	Query DeliveryQuery `json:"query"`
	Mode  string        `json:"mode,omitempty" enum:"retry,new,verbatim" doc:"absent: retry"`
}

// DeliveryQuery filters deliveries; empty fields let everything through.
type DeliveryQuery struct {
	Platform     string `json:"platform,omitempty"`
	Subscription string `json:"subscription,omitempty"`
	Type         string `json:"type,omitempty"`
	Status       string `json:"status,omitempty" enum:"collecting,pending,retrying,succeeded,failed,cancelled"`
	Event        string `json:"event,omitempty"`
	Q            string `json:"q,omitempty" doc:"search as in the list: terms like status:failed, and text"`
}

// Replayed is the answer to a BulkReplay.
type Replayed struct {
	Count int `json:"count" doc:"deliveries that are sent again"`
}

// AttemptChange is the data of a stream event named attempt.
type AttemptChange struct {
	Delivery DeliverySummary `json:"delivery"`
	Attempt  AttemptSummary  `json:"attempt"`
}

// AttemptSummary is an attempt as the stream shows it.
type AttemptSummary struct {
	Number      int           `json:"number"`
	ScheduledAt time.Time     `json:"scheduled_at"`
	StartedAt   time.Time     `json:"started_at"`
	DurationMS  *float64      `json:"duration_ms"`
	Duplicate   bool          `json:"duplicate"`
	Outcome     *string       `json:"outcome"`
	Status      *int          `json:"status" doc:"HTTP status of the reply"`
	Error       *AttemptError `json:"error"`
}
