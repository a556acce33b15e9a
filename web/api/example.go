package api

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/subscriptions"
	"github.com/annohook/annohook/web/client"
)

// exampleTime is when examples happen and are sent. It never changes, so that an example can be compared with another day's.
func exampleTime() time.Time { return time.Date(2026, 1, 2, 3, 4, 5, 678_000_000, time.UTC) }

// exampleSubscription is who examples are made for. Its secret is made from fixed bytes and belongs to nobody.
func exampleSubscription(p payloads.Platform) subscriptions.Subscription {
	sub := subscriptions.Subscription{
		ID: "example", Platform: p.ID, Profile: p.Profile, URL: "http://127.0.0.1:9000/webhook", Enabled: true,
		NativeID: p.NewNativeID(exampleRandom(), exampleTime(), 1), CreatedAt: exampleTime(), UpdatedAt: exampleTime(),
	}
	if p.Secret.Generate != nil {
		var random [64]byte
		for i := range random {
			random[i] = byte(i)
		}
		sub.Secret = subscriptions.Secret(p.Secret.Generate(random))
	}
	return sub
}

func exampleRandom() [16]byte {
	return [16]byte{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}
}

func (a *API) getExample(_ context.Context, in *exampleInput) (*exampleOutput, error) {
	p, err := a.profile(&in.PlatformParams)
	if err != nil {
		return nil, err
	}
	et, ok := p.Event(in.Type)
	if !ok {
		names := make([]string, len(p.Events))
		for i, e := range p.Events {
			names[i] = e.Key
		}
		return nil, notFound(fmt.Sprintf("profile %s has no such event type; it has: %s", p.Profile, choice(names)))
	}
	if in.Variant != "" && !slices.Contains(et.VariantNames(), in.Variant) {
		return nil, unprocessable(client.FieldError{Location: "query.variant", Message: "unknown variant; allowed: " + orNone(choice(et.VariantNames()))})
	}
	sub := exampleSubscription(p)
	build := payloads.Build{Variant: in.Variant, Seed: in.Seed, IDSeed: in.Seed, Now: exampleTime(), Subscription: sub}
	message, _, err := p.Example(et, build)
	if err != nil {
		return nil, err
	}
	schema, err := BodySchema(p, et, build, message.Body)
	if err != nil {
		return nil, err
	}
	signed, err := p.Sign(message, payloads.Stamp{
		Subscription: sub, DeliveryID: "example", Attempt: 1, Time: exampleTime(), Random: exampleRandom(),
	})
	if err != nil {
		return nil, fmt.Errorf("sign example: %w", err)
	}
	view := client.EventExample{
		Platform: p.ID, Profile: p.Profile, Type: EventType(et), Variant: orNull(in.Variant), Seed: in.Seed, Now: exampleTime(),
		Method: message.Method, Headers: headerView(signed.Header), Body: bodyView(message.Body, false),
		Signature: signatureView(signed.Signature, message.Body), Secret: orNull(string(sub.Secret)), Recipe: nonNil(p.Recipe),
		Schema: schema, Sources: []string{et.Source, p.Docs}, Fidelity: string(et.FidelityOf(in.Variant)),
	}
	return &exampleOutput{Body: view}, nil
}

// BodySchema is [payloads.Platform.Schema] as text; null where bodies are no JSON.
func BodySchema(p payloads.Platform, et payloads.EventType, b payloads.Build, example []byte) (json.RawMessage, error) {
	schema, err := p.Schema(et, b, example)
	if err != nil || schema == nil {
		return json.RawMessage("null"), err
	}
	return payloads.JSON(schema)
}

func rawOrNull(text string) json.RawMessage {
	if text == "" {
		return json.RawMessage("null")
	}
	if !json.Valid([]byte(text)) {
		quoted, err := json.Marshal(text)
		if err != nil {
			return json.RawMessage("null")
		}
		return quoted
	}
	return json.RawMessage(text)
}

func orNone(names string) string {
	if names == "" {
		return "none"
	}
	return names
}
