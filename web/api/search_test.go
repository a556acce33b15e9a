package api_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/annohook/annohook/web/client"
)

// settledOnce triggers an event, waits until it is settled and returns its delivery.
func (r *rig) settledOnce() client.Delivery {
	r.t.Helper()
	accepted := r.trigger("")
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		d := r.delivery(accepted.Deliveries[0].ID)
		if d.SettledAt != nil {
			return d
		}
		if time.Now().After(deadline) {
			r.t.Fatalf("delivery %s is not settled: %s", d.ID, d.Status)
		}
	}
}

func TestTheSearchLanguageNarrowsTheList(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.listener.respond(503, 200)
	sub := r.subscribe("")
	d := r.settledOnce()
	for query, want := range map[string]int{
		"status:succeeded": 1, "status:failed,succeeded": 1, "-status:succeeded": 0, "attempt:>1": 1, "attempt:1": 0, "code:2xx": 1, "code:>=500": 0,
		"error:none": 1, "error:status": 0, "type:note.*": 1, "type:note.added": 1, "type:NOTE_ADDED": 1, "type:x,NOTE_ADDED": 1, "-type:NOTE_ADDED": 0,
		"platform:postbox": 1, "subscription:" + sub.ID: 1, "event:" + d.EventIDs[0]: 1, "id:" + d.ID: 1, "id:none": 0, "url:/hook": 1, "latency:<20s": 1,
		"after:1h": 1, "before:1h": 0, "/hook": 1, "HOOK note": 1, "hook nowhere": 0, `"hook nowhere"`: 0, "-hook": 0, "status:succeeded code:200 -error:timeout hook": 1,
	} {
		var list client.DeliveryList
		r.call("GET", "/api/v1/deliveries?q="+url.QueryEscape(query), "").want(200).into(&list)
		equal(t, query, len(list.Items), want)
	}
	var none client.DeliveryList
	r.call("GET", "/api/v1/deliveries?status=failed&q=attempt:2", "").want(200).into(&none)
	equal(t, "with a filter that denies it", len(none.Items), 0)
}

func TestAMistakeInASearchIsNamed(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for query, want := range map[string]string{
		"staus:failed": `did you mean "status"`, "status:faild": `did you mean "failed"`, "platform:potsbox": `did you mean "postbox"`, "hook code:lots": "at character 6", `"open`: "closing quote",
	} {
		for _, path := range []string{"/api/v1/deliveries", "/api/v1/stream"} {
			errs := r.call("GET", path+"?q="+url.QueryEscape(query), "").problem(422)
			if !strings.Contains(errs["query.q"], want) {
				t.Errorf("%s %s: got %v, want %s", path, query, errs, want)
			}
		}
	}
	errs := r.call("POST", "/api/v1/deliveries/replay", `{"query":{"q":"staus:failed"}}`).problem(422)
	if !strings.Contains(errs["body.query.q"], "status") {
		t.Errorf("bulk replay: %v", errs)
	}
	r.call("GET", "/api/v1/deliveries?q="+strings.Repeat("x", 1001), "").problem(422)
}

func TestWhatASearchFindsIsSentAgain(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.listener.respond(200)
	r.subscribe("")
	r.settledOnce()
	r.settledOnce()
	for query, want := range map[string]int{"status:failed": 0, "status:succeeded code:2xx before:1h": 0, "status:succeeded type:NOTE_ADDED -code:5xx": 2} {
		var done client.Replayed
		r.call("POST", "/api/v1/deliveries/replay", `{"query":{"q":"`+query+`"}}`).want(202).into(&done)
		equal(t, query, done.Count, want)
	}
}

func TestTheStreamTakesASearch(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.listener.respond(500, 200)
	r.subscribe("")
	events := r.follow(client.StreamOptions{Query: client.DeliveryQuery{Q: "attempt:>1 hook -status:failed"}}, r.publish, settled)
	var names []string
	for _, e := range events {
		names = append(names, e.Name)
	}
	equal(t, "events", strings.Join(names, " "), "attempt attempt delivery")
}
