package e2e_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/annohook/annohook/web/client"
)

// descriptors counts the open files of a process, where the system tells.
func (p *process) descriptors() int {
	list, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", p.cmd.Process.Pid))
	if err != nil {
		p.t.Skipf("this system does not tell a process's descriptors: %v", err)
	}
	return len(list)
}

// memory is a line of the process's status in kB: VmRSS, VmHWM.
func (p *process) memory(line string) int {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		p.t.Skipf("this system does not tell a process's memory: %v", err)
	}
	_, rest, _ := strings.Cut(string(text), line+":")
	fields := strings.Fields(rest)
	if len(fields) == 0 {
		p.t.Skip("no " + line)
	}
	kB, err := strconv.Atoi(fields[0])
	if err != nil {
		p.t.Fatal(err)
	}
	return kB
}

// goroutines as the server's metrics tell.
func (s *server) goroutines() int {
	for line := range strings.Lines(string(s.get("/metrics").body)) {
		if value, ok := strings.CutPrefix(line, "go_goroutines "); ok {
			n, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
			if err != nil {
				s.t.Fatal(err)
			}
			return int(n)
		}
	}
	s.t.Skip("the metrics tell no number of goroutines")
	return 0
}

// TestThousandIdleStreams: they are served, the next is told to come back, all else goes on, and nothing of them is left.
func TestThousandIdleStreams(t *testing.T) {
	t.Parallel()
	s := start(t, "--redis", "memory")
	h := listen(t, "argilla", hookOptions{})
	s.attach(h, "argilla", nil)
	const most = 1000
	before, routines := s.descriptors(), s.goroutines()
	conns := make([]net.Conn, most)
	var all sync.WaitGroup
	turn := make(chan struct{}, 50)
	for i := range conns {
		turn <- struct{}{}
		all.Go(func() {
			conns[i] = s.idleStream()
			<-turn
		})
	}
	all.Wait()
	refused := s.send(http.MethodGet, "/api/v1/stream", nil)
	if refused.status != http.StatusServiceUnavailable || refused.header.Get("Retry-After") == "" || problemOf(t, refused).Detail == "" {
		t.Errorf("one more: %d %v %s", refused.status, refused.header, refused.body)
	}
	begun := time.Now()
	s.triggerSettled(object{"platform": "argilla", "type": "record.completed"})
	if took := time.Since(begun); took > 10*time.Second {
		t.Errorf("a trigger beside %d streams took %s", most, took)
	}
	for _, path := range []string{"/", "/deliveries", "/readyz"} {
		if r := s.get(path); r.status != http.StatusOK {
			t.Errorf("%s beside %d streams: %d", path, most, r.status)
		}
	}
	for _, conn := range conns {
		if conn != nil {
			_ = conn.Close()
		}
	}
	eventually(t, 30*time.Second, "descriptors and goroutines are given back", func() bool {
		return s.descriptors() <= before+10 && s.goroutines() <= routines+20
	})
	s.stream("").close()
}

// idleStream opens a stream and reads no further than its first bytes.
func (s *server) idleStream() net.Conn {
	conn, err := net.DialTimeout("tcp", strings.TrimPrefix(s.base, "http://"), rawWithin)
	if err != nil {
		s.t.Error(err)
		return nil
	}
	_ = conn.SetDeadline(time.Now().Add(rawWithin))
	_, _ = io.WriteString(conn, "GET /api/v1/stream HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
	response, err := http.ReadResponse(bufio.NewReader(conn), nil) //nolint:bodyclose // it has no end; the connection is closed
	if err != nil || response.StatusCode != http.StatusOK {
		s.t.Errorf("an idle stream: %v %v", response, err)
	}
	return conn
}

// TestSlowClients: requests that never end, answers that nobody reads and streams that nobody follows hold up neither others nor memory.
func TestSlowClients(t *testing.T) {
	t.Parallel()
	s := start(t, "--redis", "memory")
	h := listen(t, "argilla", hookOptions{})
	s.attach(h, "argilla", nil)
	before := s.descriptors()
	const each = 50
	openings := []string{
		"GET /api/v1/deliveries HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ", // a head without an end
		"G", // hardly a beginning
		"GET /api/v1/stream HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: keep-alive\r\n\r\n", // a stream nobody reads
	}
	for range each {
		for _, opening := range openings {
			conn := s.dial("")
			if tcp, ok := conn.(*net.TCPConn); ok {
				_ = tcp.SetReadBuffer(4 << 10)
			}
			if _, err := io.WriteString(conn, opening); err != nil {
				t.Fatal(err)
			}
		}
	}
	held := s.memory("VmRSS")
	begun := time.Now()
	for range 5 { // 1,000 deliveries, twice or more an entry of each: more than a connection buffers
		s.triggerSettled(object{"platform": "argilla", "type": "ping", "count": 200})
	}
	t.Logf("1,000 deliveries beside %d slow clients took %s", each*len(openings), time.Since(begun))
	if grown := s.memory("VmRSS") - held; grown > 300<<10 {
		t.Errorf("slow clients cost %d kB", grown)
	}
	if stats := read[client.Stats](s, "/api/v1/stats"); stats.Deliveries["argilla"]["succeeded"] != 1000 {
		t.Errorf("deliveries %v", stats.Deliveries)
	}
	// The streams stay, and as many connections to the listener as were used at a time.
	eventually(t, 60*time.Second, "slow heads are dropped", func() bool { return s.descriptors() <= before+each+60 })
}
