package e2e_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/annohook/annohook/web/client"
)

// load triggers events from goroutines and remembers what was accepted. What a server refuses or leaves unanswered does not count: only
// what it answered with 202 is promised to be delivered.
type load struct {
	server  *server
	stop    chan struct{}
	workers sync.WaitGroup

	mu       sync.Mutex
	accepted []string // event ids
}

// offer keeps triggering with n goroutines, each again after pause, until end is called.
func offer(s *server, n int, pause time.Duration, trigger object) *load {
	l := &load{server: s, stop: make(chan struct{})}
	for range n {
		l.workers.Go(func() {
			for {
				select {
				case <-l.stop:
					return
				case <-time.After(pause):
					l.once(trigger)
				}
			}
		})
	}
	return l
}

func (l *load) once(trigger object) {
	r := l.server.send(http.MethodPost, "/api/v1/events", trigger)
	var a client.Accepted
	if r.status != http.StatusAccepted || json.Unmarshal(r.body, &a) != nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.accepted = append(l.accepted, a.Events...)
}

func (l *load) count() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.accepted)
}

// end stops the load and returns the ids of the accepted events.
func (l *load) end() []string {
	close(l.stop)
	l.workers.Wait()
	return l.accepted
}

// arrived waits until each of the events reached its listener: one of the deliveries it went into succeeded.
func (s *server) arrived(events []string, within time.Duration) {
	s.t.Helper()
	for deadline := time.Now().Add(within); ; time.Sleep(50 * time.Millisecond) {
		missing := map[string]bool{}
		for _, id := range events {
			missing[id] = true
		}
		for _, d := range s.all("status=succeeded") {
			for _, id := range d.EventIDs {
				delete(missing, id)
			}
		}
		if len(missing) == 0 {
			return
		}
		if time.Now().After(deadline) {
			for id := range missing {
				s.t.Logf("one of them, %s: %.1000s", id, s.get("/api/v1/deliveries?event="+id).body)
				break
			}
			s.t.Fatalf("%d of %d accepted events not delivered within %s; stats: %s", len(missing), len(events), within, s.get("/api/v1/stats").body)
		}
	}
}

// delivered is arrived, and returns every delivery the server has once all are settled: events that were stored but not yet answered when the
// program was killed are among them, and nobody waited for those.
func (s *server) delivered(events []string, within time.Duration) map[string]client.Delivery {
	s.t.Helper()
	until := time.Now().Add(within)
	s.arrived(events, within)
	eventually(s.t, time.Until(until), "everything the server has is settled", func() bool {
		return !slices.ContainsFunc(s.all(""), func(d client.DeliverySummary) bool { return !settled(d.Status) })
	})
	out := map[string]client.Delivery{}
	for _, d := range s.all("") {
		out[d.ID] = s.delivery(d.ID)
	}
	return out
}

// numbered checks the attempts of a delivery that met a crash: numbers without gaps, the interrupted one kept, the next a duplicate. It
// reports whether one was interrupted.
func numbered(t *testing.T, d client.Delivery) (interrupted bool) {
	t.Helper()
	cut := false
	for i, a := range d.Attempts {
		if a.Number != i+1 {
			t.Errorf("delivery %s: attempt %d has number %d", d.ID, i+1, a.Number)
		}
		if a.Duplicate != cut {
			t.Errorf("delivery %s: attempt %d is marked duplicate %t, want %t", d.ID, a.Number, a.Duplicate, cut)
		}
		if a.Outcome == nil {
			t.Errorf("delivery %s is %s, but attempt %d has no outcome", d.ID, d.Status, a.Number)
			continue
		}
		if cut = *a.Outcome == "interrupted"; cut {
			interrupted = true
			if a.Error == nil || a.Error.Kind != "interrupted" {
				t.Errorf("delivery %s: interrupted attempt has the error %+v", d.ID, a.Error)
			}
		}
	}
	return interrupted
}
