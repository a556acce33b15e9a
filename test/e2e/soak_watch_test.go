package e2e_test

import (
	"hash/maphash"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/annohook/annohook/sender/listener"
)

// sink is a listener that only counts: a soak would drown in receipts. Every fiftieth request fails and is made again.
type sink struct {
	url    string
	server *httptest.Server
	seed   maphash.Seed

	mu     sync.Mutex
	bodies map[uint64]bool
	total  int
	failed int
}

func newSink(t *testing.T) *sink {
	t.Helper()
	s := &sink{seed: maphash.MakeSeed(), bodies: map[uint64]bool{}}
	s.server = httptest.NewServer(s)
	t.Cleanup(s.server.Close)
	s.url = s.server.URL + "/sink"
	return s
}

// ServeHTTP counts one request.
func (s *sink) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // whoever was cut off comes again
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.total++
	s.bodies[maphash.Bytes(s.seed, body)] = true
	if s.total%50 == 0 {
		s.failed++
		w.WriteHeader(http.StatusInternalServerError)
	}
}

func (s *sink) events() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.bodies)
}

func (s *sink) requests() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.total
}

func (s *sink) failures() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.failed
}

// closeIdle ends the connections that senders keep, and with them what the senders keep for them.
func (s *sink) closeIdle() { s.server.CloseClientConnections() }

// sample is what each process uses at one moment.
type sample map[string]usage

type usage struct{ rss, descriptors, goroutines int }

// sample looks at every process. One that was restarted is watched for what it holds at rest only.
func (s *soak) sample() sample {
	s.t.Helper()
	out := sample{"api": used(s.t, s.api)}
	for i, w := range s.workers {
		name := "worker"
		if i == len(s.workers)-1 {
			name = "restarted"
		}
		select {
		case <-w.exited: // being restarted just now
		default:
			out[name] = used(s.t, w)
		}
	}
	if s.store != 0 {
		out["redis"] = usage{rss: resident(s.t, s.store)}
	}
	return out
}

// startWorker runs a worker that serves its own health. Its banner names no port, so one is looked for that is free.
func startWorker(t *testing.T, args ...string) *server {
	t.Helper()
	for range 5 { // the port was free a moment ago; that it still is, nobody promises
		addr := strings.TrimPrefix(strings.TrimSuffix(deadURL(t), "/gone"), "http://")
		w := &server{t: t, base: "http://" + addr, args: args}
		w.process = launch(t, t.TempDir(), searchPath(), append([]string{"serve", "--roles", "worker", "--addr", addr}, args...)...)
		if w.answers() {
			return w
		}
	}
	t.Fatal("no worker started")
	return nil
}

// answers waits until a process is ready, and reports false when it ended.
func (s *server) answers() bool {
	for deadline := time.Now().Add(startWithin); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		select {
		case <-s.exited:
			return false
		default:
		}
		if s.get("/readyz").status == http.StatusOK {
			return true
		}
	}
	return false
}

var goroutines = regexp.MustCompile(`(?m)^go_goroutines (\d+)`)

// used reads what a server holds: from the system, and from its own metrics, which may be out of reach while it stops.
func used(t *testing.T, s *server) usage {
	t.Helper()
	u := usage{rss: resident(t, s.cmd.Process.Pid)}
	if list, err := os.ReadDir(filepath.Join("/proc", strconv.Itoa(s.cmd.Process.Pid), "fd")); err == nil {
		u.descriptors = len(list)
	}
	if found := goroutines.FindSubmatch(s.get("/metrics").body); found != nil {
		u.goroutines, _ = strconv.Atoi(string(found[1])) // the expression lets only digits through
	}
	return u
}

// resident is the memory of a process in bytes, 0 when it is gone. The test is skipped where the system has no /proc.
func resident(t *testing.T, pid int) int {
	t.Helper()
	if _, err := os.Stat("/proc/self/statm"); err != nil {
		t.Skip("this system has no /proc to read memory and descriptors from")
	}
	statm, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "statm"))
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(statm))
	if len(fields) < 2 {
		return 0
	}
	pages, err := strconv.Atoi(fields[1])
	if err != nil {
		t.Fatal(err)
	}
	return pages * os.Getpagesize()
}

// forLong repeats a script more often than any test makes requests, because a listener would repeat its last answer only.
func forLong(t *testing.T, script string) []listener.Answer {
	t.Helper()
	answers, err := listener.ParseScript(script)
	if err != nil {
		t.Fatal(err)
	}
	return slices.Repeat(answers, 500_000/len(answers))
}

// patient is a subscription with so many retries that no delivery fails by bad luck.
func patient() object {
	return object{"retry": object{"delays": slices.Repeat([]string{"1s"}, 15)}}
}
