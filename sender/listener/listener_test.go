package listener_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/sender"
	"github.com/annohook/annohook/sender/listener"
)

func now() time.Time { return time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC) }

// signing is an invented platform whose signature is the secret itself.
func signing() payloads.Platform {
	return payloads.Platform{
		Name: "Invented",
		Verify: func(r payloads.Received, secret string, at time.Time) ([]payloads.Step, error) {
			steps := []payloads.Step{{Name: "time", Value: at.Format(time.DateOnly)}}
			if r.Header.Get("X-Sign") != secret+r.Method+string(r.Body) {
				return steps, errors.New("the signature does not match")
			}
			return steps, nil
		},
	}
}

// serve starts a listener and returns its URL and the receipts so far.
func serve(t *testing.T, o listener.Options) (url string, receipts func() []listener.Receipt) {
	t.Helper()
	got := make(chan listener.Receipt, 64)
	o.Now, o.OnReceive = now, func(r listener.Receipt) { got <- r }
	h, err := listener.New(o)
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewUnstartedServer(nil)
	srv.Config = listener.NewServer(h)
	srv.Listener = listener.Capture(srv.Listener)
	srv.Start()
	t.Cleanup(srv.Close)
	return srv.URL, func() (all []listener.Receipt) {
		for {
			select {
			case r := <-got:
				all = append(all, r)
			default:
				return all
			}
		}
	}
}

func send(t *testing.T, url string, header payloads.Header, body string) payloads.Reply {
	t.Helper()
	s, err := sender.New(sender.Options{Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	return s.Do(context.Background(), sender.Request{
		Method: http.MethodPost, URL: url, Header: header, Body: []byte(body), Policy: payloads.Policy{Timeout: 2 * time.Second},
	}).Reply
}

func TestVerification(t *testing.T) {
	right, wrong := payloads.H("X-Sign", "keyPOST{}"), payloads.H("X-Sign", "nope")
	key := func() string { return "key" }
	tests := []struct {
		name     string
		options  listener.Options
		header   payloads.Header
		status   int
		verified bool
		err      bool
		step     string
	}{
		{"right", listener.Options{Platform: signing(), Secret: key}, right, 200, true, false, "2026-11-21"},
		{"wrong", listener.Options{Platform: signing(), Secret: key}, wrong, 401, false, true, "2026-11-21"},
		{"missing", listener.Options{Platform: signing(), Secret: key}, nil, 401, false, true, "2026-11-21"},
		{"wrong, lenient", listener.Options{Platform: signing(), Secret: key, Lenient: true}, wrong, 200, false, true, "2026-11-21"},
		{"no secret", listener.Options{Platform: signing()}, wrong, 200, false, false, "not verified"},
		{"unsigned platform", listener.Options{Platform: payloads.Platform{Name: "Plain"}, Secret: key}, nil, 200, true, false, "Plain signs nothing"},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			url, receipts := serve(t, tc.options)
			reply := send(t, url+"/in?x=1", tc.header, "{}")
			all := receipts()
			if len(all) != 1 {
				t.Fatalf("%d receipts when the answer was there", len(all))
			}
			r := all[0]
			if reply.Status != tc.status || r.Answered != tc.status || r.Verified != tc.verified || (r.Err != "") != tc.err {
				t.Errorf("status %d, receipt %+v", reply.Status, r)
			}
			if r.Method != "POST" || r.Path != "/in?x=1" || string(r.Body) != "{}" || !r.At.Equal(now()) || !strings.Contains(r.Steps[0].Value, tc.step) {
				t.Errorf("receipt %+v", r)
			}
			if tc.status == 401 && !strings.Contains(string(reply.Body), "does not match") {
				t.Errorf("body %q", reply.Body)
			}
		})
	}
}

func TestSecretMayRotate(t *testing.T) {
	secret := "old"
	url, _ := serve(t, listener.Options{Platform: signing(), Secret: func() string { return secret }})
	if r := send(t, url, payloads.H("X-Sign", "oldPOSTx"), "x"); r.Status != 200 {
		t.Fatalf("reply %+v", r)
	}
	secret = "new"
	if r := send(t, url, payloads.H("X-Sign", "oldPOSTx"), "x"); r.Status != 401 {
		t.Errorf("reply %+v", r)
	}
}

