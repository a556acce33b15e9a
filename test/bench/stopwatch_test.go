package bench_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"
)

// stopwatch is a listener in this process that notes when requests arrive.
type stopwatch struct {
	url     string
	arrived chan time.Time // of each request, while somebody reads; otherwise dropped

	mu   sync.Mutex
	body []byte // of the latest request
}

func newStopwatch(tb testing.TB) *stopwatch {
	tb.Helper()
	s := &stopwatch{arrived: make(chan time.Time, 1)}
	server := httptest.NewServer(s)
	tb.Cleanup(server.Close)
	s.url = server.URL
	return s
}

// ServeHTTP takes one request; it has arrived when its head is read.
func (s *stopwatch) ServeHTTP(_ http.ResponseWriter, r *http.Request) {
	now := time.Now()
	body, err := io.ReadAll(r.Body)
	if err == nil {
		s.mu.Lock()
		s.body = body
		s.mu.Unlock()
	}
	select {
	case s.arrived <- now:
	default:
	}
}

func (s *stopwatch) latest() []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.body
}

// next waits for the arrival of one request.
func (s *stopwatch) next(tb testing.TB) time.Time {
	tb.Helper()
	select {
	case at := <-s.arrived:
		return at
	case <-time.After(10 * time.Second):
		tb.Fatal("nothing arrived within 10 s")
		return time.Time{}
	}
}
