package datasaur

import (
	"fmt"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/internal/synth"
	"github.com/annohook/annohook/payloads/internal/wire"
)

// buildCreated makes PROJECT_CREATED, the only event that prints the team's name.
func buildCreated(b payloads.Build) (*payloads.Object, error) {
	if b.Variant != "" {
		return nil, unknownVariant(ProjectCreated, b.Variant)
	}
	w := newWorld(synth.New(b.Seed, b.IDSeed), b)
	return envelope(ProjectCreated, payloads.Obj(
		"timestamp", wire.ISOMilliZ(b.Now),
		"project", project2023(w),
		"team", payloads.Obj("id", w.team.id, "name", w.team.name),
	)), nil
}

// buildDone returns the builder of the event that one role sends when it is done: the user stands under the role's name.
func buildDone(key, role string, printProject func(world) *payloads.Object) func(payloads.Build) (*payloads.Object, error) {
	return func(b payloads.Build) (*payloads.Object, error) {
		if b.Variant != "" {
			return nil, unknownVariant(key, b.Variant)
		}
		w := newWorld(synth.New(b.Seed, b.IDSeed), b)
		who := w.labeler
		if role == "reviewer" {
			who = w.reviewer
		}
		return envelope(key, payloads.Obj(
			"timestamp", wire.ISOMilliZ(b.Now),
			role, who.print(),
			"project", printProject(w),
			"team", w.team.print(),
		)), nil
	}
}

// envelope is what every notification has in common.
func envelope(eventType string, data *payloads.Object) *payloads.Object {
	return payloads.Obj("eventType", eventType, "data", data)
}

func unknownVariant(key, variant string) error {
	return fmt.Errorf("event type %s has no variant %q", key, variant)
}
