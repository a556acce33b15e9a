package sender_test

import (
	"bufio"
	"context"
	"io"
	"net"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/sender"
	"github.com/annohook/annohook/subscriptions"
)

// requestLines serves one request after another and gives away what is in them.
func requestLines(t *testing.T) (host string, next func() string) {
	t.Helper()
	got := make(chan string, 1)
	url := rawServer(t, func(c net.Conn) {
		raw, _ := readRequest(bufio.NewReader(c))
		got <- raw
		io.WriteString(c, "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
	})
	return strings.TrimPrefix(url, "http://"), func() string { return <-got }
}

// TestTargetsAsWritten: a client that nobody knows gets no habits of its own.
func TestTargetsAsWritten(t *testing.T) {
	host, next := requestLines(t)
	s := newSender(t)
	for tail, want := range map[string]string{
		"":                        "/",
		"?":                       "/?",
		"?q":                      "/?q",
		"#f":                      "/",
		"/a/../b/./%2e%2e/%7E":    "/a/../b/./%2e%2e/%7E",
		"//a//b/":                 "//a//b/",
		"/%c3%a9é?é=%zz&50%":      "/%c3%a9%C3%A9?%C3%A9=%zz&50%",
		`/a|b\c"d?a|b\c"d`:        "/a%7Cb%5Cc%22d?a%7Cb%5Cc%22d",
		"//a|b%":                  "//a%7Cb%25",
		"/[a]'(b);c=d?[a]'(b);c?": "/[a]'(b);c=d?[a]'(b);c?",
		"/*":                      "/*",
	} {
		report := s.Do(context.Background(), post("http://"+host+tail))
		line, _, _ := strings.Cut(next(), "\r\n")
		if line != "POST "+want+" HTTP/1.1" {
			t.Errorf("%q: %s", tail, line)
		}
		if report.Request.URL != "http://"+host+want {
			t.Errorf("%q: recorded as %q", tail, report.Request.URL)
		}
	}
}

// TestRecordsAndExportsShowWhatWasSent: the URL of the subscription is not what a listener saw.
func TestRecordsAndExportsShowWhatWasSent(t *testing.T) {
	host, next := requestLines(t)
	p := invented()
	p.Target = payloads.TargetAsRequests
	s := newSender(t)
	r, err := s.Prepare(p, payloads.Message{Method: "POST"}, stampFor("HTTP://me:p%40ss@"+host+"//a/../%7euser/50%?q=%c3%a9&r=[1]&#frag"))
	if err != nil {
		t.Fatal(err)
	}
	record := s.Do(context.Background(), r).Request
	const uri = "/%257Euser/50%25?q=%C3%A9&r=%5B1%5D&"
	sent := next()
	if !strings.HasPrefix(sent, "POST "+uri+" HTTP/1.1\r\nHost: "+host+"\r\n") || !strings.Contains(sent, "Authorization: Basic bWU6cEBzcw==\r\n") {
		t.Fatalf("sent %s", sent)
	}
	if want := "http://" + subscriptions.Masked + "@" + host + uri; record.URL != want {
		t.Errorf("recorded %q, want %q", record.URL, want)
	}
	raw := string(sender.RawHTTP(record, nil))
	if head, _, _ := strings.Cut(sent, "\r\n"); !strings.HasPrefix(raw, head+"\r\n") {
		t.Errorf("raw HTTP %s", raw)
	}
	har, err := sender.HAR("test", "1", sender.Exchange{Request: record})
	if err != nil || !strings.Contains(string(har), `"value": "é"`) || !strings.Contains(string(har), `"name": "r"`) {
		t.Errorf("HAR %s, %v", har, err)
	}
	test, err := sender.GoTest("", record, nil)
	for name, text := range map[string]string{"curl": sender.Curl(record, nil), "HAR": string(har), "Go test": string(test)} {
		if !strings.Contains(text, "/%257Euser/50%25?q=%C3%A9") || strings.Contains(text, "p@ss") || strings.Contains(text, "p%40ss") {
			t.Errorf("%s: %s", name, text)
		}
	}
	if err != nil {
		t.Error(err)
	}
}

// TestUserinfoTakesThePlaceOfAnAuthorization: all clients that are known do that; the fields around it stay where they are.
func TestUserinfoTakesThePlaceOfAnAuthorization(t *testing.T) {
	stamp := stampFor("http://me:pw@127.0.0.1:1/")
	stamp.Subscription.Headers = subscriptions.Headers{{Name: "authorization", Value: "Bearer own"}, {Name: "X-Last", Value: "1"}}
	for rule, want := range map[payloads.TargetRule]payloads.Field{
		payloads.TargetAsWritten:  {Name: "authorization", Value: "Bearer own", Secret: true},
		payloads.TargetAsRequests: {Name: "Authorization", Value: "Basic bWU6cHc=", Secret: true},
		payloads.TargetAsHTTPX:    {Name: "Authorization", Value: "Basic bWU6cHc=", Secret: true},
		payloads.TargetAsAxios:    {Name: "Authorization", Value: "Basic bWU6cHc=", Secret: true},
	} {
		p := invented()
		p.Target = rule
		r, err := newSender(t).Prepare(p, payloads.Message{Method: "POST"}, stamp)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, r.Header[len(r.Header)-2]); diff != "" {
			t.Errorf("%s (-want +got):\n%s", rule, diff)
		}
	}
}

// TestURLsOfTheClientAlone: what one client refuses ends as an attempt that was blocked and says why, without the password.
func TestURLsOfTheClientAlone(t *testing.T) {
	for raw, want := range map[string]string{
		"http://*.example/":               "begins with *",
		"http://a..example/":              "empty label",
		"http://ｈ.example/":               "IDNA 2008",
		"http://me:日本hunter22@h.example/": "ISO 8859-1",
	} {
		if err := newGuard(t, sender.GuardOptions{}).CheckURL(raw); err != nil {
			t.Errorf("%s: registration refuses it: %v", raw, err)
		}
		p := invented()
		p.Target = payloads.TargetAsRequests
		s := newSender(t)
		r, err := s.Prepare(p, payloads.Message{Method: "POST"}, stampFor(raw))
		if err != nil {
			t.Fatal(err)
		}
		report := s.Do(context.Background(), r)
		if report.Wrote || report.Reply.Failure != payloads.FailureBlocked || !strings.Contains(report.Reply.Message, want) {
			t.Errorf("%s: %+v", raw, report.Reply)
		}
		if strings.Contains(report.Reply.Message+report.Request.URL, "hunter22") {
			t.Errorf("%s: the password shows in %+v", raw, report)
		}
	}
}
