package scheduler_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/payloadtest/invented"
	"github.com/annohook/annohook/scheduler"
	"github.com/annohook/annohook/sender"
	"github.com/annohook/annohook/subscriptions"
)

// working runs the queue and the feed of a rig until the test ends, as a worker does, in real time.
func (r *rig) working() {
	ctx, cancel := context.WithCancel(r.t.Context())
	ended := make(chan struct{}, 2)
	go func() { _ = r.hub.Run(ctx); ended <- struct{}{} }()
	go func() {
		defer func() { ended <- struct{}{} }()
		for ctx.Err() == nil {
			_ = r.queue.Drain(ctx, r.Handle)
			time.Sleep(time.Millisecond)
		}
	}()
	r.t.Cleanup(func() { cancel(); <-ended; <-ended })
}

func TestPushWaitsForTheReply(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.wire.takes = 30 * time.Millisecond
	r.wire.answer = func(n int, _ sender.Request) payloads.Reply {
		return []payloads.Reply{
			{Status: 204, Header: payloads.H("X-A", "1"), Body: []byte("fine")},
			{Status: 500, Body: []byte("no")},
			{Failure: payloads.FailureBlocked, Message: "not there"},
		}[n-1]
	}
	h := r.host("v1", "")
	sub := r.hostSubscribe(h, subscriptions.Subscription{URL: "ftp://x/", Events: []string{}, Options: []byte(`{"window":"1m"}`)})
	r.working()
	want := []payloads.Reply{
		{Status: 204, Header: payloads.H("X-A", "1"), Body: []byte("fine")},
		{Status: 500, Body: []byte("no")},
		{Failure: payloads.FailureBlocked, Message: "not there"},
	}
	for i, eventType := range []string{invented.Ping, invented.NoteRemoved, invented.NoteAdded} {
		push, err := h.Push(t.Context(), sub.ID, eventType)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want[i], push.Reply); diff != "" {
			t.Errorf("reply (-want +got):\n%s", diff)
		}
		name := map[string]string{invented.Ping: "PING", invented.NoteRemoved: "NOTE_REMOVED", invented.NoteAdded: "NOTE_ADDED"}[eventType]
		if push.Took != 30*time.Millisecond || !strings.Contains(string(push.Body), name) || !r.delivery(push.DeliveryID).Once {
			t.Errorf("push %+v", push)
		}
	}
	_, err := h.Push(t.Context(), sub.ID, "no such")
	if wrong, ok := errors.AsType[*payloads.ProblemsError](err); !ok || wrong.Problems[0].Field != "type" {
		t.Errorf("an unknown type: %v", err)
	}
	strict := r.hostSubscribe(h, subscriptions.Subscription{URL: "http://x/", Profile: "v2"})
	_, err = h.Push(t.Context(), strict.ID, invented.NoteRemoved)
	if wrong, ok := errors.AsType[*payloads.ProblemsError](err); !ok || wrong.Problems[0].Field != "type" {
		t.Errorf("a type of another profile: %v", err)
	}
}

// unsignable refuses to make requests.
type unsignable struct{ scheduler.Sender }

func (unsignable) Prepare(payloads.Platform, payloads.Message, payloads.Stamp) (sender.Request, error) {
	return sender.Request{}, errBroken
}

func TestPushThatCannotBeMadeIsAFailureOfItsReply(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(o *scheduler.Options) { o.Sender = unsignable{o.Sender} })
	h := r.host("v1", "")
	sub := r.hostSubscribe(h, subscriptions.Subscription{URL: "http://x/"})
	r.working()
	push, err := h.Push(t.Context(), sub.ID, invented.Ping)
	want := payloads.Reply{Failure: payloads.FailureBlocked, Message: errBroken.Error()}
	if diff := cmp.Diff(want, push.Reply); diff != "" || err != nil {
		t.Errorf("error %v, reply (-want +got):\n%s", err, diff)
	}
}

func TestPushEndsWithItsCaller(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	h := r.host("v1", "")
	sub := r.hostSubscribe(h, subscriptions.Subscription{URL: "http://x/"})
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := h.Push(ctx, sub.ID, invented.Ping); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v", err)
	}
}

func TestSentVisitsTheNewestFirst(t *testing.T) {
	t.Parallel()
	r := newRig(t, withOther(t))
	h := r.host("v1", "")
	r.subscribe(alone)
	r.subscribe("", func(s *subscriptions.Subscription) { s.Platform = other })
	r.subscribe(`{"window":"1h"}`, func(s *subscriptions.Subscription) { s.Events = []string{invented.Sheets} })
	for range 3 {
		r.act(invented.AddNotes, nil)
		r.drain()
		r.queue.Advance(time.Second)
	}
	r.publish(scheduler.Trigger{Platform: other})
	r.act(invented.PrintSheets, nil) // one is due, one is collecting
	for _, tt := range []struct {
		limit, stop int
		want        []string
	}{
		{10, 10, []string{"sheets 4", "note.added 4", "note.added 3", "note.added 2"}},
		{2, 10, []string{"sheets 4", "note.added 4"}},
		{10, 3, []string{"sheets 4", "note.added 4", "note.added 3"}},
		{0, 10, nil},
	} {
		var got []string
		err := h.Sent(t.Context(), tt.limit, func(eventType string, body []byte) bool {
			got = append(got, eventType+" "+strings.SplitN(string(body), `"note":{"id":"`, 2)[1][:1])
			return len(got) < tt.stop
		})
		if diff := cmp.Diff(tt.want, got); diff != "" || err != nil {
			t.Errorf("limit %d: error %v, visited (-want +got):\n%s", tt.limit, err, diff)
		}
	}
}
