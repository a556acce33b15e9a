package historytest

import (
	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/sender/history"
)

func cancelTests() []test {
	return []test{
		{"a waiting delivery is settled with the reason", cancelWaiting},
		{"one in flight ends on its own, is recorded and changes nothing", cancelInFlight},
		{"one in flight can still be interrupted or released", cancelThenLost},
		{"a settled one is refused", cancelSettled},
	}
}

func cancelWaiting(w world) {
	w.append(w.fresh("d1"))
	dues, err := w.h.Cancel(w.Context(), "d1", "the user said so", w.at(5))
	w.must(err)
	w.same("dues", len(dues), 0)
	d := w.delivery("d1")
	w.same("state", line(d.Status, d.Reason, d.NextAt.IsZero(), d.SettledAt.Equal(w.at(5))), line("cancelled", "the user said so", true, true))
	w.places(0, 0, 0)
	ids, err := w.h.Unsettled(w.Context(), subA, 10)
	w.must(err)
	w.same("unsettled", len(ids), 0)
}

func cancelInFlight(w world) {
	w.append(w.fresh("d1"), w.fresh("d2", behind("d1")))
	c := w.claimNow(ref("d1", 1, 0))
	dues, err := w.h.Cancel(w.Context(), "d1", "user", w.at(5))
	w.must(err)
	w.same("successor", dues, []history.Due{due("d2", 1, 0, w.at(5))})
	d := w.delivery("d1")
	w.same("at once", line(d.Status, d.InFlight), "cancelled true")
	dues = w.finish(c.Token, history.Result{Attempt: w.report(500), Next: w.at(100), Reason: "later", Charge: true, At: w.at(9)})
	w.same("dues", len(dues), 0)
	d = w.delivery("d1")
	got := line(d.Status, d.Reason, d.InFlight, d.Failures, d.NextAt.IsZero(), d.SettledAt.Equal(w.at(5)), d.Attempts)
	w.same("state", got, line("cancelled", "user", false, 0, true, true, 1))
	w.same("recorded", w.attempts("d1")[0].Reply.Status, 500)
	w.stale(c.Token)
	w.places(1, 0, 0)
}

func cancelThenLost(w world) {
	w.append(w.fresh("d1"), w.fresh("d2"))
	first, second := w.claimNow(ref("d1", 1, 0)), w.claimNow(ref("d2", 1, 0))
	for _, id := range []string{"d1", "d2"} {
		_, err := w.h.Cancel(w.Context(), id, "user", w.at(5))
		w.must(err)
	}
	flights, err := w.h.InFlight(w.Context())
	w.must(err)
	w.same("the sweep still sees them", len(flights), 2)
	n, err := w.h.Trim(w.Context(), 0, w.at(1000))
	w.must(err)
	w.same("trimmed in flight", n, 0)
	dues, err := w.h.Interrupt(w.Context(), first.Token, "died", w.at(6))
	w.must(err)
	w.same("dues", len(dues), 0)
	dues, err = w.h.Release(w.Context(), second.Token, w.at(6))
	w.must(err)
	w.same("dues", len(dues), 0)
	w.same("d1", line(w.delivery("d1").Status, w.attempts("d1")[0].Outcome), "cancelled interrupted")
	w.same("d2", line(w.delivery("d2").Status, len(w.attempts("d2"))), "cancelled 0")
	w.places(0, 0, 0)
	n, err = w.h.Trim(w.Context(), 0, w.start)
	w.must(err)
	w.same("trimmed", n, 2)
}

func cancelSettled(w world) {
	w.append(w.fresh("d1"), w.fresh("d2"))
	w.succeed(w.claimNow(ref("d1", 1, 0)).Token, w.at(1))
	_, err := w.h.Cancel(w.Context(), "d2", "user", w.at(1))
	w.must(err)
	for _, id := range []string{"d1", "d2"} {
		_, err := w.h.Cancel(w.Context(), id, "again", w.at(2))
		w.wantErr(err, history.ErrSettled)
	}
	w.same("untouched", w.delivery("d2").Reason, "user")
}

func sweepTests() []test {
	return []test{
		{"overdue references come oldest first", sweepOverdue},
		{"a redispatched reference makes the old one stale", sweepRedispatch},
		{"unsettled deliveries of a subscription come oldest first", sweepUnsettled},
	}
}

func sweepOverdue(w world) {
	for i, id := range []string{"d3", "d1", "d2", "d4"} {
		w.append(w.fresh(id, func(d *history.Delivery) { d.NextAt = w.at(10 * (i + 1)) }))
	}
	w.append(w.fresh("d5", behind("d4")))
	w.claim(ref("d4", 1, 0), history.Claim{At: w.start})
	w.collect("b1", "e1", 1) // due at 20 ms, like d1
	list := func(before, limit int) []history.Due {
		dues, err := w.h.Overdue(w.Context(), w.at(before), limit)
		w.must(err)
		return dues
	}
	all := []history.Due{due("d3", 1, 0, w.at(10)), due("b1", 0, 1, w.at(20)), due("d1", 1, 0, w.at(20)), due("d2", 1, 0, w.at(30))}
	w.same("all", list(1000, 10), all)
	w.same("oldest", list(1000, 2), all[:2])
	w.same("before the third", list(20, 10), all[:1])
	w.same("none", len(list(1000, 0)), 0)
}

func sweepRedispatch(w world) {
	w.append(w.fresh("d1"))
	got, err := w.h.Redispatch(w.Context(), ref("d1", 1, 0))
	w.must(err)
	w.same("due", got, due("d1", 1, 1, w.start))
	w.refuse(ref("d1", 1, 0), 0, history.ErrStale)
	_, err = w.h.Redispatch(w.Context(), ref("d1", 1, 0))
	w.wantErr(err, history.ErrStale)
	c := w.claimNow(ref("d1", 1, 1))
	_, err = w.h.Redispatch(w.Context(), ref("d1", 1, 1))
	w.wantErr(err, history.ErrStale)
	next := w.finish(c.Token, history.Result{Attempt: history.Attempt{Outcome: payloads.OutcomeFailed}, Next: w.at(50), At: w.at(5)})
	w.same("generations start anew", next, []history.Due{due("d1", 2, 0, w.at(50))})
}

func sweepUnsettled(w world) {
	w.appendIDs("d5", "d4", "d3", "d2", "d1")
	w.append(w.fresh("other", of(subB)))
	w.succeed(w.claimNow(ref("d3", 1, 0)).Token, w.at(9))
	w.finish(w.claimNow(ref("d2", 1, 0)).Token, history.Result{Next: w.at(50), At: w.at(9)})
	w.claimNow(ref("d5", 1, 0))
	w.collect("b9", "e1", 9)
	list := func(limit int) []string {
		ids, err := w.h.Unsettled(w.Context(), subA, limit)
		w.must(err)
		return ids
	}
	// b9 and d5 were made at the same time, so their ids decide.
	w.same("unsettled", list(10), []string{"b9", "d5", "d4", "d2", "d1"})
	w.same("the first two", list(2), []string{"b9", "d5"})
}
