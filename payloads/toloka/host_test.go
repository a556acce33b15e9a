package toloka_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/subscriptions"
)

// host is a payloads.Host in memory: real subscriptions, a real world, and bodies instead of requests. Its clock stands still.
type host struct {
	*subscriptions.Memory

	mu     sync.Mutex
	key    string
	now    time.Time
	count  uint64 // of everything made so far
	world  []byte
	sent   []sentBody
	raised []string // types of the events that actions raised
	reply  payloads.Reply
	fail   error // of every call that can fail
	refuse error // of Subscribe and Change
}

type sentBody struct {
	eventType string
	body      []byte
}

func newHost() *host {
	return &host{
		Memory: subscriptions.NewMemory(), now: time.Date(2026, time.November, 21, 10, 0, 0, 123_456_789, time.UTC),
		reply: payloads.Reply{Status: http.StatusOK},
	}
}

func (h *host) Key() string    { return h.key }
func (h *host) Now() time.Time { return h.now }

func (h *host) Random() (random [16]byte, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.count++
	copy(random[:], fmt.Sprintf("%08d", h.count))
	return random, nil
}

func (h *host) Subscriptions(ctx context.Context) ([]subscriptions.Subscription, error) {
	if h.fail != nil {
		return nil, h.fail
	}
	return h.List(ctx)
}

func (h *host) Subscribe(ctx context.Context, s subscriptions.Subscription) (subscriptions.Subscription, error) {
	if h.refuse != nil {
		return s, h.refuse
	}
	random, _ := h.Random()
	s.ID, s.Platform, s.Profile = fmt.Sprintf("sub_%s", random[:8]), platform().ID, platform().Profile
	s.CreatedAt, s.UpdatedAt = h.now, h.now
	if s.NativeID == "" {
		s.NativeID = platform().NewNativeID(random, h.now, 1)
	}
	if problems := platform().Check(s); len(problems) > 0 {
		return s, &payloads.ProblemsError{Problems: problems}
	}
	return h.Create(ctx, s)
}

func (h *host) Change(ctx context.Context, id string, change func(*subscriptions.Subscription) error) (subscriptions.Subscription, error) {
	if h.refuse != nil {
		return subscriptions.Subscription{}, h.refuse
	}
	old, err := h.Get(ctx, id)
	if err != nil {
		return old, err
	}
	trial := old.Clone() // change may run twice
	if err := change(&trial); err != nil {
		return old, err
	}
	if problems := platform().Check(trial); len(problems) > 0 {
		return old, &payloads.ProblemsError{Problems: problems}
	}
	return h.Update(ctx, id, change)
}

func (h *host) Unsubscribe(ctx context.Context, id string) (subscriptions.Subscription, error) {
	return h.Delete(ctx, id)
}

func (h *host) Push(ctx context.Context, id, eventType string) (payloads.Push, error) {
	s, err := h.Get(ctx, id)
	if err != nil {
		return payloads.Push{}, err
	}
	body, err := bodyOf(s, eventType, payloads.Build{Seed: 1, IDSeed: 1, Now: h.now})
	return payloads.Push{DeliveryID: "dlv", Body: body, Reply: h.reply}, err
}

func bodyOf(s subscriptions.Subscription, eventType string, b payloads.Build) ([]byte, error) {
	e, _ := platform().Event(eventType)
	b.Subscription = s
	event, err := e.Build(b)
	if err != nil {
		return nil, err
	}
	list, err := platform().Compose(payloads.Item{Subscription: s, Type: e, Event: event})
	if err != nil {
		return nil, err
	}
	m, err := platform().Batch.Join(list)
	return m.Body, err
}

func (h *host) Sent(_ context.Context, limit int, visit func(string, []byte) bool) error {
	for i, one := range slices.Backward(h.sent) {
		if len(h.sent)-i > limit || !visit(one.eventType, one.body) {
			break
		}
	}
	return h.fail
}

func (h *host) World(context.Context) ([]byte, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.world, h.fail
}

func (h *host) Act(ctx context.Context, name string, params *payloads.Object) (*payloads.Object, error) {
	a, ok := platform().Action(name)
	if !ok {
		return nil, fmt.Errorf("no action %s", name)
	}
	checked, problems := a.Check(params)
	if len(problems) > 0 {
		return nil, &payloads.ProblemsError{Problems: problems}
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.count++
	e, err := a.Do(payloads.ActionInput{World: h.world, Params: checked, Seed: h.count, Now: h.now})
	if err != nil {
		return nil, err
	}
	h.world = e.World
	for i, r := range e.Raised {
		h.raised = append(h.raised, r.Type)
		body, err := bodyOf(subscriptions.Subscription{}, r.Type, payloads.Build{IDSeed: h.count + uint64(i), Now: h.now, Subject: r.Subject})
		if err != nil {
			return nil, err
		}
		h.sent = append(h.sent, sentBody{r.Type, body})
	}
	return e.Result, ctx.Err()
}

// rig is a client of the native API over a host in memory.
type rig struct {
	*testing.T

	host    *host
	handler http.Handler
	auth    string
}

func newRig(t *testing.T) *rig {
	t.Helper()
	h := newHost()
	return &rig{T: t, host: h, handler: platform().Native.Handler(h), auth: "OAuth anything"}
}

// call sends body, as JSON where it is not empty, and returns the status and the parsed answer, nil for none.
func (r *rig) call(method, path, body string) (int, *payloads.Object) {
	r.Helper()
	request := httptest.NewRequestWithContext(r.Context(), method, path, strings.NewReader(body))
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	return r.do(request)
}

func (r *rig) do(request *http.Request) (int, *payloads.Object) {
	r.Helper()
	if r.auth != "" {
		request.Header.Set("Authorization", r.auth)
	}
	recorder := httptest.NewRecorder()
	r.handler.ServeHTTP(recorder, request)
	response := recorder.Result()
	data, err := io.ReadAll(response.Body)
	if err != nil {
		r.Fatal(err)
	}
	if len(data) == 0 {
		return response.StatusCode, nil
	}
	if got := response.Header.Get("Content-Type"); got != "application/json;charset=UTF-8" {
		r.Errorf("content type %s", got)
	}
	v, err := payloads.ParseValue(data)
	o, ok := v.(*payloads.Object)
	if err != nil || !ok {
		r.Fatalf("%s %s answers %s: %v", request.Method, request.URL, data, err)
	}
	return response.StatusCode, o
}

// want calls and compares the status; it returns the answer.
func (r *rig) want(status int, method, path, body string) *payloads.Object {
	r.Helper()
	got, answer := r.call(method, path, body)
	if got != status {
		r.Fatalf("%s %s: status %d, want %d: %v", method, path, got, status, show(answer))
	}
	return answer
}

// show prints an answer for messages and comparisons.
func show(o *payloads.Object) string {
	if o == nil {
		return "nothing"
	}
	text, err := payloads.JSON(o)
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// at returns the value at a path of keys and places: at(o, "items", "0", "id").
func at(v payloads.Value, path ...string) payloads.Value {
	for _, key := range path {
		switch t := v.(type) {
		case *payloads.Object:
			v, _ = t.Get(key)
		case payloads.Array:
			var i int
			if _, err := fmt.Sscan(key, &i); err != nil || i >= len(t) {
				return nil
			}
			v = t[i]
		default:
			return nil
		}
	}
	return v
}

func (r *rig) subscriptions() []subscriptions.Subscription {
	r.Helper()
	list, err := r.host.List(r.Context())
	if err != nil {
		r.Fatal(err)
	}
	return list
}
