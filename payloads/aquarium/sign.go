package aquarium

import (
	"encoding/base64"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/signature"
	"github.com/annohook/annohook/subscriptions"
)

const (
	scheme     = "shared secret"
	headerName = "X-Aquarium-Secret"
)

// Errors of Verify.
var (
	ErrNoSecret = errors.New("the listener has no secret to compare with")
	ErrMissing  = errors.New(headerName + " is missing")
	ErrSeveral  = errors.New(headerName + " is there more than once")
	ErrMismatch = errors.New(headerName + " is not the secret")
)

// sign makes the complete header of one attempt; the secret goes in as it is, and only where there is one.
func sign(_ payloads.Message, stamp payloads.Stamp) (payloads.Signed, error) {
	s := stamp.Subscription
	var header payloads.Header
	if !s.Quirk(quirkNoUserAgent, false) {
		header = payloads.H("User-Agent", "python-requests/2.31.0")
	}
	header = append(header, payloads.H(
		"Accept-Encoding", "gzip, deflate",
		"Accept", "*/*",
		"Connection", "keep-alive",
		"Content-Type", "application/json",
	)...)
	signed := payloads.Signed{}
	if secret := string(s.Secret); secret != "" {
		header = append(header, payloads.Field{Name: headerName, Value: secret, Secret: true})
		signed.Signature = &payloads.Signature{
			Scheme: scheme, Header: headerName, KeyFingerprint: signature.Fingerprint(secret), Value: subscriptions.Masked,
		}
	}
	for _, h := range s.Headers {
		if !strings.EqualFold(h.Name, headerName) {
			header = header.With(payloads.Field{Name: h.Name, Value: h.Value})
		}
	}
	signed.Header = header
	return signed, nil
}

// verify compares the header with the secret. Nothing else can be checked: the body is not covered and there is no time. The steps that
// were done are returned with an error, too; they never show the secret.
func verify(r payloads.Received, secret string, _ time.Time) ([]payloads.Step, error) {
	values := r.Header[http.CanonicalHeaderKey(headerName)]
	steps := []payloads.Step{{Name: headerName, Value: describe(values)}}
	switch {
	case secret == "":
		return steps, ErrNoSecret
	case len(values) == 0 || values[0] == "":
		return steps, ErrMissing
	case len(values) > 1:
		return steps, ErrSeveral
	}
	steps = append(steps, payloads.Step{Name: "secret", Value: signature.Fingerprint(secret)})
	if !signature.Equal(values[0], secret) {
		return steps, ErrMismatch
	}
	return append(steps, payloads.Step{Name: "result", Value: "the header is the secret; the body is not covered by it"}), nil
}

func describe(values []string) string {
	if len(values) == 0 {
		return "absent"
	}
	return signature.Fingerprint(values[0])
}

// secretRule: the form of generated secrets is not known; 32 random bytes in URL-safe base64 are what Python's secrets module gives.
func secretRule() payloads.SecretRule {
	const secretBytes = 32
	return payloads.SecretRule{
		Scheme: scheme,
		Shared: true,
		Generate: func(random [64]byte) string {
			return base64.RawURLEncoding.EncodeToString(random[:secretBytes])
		},
		Check: func(secret string) string {
			if secret == "" || strings.ContainsFunc(secret, func(r rune) bool { return r < '!' || r > '~' }) {
				return "must be 1 or more visible ASCII characters without blanks, because it is sent as a header value"
			}
			return ""
		},
	}
}
