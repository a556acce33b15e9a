package scheduler_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/payloadtest/invented"
	"github.com/annohook/annohook/scheduler"
	"github.com/annohook/annohook/subscriptions"
)

// TestFidelityOfWhatAnActionRaised wants the same of an event that an action raised: the variant is known, and replayed with it.
func TestFidelityOfWhatAnActionRaised(t *testing.T) {
	t.Parallel()
	r := newRig(t, withPlatforms(t, func(p *payloads.Platform) {
		p.Events = slices.Clone(p.Events)
		p.Events[0].Fidelity = payloads.Documented
		p.Events[0].Variants = []payloads.Variant{{Name: "short"}, {Name: "long", Fidelity: payloads.Assumed}}
	}))
	r.subscribe(alone)
	for text, want := range map[string]payloads.Fidelity{"brief": payloads.Documented, strings.Repeat("long ", 30): payloads.Assumed} {
		acted := r.act(invented.AddNotes, payloads.Obj("text", text))
		d, err := r.history.Delivery(t.Context(), acted.Raised[0].DeliveryIDs[0])
		if err != nil || d.Fidelity != want {
			t.Errorf("%q: fidelity %q, want %q (error %v)", text, d.Fidelity, want, err)
		}
		r.drain()
		again, err := r.Replay(t.Context(), d.ID, scheduler.ReplayNew)
		if err != nil || again.Fidelity != want {
			t.Errorf("%q sent again: fidelity %q, want %q (error %v)", text, again.Fidelity, want, err)
		}
	}
}

// TestAGivenBodyKeepsTheMethod wants a body of the user's to go out as a built one would, on a platform where the subscription decides that.
func TestAGivenBodyKeepsTheMethod(t *testing.T) {
	t.Parallel()
	r := newRig(t, withPlatforms(t, func(p *payloads.Platform) {
		built := p.Compose
		p.Compose = func(item payloads.Item) ([]payloads.Message, error) {
			messages, err := built(item)
			for i := range messages {
				if item.Subscription.Quirk("loud", false) {
					messages[i].Method = "PATCH"
				}
			}
			return messages, err
		}
	}))
	r.subscribe("")
	r.subscribe("", func(s *subscriptions.Subscription) { s.Quirks = map[string]bool{"loud": true} })
	r.publish(scheduler.Trigger{Body: []byte("mine")})
	r.drain()
	var methods []string
	for _, s := range r.wire.sent {
		methods = append(methods, s.request.Method+" "+string(s.request.Body))
	}
	slices.Sort(methods)
	if want := []string{"PATCH mine", "POST mine"}; !slices.Equal(methods, want) {
		t.Errorf("got %q, want %q", methods, want)
	}
}

// TestFidelityOfAVariant wants a delivery to say how sure the variant is that was sent, not how sure the event type is in general.
func TestFidelityOfAVariant(t *testing.T) {
	t.Parallel()
	r := newRig(t, withPlatforms(t, func(p *payloads.Platform) {
		p.Events = slices.Clone(p.Events)
		p.Events[0].Fidelity = payloads.Documented
		p.Events[0].Variants = []payloads.Variant{{Name: "short"}, {Name: "long", Fidelity: payloads.Assumed}}
	}))
	r.subscribe("")
	for variant, want := range map[string]payloads.Fidelity{"": payloads.Documented, "short": payloads.Documented, "long": payloads.Assumed} {
		id := r.publish(scheduler.Trigger{Variant: variant}).Deliveries[0].ID
		d, err := r.history.Delivery(t.Context(), id)
		if err != nil || d.Fidelity != want {
			t.Errorf("variant %q: fidelity %q, want %q (error %v)", variant, d.Fidelity, want, err)
		}
	}
}

// withPlatforms has a rig work with the invented platform after adjust has changed each of its profiles.
func withPlatforms(t *testing.T, adjust func(*payloads.Platform)) func(*scheduler.Options) {
	t.Helper()
	platforms := invented.Platforms()
	for i := range platforms {
		adjust(&platforms[i])
	}
	registry, err := payloads.NewRegistry(platforms)
	if err != nil {
		t.Fatal(err)
	}
	return func(o *scheduler.Options) { o.Registry = registry }
}
