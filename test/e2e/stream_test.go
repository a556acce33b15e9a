package e2e_test

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/annohook/annohook/web/client"
)

// streamEvent is one server-sent event.
type streamEvent struct{ id, name, data string }

// events is an open stream.
type events struct {
	t      *testing.T
	cancel context.CancelFunc
	closed chan struct{}

	mu   sync.Mutex
	raw  strings.Builder
	list []streamEvent
	err  error
}

// stream opens the feed; header as in send.
func (s *server) stream(query string, header ...string) *events {
	s.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.base+"/api/v1/stream?"+query, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	request.Header = s.header.Clone()
	for i := 0; i+1 < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	response, err := httpClient.Do(request) //nolint:bodyclose // read closes it
	if err != nil {
		s.t.Fatal(err)
	}
	if media := response.Header.Get("Content-Type"); response.StatusCode != http.StatusOK || !strings.HasPrefix(media, "text/event-stream") {
		s.t.Fatalf("stream: %d %s", response.StatusCode, media)
	}
	e := &events{t: s.t, cancel: cancel, closed: make(chan struct{})}
	go e.read(response.Body)
	s.t.Cleanup(e.close)
	return e
}

func (e *events) read(body io.ReadCloser) {
	defer close(e.closed)
	defer body.Close()
	lines := bufio.NewScanner(body)
	lines.Buffer(nil, 4<<20)
	var next streamEvent
	for lines.Scan() {
		line := lines.Text()
		field, value, _ := strings.Cut(line, ": ")
		e.mu.Lock()
		e.raw.WriteString(line + "\n")
		switch field {
		case "id":
			next.id = value
		case "event":
			next.name = value
		case "data":
			next.data = value
		case "":
			if next.name != "" {
				e.list = append(e.list, next)
			}
			next = streamEvent{}
		}
		e.mu.Unlock()
	}
	e.mu.Lock()
	e.err = lines.Err()
	e.mu.Unlock()
}

func (e *events) close() {
	e.cancel()
	<-e.closed
}

// changes are the events that have an id, so far.
func (e *events) changes() []streamEvent {
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(e.list), func(v streamEvent) bool { return v.id == "" })
}

// until reads until enough says so or the time is over, and returns everything that came.
func (e *events) until(enough func([]streamEvent) bool, within time.Duration) []byte {
	for deadline := time.Now().Add(within); !enough(e.changes()) && time.Now().Before(deadline); {
		time.Sleep(5 * time.Millisecond)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	return []byte(e.raw.String())
}

// TestStreamResumes: a reader that comes back again and again sees what one that stayed sees, once each and in order.
func TestStreamResumes(t *testing.T) {
	t.Parallel()
	for _, e := range engines() {
		t.Run(e.name, func(t *testing.T) {
			t.Parallel()
			s := start(t, append(e.open(t), "--time-scale", "0.001")...)
			h := listen(t, "argilla", hookOptions{script: "500,200,503*2,200"})
			s.attach(h, "argilla", nil)
			stayed := s.stream("")
			l := offer(s, 1, 5*time.Millisecond, object{"platform": "argilla", "type": "record.updated"})
			var pieces []streamEvent
			first := s.stream("")
			first.until(func(got []streamEvent) bool { return len(got) >= 3 }, 5*time.Second)
			first.close()
			pieces = append(pieces, first.changes()...)
			for range 8 {
				next := s.stream("", "Last-Event-ID", pieces[len(pieces)-1].id)
				next.until(func(got []streamEvent) bool { return len(got) >= 3 }, 5*time.Second)
				next.close()
				pieces = append(pieces, next.changes()...)
			}
			accepted := l.end()
			s.delivered(accepted, 15*time.Second)
			last := s.stream("", "Last-Event-ID", pieces[len(pieces)-1].id)
			total := attemptsOf(s)
			last.until(func(got []streamEvent) bool { return countAttempts(pieces)+countAttempts(got) >= total }, 5*time.Second)
			last.until(func([]streamEvent) bool { return false }, 200*time.Millisecond)
			last.close()
			pieces = append(pieces, last.changes()...)
			stayed.until(func(got []streamEvent) bool { return len(got) >= len(pieces) }, 2*time.Second)
			whole := stayed.changes()
			from := slices.IndexFunc(whole, func(v streamEvent) bool { return v.id == pieces[0].id })
			if from < 0 {
				t.Fatalf("the first event %s of the resumed stream never came on the other", pieces[0].id)
			}
			whole = whole[from:]
			for i := range max(len(whole), len(pieces)) {
				if i >= len(whole) || i >= len(pieces) || whole[i] != pieces[i] {
					t.Fatalf("event %d of %d (resumed: %d) differs", i, len(whole), len(pieces))
				}
			}
			t.Logf("%d events in 10 pieces", len(pieces))
			for _, v := range pieces {
				checkStreamEvent(t, s, v)
			}
		})
	}
}

// attemptsOf counts the attempts of all deliveries.
func attemptsOf(s *server) int {
	s.t.Helper()
	n := 0
	for _, d := range s.all("") {
		n += d.AttemptCount
	}
	return n
}

func countAttempts(list []streamEvent) int {
	finished := 0
	for _, v := range list {
		if v.name == "attempt" && strings.Contains(v.data, `"duration_ms":`) && !strings.Contains(v.data, `"outcome":null`) {
			finished++
		}
	}
	return finished
}

func checkStreamEvent(t *testing.T, s *server, v streamEvent) {
	t.Helper()
	name := map[string]string{"delivery": "DeliverySummary", "attempt": "AttemptChange"}[v.name]
	if name == "" {
		t.Errorf("event %q with the id %s", v.name, v.id)
		return
	}
	root := contractOf(s).root
	for _, problem := range validate(root, schema{"$ref": "#/components/schemas/" + name}, []byte(v.data)) {
		t.Errorf("%s event: %s", v.name, problem)
	}
}

// TestStreamFilter: the filters of the list hold for the stream, too.
func TestStreamFilter(t *testing.T) {
	t.Parallel()
	s := start(t, "--redis", "memory")
	h := listen(t, "argilla", hookOptions{})
	a, b := s.attach(h, "argilla", nil), s.attach(h, "argilla", nil)
	h.setSecret("") // two subscriptions, two secrets; signatures are not what this is about
	filtered := s.stream("subscription=" + a.ID)
	failed := s.stream("status=failed")
	s.triggerSettled(object{"platform": "argilla", "type": "ping", "subscription_ids": []string{a.ID, b.ID}})
	filtered.until(func(got []streamEvent) bool { return countAttempts(got) > 0 }, 5*time.Second)
	if got := filtered.changes(); len(got) == 0 {
		t.Error("nothing came")
	}
	for _, v := range filtered.changes() {
		if strings.Contains(v.data, b.ID) || !strings.Contains(v.data, a.ID) {
			t.Errorf("the stream of one subscription has %s", v.data)
		}
	}
	if got := failed.changes(); len(got) != 0 {
		t.Errorf("the stream of failures has %v", got)
	}
	for _, v := range read[client.DeliveryList](s, "/api/v1/deliveries").Items {
		if v.Status != "succeeded" {
			t.Errorf("delivery is %s", v.Status)
		}
	}
}
