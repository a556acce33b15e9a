package scheduler_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/payloadtest/invented"
	"github.com/annohook/annohook/scheduler"
	"github.com/annohook/annohook/sender/history"
	"github.com/annohook/annohook/subscriptions"
)

var errBroken = errors.New("broken on purpose")

func TestBatchFillsAndFlushes(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.subscribe(`{"window":"1s","max":10}`)
	published := r.publish(scheduler.Trigger{Count: 25})
	if len(published.Events) != 25 || len(published.Deliveries) != 3 {
		t.Fatalf("%d events in %d deliveries", len(published.Events), len(published.Deliveries))
	}
	last := published.Deliveries[2].ID
	r.runFor(999 * time.Millisecond)
	r.wantStatus(last, history.Collecting)
	r.drain()
	var sizes []int
	ids := map[string]bool{}
	for _, body := range r.bodies() {
		sizes = append(sizes, count(body, `"type":"NOTE_ADDED"`))
		for _, part := range strings.Split(body, `"id":"`)[1:] {
			ids[part[:36]] = true
		}
	}
	if diff := cmp.Diff([]int{10, 10, 5}, sizes); diff != "" {
		t.Errorf("events per request (-want +got):\n%s", diff)
	}
	if len(ids) != 25 {
		t.Errorf("%d different ids", len(ids))
	}
	if diff := cmp.Diff([]time.Duration{0, 0, time.Second}, r.offsets()); diff != "" {
		t.Errorf("sent at (-want +got):\n%s", diff)
	}
	if d := r.delivery(last); len(d.EventIDs) != 5 {
		t.Errorf("last delivery names %d events", len(d.EventIDs))
	}
}

func TestSubscriptionsNeverShareABatch(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.subscribe(`{"window":"1s"}`)
	r.subscribe(`{"window":"1s"}`, func(s *subscriptions.Subscription) { s.Secret = "other" })
	r.publish(scheduler.Trigger{Count: 3})
	r.drain()
	if len(r.wire.sent) != 2 || r.wire.sent[0].request.Signature.KeyFingerprint == r.wire.sent[1].request.Signature.KeyFingerprint {
		t.Errorf("%d requests", len(r.wire.sent))
	}
}

func TestOpenBatchIsFlushedBeforeItsTargetChanges(t *testing.T) {
	t.Parallel()
	for _, change := range []string{"url", "secret", "delete"} {
		t.Run(change, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			sub := r.subscribe(`{"window":"1m"}`)
			id := r.publish(scheduler.Trigger{Count: 2}).Deliveries[0].ID
			var err error
			switch change {
			case "delete":
				_, err = r.Unsubscribe(t.Context(), sub.ID)
			default:
				_, err = r.Change(t.Context(), sub.ID, func(s *subscriptions.Subscription) error {
					if change == "url" {
						s.URL = "http://new.test/"
					} else {
						s.Secret = "brand new"
					}
					return nil
				})
			}
			if err != nil {
				t.Fatal(err)
			}
			r.runFor(time.Second)
			r.wantStatus(id, history.Succeeded)
			if len(r.wire.sent) != 1 || r.wire.sent[0].request.URL != "http://listener.test/hook" {
				t.Fatalf("sent %+v", r.wire.sent)
			}
		})
	}
}

func TestChainKeepsTheOrderOfOneSubscription(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.wire.answer = script(500, 200)
	r.subscribe(`{"chain":"subscription","parts":3}`)
	published := r.publish(scheduler.Trigger{Type: invented.Sheets})
	if len(published.Deliveries) != 3 {
		t.Fatalf("%d deliveries", len(published.Deliveries))
	}
	second := r.delivery(published.Deliveries[1].ID)
	if second.Status != history.Pending || second.WaitsFor != published.Deliveries[0].ID {
		t.Errorf("second part is %s, waits for %q", second.Status, second.WaitsFor)
	}
	r.drain()
	var parts []string
	for _, body := range r.bodies() {
		parts = append(parts, body[strings.Index(body, `"part":`)+7:][:1])
	}
	if diff := cmp.Diff([]string{"0", "0", "1", "2"}, parts); diff != "" {
		t.Errorf("parts sent (-want +got):\n%s", diff)
	}
}

