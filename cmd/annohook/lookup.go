package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/annohook/annohook/payloads"
)

// findPlatform looks a platform and profile up, or says what there is.
func findPlatform(registry *payloads.Registry, id, profile string) (payloads.Platform, error) {
	profiles := registry.Profiles(id)
	if profiles == nil {
		if id == "" {
			return payloads.Platform{}, &usageError{"a platform is required; one of: " + strings.Join(registry.IDs(), ", ")}
		}
		return payloads.Platform{}, &usageError{fmt.Sprintf("unknown platform %q; one of: %s", id, strings.Join(registry.IDs(), ", "))}
	}
	p, err := registry.Platform(id, profile)
	if err != nil {
		names := make([]string, len(profiles))
		for i, p := range profiles {
			names[i] = p.Profile
		}
		return payloads.Platform{}, &usageError{fmt.Sprintf("unknown profile %q of %s; one of: %s", profile, id, strings.Join(names, ", "))}
	}
	return p, nil
}

// first is the first argument, "" without any.
func first(args []string) string {
	if len(args) == 0 {
		return ""
	}
	return args[0]
}

// findEvent looks an event type and variant up, or says what there is.
func findEvent(p payloads.Platform, name, variant string) (payloads.EventType, error) {
	et, ok := p.Event(name)
	if !ok {
		names := make([]string, len(p.Events))
		for i, e := range p.Events {
			names[i] = e.Key
		}
		return et, &usageError{fmt.Sprintf("unknown event type %q of %s %s; one of: %s", name, p.ID, p.Profile, strings.Join(names, ", "))}
	}
	if names := et.VariantNames(); variant != "" && !slices.Contains(names, variant) {
		if len(names) == 0 {
			return et, &usageError{et.Key + " has no variants"}
		}
		return et, &usageError{fmt.Sprintf("unknown variant %q of %s; one of: %s", variant, et.Key, strings.Join(names, ", "))}
	}
	return et, nil
}
