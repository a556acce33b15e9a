package api_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/annohook/annohook/sender/history"
	"github.com/annohook/annohook/web/api"
	"github.com/annohook/annohook/web/client"
)

// follow reads the stream until stop says so and returns what came, statistics left out.
func (r *rig) follow(o client.StreamOptions, opened func(), stop func(client.StreamEvent) bool) []client.StreamEvent {
	r.t.Helper()
	c, err := client.New(r.server.URL, client.Options{})
	if err != nil {
		r.t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(r.t.Context(), 20*time.Second)
	defer cancel()
	o.Opened = opened
	var events []client.StreamEvent
	for event, err := range c.Stream(ctx, o) {
		if err != nil {
			r.t.Fatalf("stream after %d events: %v", len(events), err)
		}
		if event.Name != client.OnStats {
			events = append(events, event)
		}
		if stop(event) {
			break
		}
	}
	return events
}

func settled(e client.StreamEvent) bool {
	return e.Name == client.OnDelivery && e.Delivery.SettledAt != nil
}

func (r *rig) publish() {
	r.call("POST", "/api/v1/events", `{"platform":"postbox","type":"note.added"}`).want(202)
}

func TestTheStreamTellsWhatHappensInOrderAndResumes(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.listener.respond(500, 200)
	r.subscribe("")
	events := r.follow(client.StreamOptions{}, r.publish, settled)
	var names []string
	for i, e := range events {
		name := e.Name
		if e.Attempt != nil {
			name = fmt.Sprint(name, e.Attempt.Attempt.Number)
		}
		names = append(names, name)
		if i > 0 && history.CompareIDs(events[i-1].ID, e.ID) >= 0 {
			t.Errorf("id %s follows %s", e.ID, events[i-1].ID)
		}
	}
	want := []string{"delivery", "attempt1", "attempt1", "delivery", "attempt2", "attempt2", "delivery"}
	equal(t, "events", names, want)
	for _, i := range []int{0, 2, len(events) - 2} {
		rest := r.follow(client.StreamOptions{After: events[i].ID}, nil, settled)
		equal(t, fmt.Sprintf("what follows event %d", i), ids(rest), ids(events[i+1:]))
	}
}

func ids(events []client.StreamEvent) []string {
	var list []string
	for _, e := range events {
		list = append(list, e.ID)
	}
	return list
}

func TestTheStreamKeepsToItsFilters(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	a, b := r.subscribe(""), r.subscribe("")
	events := r.follow(client.StreamOptions{Query: client.DeliveryQuery{Subscription: b.ID, Type: "NOTE_ADDED"}}, r.publish, settled)
	for _, e := range events {
		d := e.Delivery
		if e.Attempt != nil {
			d = &e.Attempt.Delivery
		}
		if d.SubscriptionID == a.ID {
			t.Errorf("an event of another subscription came: %+v", e)
		}
	}
}

func TestAGapIsToldAsReset(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.subscribe("")
	events := r.follow(client.StreamOptions{After: "1-1"}, r.publish, settled)
	equal(t, "first event", events[0].Name, client.OnReset)
	if slices.ContainsFunc(events[1:], func(e client.StreamEvent) bool { return e.Name == client.OnReset }) {
		t.Error("more than one reset")
	}
	equal(t, "then", events[1].Name, client.OnDelivery)
}

func TestStatisticsComeAtOnceAndWhenTheyChange(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.subscribe("")
	first := true
	r.follow(client.StreamOptions{}, nil, func(e client.StreamEvent) bool {
		if e.Name != client.OnStats {
			return false
		}
		if first {
			first = false
			r.publish()
			return false
		}
		return e.Stats.Deliveries["postbox"]["succeeded"] == 1
	})
}

func TestStreamsAreBoundedAndEndWithTheServer(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(o *api.Options) { o.MaxStreams = 1 })
	resp := r.open("/api/v1/stream") //nolint:bodyclose // open closes it at the end
	equal(t, "type", resp.Header.Get("Content-Type"), "text/event-stream")
	equal(t, "buffering", resp.Header.Get("X-Accel-Buffering"), "no")
	a := r.call("GET", "/api/v1/stream", "")
	a.problem(http.StatusServiceUnavailable)
	if a.header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
	close(r.closing)
	text, _ := io.ReadAll(resp.Body) // ends with the stream, in whatever way
	if !strings.HasPrefix(string(text), "retry: 2000\n\n") {
		t.Errorf("stream begins with %q", text)
	}
}

// open makes a request whose answer does not end by itself.
func (r *rig) open(path string) *http.Response {
	r.t.Helper()
	req, err := http.NewRequestWithContext(r.t.Context(), http.MethodGet, r.server.URL+path, nil)
	if err != nil {
		r.t.Fatal(err)
	}
	resp, err := r.server.Client().Do(req)
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() { _ = resp.Body.Close() })
	return resp
}

func TestAReaderThatDoesNotReadHoldsUpNobody(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.subscribe(`,"retry":{"delays":[]}`)
	r.open("/api/v1/stream") //nolint:bodyclose // never read, and closed by open at the end
	var accepted client.Accepted
	r.call("POST", "/api/v1/events?wait=settled&timeout=60s", `{"platform":"postbox","type":"note.added","count":1000}`).want(200).into(&accepted)
	equal(t, "deliveries", len(accepted.Deliveries), 1000)
}
