package toloka_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/payloadtest"
	"github.com/annohook/annohook/payloads/toloka"
)

// play plays a story on a stage and returns the types of its events and the assignments they name, in order.
func play(s *stage, name string) (types, assignments []string) {
	s.Helper()
	story, ok := platform().Story(name)
	if !ok {
		s.Fatalf("no story %s", name)
	}
	results := map[string]*payloads.Object{}
	for i, step := range story.Steps {
		params, err := step.Params(results)
		if err != nil {
			s.Fatal(err)
		}
		var pairs []any
		for _, m := range params.Members() {
			pairs = append(pairs, m.Key, m.Value)
		}
		if err := s.try(step.Action, pairs...); err != nil {
			s.Fatalf("step %d of %s: %v", i, name, err)
		}
		results[step.As] = s.last.Result
		for n, r := range s.last.Raised {
			types = append(types, r.Type)
			if id, ok := s.event(n, payloadtest.Subscription(platform())).Get("assignment_id"); ok {
				assignments = append(assignments, text(id))
			}
		}
	}
	return types, assignments
}

func TestStories(t *testing.T) {
	s := newStage(t)
	first, ids := play(s, "first-pool")
	want := []string{
		toloka.AssignmentCreated, toloka.AssignmentCreated, toloka.AssignmentCreated, toloka.AssignmentSubmitted, toloka.AssignmentSkipped,
		toloka.AssignmentSubmitted, toloka.AssignmentApproved, toloka.AssignmentRejected, toloka.AssignmentApproved, toloka.PoolClosed,
	}
	if diff := cmp.Diff(want, first); diff != "" {
		t.Errorf("first-pool (-want +got):\n%s", diff)
	}
	for _, id := range ids {
		if !slices.Contains(ids[:3], id) {
			t.Errorf("%s was never given out in the story", id)
		}
	}
	if closed := s.last.Raised[0]; closed.Variant != "COMPLETED" {
		t.Errorf("the pool is closed as variant %q, want COMPLETED", closed.Variant)
	}
	overlap, _ := play(s, "dynamic-overlap")
	all := slices.Concat(first, overlap)
	for _, e := range platform().Events {
		if e.Key != toloka.TestEvent && !slices.Contains(all, e.Key) {
			t.Errorf("no story raises %s", e.Key)
		}
	}
	for range 10 { // a world that has seen it all goes on
		play(s, "dynamic-overlap")
		play(s, "first-pool")
	}
}

// TestStoriesInTheListenersPool wants the stories to play in the pool that was opened last, as a native registration does.
func TestStoriesInTheListenersPool(t *testing.T) {
	for _, story := range platform().Stories {
		s := newStage(t)
		s.act("", toloka.ActionOpenPool, "pool", "777")
		play(s, story.Name)
		if got := at(s.last.Result, "id"); got != "777" {
			t.Errorf("%s closes pool %v", story.Name, got)
		}
	}
}
