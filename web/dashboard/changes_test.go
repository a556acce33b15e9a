package dashboard_test

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/payloadtest/invented"
	"github.com/annohook/annohook/sender/history"
	"github.com/annohook/annohook/web/dashboard"
)

// message is one event of the stream of changes.
type message struct {
	id, event  string
	Deliveries []string
	Others     []string
	Changed    int
	Failed     int
}

// wallClock is needed where deadlines of connections are set.
func wallClock(o *dashboard.Options) { o.Now = time.Now }

// changes opens the stream and returns its messages; they end with the test.
func changes(t *testing.T, r *rig, query, after string) <-chan message {
	t.Helper()
	server := httptest.NewServer(r.handler)
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(server.Close)
	t.Cleanup(cancel)
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, server.URL+"/changes"+query, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Last-Event-ID", after)
	response, err := http.DefaultClient.Do(request) //nolint:bodyclose // by the reader below
	if err != nil {
		t.Fatal(err)
	}
	if got := response.Header.Get("Content-Type"); response.StatusCode != http.StatusOK || got != "text/event-stream" {
		t.Fatalf("status %d, content type %q", response.StatusCode, got)
	}
	messages := make(chan message, 64)
	go func() {
		defer close(messages)
		defer func() { _ = response.Body.Close() }()
		var m message
		for lines := bufio.NewScanner(response.Body); lines.Scan(); {
			name, value, _ := strings.Cut(lines.Text(), ": ")
			switch name {
			case "id":
				m.id = value
			case "event":
				m.event = value
			case "data":
				_ = json.Unmarshal([]byte(value), &m) // what is missing fails the test that reads it
				messages <- m
				m = message{}
			}
		}
	}()
	return messages
}

// next waits for a message.
func next(t *testing.T, messages <-chan message) message {
	t.Helper()
	select {
	case m, ok := <-messages:
		if !ok {
			t.Fatal("the stream ended")
		}
		return m
	case <-time.After(10 * time.Second):
		t.Fatal("no message within 10 s")
		return message{}
	}
}

// until reads messages until every id was named, and returns how many failed.
func until(t *testing.T, messages <-chan message, ids ...string) (failed int, last string) {
	t.Helper()
	missing := slices.Clone(ids)
	for len(missing) > 0 {
		m := next(t, messages)
		if m.event != "change" || m.id == "" || m.Changed < len(m.Deliveries) {
			t.Fatalf("message %+v", m)
		}
		missing = slices.DeleteFunc(missing, func(id string) bool { return slices.Contains(m.Deliveries, id) })
		failed, last = failed+m.Failed, m.id
	}
	return failed, last
}

func TestChangesAreToldOnceForManyAndResume(t *testing.T) {
	r := newRig(t, wallClock)
	r.subscribe()
	messages := changes(t, r, "", "")
	first := r.deliver()
	_, last := until(t, messages, first)
	r.wire.reply = payloads.Reply{Status: 500}
	var ids []string
	for range 50 {
		ids = append(ids, r.deliver())
	}
	r.run(time.Hour) // the retries as well: hundreds of entries
	if failed, _ := until(t, messages, ids...); failed == 0 {
		for failed == 0 {
			failed = next(t, messages).Failed
		}
	}
	again := changes(t, r, "", last)
	if failed, _ := until(t, again, ids...); failed != 50 {
		t.Errorf("a reader that comes back hears of %d failures, want 50", failed)
	}
}

func TestChangesKeepToTheirFilters(t *testing.T) {
	r := newRig(t, wallClock)
	sub := r.subscribe()
	one := r.deliver()
	mine := changes(t, r, "?delivery="+one, "0-1")
	others := changes(t, r, "?subscription=other", "0-1")
	here := changes(t, r, "?subscription="+sub.ID+"&platform="+invented.ID, "0-1")
	two := r.deliver()
	until(t, here, one, two)
	if m := next(t, mine); !slices.Equal(m.Deliveries, []string{one}) {
		t.Errorf("the stream of one delivery names %v", m.Deliveries)
	}
	select {
	case m := <-others:
		t.Errorf("a stream of another subscription tells %+v", m)
	case <-time.After(50 * time.Millisecond):
	}
	r.get("/changes?status=nonsense").want(http.StatusBadRequest)
}

// TestChangesOutsideTheSearchAreToldApart: a page that is paused counts what fits its search, and must hear of what no longer does.
func TestChangesOutsideTheSearchAreToldApart(t *testing.T) {
	r := newRig(t, wallClock)
	r.subscribe()
	messages := changes(t, r, "?fits=status:failed", "")
	good := r.deliver()
	for m := next(t, messages); !slices.Contains(m.Others, good); m = next(t, messages) {
		if slices.Contains(m.Deliveries, good) {
			t.Fatalf("a delivery that succeeds is told as one that failed: %+v", m)
		}
	}
	r.wire.reply = payloads.Reply{Status: 500}
	bad := r.deliver()
	r.run(time.Hour)
	for m := next(t, messages); !slices.Contains(m.Deliveries, bad); m = next(t, messages) {
		if m.Changed < len(m.Deliveries)+len(m.Others) {
			t.Fatalf("message %+v", m)
		}
	}
	r.get("/changes?fits=stattus:failed").want(http.StatusBadRequest)
}

func TestAGapIsToldAsReset(t *testing.T) {
	hub := history.NewHub(gappy{history.NewMemory(history.Options{})})
	var running sync.WaitGroup
	running.Go(func() { _ = hub.Run(t.Context()) })
	t.Cleanup(running.Wait)
	r := newRig(t, wallClock, func(o *dashboard.Options) { o.Hub = hub })
	if m := next(t, changes(t, r, "", "1-1")); m.event != "reset" {
		t.Errorf("message %+v, want reset", m)
	}
}

// gappy is a feed that has lost what came before.
type gappy struct{ history.Feed }

func (g gappy) Tail(ctx context.Context, after string, fn func([]history.Entry) error) error {
	if after == "1-1" {
		return history.ErrGap
	}
	return g.Feed.Tail(ctx, after, fn)
}
