package sender_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/sender"
	"github.com/annohook/annohook/subscriptions"
)

const okReply = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

// TestExactBytesOnTheWire holds everything net/http would like to add or rename.
func TestExactBytesOnTheWire(t *testing.T) {
	body := []byte(`{"a":1}`)
	tests := []struct {
		name    string
		request func(url string) sender.Request
		want    string // HOST stands for host:port
	}{
		{"spelling is kept and nothing is added", func(url string) sender.Request {
			r := post(url + "/hook?x=1&y=a%20b")
			r.Header = payloads.H("user-agent", "Machine", "content-type", "application/json", "X-ODD-Case", "1", "x-lower", "2")
			r.Body = body
			return r
		}, "POST /hook?x=1&y=a%20b HTTP/1.1\r\nHost: HOST\r\nContent-Length: 7\r\nX-ODD-Case: 1\r\ncontent-type: application/json\r\n" +
			"user-agent: Machine\r\nx-lower: 2\r\n\r\n{\"a\":1}"},
		{"listed standard fields pass through", func(url string) sender.Request {
			r := post(url)
			r.Header = payloads.H("User-Agent", "client/1", "Accept", "*/*", "Accept-Encoding", "gzip, deflate, br", "Connection", "keep-alive")
			r.Body = body
			return r
		}, "POST / HTTP/1.1\r\nHost: HOST\r\nUser-Agent: client/1\r\nContent-Length: 7\r\nAccept: */*\r\n" +
			"Accept-Encoding: gzip, deflate, br\r\nConnection: keep-alive\r\n\r\n{\"a\":1}"},
		{"framing fields of the user are not doubled", func(url string) sender.Request {
			r := post(url)
			r.Header = payloads.H("content-length", "999", "transfer-encoding", "chunked", "HOST", "name.example", "trailer", "x")
			r.Body = body
			return r
		}, "POST / HTTP/1.1\r\nHost: name.example\r\nContent-Length: 7\r\n\r\n{\"a\":1}"},
		{"no body is announced for POST and PUT", func(url string) sender.Request {
			r := post(url)
			r.Method, r.Header, r.Body = "PUT", nil, nil
			return r
		}, "PUT / HTTP/1.1\r\nHost: HOST\r\nContent-Length: 0\r\n\r\n"},
		{"no body is not announced for GET", func(url string) sender.Request {
			r := post(url)
			r.Method, r.Header, r.Body = "GET", nil, nil
			return r
		}, "GET / HTTP/1.1\r\nHost: HOST\r\n\r\n"},
		{"connection close", func(url string) sender.Request {
			r := post(url)
			r.Header, r.Body = payloads.H("Connection", "close"), body
			return r
		}, "POST / HTTP/1.1\r\nHost: HOST\r\nContent-Length: 7\r\nConnection: close\r\n\r\n{\"a\":1}"},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			got := make(chan string, 1)
			url := rawServer(t, func(c net.Conn) {
				raw, _ := readRequest(bufio.NewReader(c))
				got <- raw
				io.WriteString(c, okReply)
			})
			report := newSender(t).Do(context.Background(), tc.request(url))
			if report.Reply.Status != 200 || string(report.Reply.Body) != "ok" || !report.Wrote {
				t.Fatalf("reply %+v, wrote %v", report.Reply, report.Wrote)
			}
			want := strings.ReplaceAll(tc.want, "HOST", strings.TrimPrefix(url, "http://"))
			if diff := cmp.Diff(want, <-got); diff != "" {
				t.Errorf("bytes (-want +got):\n%s", diff)
			}
		})
	}
}

func TestLongBodyIsNeverChunked(t *testing.T) {
	got := make(chan string, 1)
	url := rawServer(t, func(c net.Conn) {
		raw, _ := readRequest(bufio.NewReader(c))
		got <- raw
		io.WriteString(c, okReply)
	})
	r := post(url)
	r.Body = []byte(strings.Repeat("x", 1<<20))
	if report := newSender(t).Do(context.Background(), r); report.Reply.Status != 200 {
		t.Fatalf("reply %+v", report.Reply)
	}
	raw := <-got
	if !strings.Contains(raw, "Content-Length: 1048576\r\n") || strings.Contains(raw, "chunked") || !strings.HasSuffix(raw, "xxx") {
		t.Errorf("request begins %q", raw[:200])
	}
}

