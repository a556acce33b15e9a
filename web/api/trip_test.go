package api_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/annohook/annohook/web/client"
)

func TestAnEventMakesItsWholeTrip(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.listener.respond(500, 200)
	sub := r.subscribe(`,"secret":"hush-hush"`)
	accepted := r.trigger(`,"seed":7,"now":"2026-01-02T03:04:05Z"`)
	equal(t, "type", accepted.Type, "note.added")
	equal(t, "id", accepted.ID, accepted.Events[0])
	equal(t, "deliveries", len(accepted.Deliveries), 1)
	equal(t, "status", accepted.Deliveries[0].Status, "succeeded")
	equal(t, "subscription", accepted.Deliveries[0].SubscriptionID, sub.ID)

	d := r.delivery(accepted.Deliveries[0].ID)
	equal(t, "attempts", len(d.Attempts), 2)
	first, second := d.Attempts[0], d.Attempts[1]
	equal(t, "first reply", first.Response.Status, 500)
	equal(t, "first error", first.Error.Kind, "status")
	equal(t, "second reply", second.Response.Status, 200)
	if second.Error != nil || second.Outcome == nil || *second.Outcome != "succeeded" {
		t.Errorf("second attempt: %+v", second)
	}
	sent := r.listener.received()
	equal(t, "body as sent", *second.Request.Body.Text, sent[1])
	equal(t, "size", second.Request.Body.Size, len(sent[1]))
	equal(t, "signed string", second.Signature.SignedString, "2."+sent[1])
	if d.SettledAt == nil || d.NextAttemptAt != nil || d.WaitsFor != nil || d.ReplayOf != nil {
		t.Errorf("delivery: %+v", d)
	}

	var event client.Event
	r.call("GET", "/api/v1/events/"+accepted.ID, "").want(200).into(&event)
	equal(t, "seed", event.Seed, uint64(7))
	equal(t, "event's delivery", event.Deliveries, []client.EventDelivery{{ID: d.ID, SubscriptionID: sub.ID}})
}

func TestABodyGivenIsSentByteForByte(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.subscribe("")
	r.trigger(`,"body":"{ \"a\" : 1.0,\n \"é\": \"<\" }"`)
	r.trigger(`,"body":{ "b" : 1.00, "c":"\u003c" }`)
	r.trigger(`,"body":[1e3 ,2]`)
	equal(t, "bodies", r.listener.received(), []string{"{ \"a\" : 1.0,\n \"é\": \"<\" }", `{ "b" : 1.00, "c":"\u003c" }`, `[1e3 ,2]`})
}

func TestOverridesReachTheBody(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.subscribe("")
	r.trigger(`,"set":[{"path":"note.id","value":1.5},{"path":"note.box","value":null}],"data":{"extra":[1,2.5],"at":null}`)
	body := r.listener.received()[0]
	for _, part := range []string{`"id":1.5`, `"box":null`, `"extra":[1,2.5]`} {
		if !strings.Contains(body, part) {
			t.Errorf("body %s lacks %s", body, part)
		}
	}
	if strings.Contains(body, `"at"`) {
		t.Errorf("body %s still has at", body)
	}
}

func TestATriggerWithoutRoomIsA429(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.subscribe("")
	full := errors.New("the store is 95 % full")
	r.full.Store(&full)
	a := r.call("POST", "/api/v1/events", `{"platform":"postbox","type":"note.added"}`, "Idempotency-Key", "k")
	a.problem(http.StatusTooManyRequests)
	equal(t, "Retry-After", a.header.Get("Retry-After"), "1")
	if !strings.Contains(string(a.body), full.Error()) {
		t.Errorf("the reason is missing in %s", a.body)
	}
	r.full.Store(nil)
	r.call("POST", "/api/v1/events", `{"platform":"postbox","type":"note.added"}`, "Idempotency-Key", "k").want(http.StatusAccepted)
}

func TestATriggerThatNobodyWantsIsA409WithTheReason(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	sub := r.subscribe(`,"enabled":false`)
	errs := r.call("POST", "/api/v1/events", `{"platform":"postbox","type":"note.added"}`).problem(http.StatusConflict)
	equal(t, "reason", errs["subscriptions."+sub.ID], "it is disabled")
	var list client.EventList
	r.call("GET", "/api/v1/events", "").want(200).into(&list)
	equal(t, "stored events", len(list.Items), 0)
}

func TestWaitingEndsWithTheTimeoutAndTellsWhatIsKnown(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.listener.hold = make(chan struct{})
	t.Cleanup(func() { close(r.listener.hold) })
	r.subscribe("")
	var accepted client.Accepted
	r.call("POST", "/api/v1/events?wait=settled&timeout=50ms", `{"platform":"postbox","type":"note.added"}`).want(http.StatusAccepted).into(&accepted)
	equal(t, "status", accepted.Deliveries[0].Status, "pending")
}

