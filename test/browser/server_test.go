package browser_test

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/annohook/annohook/test/program"
)

// The platform and the event type of these tests: signed, one event a request.
const (
	platform = "argilla"
	event    = "record.completed"
)

// answering starts a listener that answers with the given statuses in turn, the last one for ever, and always with the same body.
func answering(t *testing.T, body string, statuses ...int) (url string, signatures func() []string) {
	t.Helper()
	var turn atomic.Int64
	seen := make(chan string, 64)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		select {
		case seen <- r.Header.Get("webhook-signature"):
		default:
		}
		status := statuses[min(int(turn.Add(1))-1, len(statuses)-1)]
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}))
	t.Cleanup(server.Close)
	return server.URL, func() (all []string) {
		for len(seen) > 0 {
			all = append(all, <-seen)
		}
		return all
	}
}

// serve starts a server that writes nothing.
func serve(t *testing.T) *program.Server {
	t.Helper()
	return program.Start(t, "--redis", "memory")
}

// once is a subscription's setting: one attempt, no retry.
var once = map[string]any{"retry": map[string]any{"delays": []string{}}}

// delivery is what the tests need of one.
type delivery struct {
	ID        string     `json:"id"`
	Status    string     `json:"status"`
	EventType string     `json:"event_type"`
	URL       string     `json:"url"`
	ReplayOf  string     `json:"replay_of"`
	SettledAt *time.Time `json:"settled_at"`
}

// deliveries lists the newest ones.
func deliveries(t *testing.T, server *program.Server) []delivery {
	t.Helper()
	var list struct {
		Items []delivery `json:"items"`
	}
	server.Call(t, http.MethodGet, "/api/v1/deliveries?limit=100", nil, &list)
	return list.Items
}

// newest is the id of the latest delivery.
func newest(t *testing.T, server *program.Server) string {
	t.Helper()
	list := deliveries(t, server)
	if len(list) == 0 {
		t.Fatal("there is no delivery")
	}
	return list[0].ID
}

// trigger raises an event and waits until its deliveries are over; it returns the first one's id.
func trigger(t *testing.T, server *program.Server, event string) string {
	t.Helper()
	id := server.Trigger(t, platform, event).Deliveries[0].ID
	settle(t, server, id)
	return id
}

// settle waits until a delivery is over.
func settle(t *testing.T, server *program.Server, id string) {
	t.Helper()
	eventually(t, "delivery "+id+" is settled", func() bool {
		var d delivery
		server.Call(t, http.MethodGet, "/api/v1/deliveries/"+id, nil, &d)
		return d.SettledAt != nil
	})
}

// eventually polls for a condition outside the page.
func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(actsWithin); !is(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("not so within %s: %s", actsWithin, what)
		}
	}
}

// freePort asks the kernel for a port.
func freePort(t *testing.T) string {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return port
}

// takes says whether somebody listens on a port of this machine.
func takes(port string) bool {
	conn, err := net.DialTimeout("tcp", "127.0.0.1:"+port, time.Second)
	if err != nil {
		return false
	}
	_ = conn.Close()
	return true
}
