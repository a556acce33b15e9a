package e2e_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/annohook/annohook/sender/listener"
	"github.com/annohook/annohook/web/client"
)

// trial holds everything that is known after the kills: what clients were told, what the server has, and what the listeners got.
type trial struct {
	*bombardment
	t          *testing.T
	fleet      *fleet
	deliveries map[string]client.Delivery
	receipts   map[string]map[string][]listener.Receipt // by URL and body
}

// newTrial waits until everything is settled and collects it.
func newTrial(f *fleet, b *bombardment) *trial {
	t := f.t
	t.Helper()
	r := &trial{bombardment: b, t: t, fleet: f, deliveries: map[string]client.Delivery{}, receipts: map[string]map[string][]listener.Receipt{}}
	began := time.Now()
	eventually(t, 40*time.Second, "everything is settled", func() bool { return unsettled(f.api) == 0 })
	// A change of a world whose process died before it recorded the events is told by another process a little later.
	eventually(t, 20*time.Second, "the listener knows every task of the world", func() bool { return len(b.tasks()) == f.tasks() })
	t.Logf("settled %s after the load", time.Since(began).Round(time.Millisecond))
	r.collect(f.api)
	for _, h := range append([]*hook{b.signed, b.series}, b.batched...) {
		r.receipts[h.url] = map[string][]listener.Receipt{}
		for _, receipt := range h.got() {
			r.receipts[h.url][string(receipt.Body)] = append(r.receipts[h.url][string(receipt.Body)], receipt)
		}
	}
	return r
}

// unsettled counts what will still be attempted.
func unsettled(s *server) int {
	n := 0
	for _, platform := range decode[client.Stats](s.t, s.get("/api/v1/stats").body).Deliveries {
		for status, count := range platform {
			if !settled(status) {
				n += count
			}
		}
	}
	return n
}

// collect reads every delivery with its attempts. There are thousands: connections are kept and the contract is left to other tests.
func (r *trial) collect(s *server) {
	r.t.Helper()
	list := s.all("")
	all := make([]client.Delivery, len(list))
	var group errgroup.Group
	group.SetLimit(4)
	keeping := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 4}}
	defer keeping.CloseIdleConnections()
	for i, d := range list {
		group.Go(func() error {
			response, err := keeping.Get(s.base + "/api/v1/deliveries/" + d.ID)
			if err != nil {
				return err
			}
			defer response.Body.Close()
			return json.NewDecoder(response.Body).Decode(&all[i])
		})
	}
	if err := group.Wait(); err != nil {
		r.t.Fatal(err)
	}
	for _, d := range all {
		r.deliveries[d.ID] = d
	}
}

// judge holds all promises against what was collected.
func (r *trial) judge() {
	r.t.Helper()
	for _, text := range r.surprise {
		r.t.Errorf("a client got %s", text)
	}
	r.promises()
	r.once()
	r.attempts()
	r.inSeries()
	r.batches()
	r.world()
	r.signed.verified()
	for _, h := range r.batched {
		h.verified()
	}
}

// promises: every 2xx has its deliveries, and they succeeded; who asked with a key got an answer.
func (r *trial) promises() {
	accepted, repeated, open := 0, 0, 0
	for _, w := range r.wishes {
		if !w.accepted {
			open++
			if w.key != "" {
				r.t.Errorf("%s asked %d times with a key and got no answer", w.key, w.tries)
			}
			continue
		}
		accepted++
		if w.tries > 1 {
			repeated++
		}
		want := map[string]int{"argilla": 1, "toloka": 2, "label-studio": importedTasks}[w.platform]
		if got := len(w.deliveries()); got != want {
			r.t.Errorf("%s %s was accepted with %d deliveries, want %d", w.platform, w.marker, got, want)
		}
		for _, promised := range w.deliveries() {
			d, found := r.deliveries[promised.ID]
			if !found || d.Status != "succeeded" {
				r.t.Errorf("%s %s was accepted, its delivery %s is %q: %s", w.platform, w.marker, promised.ID, d.Status, d.Reason)
				continue
			}
			if w.platform == "toloka" && !slices.Contains(d.EventIDs, w.answer.ID) {
				r.t.Errorf("event %s was accepted into the batch %s, which holds %v", w.answer.ID, d.ID, d.EventIDs)
			}
		}
	}
	r.t.Logf("%s; %d wishes accepted, %d of them asked for again, %d unanswered; answers by status %v", r.fleet, accepted, repeated, open, r.answers)
}

