package client_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/annohook/annohook/web/client"
)

// serve answers every call with fn.
func serve(t *testing.T, fn http.HandlerFunc) *client.Client {
	t.Helper()
	server := httptest.NewServer(fn)
	t.Cleanup(server.Close)
	c, err := client.New(server.URL+"/", client.Options{Token: "open sesame"})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestEveryCallIsTheRouteItNames(t *testing.T) {
	t.Parallel()
	var got string
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		got = strings.TrimSpace(fmt.Sprintf("%s %s %s", r.Method, r.RequestURI, strings.TrimSpace(string(body))))
		if r.Header.Get("Authorization") != "Bearer open sesame" {
			t.Errorf("%s carries no token", got)
		}
		_, _ = io.WriteString(w, "{}")
	})
	ctx := t.Context()
	seed := uint64(3)
	for want, call := range map[string]func() error{
		`POST /api/v1/subscriptions {"platform":"p","url":"u"}`: func() error {
			_, err := c.CreateSubscription(ctx, client.NewSubscription{Platform: "p", URL: "u"})
			return err
		},
		"GET /api/v1/subscriptions?cursor=c&limit=2&platform=p": func() error {
			_, err := c.Subscriptions(ctx, "p", client.Page{Cursor: "c", Limit: 2})
			return err
		},
		`POST /api/v1/actions?timeout=5s&wait=settled {"platform":"p","action":"a","params":{"x":1},"seed":3}`: func() error {
			_, err := c.Act(ctx, client.Act{Platform: "p", Action: "a", Params: json.RawMessage(`{"x":1}`), Seed: &seed}, client.TriggerOptions{Wait: 5 * time.Second})
			return err
		},
		"GET /api/v1/platforms/a%2Fb/world": func() error { _, err := c.World(ctx, "a/b"); return err },
		"DELETE /api/v1/platforms/p/world":  func() error { return c.ResetWorld(ctx, "p") },
		"GET /api/v1/subscriptions/a%2Fb":   func() error { _, err := c.Subscription(ctx, "a/b"); return err },
		`PATCH /api/v1/subscriptions/s {"timeout":null}`: func() error {
			_, err := c.ChangeSubscription(ctx, "s", client.SubscriptionPatch{"timeout": nil})
			return err
		},
		"DELETE /api/v1/subscriptions/s":             func() error { return c.DeleteSubscription(ctx, "s") },
		"POST /api/v1/subscriptions/s/test":          func() error { _, err := c.TestSubscription(ctx, "s"); return err },
		"POST /api/v1/subscriptions/s/rotate-secret": func() error { _, err := c.RotateSecret(ctx, "s"); return err },
		"GET /api/v1/subscriptions/s/secret":         func() error { _, err := c.Secret(ctx, "s"); return err },
		`POST /api/v1/events?timeout=1m0s&wait=settled {"platform":"p","type":"t","body":{"a":"<"}}`: func() error {
			_, err := c.Trigger(ctx, client.Trigger{Platform: "p", Type: "t", Body: json.RawMessage(`{"a":"<"}`)}, client.TriggerOptions{Wait: time.Minute})
			return err
		},
		"GET /api/v1/events":   func() error { _, err := c.Events(ctx, "", client.Page{}); return err },
		"GET /api/v1/events/e": func() error { _, err := c.Event(ctx, "e"); return err },
		"GET /api/v1/deliveries?event=e&platform=p&q=x+y&status=failed&subscription=s&type=t": func() error {
			_, err := c.Deliveries(ctx, client.DeliveryQuery{Platform: "p", Subscription: "s", Type: "t", Status: "failed", Event: "e", Q: "x y"}, client.Page{})
			return err
		},
		"GET /api/v1/deliveries/d":                        func() error { _, err := c.Delivery(ctx, "d"); return err },
		"GET /api/v1/deliveries/d/export?format=har":      func() error { _, err := c.Export(ctx, "d", "har"); return err },
		`POST /api/v1/deliveries/d/replay {"mode":"new"}`: func() error { _, err := c.Replay(ctx, "d", "new"); return err },
		`POST /api/v1/deliveries/replay {"query":{"q":"x"}}`: func() error {
			_, err := c.ReplayAll(ctx, client.BulkReplay{Query: client.DeliveryQuery{Q: "x"}})
			return err
		},
		"POST /api/v1/deliveries/d/cancel":   func() error { _, err := c.Cancel(ctx, "d"); return err },
		"GET /api/v1/platforms":              func() error { _, err := c.Platforms(ctx); return err },
		"GET /api/v1/platforms/p?profile=v1": func() error { _, err := c.Platform(ctx, "p", "v1"); return err },
		"GET /api/v1/platforms/p/events/t?seed=3&variant=long": func() error {
			_, err := c.EventType(ctx, "p", "t", client.ExampleOptions{Variant: "long", Seed: &seed})
			return err
		},
		"GET /api/v1/stats": func() error { _, err := c.Stats(ctx); return err },
		"GET /readyz":       func() error { return c.Ready(ctx) },
		"GET /version":      func() error { _, err := c.Version(ctx); return err },
	} {
		if err := call(); err != nil {
			t.Errorf("%s: %v", want, err)
		}
		if got != want {
			t.Errorf("called %s, want %s", got, want)
		}
	}
}

