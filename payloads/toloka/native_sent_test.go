package toloka_test

import (
	"net/http"
	"testing"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/payloadtest"
	"github.com/annohook/annohook/payloads/toloka"
	"github.com/annohook/annohook/subscriptions"
)

// trigger sends an event that no world knows, and returns it.
func (r *rig) trigger(key, variant string) *payloads.Object {
	r.Helper()
	body, err := bodyOf(subscriptions.Subscription{}, key, payloadtest.Build(subscriptions.Subscription{}, variant))
	if err != nil {
		r.Fatal(err)
	}
	r.host.sent = append(r.host.sent, sentBody{key, body})
	return firstEvent(r.T, body)
}

// TestTriggeredPool wants the pool of a trigger's event found, as the newest event leaves it.
func TestTriggeredPool(t *testing.T) {
	r := newRig(t)
	event := r.trigger(toloka.AssignmentCreated, "")
	path := "/api/v1/pools/" + text(at(event, "pool_id"))
	answer := r.want(http.StatusOK, "GET", path, "")
	if at(answer, "status") != "OPEN" || at(answer, "project_id") != at(event, "project_id") || at(answer, "last_close_reason") != nil {
		t.Errorf("after CREATED: %s", show(answer))
	}
	r.trigger(toloka.PoolClosed, "BLOCKED")
	answer = r.want(http.StatusOK, "GET", path+"/", "")
	if at(answer, "status") != "CLOSED" || at(answer, "last_close_reason") != "BLOCKED" || at(answer, "last_stopped") != "2026-01-02T03:04:05.000" {
		t.Errorf("after POOL_CLOSED: %s", show(answer))
	}
	wellFormed(t, r.want(http.StatusNotFound, "POST", path+"/open", ""))
	wellFormed(t, r.want(http.StatusNotFound, "GET", "/api/v1/pools/1", ""))
}

// TestTriggeredTasks wants every id in a trigger's events to lead somewhere: the task and the assignments of an aggregated answer, and the tasks
// that an assignment is answered with.
func TestTriggeredTasks(t *testing.T) {
	r := newRig(t)
	event := r.trigger(toloka.DynamicOverlapCompleted, "")
	task := text(at(event, "task_id"))
	answer := r.want(http.StatusOK, "GET", "/api/v1/tasks/"+task, "")
	if at(answer, "id") != task || at(answer, "pool_id") != at(event, "pool_id") || at(answer, "input_values") == nil {
		t.Errorf("task %s", show(answer))
	}
	list, _ := at(event, "assignment_ids").(payloads.Array)
	for _, id := range list {
		answer := r.want(http.StatusOK, "GET", "/api/v1/assignments/"+text(id), "")
		if at(answer, "status") != "SUBMITTED" || at(answer, "tasks", "0", "id") != task || at(answer, "solutions", "0", "output_values") == nil {
			t.Errorf("assignment %s", show(answer))
		}
		wellFormed(t, r.want(http.StatusNotFound, "GET", "/api/v1/tasks/"+text(id), ""))
	}
	last := "/api/v1/assignments/" + text(list[len(list)-1])
	if answer := r.want(http.StatusOK, "PATCH", last, `{"status":"ACCEPTED"}`); at(answer, "status") != "ACCEPTED" || at(answer, "tasks", "0", "id") != task {
		t.Errorf("accepted: %s", show(answer))
	}

	// An event of its own says more about an assignment than being counted, whichever came later.
	event = r.trigger(toloka.AssignmentRejected, "")
	r.trigger(toloka.DynamicOverlapCompleted, "")
	answer = r.want(http.StatusOK, "GET", "/api/v1/assignments/"+text(at(event, "assignment_id")), "")
	if at(answer, "status") != "REJECTED" || at(answer, "task_suite_id") != at(event, "task_suite_id") {
		t.Errorf("rejected: %s", show(answer))
	}
	shown := text(at(answer, "tasks", "0", "id"))
	if answer := r.want(http.StatusOK, "GET", "/api/v1/tasks/"+shown, ""); at(answer, "id") != shown || at(answer, "pool_id") != at(event, "pool_id") {
		t.Errorf("its task: %s", show(answer))
	}
}

// TestForeignBodies wants requests whose bodies a user has replaced to be passed over.
func TestForeignBodies(t *testing.T) {
	r := newRig(t)
	for _, body := range []string{``, `[]`, `{"events":7}`, `{"events":[7,null,{"pool_id":7,"type":[]}]}`, `{"events":[{"type":"DYNAMIC_OVERLAP_COMPLETED","assignment_ids":"x"}]}`} {
		r.host.sent = append(r.host.sent, sentBody{toloka.PoolClosed, []byte(body)})
	}
	for _, path := range []string{"/api/v1/pools/7", "/api/v1/tasks/x", "/api/v1/assignments/x"} {
		wellFormed(t, r.want(http.StatusNotFound, "GET", path, ""))
	}
	r.host.sent = append(r.host.sent, sentBody{toloka.PoolClosed, []byte(`{"events":[{"type":"POOL_CLOSED","pool_id":"7","close_reason":"MANUAL"}]}`)})
	if answer := r.want(http.StatusOK, "GET", "/api/v1/pools/7", ""); at(answer, "status") != "CLOSED" {
		t.Errorf("pool %s", show(answer))
	}
}
