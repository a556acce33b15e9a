package scheduler

import (
	"slices"
	"strings"

	"github.com/annohook/annohook/payloads"
)

func profileNames(profiles []payloads.Platform) []string {
	names := make([]string, len(profiles))
	for i, p := range profiles {
		names[i] = p.Profile
	}
	return names
}

// findType looks an event type up in the first profile that has it.
func findType(profiles []payloads.Platform, name string) (payloads.EventType, bool) {
	for _, p := range profiles {
		if et, ok := p.Event(name); ok {
			return et, true
		}
	}
	return payloads.EventType{}, false
}

func typeNames(profiles []payloads.Platform) []string {
	var names []string
	for _, p := range profiles {
		for _, et := range p.Events {
			if !slices.Contains(names, et.Key) {
				names = append(names, et.Key)
			}
		}
	}
	return names
}

func anyVariant(profiles []payloads.Platform, name, variant string) bool {
	return slices.ContainsFunc(profiles, func(p payloads.Platform) bool {
		et, ok := p.Event(name)
		return ok && slices.Contains(et.VariantNames(), variant)
	})
}

// allowed prints a list of names for an error text.
func allowed(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, ", ")
}
