package e2e_test

import (
	"net/http"
	"syscall"
	"testing"
	"time"

	"github.com/annohook/annohook/web/client"
)

// TestGracefulStop: a stop ends the attempt that runs, records it, ends the streams, and exits with 0.
func TestGracefulStop(t *testing.T) {
	t.Parallel()
	for _, e := range engines() {
		t.Run(e.name, func(t *testing.T) {
			t.Parallel()
			s := start(t, e.open(t)...)
			h := listen(t, "argilla", hookOptions{script: "200@2s"})
			s.attach(h, "argilla", nil)
			accepted := s.trigger(object{"platform": "argilla", "type": "record.created"})
			stream := s.stream("")
			waiting := make(chan reply, 1)
			go func() {
				waiting <- s.send(http.MethodPost, "/api/v1/events?wait=settled&timeout=1m", object{"platform": "argilla", "type": "record.updated"})
			}()
			h.await(2, 5*time.Second)
			began := time.Now()
			if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
				t.Fatal(err)
			}
			if code := s.wait(15 * time.Second); code != 0 {
				t.Errorf("exit code %d, want 0\n%s", code, s.log.String())
			}
			if took := time.Since(began); took > 6*time.Second {
				t.Errorf("the stop took %s", took)
			}
			select {
			case <-stream.closed:
			case <-time.After(2 * time.Second):
				t.Error("the stream is still open")
			}
			if r := <-waiting; r.status != http.StatusAccepted && r.status != http.StatusOK {
				t.Errorf("a call that waited: %d %s, want an answer", r.status, r.body)
			}
			if !e.survives {
				return
			}
			s = s.again()
			if d := s.only(accepted); d.Status != "succeeded" || len(d.Attempts) != 1 || numbered(t, d) {
				t.Errorf("after the stop the delivery is %s with attempts %+v, want one that succeeded", d.Status, d.Attempts)
			}
			s.delivered(accepted.Events, 5*time.Second)
			h.nothingMore(500 * time.Millisecond)
		})
	}
}

// TestStopDuringLongAttempt: an attempt that outlasts the patience of a stop is kept as interrupted and made again by the next process.
func TestStopDuringLongAttempt(t *testing.T) {
	t.Parallel()
	s := start(t, "--redis", startRedis(t).url)
	h := listen(t, "datasaur", hookOptions{script: "hang,200"})
	s.attach(h, "datasaur", object{"timeout": "5m"})
	accepted := s.trigger(object{"platform": "datasaur", "type": "PROJECT_CREATED"})
	h.await(1, 5*time.Second)
	began := time.Now()
	_ = s.cmd.Process.Signal(syscall.SIGTERM)
	if code := s.wait(stopWithin); code != 0 {
		t.Errorf("exit code %d, want 0\n%s", code, s.log.String())
	}
	t.Logf("stopped after %s", time.Since(began).Round(time.Millisecond))
	restarted := time.Now()
	s = s.again()
	s.delivered(accepted.Events, recovery-time.Since(restarted))
	if d := s.only(accepted); len(d.Attempts) != 2 || !numbered(t, d) {
		t.Errorf("attempts %+v, want an interrupted one and a duplicate", d.Attempts)
	}
}

// TestWait: the call answers when everything is settled, or with what is known when the time is over.
func TestWait(t *testing.T) {
	t.Parallel()
	for _, e := range engines() {
		t.Run(e.name, func(t *testing.T) {
			t.Parallel()
			s := start(t, append(e.open(t), "--time-scale", "0.01")...)
			h := listen(t, "argilla", hookOptions{script: "500,200"})
			s.attach(h, "argilla", nil)
			began := time.Now()
			r := s.checked(http.MethodPost, "/api/v1/events?wait=settled&timeout=20ms", object{"platform": "argilla", "type": "record.created"})
			if got := decode[client.Accepted](t, r.body); r.status != http.StatusAccepted || len(got.Deliveries) != 1 || settled(got.Deliveries[0].Status) {
				t.Errorf("after 20 ms: %d %s, want 202 and a delivery that is not settled", r.status, r.body)
			}
			if took := time.Since(began); took > 2*time.Second {
				t.Errorf("it took %s", took)
			}
			a := s.triggerSettled(object{"platform": "argilla", "type": "record.created"})
			if a.Deliveries[0].Status != "succeeded" {
				t.Errorf("settled: %+v", a)
			}
		})
	}
}

