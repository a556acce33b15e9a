package scheduler_test

import (
	"context"
	"errors"
	"strconv"
	"testing"
	"time"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/payloadtest/invented"
	"github.com/annohook/annohook/scheduler"
	"github.com/annohook/annohook/sender"
	"github.com/annohook/annohook/sender/history"
	"github.com/annohook/annohook/subscriptions"
)

// forgetful loses every reference while it is told to.
type forgetful struct {
	scheduler.Queue
	lose bool
}

func (f *forgetful) Enqueue(ctx context.Context, dues ...history.Due) error {
	if f.lose {
		return nil
	}
	return f.Queue.Enqueue(ctx, dues...)
}

func TestSweepDispatchesWhatTheQueueLost(t *testing.T) {
	t.Parallel()
	lossy := &forgetful{lose: true}
	r := newRig(t, func(o *scheduler.Options) { lossy.Queue = o.Queue; o.Queue = lossy })
	r.subscribe(`{"window":"1s"}`)
	r.subscribe("")
	published := r.publish(scheduler.Trigger{})
	lossy.lose = false
	for range 2 { // the second finds the references held and leaves them alone
		r.queue.Advance(scheduler.OverdueAfter + time.Second + time.Millisecond)
		if err := r.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	r.drain()
	for _, d := range published.Deliveries {
		r.wantStatus(d.ID, history.Succeeded)
	}
	if len(r.wire.sent) != 2 {
		t.Errorf("%d requests", len(r.wire.sent))
	}
}

func TestSweepStartsAttemptsOfADeadWorkerAgain(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.subscribe("")
	id := r.publish(scheduler.Trigger{}).Deliveries[0].ID
	if err := r.workers.Beat(t.Context(), scheduler.Worker{ID: "dead", Beat: r.queue.Now()}); err != nil {
		t.Fatal(err)
	}
	ref := r.delivery(id).Ref()
	if _, err := r.history.Claim(t.Context(), ref, history.Claim{Worker: "dead", At: r.queue.Now()}); err != nil {
		t.Fatal(err)
	}
	r.queue.Advance(scheduler.DeadAfter - time.Second)
	if err := r.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := r.attempts(id); len(got) != 1 || got[0].Outcome != "" {
		t.Fatalf("a worker that may live lost its attempt: %+v", got)
	}
	r.queue.Advance(time.Second)
	if err := r.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	r.wire.answer = status(500)
	r.drain()
	attempts := r.attempts(id)
	if len(attempts) != 5 {
		t.Fatalf("%d attempts, want the interrupted one and four charged ones", len(attempts))
	}
	if a := attempts[0]; a.Outcome != payloads.OutcomeInterrupted || a.Failure != payloads.FailureInterrupted {
		t.Errorf("first attempt %+v", a)
	}
	if !attempts[1].Duplicate || attempts[1].Number != 2 || attempts[2].Duplicate {
		t.Errorf("duplicates marked %v %v", attempts[1].Duplicate, attempts[2].Duplicate)
	}
}

func TestSweepNeedNotWaitForAWorkerKnownToBeGone(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(o *scheduler.Options) { o.Gone = func(w scheduler.Worker) bool { return w.PID == 666 } })
	r.subscribe("")
	ids := map[int]string{}
	for _, pid := range []int{1, 666} {
		w := scheduler.Worker{ID: strconv.Itoa(pid), PID: pid, Beat: r.queue.Now()}
		if err := r.workers.Beat(t.Context(), w); err != nil {
			t.Fatal(err)
		}
		ids[pid] = r.publish(scheduler.Trigger{}).Deliveries[0].ID
		if _, err := r.history.Claim(t.Context(), r.delivery(ids[pid]).Ref(), history.Claim{Worker: w.ID, At: r.queue.Now()}); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if d := r.delivery(ids[666]); d.InFlight || !d.Duplicate {
		t.Errorf("the attempt of the worker that is gone: in flight %v, repeated %v", d.InFlight, d.Duplicate)
	}
	if d := r.delivery(ids[1]); !d.InFlight {
		t.Error("a worker that beats lost its attempt")
	}
}

func TestShutdownIsNotAnAttempt(t *testing.T) {
	t.Parallel()
	for _, wrote := range []bool{false, true} {
		r := newRig(t, func(o *scheduler.Options) { o.Sender = &cutShort{Sender: o.Sender, wrote: wrote} })
		r.subscribe("")
		id := r.publish(scheduler.Trigger{}).Deliveries[0].ID
		r.runFor(0)
		r.drain()
		attempts := r.attempts(id)
		r.wantStatus(id, history.Succeeded)
		switch {
		case wrote && (len(attempts) != 2 || attempts[0].Outcome != payloads.OutcomeInterrupted || !attempts[1].Duplicate):
			t.Errorf("bytes were sent: attempts %+v", attempts)
		case !wrote && (len(attempts) != 1 || attempts[0].Duplicate || attempts[0].Number != 1):
			t.Errorf("nothing was sent: attempts %+v", attempts)
		}
	}
}

// cutShort interrupts the first attempt as a shutdown does.
type cutShort struct {
	scheduler.Sender
	wrote bool
	calls int
}

func (c *cutShort) Do(ctx context.Context, r sender.Request) sender.Report {
	c.calls++
	if c.calls == 1 {
		return sender.Report{Reply: payloads.Reply{Failure: payloads.FailureInterrupted}, Wrote: c.wrote}
	}
	return c.Sender.Do(ctx, r)
}

func TestLimitParksDeliveriesInTheirLane(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.subscribe("", func(s *subscriptions.Subscription) { s.Concurrency = 1 })
	published := r.publish(scheduler.Trigger{Count: 3})
	first := r.delivery(published.Deliveries[0].ID)
	claimed, err := r.history.Claim(t.Context(), first.Ref(), history.Claim{Worker: "w1", At: r.queue.Now(), Limit: 1})
	if err != nil {
		t.Fatal(err)
	}
	r.drain()
	if len(r.wire.sent) != 0 {
		t.Fatalf("%d requests while the only slot was taken", len(r.wire.sent))
	}
	dues, err := r.history.Finish(t.Context(), claimed.Token, history.Result{Settle: history.Succeeded, At: r.queue.Now()})
	if err != nil {
		t.Fatal(err)
	}
	if err := r.queue.Enqueue(t.Context(), dues...); err != nil {
		t.Fatal(err)
	}
	r.drain()
	for _, d := range published.Deliveries {
		r.wantStatus(d.ID, history.Succeeded)
	}
}

func TestRateSpacesAttempts(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.subscribe("", func(s *subscriptions.Subscription) { s.Rate = 2 })
	r.publish(scheduler.Trigger{Count: 4})
	r.drain()
	for i, at := range r.offsets() {
		if want := time.Duration(i) * 500 * time.Millisecond; at != want {
			t.Errorf("attempt %d at %s, want %s", i+1, at, want)
		}
	}
}

func TestReplayModes(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.wire.answer = script(500, 500, 500, 500, 200)
	sub := r.subscribe("")
	id := r.publish(scheduler.Trigger{}).Deliveries[0].ID
	r.drain()
	if _, err := r.Change(t.Context(), sub.ID, func(s *subscriptions.Subscription) error { s.Enabled = false; return nil }); err != nil {
		t.Fatal(err)
	}
	r.queue.Advance(time.Hour)
	replays := map[string]history.Delivery{}
	for _, mode := range scheduler.ReplayModes() {
		d, err := r.Replay(t.Context(), id, mode)
		if err != nil {
			t.Fatalf("%s: %v", mode, err)
		}
		if d.ReplayOf != id || d.ReplayMode != mode {
			t.Errorf("%s: replay of %q in mode %q", mode, d.ReplayOf, d.ReplayMode)
		}
		replays[mode] = d
	}
	r.drain()
	original := r.wire.sent[3].request
	retry, renewed, verbatim := r.wire.sent[4].request, r.wire.sent[5].request, r.wire.sent[6].request
	if string(retry.Body) != string(original.Body) || retry.Header.Get("X-Postbox-Sent") == original.Header.Get("X-Postbox-Sent") {
		t.Error("retry must keep the body and stamp afresh")
	}
	if string(renewed.Body) == string(original.Body) {
		t.Error("new must have new ids")
	}
	oldText, newText := textOf(string(original.Body)), textOf(string(renewed.Body))
	if oldText != newText || oldText == "" {
		t.Errorf("new must keep the content: %q and %q", oldText, newText)
	}
	if string(verbatim.Body) != string(original.Body) || verbatim.Header.Get(invented.SignatureHeader) != original.Header.Get(invented.SignatureHeader) ||
		verbatim.Header.Get("X-Postbox-Sent") != original.Header.Get("X-Postbox-Sent") {
		t.Error("verbatim must repeat the request")
	}
	for mode, d := range replays {
		if got := r.delivery(d.ID); got.Status != history.Succeeded {
			t.Errorf("%s: %s", mode, got.Status)
		}
	}
	_, err := r.Replay(t.Context(), id, "again")
	var invalid *scheduler.InvalidError
	if !errors.As(err, &invalid) || invalid.Problems[0].Field != "mode" {
		t.Errorf("unknown mode: %v", err)
	}
}

func textOf(body string) string {
	v, err := payloads.ParseValue([]byte(body))
	if err != nil {
		return ""
	}
	list, ok := v.(payloads.Array)
	if !ok || len(list) == 0 {
		return ""
	}
	event, _ := list[0].(*payloads.Object)
	note, _ := event.Get("note")
	object, _ := note.(*payloads.Object)
	text, _ := object.Get("text")
	s, _ := text.(string)
	return s
}

func TestReplayOfABatchMakesOneRequest(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.subscribe(`{"window":"1s"}`)
	id := r.publish(scheduler.Trigger{Count: 4}).Deliveries[0].ID
	r.drain()
	if _, err := r.Replay(t.Context(), id, scheduler.ReplayNew); err != nil {
		t.Fatal(err)
	}
	r.drain()
	if len(r.wire.sent) != 2 || count(r.bodies()[1], "NOTE_ADDED") != 4 {
		t.Errorf("bodies %v", r.bodies())
	}
}

func TestReplayAllTakesWhatTheQueryFinds(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.wire.answer = script(200, 200, 500)
	r.subscribe("", func(s *subscriptions.Subscription) { s.Retry = &subscriptions.Retry{} })
	r.publish(scheduler.Trigger{Count: 5})
	r.drain()
	n, err := r.ReplayAll(t.Context(), history.Query{Status: history.Failed}, scheduler.ReplayRetry)
	if err != nil || n != 3 {
		t.Fatalf("replayed %d, error %v", n, err)
	}
}

func TestTestSendWorksWhileDisabled(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.wire.answer = status(418)
	sub := r.subscribe("", func(s *subscriptions.Subscription) { s.Enabled, s.Events = false, []string{} })
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = r.hubRun(ctx)
	}()
	go func() {
		for ctx.Err() == nil {
			_ = r.queue.RunUntil(ctx, r.queue.Now(), r.Handle)
			time.Sleep(time.Millisecond)
		}
	}()
	d, err := r.Test(t.Context(), sub.ID)
	stop()
	<-done
	if err != nil {
		t.Fatal(err)
	}
	if d.Status != history.Failed || d.LastStatus != 418 || d.EventType != invented.Ping {
		t.Errorf("delivery %+v", d)
	}
}
