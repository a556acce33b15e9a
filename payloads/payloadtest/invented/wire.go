package invented

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/internal/wire"
	"github.com/annohook/annohook/payloads/signature"
)

func compose(item payloads.Item) ([]payloads.Message, error) {
	parts := 1
	if item.Type.Key == Sheets {
		parts = max(1, OptionsOf(item.Subscription).Parts)
	}
	messages := make([]payloads.Message, 0, parts)
	for i := range parts {
		if parts > 1 {
			item.Event.Set("part", i)
		}
		body, err := wire.JavaScript(item.Event)
		if err != nil {
			return nil, err
		}
		messages = append(messages, payloads.Message{Method: item.Type.Method, Body: body})
	}
	return messages, nil
}

// join prints [a,b] around the messages.
func join(messages []payloads.Message) (payloads.Message, error) {
	if len(messages) == 0 {
		return payloads.Message{}, errors.New("no messages")
	}
	bodies := make([][]byte, len(messages))
	for i, m := range messages {
		bodies[i] = m.Body
	}
	body := append(append([]byte("["), bytes.Join(bodies, []byte(","))...), ']')
	return payloads.Message{Method: messages[0].Method, Body: body}, nil
}

func sign(m payloads.Message, stamp payloads.Stamp) (payloads.Signed, error) {
	attempt := strconv.Itoa(stamp.Attempt)
	signed := payloads.Signed{Header: payloads.H("Content-Type", "application/json", AttemptHeader, attempt, "X-Postbox-Sent", stamp.Time.UTC().Format(time.RFC3339Nano))}
	for _, h := range stamp.Subscription.Headers {
		signed.Header = signed.Header.With(payloads.Field{Name: h.Name, Value: h.Value})
	}
	if secret := string(stamp.Subscription.Secret); secret != "" {
		prefix := attempt + "."
		value := signature.HMACSHA256Hex([]byte(secret), []byte(prefix), m.Body)
		signed.Header = append(signed.Header, payloads.Field{Name: SignatureHeader, Value: value})
		signed.Signature = &payloads.Signature{
			Scheme: "hmac-sha256", Header: SignatureHeader, Prefix: prefix, Body: true, KeyFingerprint: signature.Fingerprint(secret), Value: value,
		}
	}
	return signed, nil
}

func verify(r payloads.Received, secret string, _ time.Time) ([]payloads.Step, error) {
	attempt := r.Header.Get(AttemptHeader)
	want := signature.HMACSHA256Hex([]byte(secret), []byte(attempt+"."), r.Body)
	steps := []payloads.Step{{Name: "attempt", Value: attempt}, {Name: "expected", Value: want}}
	got := r.Header.Get(SignatureHeader)
	if got == "" {
		return steps, fmt.Errorf("header %s is missing", SignatureHeader)
	}
	if !signature.Equal(got, want) {
		return steps, errors.New("signature does not match")
	}
	return steps, nil
}