// TestIdempotencyKey: the same request with the same key happens once.
func TestIdempotencyKey(t *testing.T) {
	t.Parallel()
	for _, e := range engines() {
		t.Run(e.name, func(t *testing.T) {
			t.Parallel()
			s := start(t, e.open(t)...)
			h := listen(t, "argilla", hookOptions{})
			s.attach(h, "argilla", nil)
			trigger := object{"platform": "argilla", "type": "dataset.created"}
			key := []string{"Idempotency-Key", "once-and-only-once"}
			first := call[client.Accepted](s, http.StatusAccepted, http.MethodPost, "/api/v1/events", trigger, key...)
			second := call[client.Accepted](s, http.StatusAccepted, http.MethodPost, "/api/v1/events", trigger, key...)
			if first.ID != second.ID || first.Deliveries[0].ID != second.Deliveries[0].ID {
				t.Errorf("first %+v, second %+v; want the same", first, second)
			}
			other := s.checked(http.MethodPost, "/api/v1/events", object{"platform": "argilla", "type": "dataset.deleted"}, key...)
			if p := problemOf(t, other); other.status != http.StatusUnprocessableEntity || p.Errors[0].Location != "header.Idempotency-Key" {
				t.Errorf("another body with the same key: %d %s", other.status, other.body)
			}
			refused := s.checked(http.MethodPost, "/api/v1/events", object{"platform": "argilla", "type": "nothing"}, "Idempotency-Key", "refused")
			if refused.status != http.StatusUnprocessableEntity {
				t.Errorf("refused: %d", refused.status)
			}
			call[client.Accepted](s, http.StatusAccepted, http.MethodPost, "/api/v1/events", trigger, "Idempotency-Key", "refused")
			s.settle(first.Deliveries[0].ID, 5*time.Second)
			h.await(2, 5*time.Second)
			h.nothingMore(200 * time.Millisecond)
			if n := len(s.all("")); n != 2 {
				t.Errorf("%d deliveries, want 2", n)
			}
			if !e.survives {
				return
			}
			s.kill()
			s = s.again()
			third := call[client.Accepted](s, http.StatusAccepted, http.MethodPost, "/api/v1/events", trigger, key...)
			if third.ID != first.ID {
				t.Errorf("after a kill -9 the key made another event %s, want %s", third.ID, first.ID)
			}
		})
	}
}

// TestReplay: a settled delivery goes out again, with the same bytes, as new events, or as the identical request.
func TestReplay(t *testing.T) {
	t.Parallel()
	s := start(t, "--redis", "memory")
	h := listen(t, "argilla", hookOptions{})
	s.attach(h, "argilla", nil)
	d := s.only(s.triggerSettled(object{"platform": "argilla", "type": "record.completed"}))
	for i, mode := range []string{"retry", "verbatim", "new"} {
		again := call[client.Delivery](s, http.StatusAccepted, http.MethodPost, "/api/v1/deliveries/"+d.ID+"/replay", object{"mode": mode})
		if again.ReplayOf == nil || *again.ReplayOf != d.ID || again.ID == d.ID {
			t.Errorf("%s: replay of %v is %s", mode, again.ReplayOf, again.ID)
		}
		if got := s.settle(again.ID, 5*time.Second); got.Status != "succeeded" {
			t.Errorf("%s: %s %s", mode, got.Status, got.Reason)
		}
		got := h.await(i+2, 5*time.Second)
		first, last := got[0], got[i+1]
		sameBody := string(first.Body) == string(last.Body)
		sameID := first.Header.Get("webhook-id") == last.Header.Get("webhook-id") && first.Header.Get("webhook-timestamp") == last.Header.Get("webhook-timestamp")
		if sameBody != (mode != "new") || sameID != (mode == "verbatim") {
			t.Errorf("%s: same body %t, same id and time %t", mode, sameBody, sameID)
		}
	}
	h.verified()
	if many := call[client.Replayed](s, http.StatusAccepted, http.MethodPost, "/api/v1/deliveries/replay", object{"query": object{"status": "succeeded"}}); many.Count != 4 {
		t.Errorf("%d replayed, want 4", many.Count)
	}
	h.await(8, 10*time.Second)
}

// TestSubscriptionLifecycle: list, change, cancel and delete, with what becomes of pending deliveries.
func TestSubscriptionLifecycle(t *testing.T) {
	t.Parallel()
	for _, e := range engines() {
		t.Run(e.name, func(t *testing.T) {
			t.Parallel()
			s := start(t, e.open(t)...)
			h := listen(t, "argilla", hookOptions{script: "500"})
			sub := s.attach(h, "argilla", object{"id": "mine", "events": []string{"ping", "record.created"}[1:], "headers": object{"X-Own": "1"}})
			if sub.ID != "mine" || !sub.Enabled || sub.Profile != "2.8" || len(sub.Retry.Delays) != 3 || sub.NativeID == "" {
				t.Errorf("created %+v", sub)
			}
			first := s.only(s.trigger(object{"platform": "argilla", "type": "record.created"}))
			second := s.only(s.trigger(object{"platform": "argilla", "type": "record.created"}))
			got := h.await(2, 5*time.Second)
			if got[0].Header.Get("X-Own") != "1" {
				t.Error("the header of the subscription is missing")
			}
			if c := s.checked(http.MethodPost, "/api/v1/deliveries/"+first.ID+"/cancel", nil); c.status != http.StatusOK {
				t.Errorf("cancel: %d %s", c.status, c.body)
			}
			if d := s.settle(first.ID, time.Second); d.Status != "cancelled" {
				t.Errorf("cancelled delivery is %s", d.Status)
			}
			if r := s.checked(http.MethodDelete, "/api/v1/subscriptions/mine", nil); r.status != http.StatusNoContent || len(r.body) != 0 {
				t.Errorf("delete: %d %q", r.status, r.body)
			}
			if d := s.settle(second.ID, 5*time.Second); d.Status != "cancelled" || d.Reason == "" {
				t.Errorf("delivery of a deleted subscription is %s (%s)", d.Status, d.Reason)
			}
			if r := s.checked(http.MethodGet, "/api/v1/subscriptions/mine", nil); r.status != http.StatusNotFound {
				t.Errorf("deleted: %d", r.status)
			}
			if r := s.checked(http.MethodDelete, "/api/v1/subscriptions/mine", nil); r.status != http.StatusNotFound {
				t.Errorf("deleted twice: %d", r.status)
			}
		})
	}
}
