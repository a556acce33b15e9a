package e2e_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/annohook/annohook/web/client"
)

// wish is one thing that a client of the load wants, and what it was told.
type wish struct {
	platform string
	marker   string // in the body of every message of a trigger; empty for an action
	key      string // the idempotency key, with which it is asked for until there is an answer; empty: it is asked for once
	tries    int
	accepted bool
	answer   client.Accepted // of a trigger
	acted    client.Acted    // of an action
}

// deliveries are what the answer promised.
func (w wish) deliveries() []client.AcceptedDelivery {
	return append(slices.Clone(w.answer.Deliveries), w.acted.Deliveries...)
}

// bombardment is a load of several platforms from several clients, which goes on while processes die.
type bombardment struct {
	t       *testing.T
	signed  *hook   // Argilla, with failures that are tried again
	batched []*hook // Toloka, two subscriptions with batches of their own
	series  *hook   // Label Studio, slices that follow each other
	stop    chan struct{}
	clients sync.WaitGroup

	mu       sync.Mutex
	server   *server
	wishes   []wish
	answers  map[int]int // by status; 0: none
	surprise []string    // answers that nobody should get
}

// The load. Clients wait so long between two wishes that two cores bear two fleets beside each other.
const (
	chaosClients  = 3
	chaosPause    = 25 * time.Millisecond
	chaosPatience = 30 * time.Second // how long a client asks again with its key; one whose request died with its process is let in after 10 s
)

// bombard starts a load on a fleet.
func bombard(f *fleet) *bombardment {
	t := f.t
	t.Helper()
	b := &bombardment{t: t, server: f.api, stop: make(chan struct{}), answers: map[int]int{}}
	b.signed = listen(t, "argilla", hookOptions{answers: forLong(t, "200@300ms,200,500,200@150ms,200")})
	f.api.attach(b.signed, "argilla", patient())
	for _, secret := range []string{"first of chaos", "second of chaos"} {
		h := listen(t, "toloka", hookOptions{answers: forLong(t, "200@200ms,500,200*3")})
		more := object{"secret": secret, "options": object{"batch": object{"window": "20s"}}} // 200 ms under the scale
		maps.Copy(more, patient())
		f.api.attach(h, "toloka", more)
		b.batched = append(b.batched, h)
	}
	b.series = listen(t, "label-studio", hookOptions{script: "200@30ms"})
	f.api.attach(b.series, "label-studio", object{"events": []string{"TASKS_CREATED"}, "timeout": "20s", "options": object{"batch_size": 1}})
	f.moved = func(s *server) {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.server = s
	}
	for i := range chaosClients {
		b.clients.Go(func() { b.client(i) })
	}
	return b
}

// client wishes one thing after another: triggers of two platforms, every second with an idempotency key, and actions of a third without one,
// because an action that was cut short cannot be repeated.
func (b *bombardment) client(who int) {
	for n := 0; ; n++ {
		select {
		case <-b.stop:
			return
		case <-time.After(chaosPause):
		}
		name := fmt.Sprintf("c%d-%d.", who, n)
		w := wish{marker: name}
		if n/3%2 == 0 && n%3 != 2 {
			w.key = name
		}
		switch n % 3 {
		case 0:
			w.platform = "argilla"
			b.fulfil(w, "/api/v1/events", object{"platform": "argilla", "type": "record.updated", "data": object{"marker": name}})
		case 1:
			w.platform = "toloka"
			b.fulfil(w, "/api/v1/events", object{"platform": "toloka", "type": "ASSIGNMENT_SUBMITTED", "data": object{"marker": name}})
		default:
			w.platform, w.marker = "label-studio", ""
			b.fulfil(w, "/api/v1/actions", object{
				"platform": "label-studio", "action": "import-tasks", "params": object{"project": 1, "count": importedTasks},
			})
		}
	}
}

// importedTasks is how many tasks, and so requests in series, each action of the load makes.
const importedTasks = 3

// fulfil asks for a wish, with a key again and again until there is an answer or patience ends, and remembers what came of it.
func (b *bombardment) fulfil(w wish, path string, body object) {
	var header []string
	if w.key != "" {
		header = []string{"Idempotency-Key", w.key}
	}
	for began := time.Now(); ; time.Sleep(chaosPause) {
		b.mu.Lock()
		s := b.server
		b.mu.Unlock()
		r := s.send(http.MethodPost, path, body, header...)
		w.tries++
		b.note(r)
		if r.status/100 == 2 {
			w.accepted = true
			b.remember(w, r.body)
			return
		}
		if w.key == "" || time.Since(began) > chaosPatience {
			b.remember(w, nil)
			return
		}
	}
}

// note counts an answer. A dead server gives none, a starting one 503, one that is asked twice at the same time 409.
func (b *bombardment) note(r reply) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.answers[r.status]++
	switch r.status {
	case 0, http.StatusOK, http.StatusAccepted, http.StatusConflict, http.StatusTooManyRequests, http.StatusServiceUnavailable:
	default:
		b.surprise = append(b.surprise, fmt.Sprintf("%d %.300s", r.status, r.body))
	}
}

func (b *bombardment) remember(w wish, body []byte) {
	if w.accepted {
		var err error
		if w.marker == "" {
			err = json.Unmarshal(body, &w.acted)
		} else {
			err = json.Unmarshal(body, &w.answer)
		}
		if err != nil {
			b.t.Errorf("read %.200q: %v", body, err)
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.wishes = append(b.wishes, w)
}

// end stops the load, once everybody with a key has an answer or gives up.
func (b *bombardment) end() {
	close(b.stop)
	b.clients.Wait()
}
