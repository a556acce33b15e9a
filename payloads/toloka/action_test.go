package toloka_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/payloadtest"
	"github.com/annohook/annohook/payloads/toloka"
	"github.com/annohook/annohook/subscriptions"
)

// stage is one world on which a test acts.
type stage struct {
	*testing.T

	world []byte
	now   time.Time
	seed  uint64
	last  payloads.Effect
}

func newStage(t *testing.T) *stage {
	t.Helper()
	return &stage{T: t, now: payloadtest.Now()}
}

// try performs an action; params are alternating names and values.
func (s *stage) try(name string, params ...any) error {
	s.Helper()
	a, ok := platform().Action(name)
	if !ok {
		s.Fatalf("no action %s", name)
	}
	checked, problems := a.Check(payloads.Obj(params...))
	if len(problems) > 0 {
		s.Fatalf("%s: %v", name, problems)
	}
	s.seed++
	s.now = s.now.Add(time.Second)
	e, err := a.Do(payloads.ActionInput{World: s.world, Params: checked, Seed: s.seed, Now: s.now})
	if err == nil {
		s.world, s.last = e.World, e
	}
	return err
}

// act performs an action, compares the types of what it raised, and returns the result.
func (s *stage) act(raised, name string, params ...any) *payloads.Object {
	s.Helper()
	if err := s.try(name, params...); err != nil {
		s.Fatalf("%s: %v", name, err)
	}
	var types []string
	for _, r := range s.last.Raised {
		types = append(types, strings.TrimPrefix(r.Type, "ASSIGNMENT_"))
	}
	if got := strings.Join(types, " "); got != raised {
		s.Errorf("%s raises %q, want %q", name, got, raised)
	}
	return s.last.Result
}

// event builds the n-th event of the last action.
func (s *stage) event(n int, sub subscriptions.Subscription) *payloads.Object {
	s.Helper()
	r := s.last.Raised[n]
	e, _ := platform().Event(r.Type)
	event, err := e.Build(payloads.Build{Seed: s.seed, IDSeed: s.seed, Now: s.now, Subject: r.Subject, Subscription: sub})
	if err != nil {
		s.Fatal(err)
	}
	return event
}

func text(v payloads.Value) string { return fmt.Sprint(v) }

// TestDefaultsOnAFreshWorld wants each action to raise just its own event at first.
func TestDefaultsOnAFreshWorld(t *testing.T) {
	for name, raised := range map[string]string{
		toloka.ActionCreatePool: "", toloka.ActionOpenPool: "", toloka.ActionClosePool: "POOL_CLOSED", toloka.ActionAssign: "CREATED",
		toloka.ActionSubmit: "SUBMITTED", toloka.ActionSkip: "SKIPPED", toloka.ActionExpire: "EXPIRED", toloka.ActionApprove: "APPROVED",
		toloka.ActionReject: "REJECTED", toloka.ActionCompleteOverlap: "DYNAMIC_OVERLAP_COMPLETED",
	} {
		t.Run(name, func(t *testing.T) { newStage(t).act(raised, name) })
	}
}

// TestProvided wants what is missing to be provided, event by event, in an empty pool.
func TestProvided(t *testing.T) {
	for name, raised := range map[string]string{
		toloka.ActionClosePool: "POOL_CLOSED", toloka.ActionSubmit: "CREATED SUBMITTED", toloka.ActionSkip: "CREATED SKIPPED",
		toloka.ActionExpire: "CREATED EXPIRED", toloka.ActionApprove: "CREATED SUBMITTED APPROVED", toloka.ActionReject: "CREATED SUBMITTED REJECTED",
		toloka.ActionCompleteOverlap: "CREATED SUBMITTED CREATED SUBMITTED DYNAMIC_OVERLAP_COMPLETED",
	} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t)
			s.act("", toloka.ActionCreatePool, "id", "5")
			if got := s.act(raised, name); at(got, "pool") != "5" {
				t.Errorf("happened in %s", show(got))
			}
			// The same in a pool that is only named: it is made.
			if got := s.act(raised, name, "pool", "36502999"); at(got, "pool") != "36502999" {
				t.Errorf("happened in %s", show(got))
			}
			for i := range s.last.Raised {
				if event := s.event(i, subscriptions.Subscription{}); at(event, "pool_id") != "36502999" {
					t.Errorf("event %s", show(event))
				}
			}
		})
	}
}

