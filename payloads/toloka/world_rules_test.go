package toloka_test

import (
	"encoding/json"
	"math/rand/v2"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/payloadtest"
	"github.com/annohook/annohook/payloads/toloka"
	"github.com/annohook/annohook/subscriptions"
)

// model is what a listener believes that only reads events: the status of each assignment.
type model map[string]string

// follow takes one event into the model and fails where the platform could not have sent it.
func (m model) follow(t *testing.T, key, id string) {
	t.Helper()
	before := map[string][]string{
		toloka.AssignmentCreated: {""}, toloka.AssignmentSubmitted: {toloka.AssignmentCreated}, toloka.AssignmentSkipped: {toloka.AssignmentCreated},
		toloka.AssignmentExpired: {toloka.AssignmentCreated}, toloka.AssignmentApproved: {toloka.AssignmentSubmitted, toloka.AssignmentRejected},
		toloka.AssignmentRejected: {toloka.AssignmentSubmitted},
	}[key]
	if !slices.Contains(before, m[id]) {
		t.Errorf("%s of %s follows %q", key, id, m[id])
	}
	m[id] = key
}

// settled settles everything that a fresh world brings along, so that the model has seen the rest begin.
func settled(t *testing.T) *stage {
	t.Helper()
	s := newStage(t)
	s.act("", toloka.ActionCreatePool, "id", "5")
	return s
}

// TestAnySequence performs random actions and wants every event to fit those before it, every id to have its shape, and the world to go on.
func TestAnySequence(t *testing.T) {
	shape := regexp.MustCompile(`^0000000005--[0-9a-f]{24}$`)
	var names []string
	for _, a := range platform().Actions {
		if a.Name != toloka.ActionCreatePool {
			names = append(names, a.Name)
		}
	}
	for seed := range uint64(5) {
		s, m := settled(t), model{}
		random := rand.New(rand.NewPCG(seed, seed))
		for range 60 {
			name := names[random.IntN(len(names))]
			if err := s.try(name); err != nil {
				t.Fatalf("%s with its defaults: %v", name, err)
			}
			for i, r := range s.last.Raised {
				event := s.event(i, subscriptions.Subscription{})
				if id := text(at(event, "assignment_id")); strings.HasPrefix(r.Type, "ASSIGNMENT_") {
					m.follow(t, r.Type, id)
					if !shape.MatchString(id) || !shape.MatchString(text(at(event, "task_suite_id"))) {
						t.Errorf("ids in %s", show(event))
					}
				}
				for _, id := range listOf(at(event, "assignment_ids")) {
					if !slices.Contains([]string{toloka.AssignmentSubmitted, toloka.AssignmentApproved}, m[text(id)]) {
						t.Errorf("%s counts for the overlap after %q", id, m[text(id)])
					}
				}
			}
			statusesFit(t, s.world, m)
		}
	}
}

func listOf(v payloads.Value) payloads.Array {
	list, _ := v.(payloads.Array)
	return list
}

// statusesFit compares the world's statuses with those that the events tell.
func statusesFit(t *testing.T, world []byte, m model) {
	t.Helper()
	var w struct {
		Assignments []struct{ ID, Status string } `json:"assignments"`
	}
	if err := json.Unmarshal(world, &w); err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		toloka.AssignmentCreated: "ACTIVE", toloka.AssignmentSubmitted: "SUBMITTED", toloka.AssignmentSkipped: "SKIPPED",
		toloka.AssignmentExpired: "EXPIRED", toloka.AssignmentApproved: "ACCEPTED", toloka.AssignmentRejected: "REJECTED",
	}
	for _, a := range w.Assignments {
		if key, seen := m[a.ID]; seen && want[key] != a.Status {
			t.Errorf("%s is %s after %s", a.ID, a.Status, key)
		}
	}
}

// TestSuitesAreFilled wants as many Tolokers on a suite as its pool's overlap says, and a place to come free when one leaves.
func TestSuitesAreFilled(t *testing.T) {
	s := newStage(t)
	s.act("", toloka.ActionCreatePool, "overlap", 2)
	var suites []string
	take := func() payloads.Value {
		result := s.act("CREATED", toloka.ActionAssign)
		suites = append(suites, text(at(result, "suite")))
		return at(result, "id")
	}
	first := take()
	take()
	take()
	if suites[0] != suites[1] || suites[1] == suites[2] {
		t.Errorf("suites %v, want two Tolokers on the first", suites)
	}
	s.act("EXPIRED", toloka.ActionExpire, "assignment", first)
	take()
	if suites[3] != suites[0] {
		t.Errorf("suites %v, want the free place taken", suites)
	}
}

// TestPoolsOfAWorld wants numbers that nobody else named, and the pool opened last as the one that is meant.
func TestPoolsOfAWorld(t *testing.T) {
	s := newStage(t)
	first := text(at(s.act("", toloka.ActionCreatePool), "id"))
	number, err := strconv.Atoi(first)
	if err != nil {
		t.Fatal(err)
	}
	taken := strconv.Itoa(number + number - 36502086) // where the next number would be
	s.act("", toloka.ActionOpenPool, "pool", taken)
	if next := text(at(s.act("", toloka.ActionCreatePool, "name", "Köln"), "id")); next == taken || next == first {
		t.Errorf("pool %s is given twice", next)
	}
	s.act("", toloka.ActionOpenPool, "pool", first)
	if got := at(s.act("CREATED", toloka.ActionAssign), "pool"); got != first {
		t.Errorf("a suite of pool %v, want %s, which was opened last", got, first)
	}
	if got := at(s.act("POOL_CLOSED", toloka.ActionClosePool), "reason"); got != "MANUAL" {
		t.Errorf("closed for %v", got)
	}
	for range 3 { // a closed pool that nobody named is opened again
		s.act("POOL_CLOSED", toloka.ActionClosePool)
	}
	shown, err := platform().Inspect(s.world)
	if err != nil || !strings.Contains(show(shown), `"name":"Köln"`) {
		t.Errorf("world %s: %v", show(shown), err)
	}
}

// TestResultsAreShort bounds the lists in results.
func TestResultsAreShort(t *testing.T) {
	s := newStage(t)
	raised := strings.TrimSpace(strings.Repeat("CREATED ", 100))
	result := s.act(raised, toloka.ActionAssign, "count", 100)
	if list := listOf(at(result, "assignments")); len(list) != 20 || at(result, "count") != 100 {
		t.Errorf("%d assignments of %v", len(list), at(result, "count"))
	}
}

// TestPure wants an action to leave its input alone.
func TestPure(t *testing.T) {
	s := newStage(t)
	s.act("CREATED", toloka.ActionAssign)
	before := string(s.world)
	for _, a := range platform().Actions {
		params, _ := a.Check(nil)
		in := payloads.ActionInput{World: s.world, Params: params, Seed: 9, Now: payloadtest.Now()}
		one, err := a.Do(in)
		if err != nil {
			t.Fatal(err)
		}
		other, err := a.Do(in)
		if err != nil || string(one.World) != string(other.World) || string(s.world) != before {
			t.Errorf("%s: two effects of one input, or a changed input: %v", a.Name, err)
		}
	}
}
