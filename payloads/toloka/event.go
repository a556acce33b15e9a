package toloka

import (
	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/internal/wire"
)

// buildPoolClosed makes POOL_CLOSED; the close_reason is the subject's, or else the variant.
func buildPoolClosed(b payloads.Build) (*payloads.Object, error) {
	reason, err := payloads.VariantNamed(PoolClosed, closeReasons(), b.Variant)
	if err != nil {
		return nil, err
	}
	s, err := subjectOf(b)
	if err != nil {
		return nil, err
	}
	if s.Reason != "" {
		reason = s.Reason
	}
	return finish(b, payloads.Obj(
		"uuid", eventUUID(b, PoolClosed),
		"event_time", eventTime(b),
		"project_id", s.Project,
		"pool_id", s.Pool,
		"close_reason", reason,
		"webhook_subscription_id", rowOf(b, s, PoolClosed),
		"type", PoolClosed,
	)), nil
}

// buildAssignment returns the builder of one of the six assignment events, which differ in their type alone.
func buildAssignment(key string) func(payloads.Build) (*payloads.Object, error) {
	return func(b payloads.Build) (*payloads.Object, error) {
		s, err := plainSubject(b, key)
		if err != nil {
			return nil, err
		}
		return finish(b, payloads.Obj(
			"uuid", eventUUID(b, key),
			"event_time", eventTime(b),
			"project_id", s.Project,
			"pool_id", s.Pool,
			"task_suite_id", s.Suite,
			"assignment_id", s.Assignment,
			"webhook_subscription_id", rowOf(b, s, key),
			"type", key,
		)), nil
	}
}

// buildOverlapCompleted makes DYNAMIC_OVERLAP_COMPLETED. The documents' table calls confidence an integer and output_values an array;
// their sample, followed here, has a fraction and an object.
func buildOverlapCompleted(b payloads.Build) (*payloads.Object, error) {
	s, err := plainSubject(b, DynamicOverlapCompleted)
	if err != nil {
		return nil, err
	}
	assignments := make(payloads.Array, len(s.Assignments))
	for i, id := range s.Assignments {
		assignments[i] = id
	}
	event := finish(b, payloads.Obj(
		"uuid", eventUUID(b, DynamicOverlapCompleted),
		"event_time", eventTime(b),
		"project_id", s.Project,
		"pool_id", s.Pool,
		"task_id", s.Task,
		"confidence", s.Confidence,
		"webhook_subscription_id", rowOf(b, s, DynamicOverlapCompleted),
		"type", DynamicOverlapCompleted,
		"assignment_ids", assignments,
		"output_values", s.answer,
	))
	if b.Subscription.Quirk(QuirkNoAssignmentIDs, false) {
		event.Delete("assignment_ids")
	}
	return event, nil
}

// buildTest makes TEST_EVENT, which names no subscription.
func buildTest(b payloads.Build) (*payloads.Object, error) {
	s, err := plainSubject(b, TestEvent)
	if err != nil {
		return nil, err
	}
	return finish(b, payloads.Obj(
		"uuid", eventUUID(b, TestEvent),
		"event_time", eventTime(b),
		"project_id", s.Project,
		"pool_id", s.Pool,
		"type", TestEvent,
	)), nil
}

// plainSubject is the subject of an event type without variants.
func plainSubject(b payloads.Build, key string) (subject, error) {
	if _, err := payloads.VariantNamed(key, nil, b.Variant); err != nil {
		return subject{}, err
	}
	return subjectOf(b)
}

// rowOf is the id of the row of the subscription that the event is built for, or one that could be where there is none.
func rowOf(b payloads.Build, s subject, key string) string {
	if id := rowID(b.Subscription, key); id != "" {
		return id
	}
	return s.row
}

// layoutMilli is the other form of times that Toloka's API allows: milliseconds, no zone.
const layoutMilli = "2006-01-02T15:04:05.000"

func eventTime(b payloads.Build) string {
	if b.Subscription.Quirk(QuirkMillis, false) {
		return b.Now.UTC().Format(layoutMilli)
	}
	return wire.ISOSeconds(b.Now)
}

// finish applies the key order that the subscription asks for: with the quirk, that of the signed sample, which has uuid after pool_id.
func finish(b payloads.Build, event *payloads.Object) *payloads.Object {
	if b.Subscription.Quirk(QuirkKeyOrder, false) {
		uuid, _ := event.Get("uuid")
		event.InsertAfter("pool_id", "uuid", uuid)
	}
	return event
}
