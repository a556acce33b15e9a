package argilla

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/signature"
	"github.com/annohook/annohook/subscriptions"
)

const scheme = "standard-webhooks v1"

// ErrNoSecret is returned by Sign for a subscription without secret: Argilla has no unsigned webhooks.
var ErrNoSecret = errors.New("argilla signs every request, but the subscription has no secret")

// sign makes the complete header of one attempt. The message id is new each time, because Argilla's worker makes it inside the job that
// is repeated (argilla-server webhooks/v1/commons.py@77f5c57c).
func sign(m payloads.Message, stamp payloads.Stamp) (payloads.Signed, error) {
	secret := string(stamp.Subscription.Secret)
	if secret == "" {
		return payloads.Signed{}, ErrNoSecret
	}
	signer, err := signature.NewStandardWebhooks(secret)
	if err != nil {
		return payloads.Signed{}, fmt.Errorf("sign argilla message: %w", err)
	}
	id := messageID(stamp.Random)
	if !stamp.Subscription.Quirk(quirkNewMessageID, true) {
		digest := sha256.Sum256([]byte(stamp.DeliveryID))
		id = messageID([16]byte(digest[:16]))
	}
	value, err := signer.Sign(id, stamp.Time, m.Body)
	if err != nil {
		return payloads.Signed{}, fmt.Errorf("sign argilla message: %w", err)
	}
	timestamp := strconv.FormatInt(stamp.Time.Unix(), 10)
	header := payloads.H(
		"Accept", "*/*",
		"Accept-Encoding", "gzip, deflate, br",
		"Connection", "keep-alive",
		"User-Agent", "python-httpx/0.27.2",
		signature.HeaderID, id,
		signature.HeaderTimestamp, timestamp,
		signature.HeaderSignature, value,
		"content-type", "application/json",
	)
	return payloads.Signed{
		Header: withCustom(header, stamp.Subscription.Headers),
		Signature: &payloads.Signature{
			Scheme: scheme, Header: signature.HeaderSignature, Prefix: id + "." + timestamp + ".", Body: true,
			KeyFingerprint: signature.Fingerprint(secret), Value: value,
		},
	}, nil
}

// messageID is msg_ and 22 characters of URL-safe base64.
func messageID(random [16]byte) string {
	return "msg_" + base64.RawURLEncoding.EncodeToString(random[:])
}

// withCustom adds the subscription's own headers. They replace the HTTP client's of the same name, never those of the signature.
func withCustom(header payloads.Header, custom subscriptions.Headers) payloads.Header {
	for _, h := range custom {
		if !reserved(h.Name) {
			header = header.With(payloads.Field{Name: h.Name, Value: h.Value})
		}
	}
	return header
}

func reserved(name string) bool {
	for _, own := range [...]string{signature.HeaderID, signature.HeaderTimestamp, signature.HeaderSignature} {
		if strings.EqualFold(name, own) {
			return true
		}
	}
	return false
}

// verify does what a listener with the standard-webhooks library does. The steps that were done are returned with an error, too.
func verify(r payloads.Received, secret string, now time.Time) ([]payloads.Step, error) {
	id, timestamp, value := r.Header.Get(signature.HeaderID), r.Header.Get(signature.HeaderTimestamp), r.Header.Get(signature.HeaderSignature)
	steps := []payloads.Step{
		{Name: signature.HeaderID, Value: id},
		{Name: signature.HeaderTimestamp, Value: timestamp},
		{Name: signature.HeaderSignature, Value: value},
	}
	verifier, err := signature.NewStandardWebhooks(secret)
	if err != nil {
		return steps, fmt.Errorf("verify argilla request: %w", err)
	}
	steps = append(
		steps,
		payloads.Step{Name: "key", Value: signature.Fingerprint(secret)},
		payloads.Step{Name: "signed string", Value: id + "." + timestamp + ".<body of " + strconv.Itoa(len(r.Body)) + " bytes>"},
	)
	if err := verifier.Verify(id, timestamp, value, r.Body, now); err != nil {
		return steps, fmt.Errorf("verify argilla request: %w", err)
	}
	return append(steps, payloads.Step{Name: "result", Value: fmt.Sprintf("one v1 signature matches and the timestamp is within %d minutes", int(signature.Tolerance.Minutes()))}), nil
}

// secretRule: the server makes 64 random bytes for each webhook (argilla-server models/database.py@77f5c57c). Shorter keys of the
// standard's range are taken too, with or without its prefix, so that a listener's test secret can be used.
func secretRule() payloads.SecretRule {
	return payloads.SecretRule{
		Scheme: scheme,
		Auto:   true,
		Generate: func(random [64]byte) string {
			return base64.StdEncoding.EncodeToString(random[:])
		},
		Check: func(secret string) string {
			if _, err := signature.NewStandardWebhooks(secret); err != nil {
				return err.Error()
			}
			return ""
		},
	}
}
