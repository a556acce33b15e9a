package dashboard_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/net/html"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/payloadtest/invented"
	"github.com/annohook/annohook/scheduler"
	"github.com/annohook/annohook/scheduler/memqueue"
	"github.com/annohook/annohook/sender"
	"github.com/annohook/annohook/sender/history"
	"github.com/annohook/annohook/subscriptions"
	"github.com/annohook/annohook/web/dashboard"
)

// start is where the virtual clock begins.
var start = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// rig is the dashboard on a real scheduler with memory stores, a virtual clock and a sender that only pretends.
type rig struct {
	t         *testing.T
	handler   http.Handler
	scheduler *scheduler.Scheduler
	history   history.History
	store     subscriptions.Store
	queue     *memqueue.Virtual
	wire      *wire
}

// wire plays listener.
type wire struct {
	mu    sync.Mutex
	queue *memqueue.Virtual
	reply payloads.Reply
	sent  []sender.Request
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
	w.sent = append(w.sent, r)
	return sender.Report{
		StartedAt: w.queue.Now(), Duration: 12 * time.Millisecond, Reply: w.reply, Wrote: true, Signature: r.Signature, Request: r.Record(),
	}
}

func newRig(t *testing.T, adjust ...func(*dashboard.Options)) *rig {
	t.Helper()
	registry, err := payloads.NewRegistry(invented.Platforms())
	if err != nil {
		t.Fatal(err)
	}
	queue := memqueue.NewVirtual(start)
	r := &rig{t: t, queue: queue, wire: &wire{queue: queue, reply: payloads.Reply{Status: 200}}}
	r.history = history.NewMemory(history.Options{})
	r.store = subscriptions.NewMemory()
	hub := history.NewHub(r.history)
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { _ = hub.Run(ctx) })
	t.Cleanup(func() { cancel(); running.Wait() })
	var mu sync.Mutex
	ids := 0
	r.scheduler, err = scheduler.New(scheduler.Options{
		Registry: registry, Subscriptions: r.store, History: r.history, Hub: hub, Queue: queue, Workers: scheduler.NewMemory(queue.Now), Worlds: scheduler.NewMemory(queue.Now),
		Sender: r.wire, Now: queue.Now, Random: rand.NewChaCha8([32]byte{1}), Worker: scheduler.Worker{ID: "w1"}, CheckURL: checkURL,
		NewID: func() string {
			mu.Lock()
			defer mu.Unlock()
			ids++
			return fmt.Sprintf("id-%06d", ids)
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	o := dashboard.Options{
		Scheduler: r.scheduler, History: r.history, Hub: hub, Subscriptions: r.store, Version: "1.2.3", Now: queue.Now,
	}
	o.Compositions = scheduler.NewMemory(queue.Now)
	o.Series = runSeries(t, r.scheduler.Publish)
	for _, fn := range adjust {
		fn(&o)
	}
	if r.handler, err = dashboard.New(o); err != nil {
		t.Fatal(err)
	}
	return r
}

// checkURL is as much of a guard as the forms need; it lets hostile text through.
func checkURL(raw string) error {
	if !strings.HasPrefix(raw, "http://") && !strings.HasPrefix(raw, "https://") {
		return errors.New("an http or https URL is required")
	}
	return nil
}

func (r *rig) subscribe(adjust ...func(*subscriptions.Subscription)) subscriptions.Subscription {
	r.t.Helper()
	sub := subscriptions.Subscription{Platform: invented.ID, URL: "http://listener.test/hook", Secret: "hush-hush", Enabled: true}
	for _, fn := range adjust {
		fn(&sub)
	}
	created, err := r.scheduler.Subscribe(r.t.Context(), sub)
	if err != nil {
		r.t.Fatalf("subscribe: %v", err)
	}
	return created
}

// deliver triggers one event and runs everything that is due now.
func (r *rig) deliver(adjust ...func(*scheduler.Trigger)) string {
	r.t.Helper()
	seed := uint64(7)
	trigger := scheduler.Trigger{Platform: invented.ID, Type: invented.NoteAdded, Seed: &seed}
	for _, fn := range adjust {
		fn(&trigger)
	}
	published, err := r.scheduler.Publish(r.t.Context(), trigger)
	if err != nil {
		r.t.Fatalf("publish: %v", err)
	}
	r.run(time.Second)
	return published.Deliveries[0].ID
}

// run lets d pass.
func (r *rig) run(d time.Duration) {
	r.t.Helper()
	if err := r.queue.RunUntil(r.t.Context(), r.queue.Now().Add(d), r.scheduler.Handle); err != nil {
		r.t.Fatal(err)
	}
}

// answer is one answer of the dashboard.
type answer struct {
	t      *testing.T
	status int
	header http.Header
	body   string
	doc    *html.Node
}

func (r *rig) get(target string) answer {
	r.t.Helper()
	return r.do(httptest.NewRequest(http.MethodGet, target, http.NoBody))
}

func (r *rig) post(target string, fields url.Values) answer {
	r.t.Helper()
	req := httptest.NewRequest(http.MethodPost, target, strings.NewReader(fields.Encode()))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return r.do(req)
}

func (r *rig) do(req *http.Request) answer {
	r.t.Helper()
	req = req.WithContext(r.t.Context())
	rec := httptest.NewRecorder()
	r.handler.ServeHTTP(rec, req)
	a := answer{t: r.t, status: rec.Code, header: rec.Header(), body: rec.Body.String()}
	var err error
	if a.doc, err = html.Parse(strings.NewReader(a.body)); err != nil {
		r.t.Fatal(err)
	}
	return a
}

func (a answer) want(status int) answer {
	a.t.Helper()
	if a.status != status {
		a.t.Fatalf("status %d, want %d: %s", a.status, status, a.text())
	}
	return a
}

// seeOther is where a 303 leads.
func (a answer) seeOther() string {
	a.t.Helper()
	a.want(http.StatusSeeOther)
	return a.header.Get("Location")
}

func (a answer) holds(parts ...string) answer {
	a.t.Helper()
	text := a.text()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			a.t.Errorf("page does not say %q:\n%s", part, text)
		}
	}
	return a
}

