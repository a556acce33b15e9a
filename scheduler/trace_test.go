package scheduler_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/payloadtest/invented"
	"github.com/annohook/annohook/scheduler"
	"github.com/annohook/annohook/sender"
	"github.com/annohook/annohook/sender/history"
	"github.com/annohook/annohook/subscriptions"
)

// traced is a rig whose spans are recorded.
func traced(t *testing.T) (*rig, *tracetest.SpanRecorder) {
	t.Helper()
	recorder := tracetest.NewSpanRecorder()
	provider := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(recorder), sdktrace.WithSampler(sdktrace.ParentBased(sdktrace.AlwaysSample())))
	return newRig(t, func(o *scheduler.Options) { o.Tracer = provider.Tracer("test") }), recorder
}

// named lists the spans with a name in the order they ended.
func named(recorder *tracetest.SpanRecorder, name string) []sdktrace.ReadOnlySpan {
	return slices.DeleteFunc(recorder.Ended(), func(s sdktrace.ReadOnlySpan) bool { return s.Name() != name })
}

func attributes(s sdktrace.ReadOnlySpan) map[string]string {
	out := map[string]string{}
	for _, kv := range s.Attributes() {
		out[string(kv.Key)] = kv.Value.String()
	}
	return out
}

// wantAttributes compares those attributes that want names.
func wantAttributes(t *testing.T, s sdktrace.ReadOnlySpan, want map[string]string) {
	t.Helper()
	got := attributes(s)
	for key := range got {
		if _, ok := want[key]; !ok {
			delete(got, key)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", s.Name(), diff)
	}
}

func TestATraceHoldsTriggerQueueAndEveryAttempt(t *testing.T) {
	t.Parallel()
	r, recorder := traced(t)
	r.wire.answer, r.wire.takes = script(500, 204), 2*time.Second
	sub := r.subscribe("")
	id := r.publish(scheduler.Trigger{}).Deliveries[0].ID
	r.drain()
	var tree []string
	for _, s := range recorder.Ended() {
		tree = append(tree, fmt.Sprintf("%s %s %s+%s %s", s.SpanKind(), s.Name(), s.StartTime().Sub(start), s.EndTime().Sub(s.StartTime()), s.Status().Description))
	}
	want := []string{
		"producer publish postbox 0s+0s ",
		"internal queue postbox 0s+0s ", "client POST 0s+2s 500", "consumer process postbox 0s+2s status",
		"internal queue postbox 12s+0s ", "client POST 12s+2s ", "consumer process postbox 12s+2s ",
	}
	if diff := cmp.Diff(want, tree); diff != "" {
		t.Fatalf("spans (-want +got):\n%s", diff)
	}
	root := named(recorder, "publish postbox")[0]
	for _, name := range []string{"queue postbox", "process postbox"} {
		for _, s := range named(recorder, name) {
			if s.Parent().SpanID() != root.SpanContext().SpanID() || s.SpanContext().TraceID() != root.SpanContext().TraceID() {
				t.Errorf("%s is no child of the trigger", name)
			}
		}
	}
	attempts, requests := named(recorder, "process postbox"), named(recorder, "POST")
	for i := range attempts {
		if requests[i].Parent().SpanID() != attempts[i].SpanContext().SpanID() {
			t.Errorf("request %d is no child of its attempt", i+1)
		}
	}
	wantAttributes(t, root, map[string]string{
		"annohook.platform": invented.ID, "annohook.event_type": invented.NoteAdded, "annohook.events": "1", "annohook.deliveries": "1",
		"messaging.system": "annohook", "messaging.destination.name": invented.ID, "messaging.operation.type": "send",
	})
	wantAttributes(t, attempts[0], map[string]string{
		"annohook.delivery_id": id, "annohook.attempt": "1", "annohook.duplicate": "false", "annohook.outcome": payloads.OutcomeFailed,
		"annohook.error_kind": "status", "annohook.status": "retrying", "annohook.next_at": "2026-01-02T03:04:17Z", "annohook.worker": "w1",
		"messaging.message.id": id, "messaging.destination.subscription.name": sub.ID, "messaging.operation.type": "process", "error.type": "status",
	})
	wantAttributes(t, attempts[1], map[string]string{
		"annohook.attempt": "2", "annohook.outcome": payloads.OutcomeSucceeded, "annohook.error_kind": "", "annohook.status": "succeeded",
	})
	wantAttributes(t, requests[0], map[string]string{
		"http.request.method": "POST", "url.full": "http://listener.test/hook", "server.address": "listener.test", "server.port": "80",
		"http.response.status_code": "500", "error.type": "500",
	})
}

func TestACallersTraceIsContinued(t *testing.T) {
	t.Parallel()
	r, recorder := traced(t)
	r.subscribe("")
	caller := trace.NewSpanContext(trace.SpanContextConfig{TraceID: trace.TraceID{1}, SpanID: trace.SpanID{2}, TraceFlags: trace.FlagsSampled, Remote: true})
	if _, err := r.Publish(trace.ContextWithRemoteSpanContext(t.Context(), caller), scheduler.Trigger{Platform: invented.ID, Type: invented.NoteAdded}); err != nil {
		t.Fatal(err)
	}
	r.drain()
	if root := named(recorder, "publish postbox")[0]; root.Parent().SpanID() != caller.SpanID() {
		t.Error("the trigger is no child of its caller's span")
	}
	for _, s := range recorder.Ended() {
		if s.SpanContext().TraceID() != caller.TraceID() {
			t.Errorf("%s is in another trace", s.Name())
		}
	}
	quiet := caller.WithTraceFlags(0)
	recorder.Reset()
	if _, err := r.Publish(trace.ContextWithRemoteSpanContext(t.Context(), quiet), scheduler.Trigger{Platform: invented.ID, Type: invented.NoteAdded}); err != nil {
		t.Fatal(err)
	}
	r.drain()
	if spans := recorder.Ended(); len(spans) != 0 {
		t.Errorf("%d spans of a trace that its caller does not sample", len(spans))
	}
}

func TestABatchLinksToTheOtherTriggers(t *testing.T) {
	t.Parallel()
	r, recorder := traced(t)
	r.subscribe(`{"window":"1s","max":10}`)
	for range 3 {
		r.publish(scheduler.Trigger{})
	}
	r.drain()
	triggers, attempts := named(recorder, "publish postbox"), named(recorder, "process postbox")
	if len(triggers) != 3 || len(attempts) != 1 {
		t.Fatalf("%d triggers and %d attempts", len(triggers), len(attempts))
	}
	if attempts[0].Parent().SpanID() != triggers[0].SpanContext().SpanID() {
		t.Error("the attempt is no child of the trigger that opened the batch")
	}
	var linked []string
	for _, l := range attempts[0].Links() {
		linked = append(linked, l.SpanContext.SpanID().String())
	}
	want := []string{triggers[1].SpanContext().SpanID().String(), triggers[2].SpanContext().SpanID().String()}
	if diff := cmp.Diff(want, linked); diff != "" {
		t.Errorf("links (-want +got):\n%s", diff)
	}
	wantAttributes(t, attempts[0], map[string]string{"messaging.batch.message_count": "3"})
}

func TestAReplayLinksToWhatItRepeats(t *testing.T) {
	t.Parallel()
	r, recorder := traced(t)
	r.subscribe("")
	id := r.publish(scheduler.Trigger{}).Deliveries[0].ID
	r.drain()
	if _, err := r.Replay(t.Context(), id, scheduler.ReplayRetry); err != nil {
		t.Fatal(err)
	}
	r.drain()
	triggers, attempts := named(recorder, "publish postbox"), named(recorder, "process postbox")
	if len(triggers) != 2 || len(attempts) != 2 {
		t.Fatalf("%d triggers and %d attempts", len(triggers), len(attempts))
	}
	if attempts[1].Parent().SpanID() != triggers[1].SpanContext().SpanID() {
		t.Error("the attempt is no child of the replay")
	}
	links := triggers[1].Links()
	if len(links) != 1 || links[0].SpanContext.SpanID() != triggers[0].SpanContext().SpanID() {
		t.Errorf("links of the replay: %v", links)
	}
	wantAttributes(t, triggers[1], map[string]string{"annohook.replay_of": id})
}

func TestARefusedTriggerTellsItsKindOnly(t *testing.T) {
	t.Parallel()
	r, recorder := traced(t)
	if _, err := r.Publish(t.Context(), scheduler.Trigger{Platform: invented.ID, Type: invented.NoteAdded}); err == nil {
		t.Fatal("nobody is subscribed")
	}
	span := named(recorder, "publish postbox")[0]
	if span.Status().Code != codes.Error || span.Status().Description != "no_match" {
		t.Errorf("status %v", span.Status())
	}
}

// TestSpansHoldNoSecrets: credentials in a URL and whatever a listener says stay out.
func TestSpansHoldNoSecrets(t *testing.T) {
	t.Parallel()
	r, recorder := traced(t)
	r.wire.answer = func(int, sender.Request) payloads.Reply {
		return payloads.Reply{Failure: payloads.FailureRefused, Message: "leaked message", Body: []byte("leaked body"), Header: payloads.Header{{Name: "X", Value: "leaked header"}}}
	}
	r.subscribe("", func(sub *subscriptions.Subscription) {
		sub.URL = "https://leaked-user:leaked-pass@listener.test/hook?token=leaked-token#leaked"
		sub.Headers = []subscriptions.Header{{Name: "Authorization", Value: "leaked-header"}}
	})
	r.publish(scheduler.Trigger{Body: []byte(`{"leaked":"body"}`)})
	r.drain()
	if len(named(recorder, "POST")) == 0 {
		t.Fatal("no request is traced")
	}
	for _, s := range recorder.Ended() {
		text := fmt.Sprint(s.Name(), s.Status(), s.Attributes(), s.Events(), s.Links())
		for _, secret := range []string{"leaked", "hush"} {
			if strings.Contains(text, secret) {
				t.Errorf("%s holds %s: %s", s.Name(), secret, text)
			}
		}
	}
	wantAttributes(t, named(recorder, "POST")[0], map[string]string{"url.full": "https://listener.test/hook", "server.port": "443", "error.type": string(payloads.FailureRefused)})
}

// TestTracedRequestsAreTheSame: nothing of a trace goes out.
func TestTracedRequestsAreTheSame(t *testing.T) {
	t.Parallel()
	seed, now := uint64(7), start
	var requests []sender.Request
	traced, _ := traced(t)
	for _, r := range []*rig{newRig(t), traced} {
		r.subscribe("")
		r.publish(scheduler.Trigger{Seed: &seed, Now: &now})
		r.drain()
		requests = append(requests, r.wire.sent[0].request)
	}
	if diff := cmp.Diff(requests[0], requests[1]); diff != "" {
		t.Errorf("(-untraced +traced):\n%s", diff)
	}
}

func TestDuplicatesAreMarkedInTheTrace(t *testing.T) {
	t.Parallel()
	r, recorder := traced(t)
	r.subscribe("")
	id := r.publish(scheduler.Trigger{}).Deliveries[0].ID
	ref := r.delivery(id).Ref()
	claimed, err := r.history.Claim(t.Context(), ref, history.Claim{Worker: "dead", At: start, Limit: 1})
	if err != nil {
		t.Fatal(err)
	}
	dues, err := r.history.Interrupt(context.Background(), claimed.Token, "killed", start.Add(time.Second))
	if err != nil {
		t.Fatal(err)
	}
	for _, due := range dues {
		r.Handle(t.Context(), due)
	}
	attempts := named(recorder, "process postbox")
	if len(attempts) != 1 {
		t.Fatalf("%d attempts", len(attempts))
	}
	wantAttributes(t, attempts[0], map[string]string{"annohook.attempt": "2", "annohook.duplicate": "true"})
	if v := attempts[0].Attributes(); !slices.Contains(v, attribute.Int("annohook.attempt", 2)) {
		t.Error("the attempt is no number")
	}
}