func TestPrepareAndRecordHideSecrets(t *testing.T) {
	got := make(chan string, 1)
	url := rawServer(t, func(c net.Conn) {
		raw, _ := readRequest(bufio.NewReader(c))
		got <- raw
		io.WriteString(c, okReply)
	})
	host := strings.TrimPrefix(url, "http://")
	s := newSender(t)
	r, err := s.Prepare(invented(), payloads.Message{Method: "POST", Body: []byte("{}")}, stampFor("http://me:p%40ss@"+host+"/in"))
	if err != nil {
		t.Fatal(err)
	}
	report := s.Do(context.Background(), r)
	wire := <-got
	for _, want := range []string{"Authorization: Basic bWU6cEBzcw==\r\n", "X-Secret: hush-hush\r\n", "x-invented-ID: dlv_1\r\n"} {
		if !strings.Contains(wire, want) {
			t.Errorf("wire lacks %q:\n%s", want, wire)
		}
	}
	want := sender.RequestRecord{Method: "POST", URL: "http://********@" + host + "/in", Header: payloads.Header{
		{Name: "Host", Value: host},
		{Name: "Accept", Value: "*/*"},
		{Name: "x-invented-ID", Value: "dlv_1"},
		{Name: "X-Secret", Value: subscriptions.Masked, Secret: true},
		{Name: "Authorization", Value: subscriptions.Masked, Secret: true},
		{Name: "Content-Length", Value: "2"},
	}}
	if diff := cmp.Diff(want, report.Request); diff != "" {
		t.Errorf("record (-want +got):\n%s", diff)
	}
	if r.Policy.Timeout != invented().Timeout || r.Policy.Redirect != payloads.RedirectAsRequests || r.Signature == nil {
		t.Errorf("policy %+v, signature %v", r.Policy, r.Signature)
	}
}

func TestPrepareKeepsAGivenAuthorization(t *testing.T) {
	stamp := stampFor("http://me:pw@127.0.0.1:1/")
	stamp.Subscription.Headers = subscriptions.Headers{{Name: "authorization", Value: "Bearer own"}}
	r, err := newSender(t).Prepare(invented(), payloads.Message{Method: "POST"}, stamp)
	if err != nil {
		t.Fatal(err)
	}
	if got := r.Header.Get("Authorization"); got != "Bearer own" {
		t.Errorf("authorization %q", got)
	}
}

func TestPrepareErrors(t *testing.T) {
	errKey := errors.New("odd key")
	failing := invented()
	failing.Sign = func(payloads.Message, payloads.Stamp) (payloads.Signed, error) { return payloads.Signed{}, errKey }
	if _, err := newSender(t).Prepare(failing, payloads.Message{}, stampFor("http://127.0.0.1/")); !errors.Is(err, errKey) ||
		!errors.Is(err, sender.ErrPrepare) {
		t.Errorf("error %v", err)
	}
	for _, h := range []subscriptions.Header{{Name: "a b", Value: "x"}, {Name: "", Value: "x"}, {Name: "A", Value: "x\r\nB: y"}} {
		stamp := stampFor("http://127.0.0.1/")
		stamp.Subscription.Headers = subscriptions.Headers{h}
		if _, err := newSender(t).Prepare(invented(), payloads.Message{}, stamp); !errors.Is(err, sender.ErrPrepare) {
			t.Errorf("header %+v: error %v", h, err)
		}
	}
}

func TestNewRefusesBadOptions(t *testing.T) {
	if _, err := sender.New(sender.Options{}); err == nil {
		t.Error("no clock: no error")
	}
	if _, err := sender.New(sender.Options{Now: fixedNow, CaptureBytes: -1}); err == nil {
		t.Error("negative size: no error")
	}
}
