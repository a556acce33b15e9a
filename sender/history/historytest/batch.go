package historytest

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/sender/history"
	"github.com/annohook/annohook/subscriptions"
)

func batchTests() []test {
	return []test{
		{"the first event opens a batch, later ones join", batchCollects},
		{"a full batch closes and is due at once", batchFills},
		{"a limit of one closes at once", batchOfOne},
		{"subscriptions never share a batch", batchSeparate},
		{"parts close the batch and can be read again", batchParts},
		{"sealing fixes the body and the first attempt follows", batchSeals},
		{"closing pins the old subscription", batchPins},
		{"several messages of one event count each", batchMessages},
		{"a message that a batch has or had is not added again", batchHeld},
		{"a cancelled batch takes no more events", batchCancelled},
		{"a flush can be dispatched again", batchRedispatched},
		{"opening under a taken id is refused", batchTaken},
		{"an event keeps its record when it joins", batchEvents},
		{"a batch is found by each type it carries", batchTypes},
	}
}

// collect adds one event to the batch of subscription A, the window ending a second after the start.
func (w world) collect(id, event string, limit int) history.Collected {
	w.Helper()
	return w.collectFor(subA, id, event, limit)
}

func (w world) collectFor(sub, id, event string, limit int) history.Collected {
	w.Helper()
	return w.collectPart(sub, id, event, 0, limit)
}

func (w world) collectPart(sub, id, event string, place, limit int) history.Collected {
	w.Helper()
	fresh := w.fresh(id, of(sub)).Delivery
	fresh.NextAt, fresh.Part = w.at(1000), place
	e := w.event("x")
	e.ID = event
	part := payloads.Message{Method: "POST", Body: []byte("\x00body\nof " + event)}
	c, err := w.h.Collect(w.Context(), e, part, fresh, limit, w.at(20))
	if err != nil {
		w.Fatalf("collect %s: %v", event, err)
	}
	return c
}

func batchCollects(w world) {
	c := w.collect("b1", "e1", 3)
	w.same("opened", c, history.Collected{DeliveryID: "b1", Opened: true, Flush: due("b1", 0, 0, w.at(1000))})
	c = w.collect("b2", "e2", 3)
	w.same("joined", c, history.Collected{DeliveryID: "b1", Flush: due("b1", 0, 0, w.at(1000))})
	d := w.delivery("b1")
	w.same("batch", line(d.Status, d.EventIDs, d.BodyBytes, d.NextAt.Equal(w.at(1000))), "collecting [e1 e2] 0 true")
	_, err := w.h.Delivery(w.Context(), "b2")
	w.wantErr(err, history.ErrNotFound)
	body, err := w.h.Body(w.Context(), "b1")
	w.must(err)
	if body != nil {
		w.Fatalf("a collecting delivery has the body %q", body)
	}
	w.same("counts", w.counts().Deliveries, map[string]map[history.Status]int{platform: {history.Collecting: 1}})
	w.places(1, 0, 0)
}

func batchFills(w world) {
	w.collect("b1", "e1", 2)
	c := w.collect("b2", "e2", 2)
	w.same("full", c, history.Collected{DeliveryID: "b1", Flush: due("b1", 0, 1, w.at(20))})
	w.same("due", w.delivery("b1").NextAt, w.at(20))
	c = w.collect("b3", "e3", 2)
	w.same("the next batch", c, history.Collected{DeliveryID: "b3", Opened: true, Flush: due("b3", 0, 0, w.at(1000))})
	_, _, err := w.h.Parts(w.Context(), ref("b1", 0, 0))
	w.wantErr(err, history.ErrStale) // the task for the end of the window
	w.same("parts", w.parts(ref("b1", 0, 1)), "e1 e2")
}

