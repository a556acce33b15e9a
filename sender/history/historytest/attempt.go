package historytest

import (
	"fmt"
	"time"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/sender/history"
)

func attemptTests() []test {
	return []test{
		{"fails, is retried and settles, numbers and charges right", attemptRetries},
		{"every detail of an attempt reads back", attemptDetail},
		{"a reply of 64 KiB reads back", attemptLarge},
		{"an interrupted attempt is kept, not charged and repeated as a duplicate", attemptInterrupted},
		{"a released attempt was never made", attemptReleased},
		{"a result that cannot be is refused", attemptImpossible},
		{"durations of the latest attempts are counted", attemptDurations},
	}
}

func attemptRetries(w world) {
	w.append(w.fresh("d1"))
	for n := 1; n <= 2; n++ {
		c := w.claim(ref("d1", n, 0), history.Claim{At: w.at(n * 100)})
		dues := w.finish(c.Token, history.Result{
			Attempt: w.report(500 + n), Reason: fmt.Sprint("try ", n), Next: w.at(n*100 + 90), Charge: true, At: w.at(n*100 + 5),
		})
		w.same("dues", dues, []history.Due{due("d1", n+1, 0, w.at(n*100+90))})
		d := w.delivery("d1")
		got := line(d.Status, d.Reason, d.Attempts, d.Failures, d.InFlight, d.LastStatus, d.LastOutcome, d.LastFailure, d.LastDuration)
		w.same("after a failure", got, line("retrying", fmt.Sprint("try ", n), n, n, false, 500+n, "failed", "status", 1234567*time.Nanosecond))
		w.same("due", d.NextAt, w.at(n*100+90))
	}
	c := w.claim(ref("d1", 3, 0), history.Claim{At: w.at(300)})
	dues := w.finish(c.Token, history.Result{Attempt: w.report(404), Settle: history.Failed, Reason: "over", Charge: true, At: w.at(310)})
	w.same("dues", len(dues), 0)
	d := w.delivery("d1")
	w.same("settled", line(d.Status, d.Reason, d.Attempts, d.Failures, d.NextAt.IsZero()), line("failed", "over", 3, 3, true))
	w.same("settled at", d.SettledAt, w.at(310))
	w.same("attempts", len(w.attempts("d1")), 3)
	w.same("counts", w.counts().Deliveries, map[string]map[history.Status]int{platform: {history.Failed: 1}})
	w.places(0, 0, 0)
}

func attemptDetail(w world) {
	w.append(w.fresh("d1"))
	c := w.claim(ref("d1", 1, 0), history.Claim{At: w.at(2)})
	w.finish(c.Token, history.Result{Attempt: w.report(502), Next: w.at(90), At: w.at(5)})
	want := w.report(502)
	want.Number, want.ScheduledAt, want.Worker = 1, w.start, worker
	w.same("attempt", w.attempts("d1"), []history.Attempt{want})

	c = w.claim(ref("d1", 2, 0), history.Claim{At: w.at(90)})
	bare := history.Attempt{Number: 77, Worker: "other", Duplicate: true, ScheduledAt: w.at(1), Outcome: payloads.OutcomeFailed}
	w.finish(c.Token, history.Result{Attempt: bare, Settle: history.Failed, At: w.at(95)})
	want = history.Attempt{Number: 2, ScheduledAt: w.at(90), StartedAt: w.at(90), Worker: worker, Outcome: payloads.OutcomeFailed}
	w.same("the claim's own values win", w.attempts("d1")[1], want)
}

func attemptLarge(w world) {
	w.append(w.fresh("d1"))
	c := w.claimNow(ref("d1", 1, 0))
	report := w.report(500)
	report.Reply.Body = make([]byte, 64<<10)
	for i := range report.Reply.Body {
		report.Reply.Body[i] = byte(i * i >> 3)
	}
	w.finish(c.Token, history.Result{Attempt: report, Settle: history.Failed, At: w.at(5)})
	w.same("body", w.attempts("d1")[0].Reply.Body, report.Reply.Body)
}

