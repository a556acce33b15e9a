package scheduler_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/payloadtest/invented"
	"github.com/annohook/annohook/scheduler"
	"github.com/annohook/annohook/scheduler/memqueue"
	"github.com/annohook/annohook/sender"
	"github.com/annohook/annohook/sender/history"
	"github.com/annohook/annohook/subscriptions"
)

// start is where the virtual clock begins.
var start = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// rig is a scheduler on memory stores and a virtual clock, with a sender that only pretends.
type rig struct {
	*scheduler.Scheduler
	t       *testing.T
	queue   *memqueue.Virtual
	history history.History
	store   subscriptions.Store
	workers *scheduler.Memory
	hub     *history.Hub
	wire    *wire
}

// wire plays listener: it answers by script and remembers what was sent.
type wire struct {
	mu     sync.Mutex
	queue  *memqueue.Virtual
	answer func(n int, r sender.Request) payloads.Reply
	sent   []sent
	takes  time.Duration
}

type sent struct {
	at      time.Time
	request sender.Request
}

func (w *wire) Prepare(p payloads.Platform, m payloads.Message, stamp payloads.Stamp) (sender.Request, error) {
	signed, err := p.Sign(m, stamp)
	return sender.Request{
		Method: m.Method, URL: stamp.Subscription.URL, Header: signed.Header, Body: m.Body, Signature: signed.Signature,
		Policy: p.Effective(stamp.Subscription),
	}, err
}

func (w *wire) Do(_ context.Context, r sender.Request) sender.Report {
	w.mu.Lock()
	defer w.mu.Unlock()
	at := w.queue.Now()
	w.sent = append(w.sent, sent{at: at, request: r})
	w.queue.Advance(w.takes)
	reply := w.answer(len(w.sent), r)
	return sender.Report{
		StartedAt: at, Duration: w.takes, Reply: reply, Wrote: true, Signature: r.Signature,
		Request: sender.RequestRecord{Method: r.Method, URL: sender.MaskURL(r.URL), Header: r.Header},
	}
}

func status(code int) func(int, sender.Request) payloads.Reply {
	return func(int, sender.Request) payloads.Reply { return payloads.Reply{Status: code} }
}

// script answers with the given statuses one after another, the last one for ever.
func script(codes ...int) func(int, sender.Request) payloads.Reply {
	return func(n int, _ sender.Request) payloads.Reply {
		return payloads.Reply{Status: codes[min(n, len(codes))-1]}
	}
}

func newRig(t *testing.T, adjust ...func(*scheduler.Options)) *rig {
	t.Helper()
	registry, err := payloads.NewRegistry(invented.Platforms())
	if err != nil {
		t.Fatal(err)
	}
	queue := memqueue.NewVirtual(start)
	r := &rig{t: t, queue: queue, wire: &wire{queue: queue, answer: status(200)}, workers: scheduler.NewMemory(queue.Now)}
	r.history = history.NewMemory(history.Options{})
	r.store = subscriptions.NewMemory()
	r.hub = history.NewHub(r.history)
	var ids int
	var mu sync.Mutex
	o := scheduler.Options{
		Registry: registry, Subscriptions: r.store, History: r.history, Hub: r.hub, Queue: queue, Workers: r.workers, Worlds: r.workers,
		Sender: r.wire, Now: queue.Now, Random: rand.NewChaCha8([32]byte{1}), Worker: scheduler.Worker{ID: "w1"},
		NewID: func() string {
			mu.Lock()
			defer mu.Unlock()
			ids++
			return fmt.Sprintf("id-%06d", ids)
		},
	}
	for _, fn := range adjust {
		fn(&o)
	}
	if r.Scheduler, err = scheduler.New(o); err != nil {
		t.Fatal(err)
	}
	return r
}

// subscribe stores a subscription of the invented platform; options are its JSON options, "" for none.
func (r *rig) subscribe(options string, adjust ...func(*subscriptions.Subscription)) subscriptions.Subscription {
	r.t.Helper()
	sub := subscriptions.Subscription{Platform: invented.ID, URL: "http://listener.test/hook", Secret: "hush", Enabled: true}
	if options != "" {
		sub.Options = json.RawMessage(options)
	}
	for _, fn := range adjust {
		fn(&sub)
	}
	created, err := r.Subscribe(r.t.Context(), sub)
	if err != nil {
		r.t.Fatalf("subscribe: %v", err)
	}
	return created
}

func (r *rig) publish(trigger scheduler.Trigger) scheduler.Published {
	r.t.Helper()
	if trigger.Platform == "" {
		trigger.Platform = invented.ID
	}
	if trigger.Type == "" {
		trigger.Type = invented.NoteAdded
	}
	published, err := r.Publish(r.t.Context(), trigger)
	if err != nil {
		r.t.Fatalf("publish: %v", err)
	}
	return published
}

func (r *rig) drain() {
	r.t.Helper()
	if err := r.queue.Drain(r.t.Context(), r.Handle); err != nil {
		r.t.Fatal(err)
	}
}

// runFor runs what is due within d.
func (r *rig) runFor(d time.Duration) {
	r.t.Helper()
	if err := r.queue.RunUntil(r.t.Context(), r.queue.Now().Add(d), r.Handle); err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) delivery(id string) history.Summary {
	r.t.Helper()
	d, err := r.history.Delivery(r.t.Context(), id)
	if err != nil {
		r.t.Fatal(err)
	}
	return d
}

func (r *rig) attempts(id string) []history.Attempt {
	r.t.Helper()
	list, err := r.history.Attempts(r.t.Context(), id)
	if err != nil {
		r.t.Fatal(err)
	}
	return list
}

// offsets is when each request was sent, counted from the start of the clock.
func (r *rig) offsets() []time.Duration {
	list := make([]time.Duration, len(r.wire.sent))
	for i, s := range r.wire.sent {
		list[i] = s.at.Sub(start)
	}
	return list
}

func (r *rig) bodies() []string {
	list := make([]string, len(r.wire.sent))
	for i, s := range r.wire.sent {
		list[i] = string(s.request.Body)
	}
	return list
}

func (r *rig) wantStatus(id string, want history.Status) {
	r.t.Helper()
	if d := r.delivery(id); d.Status != want {
		r.t.Errorf("delivery %s is %s (%s), want %s", id, d.Status, d.Reason, want)
	}
}

func count(body, part string) int { return strings.Count(body, part) }

func (r *rig) hubRun(ctx context.Context) error { return r.hub.Run(ctx) }
