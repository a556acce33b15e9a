package dashboard

import (
	"fmt"
	"slices"
	"time"

	"github.com/annohook/annohook/payloads"
)

// sampleRequest is one request as the first attempt would send it to nobody.
type sampleRequest struct {
	Method   string
	Fields   []sampleField
	Body     bodyView
	Bytes    []byte
	Build    payloads.Build // that it was made from
	Signed   *signedView
	Messages int // that the event becomes; the first is shown
}

// sampleField is one header field.
type sampleField struct {
	payloads.Field
	Fresh bool // another value at each attempt
}

// Get is the value of a field.
func (s sampleRequest) Get(name string) string {
	for _, f := range s.Fields {
		if f.Name == name {
			return f.Value
		}
	}
	return ""
}

// newSample composes and signs one event. A variant that does not exist is errNoPage.
func newSample(p payloads.Platform, et payloads.EventType, variant string, seed uint64) (sampleRequest, error) {
	stamp := payloads.Stamp{Subscription: exampleSubscription(p, sampleRandom(0)), DeliveryID: "example", Attempt: 1, Time: exampleTime(), Random: sampleRandom(0)}
	build := payloads.Build{Variant: variant, Seed: seed, IDSeed: seed, Now: exampleTime(), Subscription: stamp.Subscription}
	message, count, err := sampleMessage(p, et, build)
	if err != nil {
		return sampleRequest{}, err
	}
	signed, err := p.Sign(message, stamp)
	if err != nil {
		return sampleRequest{}, fmt.Errorf("sign example: %w", err)
	}
	stamp.Attempt, stamp.Time, stamp.Random = 2, stamp.Time.Add(time.Minute), sampleRandom(1)
	again, err := p.Sign(message, stamp)
	if err != nil {
		return sampleRequest{}, fmt.Errorf("sign example again: %w", err)
	}
	s := sampleRequest{Method: message.Method, Bytes: message.Body, Build: build, Body: newBody(message.Body, false), Messages: count}
	for _, f := range signed.Header {
		s.Fields = append(s.Fields, sampleField{Field: f, Fresh: again.Header.Get(f.Name) != f.Value})
	}
	if signed.Signature != nil {
		s.Signed = viewSignature(*signed.Signature, message.Body)
	}
	return s, nil
}

// sampleRandom is what chance is for the n-th attempt of an example.
func sampleRandom(n byte) (random [16]byte) {
	for i := range random {
		random[i] = byte(i) + n
	}
	return random
}

// sampleMessage is the first request that an event becomes, and how many there are.
func sampleMessage(p payloads.Platform, et payloads.EventType, b payloads.Build) (payloads.Message, int, error) {
	if b.Variant != "" && !slices.Contains(et.VariantNames(), b.Variant) {
		return payloads.Message{}, 0, errNoPage
	}
	return p.Example(et, b)
}
