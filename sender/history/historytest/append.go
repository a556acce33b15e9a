package historytest

import (
	"bytes"
	"strings"
	"time"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/sender/history"
	"github.com/annohook/annohook/subscriptions"
)

func appendTests() []test {
	return []test{
		{"a new delivery waits and reads back as it was given", appendReadsBack},
		{"everything a delivery can hold reads back", appendKeepsAll},
		{"a taken id stores nothing of the call", appendIsAtomic},
		{"an impossible chain stores nothing of the call", appendRefusesChains},
		{"deliveries without a due time are due when they were made", appendWithoutDue},
		{"bodies of any bytes and of 1 MB come back", appendBodies},
		{"an event knows its deliveries, later ones too", appendEvents},
		{"an event as large as a trigger may be comes back, and in a list", appendLargeEvent},
		{"what was given and what is returned shares no memory with the store", appendCopies},
		{"unknown ids are told", appendUnknown},
	}
}

func appendReadsBack(w world) {
	w.append(w.fresh("d1"))
	want := w.fresh("d1").Delivery
	want.Status, want.BodyBytes = history.Pending, len(`{"id":"d1"}`)
	w.same("delivery", w.delivery("d1"), history.Summary{Delivery: want})
	w.same("reference", w.delivery("d1").Ref(), ref("d1", 1, 0))
	body, err := w.h.Body(w.Context(), "d1")
	w.must(err)
	w.same("body", string(body), `{"id":"d1"}`)
	w.same("attempts", len(w.attempts("d1")), 0)
	c := w.counts()
	w.same("counts", c.Deliveries, map[string]map[history.Status]int{platform: {history.Pending: 1}})
	w.same("oldest due", c.OldestDue, w.start)
	w.places(1, 0, 0)
	e, err := w.h.Event(w.Context(), "event-d1")
	w.must(err)
	wantEvent := w.event("d1")
	wantEvent.Deliveries = []history.EventDelivery{{ID: "d1", SubscriptionID: subA}}
	w.same("event", e, wantEvent)
}

func appendKeepsAll(w world) {
	n := w.fresh("d1", func(d *history.Delivery) {
		d.Method, d.Part, d.URL = "PUT", 3, "https://***@ü.test/\"x\""
		d.ReplayOf, d.ReplayMode, d.Once, d.Always = "d0", "verbatim", true, true
		d.EventIDs = []string{"event-d1", "event-other", "event-third"}
		d.Verbatim = payloads.Header{{Name: "X-B", Value: "\xffraw"}, {Name: "X-A", Value: "1", Secret: true}}
		d.Pinned = &subscriptions.Subscription{
			ID: subA, Platform: platform, URL: "http://u:p@listener.test/", Secret: "s3cret", Events: []string{},
			Headers: subscriptions.Headers{{Name: "b", Value: "1"}, {Name: "A", Value: "2"}}, Options: []byte(`{"x":1}`), Quirks: map[string]bool{"q": true},
			Retry: &subscriptions.Retry{Delays: []time.Duration{time.Second}}, Rate: 0.5, CreatedAt: w.start,
		}
	})
	// Counters and places that a caller sets mean nothing in a new delivery.
	n.Delivery.Attempts, n.Delivery.Failures, n.Delivery.Generation, n.Delivery.InFlight, n.Delivery.Successor = 4, 3, 2, true, "x"
	w.append(n)
	want := n.Delivery
	want.Status, want.BodyBytes = history.Pending, len(n.Body)
	want.Attempts, want.Failures, want.Generation, want.InFlight, want.Successor = 0, 0, 0, false, ""
	w.same("delivery", w.delivery("d1").Delivery, want)
	claimed := w.claimNow(ref("d1", 1, 0))
	w.same("pinned at claim", claimed.Delivery.Pinned, want.Pinned)
	w.same("verbatim at claim", claimed.Delivery.Verbatim, want.Verbatim)

	list, err := w.h.Deliveries(w.Context(), []string{"d1"})
	w.must(err)
	page, err := w.h.List(w.Context(), history.Query{})
	w.must(err)
	for _, s := range append(list, page.Items...) {
		if s.Pinned != nil || s.Verbatim != nil {
			w.Fatal("a list shows the pinned subscription or the verbatim header")
		}
	}
	for _, e := range w.entries("") {
		if e.Summary.Pinned != nil || e.Summary.Verbatim != nil {
			w.Fatal("the feed shows the pinned subscription or the verbatim header")
		}
	}
}

func appendIsAtomic(w world) {
	w.append(w.fresh("d1"))
	end := w.last()
	deliveries := []history.New{w.fresh("d2"), w.fresh("d1"), w.fresh("d3")}
	w.wantErr(w.h.Append(w.Context(), []history.Event{w.event("d2")}, deliveries), history.ErrExists)
	w.wantErr(w.h.Append(w.Context(), nil, []history.New{w.fresh("d4"), w.fresh("d4")}), history.ErrExists)
	for _, id := range []string{"d2", "d3", "d4"} {
		_, err := w.h.Delivery(w.Context(), id)
		w.wantErr(err, history.ErrNotFound)
	}
	_, err := w.h.Event(w.Context(), "event-d2")
	w.wantErr(err, history.ErrNotFound)
	w.same("feed", w.told(end), []string(nil))
	w.places(1, 0, 0)
}

