package toloka_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/payloadtest"
	"github.com/annohook/annohook/payloads/toloka"
	"github.com/annohook/annohook/subscriptions"
)

// act performs an action on the rig's world and returns its result.
func (r *rig) act(name string) *payloads.Object {
	r.Helper()
	result, err := r.host.Act(r.Context(), name, nil)
	if err != nil {
		r.Fatal(err)
	}
	return result
}

// TestListenerLoop does what a listener does that reviews answers: it asks for the assignment of an event and accepts or rejects it.
func TestListenerLoop(t *testing.T) {
	r := newRig(t)
	result := r.act(toloka.ActionSubmit)
	id, _ := at(result, "id").(string)
	path := "/api/v1/assignments/" + id
	answer := r.want(http.StatusOK, "GET", path, "")
	tasks, _ := at(answer, "tasks").(payloads.Array)
	solutions, _ := at(answer, "solutions").(payloads.Array)
	if at(answer, "status") != "SUBMITTED" || at(answer, "pool_id") != at(result, "pool") || len(tasks) == 0 || len(tasks) != len(solutions) {
		t.Errorf("assignment %s", show(answer))
	}
	if o, _ := at(tasks, "0", "input_values").(*payloads.Object); o == nil || o.Len() == 0 {
		t.Errorf("a task without input: %s", show(answer))
	}
	r.host.raised = nil
	r.want(http.StatusConflict, "PATCH", "/api/v1/assignments/"+expired(r), `{"status":"ACCEPTED"}`)
	r.host.raised = nil
	answer = r.want(http.StatusOK, "PATCH", path, `{"status": "REJECTED", "public_comment": "No."}`)
	if at(answer, "status") != "REJECTED" || at(answer, "public_comment") != "No." || at(answer, "rejected") == nil {
		t.Errorf("rejected: %s", show(answer))
	}
	wellFormed(t, r.want(http.StatusConflict, "PATCH", path, `{"status":"REJECTED"}`))
	answer = r.want(http.StatusOK, "PATCH", path, `{"status":"ACCEPTED","public_comment":"`+strings.Repeat("é", 300)+`"}`)
	comment, _ := at(answer, "public_comment").(string)
	if at(answer, "status") != "ACCEPTED" || utf8.RuneCountInString(comment) != 200 {
		t.Errorf("accepted: %s", show(answer))
	}
	if diff := cmp.Diff([]string{toloka.AssignmentRejected, toloka.AssignmentApproved}, r.host.raised); diff != "" {
		t.Errorf("raised (-want +got):\n%s", diff)
	}
	task, _ := at(tasks, "0", "id").(string)
	if answer := r.want(http.StatusOK, "GET", "/api/v1/tasks/"+task, ""); at(answer, "pool_id") != at(result, "pool") {
		t.Errorf("task %s", show(answer))
	}
}

func expired(r *rig) string {
	r.Helper()
	id, _ := at(r.act(toloka.ActionExpire), "id").(string)
	return id
}

func TestReviewRefuses(t *testing.T) {
	r := newRig(t)
	id, _ := at(r.act(toloka.ActionSubmit), "id").(string)
	for body, code := range map[string]string{
		"": "VALIDATION_ERROR", "[]": "VALIDATION_ERROR", "{}": "VALIDATION_ERROR", `{"status":"APPROVED"}`: "VALIDATION_ERROR",
		`{"status":["ACCEPTED"]}`: "VALIDATION_ERROR", `{"status":"ACCEPTED","public_comment":7}`: "VALIDATION_ERROR",
	} {
		answer := r.want(http.StatusBadRequest, "PATCH", "/api/v1/assignments/"+id, body)
		wellFormed(t, answer)
		if at(answer, "code") != code {
			t.Errorf("%s: %s", body, show(answer))
		}
	}
	wellFormed(t, r.want(http.StatusNotFound, "PATCH", "/api/v1/assignments/00022cfa46--000000000000000000000000", `{"status":"ACCEPTED"}`))
}

