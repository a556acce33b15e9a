package toloka_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/payloadtest"
	"github.com/annohook/annohook/payloads/toloka"
)

// TestWorldStaysSmall does the most that each action can do, many times.
func TestWorldStaysSmall(t *testing.T) {
	const usual = 256 << 10
	s := newStage(t)
	for i := range 60 {
		pool := fmt.Sprintf("%s%d", strings.Repeat("9", 15), i%50)
		if err := s.try(toloka.ActionCreatePool, "name", strings.Repeat("n", 100)); err != nil {
			t.Fatal(err)
		}
		s.act(strings.TrimSpace(strings.Repeat("CREATED ", 60)), toloka.ActionAssign, "pool", pool, "count", 60)
		s.act("SUBMITTED", toloka.ActionSubmit, "pool", pool)
		s.act("APPROVED", toloka.ActionApprove, "pool", pool, "comment", strings.Repeat("c", 200))
		if len(s.world) > usual {
			t.Fatalf("%d bytes after %d rounds", len(s.world), i)
		}
	}
	var counts struct {
		Pools, Suites, Assignments []json.RawMessage
	}
	if err := json.Unmarshal(s.world, &counts); err != nil {
		t.Fatal(err)
	}
	if len(counts.Pools) != 40 || len(counts.Suites) > 150 || len(counts.Assignments) != 250 {
		t.Errorf("%d pools, %d suites, %d assignments", len(counts.Pools), len(counts.Suites), len(counts.Assignments))
	}
	t.Logf("a full world has %d bytes", len(s.world))
}

// TestForgetting wants open work to outlive settled work.
func TestForgetting(t *testing.T) {
	s := newStage(t)
	kept := text(at(s.act("CREATED", toloka.ActionAssign, "pool", "7"), "id"))
	for range 260 {
		s.act("CREATED SKIPPED", toloka.ActionSkip, "pool", "8")
	}
	s.act("SUBMITTED", toloka.ActionSubmit, "assignment", kept)
}

func TestSameSeedTwice(t *testing.T) {
	s := newStage(t)
	ids := map[string]bool{}
	for range 3 {
		s.seed, s.now = 1, payloadtest.Now()
		ids[text(at(s.act("CREATED", toloka.ActionAssign), "id"))] = true
	}
	if len(ids) != 3 {
		t.Errorf("%d different assignments, want 3: %v", len(ids), ids)
	}
}

func TestInspect(t *testing.T) {
	s := newStage(t)
	s.act("POOL_CLOSED", toloka.ActionClosePool, "pool", "777", "reason", "EXPIRED")
	id := at(s.act("CREATED", toloka.ActionAssign, "pool", "778"), "id")
	shown, err := platform().Inspect(s.world)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"projects", "pools", "task_suites", "tasks", "assignments"}, shown.Keys()); diff != "" {
		t.Errorf("lists (-want +got):\n%s", diff)
	}
	pools, _ := at(shown, "pools").(payloads.Array)
	assignments, _ := at(shown, "assignments").(payloads.Array)
	if len(pools) != 3 || at(pools, "1", "last_close_reason") != "EXPIRED" || at(pools, "2", "id") != "778" || at(assignments[len(assignments)-1], "id") != id {
		t.Errorf("world %s", show(shown))
	}
	for _, bad := range []string{`{}`, `null`, `{"projects":[{"id":"1"}],"pools":[null]}`, `{"projects":[null]}`} {
		if _, err := platform().Inspect([]byte(bad)); err == nil {
			t.Errorf("the world %s is accepted", bad)
		}
	}
}

func FuzzWorld(f *testing.F) {
	payloadtest.FuzzWorld(f, platform(),
		`{"projects":[{}],"suites":[{"id":"s","pool_id":"p"}],"assignments":[{"id":"a","pool_id":"p","task_suite_id":"s","status":"SUBMITTED"}]}`,
		`{"projects":[{}],"pools":[{"id":"p"}],"suites":[{"id":"s","pool_id":"p"}]}`)
}
