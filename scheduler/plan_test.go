package scheduler_test

import (
	"bytes"
	"testing"

	"github.com/annohook/annohook/payloads/payloadtest/invented"
	"github.com/annohook/annohook/scheduler"
	"github.com/annohook/annohook/sender/history"
)

func TestATriggerThatWouldStoreGigabytesIsRefused(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for range 20 {
		r.subscribe("")
	}
	large := bytes.Repeat([]byte("x"), 16<<20)
	for field, trigger := range map[string]scheduler.Trigger{
		"count":            {Body: large[:4<<20], Count: 1000},
		"subscription_ids": {Body: large},
	} {
		trigger.Platform, trigger.Type = invented.ID, invented.NoteAdded
		if _, err := r.Publish(t.Context(), trigger); !invalidField(err, field) {
			t.Errorf("%s: error %v", field, err)
		}
	}
	page, err := r.history.Events(t.Context(), "", "", 10)
	if err != nil || len(page.Items) != 0 {
		t.Errorf("%d events are stored, error %v", len(page.Items), err)
	}
	if counts, err := r.history.Counts(t.Context()); err != nil || counts.Deliveries[invented.ID][history.Pending] != 0 {
		t.Errorf("counts %v, error %v", counts, err)
	}
	r.publish(scheduler.Trigger{Count: scheduler.MaxCount})
}
