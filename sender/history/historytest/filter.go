package historytest

import (
	"fmt"
	"math/rand/v2"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/sender/history"
)

// words is the condition that a field has one of the words.
func words(f history.Field, list ...string) history.Condition {
	c := history.Condition{Field: f}
	for _, w := range list {
		c.Any = append(c.Any, history.Value{Text: w})
	}
	return c
}

func glob(f history.Field, pieces ...string) history.Condition {
	return history.Condition{Field: f, Any: []history.Value{{Glob: pieces}}}
}

func span(f history.Field, from, to int64) history.Condition {
	return history.Condition{Field: f, Any: []history.Value{{From: from, To: to}}}
}

func not(c history.Condition) history.Condition {
	c.Not = true
	return c
}

// crowd makes 24 deliveries that differ in everything a filter looks at, one a second, and returns them newest first.
func (w world) crowd() []history.Summary {
	w.Helper()
	var want []history.Summary
	for i := range 24 {
		id := fmt.Sprintf("d%02d", i)
		n := w.fresh(id, made(w.at(1000*i)), func(d *history.Delivery) {
			d.Platform = []string{platform, "elsewhere", "third"}[i%3]
			d.SubscriptionID = []string{subA, subB, "sub-c", "sub-d"}[i%4]
			d.EventType = []string{"thing.made", "thing.gone", "Other"}[i/2%3]
			d.EventIDs = []string{fmt.Sprint("e", i%5), fmt.Sprint("f", i%7)}
			d.URL = fmt.Sprintf("http://listener.test/Hook/%d", i%6)
		})
		n.Body = []byte(fmt.Sprintf(`{"n": %d, "text": "Grüße"}`, i))
		w.must(w.h.Append(w.Context(), nil, []history.New{n}))
		w.advance(i, id)
		want = append([]history.Summary{w.delivery(id)}, want...)
	}
	return want
}

// advance leaves the delivery with that number in one of the states there are.
func (w world) advance(i int, id string) {
	w.Helper()
	switch i % 8 {
	case 0, 1:
		w.succeed(w.claimNow(ref(id, 1, 0)).Token, w.at(1000*i+5))
	case 2, 3:
		w.finish(w.claimNow(ref(id, 1, 0)).Token, history.Result{
			Attempt: history.Attempt{Duration: 2e9, Outcome: "refused by them", Failure: payloads.FailureTimeout}, Next: w.at(1e6), Charge: true, At: w.at(1000*i + 5),
		})
	case 4:
		w.finish(w.claimNow(ref(id, 1, 0)).Token, history.Result{Attempt: w.report(503), Settle: history.Failed, Reason: "no attempt left", At: w.at(1000*i + 5)})
	case 5:
		_, err := w.h.Cancel(w.Context(), id, "Somebody said so", w.at(1000*i+5))
		w.must(err)
	case 6:
		w.claimNow(ref(id, 1, 0))
	}
}

// conditions are some of each kind.
func (w world) conditions() []history.Condition {
	micro := func(ms int) int64 { return w.at(ms).UnixMicro() }
	return []history.Condition{
		words(history.FieldStatus, "failed"), words(history.FieldStatus, "failed", "retrying", "pending"), words(history.FieldStatus, "cancelled", "failed"),
		words(history.FieldStatus, "succeeded", "failed"), not(words(history.FieldStatus, "succeeded", "pending")), glob(history.FieldStatus, "", "ed"),
		words(history.FieldPlatform, platform), words(history.FieldPlatform, "elsewhere", "third", "none"), glob(history.FieldPlatform, "n", ""),
		words(history.FieldSubscription, subA), words(history.FieldSubscription, subA, "sub-c", subA), not(words(history.FieldSubscription, subB)),
		words(history.FieldEvent, "e1"), words(history.FieldEvent, "e1", "f3", "f1"), not(words(history.FieldEvent, "e2")), glob(history.FieldEvent, "f", ""),
		words(history.FieldID, "d03", "d11", "d03", "x"), glob(history.FieldID, "d1", ""), not(words(history.FieldID, "d03")),
		words(history.FieldType, "THING.made"), glob(history.FieldType, "thing.", ""), words(history.FieldURL, "hook/3"), glob(history.FieldURL, "://", "4"),
		words(history.FieldReason, "LEFT"), words(history.FieldReason, ""), words(history.FieldOutcome, "succeeded", "Refused by them"),
		words(history.FieldError, "timeout"), words(history.FieldError, ""), words(history.FieldProfile, "v1"),
		span(history.FieldAttempt, 1, history.Highest), span(history.FieldCode, 500, 599), span(history.FieldCode, 0, 0), span(history.FieldLatency, 1e9, history.Highest),
		span(history.FieldCreated, micro(5000), history.Highest), span(history.FieldCreated, history.Lowest, micro(5000)-1), span(history.FieldCreated, micro(7000), micro(9000)),
		not(span(history.FieldCreated, micro(7000), history.Highest)), span(history.FieldCreated, -5, 5), span(history.FieldCreated, micro(9000), micro(7000)),
		words(history.FieldText, "GRÜSSE"), words(history.FieldText, "grüße"), words(history.FieldText, `"n": 1`), not(words(history.FieldText, `"n": 1`)),
		not(words(history.FieldText, "hook/3")), words(history.FieldText, "d1"),
	}
}

// listConditions compares what is listed, page by page, with what the conditions let through of everything.
func listConditions(w world) {
	all := w.crowd()
	bodies := map[string][]byte{}
	for _, s := range all {
		body, err := w.h.Body(w.Context(), s.ID)
		w.must(err)
		bodies[s.ID] = body
	}
	conditions := w.conditions()
	check := func(q history.Query) {
		var want []string
		for _, s := range all {
			if q.Admits(s) && q.Finds(s, bodies[s.ID]) {
				want = append(want, s.ID)
			}
		}
		w.same(q.Filter.String(), w.ids(q), want)
	}
	for _, c := range conditions {
		check(history.Query{Filter: history.Filter{c}, Limit: 5})
		check(history.Query{Filter: history.Filter{c}})
		check(history.Query{Filter: history.Filter{c}, SubscriptionID: subA, Limit: 2})
	}
	random := rand.New(rand.NewPCG(1, 2))
	for range 150 {
		f := history.Filter{}
		for range 2 + random.IntN(2) {
			f = append(f, conditions[random.IntN(len(conditions))])
		}
		check(history.Query{Filter: f, Limit: 1 + random.IntN(6)})
	}
}
