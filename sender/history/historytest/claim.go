package historytest

import (
	"time"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/sender/history"
)

func claimTests() []test {
	return []test{
		{"a claimed attempt is in flight and recorded as started", claimStarts},
		{"only the current reference can be claimed", claimFences},
		{"a settled, cancelled, chained or collecting delivery cannot be claimed", claimPlaces},
		{"a token that no longer holds is stale everywhere", claimStaleTokens},
		{"a delivery may be claimed before it is due", claimEarly},
	}
}

func claimStarts(w world) {
	w.append(w.fresh("d1"))
	c := w.claim(ref("d1", 1, 0), history.Claim{Worker: "worker with spaces", At: w.at(5)})
	if c.Token.Value == "" {
		w.Fatal("the token is empty")
	}
	w.same("token", c.Token, history.Token{Delivery: "d1", SubscriptionID: subA, Number: 1, Value: c.Token.Value})
	w.same("number", c.Number, 1)
	w.same("duplicate", c.Duplicate, false)
	w.same("body", string(c.Body), `{"id":"d1"}`)
	d := w.delivery("d1")
	w.same("claimed delivery", c.Delivery, d.Delivery)
	w.same("in flight, attempts", line(d.InFlight, d.Attempts, d.NextAt.IsZero(), d.Status), "true 1 true pending")
	started := history.Attempt{Number: 1, ScheduledAt: w.start, StartedAt: w.at(5), Worker: "worker with spaces"}
	w.same("attempts", w.attempts("d1"), []history.Attempt{started})
	flights, err := w.h.InFlight(w.Context())
	w.must(err)
	w.same("flights", flights, []history.Flight{{Token: c.Token, Worker: "worker with spaces", Since: w.at(5)}})
	w.places(0, 0, 1)
}

func claimFences(w world) {
	w.append(w.fresh("d1"))
	w.refuse(ref("d1", 2, 0), 0, history.ErrStale)
	w.refuse(ref("d1", 1, 1), 0, history.ErrStale)
	w.refuse(ref("d1", 0, 0), 0, history.ErrStale)
	w.refuse(ref("d9", 1, 0), 0, history.ErrStale)
	w.claimNow(ref("d1", 1, 0))
	w.refuse(ref("d1", 1, 0), 0, history.ErrStale) // twice
	w.refuse(ref("d1", 2, 0), 0, history.ErrStale) // while it runs
}

func claimPlaces(w world) {
	w.append(w.fresh("done"), w.fresh("gone"), w.fresh("first"), w.fresh("second", behind("first")))
	w.succeed(w.claimNow(ref("done", 1, 0)).Token, w.at(1))
	_, err := w.h.Cancel(w.Context(), "gone", "user", w.at(1))
	w.must(err)
	c := w.collect("batch", "e1", 10)
	for _, id := range []string{"done", "gone", "second", c.DeliveryID} {
		for attempt := range 3 {
			w.refuse(ref(id, attempt, 0), 0, history.ErrStale)
		}
	}
}

func claimStaleTokens(w world) {
	w.append(w.fresh("d1"))
	first := w.claimNow(ref("d1", 1, 0)).Token
	forged := first
	forged.Value += "x"
	later := first
	later.Number++
	w.stale(forged)
	w.stale(later)
	w.stale(history.Token{Delivery: "d9", Number: 1, Value: "x"})
	w.same("attempts untouched", len(w.attempts("d1")), 1)
	_, err := w.h.Interrupt(w.Context(), first, "worker died", w.at(10))
	w.must(err)
	w.stale(first)
	second := w.claimNow(ref("d1", 2, 0)).Token
	w.stale(first)
	w.succeed(second, w.at(20))
	w.stale(second)
	w.places(0, 0, 0)
}

// stale expects every use of a token to be refused.
func (w world) stale(t history.Token) {
	w.Helper()
	_, err := w.h.Finish(w.Context(), t, history.Result{Settle: history.Succeeded, At: w.at(1)})
	w.wantErr(err, history.ErrStale)
	_, err = w.h.Release(w.Context(), t, w.at(1))
	w.wantErr(err, history.ErrStale)
	_, err = w.h.Interrupt(w.Context(), t, "why", w.at(1))
	w.wantErr(err, history.ErrStale)
}

