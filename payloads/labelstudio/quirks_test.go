package labelstudio_test

import (
	"slices"
	"testing"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/payloadtest"
)

// TestQuirkEvaluationKey checks the one key that the released 1.23.2 has beyond 1.22.
func TestQuirkEvaluationKey(t *testing.T) {
	t.Parallel()
	p := platform(t, "1.22")
	s := payloadtest.Subscription(p)
	s.Quirks = map[string]bool{"evaluation-key": true}
	keys := keysAt(t, build(t, p, "PROJECT_CREATED", payloadtest.Build(s, "")), "project")
	i := slices.Index(keys, "annotator_evaluation_enabled")
	if len(keys) != 50 || i < 1 || keys[i-1] != "show_ground_truth_first" || keys[i+1] != "show_overlap_first" {
		t.Errorf("%d keys, the new one at %d", len(keys), i)
	}
}

// TestQuirkLabelLinksFail checks that the event which the real server stumbles over can be left out.
func TestQuirkLabelLinksFail(t *testing.T) {
	t.Parallel()
	for _, profile := range []string{"1.22", "2026-07"} {
		p := platform(t, profile)
		for _, on := range []bool{false, true} {
			s := payloadtest.Subscription(p)
			s.Quirks = map[string]bool{"label-links-fail": on}
			for _, key := range []string{"LABEL_LINK_CREATED", "LABEL_LINK_UPDATED"} {
				e, _ := p.Event(key)
				got, why := p.Matches(s, e, build(t, p, key, payloads.Build{}))
				if want := !on || key == "LABEL_LINK_UPDATED"; got != want || got == (why != "") {
					t.Errorf("%s %s, quirk %v: %v %q", profile, key, on, got, why)
				}
			}
		}
	}
}
