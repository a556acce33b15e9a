package e2e_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/annohook/annohook/web/client"
)

// cutter is a connection to a Redis by way of the test, which cuts it in the middle of an answer: Redis did what it was asked, and nobody hears
// of it.
type cutter struct {
	t        *testing.T
	listener net.Listener
	target   string

	mu    sync.Mutex
	armed bool
	left  int // bytes that still pass, of all connections together
	cuts  int
}

func startCutter(t *testing.T, target string) *cutter {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := &cutter{t: t, listener: l, target: target}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go c.serve(conn)
		}
	}()
	return c
}

func (c *cutter) serve(conn net.Conn) {
	defer conn.Close()
	server, err := net.Dial("tcp", c.target)
	if err != nil {
		return
	}
	defer server.Close()
	go func() { _, _ = io.Copy(server, conn); _ = server.Close() }()
	buffer := make([]byte, 32<<10)
	for {
		n, err := server.Read(buffer)
		if err != nil {
			return
		}
		pass, cut := c.allow(n)
		if _, err := conn.Write(buffer[:pass]); err != nil || cut {
			return
		}
	}
}

// allow says how many of n bytes pass, and whether the connection ends with them.
func (c *cutter) allow(n int) (pass int, cut bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.armed || c.left >= n {
		c.left -= n
		return n, false
	}
	c.armed = false
	c.cuts++
	return max(0, c.left), true
}

// after cuts the connection that carries the byte after the next n.
func (c *cutter) after(n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.armed, c.left = true, n
}

func (c *cutter) count() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.cuts
}

// TestRedisConnectionCut: the answer to what Redis did is lost, again and again, at different bytes.
func TestRedisConnectionCut(t *testing.T) {
	t.Parallel()
	for _, bytes := range []int{0, 1, 37, 400, 5_000} {
		t.Run(fmt.Sprintf("after %d bytes", bytes), func(t *testing.T) {
			t.Parallel()
			r := startRedis(t)
			proxy := startCutter(t, r.addr)
			s := start(t, "--redis", "redis://"+proxy.listener.Addr().String()+"/0")
			h := listen(t, "argilla", hookOptions{script: "200@5ms"})
			s.attach(h, "argilla", nil)
			c := insist(s, 2, 10*time.Millisecond, object{"platform": "argilla", "type": "record.completed"})
			var keyed []string
			for i := range 25 {
				proxy.after(bytes)
				keyed = append(keyed, s.insistOnce(fmt.Sprintf("cut-%d-%d", bytes, i))...)
			}
			eventually(t, 20*time.Second, "some events", func() bool { return c.accepted() >= 60 })
			cutAt := proxy.count()
			accepted := append(c.end(), keyed...)
			for _, d := range s.delivered(accepted, recovery) {
				numbered(t, d)
			}
			h.verified()
			if cutAt < 5 {
				t.Errorf("%d connections were cut, so the test showed little", cutAt)
			}
			if n := len(s.all("type=dataset.created")); n != 25 || distinct(keyed) != 25 {
				t.Errorf("%d deliveries of %d different events for 25 keys", n, distinct(keyed))
			}
			t.Logf("%d cuts, %d events, %d answers, slowest %s", cutAt, len(accepted), c.mark(), c.slowest().Round(time.Millisecond))
		})
	}
}

// insistOnce triggers with an idempotency key as a client does that wants its event once: again until it is accepted, and once more.
func (s *server) insistOnce(key string) []string {
	s.t.Helper()
	trigger := object{"platform": "argilla", "type": "dataset.created"}
	var first client.Accepted
	var answers []string
	began := time.Now()
	defer func() {
		if s.t.Failed() {
			s.t.Logf("%s took %s and was answered %.800q", key, time.Since(began), answers)
		}
	}()
	eventually(s.t, 20*time.Second, "acceptance of "+key, func() bool {
		r := s.send(http.MethodPost, "/api/v1/events", trigger, "Idempotency-Key", key)
		if len(answers) < 5 {
			answers = append(answers, string(r.body))
		}
		return r.status == http.StatusAccepted && json.Unmarshal(r.body, &first) == nil
	})
	eventually(s.t, 20*time.Second, "the same answer for "+key, func() bool {
		r := s.send(http.MethodPost, "/api/v1/events", trigger, "Idempotency-Key", key)
		var again client.Accepted
		if r.status != http.StatusAccepted || json.Unmarshal(r.body, &again) != nil {
			return false
		}
		if len(again.Events) != 1 || again.Events[0] != first.Events[0] {
			s.t.Errorf("the key %s gave %v, then %v", key, first.Events, again.Events)
		}
		return true
	})
	return first.Events
}