func TestAutoAccept(t *testing.T) {
	s := newStage(t)
	s.act("", toloka.ActionCreatePool, "auto_accept", true)
	s.act("CREATED", toloka.ActionAssign)
	result := s.act("SUBMITTED APPROVED", toloka.ActionSubmit)
	if at(result, "status") != "ACCEPTED" {
		t.Errorf("result %s", show(result))
	}
	one, other := s.event(0, subscriptions.Subscription{}), s.event(1, subscriptions.Subscription{})
	if at(one, "event_time") != at(other, "event_time") || at(one, "assignment_id") != at(other, "assignment_id") || at(one, "uuid") == at(other, "uuid") {
		t.Errorf("events\n%s\n%s", show(one), show(other))
	}
	s.act("CREATED SUBMITTED APPROVED", toloka.ActionApprove)
	needParam(t, s.try(toloka.ActionReject), "pool", "accepts every answer")
}

func needParam(t *testing.T, err error, name, says string) {
	t.Helper()
	wrong, ok := errors.AsType[*payloads.ParamError](err)
	if !ok || wrong.Name != name || !strings.Contains(wrong.Message, says) {
		t.Errorf("got %v, want params.%s: …%s…", err, name, says)
	}
}

func TestRefusals(t *testing.T) {
	s := newStage(t)
	closed := text(at(s.act("", toloka.ActionCreatePool), "id"))
	accepted := text(at(s.act("APPROVED", toloka.ActionApprove, "pool", "36502086"), "id"))
	complete := text(at(s.act("DYNAMIC_OVERLAP_COMPLETED", toloka.ActionCompleteOverlap, "pool", "36502086"), "id"))
	unanswered := text(at(s.act("CREATED", toloka.ActionAssign, "pool", "777"), "task"))
	origin := payloads.Obj("task_suite_id", "s", "pool_id", 7, "project_id", "p")
	tests := []struct {
		action string
		params []any
		field  string
		says   string
	}{
		{toloka.ActionCreatePool, []any{"id", closed}, "id", "exists already"},
		{toloka.ActionClosePool, []any{"pool", closed}, "pool", "closed already; open-pool"},
		{toloka.ActionAssign, []any{"pool", closed}, "pool", "open-pool opens it"},
		{toloka.ActionSubmit, []any{"pool", closed}, "pool", "open-pool opens it"},
		{toloka.ActionCompleteOverlap, []any{"pool", closed}, "pool", "open-pool opens it"},
		{toloka.ActionSubmit, []any{"assignment", "x"}, "assignment", `no assignment has the id "x"; GET /api/v1/platforms/toloka/world`},
		{toloka.ActionSubmit, []any{"assignment", accepted}, "assignment", "is ACCEPTED; it must be ACTIVE"},
		{toloka.ActionReject, []any{"assignment", accepted}, "assignment", "it must be SUBMITTED"},
		{toloka.ActionApprove, []any{"assignment", accepted}, "assignment", "it must be SUBMITTED or REJECTED"},
		{toloka.ActionApprove, []any{"assignment", accepted, "pool", closed}, "pool", "is in pool 36502086"},
		{toloka.ActionApprove, []any{"assignment", "x", "origin", origin}, "origin", "pool_id must be a string"},
		{toloka.ActionApprove, []any{"assignment", strings.Repeat("x", 101), "origin", payloads.Obj("task_suite_id", "s", "pool_id", "7", "project_id", "p")}, "assignment", "100 bytes"},
		{toloka.ActionCompleteOverlap, []any{"task", "x"}, "task", `no task has the id "x"`},
		{toloka.ActionCompleteOverlap, []any{"task", complete}, "task", "complete already"},
		{toloka.ActionCompleteOverlap, []any{"task", unanswered}, "task", "nobody has answered"},
	}
	for _, tt := range tests {
		t.Run(tt.action+" "+tt.field, func(t *testing.T) {
			before := bytes.Clone(s.world)
			needParam(t, s.try(tt.action, tt.params...), tt.field, tt.says)
			if !bytes.Equal(before, s.world) {
				t.Error("a refused action changes the world")
			}
		})
	}
}