// parts returns the events that the messages of a batch name.
func (w world) parts(r history.Ref) string {
	w.Helper()
	_, messages, err := w.h.Parts(w.Context(), r)
	if err != nil {
		w.Fatalf("parts %v: %v", r, err)
	}
	var events []string
	for _, m := range messages {
		events = append(events, strings.TrimPrefix(string(m.Body), "\x00body\nof "))
		w.same("method", m.Method, "POST")
	}
	return strings.Join(events, " ")
}

func batchOfOne(w world) {
	c := w.collect("b1", "e1", 1)
	w.same("opened and full", c, history.Collected{DeliveryID: "b1", Opened: true, Flush: due("b1", 0, 1, w.at(20))})
	w.same("next", w.collect("b2", "e2", 1).DeliveryID, "b2")
}

func batchSeparate(w world) {
	for i := range 5 {
		w.collectFor(subA, fmt.Sprint("a", i), fmt.Sprint("e", i), 3)
		w.collectFor(subB, fmt.Sprint("b", i), fmt.Sprint("e", i), 3)
	}
	w.same("a", w.parts(ref("a0", 0, 1)), "e0 e1 e2")
	w.same("b", w.parts(ref("b0", 0, 1)), "e0 e1 e2")
	w.same("a", w.parts(ref("a3", 0, 0)), "e3 e4")
	w.same("b", w.parts(ref("b3", 0, 0)), "e3 e4")
	e, err := w.h.Event(w.Context(), "e4")
	w.must(err)
	w.same("deliveries", e.Deliveries, []history.EventDelivery{{ID: "a3", SubscriptionID: subA}, {ID: "b3", SubscriptionID: subB}})
}

func batchParts(w world) {
	w.collect("b1", "e1", 9)
	w.collect("b1", "e2", 9)
	for range 2 {
		w.same("parts", w.parts(ref("b1", 0, 0)), "e1 e2")
	}
	d, _, err := w.h.Parts(w.Context(), ref("b1", 0, 0))
	w.must(err)
	w.same("delivery", d, w.delivery("b1").Delivery)
	w.same("a new batch opens", w.collect("b2", "e3", 9).DeliveryID, "b2")
	w.same("parts", w.parts(ref("b1", 0, 0)), "e1 e2")
	w.append(w.fresh("d1"))
	for _, r := range []history.Ref{ref("b1", 0, 1), ref("b1", 1, 0), ref("b9", 0, 0), ref("d1", 1, 0), ref("d1", 0, 0)} {
		_, _, err := w.h.Parts(w.Context(), r)
		w.wantErr(err, history.ErrStale)
		_, err = w.h.Seal(w.Context(), r, payloads.Message{Method: "POST"}, w.start)
		w.wantErr(err, history.ErrStale)
	}
}

func batchSeals(w world) {
	w.collect("b1", "e1", 9)
	w.collect("b1", "e2", 9)
	w.parts(ref("b1", 0, 0))
	message := payloads.Message{Method: "PUT", Body: []byte("[1,2]\x00")}
	got, err := w.h.Seal(w.Context(), ref("b1", 0, 0), message, w.at(30))
	w.must(err)
	w.same("due", got, due("b1", 1, 0, w.at(30)))
	d := w.delivery("b1")
	w.same("sealed", line(d.Status, d.Method, d.BodyBytes, d.EventIDs), "pending PUT 6 [e1 e2]")
	_, _, err = w.h.Parts(w.Context(), ref("b1", 0, 0))
	w.wantErr(err, history.ErrStale)
	_, err = w.h.Seal(w.Context(), ref("b1", 0, 0), message, w.at(31))
	w.wantErr(err, history.ErrStale)
	c := w.claim(got.Ref, history.Claim{At: w.at(30)})
	w.same("body", string(c.Body), "[1,2]\x00")
	w.succeed(c.Token, w.at(40))
	w.same("counts", w.counts().Deliveries, map[string]map[history.Status]int{platform: {history.Succeeded: 1}})
}

