package api_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/labstack/echo/v4"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/payloadtest/invented"
	"github.com/annohook/annohook/scheduler"
	"github.com/annohook/annohook/scheduler/memqueue"
	"github.com/annohook/annohook/sender"
	"github.com/annohook/annohook/sender/history"
	"github.com/annohook/annohook/subscriptions"
	"github.com/annohook/annohook/web/api"
	"github.com/annohook/annohook/web/client"
)

// rig is the API on a real scheduler, sender and listener, with everything in memory.
type rig struct {
	t         *testing.T
	api       *api.API
	echo      *echo.Echo
	server    *httptest.Server
	listener  *listener
	scheduler *scheduler.Scheduler
	history   *history.Memory
	store     subscriptions.Store
	keys      scheduler.Keys
	closing   chan struct{}
	ready     atomic.Pointer[error]
	full      atomic.Pointer[error] // of the scheduler's store

	mu      sync.Mutex
	answers []string // every body the API answered with
}

// listener answers by script, the last status for ever, and remembers what came.
type listener struct {
	*httptest.Server
	mu     sync.Mutex
	codes  []int
	answer string
	token  string        // in a field of each answer; empty: no such field
	hold   chan struct{} // when not nil, answers wait for it to be closed
	bodies []string
}

func newListener(t *testing.T) *listener {
	t.Helper()
	l := &listener{codes: []int{http.StatusOK}}
	l.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		l.mu.Lock()
		code, answer, token, hold := l.codes[0], l.answer, l.token, l.hold
		if len(l.codes) > 1 {
			l.codes = l.codes[1:]
		}
		l.bodies = append(l.bodies, string(body))
		l.mu.Unlock()
		if hold != nil {
			select {
			case <-hold:
			case <-r.Context().Done():
			}
		}
		if token != "" {
			w.Header().Set("X-Session-Token", token)
		}
		w.WriteHeader(code)
		_, _ = io.WriteString(w, answer)
	}))
	t.Cleanup(l.Close)
	return l
}

func (l *listener) respond(codes ...int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.codes = codes
}

func (l *listener) received() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]string(nil), l.bodies...)
}

func newRig(t *testing.T, adjust ...func(*api.Options)) *rig {
	t.Helper()
	registry, err := payloads.NewRegistry(invented.Platforms())
	if err != nil {
		t.Fatal(err)
	}
	guard, err := sender.NewGuard(sender.GuardOptions{})
	if err != nil {
		t.Fatal(err)
	}
	wire, err := sender.New(sender.Options{Now: time.Now, Guard: guard})
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{
		t: t, listener: newListener(t), history: history.NewMemory(history.Options{Start: time.Now()}), store: subscriptions.NewMemory(),
		echo: echo.New(), closing: make(chan struct{}),
	}
	hub := history.NewHub(r.history)
	memory := scheduler.NewMemory(time.Now)
	r.keys = memory
	var ids atomic.Int64
	r.scheduler, err = scheduler.New(scheduler.Options{
		Registry: registry, Subscriptions: r.store, History: r.history, Hub: hub, Queue: memqueue.New(memqueue.Options{Now: time.Now}),
		Workers: memory, Worlds: memory, Sender: wire, Now: time.Now, Random: rand.Reader, CheckURL: guard.CheckURL, TimeScale: 0.001,
		NewID: func() string { return fmt.Sprintf("id-%06d", ids.Add(1)) }, Worker: scheduler.Worker{ID: "w1"},
		Full: func(context.Context) error {
			if err := r.full.Load(); err != nil {
				return *err
			}
			return nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	options := api.Options{
		Scheduler: r.scheduler, History: r.history, Hub: hub, Subscriptions: r.store, Keys: memory, Version: "1.2.3", Now: time.Now,
		Closing: r.closing, Metrics: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "up 1\n") }),
		Ready: func(context.Context) error {
			if err := r.ready.Load(); err != nil {
				return *err
			}
			return nil
		},
	}
	for _, fn := range adjust {
		fn(&options)
	}
	if r.api, err = api.Mount(r.echo, options); err != nil {
		t.Fatal(err)
	}
	r.server = httptest.NewServer(r.echo)
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { _ = hub.Run(ctx) })
	running.Go(func() { _ = r.scheduler.Run(ctx) })
	t.Cleanup(func() {
		r.server.Close()
		cancel()
		running.Wait()
		wire.Close()
	})
	return r
}

// answer is what came back from one call.
type answer struct {
	t      *testing.T
	status int
	header http.Header
	body   []byte
}

