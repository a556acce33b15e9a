package sender_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/annohook/annohook/payloads"
)

func fixedNow() time.Time { return time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC) }

// misbehaviour is a broken listener and what one request to it must end as.
type misbehaviour struct {
	name    string
	serve   func(net.Conn)
	silence bool // the timeout is between bytes
	size    int  // of the request's body; 0: a small one
	failure payloads.Failure
	status  int
	message string // part of it
}

// TestMisbehavingListeners sends one request to each kind of broken listener, and expects that nothing of it stays.
func TestMisbehavingListeners(t *testing.T) {
	leavesNothing(t, func(t *testing.T) {
		t.Helper()
		for _, m := range append(brokenListeners(), hostileListeners()...) {
			t.Run(m.name, func(t *testing.T) {
				t.Parallel()
				m.check(t)
			})
		}
	})
}

func (m misbehaviour) check(t *testing.T) {
	t.Helper()
	r := post(rawServer(t, m.serve))
	if m.size > 0 {
		r.Body = make([]byte, m.size)
	}
	r.Policy.SilenceTimeout = m.silence
	switch {
	case m.failure == payloads.FailureTimeout && m.silence:
		// Long beside the 50 ms of a trickle, so that a busy machine makes no silence of its own.
		r.Policy.Timeout, r.Policy.Deadline = 700*time.Millisecond, 900*time.Millisecond
	case m.failure == payloads.FailureTimeout:
		r.Policy.Timeout, r.Policy.Deadline = 200*time.Millisecond, 400*time.Millisecond
	case m.silence:
		r.Policy.Timeout = 350 * time.Millisecond // shorter than the whole, longer than each pause
	}
	start := time.Now()
	report := newSender(t).Do(context.Background(), r)
	if took := time.Since(start); took > r.Policy.Deadline+2*time.Second {
		t.Errorf("took %s", took)
	}
	if report.Reply.Failure != m.failure || report.Reply.Status != m.status {
		t.Errorf("failure %q status %d (%s), want %q %d", report.Reply.Failure, report.Reply.Status, report.Reply.Message,
			m.failure, m.status)
	}
	if !strings.Contains(report.Reply.Message, m.message) || (report.Reply.Message == "") != (m.failure == "") {
		t.Errorf("message %q, want it to hold %q", report.Reply.Message, m.message)
	}
}