// text is what a reader sees, white space folded.
func (a answer) text() string {
	var b strings.Builder
	for n := range a.doc.Descendants() {
		if n.Type == html.TextNode {
			b.WriteString(n.Data + " ")
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// all lists the elements of a name that pass the test; nil passes all.
func (a answer) all(name string, test func(*html.Node) bool) []*html.Node {
	var list []*html.Node
	for n := range a.doc.Descendants() {
		if n.Type == html.ElementNode && (name == "*" || n.Data == name) && (test == nil || test(n)) {
			list = append(list, n)
		}
	}
	return list
}

func attr(n *html.Node, name string) (string, bool) {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val, true
		}
	}
	return "", false
}

// value is an attribute, "" without it.
func value(n *html.Node, name string) string {
	v, _ := attr(n, name)
	return v
}

func textOf(n *html.Node) string {
	var b strings.Builder
	for c := range n.Descendants() {
		if c.Type == html.TextNode {
			b.WriteString(c.Data)
		}
	}
	return b.String()
}

// fields collects what a browser would send for the form with this action.
func (a answer) fields(action string) url.Values {
	a.t.Helper()
	forms := a.all("form", func(n *html.Node) bool { return value(n, "action") == action && value(n, "method") == "post" })
	if len(forms) == 0 {
		a.t.Fatalf("no form posts to %s", action)
	}
	fields := url.Values{}
	for n := range forms[len(forms)-1].Descendants() {
		name := value(n, "name")
		if n.Type != html.ElementNode || name == "" {
			continue
		}
		_, checked := attr(n, "checked")
		switch kind := value(n, "type"); {
		case n.Data == "input" && (kind == "checkbox" || kind == "radio"):
			if checked {
				v, ok := attr(n, "value")
				if !ok {
					v = "on"
				}
				fields.Add(name, v)
			}
		case n.Data == "input":
			fields.Add(name, value(n, "value"))
		case n.Data == "textarea":
			fields.Add(name, strings.ReplaceAll(textOf(n), "\n", "\r\n"))
		case n.Data == "select":
			fields.Add(name, selected(n))
		}
	}
	return fields
}

func selected(n *html.Node) string {
	first, found := "", false
	for o := range n.Descendants() {
		if o.Data != "option" {
			continue
		}
		if _, ok := attr(o, "selected"); ok {
			return value(o, "value")
		}
		if !found {
			first, found = value(o, "value"), true
		}
	}
	return first
}
