package historytest

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/annohook/annohook/sender/history"
)

func listTests() []test {
	return []test{
		{"newest first, ties by id", listOrder},
		{"each filter and their combinations", listFilters},
		{"text is found in the short fields and in the body", listText},
		{"each condition of a filter, alone and with others", listConditions},
		{"pages join without a row lost or doubled while rows are added", listPages},
		{"a page has bounds", listBounds},
		{"a foreign cursor is refused", listCursor},
		{"events newest first, by platform and page", listEvents},
		{"counts by platform and status", listCounts},
	}
}

// ids walks all pages of a query and returns the ids in order.
func (w world) ids(q history.Query, between ...func()) []string {
	w.Helper()
	var ids []string
	for range 1000 {
		page, err := w.h.List(w.Context(), q)
		w.must(err)
		if len(page.Items) > history.PageLimit(q.Limit) {
			w.Fatalf("a page of %d rows", len(page.Items))
		}
		for _, s := range page.Items {
			ids = append(ids, s.ID)
		}
		if page.NextCursor == "" {
			return ids
		}
		q.Cursor = page.NextCursor
		for _, f := range between {
			f()
		}
	}
	w.Fatal("the list has no end")
	return nil
}

func listOrder(w world) {
	w.append(w.fresh("b", made(w.at(1))), w.fresh("d", made(w.at(1))), w.fresh("a", made(w.at(2))), w.fresh("c", made(w.at(1))),
		w.fresh("z", made(w.at(0))))
	for _, limit := range []int{0, 1, 2, 3, 5} {
		w.same("order", w.ids(history.Query{Limit: limit}), []string{"a", "d", "c", "b", "z"})
	}
	page, err := w.h.List(w.Context(), history.Query{})
	w.must(err)
	w.same("row", page.Items[0], w.delivery("a"))
}

func listFilters(w world) {
	for i := range 24 {
		n := w.fresh(fmt.Sprintf("d%02d", i), made(w.at(i)), func(d *history.Delivery) {
			d.Platform = []string{platform, "elsewhere"}[i%2]
			d.SubscriptionID = []string{subA, subB, "sub-c"}[i%3]
			d.EventType = []string{"thing.made", "thing.gone"}[i/2%2]
			d.EventIDs = []string{fmt.Sprint("e", i%4), fmt.Sprint("f", i%6)}
		})
		w.must(w.h.Append(w.Context(), nil, []history.New{n}))
		if i >= 12 {
			w.succeed(w.claimNow(ref(n.Delivery.ID, 1, 0)).Token, w.at(100))
		}
	}
	all, err := w.h.List(w.Context(), history.Query{Limit: 100})
	w.must(err)
	w.same("all", len(all.Items), 24)
	queries := []history.Query{}
	for _, p := range []string{"", platform, "elsewhere", "none"} {
		for _, s := range []string{"", subA, "none"} {
			for _, typ := range []string{"", "thing.gone"} {
				for _, st := range []history.Status{"", history.Pending, history.Succeeded} {
					for _, e := range []string{"", "e1", "f3", "none"} {
						queries = append(queries, history.Query{Platform: p, SubscriptionID: s, Type: typ, Status: st, EventID: e, Limit: 2})
					}
				}
			}
		}
	}
	for _, q := range queries {
		var want []string
		for _, s := range all.Items {
			if (q.Platform == "" || q.Platform == s.Platform) && (q.SubscriptionID == "" || q.SubscriptionID == s.SubscriptionID) &&
				(q.Type == "" || q.Type == s.EventType) && (q.Status == "" || q.Status == s.Status) &&
				(q.EventID == "" || slices.Contains(s.EventIDs, q.EventID)) {
				want = append(want, s.ID)
			}
		}
		w.same(fmt.Sprintf("%+v", q), w.ids(q), want)
	}
}

func listText(w world) {
	n := w.fresh("d1", func(d *history.Delivery) { d.URL, d.EventType = "http://ONE.test/", "thing.ÄRGER" })
	n.Body = []byte(`{"text":"Grüße [x]"}`)
	far := w.fresh("d2")
	far.Body = []byte(strings.Repeat(" ", history.SearchedBodyBytes-3) + "needle")
	w.append(n, far, w.fresh("d3"))
	_, err := w.h.Cancel(w.Context(), "d3", "Because of That", w.at(1))
	w.must(err)
	for text, want := range map[string]string{
		"one.TEST": "d1", "ärger": "d1", "grüßE": "d1", "[X]": "d1", "of that": "d3", "D2": "d2", "needle": "", "nee": "d2", "listener.test": "d3 d2",
		"absent": "",
	} {
		w.same(text, strings.Join(w.ids(history.Query{Text: text}), " "), want)
	}
	w.same("with a filter", w.ids(history.Query{Text: "listener", Status: history.Cancelled}), []string{"d3"})
}