func batchPins(w world) {
	_, open, err := w.h.CloseBatch(w.Context(), subA, nil, w.at(5))
	w.must(err)
	w.same("nothing to close", open, false)
	w.collect("b1", "e1", 9)
	old := &subscriptions.Subscription{ID: subA, URL: "http://old.test/", Secret: "old"}
	flush, open, err := w.h.CloseBatch(w.Context(), subA, old, w.at(5))
	w.must(err)
	w.same("closed", open, true)
	w.same("flush", flush, due("b1", 0, 1, w.at(5)))
	w.same("a new batch opens", w.collect("b2", "e2", 9).DeliveryID, "b2")
	d, _, err := w.h.Parts(w.Context(), flush.Ref)
	w.must(err)
	w.same("pinned", d.Pinned, old)
	next, err := w.h.Seal(w.Context(), flush.Ref, payloads.Message{Method: "POST", Body: []byte("x")}, w.at(6))
	w.must(err)
	w.same("pinned", w.claim(next.Ref, history.Claim{At: w.at(6)}).Delivery.Pinned, old)
	flush, _, err = w.h.CloseBatch(w.Context(), subA, nil, w.at(7))
	w.must(err)
	d, _, err = w.h.Parts(w.Context(), flush.Ref)
	w.must(err)
	if d.Pinned != nil {
		w.Fatal("closing without a subscription pinned one")
	}
}

func batchMessages(w world) {
	w.collectPart(subA, "b1", "e1", 0, 3)
	w.collectFor(subB, "b2", "e1", 3)
	w.collectPart(subA, "b1", "e1", 1, 3)
	w.same("events", w.delivery("b1").EventIDs, []string{"e1"})
	w.same("full", w.collect("b1", "e2", 3).Flush.At, w.at(20))
	w.same("parts", w.parts(ref("b1", 0, 1)), "e1 e1 e2")
	e, err := w.h.Event(w.Context(), "e1")
	w.must(err)
	w.same("deliveries", e.Deliveries, []history.EventDelivery{{ID: "b1", SubscriptionID: subA}, {ID: "b2", SubscriptionID: subB}})
}

// batchHeld: whoever adds a message again, later than the call that knew itself repeated, learns where it is.
func batchHeld(w world) {
	w.collect("b1", "e1", 3)
	again := func(what, id string, place int) {
		w.Helper()
		w.same(what, w.collectPart(subA, "b9", "e1", place, 3), history.Collected{DeliveryID: id, Held: true})
	}
	again("in the open batch", "b1", 0)
	w.collectPart(subA, "b2", "e1", 1, 3)
	w.collectPart(subA, "b2", "e1", 2, 3) // which fills it
	w.same("the next batch", w.collectPart(subA, "b2", "e1", 3, 3).DeliveryID, "b2")
	again("in the open batch", "b2", 3)
	again("in the full one", "b1", 2)
	w.same("parts", w.parts(ref("b1", 0, 1)), "e1 e1 e1")
	next, err := w.h.Seal(w.Context(), ref("b1", 0, 1), payloads.Message{Method: "POST", Body: []byte("x")}, w.at(30))
	w.must(err)
	again("in a sealed one", "b1", 0)
	w.succeed(w.claim(next.Ref, history.Claim{At: w.at(30)}).Token, w.at(40))
	again("in a settled one", "b1", 1)
	w.same("for another subscription", w.collectFor(subB, "b3", "e1", 3).DeliveryID, "b3")
	_, err = w.h.Cancel(w.Context(), "b2", "user", w.at(50))
	w.must(err)
	again("in a cancelled one", "b2", 3)
	_, err = w.h.Delivery(w.Context(), "b9")
	w.wantErr(err, history.ErrNotFound)
	_, err = w.h.Trim(w.Context(), 0, w.start)
	w.must(err)
	w.same("trimmed, but for another subscription", w.collect("b4", "e1", 3).DeliveryID, "b4")
}