func attemptInterrupted(w world) {
	w.append(w.fresh("d1"))
	c := w.claim(ref("d1", 1, 0), history.Claim{At: w.at(1)})
	w.finish(c.Token, history.Result{Attempt: w.report(500), Next: w.at(50), Charge: true, At: w.at(5)})
	c = w.claim(ref("d1", 2, 0), history.Claim{At: w.at(50)})
	dues, err := w.h.Interrupt(w.Context(), c.Token, "worker died", w.at(80))
	w.must(err)
	w.same("dues", dues, []history.Due{due("d1", 3, 0, w.at(80))})
	d := w.delivery("d1")
	got := line(d.Status, d.Reason, d.Attempts, d.Failures, d.InFlight, d.Duplicate, d.LastOutcome, d.LastStatus)
	w.same("after the interruption", got, line("retrying", "worker died", 2, 1, false, true, "interrupted", 0))
	want := history.Attempt{
		Number: 2, ScheduledAt: w.at(50), StartedAt: w.at(50), Duration: 30 * time.Millisecond, Worker: worker,
		Outcome: payloads.OutcomeInterrupted, Why: "worker died", Failure: payloads.FailureInterrupted, Message: "worker died",
	}
	w.same("interrupted attempt", w.attempts("d1")[1], want)

	c = w.claim(ref("d1", 3, 0), history.Claim{At: w.at(80)})
	w.same("duplicate", line(c.Number, c.Duplicate, w.attempts("d1")[2].Duplicate), "3 true true")
	w.finish(c.Token, history.Result{Attempt: w.report(500), Next: w.at(120), Charge: true, At: w.at(90)})
	c = w.claim(ref("d1", 4, 0), history.Claim{At: w.at(120)})
	w.same("no duplicate any more", c.Duplicate, false)
	w.same("charges", w.delivery("d1").Failures, 2)
}

func attemptReleased(w world) {
	w.append(w.fresh("d1"))
	c := w.claimNow(ref("d1", 1, 0))
	_, err := w.h.Interrupt(w.Context(), c.Token, "died", w.at(5))
	w.must(err)
	c = w.claim(ref("d1", 2, 0), history.Claim{At: w.at(5)})
	dues, err := w.h.Release(w.Context(), c.Token, w.at(7))
	w.must(err)
	w.same("dues", dues, []history.Due{due("d1", 2, 1, w.at(7))})
	d := w.delivery("d1")
	w.same("state", line(d.Status, d.Attempts, d.InFlight, d.Duplicate, d.NextAt.Equal(w.at(7))), "retrying 1 false true true")
	w.same("attempts", len(w.attempts("d1")), 1)
	w.refuse(ref("d1", 2, 0), 0, history.ErrStale)
	c = w.claim(ref("d1", 2, 1), history.Claim{At: w.at(8)})
	w.same("still a duplicate", line(c.Number, c.Duplicate), "2 true")
}

func attemptImpossible(w world) {
	w.append(w.fresh("d1"))
	c := w.claimNow(ref("d1", 1, 0))
	for _, status := range []history.Status{history.Pending, history.Collecting, history.Retrying, "other"} {
		_, err := w.h.Finish(w.Context(), c.Token, history.Result{Settle: status, At: w.at(1)})
		w.wantErr(err, history.ErrResult)
	}
	w.places(0, 0, 1)
}

func attemptDurations(w world) {
	w.appendIDs("d1", "d2")
	w.succeed(w.claimNow(ref("d1", 1, 0)).Token, w.at(1))
	w.finish(w.claimNow(ref("d2", 1, 0)).Token, history.Result{Attempt: w.report(500), Settle: history.Failed, At: w.at(9)})
	total := time.Duration(0)
	for _, d := range w.counts().Durations {
		total += d
	}
	w.same("durations", total, time.Millisecond+1234567*time.Nanosecond)
}

func chainTests() []test {
	return []test{
		{"a successor waits and is released by every end", chainReleases},
		{"a chain goes on link by link", chainGoesOn},
		{"a retry does not release", chainRetry},
		{"cancelling a link joins its neighbours", chainRelinks},
		{"one behind a settled or unknown delivery is due at once", chainLate},
	}
}

