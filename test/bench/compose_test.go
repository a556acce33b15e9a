package bench_test

import (
	"testing"
	"time"

	"github.com/annohook/annohook/cmd/app"
	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/subscriptions"
)

// BenchmarkCompose measures what one event of a platform costs before it is sent: build the tree, print the bytes, sign. The event types take
// turns. B/event is the average size of a body.
func BenchmarkCompose(b *testing.B) {
	registry, err := app.Platforms()
	if err != nil {
		b.Fatal(err)
	}
	for _, id := range registry.IDs() {
		p, err := registry.Platform(id, "")
		if err != nil {
			b.Fatal(err)
		}
		b.Run(id, func(b *testing.B) {
			stamp := payloads.Stamp{DeliveryID: "d", Attempt: 1, Time: time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)}
			stamp.Subscription = subscriptions.Subscription{ID: "s", Platform: p.ID, Profile: p.Profile, NativeID: p.NewNativeID([16]byte{1}, stamp.Time, 1)}
			if p.Secret.Generate != nil {
				stamp.Subscription.Secret = subscriptions.Secret(p.Secret.Generate([64]byte{1}))
			}
			events, bytes := 0, 0
			b.ReportAllocs()
			for b.Loop() {
				bytes += compose(b, p, p.Events[events%len(p.Events)], stamp, uint64(events))
				events++
			}
			b.ReportMetric(float64(bytes)/float64(events), "B/event")
		})
	}
}

// compose makes one event and returns the bytes of its bodies.
func compose(b *testing.B, p payloads.Platform, kind payloads.EventType, stamp payloads.Stamp, seed uint64) int {
	b.Helper()
	tree, err := kind.Build(payloads.Build{Seed: seed, IDSeed: seed, Now: stamp.Time, Subscription: stamp.Subscription})
	if err != nil {
		b.Fatal(err)
	}
	messages, err := p.Compose(payloads.Item{Subscription: stamp.Subscription, Type: kind, Event: tree})
	if err != nil {
		b.Fatal(err)
	}
	if p.Batch != nil {
		joined, err := p.Batch.Join(messages)
		if err != nil {
			b.Fatal(err)
		}
		messages = []payloads.Message{joined}
	}
	size := 0
	for _, m := range messages {
		if _, err := p.Sign(m, stamp); err != nil {
			b.Fatal(err)
		}
		size += len(m.Body)
	}
	return size
}