func TestRefusalsAreProblems(t *testing.T) {
	t.Parallel()
	c := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusUnprocessableEntity)
		_, _ = io.WriteString(w, `{"title":"T","status":422,"detail":"D","errors":[{"location":"body.url","message":"M"}]}`)
	})
	_, err := c.Stats(t.Context())
	p, ok := errors.AsType[*client.Problem](err)
	if !ok {
		t.Fatalf("error %v", err)
	}
	want := &client.Problem{Title: "T", Status: 422, Detail: "D", Errors: []client.FieldError{{Location: "body.url", Message: "M"}}}
	if diff := cmp.Diff(want, p); diff != "" {
		t.Error(diff)
	}
	if p.Error() != "D (body.url: M)" {
		t.Errorf("text %q", p.Error())
	}
}

func TestOtherServersAreNoProblem(t *testing.T) {
	t.Parallel()
	c := serve(t, func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "<html>", http.StatusBadGateway) })
	_, err := c.Stats(t.Context())
	if p, ok := errors.AsType[*client.Problem](err); !ok || p.Status != 502 || !strings.Contains(p.Error(), "502") {
		t.Errorf("a strange refusal: %v", err)
	}
	c = serve(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "<html>") })
	if _, err := c.Stats(t.Context()); !errors.Is(err, client.ErrUnreachable) {
		t.Errorf("a strange answer: %v", err)
	}
}

func TestAServerThatIsNotThereIsUnreachable(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.NotFoundHandler())
	server.Close()
	c, err := client.New(server.URL, client.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Ready(t.Context()); !errors.Is(err, client.ErrUnreachable) {
		t.Errorf("error %v", err)
	}
	for _, base := range []string{"", "127.0.0.1:8080", "ftp://h", "http://", "http://a b"} {
		if _, err := client.New(base, client.Options{}); err == nil {
			t.Errorf("address %q was taken", base)
		}
	}
}

func TestACallEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	c := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		cancel()
		<-r.Context().Done()
	})
	if _, err := c.Stats(ctx); !errors.Is(err, context.Canceled) || errors.Is(err, client.ErrUnreachable) {
		t.Errorf("error %v", err)
	}
}

func TestTheStreamComesBackWhereItBroke(t *testing.T) {
	t.Parallel()
	var asked []string
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.Header.Get("Last-Event-ID"))
		switch len(asked) {
		case 1:
			_, _ = io.WriteString(w, "retry: 7\n\n: comment\n\nid: 1-1\nevent: delivery\ndata: {\"id\":\ndata: \"d1\"}\n\nevent: later\ndata: {}\n\nid: 9-9\nevent: delivery\ndata: {\"id\"")
		case 2:
			w.WriteHeader(http.StatusOK) // and nothing
		case 3:
			_, _ = io.WriteString(w, "event: reset\ndata: {}\n\nevent: stats\ndata: {\"waiting\":3}\n\nid: 1-2\r\nevent: attempt\r\ndata: {\"attempt\":{\"number\":2}}\r\n\r\n")
		default:
			http.Error(w, "gone", http.StatusUnauthorized)
		}
	})
	var got []string
	var waits []time.Duration
	var last error
	breaks := 0
	for e, err := range c.Stream(t.Context(), client.StreamOptions{
		After: "0-0", Retries: 2, Wait: func(d time.Duration) { waits = append(waits, d) }, Broken: func(error) { breaks++ },
	}) {
		if last = err; err != nil {
			break
		}
		switch e.Name {
		case client.OnDelivery:
			got = append(got, e.Name+" "+e.Delivery.ID)
		case client.OnAttempt:
			got = append(got, fmt.Sprint(e.Name, e.Attempt.Attempt.Number))
		case client.OnStats:
			got = append(got, fmt.Sprint(e.Name, e.Stats.Waiting))
		default:
			got = append(got, e.Name)
		}
	}
	if diff := cmp.Diff([]string{"delivery d1", "reset", "stats3", "attempt2"}, got); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"0-0", "1-1", "1-1", "1-2"}, asked); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]time.Duration{7 * time.Millisecond, 7 * time.Millisecond, 7 * time.Millisecond}, waits); diff != "" {
		t.Error(diff)
	}
	if breaks != len(waits) {
		t.Errorf("told of %d breaks, want %d", breaks, len(waits))
	}
	if p, ok := errors.AsType[*client.Problem](last); !ok || p.Status != http.StatusUnauthorized {
		t.Errorf("the end: %v", last)
	}
}

