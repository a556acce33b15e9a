package scheduler_test

import (
	"slices"
	"testing"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/payloadtest/invented"
	"github.com/annohook/annohook/scheduler"
)

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