func claimEarly(w world) {
	w.append(w.fresh("d1", func(d *history.Delivery) { d.NextAt = w.at(60_000) }))
	w.claimNow(ref("d1", 1, 0))
	w.same("scheduled", w.attempts("d1")[0].ScheduledAt, w.at(60_000))
}

func rateTests() []test {
	return []test{
		{"turns are spaced and each delivery has one", rateSpaces},
		{"a subscription has turns of its own", rateSeparate},
		{"a retry needs a new turn", rateRetry},
		{"a released attempt keeps its turn", rateReleased},
	}
}

func rateSpaces(w world) {
	w.appendIDs("d1", "d2", "d3")
	rate := history.Claim{At: w.start, Rate: 4} // one every 250 ms
	w.claim(ref("d1", 1, 0), rate)
	for i, id := range []string{"d2", "d3"} {
		turn := w.at(250 * (i + 1))
		w.later(ref(id, 1, 0), rate, turn)
		w.later(ref(id, 1, 0), rate, turn) // asking again moves nothing
		w.same("due", w.delivery(id).NextAt, turn)
	}
	w.later(ref("d2", 1, 0), history.Claim{At: w.at(249), Rate: 4}, w.at(250))
	w.claim(ref("d2", 1, 0), history.Claim{At: w.at(250), Rate: 4})
	w.claim(ref("d3", 1, 0), history.Claim{At: w.at(500), Rate: 4})
	w.same("scheduled at its turn", w.attempts("d3")[0].ScheduledAt, w.at(500))
}

// later expects a claim to be given a later turn.
func (w world) later(r history.Ref, c history.Claim, turn time.Time) {
	w.Helper()
	c.Worker = worker
	claimed, err := w.h.Claim(w.Context(), r, c)
	w.wantErr(err, history.ErrLater)
	w.same("turn", claimed.At, turn)
	w.same("reference", claimed.Delivery.Ref(), r)
}

func rateSeparate(w world) {
	w.append(w.fresh("a"), w.fresh("b", of(subB)))
	w.claim(ref("a", 1, 0), history.Claim{At: w.start, Rate: 1})
	w.claim(ref("b", 1, 0), history.Claim{At: w.start, Rate: 1})
}

func rateRetry(w world) {
	w.appendIDs("d1")
	c := w.claim(ref("d1", 1, 0), history.Claim{At: w.start, Rate: 1})
	w.finish(c.Token, history.Result{Attempt: w.report(500), Next: w.at(100), At: w.at(50)})
	w.later(ref("d1", 2, 0), history.Claim{At: w.at(100), Rate: 1}, w.at(1000))
}

func rateReleased(w world) {
	w.appendIDs("d1")
	c := w.claim(ref("d1", 1, 0), history.Claim{At: w.start, Rate: 1})
	_, err := w.h.Release(w.Context(), c.Token, w.at(10))
	w.must(err)
	w.claim(ref("d1", 1, 1), history.Claim{At: w.at(10), Rate: 1})
}

func limitTests() []test {
	return []test{
		{"a delivery beyond the limit is parked", limitParks},
		{"the lane is first in, first out, and newcomers do not overtake it", limitFIFO},
		{"the lane moves on whichever way a slot is freed", limitMovesOn},
		{"an attempt that is made again at once keeps its slot", limitKept},
		{"a parked delivery keeps its place when others are cancelled", limitCancelParked},
		{"a raised limit empties the lane faster, a lowered one slower", limitChanges},
		{"limits are per subscription", limitSeparate},
		{"a retry gives its slot back while it waits", limitRetry},
		{"what is made while all slots are used goes into the lane at once", limitFull},
		{"what is due later, or waits for another, does not", limitFullLater},
	}
}

func limitParks(w world) {
	w.appendIDs("d1", "d2")
	w.claim(ref("d1", 1, 0), history.Claim{At: w.start, Limit: 1})
	w.refuse(ref("d2", 1, 0), 1, history.ErrParked)
	d := w.delivery("d2")
	w.same("parked", line(d.Status, d.InFlight, d.NextAt.IsZero(), d.Attempts), "pending false true 0")
	w.refuse(ref("d2", 1, 0), 1, history.ErrStale) // it is in its lane already
	w.places(0, 1, 1)
	overdue, err := w.h.Overdue(w.Context(), w.at(100_000), 10)
	w.must(err)
	w.same("overdue", len(overdue), 0)
}

