package signature

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

// Header names of Standard Webhooks, in the spelling of its specification.
const (
	HeaderID        = "webhook-id"
	HeaderTimestamp = "webhook-timestamp"
	HeaderSignature = "webhook-signature"
)

// Bounds of Standard Webhooks. Key lengths are in bytes after decoding.
const (
	MinKeyBytes = 24
	MaxKeyBytes = 64
	// Tolerance is how far a timestamp may lie before or behind the listener's clock.
	Tolerance = 5 * time.Minute
)

const keyPrefix = "whsec_"

// Errors of Standard Webhooks.
var (
	ErrKey       = errors.New("secret must be padded standard base64 of 24 to 64 bytes, with or without \"whsec_\"")
	ErrMissing   = errors.New("header is missing")
	ErrTimestamp = errors.New("timestamp is not a whole number of seconds")
	ErrTooOld    = errors.New("timestamp is more than 5 minutes old")
	ErrTooNew    = errors.New("timestamp is more than 5 minutes ahead")
	ErrMismatch  = errors.New("no signature matches")
)

// StandardWebhooks signs and verifies by the Standard Webhooks specification with one symmetric key. It is safe for concurrent use.
type StandardWebhooks struct {
	webhook *standardwebhooks.Webhook
}

// NewStandardWebhooks reads a secret: base64 with or without the prefix whsec_. It returns ErrKey, never the secret itself.
func NewStandardWebhooks(secret string) (*StandardWebhooks, error) {
	text := strings.TrimPrefix(secret, keyPrefix)
	// The library takes line breaks inside the text and any length; a listener in another language may not.
	key, err := base64.StdEncoding.DecodeString(text)
	if err != nil || strings.ContainsAny(text, "\r\n") || len(key) < MinKeyBytes || len(key) > MaxKeyBytes {
		return nil, ErrKey
	}
	webhook, err := standardwebhooks.NewWebhook(secret)
	if err != nil {
		return nil, ErrKey
	}
	return &StandardWebhooks{webhook: webhook}, nil
}

// Sign returns the value of the signature header, "v1," and 44 characters of base64, for a message id, the time of this attempt (cut to
// the second) and the exact body.
func (w *StandardWebhooks) Sign(id string, at time.Time, body []byte) (string, error) {
	value, err := w.webhook.Sign(id, at, body)
	if err != nil {
		return "", fmt.Errorf("sign with standard webhooks: %w", err)
	}
	return value, nil
}

// Verify does what a careful listener does at the time now: all three headers there, the timestamp within Tolerance, one of the
// signatures (separated by spaces) made with this key. It returns ErrMissing, ErrTimestamp, ErrTooOld, ErrTooNew or ErrMismatch.
func (w *StandardWebhooks) Verify(id, timestamp, signatures string, body []byte, now time.Time) error {
	for _, h := range [...]struct{ name, value string }{{HeaderID, id}, {HeaderTimestamp, timestamp}, {HeaderSignature, signatures}} {
		if h.value == "" {
			return fmt.Errorf("%s: %w", h.name, ErrMissing)
		}
	}
	seconds, err := strconv.ParseInt(timestamp, 10, 64)
	if err != nil || strconv.FormatInt(seconds, 10) != timestamp {
		return fmt.Errorf("%s %.40q: %w", HeaderTimestamp, timestamp, ErrTimestamp)
	}
	switch age := now.Unix() - seconds; {
	case age > int64(Tolerance/time.Second):
		return ErrTooOld
	case age < -int64(Tolerance/time.Second):
		return ErrTooNew
	}
	header := http.Header{}
	header.Set(HeaderID, id)
	header.Set(HeaderTimestamp, timestamp)
	header.Set(HeaderSignature, signatures)
	if err := w.webhook.VerifyIgnoringTimestamp(body, header); err != nil {
		return ErrMismatch
	}
	return nil
}
