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

	"github.com/google/go-cmp/cmp"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/sender"
)

// largeBody is more than the buffers of both ends of a loopback connection hold.
const largeBody = 32 << 20

// hostileListeners waste time, contradict themselves or close in unusual order. Times are those of a listener that sends a byte a second,
// twenty times as fast.
func hostileListeners() []misbehaviour {
	const chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
	return []misbehaviour{
		{
			name: "trickles the header, by the timeout", serve: trickleText(okReply + okReply), failure: payloads.FailureTimeout,
			message: "timeout: the exchange took longer than 200ms while reading",
		},
		{
			name: "trickles the header, by the deadline", serve: trickleText(okReply + okReply), silence: true, failure: payloads.FailureTimeout,
			message: "deadline: the exchange took longer than 900ms while reading",
		},
		{name: "never reads", serve: stall, size: largeBody, failure: payloads.FailureTimeout, message: "while sending the request"},
		{
			name: "never reads, by the silence clock", serve: stall, size: largeBody, silence: true, failure: payloads.FailureTimeout,
			message: "while sending the request",
		},
		{name: "storms interim replies for ever", serve: interim(1 << 20), silence: true, failure: payloads.FailureTimeout, message: "deadline"},
		{name: "sends some interim replies, but ends", serve: interim(12), silence: true, status: 200},
		{
			name: "sends many short fields", failure: payloads.FailureTooLarge,
			serve: answering("HTTP/1.1 200 OK\r\n" + strings.Repeat("X-Y: z\r\n", 40_000) + "\r\n"),
		},

		{
			name: "announces more than there is on earth", failure: payloads.FailureProtocol, status: 200, message: "cut",
			serve: answering("HTTP/1.1 200 OK\r\nContent-Length: 9223372036854775807\r\n\r\nok"),
		},
		{
			name: "announces more than a number holds", failure: payloads.FailureProtocol,
			serve: answering("HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\nok"),
		},
		{name: "announces words", failure: payloads.FailureProtocol, serve: answering("HTTP/1.1 200 OK\r\nContent-Length: 1e1\r\n\r\nok")},
		{
			name: "sends an unknown framing", failure: payloads.FailureProtocol,
			serve: answering("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"),
		},
		{
			name: "sends a chunk longer than a number holds", failure: payloads.FailureProtocol, status: 200,
			serve: answering(chunked + "fffffffffffffffff\r\nok"),
		},
		{
			name: "announces a huge chunk", failure: payloads.FailureProtocol, status: 200, message: "cut",
			serve: answering(chunked + "7fffffffffffffff\r\nok"),
		},
		{
			name: "sends chunks of one byte with long extensions", failure: payloads.FailureProtocol, status: 200,
			serve: answering(chunked + strings.Repeat("1;"+strings.Repeat("e", 2000)+"\r\nx\r\n", 200)),
		},
		{
			name: "sends endless trailers", failure: payloads.FailureProtocol, status: 200,
			serve: answering(chunked + "2\r\nok\r\n0\r\n" + strings.Repeat("X-Y: z\r\n", 40_000) + "\r\n"),
		},
		{
			name: "sends chunks and a length", status: 200,
			serve: answering("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"),
		},

		{name: "speaks HTTP/0.9", serve: answering("<html>thank you</html>\n"), failure: payloads.FailureProtocol, message: "malformed"},
		{name: "speaks HTTP/2", serve: answering("\x00\x00\x12\x04\x00\x00\x00\x00\x00"), failure: payloads.FailureReset},
		{name: "sends binary garbage", serve: answering("\x16\x03\x01\n\x00\xff\xfe\n\n"), failure: payloads.FailureProtocol},
		{name: "ends lines without a return", serve: answering("HTTP/1.1 200 OK\nContent-Length: 2\n\nok"), status: 200},
		{name: "speaks HTTP/1.0 and keeps alive", serve: answering("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok"), status: 200},

		{name: "half-closes at once and reads on", serve: thenHang(finish), failure: payloads.FailureReset},
		{name: "half-closes after the request", serve: afterRequest(thenHang(finish)), failure: payloads.FailureReset},
		{
			name: "half-closes within the body", serve: says("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", finish),
			failure: payloads.FailureProtocol, status: 200, message: "cut",
		},
		{name: "half-closes to end the body", serve: says("HTTP/1.1 200 OK\r\n\r\nall of it", finish), status: 200},
		{name: "resets after the reply", status: 200, serve: afterRequest(func(c net.Conn) {
			io.WriteString(c, okReply)
			time.Sleep(20 * time.Millisecond)
			reset(c)
		})},
		{name: "resets behind the header", failure: payloads.FailureReset, status: 200, serve: afterRequest(func(c net.Conn) {
			io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n")
			time.Sleep(20 * time.Millisecond)
			reset(c)
		})},
		{name: "answers early and reads no more", serve: early(stall), size: largeBody, status: 413},
		{name: "answers early and reads on", serve: early(hang), size: largeBody, status: 413},
		{name: "answers early and half-closes", serve: early(thenHang(finish)), size: largeBody, status: 413},
		{name: "resets while it reads", size: largeBody, failure: payloads.FailureReset, serve: func(c net.Conn) {
			if _, err := io.CopyN(io.Discard, c, 1<<20); err == nil {
				reset(c)
			}
		}},
		{name: "answers early and resets", serve: early(reset), size: largeBody, status: 413},
	}
}