// once: no wish became two events, however often it was asked for.
func (r *trial) once() {
	for _, h := range append([]*hook{r.signed}, r.batched...) {
		events := map[string]map[string]bool{} // by marker
		for body := range r.receipts[h.url] {
			for id, marker := range marked(r.t, body) {
				if events[marker] == nil {
					events[marker] = map[string]bool{}
				}
				events[marker][id] = true
			}
		}
		for marker, ids := range events {
			if len(ids) != 1 {
				r.t.Errorf("%s became %d events at %s", marker, len(ids), h.url)
			}
		}
		for _, w := range r.wishes {
			if w.accepted && w.marker != "" && (w.platform == "argilla") == (h == r.signed) && events[w.marker] == nil {
				r.t.Errorf("%s %s was accepted and never came to %s", w.platform, w.marker, h.url)
			}
		}
	}
}

// marked finds the events of a body: for each the marker of its wish.
func marked(t *testing.T, body string) map[string]string {
	t.Helper()
	var envelope struct {
		Marker string
		Events []struct{ UUID, Marker string }
	}
	if err := json.Unmarshal([]byte(body), &envelope); err != nil {
		t.Errorf("read %.200q: %v", body, err)
	}
	if envelope.Events == nil {
		return map[string]string{body: envelope.Marker}
	}
	out := map[string]string{}
	for _, e := range envelope.Events {
		out[e.UUID] = e.Marker
	}
	return out
}

// attempts: numbers without holes, duplicates marked, never more on the wire than on record, and everything that was in flight on the wire
// again in time.
func (r *trial) attempts() {
	var late []time.Duration
	interrupted, twice := 0, 0
	for _, d := range r.deliveries {
		cut := numbered(r.t, d)
		if cut {
			interrupted++
		}
		receipts := r.of(d)
		duplicates, good := 0, 0
		for _, a := range d.Attempts {
			if a.Duplicate {
				duplicates++
			}
		}
		for _, receipt := range receipts {
			if receipt.Answered == http.StatusOK {
				good++
			}
		}
		if good == 0 || good > 1+duplicates || len(receipts) > len(d.Attempts) {
			r.t.Errorf("delivery %s: %d requests, %d answered 200, for %d attempts, %d of them duplicates", d.ID, len(receipts), good, len(d.Attempts), duplicates)
		}
		if good > 1 {
			twice++
		}
		late = append(late, r.recoveries(d, receipts)...)
	}
	slices.Sort(late)
	if len(late) == 0 {
		if len(r.fleet.deaths) >= 10 { // a few may all hit the API, or a moment of rest
			r.t.Error("no attempt was in flight at any kill, so the test showed nothing")
		}
		r.t.Logf("%d deliveries, none in flight at a kill", len(r.deliveries))
		return
	}
	worst := late[len(late)-1]
	r.t.Logf("%d deliveries, %d with an interrupted attempt, %d of them delivered twice and marked; on the wire again after %s (median), %s (worst)",
		len(r.deliveries), interrupted, twice, late[len(late)/2].Round(time.Millisecond), worst.Round(time.Millisecond))
}

// of lists the requests that carried a delivery.
func (r *trial) of(d client.Delivery) []listener.Receipt {
	for _, a := range d.Attempts {
		if a.Request != nil && a.Request.Body.Text != nil {
			return r.receipts[d.URL][*a.Request.Body.Text]
		}
	}
	return nil
}

// recoveries tells how long after a kill each interrupted attempt was followed by a request. Where the next attempt died as well before it
// reached the listener, that one's kill counts.
func (r *trial) recoveries(d client.Delivery, receipts []listener.Receipt) []time.Duration {
	var out []time.Duration
	for i, a := range d.Attempts {
		if a.Outcome == nil || *a.Outcome != "interrupted" {
			continue
		}
		kill, found := r.fleet.cause(a.StartedAt)
		if !found {
			r.t.Errorf("delivery %s: attempt %d of %s was interrupted, and nobody was killed after that", d.ID, a.Number, a.StartedAt)
			continue
		}
		if i+1 == len(d.Attempts) {
			r.t.Errorf("delivery %s is %s after an interrupted attempt", d.ID, d.Status)
			continue
		}
		next := d.Attempts[i+1]
		at := slices.IndexFunc(receipts, func(receipt listener.Receipt) bool { return !receipt.At.Before(next.StartedAt) })
		diedToo := next.Outcome != nil && *next.Outcome == "interrupted"
		if at < 0 {
			r.t.Errorf("delivery %s was in flight at %s and never came again", d.ID, kill.at)
			continue
		}
		took := max(0, receipts[at].At.Sub(r.fleet.relief(kill, receipts[at].At)))
		if took > recovery && diedToo {
			continue
		}
		if took > recovery {
			r.t.Errorf("delivery %s was in flight at a kill and came again after %s, want %s: %+v", d.ID, took, recovery, d.Attempts)
		}
		out = append(out, took)
	}
	return out
}