func TestChainGoesOnAfterAFailureAndACancel(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.wire.answer = script(500, 500, 500, 500, 200)
	r.subscribe(`{"chain":"subscription","parts":3}`)
	published := r.publish(scheduler.Trigger{Type: invented.Sheets})
	if err := r.Cancel(t.Context(), published.Deliveries[1].ID); err != nil {
		t.Fatal(err)
	}
	r.drain()
	r.wantStatus(published.Deliveries[0].ID, history.Failed)
	r.wantStatus(published.Deliveries[1].ID, history.Cancelled)
	r.wantStatus(published.Deliveries[2].ID, history.Succeeded)
}

func TestChainAcrossSubscriptionsGoesPartByPart(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for _, host := range []string{"a", "b"} {
		r.subscribe(`{"chain":"event","parts":2}`, func(s *subscriptions.Subscription) { s.URL = "http://" + host + ".test/" })
	}
	r.publish(scheduler.Trigger{Type: invented.Sheets})
	r.drain()
	var order []string
	for _, s := range r.wire.sent {
		order = append(order, s.request.URL)
	}
	want := []string{"http://a.test/", "http://b.test/", "http://a.test/", "http://b.test/"}
	if diff := cmp.Diff(want, order); diff != "" {
		t.Errorf("order (-want +got):\n%s", diff)
	}
}

func TestSameSeedAndNowGiveTheSameBytes(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.subscribe("")
	seed, now := uint64(7), start.Add(-time.Hour)
	for range 2 {
		r.publish(scheduler.Trigger{Seed: &seed, Now: &now})
	}
	r.publish(scheduler.Trigger{Now: &now})
	r.drain()
	bodies := r.bodies()
	if bodies[0] != bodies[1] {
		t.Errorf("same seed, other bytes:\n%s\n%s", bodies[0], bodies[1])
	}
	if bodies[0] == bodies[2] {
		t.Error("without a seed the same bytes")
	}
}

func TestOverridesReachTheWire(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.subscribe("")
	r.publish(scheduler.Trigger{Override: payloads.Override{
		Set:  []payloads.Assignment{{Path: "note.text", Value: "mine"}},
		Data: payloads.Obj("extra", payloads.Obj("n", int64(1))),
	}})
	r.publish(scheduler.Trigger{Body: []byte("not even JSON")})
	r.drain()
	if body := r.bodies()[0]; count(body, `"text":"mine"`) != 1 || count(body, `"extra":{"n":1}`) != 1 {
		t.Errorf("body %s", body)
	}
	if body := r.bodies()[1]; body != "not even JSON" {
		t.Errorf("body %q", body)
	}
}