func appendRefusesChains(w world) {
	w.append(w.fresh("a"), w.fresh("b", behind("a")))
	for _, deliveries := range [][]history.New{
		{w.fresh("x", behind("x"))},
		{w.fresh("x", behind("y")), w.fresh("y")},
		{w.fresh("x"), w.fresh("y", behind("x")), w.fresh("z", behind("x"))},
		{w.fresh("x"), w.fresh("y", behind("a"))}, // a has a successor
	} {
		w.wantErr(w.h.Append(w.Context(), nil, deliveries), history.ErrChain)
	}
	_, err := w.h.Delivery(w.Context(), "x")
	w.wantErr(err, history.ErrNotFound)
	w.same("successor", w.delivery("a").Successor, "b")
}

func appendWithoutDue(w world) {
	w.append(w.fresh("d1", func(d *history.Delivery) { d.NextAt = time.Time{} }))
	w.same("due", w.delivery("d1").NextAt, w.start)
}

func appendBodies(w world) {
	bodies := map[string][]byte{
		"empty": {}, "unicode": []byte(`{"t":"żółw 🐢 \u2028"}`), "binary": {0, 255, '\r', '\n', 128, 0}, "large": bytes.Repeat([]byte("0123456789abcdef"), 1<<16),
	}
	for id, body := range bodies {
		n := w.fresh(id)
		n.Body = body
		w.append(n)
	}
	for id, body := range bodies {
		got, err := w.h.Body(w.Context(), id)
		w.must(err)
		claimed := w.claimNow(ref(id, 1, 0))
		if !bytes.Equal(got, body) || got == nil || !bytes.Equal(claimed.Body, body) || claimed.Delivery.BodyBytes != len(body) {
			w.Fatalf("body %q came back as %d bytes, claimed as %d", id, len(got), len(claimed.Body))
		}
	}
}

func appendEvents(w world) {
	shared := func(d *history.Delivery) { d.EventIDs = []string{"event-d2"} }
	w.must(w.h.Append(w.Context(), []history.Event{w.event("d2")}, []history.New{w.fresh("d2", shared), w.fresh("d1", shared, of(subB))}))
	w.must(w.h.Append(w.Context(), nil, []history.New{w.fresh("d3", shared)}))
	e, err := w.h.Event(w.Context(), "event-d2")
	w.must(err)
	w.same("deliveries", e.Deliveries, []history.EventDelivery{
		{ID: "d2", SubscriptionID: subA}, {ID: "d1", SubscriptionID: subB}, {ID: "d3", SubscriptionID: subA},
	})
}

// appendLargeEvent holds that no event is accepted that cannot be read: it would take every page of the list with it.
func appendLargeEvent(w world) {
	e := w.event("d1")
	e.Body = bytes.Repeat([]byte("<"), 16<<20)
	w.must(w.h.Append(w.Context(), []history.Event{e}, []history.New{w.fresh("d1")}))
	got, err := w.h.Event(w.Context(), e.ID)
	w.must(err)
	page, err := w.h.Events(w.Context(), "", "", 1)
	w.must(err)
	if len(page.Items) != 1 {
		w.Fatalf("%d events listed", len(page.Items))
	}
	for _, got := range []history.Event{got, page.Items[0]} {
		if !bytes.Equal(got.Body, e.Body) {
			w.Errorf("%d bytes of body came back", len(got.Body))
		}
	}
}

func appendCopies(w world) {
	n := w.fresh("d1", func(d *history.Delivery) { d.Verbatim = payloads.H("X-A", "1") })
	w.append(n)
	n.Body[0], n.Delivery.EventIDs[0], n.Delivery.Verbatim[0].Value = 'x', "changed", "changed"
	got := w.delivery("d1")
	got.EventIDs[0], got.Verbatim[0].Value = "changed", "changed"
	body, err := w.h.Body(w.Context(), "d1")
	w.must(err)
	body[0] = 'y'
	claimed := w.claimNow(ref("d1", 1, 0))
	w.same("body", string(claimed.Body), `{"id":"d1"}`)
	w.same("events", claimed.Delivery.EventIDs, []string{"event-d1"})
	w.same("verbatim", claimed.Delivery.Verbatim, payloads.H("X-A", "1"))
	report := w.report(500)
	w.finish(claimed.Token, history.Result{Attempt: report, Settle: history.Failed, At: w.at(9)})
	report.Reply.Body[0], report.Request.Header[0].Value, report.Hops[0].Status = 'X', "changed", 1
	w.attempts("d1")[0].Reply.Body[0] = 'Y'
	w.same("reply", w.attempts("d1")[0].Reply.Body[0], byte('n'))
	w.same("header", w.attempts("d1")[0].Request.Header[0].Value, "ü")
	w.same("hop", w.attempts("d1")[0].Hops[0].Status, 307)
}

func appendUnknown(w world) {
	_, errDelivery := w.h.Delivery(w.Context(), "d9")
	_, errBody := w.h.Body(w.Context(), "d9")
	_, errAttempts := w.h.Attempts(w.Context(), "d9")
	_, errEvent := w.h.Event(w.Context(), "e9")
	_, errCancel := w.h.Cancel(w.Context(), "d9", "why", w.start)
	for _, err := range []error{errDelivery, errBody, errAttempts, errEvent, errCancel} {
		w.wantErr(err, history.ErrNotFound)
	}
	w.appendIDs("d1", "d2")
	list, err := w.h.Deliveries(w.Context(), []string{"d2", "d9", "d1"})
	w.must(err)
	var ids []string
	for _, s := range list {
		ids = append(ids, s.ID)
	}
	w.same("deliveries in the order asked", strings.Join(ids, " "), "d2 d1")
}
