package toloka

import (
	"fmt"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/internal/wire"
)

// buildPoolClosed makes POOL_CLOSED; the variant is the close_reason.
func buildPoolClosed(b payloads.Build) (*payloads.Object, error) {
	reason := ""
	for _, v := range closeReasons() {
		if b.Variant == v.Name || (b.Variant == "" && reason == "") {
			reason = v.Name
		}
	}
	if reason == "" {
		return nil, unknownVariant(PoolClosed, b.Variant)
	}
	w := newWorld(b)
	return finish(b, payloads.Obj(
		"uuid", eventUUID(b, PoolClosed),
		"event_time", eventTime(b),
		"project_id", w.project,
		"pool_id", w.pool,
		"close_reason", reason,
		"webhook_subscription_id", rowOf(b, w, PoolClosed),
		"type", PoolClosed,
	)), nil
}

// buildAssignment returns the builder of one of the six assignment events, which differ in their type alone.
func buildAssignment(key string) func(payloads.Build) (*payloads.Object, error) {
	return func(b payloads.Build) (*payloads.Object, error) {
		if b.Variant != "" {
			return nil, unknownVariant(key, b.Variant)
		}
		w := newWorld(b)
		return finish(b, payloads.Obj(
			"uuid", eventUUID(b, key),
			"event_time", eventTime(b),
			"project_id", w.project,
			"pool_id", w.pool,
			"task_suite_id", w.suite,
			"assignment_id", w.assignment,
			"webhook_subscription_id", rowOf(b, w, key),
			"type", key,
		)), nil
	}
}

// buildOverlapCompleted makes DYNAMIC_OVERLAP_COMPLETED. The documents' table calls confidence an integer and output_values an array;
// their sample, followed here, has a fraction and an object.
func buildOverlapCompleted(b payloads.Build) (*payloads.Object, error) {
	if b.Variant != "" {
		return nil, unknownVariant(DynamicOverlapCompleted, b.Variant)
	}
	w := newWorld(b)
	assignments := payloads.Array{w.assignment}
	for _, id := range w.others {
		assignments = append(assignments, id)
	}
	return finish(b, payloads.Obj(
		"uuid", eventUUID(b, DynamicOverlapCompleted),
		"event_time", eventTime(b),
		"project_id", w.project,
		"pool_id", w.pool,
		"task_id", w.task,
		"confidence", w.confidence,
		"webhook_subscription_id", rowOf(b, w, DynamicOverlapCompleted),
		"type", DynamicOverlapCompleted,
		"assignment_ids", assignments,
		"output_values", w.answer,
	)), nil
}

// buildTest makes TEST_EVENT, which names no subscription.
func buildTest(b payloads.Build) (*payloads.Object, error) {
	if b.Variant != "" {
		return nil, unknownVariant(TestEvent, b.Variant)
	}
	w := newWorld(b)
	return finish(b, payloads.Obj(
		"uuid", eventUUID(b, TestEvent),
		"event_time", eventTime(b),
		"project_id", w.project,
		"pool_id", w.pool,
		"type", TestEvent,
	)), nil
}

func unknownVariant(key, variant string) error {
	return fmt.Errorf("event type %s has no variant %q", key, variant)
}

// rowOf is the row of the subscription that the event is built for, or one that could be where there is none.
func rowOf(b payloads.Build, w world, key string) string {
	if row := RowID(b.Subscription.NativeID, key); row != "" {
		return row
	}
	return w.row
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
