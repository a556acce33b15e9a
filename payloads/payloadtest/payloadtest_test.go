package payloadtest_test

import (
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/internal/synth"
	"github.com/annohook/annohook/payloads/internal/wire"
	"github.com/annohook/annohook/payloads/payloadtest"
	"github.com/annohook/annohook/payloads/signature"
	"github.com/annohook/annohook/subscriptions"
)

const field = "X-Acme-Signature"

var errRefused = errors.New("the signature is not that of the body")

// acme is an invented platform that does everything right.
func acme() payloads.Platform {
	return payloads.Platform{
		ID: "acme", Name: "Acme", Profile: "1", ProfileNote: "Invented.", Docs: "https://docs.example.com/acme",
		Events: []payloads.EventType{{
			Key: "thing.made", Name: "THING_MADE", Title: "Thing made", Summary: "Sent when a thing is made.", Method: "POST",
			Fidelity: payloads.Assumed, Source: "invented", Build: buildThing,
			Variants: []payloads.Variant{{Name: "small", Summary: "A small one.", Fidelity: payloads.Assumed}, {Name: "large", Summary: "A large one.", Fidelity: payloads.Assumed}},
		}},
		Quirks: []payloads.Quirk{{Name: "loud", Summary: "Shouts.", Fidelity: payloads.Assumed, Source: "invented"}},
		Facts: []payloads.Fact{
			{Topic: "timeout", Text: "A second.", Source: "invented", Fidelity: payloads.Assumed},
			{Topic: "retry", Text: "Once more.", Source: "invented", Fidelity: payloads.Assumed},
			{Topic: "success", Text: "2xx.", Source: "invented", Fidelity: payloads.Assumed},
			{Topic: "redirects", Text: "Never.", Source: "invented", Fidelity: payloads.Assumed},
			{Topic: "target", Text: "The URL goes out as written.", Source: "invented", Fidelity: payloads.Assumed},
		},
		Recipe:      []string{"Compute and compare."},
		NewNativeID: func(random [16]byte, _ time.Time, _ int64) string { return hex.EncodeToString(random[:]) },
		Check:       check,
		Compose:     compose,
		Sign:        sign,
		Verify:      verify,
		Secret:      payloads.SecretRule{Scheme: "acme", Generate: func(r [64]byte) string { return hex.EncodeToString(r[:]) }},
		Timeout:     time.Second,
		Retry:       []time.Duration{time.Second},
		Actions:     actions(),
		Stories:     stories(),
		Inspect:     inspect,
	}
}

func buildThing(b payloads.Build) (*payloads.Object, error) {
	if b.Subject != nil {
		return payloads.Obj("type", "THING_MADE", "id", string(b.Subject)), nil
	}
	if b.Variant != "" && b.Variant != "small" && b.Variant != "large" {
		return nil, fmt.Errorf("no variant %q", b.Variant)
	}
	s := synth.New(b.Seed, b.IDSeed)
	return payloads.Obj(
		"type", "THING_MADE", "id", s.UUID(), "text", s.Text().Body, "created_at", wire.ISOMilliZ(b.Now.Add(-time.Hour)),
		"updated_at", wire.ISOMilliZ(b.Now), "large", b.Variant == "large",
	), nil
}

func check(s subscriptions.Subscription) []payloads.Problem {
	if s.Headers.Get(field) == "" {
		return nil
	}
	return []payloads.Problem{{Field: "headers." + field, Message: "is the signature"}}
}

func compose(item payloads.Item) ([]payloads.Message, error) {
	body, err := wire.JavaScript(item.Event)
	return []payloads.Message{{Method: item.Type.Method, Body: body}}, err
}

func sign(m payloads.Message, stamp payloads.Stamp) (payloads.Signed, error) {
	signed := payloads.Signed{Header: payloads.H("Content-Type", "application/json")}
	for _, h := range stamp.Subscription.Headers {
		if !strings.EqualFold(h.Name, field) {
			signed.Header = signed.Header.With(payloads.Field{Name: h.Name, Value: h.Value})
		}
	}
	if secret := string(stamp.Subscription.Secret); secret != "" {
		value := signature.HMACSHA256Hex([]byte(secret), m.Body)
		signed.Header = append(signed.Header, payloads.Field{Name: field, Value: value})
		signed.Signature = &payloads.Signature{Scheme: "acme", Header: field, Body: true, KeyFingerprint: signature.Fingerprint(secret), Value: value}
	}
	return signed, nil
}

func verify(r payloads.Received, secret string, _ time.Time) ([]payloads.Step, error) {
	steps := []payloads.Step{{Name: "field", Value: r.Header.Get(field)}}
	if !signature.Equal(r.Header.Get(field), signature.HMACSHA256Hex([]byte(secret), r.Body)) {
		return steps, errRefused
	}
	return steps, nil
}

// TestRun is the whole kit on the sound platform, golden files included.
func TestRun(t *testing.T) { payloadtest.Run(t, acme()) }

func TestExamineAccepts(t *testing.T) {
	for _, f := range payloadtest.Examine(acme()) {
		t.Errorf("%s: %s", f.Check, f.Message)
	}
}

func TestDocuments(t *testing.T) {
	payloadtest.Documents(t, acme(), payloadtest.Example{File: "thing.json", Event: "thing.made"})
	payloadtest.Documents(t, acme(), payloadtest.Example{File: "thing.json", Event: "THING_MADE", Variant: "large"})
}

func TestAllocations(t *testing.T) { payloadtest.Allocations(t, acme(), 500) }

func FuzzVerify(f *testing.F) { payloadtest.Fuzz(f, acme()) }

func BenchmarkCompose(b *testing.B) { payloadtest.Benchmark(b, acme()) }