func chainReleases(w world) {
	ends := map[string]func(history.Token) ([]history.Due, error){
		"success": func(t history.Token) ([]history.Due, error) {
			return w.h.Finish(w.Context(), t, history.Result{Settle: history.Succeeded, At: w.at(9)})
		},
		"failure": func(t history.Token) ([]history.Due, error) {
			return w.h.Finish(w.Context(), t, history.Result{Settle: history.Failed, At: w.at(9)})
		},
		"cancel": func(t history.Token) ([]history.Due, error) {
			return w.h.Cancel(w.Context(), t.Delivery, "user", w.at(9))
		},
	}
	for name, end := range ends {
		first, second := name+"-1", name+"-2"
		w.append(w.fresh(first), w.fresh(second, behind(first)))
		d := w.delivery(second)
		w.same(name+": chained", line(d.Status, d.WaitsFor, d.NextAt.IsZero(), w.delivery(first).Successor), line("pending", first, true, second))
		dues, err := end(w.claimNow(ref(first, 1, 0)).Token)
		w.must(err)
		w.same(name, dues, []history.Due{due(second, 1, 0, w.at(9))})
		d = w.delivery(second)
		w.same(name+": released", line(d.Status, d.WaitsFor, d.NextAt.Equal(w.at(9)), w.delivery(first).Successor), line("pending", "", true, ""))
		w.claim(dues[0].Ref, history.Claim{At: w.at(9)})
	}
}

func chainGoesOn(w world) {
	w.append(w.fresh("a"), w.fresh("b", behind("a")), w.fresh("c", behind("b")))
	w.append(w.fresh("d", behind("c")))
	w.places(1, 0, 0)
	for i, id := range []string{"a", "b", "c", "d"} {
		w.same("only one is due", w.counts().Waiting, 1)
		dues := w.succeed(w.claim(ref(id, 1, 0), history.Claim{At: w.at(i)}).Token, w.at(i))
		w.same("released", len(dues), min(1, 3-i))
	}
	w.places(0, 0, 0)
}

func chainRetry(w world) {
	w.append(w.fresh("a"), w.fresh("b", behind("a")))
	dues := w.finish(w.claimNow(ref("a", 1, 0)).Token, history.Result{Attempt: w.report(500), Next: w.at(100), At: w.at(5)})
	w.same("dues", dues, []history.Due{due("a", 2, 0, w.at(100))})
	w.same("still behind", w.delivery("b").WaitsFor, "a")
}

func chainRelinks(w world) {
	w.append(w.fresh("a"), w.fresh("b", behind("a")), w.fresh("c", behind("b")), w.fresh("d", behind("c")))
	for _, id := range []string{"b", "d"} {
		dues, err := w.h.Cancel(w.Context(), id, "user", w.at(1))
		w.must(err)
		w.same("dues", len(dues), 0)
	}
	w.same("links", w.delivery("a").Successor+" "+w.delivery("c").WaitsFor+w.delivery("c").Successor, "c a")
	w.same("cancelled ones", w.delivery("b").WaitsFor+w.delivery("b").Successor+w.delivery("d").WaitsFor, "")
	w.same("released", w.succeed(w.claimNow(ref("a", 1, 0)).Token, w.at(2)), []history.Due{due("c", 1, 0, w.at(2))})
	w.append(w.fresh("e", behind("c")))
	w.same("released", w.succeed(w.claimNow(ref("c", 1, 0)).Token, w.at(3)), []history.Due{due("e", 1, 0, w.at(3))})
}

func chainLate(w world) {
	w.append(w.fresh("a"))
	w.succeed(w.claimNow(ref("a", 1, 0)).Token, w.at(2))
	w.append(w.fresh("b", behind("a")), w.fresh("c", behind("never")))
	for _, id := range []string{"b", "c"} {
		w.same("free", w.delivery(id).WaitsFor, "")
		w.claimNow(ref(id, 1, 0))
	}
}
