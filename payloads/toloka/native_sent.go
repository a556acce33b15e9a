package toloka

import (
	"context"
	"slices"
	"time"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/internal/synth"
)

// Triggers make up pools, tasks and assignments that no world has, and a world forgets its oldest. A listener asks for them all the same, so
// they are made again of the events that named them.

// sentSearched is how many of the latest requests are looked through for what the world does not have.
const sentSearched = 500

// sentEvents visits the events of the latest requests, the newest first, until visit returns false.
func (a *api) sentEvents(ctx context.Context, visit func(event *payloads.Object) bool) error {
	return a.host.Sent(ctx, sentSearched, func(_ string, body []byte) bool {
		for _, event := range slices.Backward(eventsOf(body)) {
			if !visit(event) {
				return false
			}
		}
		return true
	})
}

// sentAssignment makes an assignment of the newest event of its own, or else of the newest aggregated answer that counts it; nil where there
// is neither.
func (a *api) sentAssignment(ctx context.Context, id string) (*assignment, error) {
	var found, counted *assignment
	err := a.sentEvents(ctx, func(event *payloads.Object) bool {
		status := statusAfter(textOf(event, "type"))
		if status != "" && textOf(event, "assignment_id") == id {
			found = assignmentIn(event, id, status)
		}
		if counted == nil && textOf(event, "type") == DynamicOverlapCompleted && counts(event, id) {
			counted = assignmentIn(event, id, statusSubmitted)
			counted.Task = textOf(event, "task_id")
			counted.Suite = taskOf(counted.Pool, counted.Task) // an id of the right form; the event names none
		}
		return found == nil
	})
	if found == nil {
		found = counted
	}
	return found, err
}

// counts reports whether an aggregated answer was made of an assignment.
func counts(event *payloads.Object, id string) bool {
	v, _ := event.Get("assignment_ids")
	list, _ := v.(payloads.Array)
	return slices.Contains(list, payloads.Value(id))
}

func assignmentIn(event *payloads.Object, id, status string) *assignment {
	at := timeIn(event)
	one := &assignment{
		ID: id, Project: textOf(event, "project_id"), Pool: textOf(event, "pool_id"), Suite: textOf(event, "task_suite_id"),
		User: userOf(id), Status: status, Created: at, Changed: at,
	}
	if one.finished() || status == statusRejected {
		one.Sent = at
	}
	return one
}

func timeIn(event *payloads.Object) time.Time {
	at, _ := parseTime(textOf(event, "event_time"))
	return at
}

// statusAfter is the status of an assignment after an event; "" for what is no event of assignments.
func statusAfter(key string) string {
	switch key {
	case AssignmentCreated:
		return statusActive
	case AssignmentSubmitted:
		return statusSubmitted
	case AssignmentSkipped:
		return statusSkipped
	case AssignmentExpired:
		return statusExpired
	case AssignmentApproved:
		return statusAccepted
	case AssignmentRejected:
		return statusRejected
	}
	return ""
}

// sentPool makes a pool of the newest event in it: closed by POOL_CLOSED, or else open.
func (a *api) sentPool(ctx context.Context, id string) (*pool, error) {
	var found *pool
	err := a.sentEvents(ctx, func(event *payloads.Object) bool {
		if textOf(event, "pool_id") != id {
			return true
		}
		at := timeIn(event)
		found = &pool{ID: id, Project: textOf(event, "project_id"), Name: "Pool " + id, Status: statusOpen, Created: at, Started: at}
		if reason := textOf(event, "close_reason"); reason != "" {
			found.Status, found.Reason, found.Stopped = statusClosed, reason, at
		}
		return false
	})
	if err == nil && found == nil {
		err = errAbsent
	}
	return found, err
}

// sentTask makes a task of an aggregated answer to it, or of an event about an assignment whose one task it is.
func (a *api) sentTask(ctx context.Context, id string) (*payloads.Object, error) {
	var found *payloads.Object
	err := a.sentEvents(ctx, func(event *payloads.Object) bool {
		pool, suite := textOf(event, "pool_id"), textOf(event, "task_suite_id")
		if textOf(event, "task_id") != id && (suite == "" || taskOf(pool, suite) != id) {
			return true
		}
		found = taskView(textOf(event, "project_id"), id)
		found.Set("pool_id", pool)
		found.Set("created", timeIn(event).Format(layoutMilli))
		return false
	})
	if err == nil && found == nil {
		err = errAbsent
	}
	return found, err
}

// taskOf is the one task of a suite that the world does not have.
func taskOf(pool, suite string) string {
	seed := textSeed(suite)
	return poolID(poolNumber(pool), synth.New(seed, seed).Hex(rowIDDigits))
}