// brokenListeners break off, fall silent or talk nonsense.
func brokenListeners() []misbehaviour {
	return []misbehaviour{
		{name: "resets at once", serve: reset, failure: payloads.FailureReset},
		{name: "closes at once", serve: func(net.Conn) {}, failure: payloads.FailureReset},
		{name: "closes after the request", serve: answering(""), failure: payloads.FailureReset, message: "connection ended"},
		{name: "resets after the request", serve: afterRequest(reset), failure: payloads.FailureReset},
		{name: "closes within the status line", serve: answering("HTTP/1.1 20"), failure: payloads.FailureReset},
		{name: "closes within the header", serve: answering("HTTP/1.1 200 OK\r\nContent-Le"), failure: payloads.FailureReset},
		{name: "resets within the header", serve: afterRequest(func(c net.Conn) {
			io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Le")
			time.Sleep(20 * time.Millisecond)
			reset(c)
		}), failure: payloads.FailureReset},
		{
			name: "cuts the body", serve: answering("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"),
			failure: payloads.FailureProtocol, status: 200, message: "cut",
		},
		{name: "resets within the body", serve: afterRequest(func(c net.Conn) {
			io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")
			time.Sleep(20 * time.Millisecond)
			reset(c)
		}), failure: payloads.FailureReset, status: 200},
		{
			name: "cuts a chunk", serve: answering("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab"),
			failure: payloads.FailureProtocol, status: 200, message: "cut",
		},
		{
			name: "ends chunks without the last", serve: answering("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n"),
			failure: payloads.FailureProtocol, status: 200,
		},
		{
			name: "sends garbage for chunks", serve: answering("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nab\r\n"),
			failure: payloads.FailureProtocol, status: 200,
		},
		{name: "does not speak HTTP", serve: answering("SSH-2.0-OpenSSH_9.9\r\n\r\n"), failure: payloads.FailureProtocol, message: "malformed"},
		{name: "sends a status that is none", serve: answering("HTTP/1.1 000 Zero\r\n\r\n"), failure: payloads.FailureProtocol},
		{name: "sends a malformed header", serve: answering("HTTP/1.1 200 OK\r\nno colon here\r\n\r\n"), failure: payloads.FailureProtocol},
		{
			name: "contradicts itself about length", serve: answering("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab"),
			failure: payloads.FailureProtocol,
		},
		{name: "sends a negative length", serve: answering("HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nab"), failure: payloads.FailureProtocol},
		{
			name:  "sends an endless header",
			serve: answering("HTTP/1.1 200 OK\r\nX: " + strings.Repeat("y", 300<<10) + "\r\n\r\n"), failure: payloads.FailureTooLarge,
		},
		{
			name:  "storms interim replies",
			serve: answering(strings.Repeat("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n", 20_000)), failure: payloads.FailureTooLarge,
		},
		{name: "never accepts the request as over", serve: hang, failure: payloads.FailureTimeout, message: "waiting for the reply"},
		{name: "never ends the body", serve: afterRequest(func(c net.Conn) {
			io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")
			hang(c)
		}), failure: payloads.FailureTimeout, status: 200, message: "reading the reply"},
		{
			name: "is silent, by the silence clock", serve: hang, silence: true, failure: payloads.FailureTimeout,
			message: "nothing came or went for 700ms while waiting",
		},
		{
			name: "trickles for ever, by the deadline", serve: trickle(1 << 20), silence: true, failure: payloads.FailureTimeout, status: 200,
			message: "deadline: the exchange took longer than 900ms",
		},
		{name: "trickles, but ends", serve: trickle(8), silence: true, status: 200},
		{name: "lies about length the short way", serve: answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokay"), status: 200},
		{name: "speaks HTTP/1.0", serve: answering("HTTP/1.0 200 OK\r\n\r\nold"), status: 200},
		{name: "sends an interim reply first", serve: answering("HTTP/1.1 100 Continue\r\n\r\n" + okReply), status: 200},
		{name: "switches protocols", serve: afterRequest(func(c net.Conn) {
			io.WriteString(c, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n")
			hang(c)
		}), status: 101},
		{name: "answers before it read everything", serve: func(c net.Conn) {
			// One byte first: to net/http an answer to nothing is a protocol error.
			if _, err := io.ReadFull(c, make([]byte, 1)); err == nil {
				io.WriteString(c, okReply)
				hang(c)
			}
		}, status: 200},
	}
}

func afterRequest(then func(net.Conn)) func(net.Conn) {
	return func(c net.Conn) {
		if _, err := readRequest(bufio.NewReader(c)); err == nil {
			then(c)
		}
	}
}

// hang reads until the other side goes away.
func hang(c net.Conn) { io.Copy(io.Discard, c) }

// trickle sends a body of n bytes, one every 50 ms.
func trickle(n int) func(net.Conn) {
	return afterRequest(func(c net.Conn) {
		fmt.Fprintf(c, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n", n)
		for range n {
			time.Sleep(50 * time.Millisecond)
			if _, err := c.Write([]byte("x")); err != nil {
				return
			}
		}
	})
}

func TestSlowSendIsNoSilence(t *testing.T) {
	url := rawServer(t, func(c net.Conn) {
		for range 32 {
			time.Sleep(35 * time.Millisecond)
			if _, err := io.CopyN(io.Discard, c, 1<<20); err != nil {
				return
			}
		}
		io.WriteString(c, okReply)
		hang(c)
	})
	r := post(url)
	r.Body = make([]byte, 32<<20)
	r.Policy = payloads.Policy{Timeout: time.Second, Deadline: 20 * time.Second, SilenceTimeout: true}
	start := time.Now()
	report := newSender(t).Do(context.Background(), r)
	if report.Reply.Status != 200 {
		t.Fatalf("reply %+v", report.Reply)
	}
	if took := time.Since(start); took < r.Policy.Timeout {
		t.Errorf("took only %s: the test shows nothing", took)
	}
}

// TestEchoedSecretsStayHidden has a listener send back what it got, in the place where errors quote it.
func TestEchoedSecretsStayHidden(t *testing.T) {
	url := rawServer(t, func(c net.Conn) {
		raw, _ := readRequest(bufio.NewReader(c))
		io.WriteString(c, strings.ReplaceAll(raw, "\r\n", " ")+"\r\n\r\n")
	})
	s := newSender(t)
	r, err := s.Prepare(invented(), payloads.Message{Method: "POST"}, stampFor(strings.Replace(url, "//", "//me:wonderland@", 1)))
	if err != nil {
		t.Fatal(err)
	}
	report := s.Do(context.Background(), r)
	if report.Reply.Failure != payloads.FailureProtocol {
		t.Fatalf("reply %+v", report.Reply)
	}
	all := fmt.Sprintf("%+v %+v %+v", report.Request, report.Reply, report.Hops)
	for _, secret := range []string{"hush-hush", "wonderland", "bWU6d29uZGVybGFuZA"} {
		if strings.Contains(all, secret) {
			t.Errorf("%q in %s", secret, all)
		}
	}
	if len(report.Reply.Message) > 600 {
		t.Errorf("message of %d bytes", len(report.Reply.Message))
	}
}