func limitFIFO(w world) {
	w.appendIDs("d1", "d2", "d3", "d4", "d5")
	running := w.claim(ref("d1", 1, 0), history.Claim{At: w.start, Limit: 1})
	for _, id := range []string{"d3", "d2", "d4"} {
		w.refuse(ref(id, 1, 0), 1, history.ErrParked)
	}
	for i, id := range []string{"d3", "d2", "d4", "d5"} {
		dues := w.succeed(running.Token, w.at(10*i))
		if id == "d5" {
			w.same("dues", dues, []history.Due{due("d5", 1, 1, w.at(10*i))})
		} else {
			w.same("dues", dues, []history.Due{due(id, 1, 1, w.at(10*i))})
			w.same("due", w.delivery(id).NextAt, w.at(10*i))
			w.refuse(ref(id, 1, 0), 1, history.ErrStale) // the task that parked it
		}
		if id == "d3" {
			w.refuse(ref("d5", 1, 0), 1, history.ErrParked) // the slot is d3's
		}
		running = w.claim(dues[0].Ref, history.Claim{At: w.at(10*i + 1), Limit: 1})
	}
}

func limitMovesOn(w world) {
	ways := map[string]func(history.Token) ([]history.Due, error){
		"success": func(t history.Token) ([]history.Due, error) {
			return w.h.Finish(w.Context(), t, history.Result{Settle: history.Succeeded, At: w.at(7)})
		},
		"retry": func(t history.Token) ([]history.Due, error) {
			return w.h.Finish(w.Context(), t, history.Result{Next: w.at(9000), At: w.at(7)})
		},
		"cancelled-in-flight": func(t history.Token) ([]history.Due, error) {
			dues, err := w.h.Cancel(w.Context(), t.Delivery, "user", w.at(6))
			w.must(err)
			w.same("slot is kept until the attempt ends", len(dues), 0)
			return w.h.Finish(w.Context(), t, history.Result{Settle: history.Succeeded, At: w.at(7)})
		},
		"cancelled-on-the-way": func(t history.Token) ([]history.Due, error) {
			// The slot goes to the first of the lane, which is cancelled before it claims: the second gets it.
			third := []history.New{w.fresh(t.Delivery+"-third", of(t.SubscriptionID))}
			w.must(w.h.Append(w.Context(), nil, third))
			w.same("parked", third[0].Parked, true)
			dues, err := w.h.Finish(w.Context(), t, history.Result{Settle: history.Succeeded, At: w.at(7)})
			w.must(err)
			w.same("dues", len(dues), 1)
			return w.h.Cancel(w.Context(), dues[0].Delivery, "user", w.at(7))
		},
		"interrupted-when-cancelled": func(t history.Token) ([]history.Due, error) {
			_, err := w.h.Cancel(w.Context(), t.Delivery, "user", w.at(6))
			w.must(err)
			return w.h.Interrupt(w.Context(), t, "died", w.at(7))
		},
		"released-when-cancelled": func(t history.Token) ([]history.Due, error) {
			_, err := w.h.Cancel(w.Context(), t.Delivery, "user", w.at(6))
			w.must(err)
			return w.h.Release(w.Context(), t, w.at(7))
		},
		"cancelled-when-released": func(t history.Token) ([]history.Due, error) {
			_, err := w.h.Release(w.Context(), t, w.at(6))
			w.must(err)
			return w.h.Cancel(w.Context(), t.Delivery, "user", w.at(7))
		},
	}
	for name, free := range ways {
		sub := "sub-" + name
		first, second := name+"-1", name+"-2"
		w.append(w.fresh(first, of(sub)), w.fresh(second, of(sub)))
		c := w.claim(ref(first, 1, 0), history.Claim{At: w.start, Limit: 1})
		w.refuse(ref(second, 1, 0), 1, history.ErrParked)
		dues, err := free(c.Token)
		w.must(err)
		next := second
		if name == "cancelled-on-the-way" {
			next = first + "-third"
		}
		got := dues[len(dues)-1]
		w.same(name, got, history.Due{Ref: ref(next, 1, 1), SubscriptionID: sub, At: w.at(7)})
		w.claim(got.Ref, history.Claim{At: w.at(8), Limit: 1})
	}
}

