package toloka

import "github.com/annohook/annohook/payloads"

// Keys of the event types, which are their wire names too.
const (
	PoolClosed              = "POOL_CLOSED"
	DynamicOverlapCompleted = "DYNAMIC_OVERLAP_COMPLETED"
	AssignmentCreated       = "ASSIGNMENT_CREATED"
	AssignmentSubmitted     = "ASSIGNMENT_SUBMITTED"
	AssignmentSkipped       = "ASSIGNMENT_SKIPPED"
	AssignmentExpired       = "ASSIGNMENT_EXPIRED"
	AssignmentApproved      = "ASSIGNMENT_APPROVED"
	AssignmentRejected      = "ASSIGNMENT_REJECTED"
	TestEvent               = "TEST_EVENT"
)

// Sources of the payloads.
const (
	sourceFormat = "docs: using-webhook-subscriptions (Toloka/docs@c28c2aca)"
	sourceTest   = "docs: post-webhook-subscriptions, fullApi.yaml (Toloka/docs@c28c2aca)"
)

func events() []payloads.EventType {
	list := []payloads.EventType{
		{
			Key: PoolClosed, Title: "Pool closed", Summary: "Sent when a pool is closed, for whatever reason.",
			Variants: closeReasons(), Build: buildPoolClosed,
		},
		{
			Key: DynamicOverlapCompleted, Title: "Dynamic overlap completed",
			Summary: "Sent when an aggregated answer is there after dynamic overlap.", Build: buildOverlapCompleted,
		},
		assignmentType(AssignmentCreated, "Assignment created", "Sent when a task suite is given to a Toloker."),
		assignmentType(AssignmentSubmitted, "Assignment submitted", "Sent when a Toloker has finished and waits for the requester's review."),
		assignmentType(AssignmentSkipped, "Assignment skipped", "Sent when a Toloker took a task suite, skipped it and will not come back to it."),
		assignmentType(AssignmentExpired, "Assignment expired", "Sent when the time ran out, or the Toloker gave the suite up before that."),
		assignmentType(AssignmentApproved, "Assignment approved", "Sent when the requester accepted the work; the assignment's status is then ACCEPTED."),
		assignmentType(AssignmentRejected, "Assignment rejected", "Sent when the requester rejected the work; it can still be approved later."),
		{
			Key: TestEvent, Title: "Test event", Summary: "Sent only by a test call of the subscription API, a single time.",
			Source: sourceTest, Once: true, Build: buildTest,
		},
	}
	for i := range list {
		e := &list[i]
		e.Name, e.Method, e.Fidelity = e.Key, "POST", payloads.Documented
		if e.Source == "" {
			e.Source = sourceFormat
		}
	}
	return list
}

func assignmentType(key, title, summary string) payloads.EventType {
	return payloads.EventType{Key: key, Title: title, Summary: summary, Build: buildAssignment(key)}
}

// closeReasons are the values of close_reason. The documents print the first; the rest are the values of a pool's last_close_reason, and
// that the event uses the same set is inferred.
func closeReasons() []payloads.Variant {
	return []payloads.Variant{
		{Name: "MANUAL", Summary: "Closed by the requester.", Fidelity: payloads.Documented},
		{Name: "EXPIRED", Summary: "The pool's will_expire was reached.", Fidelity: payloads.Assumed},
		{Name: "COMPLETED", Summary: "All tasks are done.", Fidelity: payloads.Assumed},
		{Name: "NOT_ENOUGH_BALANCE", Summary: "The requester's account ran dry.", Fidelity: payloads.Assumed},
		{Name: "ASSIGNMENTS_LIMIT_EXCEEDED", Summary: "The pool has two million assignments.", Fidelity: payloads.Assumed},
		{Name: "BLOCKED", Summary: "The requester's account was blocked.", Fidelity: payloads.Assumed},
		{Name: "FOR_UPDATE", Summary: "The pool is being edited.", Fidelity: payloads.Assumed},
	}
}