func TestAStreamWithoutRetriesEndsWhenItBreaks(t *testing.T) {
	t.Parallel()
	c := serve(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) })
	for _, err := range c.Stream(t.Context(), client.StreamOptions{}) {
		if !errors.Is(err, client.ErrUnreachable) {
			t.Errorf("error %v", err)
		}
	}
}

func TestAStreamThatNeverBeganIsNotTriedAgain(t *testing.T) {
	t.Parallel()
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	c, err := client.New(gone.URL, client.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, err := range c.Stream(t.Context(), client.StreamOptions{Retries: 2, Wait: func(time.Duration) { t.Error("waits for a server that is not there") }}) {
		if !errors.Is(err, client.ErrUnreachable) {
			t.Errorf("error %v", err)
		}
	}
}

func TestDurationsKeepSeconds(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"60s": "60s", "1m": "60s", "180s": "180s", "0s": "0s", "1500ms": "1.5s", "1h0m0.25s": "1h0m0.25s", "-2s": "-2s", "20µs": "20µs",
	} {
		var d client.Duration
		if err := d.UnmarshalText([]byte(in)); err != nil || d.String() != want {
			t.Errorf("%s became %s: %v", in, d, err)
		}
	}
	var d client.Duration
	if err := d.UnmarshalText([]byte("soon")); err == nil {
		t.Error("soon is a duration")
	}
}

// FuzzStream holds for whatever a server sends: the stream ends, without a panic.
func FuzzStream(f *testing.F) {
	for _, seed := range []string{"id: 1-1\nevent: delivery\ndata: {}\n\n", "data\n\n", "retry: x\n\n", ":\n\nevent:stats\ndata:[]\n\n", "\xff\x00\n\n"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		c, err := client.New("http://127.0.0.1", client.Options{HTTP: &http.Client{Transport: canned(body)}})
		if err != nil {
			t.Fatal(err)
		}
		ended := false
		for e, err := range c.Stream(t.Context(), client.StreamOptions{}) {
			if ended {
				t.Fatal("something came after the end")
			}
			ended = err != nil
			if err == nil && e.Name != client.OnReset && e.Delivery == nil && e.Attempt == nil && e.Stats == nil {
				t.Fatalf("an empty event: %+v", e)
			}
		}
		if !ended {
			t.Fatal("the stream ended without an error")
		}
	})
}

// canned answers every request with the same body.
type canned []byte

func (c canned) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: 200, Body: io.NopCloser(strings.NewReader(string(c))), Request: r}, nil
}

func TestActTellsHowItWasAnswered(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		status            int
		replayed          string
		wait              time.Duration
		settled, repeated bool
	}{
		{http.StatusAccepted, "", 0, false, false},
		{http.StatusOK, "", time.Second, true, false},
		{http.StatusAccepted, "", time.Second, false, false},
		{http.StatusAccepted, "true", 0, false, true},
	} {
		c := serve(t, func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Idempotency-Key") != "k" {
				t.Error("the key is missing")
			}
			if tc.replayed != "" {
				w.Header().Set("Idempotency-Replayed", tc.replayed)
			}
			w.WriteHeader(tc.status)
			_, _ = io.WriteString(w, `{"action":"a","result":{"id":"7"},"id":null,"events":[],"raised":[],"deliveries":[]}`)
		})
		got, err := c.Act(t.Context(), client.Act{Platform: "p", Action: "a"}, client.TriggerOptions{IdempotencyKey: "k", Wait: tc.wait})
		if err != nil || got.Settled != tc.settled || got.Replayed != tc.repeated || string(got.Result) != `{"id":"7"}` || got.ID != nil {
			t.Errorf("%d: %+v, %v", tc.status, got, err)
		}
	}
}
