package historytest

import "github.com/annohook/annohook/sender/history"

func limitFull(w world) {
	w.appendIDs("d1", "d2")
	running := w.claim(ref("d1", 1, 0), history.Claim{At: w.start, Limit: 1})
	news := []history.New{w.fresh("d3"), w.fresh("d4"), w.fresh("other", of(subB))}
	w.must(w.h.Append(w.Context(), nil, news))
	w.same("parked", line(news[0].Parked, news[1].Parked, news[2].Parked), "true true false")
	w.same("not due", w.delivery("d3").NextAt.IsZero(), true)
	w.places(2, 2, 1)
	w.refuse(ref("d3", 1, 0), 1, history.ErrStale)
	w.refuse(ref("d2", 1, 0), 1, history.ErrParked) // it was made before, and comes behind
	for i, id := range []string{"d3", "d4", "d2"} {
		dues := w.succeed(running.Token, w.at(10*i))
		w.same("dues", dues, []history.Due{due(id, 1, 1, w.at(10*i))})
		running = w.claim(dues[0].Ref, history.Claim{At: w.at(10*i + 1), Limit: 1})
	}
	w.same("the lane is empty", len(w.succeed(running.Token, w.at(90))), 0)
	news = []history.New{w.fresh("d5")}
	w.must(w.h.Append(w.Context(), nil, news))
	w.same("parked with a free slot", news[0].Parked, false)
	w.claim(ref("d5", 1, 0), history.Claim{At: w.at(91), Limit: 1})
}

func limitFullLater(w world) {
	w.appendIDs("d1")
	running := w.claim(ref("d1", 1, 0), history.Claim{At: w.start, Limit: 1})
	later, chained := w.fresh("later"), w.fresh("chained")
	later.Delivery.NextAt, chained.Delivery.WaitsFor = w.at(1000), "d1"
	news := []history.New{later, chained}
	w.must(w.h.Append(w.Context(), nil, news))
	w.same("parked", line(news[0].Parked, news[1].Parked), "false false")
	w.places(1, 0, 1)
	w.same("the chain goes on", w.succeed(running.Token, w.at(1)), []history.Due{due("chained", 1, 0, w.at(1))})
}
