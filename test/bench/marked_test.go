package bench_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/annohook/annohook/test/program"
)

// markBefore precedes the number of an event in its body.
const markBefore = "marked "

// markedTrigger is a trigger call for one event whose body carries a number.
func markedTrigger(n int) map[string]any {
	return map[string]any{
		"platform": platform, "type": event,
		"set": []map[string]any{{"path": "data.name", "value": markBefore + strconv.Itoa(n)}},
	}
}

// marks is a listener that knows when each numbered event arrived, every time.
type marks struct {
	url    string
	status func(n, arrival int) int // of the answer; nil: 200

	mu       sync.Mutex
	body     []byte // of the latest
	arrived  [][]time.Time
	answered [][]time.Time
	more     chan struct{} // an arrival, while somebody waits
}

// newMarks runs a listener for events numbered from 0 to below total. status says what the arrival (0 is the first) of an event is answered; nil
// is 200 always.
func newMarks(tb testing.TB, total int, status func(n, arrival int) int) *marks {
	tb.Helper()
	m := &marks{status: status, arrived: make([][]time.Time, total), answered: make([][]time.Time, total), more: make(chan struct{}, 1)}
	server := httptest.NewServer(m)
	tb.Cleanup(server.Close)
	m.url = server.URL
	return m
}

// ServeHTTP takes one request; it has arrived when its head is read.
func (m *marks) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	now := time.Now()
	body, err := io.ReadAll(r.Body)
	n, ok := numberIn(body)
	if err != nil || !ok || n >= len(m.arrived) {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.body = body
	if m.status != nil {
		w.WriteHeader(m.status(n, len(m.arrived[n])))
	}
	m.arrived[n] = append(m.arrived[n], now)
	m.answered[n] = append(m.answered[n], time.Now())
	select {
	case m.more <- struct{}{}:
	default:
	}
}

// numberIn reads the number of an event from its body.
func numberIn(body []byte) (int, bool) {
	_, rest, found := bytes.Cut(body, []byte(markBefore))
	digits, _, _ := bytes.Cut(rest, []byte(`"`))
	n, err := strconv.Atoi(string(digits))
	return n, found && err == nil && n >= 0
}

// times returns when each event arrived and was answered, once every one has come at least each times.
func (m *marks) times(tb testing.TB, each int) (arrived, answered [][]time.Time) {
	tb.Helper()
	timeout := time.After(settling)
	for {
		m.mu.Lock()
		missing := 0
		for _, list := range m.arrived {
			if len(list) < each {
				missing++
			}
		}
		arrived, answered = slices.Clone(m.arrived), slices.Clone(m.answered)
		m.mu.Unlock()
		if missing == 0 {
			return arrived, answered
		}
		select {
		case <-m.more:
			time.Sleep(10 * time.Millisecond) // there are more to come, and counting costs
		case <-timeout:
			tb.Fatalf("%d of %d events have not come %d times", missing, len(arrived), each)
		}
	}
}

// pace calls fn for every number from 0 to below total at its intended time, whether or not former calls have returned, and returns those times
// when all calls have returned. Latencies are counted from there, so that a call that is late because the one before it was slow
// does not look quick.
func pace(ctx context.Context, total, perSecond int, fn func(context.Context, int) error) ([]time.Time, error) {
	intended := make([]time.Time, total)
	errs := make(chan error, total)
	start := time.Now().Add(50 * time.Millisecond)
	for i := range total {
		intended[i] = start.Add(time.Duration(i) * time.Second / time.Duration(perSecond))
		time.Sleep(time.Until(intended[i]))
		go func() { errs <- fn(ctx, i) }()
	}
	for range total {
		if err := <-errs; err != nil {
			return nil, fmt.Errorf("paced call: %w", err)
		}
	}
	return intended, nil
}

// triggerMarked is what pace calls for a trigger.
func triggerMarked(server *program.Server) func(context.Context, int) error {
	return func(ctx context.Context, n int) error {
		return server.Do(ctx, http.MethodPost, "/api/v1/events", markedTrigger(n), nil)
	}
}

// postMarked is what pace calls for a plain POST of the same bytes with another number.
func postMarked(url string, body []byte) func(context.Context, int) error {
	client := &http.Client{Timeout: time.Minute, Transport: &http.Transport{MaxIdleConnsPerHost: 64}}
	before, rest, _ := bytes.Cut(body, []byte(markBefore))
	_, after, _ := bytes.Cut(rest, []byte(`"`))
	return func(ctx context.Context, n int) error {
		text := fmt.Appendf(nil, "%s%s%d\"%s", before, markBefore, n, after)
		request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(text))
		if err != nil {
			return err
		}
		response, err := client.Do(request)
		if err != nil {
			return err
		}
		_, _ = io.Copy(io.Discard, response.Body) // empty
		return response.Body.Close()
	}
}

func TestNumbersAreFoundInBodies(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{`{"name": "marked 17", "x": 1}`: 17, `{"name": "marked 0"}`: 0, `{"name": "17"}`: -1, `marked x"`: -1, "": -1} {
		n, ok := numberIn([]byte(text))
		if !ok {
			n = -1
		}
		if n != want {
			t.Errorf("%q: %d, want %d", text, n, want)
		}
	}
}
