package e2e_test

import (
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/annohook/annohook/cmd/app"
	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/sender/listener"
)

// hook is a reference listener on a loopback port that keeps what it received.
type hook struct {
	t   *testing.T
	url string

	mu       sync.Mutex
	secret   string
	receipts []listener.Receipt
}

// hookOptions say how a hook answers. The zero value answers 200 and checks signatures.
type hookOptions struct {
	profile string
	script  string // see listener.ParseScript
	lenient bool
	answers []listener.Answer // instead of script
}

// listen starts a hook that verifies as a listener of that platform does.
func listen(t *testing.T, platform string, o hookOptions) *hook {
	t.Helper()
	h := &hook{t: t}
	answers := o.answers
	if answers == nil {
		var err error
		if answers, err = listener.ParseScript(o.script); err != nil {
			t.Fatal(err)
		}
	}
	handler, err := listener.New(listener.Options{
		Platform: platformOf(t, platform, o.profile), Secret: h.currentSecret, Script: answers, Lenient: o.lenient, Now: time.Now, OnReceive: h.receive,
	})
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewUnstartedServer(nil)
	srv.Config = listener.NewServer(handler)
	srv.Listener = listener.Capture(srv.Listener)
	srv.Start()
	t.Cleanup(func() {
		srv.CloseClientConnections()
		srv.Close()
	})
	h.url = srv.URL + "/hook"
	return h
}

func platformOf(t *testing.T, id, profile string) payloads.Platform {
	t.Helper()
	registry, err := app.Platforms()
	if err != nil {
		t.Fatal(err)
	}
	p, err := registry.Platform(id, profile)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func (h *hook) setSecret(secret string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.secret = secret
}

func (h *hook) currentSecret() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.secret
}

func (h *hook) receive(r listener.Receipt) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.receipts = append(h.receipts, r)
}

// got is what arrived so far.
func (h *hook) got() []listener.Receipt {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.receipts)
}

// await waits for n requests and returns all that arrived.
func (h *hook) await(n int, within time.Duration) []listener.Receipt {
	h.t.Helper()
	var got []listener.Receipt
	eventually(h.t, within, "enough requests at the listener", func() bool {
		got = h.got()
		return len(got) >= n
	})
	return got
}

// verified fails the test for every request that a careful listener would refuse.
func (h *hook) verified() {
	h.t.Helper()
	for i, r := range h.got() {
		if !r.Verified {
			h.t.Errorf("request %d is not verified: %s %+v", i+1, r.Err, r.Steps)
		}
	}
}

// values lists one header field of all requests.
func (h *hook) values(name string) []string {
	var out []string
	for _, r := range h.got() {
		out = append(out, r.Header.Get(name))
	}
	return out
}

func distinct(values []string) int {
	values = slices.Clone(values)
	slices.Sort(values)
	return len(slices.Compact(values))
}

// bodies lists the bodies of requests.
func bodies(receipts []listener.Receipt) []string {
	out := make([]string, len(receipts))
	for i, r := range receipts {
		out[i] = string(r.Body)
	}
	return out
}

// nothingMore waits a while and fails the test when another request arrives.
func (h *hook) nothingMore(while time.Duration) {
	h.t.Helper()
	before := len(h.got())
	time.Sleep(while)
	if after := h.got(); len(after) != before {
		h.t.Errorf("%d further requests, the last %q", len(after)-before, after[len(after)-1].Body)
	}
}

// deadURL is an address at which nobody listens.
func deadURL(t *testing.T) string {
	t.Helper()
	srv := httptest.NewServer(nil)
	defer srv.Close()
	return strings.TrimSuffix(srv.URL, "/") + "/gone"
}
