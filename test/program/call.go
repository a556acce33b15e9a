package program

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"testing"
	"time"
)

// client is shared, so that connections are kept as a caller in earnest would keep them.
var client = &http.Client{Timeout: time.Minute, Transport: &http.Transport{MaxIdleConnsPerHost: 64}}

// Status asks for a path and returns the status of the answer; 0 where there was none.
func (s *Server) Status(tb testing.TB, path string) int {
	tb.Helper()
	status, _, err := s.exchange(tb.Context(), http.MethodGet, path, nil)
	if err != nil {
		return 0
	}
	return status
}

// Call is Do, and ends the test on an error.
func (s *Server) Call(tb testing.TB, method, path string, in, out any) {
	tb.Helper()
	if err := s.Do(tb.Context(), method, path, in, out); err != nil {
		tb.Fatal(err)
	}
}

// Do sends in as JSON, where it is not nil, and reads a 2xx answer into out, where that is not nil. Every other status is an error. It is
// safe for concurrent use.
func (s *Server) Do(ctx context.Context, method, path string, in, out any) error {
	var body []byte
	if in != nil {
		var err error
		if body, err = json.Marshal(in); err != nil {
			return fmt.Errorf("%s %s: %w", method, path, err)
		}
	}
	status, answer, err := s.exchange(ctx, method, path, body)
	if err != nil {
		return err
	}
	if status < 200 || status > 299 {
		return fmt.Errorf("%s %s: status %d: %s", method, path, status, answer)
	}
	if out == nil {
		return nil
	}
	if err := json.Unmarshal(answer, out); err != nil {
		return fmt.Errorf("%s %s: %w in %s", method, path, err, answer)
	}
	return nil
}

func (s *Server) exchange(ctx context.Context, method, path string, body []byte) (int, []byte, error) {
	request, err := http.NewRequestWithContext(ctx, method, s.URL+path, bytes.NewReader(body))
	if err != nil {
		return 0, nil, fmt.Errorf("%s %s: %w", method, path, err)
	}
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	response, err := client.Do(request)
	if err != nil {
		return 0, nil, err
	}
	defer func() { _ = response.Body.Close() }()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		return 0, nil, fmt.Errorf("%s %s: %w", method, path, err)
	}
	return response.StatusCode, answer, nil
}

// Subscription is what the tests need of one.
type Subscription struct {
	ID       string `json:"id"`
	Platform string `json:"platform"`
	URL      string `json:"url"`
	Secret   string `json:"secret"`
}

// Subscribe registers url for every event of a platform; more holds further fields of the request.
func (s *Server) Subscribe(tb testing.TB, platform, url string, more map[string]any) Subscription {
	tb.Helper()
	in := map[string]any{"platform": platform, "url": url}
	maps.Copy(in, more)
	var out Subscription
	s.Call(tb, http.MethodPost, "/api/v1/subscriptions", in, &out)
	return out
}

// Published is what the tests need of the answer to a trigger.
type Published struct {
	ID         string   `json:"id"`
	Events     []string `json:"events"`
	Deliveries []struct {
		ID     string `json:"id"`
		Status string `json:"status"`
	} `json:"deliveries"`
}

// Trigger raises one event of a type and returns what was accepted.
func (s *Server) Trigger(tb testing.TB, platform, event string) Published {
	tb.Helper()
	out, err := s.TriggerMany(tb.Context(), platform, event, 1)
	if err != nil {
		tb.Fatal(err)
	}
	return out
}

// TriggerMany raises count events of a type with one call. It is safe for concurrent use.
func (s *Server) TriggerMany(ctx context.Context, platform, event string, count int) (out Published, err error) {
	err = s.Do(ctx, http.MethodPost, "/api/v1/events", map[string]any{"platform": platform, "type": event, "count": count}, &out)
	return out, err
}

// Deliveries counts deliveries by status, over all platforms.
func (s *Server) Deliveries(tb testing.TB) map[string]int {
	tb.Helper()
	var stats struct {
		Deliveries map[string]map[string]int `json:"deliveries"`
	}
	s.Call(tb, http.MethodGet, "/api/v1/stats", nil, &stats)
	sum := map[string]int{}
	for _, byStatus := range stats.Deliveries {
		for status, n := range byStatus {
			sum[status] += n
		}
	}
	return sum
}