// TestReview follows one assignment through rejection and acceptance.
func TestReview(t *testing.T) {
	s := newStage(t)
	id := text(at(s.act("CREATED", toloka.ActionAssign), "id"))
	for _, step := range []struct{ action, raised, status string }{
		{toloka.ActionSubmit, "SUBMITTED", "SUBMITTED"}, {toloka.ActionReject, "REJECTED", "REJECTED"}, {toloka.ActionApprove, "APPROVED", "ACCEPTED"},
	} {
		result := s.act(step.raised, step.action, "assignment", id)
		if at(result, "id") != id || at(result, "status") != step.status || at(s.event(0, subscriptions.Subscription{}), "assignment_id") != id {
			t.Errorf("%s: %s", step.action, show(result))
		}
	}
}

// TestOverlap wants the assignments of the task's suite, those alone that have an answer.
func TestOverlap(t *testing.T) {
	s := newStage(t)
	s.act("", toloka.ActionCreatePool, "overlap", 4)
	first := s.act("CREATED CREATED CREATED CREATED", toloka.ActionAssign, "count", 4)
	ids, _ := at(first, "assignments").(payloads.Array)
	for i, name := range []string{toloka.ActionSubmit, toloka.ActionSubmit, toloka.ActionSkip} {
		s.act(map[bool]string{true: "SUBMITTED", false: "SKIPPED"}[i < 2], name, "assignment", ids[i])
	}
	s.act("APPROVED", toloka.ActionApprove, "assignment", ids[1])
	s.act("DYNAMIC_OVERLAP_COMPLETED", toloka.ActionCompleteOverlap, "task", at(first, "task"))
	event := s.event(0, subscriptions.Subscription{})
	if diff := cmp.Diff(payloads.Array{ids[0], ids[1]}, at(event, "assignment_ids")); diff != "" {
		t.Errorf("assignment_ids (-want +got):\n%s", diff)
	}
	if output, _ := at(event, "output_values").(*payloads.Object); at(event, "task_id") != at(first, "task") || output == nil || output.Len() == 0 {
		t.Errorf("event %s", show(event))
	}
	if confidence, _ := at(event, "confidence").(float64); confidence < 0.6 || confidence > 1 {
		t.Errorf("confidence %v", confidence)
	}
}

// TestSubjects wants the builders to print a subject to the letter, and the uuid to depend on the id seed and the subject alone.
func TestSubjects(t *testing.T) {
	s := newStage(t)
	s.act("POOL_CLOSED", toloka.ActionClosePool, "reason", "NOT_ENOUGH_BALANCE")
	event := s.event(0, payloadtest.Subscription(platform()))
	if at(event, "close_reason") != "NOT_ENOUGH_BALANCE" || at(event, "project_id") != "81776" || at(event, "pool_id") != "36502086" {
		t.Errorf("event %s", show(event))
	}
	e, _ := platform().Event(toloka.AssignmentCreated)
	uuids := map[payloads.Value]bool{}
	for _, subject := range []string{`{"project_id":"1","pool_id":"2","assignment_id":"a"}`, `{"project_id":"1","pool_id":"2","assignment_id":"b"}`} {
		for idSeed := range uint64(2) {
			for seed := range uint64(2) {
				event, err := e.Build(payloads.Build{Seed: seed, IDSeed: idSeed, Now: payloadtest.Now(), Subject: []byte(subject)})
				if err != nil {
					t.Fatal(err)
				}
				uuids[at(event, "uuid")] = true
			}
		}
	}
	if len(uuids) != 4 {
		t.Errorf("%d different uuids, want 4", len(uuids))
	}
	for _, bad := range []string{`{`, `[]`, `{}`, `{"pool_id":"1","output_values":{"a":1,"a":2}}`} {
		if _, err := e.Build(payloads.Build{Subject: []byte(bad)}); err == nil {
			t.Errorf("the subject %s is accepted", bad)
		}
	}
	if _, err := e.Build(payloads.Build{Variant: "x", Subject: []byte(`{"pool_id":"1"}`)}); err == nil {
		t.Error("an unknown variant is accepted")
	}
}

// TestOddPools names pools as no Toloka pool is named.
func TestOddPools(t *testing.T) {
	for _, pool := range []string{"pool-1", "0", "-5", "99999999999999999999", strings.Repeat("é", 100)} {
		s := newStage(t)
		result := s.act("CREATED", toloka.ActionAssign, "pool", pool)
		prefix, _, ok := strings.Cut(text(at(result, "id")), "--")
		if at(result, "pool") != pool || !ok || len(prefix) != 10 {
			t.Errorf("pool %q: %s", pool, show(result))
		}
	}
}