func TestScriptRunsInTurn(t *testing.T) {
	script, err := listener.ParseScript("500*2, 204, drop, reset, cut, 201@20ms")
	if err != nil {
		t.Fatal(err)
	}
	url, receipts := serve(t, listener.Options{Platform: signing(), Secret: func() string { return "k" }, Script: script})
	good := payloads.H("X-Sign", "kPOST")
	wantStatus := []int{500, 500, 204, 0, 0, 200, 201, 201}
	wantFailure := []payloads.Failure{"", "", "", payloads.FailureReset, payloads.FailureReset, payloads.FailureProtocol, "", ""}
	for i := range wantStatus {
		if i == 1 {
			if r := send(t, url, nil, ""); r.Status != 401 { // takes no turn
				t.Fatalf("unsigned: %+v", r)
			}
		}
		reply := send(t, url, good, "")
		if isReset := strings.Contains(reply.Message, "reset by peer"); isReset != (i == 4) {
			t.Errorf("request %d: message %q", i, reply.Message)
		}
		if reply.Status != wantStatus[i] || reply.Failure != wantFailure[i] {
			t.Errorf("request %d: %+v", i, reply)
		}
	}
	var answered []int
	for _, r := range receipts() {
		answered = append(answered, r.Answered)
	}
	if diff := cmp.Diff([]int{500, 401, 500, 204, 0, 0, 0, 201, 201}, answered); diff != "" {
		t.Errorf("answered (-want +got):\n%s", diff)
	}
}

func TestHangEndsWithTheSender(t *testing.T) {
	url, receipts := serve(t, listener.Options{Script: []listener.Answer{{Fault: listener.FaultHang}, {Delay: time.Hour}}})
	for range 2 {
		s, err := sender.New(sender.Options{Now: time.Now})
		if err != nil {
			t.Fatal(err)
		}
		report := s.Do(context.Background(), sender.Request{Method: "POST", URL: url, Policy: payloads.Policy{Timeout: 50 * time.Millisecond}})
		if report.Reply.Failure != payloads.FailureTimeout {
			t.Errorf("reply %+v", report.Reply)
		}
		s.Close()
	}
	if n := len(receipts()); n != 2 {
		t.Errorf("%d receipts", n)
	}
}

func TestAnswerInFull(t *testing.T) {
	url, _ := serve(t, listener.Options{Script: []listener.Answer{{Header: http.Header{"X-Own": {"1"}}, Body: []byte("thanks")}}})
	reply := send(t, url, nil, "{}")
	if reply.Status != 200 || string(reply.Body) != "thanks" || reply.Header.Get("X-Own") != "1" {
		t.Errorf("reply %+v", reply)
	}
}

func TestBodiesAreBounded(t *testing.T) {
	var receipt listener.Receipt
	h, err := listener.New(listener.Options{Now: now, OnReceive: func(r listener.Receipt) { receipt = r }})
	if err != nil {
		t.Fatal(err)
	}
	for size, want := range map[int]int{listener.MaxBodyBytes: 200, listener.MaxBodyBytes + 1: 413} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/", bytes.NewReader(make([]byte, size))))
		if w.Code != want || receipt.Answered != want || (receipt.Err != "") != (want != 200) {
			t.Errorf("%d bytes: %d, receipt %d %q", size, w.Code, receipt.Answered, receipt.Err)
		}
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/", io.MultiReader(strings.NewReader("half"), brokenReader{})))
	if w.Code != 400 || receipt.Err == "" {
		t.Errorf("broken body: %d, receipt %+v", w.Code, receipt)
	}
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, errors.New("gone") }

func TestNewRefuses(t *testing.T) {
	if _, err := listener.New(listener.Options{}); err == nil {
		t.Error("no clock: no error")
	}
	if _, err := listener.New(listener.Options{Now: now, Script: []listener.Answer{{Status: 99}}}); err == nil {
		t.Error("status 99: no error")
	}
}
