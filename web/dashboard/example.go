package dashboard

import (
	"errors"
	"fmt"
	"time"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/subscriptions"
)

// exampleTime is when examples happen and are sent. It never changes, so that an example can be compared with another day's.
func exampleTime() time.Time { return time.Date(2026, 1, 2, 3, 4, 5, 678_000_000, time.UTC) }

// exampleView is one request as the first attempt would send it to nobody.
type exampleView struct {
	Method   string
	Header   payloads.Header
	Body     bodyView
	Signed   *signedView
	Messages int // that the event becomes; the first is shown
}

// exampleSubscription is who examples are made for. Its secret is made from fixed bytes and belongs to nobody.
func exampleSubscription(p payloads.Platform, random [16]byte) subscriptions.Subscription {
	sub := subscriptions.Subscription{
		ID: "example", Platform: p.ID, Profile: p.Profile, URL: "http://127.0.0.1:9000/webhook", Enabled: true,
		NativeID: p.NewNativeID(random, exampleTime(), 1), CreatedAt: exampleTime(), UpdatedAt: exampleTime(),
	}
	if p.Secret.Generate != nil {
		var long [64]byte
		for i := range long {
			long[i] = byte(i)
		}
		sub.Secret = subscriptions.Secret(p.Secret.Generate(long))
	}
	return sub
}

// newExample composes and signs one event. A variant that does not exist is errNoPage.
func newExample(p payloads.Platform, et payloads.EventType, variant string, seed uint64) (exampleView, error) {
	random := [16]byte{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}
	sub := exampleSubscription(p, random)
	tree, err := et.Build(payloads.Build{Variant: variant, Seed: seed, IDSeed: seed, Now: exampleTime(), Subscription: sub})
	if err != nil {
		return exampleView{}, fmt.Errorf("%w: %w", errNoPage, err)
	}
	messages, err := p.Compose(payloads.Item{Subscription: sub, Type: et, Event: tree})
	if err != nil {
		return exampleView{}, fmt.Errorf("compose example: %w", err)
	}
	if len(messages) == 0 {
		return exampleView{}, errors.New("compose example: no message")
	}
	message := messages[0]
	if p.Batch != nil {
		if message, err = p.Batch.Join(messages[:1]); err != nil {
			return exampleView{}, fmt.Errorf("join example: %w", err)
		}
	}
	signed, err := p.Sign(message, payloads.Stamp{Subscription: sub, DeliveryID: "example", Attempt: 1, Time: exampleTime(), Random: random})
	if err != nil {
		return exampleView{}, fmt.Errorf("sign example: %w", err)
	}
	view := exampleView{Method: message.Method, Header: signed.Header, Body: newBody(message.Body, false), Messages: len(messages)}
	if signed.Signature != nil {
		view.Signed = viewSignature(*signed.Signature, message.Body)
	}
	return view, nil
}
