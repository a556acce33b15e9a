package browser_test

import (
	"fmt"
	"net"
	"net/http"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/annohook/annohook/test/program"
)

// store is a Redis that can be stopped and started again where it was.
type store struct {
	t      *testing.T
	binary string
	addr   string
	args   []string
	stop   func() // ends the process; does nothing where none runs
}

// newStore starts one.
func newStore(t *testing.T) *store {
	t.Helper()
	port := freePort(t)
	s := &store{t: t, binary: program.RedisBinary(t), addr: "127.0.0.1:" + port, args: []string{
		"--bind", "127.0.0.1", "--port", port, "--dir", t.TempDir(), "--save", "", "--appendonly", "yes", "--maxmemory-policy", "noeviction",
	}}
	t.Cleanup(func() { s.stop() })
	s.start()
	return s
}

// start runs the process and waits until it answers.
func (s *store) start() {
	s.t.Helper()
	cmd := exec.Command(s.binary, s.args...) // ended by stop, after the servers that use it
	if err := cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	s.stop = func() {
		s.stop = func() {}
		_ = cmd.Process.Signal(syscall.SIGTERM) // it may be gone
		_ = cmd.Wait()                          // told to end, it may end with any code
	}
	eventually(s.t, "Redis answers", func() bool { return s.say("PING") == "+PONG" })
}

// say sends one command and returns the first line of the answer; "" where there was none.
func (s *store) say(command string) string {
	conn, err := net.DialTimeout("tcp", s.addr, time.Second)
	if err != nil {
		return ""
	}
	defer func() { _ = conn.Close() }()
	if err := conn.SetDeadline(time.Now().Add(5 * time.Second)); err != nil {
		return ""
	}
	if _, err := fmt.Fprintf(conn, "%s\r\n", command); err != nil {
		return ""
	}
	reply := make([]byte, 256)
	n, err := conn.Read(reply)
	if err != nil {
		return ""
	}
	line, _, _ := strings.Cut(string(reply[:n]), "\r\n")
	return line
}

// limit bounds the memory of the running process; "0" is no bound.
func (s *store) limit(memory string) {
	s.t.Helper()
	if got := s.say("CONFIG SET maxmemory " + memory); got != "+OK" {
		s.t.Fatalf("set maxmemory to %s: Redis says %q", memory, got)
	}
}

// Whether an open page tells of trouble with the store.
const (
	troubled   = `document.querySelector("[data-part=trouble]").innerText.includes("New events are refused")`
	untroubled = `document.querySelector("[data-part=trouble]").innerText.trim() === ""`
)

// TestOpenPagesHearOfTrouble takes the store away from under open pages, and fills it: each says so by itself and keeps what it shows, and stops
// to say so when the store is well again.
func TestOpenPagesHearOfTrouble(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, says string
		harm, fix  func(*store)
	}{
		{"gone", "redis does not answer", func(s *store) { s.stop() }, func(s *store) { s.start() }},
		{"full", "the memory of redis is", func(s *store) { s.limit("1mb") }, func(s *store) { s.limit("0") }},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			redis := newStore(t)
			server := program.Start(t, "--redis", "redis://"+redis.addr)
			listener, _ := answering(t, "", http.StatusOK)
			server.Subscribe(t, platform, listener, nil)
			trigger(t, server, event)
			var pages []*page
			for _, path := range []string{"/", "/deliveries"} {
				p := open(t, server.URL)
				p.expect("status of 503", "status of 429", "ERR_INCOMPLETE_CHUNKED_ENCODING")
				p.visit(path)
				p.until("the page is live", isLive)
				p.until("it tells of no trouble", untroubled)
				p.count(streamed, 1)
				p.mark()
				pages = append(pages, p)
			}

			tc.harm(redis)
			for i, p := range pages {
				p.until("the page tells of trouble", troubled)
				p.shows(tc.says)
				p.count(streamed, 1) // what was shown stays
				p.shot(fmt.Sprintf("trouble-%s-%d", tc.name, i))
			}
			pages[0].do(chromedp.EmulateViewport(narrow, 900))
			pages[0].fits("the page that tells of trouble", narrow)
			pages[0].shot("trouble-" + tc.name + "-narrow")

			tc.fix(redis)
			for _, p := range pages {
				p.until("the trouble is over", untroubled+" && "+isLive)
			}
			eventually(t, "a trigger is accepted", func() bool {
				_, err := server.TriggerMany(t.Context(), platform, event, 1)
				return err == nil
			})
			for _, p := range pages {
				p.until("its row comes by itself", fmt.Sprintf(`document.querySelectorAll(%q).length >= 2`, streamed))
				p.unreloaded("during the trouble")
			}
		})
	}
}

// TestBriefTroubleIsNotToldForEver has a page look while the store is full for less than the time between two looks of the stream, which then
// never hears of it: the page finds out by itself that the trouble is over.
func TestBriefTroubleIsNotToldForEver(t *testing.T) {
	t.Parallel()
	redis := newStore(t)
	server := program.Start(t, "--redis", "redis://"+redis.addr)
	listener, _ := answering(t, "", http.StatusOK)
	server.Subscribe(t, platform, listener, nil)
	p := open(t, server.URL)
	p.expect("status of 503", "status of 429")
	p.visit("/deliveries")
	p.until("the page is live", isLive)
	for range 3 {
		redis.limit("1mb")
		p.press("p", "p") // pauses and resumes, which looks
		p.until("the page tells of trouble", troubled)
		redis.limit("0")
		p.until("the trouble is over", untroubled)
	}
}