func TestWaitingEndsWhenTheServerStops(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.listener.hold = make(chan struct{})
	t.Cleanup(func() { close(r.listener.hold) })
	r.subscribe("")
	close(r.closing)
	r.call("POST", "/api/v1/events?wait=settled&timeout=5m", `{"platform":"postbox","type":"note.added"}`).want(http.StatusAccepted)
}

func TestReplayCancelAndExport(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.subscribe(`,"secret":"hush-hush"`)
	first := r.trigger(`,"seed":1`).Deliveries[0].ID
	for _, mode := range []string{"retry", "new", "verbatim"} {
		var again client.Delivery
		a := r.call("POST", "/api/v1/deliveries/"+first+"/replay", `{"mode":"`+mode+`"}`).want(http.StatusAccepted)
		a.into(&again)
		equal(t, "replay of", *again.ReplayOf, first)
		equal(t, "mode", *again.ReplayMode, mode)
		equal(t, "location", a.header.Get("Location"), "/api/v1/deliveries/"+again.ID)
	}
	r.call("POST", "/api/v1/deliveries/"+first+"/replay", "").want(http.StatusAccepted)
	errs := r.call("POST", "/api/v1/deliveries/"+first+"/replay", `{"mode":"twice"}`).problem(422)
	if !strings.Contains(errs["body.mode"], "retry, new, verbatim") {
		t.Errorf("mode: %v", errs)
	}
	var bulk client.Replayed
	r.call("POST", "/api/v1/deliveries/replay", `{"query":{"status":"succeeded","type":"NOTE_ADDED"},"mode":"retry"}`).want(http.StatusAccepted).into(&bulk)
	if bulk.Count < 1 {
		t.Errorf("bulk replay found %d", bulk.Count)
	}
	r.call("POST", "/api/v1/deliveries/"+first+"/cancel", "").problem(http.StatusConflict)
	for format, part := range map[string]string{
		"curl": "curl --http1.1", "http": "POST /hook HTTP/1.1\r\n", "har": `"version": "1.2"`, "go": "package listener_test", "pytest": "http.client",
	} {
		a := r.call("GET", "/api/v1/deliveries/"+first+"/export?format="+format, "").want(200)
		if !strings.Contains(string(a.body), part) || !strings.HasPrefix(a.header.Get("Content-Disposition"), "attachment") {
			t.Errorf("%s: %s", format, a.body)
		}
	}
	r.call("GET", "/api/v1/deliveries/"+first+"/export?format=pdf", "").problem(422)
}

func TestCancelEndsAWaitingDelivery(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.subscribe(`,"retry":{"delays":["24h"]}`)
	r.listener.respond(500)
	var accepted client.Accepted
	r.call("POST", "/api/v1/events?wait=settled&timeout=300ms", `{"platform":"postbox","type":"note.added"}`).want(202).into(&accepted)
	id := accepted.Deliveries[0].ID
	equal(t, "status", accepted.Deliveries[0].Status, "retrying")
	if d := r.delivery(id); d.NextAttemptAt == nil {
		t.Errorf("no next attempt: %+v", d)
	}
	var d client.Delivery
	r.call("POST", "/api/v1/deliveries/"+id+"/cancel", "").want(200).into(&d)
	equal(t, "cancelled", d.Status, "cancelled")
}

func TestTheTestSendAnswersTheListenersStatusAndBody(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.listener.respond(418)
	r.listener.answer = "short and stout"
	sub := r.subscribe(`,"enabled":false`)
	var d client.Delivery
	r.call("POST", "/api/v1/subscriptions/"+sub.ID+"/test", "").want(200).into(&d)
	equal(t, "type", d.EventType, "ping")
	equal(t, "attempts", len(d.Attempts), 1)
	equal(t, "status", d.Attempts[0].Response.Status, 418)
	equal(t, "body", *d.Attempts[0].Response.Body.Text, "short and stout")
	equal(t, "settled", d.Status, "failed")

	gone := newListener(t)
	gone.Close()
	r.call("PATCH", "/api/v1/subscriptions/"+sub.ID, `{"url":"`+gone.URL+`"}`).want(200)
	r.call("POST", "/api/v1/subscriptions/"+sub.ID+"/test", "").want(200).into(&d)
	equal(t, "error", d.Attempts[0].Error.Kind, "refused")
	if d.Attempts[0].Response != nil {
		t.Error("a response without a reply")
	}
}

func TestBatchesCollect(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.subscribe(`,"options":{"window":"1h"}`)
	var accepted client.Accepted
	r.call("POST", "/api/v1/events", `{"platform":"postbox","type":"note.added","count":3}`).want(202).into(&accepted)
	equal(t, "events", len(accepted.Events), 3)
	equal(t, "deliveries", len(accepted.Deliveries), 1)
	equal(t, "status", accepted.Deliveries[0].Status, "collecting")
	d := r.delivery(accepted.Deliveries[0].ID)
	equal(t, "events of the delivery", d.EventIDs, accepted.Events)
	r.call("GET", "/api/v1/deliveries/"+d.ID+"/export?format=curl", "").problem(http.StatusConflict)
	r.call("POST", "/api/v1/deliveries/"+d.ID+"/replay", "").problem(http.StatusConflict)
}