// call makes one request; body "" is none. Whatever comes back must fit the OpenAPI document.
func (r *rig) call(method, path, body string, header ...string) answer {
	r.t.Helper()
	var reader io.Reader
	if body != "" {
		reader = strings.NewReader(body)
	}
	req, err := http.NewRequestWithContext(r.t.Context(), method, r.server.URL+path, reader)
	if err != nil {
		r.t.Fatal(err)
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := r.server.Client().Do(req)
	if err != nil {
		r.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	a := answer{t: r.t, status: resp.StatusCode, header: resp.Header}
	if a.body, err = io.ReadAll(resp.Body); err != nil {
		r.t.Fatal(err)
	}
	r.mu.Lock()
	r.answers = append(r.answers, string(a.body))
	r.mu.Unlock()
	r.fits(method, path, a)
	return a
}

func (a answer) want(status int) answer {
	a.t.Helper()
	if a.status != status {
		a.t.Fatalf("status %d, want %d: %s", a.status, status, a.body)
	}
	return a
}

func (a answer) into(v any) {
	a.t.Helper()
	dec := json.NewDecoder(bytes.NewReader(a.body))
	dec.DisallowUnknownFields()
	if err := dec.Decode(v); err != nil {
		a.t.Fatalf("decode %s: %v", a.body, err)
	}
}

// problem reads a refusal and returns its field errors by location.
func (a answer) problem(status int) map[string]string {
	a.t.Helper()
	a.want(status)
	if got := a.header.Get("Content-Type"); got != client.ProblemType {
		a.t.Errorf("content type %q, want %q", got, client.ProblemType)
	}
	var p client.Problem
	a.into(&p)
	if p.Status != status || p.Title == "" || p.Detail == "" {
		a.t.Errorf("problem %+v is incomplete", p)
	}
	errs := map[string]string{}
	for _, e := range p.Errors {
		errs[e.Location] = e.Message
	}
	return errs
}

// operation finds the documented operation of a path.
func (r *rig) operation(method, path string) *huma.Operation {
	path, _, _ = strings.Cut(path, "?")
	parts := strings.Split(path, "/")
	var best *huma.Operation
	for template, item := range r.api.OpenAPI().Paths {
		segments := strings.Split(template, "/")
		if len(segments) != len(parts) {
			continue
		}
		fits, exact := true, true
		for i, s := range segments {
			if strings.HasPrefix(s, "{") {
				exact = false
				continue
			}
			fits = fits && s == parts[i]
		}
		op := map[string]*huma.Operation{"GET": item.Get, "POST": item.Post, "PATCH": item.Patch, "DELETE": item.Delete}[method]
		if fits && op != nil && (exact || best == nil) {
			best = op
		}
	}
	return best
}

// fits holds an answer against the document.
func (r *rig) fits(method, path string, a answer) {
	r.t.Helper()
	op := r.operation(method, path)
	if op == nil {
		return // no route of the API
	}
	response := op.Responses[strconv.Itoa(a.status)]
	if response == nil {
		response = op.Responses["default"]
		if a.status < 400 {
			r.t.Errorf("%s %s: status %d is not documented", method, path, a.status)
		}
	}
	if len(a.body) == 0 {
		return
	}
	media, _, _ := strings.Cut(a.header.Get("Content-Type"), ";")
	content := response.Content[media]
	if content == nil {
		r.t.Errorf("%s %s: %d with %q is not documented", method, path, a.status, media)
		return
	}
	if !strings.HasSuffix(media, "json") {
		return
	}
	var v any
	if err := json.Unmarshal(a.body, &v); err != nil {
		r.t.Errorf("%s %s: %v", method, path, err)
		return
	}
	result := &huma.ValidateResult{}
	huma.Validate(r.api.OpenAPI().Components.Schemas, content.Schema, huma.NewPathBuffer(nil, 0), huma.ModeReadFromServer, v, result)
	for _, err := range result.Errors {
		r.t.Errorf("%s %s: answer does not fit the document: %v", method, path, err)
	}
}

// subscribe registers the rig's listener; more is added to the body, ", ..." or "".
func (r *rig) subscribe(more string) client.Subscription {
	r.t.Helper()
	var sub client.Subscription
	r.call("POST", "/api/v1/subscriptions", `{"platform":"postbox","url":"`+r.listener.URL+`/hook"`+more+`}`).want(http.StatusCreated).into(&sub)
	return sub
}

// trigger makes one event and waits until all its deliveries are settled.
func (r *rig) trigger(more string) client.Accepted {
	r.t.Helper()
	var accepted client.Accepted
	r.call("POST", "/api/v1/events?wait=settled&timeout=20s", `{"platform":"postbox","type":"note.added"`+more+`}`).want(http.StatusOK).into(&accepted)
	return accepted
}

func (r *rig) delivery(id string) client.Delivery {
	r.t.Helper()
	var d client.Delivery
	r.call("GET", "/api/v1/deliveries/"+id, "").want(http.StatusOK).into(&d)
	return d
}

func equal(t *testing.T, what string, got, want any) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}