func TestNobodyWantsIt(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		adjust  func(*subscriptions.Subscription)
		trigger scheduler.Trigger
		want    string
	}{
		{"disabled", func(s *subscriptions.Subscription) { s.Enabled = false }, scheduler.Trigger{}, "it is disabled"},
		{"other events", func(s *subscriptions.Subscription) { s.Events = []string{invented.NoteRemoved} }, scheduler.Trigger{}, "it wants other events"},
		{"no events", func(s *subscriptions.Subscription) { s.Events = []string{} }, scheduler.Trigger{}, "it wants other events"},
		{"profile", nil, scheduler.Trigger{Profile: "v2"}, "it has profile v1"},
		{"type of another profile", func(s *subscriptions.Subscription) { s.Profile = "v2" }, scheduler.Trigger{Type: invented.NoteRemoved}, "has no event type"},
		{
			"scope", func(s *subscriptions.Subscription) { s.Scope = json.RawMessage(`{"box":"B"}`) },
			scheduler.Trigger{Override: payloads.Override{Set: []payloads.Assignment{{Path: "note.box", Value: "C"}}}},
			"its scope is box B",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			adjust := tt.adjust
			if adjust == nil {
				adjust = func(*subscriptions.Subscription) {}
			}
			sub := r.subscribe("", adjust)
			tt.trigger.Platform = invented.ID
			if tt.trigger.Type == "" {
				tt.trigger.Type = invented.NoteAdded
			}
			_, err := r.Publish(t.Context(), tt.trigger)
			var none *scheduler.NoMatchError
			if !errors.As(err, &none) || len(none.Reasons) != 1 || none.Reasons[0].SubscriptionID != sub.ID || !strings.Contains(none.Reasons[0].Why, tt.want) {
				t.Fatalf("error %v, want reason %q", err, tt.want)
			}
			if page, _ := r.history.List(t.Context(), history.Query{}); len(page.Items) != 0 {
				t.Error("something was stored")
			}
			if events, _ := r.history.Events(t.Context(), "", "", 10); len(events.Items) != 0 {
				t.Error("an event was stored")
			}
		})
	}
}

func TestEventHappensInTheScopeThatLooksAtIt(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for _, box := range []string{"B", "C"} {
		r.subscribe("", func(s *subscriptions.Subscription) { s.Scope = json.RawMessage(fmt.Sprintf(`{"box":%q}`, box)) })
	}
	r.publish(scheduler.Trigger{})
	r.drain()
	if bodies := strings.Join(r.bodies(), ""); count(bodies, `"box":"B"`) != 1 || count(bodies, `"box":"C"`) != 1 {
		t.Errorf("bodies %s", bodies)
	}
}

func TestInvalidTriggersNameTheirField(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	sub := r.subscribe("")
	tests := []struct {
		name    string
		trigger scheduler.Trigger
		field   string
	}{
		{"platform", scheduler.Trigger{Platform: "nowhere", Type: invented.NoteAdded}, "platform"},
		{"profile", scheduler.Trigger{Platform: invented.ID, Profile: "v9", Type: invented.NoteAdded}, "profile"},
		{"type", scheduler.Trigger{Platform: invented.ID, Type: "note.lost"}, "type"},
		{"variant", scheduler.Trigger{Platform: invented.ID, Type: invented.NoteAdded, Variant: "wide"}, "variant"},
		{"count", scheduler.Trigger{Platform: invented.ID, Type: invented.NoteAdded, Count: 1001}, "count"},
		{"path", scheduler.Trigger{Platform: invented.ID, Type: invented.NoteAdded, Override: payloads.Override{Set: []payloads.Assignment{{Path: "note.txt", Value: 1}}}}, "set[0].path"},
		{"body and data", scheduler.Trigger{Platform: invented.ID, Type: invented.NoteAdded, Body: []byte("{}"), Override: payloads.Override{Data: payloads.Obj()}}, "body"},
		{"unknown subscription", scheduler.Trigger{Platform: invented.ID, Type: invented.NoteAdded, SubscriptionIDs: []string{sub.ID, "x"}}, "subscription_ids[1]"},
		{"subscription twice", scheduler.Trigger{Platform: invented.ID, Type: invented.NoteAdded, SubscriptionIDs: []string{sub.ID, sub.ID}}, "subscription_ids[1]"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := r.Publish(t.Context(), tt.trigger)
			var invalid *scheduler.InvalidError
			if !errors.As(err, &invalid) || invalid.Problems[0].Field != tt.field {
				t.Fatalf("error %v, want field %s", err, tt.field)
			}
		})
	}
	t.Cleanup(func() {
		if page, err := r.history.List(context.WithoutCancel(t.Context()), history.Query{}); err != nil || len(page.Items) != 0 {
			t.Errorf("something was stored, or cannot be read: %v", err)
		}
	})
}
