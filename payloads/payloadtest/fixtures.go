package payloadtest

import (
	"net/http"
	"time"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/subscriptions"
)

// Seed is the seed, and the id seed, of every golden file.
const Seed = 1

// Now is the moment of every golden event: microseconds, so that cut and rounded fractions show.
func Now() time.Time { return time.Date(2026, time.January, 2, 3, 4, 5, 678_901_000, time.UTC) }

// Subscription returns a plain enabled subscription of p: all events, no overrides, the secret of random bytes 0, 1, 2, ... 63 where p
// knows secrets, and a native id made from [Now].
func Subscription(p payloads.Platform) subscriptions.Subscription {
	s := subscriptions.Subscription{
		ID: "sub_1", Platform: p.ID, Profile: p.Profile, URL: "http://127.0.0.1:9000/hook", Enabled: true, CreatedAt: Now(), UpdatedAt: Now(),
	}
	if p.NewNativeID != nil {
		s.NativeID = p.NewNativeID(random16(0), Now(), 1)
	}
	if p.Secret.Generate != nil {
		s.Secret = subscriptions.Secret(p.Secret.Generate(random64(0)))
	}
	return s
}

// Stamp returns the stamp of the golden headers for s: attempt 1, half a second after [Now], random bytes 0, 1, 2, ... 15.
func Stamp(s subscriptions.Subscription) payloads.Stamp {
	return payloads.Stamp{Subscription: s, DeliveryID: "dlv_1", Attempt: 1, Time: Now().Add(500 * time.Millisecond), Random: random16(0)}
}

// Receive turns a signed message into the request as a listener has it.
func Receive(m payloads.Message, signed payloads.Signed) payloads.Received {
	h := http.Header{}
	for _, f := range signed.Header {
		h.Add(f.Name, f.Value)
	}
	return payloads.Received{Method: m.Method, Header: h, Body: append([]byte(nil), m.Body...)}
}

// Build returns the build of the golden files for s.
func Build(s subscriptions.Subscription, variant string) payloads.Build {
	return payloads.Build{Variant: variant, Seed: Seed, IDSeed: Seed, Now: Now(), Subscription: s}
}

func random16(first byte) (r [16]byte) {
	for i := range r {
		r[i] = first + byte(i)
	}
	return r
}

func random64(first byte) (r [64]byte) {
	for i := range r {
		r[i] = first + byte(i)
	}
	return r
}
