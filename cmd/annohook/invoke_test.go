package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"io"
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

// result is what one run of the program came to.
type result struct {
	code     int
	out, err string
}

// waitFor bounds everything a test waits for; far more than it takes, as machines of tests are busy.
const waitFor = 30 * time.Second

// syncBuffer is a buffer that the program writes while a test reads.
type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// background is the program while it runs.
type background struct {
	out, err *syncBuffer
	stop     context.CancelFunc
	done     chan struct{}
	code     int
}

// start runs the program beside the test, in a folder and a home of its own.
func start(t *testing.T, in string, args ...string) *background {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	b := &background{out: &syncBuffer{}, err: &syncBuffer{}, stop: cancel, done: make(chan struct{})}
	p := &process{
		in: strings.NewReader(in), out: b.out, errOut: b.err, dir: t.TempDir(), home: t.TempDir(), now: time.Now, random: rand.Reader, version: "test",
	}
	go func() {
		defer close(b.done)
		b.code = p.run(ctx, args)
	}()
	t.Cleanup(func() {
		cancel()
		<-b.done
	})
	return b
}

// end stops the program and returns its exit code.
func (b *background) end(t *testing.T) int {
	t.Helper()
	b.stop()
	return b.wait(t)
}

func (b *background) wait(t *testing.T) int {
	t.Helper()
	select {
	case <-b.done:
		return b.code
	case <-time.After(waitFor):
		t.Fatalf("the program did not end\n%s%s", b.out, b.err)
		return -1
	}
}

// call runs the program to its end.
func call(t *testing.T, args ...string) result {
	t.Helper()
	return callWith(t, "", args...)
}

func callWith(t *testing.T, in string, args ...string) result {
	t.Helper()
	b := start(t, in, args...)
	code := b.wait(t)
	return result{code: code, out: b.out.String(), err: b.err.String()}
}

// want checks the exit code and that the texts appear in what was printed.
func (r result) want(t *testing.T, code int, texts ...string) result {
	t.Helper()
	if r.code != code {
		t.Errorf("exit code %d, want %d\nstdout:\n%s\nstderr:\n%s", r.code, code, beginning(r.out), beginning(r.err))
	}
	for _, text := range texts {
		if !strings.Contains(r.out+r.err, text) {
			t.Errorf("%q is not in\nstdout:\n%s\nstderr:\n%s", text, beginning(r.out), beginning(r.err))
		}
	}
	return r
}

// beginning keeps failures readable.
func beginning(text string) string {
	const most = 1500
	if len(text) > most {
		return text[:most] + "…"
	}
	return text
}

// eventually polls until ok.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(waitFor); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("not within %s: %s", waitFor, what)
		}
	}
}

// decode reads one JSON value.
func decode[T any](t *testing.T, text string) T {
	t.Helper()
	var v T
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatalf("%v in %q", err, text)
	}
	return v
}

func registry(t *testing.T) *payloads.Registry {
	t.Helper()
	r, err := app.Platforms()
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// target is a reference listener that keeps what it received.
type target struct {
	url      string
	mu       sync.Mutex
	receipts []listener.Receipt
}

func newTarget(t *testing.T, platform, secret, script string) *target {
	t.Helper()
	pl, err := registry(t).Platform(platform, "")
	if err != nil {
		t.Fatal(err)
	}
	answers, err := listener.ParseScript(script)
	if err != nil {
		t.Fatal(err)
	}
	h := &target{}
	handler, err := listener.New(listener.Options{
		Platform: pl, Secret: func() string { return secret }, Script: answers, Now: time.Now,
		OnReceive: func(r listener.Receipt) {
			h.mu.Lock()
			defer h.mu.Unlock()
			h.receipts = append(h.receipts, r)
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	h.url = server.URL + "/hook"
	return h
}

func (h *target) got() []listener.Receipt {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.receipts)
}

// allVerified fails the test unless n requests came, each with a right signature.
func (h *target) allVerified(t *testing.T, n int) []listener.Receipt {
	t.Helper()
	got := h.got()
	if len(got) != n {
		t.Fatalf("%d requests, want %d", len(got), n)
	}
	for i, r := range got {
		if !r.Verified {
			t.Errorf("request %d is not verified: %s", i+1, r.Err)
		}
	}
	return got
}

// broken is a writer whose reader has gone.
type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

// secretOf makes a secret that a platform accepts; "" where nothing is signed.
func secretOf(pl payloads.Platform) string {
	if pl.Secret.Generate == nil {
		return ""
	}
	return pl.Secret.Generate([64]byte{1, 2, 3})
}