func batchCancelled(w world) {
	w.collect("b1", "e1", 9)
	_, err := w.h.Cancel(w.Context(), "b1", "subscription deleted", w.at(5))
	w.must(err)
	_, _, err = w.h.Parts(w.Context(), ref("b1", 0, 0))
	w.wantErr(err, history.ErrStale)
	w.same("a new batch opens", w.collect("b2", "e2", 9).DeliveryID, "b2")
	_, open, err := w.h.CloseBatch(w.Context(), subA, nil, w.at(6))
	w.must(err)
	w.same("closed", open, true)
	w.same("cancelled", w.delivery("b1").Status, history.Cancelled)
}

func batchRedispatched(w world) {
	w.collect("b1", "e1", 9)
	got, err := w.h.Redispatch(w.Context(), ref("b1", 0, 0))
	w.must(err)
	w.same("flush", got, due("b1", 0, 1, w.at(1000)))
	w.same("still open", w.collect("b2", "e2", 9), history.Collected{DeliveryID: "b1", Flush: due("b1", 0, 1, w.at(1000))})
	w.same("parts", w.parts(ref("b1", 0, 1)), "e1 e2")
}

func batchTaken(w world) {
	w.append(w.fresh("d1"))
	_, err := w.h.Collect(w.Context(), w.event("x"), payloads.Message{Method: "POST"}, w.fresh("d1").Delivery, 9, w.start)
	w.wantErr(err, history.ErrExists)
	_, err = w.h.Event(w.Context(), "event-x")
	w.wantErr(err, history.ErrNotFound)
}

func batchEvents(w world) {
	e := w.event("x")
	w.must(w.h.Append(w.Context(), []history.Event{e}, nil))
	fresh := w.fresh("b1").Delivery
	_, err := w.h.Collect(w.Context(), e, payloads.Message{Method: "POST"}, fresh, 9, w.start)
	w.must(err)
	got, err := w.h.Event(w.Context(), e.ID)
	w.must(err)
	e.Deliveries = []history.EventDelivery{{ID: "b1", SubscriptionID: subA}}
	w.same("event", got, e)
	page, err := w.h.Events(w.Context(), "", "", 0)
	w.must(err)
	w.same("listed once", len(page.Items), 1)
}

// batchTypes: a batch has the type of its first event, and the others beside it, as long as it is kept and when it is sent again.
func batchTypes(w world) {
	for i, eventType := range []string{"thing.gone", "thing.made", "thing.gone", "thing.moved", "thing.made"} {
		fresh := w.fresh("b"+strconv.Itoa(i), of(subA)).Delivery
		fresh.NextAt, fresh.EventType = w.at(1000), eventType
		e := w.event("x")
		e.ID, e.Type = "e"+strconv.Itoa(i), eventType
		_, err := w.h.Collect(w.Context(), e, payloads.Message{Method: "POST"}, fresh, 9, w.at(20))
		w.must(err)
	}
	check := func(id string) {
		w.Helper()
		d := w.delivery(id)
		w.same(id+" carries", line(d.EventType, d.OtherTypes, d.EventIDs), "thing.gone [thing.made thing.moved] [e0 e1 e2 e3 e4]")
	}
	check("b0")
	_, err := w.h.Seal(w.Context(), ref("b0", 0, 0), payloads.Message{Method: "POST", Body: []byte("all")}, w.at(1000))
	w.must(err)
	check("b0")
	again := w.fresh("again", of(subA))
	sealed := w.delivery("b0")
	again.Delivery.EventType, again.Delivery.OtherTypes, again.Delivery.EventIDs = sealed.EventType, sealed.OtherTypes, sealed.EventIDs
	w.append(again)
	check("again")
	w.append(w.fresh("other"))
	for eventType, want := range map[string]int{"thing.gone": 2, "thing.moved": 2, "thing.made": 3, "thing": 0} {
		found, err := w.h.List(w.Context(), history.Query{Type: eventType})
		w.must(err)
		w.same("listed as "+eventType, len(found.Items), want)
	}
	found, err := w.h.List(w.Context(), history.Query{Text: "THING.MOV"})
	w.must(err)
	w.same("found by text", len(found.Items), 2)
}