// TestTriggeredAssignment wants the loop to work with a trigger's event, which no world knows.
func TestTriggeredAssignment(t *testing.T) {
	r := newRig(t)
	trigger := func(key string) *payloads.Object {
		b := payloadtest.Build(subscriptions.Subscription{}, "")
		body, err := bodyOf(subscriptions.Subscription{}, key, b)
		if err != nil {
			t.Fatal(err)
		}
		r.host.sent = append(r.host.sent, sentBody{toloka.DynamicOverlapCompleted, []byte("no JSON")}, sentBody{key, body})
		return firstEvent(t, body)
	}
	event := trigger(toloka.AssignmentCreated)
	id, _ := at(event, "assignment_id").(string)
	path := "/api/v1/assignments/" + id
	if answer := r.want(http.StatusOK, "GET", path, ""); at(answer, "status") != "ACTIVE" || at(answer, "solutions") != nil {
		t.Errorf("after CREATED: %s", show(answer))
	}
	r.want(http.StatusConflict, "PATCH", path, `{"status":"ACCEPTED"}`)
	trigger(toloka.AssignmentSubmitted)
	answer := r.want(http.StatusOK, "GET", path, "")
	for _, key := range []string{"task_suite_id", "pool_id"} {
		if at(answer, key) != at(event, key) {
			t.Errorf("%s: %s", key, show(answer))
		}
	}
	if got := at(answer, "submitted"); at(answer, "status") != "SUBMITTED" || got != "2026-01-02T03:04:05.000" {
		t.Errorf("after SUBMITTED: %s", show(answer))
	}
	answer = r.want(http.StatusOK, "PATCH", path, `{"status":"ACCEPTED"}`)
	if at(answer, "status") != "ACCEPTED" {
		t.Errorf("accepted: %s", show(answer))
	}
	approved := firstEvent(t, r.host.sent[len(r.host.sent)-1].body)
	for _, key := range []string{"project_id", "pool_id", "task_suite_id", "assignment_id"} {
		if at(approved, key) != at(event, key) {
			t.Errorf("%s: the approval says %v, the trigger %v", key, at(approved, key), at(event, key))
		}
	}
	r.want(http.StatusConflict, "PATCH", path, `{"status":"REJECTED"}`)
}

// TestTriggeredStatuses wants the status to be that of the newest event.
func TestTriggeredStatuses(t *testing.T) {
	for key, want := range map[string]struct{ status, time string }{
		toloka.AssignmentCreated: {"ACTIVE", "created"}, toloka.AssignmentSubmitted: {"SUBMITTED", "submitted"},
		toloka.AssignmentSkipped: {"SKIPPED", "skipped"}, toloka.AssignmentExpired: {"EXPIRED", "expired"},
		toloka.AssignmentApproved: {"ACCEPTED", "accepted"}, toloka.AssignmentRejected: {"REJECTED", "rejected"},
	} {
		r := newRig(t)
		body, err := bodyOf(subscriptions.Subscription{}, key, payloadtest.Build(subscriptions.Subscription{}, ""))
		if err != nil {
			t.Fatal(err)
		}
		r.host.sent = []sentBody{{key, body}}
		answer := r.want(http.StatusOK, "GET", "/api/v1/assignments/"+text(at(firstEvent(t, body), "assignment_id")), "")
		if at(answer, "status") != want.status || at(answer, want.time) != "2026-01-02T03:04:05.000" {
			t.Errorf("%s: %s", key, show(answer))
		}
	}
}

func TestPools(t *testing.T) {
	r := newRig(t)
	id, _ := at(r.act(toloka.ActionCreatePool), "id").(string)
	path := "/api/v1/pools/" + id
	if answer := r.want(http.StatusOK, "GET", path, ""); at(answer, "status") != "CLOSED" || at(answer, "last_close_reason") != nil {
		t.Errorf("new: %s", show(answer))
	}
	r.want(http.StatusNoContent, "POST", path+"/close", "")
	answer := r.want(http.StatusAccepted, "POST", path+"/open", "")
	if at(answer, "type") != "POOL.OPEN" || at(answer, "status") != "SUCCESS" || at(answer, "parameters", "pool_id") != id || at(answer, "progress") != int64(100) {
		t.Errorf("operation %s", show(answer))
	}
	r.want(http.StatusNoContent, "POST", path+"/open", "")
	r.want(http.StatusAccepted, "POST", path+"/close", "")
	if !slices.Equal(r.host.raised, []string{toloka.PoolClosed}) {
		t.Errorf("raised %v", r.host.raised)
	}
	if answer := r.want(http.StatusOK, "GET", path, ""); at(answer, "status") != "CLOSED" || at(answer, "last_close_reason") != "MANUAL" || at(answer, "last_stopped") == nil {
		t.Errorf("closed: %s", show(answer))
	}
	if answer := r.want(http.StatusOK, "GET", "/api/v1/requester", ""); at(answer, "balance") != 1000.0 || at(answer, "public_name", "EN") != "annohook" {
		t.Errorf("requester %s", show(answer))
	}
}
