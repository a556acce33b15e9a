package e2e_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/annohook/annohook/web/client"
)

// answered is what one trigger was answered.
type answered struct {
	status     int // 0: the connection failed
	retryAfter string
	body       string
	took       time.Duration
}

// caller triggers events again and again and keeps every answer.
type caller struct {
	mu      sync.Mutex
	answers []answered
	events  []string             // that were accepted
	began   map[string]time.Time // when the triggers of those were sent
	stop    chan struct{}
	running sync.WaitGroup
}

// insist starts n goroutines that trigger, each again after pause, until end is called.
func insist(s *server, n int, pause time.Duration, trigger object) *caller {
	c := &caller{stop: make(chan struct{}), began: map[string]time.Time{}}
	for range n {
		c.running.Go(func() {
			for {
				select {
				case <-c.stop:
					return
				case <-time.After(pause):
					c.once(s, trigger)
				}
			}
		})
	}
	return c
}

func (c *caller) once(s *server, trigger object) {
	began := time.Now()
	r := s.send(http.MethodPost, "/api/v1/events", trigger)
	a := answered{status: r.status, retryAfter: r.header.Get("Retry-After"), body: string(r.body), took: time.Since(began)}
	var accepted client.Accepted
	if r.status == http.StatusAccepted {
		_ = json.Unmarshal(r.body, &accepted) // an answer that is none has no events, and the tests count them
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.answers = append(c.answers, a)
	c.events = append(c.events, accepted.Events...)
	for _, id := range accepted.Events {
		c.began[id] = began
	}
}

// accepted is how many events were.
func (c *caller) accepted() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.events)
}

// mark is a place among the answers.
func (c *caller) mark() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.answers)
}

// from returns the answers since a mark. Those of calls that began before it are not among them when as many calls as there are goroutines have
// been left out.
func (c *caller) from(mark int) []answered {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]answered(nil), c.answers[min(mark+4, len(c.answers)):]...)
}

// slowest is how long the slowest answer took.
func (c *caller) slowest() (d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, a := range c.answers {
		d = max(d, a.took)
	}
	return d
}

// end stops the calls and returns the events that were accepted.
func (c *caller) end() []string {
	close(c.stop)
	c.running.Wait()
	return c.events
}

// kill ends a Redis as kill -9 does.
func (r *redis) kill() {
	_ = r.cmd.Process.Kill()
	<-r.done
}

func (r *redis) signal(s syscall.Signal) { _ = r.cmd.Process.Signal(s) }

// again starts a Redis once more that has ended, on its port and its files.
func (r *redis) again() {
	next := launchRedis(r.t, r.path, r.addr, r.args)
	r.cmd, r.done = next.cmd, next.done
	if !r.answers() {
		r.t.Errorf("%s did not start again", r.path)
	}
}

// must sends a command that is to be answered with OK.
func (r *redis) must(command string) {
	r.t.Helper()
	if answer := r.say(command); !strings.HasPrefix(answer, "+OK") {
		r.t.Errorf("%s: %q", command, answer)
	}
}
