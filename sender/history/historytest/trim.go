package historytest

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/sender/history"
)

func trimTests() []test {
	return []test{
		{"by count the latest settled stay", trimCount},
		{"by age", trimAge},
		{"what is not settled stays, and so do events that something refers to", trimKeeps},
		{"nothing of a trimmed delivery is left", trimAll},
		{"more than one step", trimSteps},
		{"events without deliveries go by count", trimBareCount},
		{"events without deliveries go by age", trimBareAge},
		{"an event that a delivery names later is not trimmed as one without", trimBareNamed},
		{"many events without deliveries", trimBareSteps},
	}
}

// settled stores deliveries that settled at 1, 2, … ms.
func (w world) settled(ids ...string) {
	w.Helper()
	for i, id := range ids {
		w.append(w.fresh(id))
		w.succeed(w.claimNow(ref(id, 1, 0)).Token, w.at(i+1))
	}
}

func (w world) trim(keep int, before time.Time, want int) {
	w.Helper()
	n, err := w.h.Trim(w.Context(), keep, before)
	w.must(err)
	w.same("trimmed", n, want)
}

func trimCount(w world) {
	w.settled("d3", "d1", "d2")
	w.trim(-1, w.start, 0)
	w.trim(3, w.start, 0)
	w.trim(2, w.start, 1)
	w.same("left", w.ids(history.Query{}), []string{"d2", "d1"})
	w.trim(0, w.start, 2)
	w.same("left", len(w.ids(history.Query{})), 0)
}

func trimAge(w world) {
	w.settled("d3", "d1", "d2")
	w.trim(100, time.Time{}, 0)
	w.trim(100, w.at(2), 1)
	w.trim(-1, w.at(3), 1)
	w.same("left", w.ids(history.Query{}), []string{"d2"})
}

func trimKeeps(w world) {
	w.append(w.fresh("waiting"), w.fresh("flying"), w.fresh("chained", behind("waiting")))
	w.claimNow(ref("flying", 1, 0))
	w.collect("batch", "e1", 9)
	shared := func(d *history.Delivery) { d.EventIDs = []string{"event-waiting", "event-own"} }
	own := w.event("own")
	w.must(w.h.Append(w.Context(), []history.Event{own}, []history.New{w.fresh("done", shared)}))
	w.succeed(w.claimNow(ref("done", 1, 0)).Token, w.at(1))
	w.trim(0, w.at(10_000), 1)
	e, err := w.h.Event(w.Context(), "event-waiting")
	w.must(err)
	w.same("shared event", e.Deliveries, []history.EventDelivery{{ID: "waiting", SubscriptionID: subA}})
	_, err = w.h.Event(w.Context(), "event-own")
	w.wantErr(err, history.ErrNotFound)
	w.same("left", w.ids(history.Query{}), []string{"waiting", "flying", "chained", "batch"})
	w.claimNow(ref("waiting", 1, 0))
	w.same("batch", w.parts(ref("batch", 0, 0)), "e1")
}

func trimAll(w world) {
	w.settled("d1")
	w.trim(0, w.start, 1)
	_, errBody := w.h.Body(w.Context(), "d1")
	_, errAttempts := w.h.Attempts(w.Context(), "d1")
	for _, err := range []error{errBody, errAttempts} {
		w.wantErr(err, history.ErrNotFound)
	}
	for _, q := range []history.Query{
		{}, {Platform: platform}, {SubscriptionID: subA}, {Status: history.Succeeded}, {EventID: "event-d1"}, {Text: "d1"},
	} {
		w.same(fmt.Sprintf("%+v", q), len(w.ids(q)), 0)
	}
	page, err := w.h.Events(w.Context(), "", "", 0)
	w.must(err)
	w.same("events", len(page.Items), 0)
	w.same("counts", len(w.counts().Deliveries), 0)
	w.append(w.fresh("d1")) // the id is free again
	w.same("attempts", len(w.attempts("d1")), 0)
}

func trimSteps(w world) {
	var deliveries []history.New
	for i := range 450 {
		deliveries = append(deliveries, w.fresh(fmt.Sprintf("d%03d", i)))
	}
	w.must(w.h.Append(w.Context(), nil, deliveries))
	for i, n := range deliveries {
		_, err := w.h.Cancel(w.Context(), n.Delivery.ID, "x", w.at(i))
		w.must(err)
	}
	w.trim(10, w.at(5), 440)
	w.same("left", len(w.ids(history.Query{})), 10)
}

// bare stores events that no delivery names, made 1, 2, … ms after the start.
func (w world) bare(ids ...string) {
	w.Helper()
	var events []history.Event
	for i, id := range ids {
		e := w.event(id)
		e.CreatedAt = w.at(i + 1)
		events = append(events, e)
	}
	w.must(w.h.Append(w.Context(), events, nil))
}

// eventsLeft lists the events that are kept, newest first.
func (w world) eventsLeft() []string {
	w.Helper()
	page, err := w.h.Events(w.Context(), "", "", history.MaxPage)
	w.must(err)
	var ids []string
	for _, e := range page.Items {
		ids = append(ids, e.ID)
	}
	return ids
}

func trimBareCount(w world) {
	w.bare("c", "a", "b")
	w.trim(-1, time.Time{}, 0)
	w.trim(3, time.Time{}, 0)
	w.same("kept", w.eventsLeft(), []string{"event-b", "event-a", "event-c"})
	want := w.event("b")
	want.CreatedAt = w.at(3)
	got, err := w.h.Event(w.Context(), "event-b")
	w.must(err)
	w.same("event", got, want)
	w.trim(2, time.Time{}, 0)
	w.same("left", w.eventsLeft(), []string{"event-b", "event-a"})
	w.trim(0, time.Time{}, 0)
	w.same("left", w.eventsLeft(), []string(nil))
	_, err = w.h.Event(w.Context(), "event-b")
	w.wantErr(err, history.ErrNotFound)
}

