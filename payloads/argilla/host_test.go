package argilla_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/argilla"
	"github.com/annohook/annohook/payloads/payloadtest"
	"github.com/annohook/annohook/subscriptions"
)

// host is a core in memory: it keeps real subscriptions in a real store, plays actions on a world, and remembers bodies.
type host struct {
	key   string
	push  func(id, eventType string) (payloads.Push, error)
	fails error // of every method that can fail

	mu     sync.Mutex
	store  *subscriptions.Memory
	now    time.Time
	made   byte
	world  []byte
	bodies []sent // the newest first
	looks  int    // bodies shown to visitors
}

type sent struct {
	key  string
	body []byte
}

func newHost() *host { return &host{store: subscriptions.NewMemory(), now: payloadtest.Now()} }

func (h *host) Key() string { return h.key }

func (h *host) Now() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.now
}

func (h *host) Random() (r [16]byte, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.made++
	for i := range r {
		r[i] = h.made
	}
	return r, nil
}

func (h *host) Subscriptions(ctx context.Context) ([]subscriptions.Subscription, error) {
	if h.fails != nil {
		return nil, h.fails
	}
	return h.store.List(ctx)
}

func (h *host) Subscribe(ctx context.Context, s subscriptions.Subscription) (subscriptions.Subscription, error) {
	if h.fails != nil {
		return s, h.fails
	}
	random, _ := h.Random()
	h.mu.Lock()
	h.now = h.now.Add(time.Second)
	s.Platform, s.CreatedAt, s.UpdatedAt = argilla.ID, h.now, h.now
	h.mu.Unlock()
	s.NativeID = platform().NewNativeID(random, s.CreatedAt, 1)
	s.ID = "sub-" + s.NativeID
	if s.Secret == "" {
		s.Secret = subscriptions.Secret(platform().Secret.Generate([64]byte{random[0]}))
	}
	return h.store.Create(ctx, s)
}

func (h *host) Change(ctx context.Context, id string, change func(*subscriptions.Subscription) error) (subscriptions.Subscription, error) {
	if h.fails != nil {
		return subscriptions.Subscription{}, h.fails
	}
	now := h.Now().Add(time.Minute)
	return h.store.Update(ctx, id, func(s *subscriptions.Subscription) error {
		before, _ := subscriptions.EncodeDocument(*s)
		if err := change(s); err != nil {
			return err
		}
		if after, _ := subscriptions.EncodeDocument(*s); string(after) != string(before) {
			s.UpdatedAt = now
		}
		return nil
	})
}

func (h *host) Unsubscribe(ctx context.Context, id string) (subscriptions.Subscription, error) {
	if h.fails != nil {
		return subscriptions.Subscription{}, h.fails
	}
	return h.store.Delete(ctx, id)
}

func (h *host) Push(_ context.Context, id, eventType string) (payloads.Push, error) {
	return h.push(id, eventType)
}

func (h *host) Sent(_ context.Context, limit int, visit func(string, []byte) bool) error {
	h.mu.Lock()
	bodies := slices.Clone(h.bodies)
	h.mu.Unlock()
	for i, b := range bodies {
		h.mu.Lock()
		h.looks++
		h.mu.Unlock()
		if i == limit || !visit(b.key, b.body) {
			break
		}
	}
	return h.fails
}

// tell puts a body on top of those that were sent.
func (h *host) tell(key string, body []byte) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.bodies = append([]sent{{key, body}}, h.bodies...)
}

func (h *host) World(context.Context) ([]byte, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.world, h.fails
}

func (h *host) Act(_ context.Context, name string, params *payloads.Object) (*payloads.Object, error) {
	a, _ := platform().Action(name)
	checked, _ := a.Check(params)
	h.mu.Lock()
	defer h.mu.Unlock()
	h.now = h.now.Add(time.Second)
	e, err := a.Do(payloads.ActionInput{World: h.world, Params: checked, Seed: uint64(h.now.Unix()), Now: h.now})
	if err != nil {
		return nil, err
	}
	h.world = e.World
	return e.Result, nil
}

// api is a server with one handler over a host.
type api struct {
	*host
	handler http.Handler
}

func newAPI(h *host) api { return api{h, platform().Native.Handler(h)} }

// ask sends a request with a key and, if there is one, a JSON body.
func (a api) ask(t testing.TB, method, path, body string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(body))
	r.Header.Set("X-Argilla-Api-Key", "argilla.apikey")
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	w := httptest.NewRecorder()
	a.handler.ServeHTTP(w, r)
	return w
}

// want compares an answer with what is wanted of it.
func want(t testing.TB, w *httptest.ResponseRecorder, status int, body string) {
	t.Helper()
	got, err := io.ReadAll(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	if w.Code != status || string(got) != body {
		t.Errorf("got %d %s\nwant %d %s", w.Code, got, status, body)
	}
}

// object reads an answer.
func object(t testing.TB, w *httptest.ResponseRecorder, status int) *payloads.Object {
	t.Helper()
	v, err := payloads.ParseValue(w.Body.Bytes())
	o, ok := v.(*payloads.Object)
	if err != nil || !ok || w.Code != status {
		t.Fatalf("got %d %s, want %d and an object", w.Code, w.Body, status)
	}
	return o
}

// create makes a webhook and returns it.
func (a api) create(t testing.TB, url string) *payloads.Object {
	t.Helper()
	text, err := json.Marshal(map[string]any{"url": url, "events": []string{"record.completed", "dataset.created"}, "description": "a hook"})
	if err != nil {
		t.Fatal(err)
	}
	return object(t, a.ask(t, http.MethodPost, webhooks, string(text)), http.StatusCreated)
}

const webhooks = "/api/v1/webhooks"
