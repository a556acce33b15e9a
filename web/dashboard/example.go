package dashboard

import (
	"time"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/subscriptions"
)

// exampleTime is when examples happen and are sent. It never changes, so that an example can be compared with another day's.
func exampleTime() time.Time { return time.Date(2026, 1, 2, 3, 4, 5, 678_000_000, time.UTC) }

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