func trimBareAge(w world) {
	w.bare("c", "a", "b")
	w.trim(-1, w.at(1), 0)
	w.same("left", len(w.eventsLeft()), 3)
	w.trim(-1, w.at(3), 0)
	w.same("left", w.eventsLeft(), []string{"event-b"})
}

func trimBareNamed(w world) {
	w.bare("d1", "d2", "d3")
	w.must(w.h.Append(w.Context(), nil, []history.New{w.fresh("d1")})) // names event-d1
	w.collect("batch", "event-d2", 9)
	w.trim(0, w.at(10_000), 0)
	left := w.eventsLeft()
	w.same("left", len(left), 2)
	for _, id := range []string{"event-d1", "event-d2"} {
		if _, err := w.h.Event(w.Context(), id); err != nil {
			w.Fatalf("%s: %v", id, err)
		}
	}
	w.succeed(w.claimNow(ref("d1", 1, 0)).Token, w.at(1))
	w.trim(0, w.at(10_000), 1)
	w.same("left after the delivery went", w.eventsLeft(), []string{"event-d2"})
}

func trimBareSteps(w world) {
	var ids []string
	for i := range 450 {
		ids = append(ids, fmt.Sprintf("%03d", i))
	}
	w.bare(ids...)
	w.trim(10, w.at(3), 0)
	left := w.eventsLeft()
	w.same("left", len(left), 10)
	w.same("oldest left", left[9], "event-440")
}

func loadTests() []test {
	return []test{{"200 deliveries, 8 workers claiming at random: each attempt exactly once", loadExactlyOnce}}
}

func loadExactlyOnce(w world) {
	const deliveries, workers, perDelivery, limit = 200, 8, 2, 5
	var news []history.New
	for i := range deliveries {
		news = append(news, w.fresh(fmt.Sprintf("d%03d", i), of([]string{subA, subB}[i%2])))
	}
	w.must(w.h.Append(w.Context(), nil, news))
	load := &load{world: w, claimed: map[history.Ref]int{}, running: map[string]int{}, limit: limit, attempts: perDelivery}
	for _, n := range news {
		load.push(n.Delivery.Ref(), n.Delivery.Ref()) // every task is delivered twice
	}
	var wg sync.WaitGroup
	for i := range workers {
		wg.Go(func() { load.work(uint64(i)) })
	}
	wg.Wait()
	w.places(0, 0, 0)
	w.same("statuses", w.counts().Deliveries, map[string]map[history.Status]int{platform: {history.Succeeded: deliveries}})
	total := 0
	for _, n := range load.claimed {
		total += n
	}
	w.same("attempts claimed", total, deliveries*perDelivery)
	for _, n := range news {
		w.same("attempts of "+n.Delivery.ID, len(w.attempts(n.Delivery.ID)), perDelivery)
	}
}

// load is a queue without order whose workers share one history.
type load struct {
	world

	mu       sync.Mutex
	tasks    []history.Ref
	busy     int // workers that may still push
	claimed  map[history.Ref]int
	running  map[string]int
	limit    int
	attempts int
}

func (l *load) push(refs ...history.Ref) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.tasks = append(l.tasks, refs...)
}

// take returns a task at random; done when there is none and no worker can push another.
func (l *load) take(random *rand.Rand) (r history.Ref, found, done bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.tasks) == 0 {
		return history.Ref{}, false, l.busy == 0
	}
	i := random.IntN(len(l.tasks))
	r = l.tasks[i]
	l.tasks[i] = l.tasks[len(l.tasks)-1]
	l.tasks = l.tasks[:len(l.tasks)-1]
	l.busy++
	return r, true, false
}

func (l *load) work(seed uint64) {
	random := rand.New(rand.NewPCG(seed, 1))
	for {
		r, found, done := l.take(random)
		if done {
			return
		}
		if !found {
			time.Sleep(100 * time.Microsecond) // another worker is about to push
			continue
		}
		if err := l.run(r); err != nil {
			l.Errorf("run %v: %v", r, err)
		}
		l.mu.Lock()
		l.busy--
		l.mu.Unlock()
	}
}

func (l *load) run(r history.Ref) error {
	c, err := l.h.Claim(l.Context(), r, history.Claim{Worker: worker, At: l.start, Limit: l.limit})
	if errors.Is(err, history.ErrStale) || errors.Is(err, history.ErrParked) {
		return nil
	}
	if err != nil {
		return err
	}
	sub := c.Token.SubscriptionID
	l.mu.Lock()
	l.claimed[ref(r.Delivery, r.Attempt, 0)]++
	l.running[sub]++
	running := l.running[sub]
	l.mu.Unlock()
	if running > l.limit {
		l.Errorf("%d attempts of %s at the same time", running, sub)
	}
	result := history.Result{Attempt: history.Attempt{Outcome: payloads.OutcomeFailed}, Next: l.start, At: l.start, Charge: true}
	if r.Attempt == l.attempts {
		result.Settle = history.Succeeded
	}
	l.mu.Lock()
	l.running[sub]--
	l.mu.Unlock()
	dues, err := l.h.Finish(l.Context(), c.Token, result)
	if err != nil {
		return err
	}
	for _, due := range dues {
		l.push(due.Ref, due.Ref)
	}
	return nil
}
