package e2e_test

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/annohook/annohook/web/client"
)

// object is a JSON object of a request.
type object map[string]any

// reply is one answer of the server; status 0 means there was none.
type reply struct {
	status int
	header http.Header
	body   []byte
}

// httpClient never follows redirects and keeps no connection to a server that was killed.
var httpClient = &http.Client{
	Transport:     &http.Transport{DisableKeepAlives: true, DisableCompression: true},
	Timeout:       2 * time.Minute,
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

// send makes one request. A string body is sent as it is, anything else as JSON. It may be called from any goroutine.
func (s *server) send(method, path string, body any, header ...string) reply {
	var content []byte
	switch b := body.(type) {
	case nil:
	case string:
		content = []byte(b)
	default:
		var err error
		if content, err = json.Marshal(b); err != nil {
			s.t.Errorf("print request: %v", err)
		}
	}
	request, err := http.NewRequest(method, s.base+path, bytes.NewReader(content))
	if err != nil {
		s.t.Errorf("make request: %v", err)
		return reply{}
	}
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	maps.Copy(request.Header, s.header)
	for i := 0; i+1 < len(header); i += 2 {
		if header[i] == "Host" {
			request.Host = header[i+1]
			continue
		}
		request.Header.Set(header[i], header[i+1])
	}
	return exchange(request)
}

func exchange(request *http.Request) reply {
	response, err := httpClient.Do(request)
	if err != nil {
		return reply{}
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	if err != nil {
		return reply{}
	}
	return reply{status: response.StatusCode, header: response.Header, body: content}
}

// checked is send, with request and answer held against the OpenAPI document.
func (s *server) checked(method, path string, body any, header ...string) reply {
	s.t.Helper()
	r := s.send(method, path, body, header...)
	if r.status == 0 {
		s.t.Fatalf("%s %s: no answer", method, path)
	}
	for _, problem := range contractOf(s).judge(method, path, body, r) {
		s.t.Errorf("%s %s → %d: %s", method, path, r.status, problem)
	}
	return r
}

func (s *server) get(path string) reply { return s.send(http.MethodGet, path, nil) }

// call makes a request that must be answered with status, and returns the answer read as T.
func call[T any](s *server, status int, method, path string, body any, header ...string) T {
	s.t.Helper()
	r := s.checked(method, path, body, header...)
	if r.status != status {
		s.t.Fatalf("%s %s: status %d, want %d: %s", method, path, r.status, status, r.body)
	}
	return decode[T](s.t, r.body)
}

func read[T any](s *server, path string) T {
	s.t.Helper()
	return call[T](s, http.StatusOK, http.MethodGet, path, nil)
}

func decode[T any](t *testing.T, content []byte) T {
	t.Helper()
	var v T
	if len(content) == 0 {
		return v
	}
	if err := json.Unmarshal(content, &v); err != nil {
		t.Fatalf("read %.200q: %v", content, err)
	}
	return v
}

// subscribe registers an endpoint.
func (s *server) subscribe(sub object) client.Subscription {
	s.t.Helper()
	return call[client.Subscription](s, http.StatusCreated, http.MethodPost, "/api/v1/subscriptions", sub)
}

// attach registers a hook as an endpoint and gives it the secret to verify with.
func (s *server) attach(h *hook, platform string, more object) client.Subscription {
	s.t.Helper()
	sub := object{"platform": platform, "url": h.url}
	maps.Copy(sub, more)
	created := s.subscribe(sub)
	if created.Secret != nil {
		h.setSecret(*created.Secret)
	}
	return created
}

func (s *server) subscription(id string) client.Subscription {
	s.t.Helper()
	return read[client.Subscription](s, "/api/v1/subscriptions/"+id)
}

// patch changes a subscription.
func (s *server) patch(id string, change object) client.Subscription {
	s.t.Helper()
	return call[client.Subscription](s, http.StatusOK, http.MethodPatch, "/api/v1/subscriptions/"+id, change)
}

// trigger raises events.
func (s *server) trigger(t object) client.Accepted {
	s.t.Helper()
	return call[client.Accepted](s, http.StatusAccepted, http.MethodPost, "/api/v1/events", t)
}

// triggerSettled raises events and waits until their deliveries are settled.
func (s *server) triggerSettled(t object) client.Accepted {
	s.t.Helper()
	return call[client.Accepted](s, http.StatusOK, http.MethodPost, "/api/v1/events?wait=settled&timeout=60s", t)
}

func (s *server) delivery(id string) client.Delivery {
	s.t.Helper()
	return read[client.Delivery](s, "/api/v1/deliveries/"+id)
}

// only is the one delivery of a trigger that has just one.
func (s *server) only(a client.Accepted) client.Delivery {
	s.t.Helper()
	if len(a.Deliveries) != 1 {
		s.t.Fatalf("%d deliveries, want 1: %+v", len(a.Deliveries), a)
	}
	return s.delivery(a.Deliveries[0].ID)
}

// all lists every delivery that a query finds, newest first.
func (s *server) all(query string) []client.DeliverySummary {
	s.t.Helper()
	var items []client.DeliverySummary
	cursor := ""
	for {
		page := read[client.DeliveryList](s, "/api/v1/deliveries?limit=200&"+query+cursor)
		items = append(items, page.Items...)
		if page.NextCursor == nil {
			return items
		}
		cursor = "&cursor=" + *page.NextCursor
	}
}

// settle waits until a delivery is settled.
func (s *server) settle(id string, within time.Duration) client.Delivery {
	s.t.Helper()
	var d client.Delivery
	eventually(s.t, within, "delivery "+id+" is settled", func() bool {
		d = s.delivery(id)
		return settled(d.Status)
	})
	return d
}

func settled(status string) bool {
	return status == "succeeded" || status == "failed" || status == "cancelled"
}

// problemOf reads an answer that must be a problem.
func problemOf(t *testing.T, r reply) client.Problem {
	t.Helper()
	if !strings.HasPrefix(r.header.Get("Content-Type"), client.ProblemType) {
		t.Fatalf("status %d has media type %q, want %s: %s", r.status, r.header.Get("Content-Type"), client.ProblemType, r.body)
	}
	return decode[client.Problem](t, r.body)
}