func listPages(w world) {
	var want []string
	for i := range 30 {
		id := fmt.Sprintf("d%02d", i)
		w.append(w.fresh(id, made(w.at(i/10)))) // many made at the same time
		want = append([]string{id}, want...)
	}
	added := 0
	add := func() {
		added++
		w.append(w.fresh(fmt.Sprintf("new%02d", added), made(w.at(1000+added))))
	}
	w.same("all pages", w.ids(history.Query{Limit: 7}, add), want)
	w.same("filtered pages", w.ids(history.Query{Limit: 3, SubscriptionID: subA, EventID: "event-d07"}, add), []string{"d07"})
	gone := func() { // the row the cursor stands on is trimmed
		for _, id := range []string{"d24", "d23"} {
			if _, err := w.h.Cancel(w.Context(), id, "x", w.at(1)); err == nil {
				_, err := w.h.Trim(w.Context(), 0, w.start)
				w.must(err)
			}
		}
	}
	got := w.ids(history.Query{Limit: 6 + added}, gone)
	w.same("pages around a trimmed row", got[added:], slices.DeleteFunc(slices.Clone(want), func(id string) bool { return id == "d23" }))
}

func listBounds(w world) {
	var deliveries []history.New
	for i := range history.MaxPage + 1 {
		deliveries = append(deliveries, w.fresh(fmt.Sprintf("d%04d", i)))
	}
	w.must(w.h.Append(w.Context(), nil, deliveries))
	for limit, want := range map[int]int{-1: history.DefaultPage, 0: history.DefaultPage, 1: 1, 9999: history.MaxPage} {
		page, err := w.h.List(w.Context(), history.Query{Limit: limit})
		w.must(err)
		w.same(fmt.Sprint("limit ", limit), len(page.Items), want)
	}
}

func listCursor(w world) {
	w.appendIDs("d1")
	for _, cursor := range []string{"x", "1", "-", "1-", "-5-x", "+5-x", "01-x", "99999999999999999999-x"} {
		_, err := w.h.List(w.Context(), history.Query{Cursor: cursor})
		w.wantErr(err, history.ErrCursor)
		_, err = w.h.Events(w.Context(), "", cursor, 1)
		w.wantErr(err, history.ErrCursor)
	}
}

func listEvents(w world) {
	for i, name := range []string{"e1", "e2", "e3", "e4", "e5"} {
		e := w.event("x")
		e.ID, e.CreatedAt, e.Platform = name, w.at(i/2), []string{platform, "elsewhere"}[i%2]
		w.must(w.h.Append(w.Context(), []history.Event{e}, []history.New{w.fresh("d"+name, func(d *history.Delivery) { d.EventIDs = []string{name} })}))
	}
	walk := func(platform string, limit int) string {
		var ids []string
		cursor := ""
		for range 10 {
			page, err := w.h.Events(w.Context(), platform, cursor, limit)
			w.must(err)
			for _, e := range page.Items {
				ids = append(ids, e.ID)
				w.same("deliveries", e.Deliveries, []history.EventDelivery{{ID: "d" + e.ID, SubscriptionID: subA}})
			}
			if cursor = page.NextCursor; cursor == "" {
				break
			}
		}
		return strings.Join(ids, " ")
	}
	for _, limit := range []int{0, 1, 2, 5} {
		w.same("all", walk("", limit), "e5 e4 e3 e2 e1")
		w.same("one platform", walk("elsewhere", limit), "e4 e2")
		w.same("none", walk("none", limit), "")
	}
}

func listCounts(w world) {
	w.append(w.fresh("a", made(w.at(7))), w.fresh("b", made(w.at(3))), w.fresh("c", func(d *history.Delivery) { d.Platform = "elsewhere" }),
		w.fresh("d", behind("a")))
	w.claimNow(ref("c", 1, 0))
	w.collect("e", "e1", 9)
	c := w.counts()
	w.same("deliveries", c.Deliveries, map[string]map[history.Status]int{
		platform: {history.Pending: 3, history.Collecting: 1}, "elsewhere": {history.Pending: 1},
	})
	w.same("places", line(c.Waiting, c.InLanes, c.InFlight), "3 0 1")
	w.same("oldest due", c.OldestDue, w.at(3))
	w.same("durations", len(c.Durations), 0)
	for _, id := range []string{"a", "b", "c", "d", "e"} {
		_, err := w.h.Cancel(w.Context(), id, "x", w.at(9))
		w.must(err)
	}
	c = w.counts()
	w.same("deliveries", c.Deliveries[platform], map[history.Status]int{history.Cancelled: 4})
	w.same("oldest due", c.OldestDue, time.Time{})
}