// trickleText answers with a text of which a byte comes every 50 ms.
func trickleText(text string) func(net.Conn) {
	return afterRequest(func(c net.Conn) {
		for i := range len(text) {
			if _, err := io.WriteString(c, text[i:i+1]); err != nil {
				return
			}
			time.Sleep(50 * time.Millisecond)
		}
	})
}

// interim sends n interim replies, one every 30 ms, before the final one.
func interim(n int) func(net.Conn) {
	return afterRequest(func(c net.Conn) {
		for range n {
			if _, err := io.WriteString(c, "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"); err != nil {
				return
			}
			time.Sleep(30 * time.Millisecond)
		}
		io.WriteString(c, okReply)
	})
}

// early answers after the first bytes of a request, then goes on.
func early(then func(net.Conn)) func(net.Conn) {
	return func(c net.Conn) {
		if _, err := io.ReadFull(c, make([]byte, 512)); err == nil {
			io.WriteString(c, "HTTP/1.1 413 Content Too Large\r\nConnection: close\r\nContent-Length: 3\r\n\r\nbig")
			then(c)
		}
	}
}

// says answers with a text, then goes on, and reads until the other side goes away.
func says(text string, then func(net.Conn)) func(net.Conn) {
	return afterRequest(func(c net.Conn) {
		io.WriteString(c, text)
		then(c)
		hang(c)
	})
}

func thenHang(first func(net.Conn)) func(net.Conn) {
	return func(c net.Conn) {
		first(c)
		hang(c)
	}
}

// finish closes the listener's own direction only.
func finish(c net.Conn) { c.(*net.TCPConn).CloseWrite() }

// stall keeps a connection and reads nothing from it until the test is over and closes it.
func stall(c net.Conn) {
	for c.SetDeadline(time.Time{}) == nil {
		time.Sleep(5 * time.Millisecond)
	}
}

// TestStatusesAreReplies: whatever a listener answers is a complete reply for the platform to judge, with every field the judgement needs.
func TestStatusesAreReplies(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, reply string
		status      int
		retryAfter  string
		body        string
	}{
		{"gone", "HTTP/1.1 410 Gone\r\nContent-Length: 4\r\n\r\ngone", 410, "", "gone"},
		{"retry after seconds", "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 120\r\nContent-Length: 0\r\n\r\n", 429, "120", ""},
		{
			"retry after a date", "HTTP/1.1 503 Unavailable\r\nretry-after: Sat, 21 Nov 2026 12:00:00 GMT\r\nContent-Length: 0\r\n\r\n", 503,
			"Sat, 21 Nov 2026 12:00:00 GMT", "",
		},
		{"retry after nonsense", "HTTP/1.1 503 Unavailable\r\nRetry-After: soon\r\nContent-Length: 0\r\n\r\n", 503, "soon", ""},
		{"no content, with content", "HTTP/1.1 204 No Content\r\nContent-Length: 4\r\n\r\nmore", 204, "", ""},
		{"not modified", "HTTP/1.1 304 Not Modified\r\nContent-Length: 400\r\n\r\n", 304, "", ""},
		{"status beyond the list", "HTTP/1.1 999 Nobody Knows\r\nContent-Length: 0\r\n\r\n", 999, "", ""},
		{"no reason", "HTTP/1.1 500\r\nContent-Length: 0\r\n\r\n", 500, "", ""},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			reply := newSender(t).Do(context.Background(), post(rawServer(t, says(tc.reply, finish)))).Reply
			if reply.Failure != "" || reply.Status != tc.status || string(reply.Body) != tc.body || reply.Header.Get("Retry-After") != tc.retryAfter {
				t.Errorf("reply %+v", reply)
			}
			want := payloads.FailureStatus
			if tc.status == 204 {
				want = payloads.FailureNone
			}
			if failure, _ := sender.Failure(reply, payloads.JudgeStatus(reply)); failure != want {
				t.Errorf("the verdict's failure is %q, want %q", failure, want)
			}
		})
	}
}

// TestLeftoverBytesAreNoReply: a listener that sends more than it announced must not answer the next request with the rest.
func TestLeftoverBytesAreNoReply(t *testing.T) {
	t.Parallel()
	url := rawServer(t, func(c net.Conn) {
		r := bufio.NewReader(c)
		for {
			raw, err := readRequest(r)
			if err != nil {
				return
			}
			_, body, _ := strings.Cut(raw, "\r\n\r\n")
			fmt.Fprintf(c, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%sHTTP/1.1 500 Leftover\r\nContent-Length: 0\r\n\r\n", len(body), body)
		}
	})
	s := newSender(t)
	var got, want []string
	for i := range 10 {
		time.Sleep(5 * time.Millisecond) // net/http finds the leftover once the connection rests
		r := post(url)
		r.Body = fmt.Append(nil, "request ", i)
		reply := s.Do(context.Background(), r).Reply
		got = append(got, fmt.Sprintf("%d %s %s", reply.Status, reply.Body, reply.Message))
		want = append(want, fmt.Sprintf("200 %s ", r.Body))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("replies (-want +got):\n%.2000s", diff)
	}
}
