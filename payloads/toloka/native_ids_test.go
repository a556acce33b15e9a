package toloka_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/toloka"
	"github.com/annohook/annohook/subscriptions"
)

// rowIDs are the event types of all rows, by id.
func rowIDs(r *rig) map[string]string {
	r.Helper()
	ids := map[string]string{}
	items, _ := at(page(r, "?limit=300"), "items").(payloads.Array)
	for _, item := range items {
		id := text(at(item, "id"))
		if other := ids[id]; other != "" {
			r.Errorf("%s and %s share the id %s", other, at(item, "event_type"), id)
		}
		ids[id] = text(at(item, "event_type"))
	}
	return ids
}

func idOf(r *rig, event string) string {
	r.Helper()
	for id, key := range rowIDs(r) {
		if key == event {
			return id
		}
	}
	r.Fatalf("no row of %s", event)
	return ""
}

// TestIDsNeverComeBack deletes and moves rows of a subscription through the native API and brings their event types back through ours.
func TestIDsNeverComeBack(t *testing.T) {
	for name, own := range map[string]subscriptions.Subscription{
		"all events": {URL: "http://a/", Secret: "s", Scope: []byte(`{"pool_id":"7"}`), Enabled: true},
		"kept rows": {
			URL: "http://a/", Secret: "s", Scope: []byte(`{"pool_id":"7"}`), Enabled: true, Events: []string{toloka.PoolClosed, toloka.AssignmentCreated},
			Options: []byte(`{"rows":{"POOL_CLOSED":{"id":"aaaaaaaaaaaaaaaaaaaaaaaa","created":"2026-11-21T10:00:00.123"}}}`),
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			s, err := r.host.Subscribe(t.Context(), own)
			if err != nil {
				t.Fatal(err)
			}
			gone := idOf(r, toloka.PoolClosed)
			for range 3 {
				r.want(http.StatusNoContent, "DELETE", hooks+"/"+gone, "")
				change(t, r, s.ID, func(s *subscriptions.Subscription) { s.Events = nil })
				r.want(http.StatusNotFound, "GET", hooks+"/"+gone, "")
				gone = idOf(r, toloka.PoolClosed)
			}
			kept := idOf(r, toloka.AssignmentSkipped)

			// The row moves to a subscription with its own secret and keeps its id; the event type comes back to the old one.
			moved := idOf(r, toloka.AssignmentCreated)
			r.want(http.StatusOK, "PUT", hooks, forms(form("http://a/", toloka.AssignmentCreated, "7", "other")))
			change(t, r, s.ID, func(s *subscriptions.Subscription) { s.Events = nil })
			if ids := rowIDs(r); len(ids) != 9 || ids[moved] != toloka.AssignmentCreated {
				t.Errorf("rows %v, moved %s", ids, moved)
			}
			for _, s := range r.subscriptions() {
				if got, _ := build(t, toloka.AssignmentCreated, s).Get("webhook_subscription_id"); (got == moved) != (s.Secret == "other") {
					t.Errorf("events of the subscription with the secret %q carry %v, the moved row is %s", string(s.Secret), got, moved)
				}
			}
			if got := idOf(r, toloka.AssignmentSkipped); got != kept {
				t.Errorf("a row nobody touched was %s, is %s", kept, got)
			}
		})
	}
}

// TestIDsOutliveOptions replaces the options of a subscription that the native API has made, which our own API does without a thought: what an
// SDK knows must stay right.
func TestIDsOutliveOptions(t *testing.T) {
	r := newRig(t)
	r.want(http.StatusOK, "PUT", hooks, forms(form("http://a/", toloka.PoolClosed, "7", "s"), form("http://a/", toloka.AssignmentCreated, "7", "s")))
	r.want(http.StatusCreated, "PUT", hooks, form("http://a/", toloka.AssignmentSkipped, "7", "s"))
	before := rowIDs(r)
	s := r.subscriptions()[0]
	for _, options := range []string{`{"batch":{"window":"0s"}}`, `{}`, ``} {
		change(t, r, s.ID, func(s *subscriptions.Subscription) { s.Options = []byte(options) })
		if diff := cmp.Diff(before, rowIDs(r)); diff != "" {
			t.Errorf("rows with the options %s (-want +got):\n%s", options, diff)
		}
		for id, key := range before {
			if got, _ := build(t, key, r.subscriptions()[0]).Get("webhook_subscription_id"); got != id {
				t.Errorf("options %s: %s carries %v, the row is %s", options, key, got, id)
			}
		}
	}
}

// TestAgainAfterDeletion registers a row again that was deleted, while another of the same subscription stays.
func TestAgainAfterDeletion(t *testing.T) {
	r := newRig(t)
	r.want(http.StatusOK, "PUT", hooks, forms(form("http://a/", toloka.PoolClosed, "7", "s"), form("http://a/", toloka.AssignmentCreated, "7", "s")))
	seen := map[string]bool{}
	for range 5 {
		id := idOf(r, toloka.PoolClosed)
		if seen[id] {
			t.Errorf("%s comes back", id)
		}
		seen[id] = true
		r.want(http.StatusNoContent, "DELETE", hooks+"/"+id, "")
		r.want(http.StatusCreated, "PUT", hooks, form("http://a/", toloka.PoolClosed, "7", "s"))
	}
	if got := len(r.subscriptions()); got != 1 {
		t.Errorf("%d subscriptions", got)
	}
}

// TestManyFaults wants a form full of nonsense refused quickly and in few words.
func TestManyFaults(t *testing.T) {
	r := newRig(t)
	var body strings.Builder
	body.WriteString(`{"webhook_url":7`)
	for i := range 60_000 {
		fmt.Fprintf(&body, `,"a%d":1`, i)
	}
	body.WriteString(`}`)
	start := time.Now()
	answer := r.want(http.StatusBadRequest, "PUT", hooks, body.String())
	wellFormed(t, answer)
	faults, _ := at(answer, "payload").(*payloads.Object)
	if faults.Len() > 20 || at(faults, "webhook_url", "code") != "STRING_EXPECTED" {
		t.Errorf("%d faults", faults.Len())
	}
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("took %v", took)
	}
}

// crowd is a host whose world another call changes just before an action.
type crowd struct {
	*host

	before func()
}

func (c crowd) Act(ctx context.Context, name string, params *payloads.Object) (*payloads.Object, error) {
	c.before()
	return c.host.Act(ctx, name, params)
}

// TestClosedMeanwhile wants the loser of two calls that close a pool to be told that it is closed already.
func TestClosedMeanwhile(t *testing.T) {
	r := newRig(t)
	pool := text(at(r.act(toloka.ActionOpenPool), "id"))
	r.handler = platform().Native.Handler(crowd{r.host, sync.OnceFunc(func() {
		if _, err := r.host.Act(t.Context(), toloka.ActionClosePool, payloads.Obj("pool", pool)); err != nil {
			t.Error(err)
		}
	})})
	r.want(http.StatusNoContent, "POST", "/api/v1/pools/"+pool+"/close", "")
	if got := len(r.host.raised); got != 1 {
		t.Errorf("raised %v", r.host.raised)
	}
}