// limitKept: what a dead worker had in flight is due at once, and would be due behind everything in the lane if it had to queue again.
func limitKept(w world) {
	w.appendIDs("d1", "d2", "d3")
	c := w.claim(ref("d1", 1, 0), history.Claim{At: w.start, Limit: 1})
	w.refuse(ref("d2", 1, 0), 1, history.ErrParked)
	dues, err := w.h.Interrupt(w.Context(), c.Token, "died", w.at(7))
	w.must(err)
	w.same("interrupted", dues, []history.Due{due("d1", 2, 0, w.at(7))})
	w.refuse(ref("d3", 1, 0), 1, history.ErrParked)
	c = w.claim(ref("d1", 2, 0), history.Claim{At: w.at(8), Limit: 1})
	dues, err = w.h.Release(w.Context(), c.Token, w.at(9))
	w.must(err)
	w.same("released", dues, []history.Due{due("d1", 2, 1, w.at(9))})
	w.places(1, 2, 0)
	c = w.claim(ref("d1", 2, 1), history.Claim{At: w.at(10), Limit: 1})
	w.same("next", w.succeed(c.Token, w.at(11)), []history.Due{due("d2", 1, 1, w.at(11))})
}

func limitCancelParked(w world) {
	w.appendIDs("d1", "d2", "d3")
	c := w.claim(ref("d1", 1, 0), history.Claim{At: w.start, Limit: 1})
	w.refuse(ref("d2", 1, 0), 1, history.ErrParked)
	w.refuse(ref("d3", 1, 0), 1, history.ErrParked)
	dues, err := w.h.Cancel(w.Context(), "d2", "user", w.at(1))
	w.must(err)
	w.same("dues", len(dues), 0)
	w.places(0, 1, 1)
	w.same("next", w.succeed(c.Token, w.at(2)), []history.Due{due("d3", 1, 1, w.at(2))})
}

func limitChanges(w world) {
	w.appendIDs("d1", "d2", "d3", "d4", "d5")
	first := w.claim(ref("d1", 1, 0), history.Claim{At: w.start, Limit: 1})
	for _, id := range []string{"d2", "d3", "d4"} {
		w.refuse(ref(id, 1, 0), 1, history.ErrParked)
	}
	second := w.claim(ref("d5", 1, 0), history.Claim{At: w.start, Limit: 3})
	dues := w.succeed(first.Token, w.at(1))
	w.same("raised to 3", dues, []history.Due{due("d2", 1, 1, w.at(1)), due("d3", 1, 1, w.at(1))})
	third := w.claim(dues[0].Ref, history.Claim{At: w.at(2), Limit: 1})
	w.same("lowered to 1", len(w.succeed(second.Token, w.at(3))), 0)
	w.same("still one on its way", len(w.succeed(third.Token, w.at(3))), 0)
	last := w.claim(dues[1].Ref, history.Claim{At: w.at(4), Limit: 1})
	w.same("moves on", w.succeed(last.Token, w.at(5)), []history.Due{due("d4", 1, 1, w.at(5))})
}

func limitSeparate(w world) {
	w.append(w.fresh("a"), w.fresh("b", of(subB)))
	w.claim(ref("a", 1, 0), history.Claim{At: w.start, Limit: 1})
	w.claim(ref("b", 1, 0), history.Claim{At: w.start, Limit: 1})
}

func limitRetry(w world) {
	w.appendIDs("d1", "d2")
	c := w.claim(ref("d1", 1, 0), history.Claim{At: w.start, Limit: 1})
	w.finish(c.Token, history.Result{Attempt: history.Attempt{Outcome: payloads.OutcomeFailed}, Next: w.at(1000), At: w.at(5)})
	w.claim(ref("d2", 1, 0), history.Claim{At: w.at(6), Limit: 1})
	_, err := w.h.Claim(w.Context(), ref("d1", 2, 0), history.Claim{Worker: worker, At: w.at(1000), Limit: 1})
	w.wantErr(err, history.ErrParked)
}
