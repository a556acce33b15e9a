package labelstudio_test

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/payloadtest"
	"github.com/annohook/annohook/subscriptions"
)

// host keeps subscriptions and world in memory, as the core does in its store.
type host struct {
	platform payloads.Platform
	key      string

	mu     sync.Mutex
	ticks  int
	all    []subscriptions.Subscription
	ever   int64
	world  []byte
	raised []string
	broken error              // every call fails with it
	refuse []payloads.Problem // with every new subscription
}

func newHost(t testing.TB, profile string) *host {
	t.Helper()
	return &host{platform: platform(t, profile)}
}

func (h *host) Key() string { return h.key }

func (h *host) Now() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.now()
}

func (h *host) now() time.Time {
	h.ticks++
	return payloadtest.Now().Add(time.Duration(h.ticks) * time.Millisecond)
}

func (h *host) Random() (r [16]byte, err error) {
	_, err = rand.Read(r[:])
	return r, err
}

func (h *host) Subscriptions(context.Context) ([]subscriptions.Subscription, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	list := make([]subscriptions.Subscription, len(h.all))
	for i, s := range h.all {
		list[i] = s.Clone()
	}
	return list, h.broken
}

func (h *host) Subscribe(_ context.Context, s subscriptions.Subscription) (subscriptions.Subscription, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if problems := append(h.platform.Check(s), h.refuse...); len(problems) > 0 {
		return s, &payloads.ProblemsError{Problems: problems}
	}
	h.ever++
	s.ID, s.Platform, s.NativeID = "sub_"+strconv.FormatInt(h.ever, 10), h.platform.ID, h.platform.NewNativeID([16]byte{}, payloadtest.Now(), h.ever)
	if s.Profile == "" {
		s.Profile = h.platform.Profile
	}
	s.CreatedAt = h.now()
	s.UpdatedAt = s.CreatedAt
	h.all = append(h.all, s.Clone())
	return s, h.broken
}

func (h *host) find(id string) int {
	for i, s := range h.all {
		if s.ID == id {
			return i
		}
	}
	return -1
}

func (h *host) Change(_ context.Context, id string, change func(*subscriptions.Subscription) error) (subscriptions.Subscription, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	i := h.find(id)
	if i < 0 {
		return subscriptions.Subscription{}, subscriptions.ErrNotFound
	}
	for range 2 { // the core may run it twice
		s := h.all[i].Clone()
		if err := change(&s); err != nil {
			return s, err
		}
		if problems := h.platform.Check(s); len(problems) > 0 {
			return s, &payloads.ProblemsError{Problems: problems}
		}
		s.UpdatedAt = h.now()
		h.all[i] = s
	}
	return h.all[i].Clone(), h.broken
}

func (h *host) Unsubscribe(_ context.Context, id string) (subscriptions.Subscription, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	i := h.find(id)
	if i < 0 {
		return subscriptions.Subscription{}, subscriptions.ErrNotFound
	}
	s := h.all[i]
	h.all = append(h.all[:i:i], h.all[i+1:]...)
	return s, h.broken
}

func (h *host) Push(context.Context, string, string) (payloads.Push, error) {
	return payloads.Push{}, errors.New("label studio pushes nothing")
}

func (h *host) Sent(context.Context, int, func(string, []byte) bool) error { return nil }

func (h *host) World(context.Context) ([]byte, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.world, h.broken
}

func (h *host) Act(_ context.Context, name string, given *payloads.Object) (*payloads.Object, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	a, ok := h.platform.Action(name)
	if !ok {
		return nil, errors.New("no action " + name)
	}
	params, problems := a.Check(given)
	if len(problems) > 0 {
		return nil, &payloads.ProblemsError{Problems: problems}
	}
	e, err := a.Do(payloads.ActionInput{World: h.world, Params: params, Seed: uint64(h.ticks), Now: h.now()})
	if err != nil {
		return nil, err
	}
	h.world = e.World
	for _, r := range e.Raised {
		h.raised = append(h.raised, r.Type)
	}
	return e.Result, nil
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   string
}

// client asks one server of one profile.
type client struct {
	t       testing.TB
	handler http.Handler
	header  http.Header // of every request
}

func newClient(t testing.TB, h *host) *client {
	t.Helper()
	return &client{t: t, handler: h.platform.Native.Handler(h), header: http.Header{"Authorization": {"Token anything"}}}
}

// with returns the client with another header; name and value in turn, an empty value takes the field away.
func (c *client) with(pairs ...string) *client {
	other := &client{t: c.t, handler: c.handler, header: c.header.Clone()}
	for i := 0; i < len(pairs); i += 2 {
		other.header.Del(pairs[i])
		if pairs[i+1] != "" {
			other.header[http.CanonicalHeaderKey(pairs[i])] = []string{pairs[i+1]}
		}
	}
	return other
}

func (c *client) do(method, path, body string) answer {
	c.t.Helper()
	r := httptest.NewRequestWithContext(c.t.Context(), method, "http://127.0.0.1:8080"+path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	maps.Copy(r.Header, c.header)
	w := httptest.NewRecorder()
	c.handler.ServeHTTP(w, r)
	result := w.Result()
	defer result.Body.Close()
	data, err := io.ReadAll(result.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return answer{status: result.StatusCode, header: result.Header, body: string(data)}
}

// json reads the answer.
func (c *client) json(a answer) *payloads.Object {
	c.t.Helper()
	return parse(c.t, a.body)
}
