package sender_test

import (
	"bufio"
	"bytes"
	"io"
	"net"
	"net/http"
	"net/textproto"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/sender"
	"github.com/annohook/annohook/subscriptions"
)

// newSender builds a sender that is closed with the test.
func newSender(t testing.TB, change ...func(*sender.Options)) *sender.Sender {
	t.Helper()
	o := sender.Options{Now: time.Now}
	for _, c := range change {
		c(&o)
	}
	s, err := sender.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// rawServer accepts connections on loopback and hands each to serve in a goroutine of its own. The test waits for all of them.
func rawServer(t testing.TB, serve func(net.Conn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var (
		wg    sync.WaitGroup
		mu    sync.Mutex
		conns []net.Conn
	)
	wg.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			mu.Lock()
			conns = append(conns, c)
			mu.Unlock()
			wg.Go(func() {
				defer c.Close()
				serve(c)
			})
		}
	})
	t.Cleanup(func() {
		l.Close()
		mu.Lock()
		for _, c := range conns {
			c.Close()
		}
		mu.Unlock()
		wg.Wait()
	})
	return "http://" + l.Addr().String()
}

// readRequest reads one request off a connection and returns its exact bytes.
func readRequest(r *bufio.Reader) (string, error) {
	var raw bytes.Buffer
	length := 0
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return raw.String(), err
		}
		raw.WriteString(line)
		if line == "\r\n" {
			break
		}
		if name, value, ok := strings.Cut(line, ":"); ok && textproto.CanonicalMIMEHeaderKey(name) == "Content-Length" {
			length, _ = strconv.Atoi(strings.TrimSpace(value))
		}
	}
	_, err := io.CopyN(&raw, r, int64(length))
	return raw.String(), err
}

// answering serves fixed bytes after each request, then closes.
func answering(reply string) func(net.Conn) {
	return func(c net.Conn) {
		if _, err := readRequest(bufio.NewReader(c)); err == nil {
			io.WriteString(c, reply)
		}
	}
}

// reset makes the close of a connection a reset.
func reset(c net.Conn) {
	c.(*net.TCPConn).SetLinger(0)
	c.Close()
}

// post is a plain request under a policy that only a broken sender or machine exceeds.
func post(url string) sender.Request {
	return sender.Request{
		Method: http.MethodPost,
		URL:    url,
		Header: payloads.H("content-type", "application/json"),
		Body:   []byte(`{"event":"thing.done"}`),
		Policy: payloads.Policy{Timeout: 5 * time.Second, Deadline: 5 * time.Second},
	}
}

// invented is a platform nobody has.
func invented() payloads.Platform {
	return payloads.Platform{
		ID: "invented", Name: "Invented", Profile: "1", Timeout: 2 * time.Second, Redirect: payloads.RedirectAsRequests,
		Sign: func(_ payloads.Message, st payloads.Stamp) (payloads.Signed, error) {
			h := payloads.H("Accept", "*/*", "x-invented-ID", st.DeliveryID)
			h = append(h, payloads.Field{Name: "X-Secret", Value: string(st.Subscription.Secret), Secret: true})
			for _, f := range st.Subscription.Headers {
				h = h.With(payloads.Field{Name: f.Name, Value: f.Value})
			}
			return payloads.Signed{Header: h, Signature: &payloads.Signature{Scheme: "invented"}}, nil
		},
	}
}

func stampFor(url string) payloads.Stamp {
	return payloads.Stamp{
		Subscription: subscriptions.Subscription{ID: "sub", URL: url, Secret: "hush-hush"},
		DeliveryID:   "dlv_1",
		Attempt:      1,
	}
}
