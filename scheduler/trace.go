package scheduler

import (
	"context"
	"errors"
	"net/url"
	"strconv"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/sender"
	"github.com/annohook/annohook/sender/history"
)

// Attributes of spans beside those of the semantic conventions: the words of logs and API. No attribute holds a body, a header, a query of a URL or
// the text of an error, any of which could hold a secret.
const (
	attrPlatform   = attribute.Key("annohook.platform")
	attrProfile    = attribute.Key("annohook.profile")
	attrEventType  = attribute.Key("annohook.event_type")
	attrAction     = attribute.Key("annohook.action")
	attrReplayOf   = attribute.Key("annohook.replay_of")
	attrEvents     = attribute.Key("annohook.events")     // how many
	attrDeliveries = attribute.Key("annohook.deliveries") // how many
	attrDelivery   = attribute.Key("annohook.delivery_id")
	attrAttempt    = attribute.Key("annohook.attempt")
	attrDuplicate  = attribute.Key("annohook.duplicate")
	attrWorker     = attribute.Key("annohook.worker")
	attrOutcome    = attribute.Key("annohook.outcome")
	attrErrorKind  = attribute.Key("annohook.error_kind")
	attrStatus     = attribute.Key("annohook.status") // of the delivery after the attempt
	attrNextAt     = attribute.Key("annohook.next_at")
)

// maxLinks bounds the links of an attempt to the triggers whose events are in its batch.
const maxLinks = 64

// destination describes the messaging side of a span: a platform is the destination that messages are published to.
func destination(operation, platform string) []attribute.KeyValue {
	return []attribute.KeyValue{
		semconv.MessagingSystemKey.String("annohook"), semconv.MessagingDestinationName(platform), semconv.MessagingOperationName(operation),
		attrPlatform.String(platform),
	}
}

// publishSpan is the span of a trigger, an action or a replay. The zero value traces nothing.
type publishSpan struct{ span trace.Span }

// tracePublish begins the span of what makes deliveries; key and value say what that is. The context carries it to what is stored.
func (s *Scheduler) tracePublish(ctx context.Context, platform string, key attribute.Key, value string) (context.Context, publishSpan) {
	if s.tracer == nil {
		return ctx, publishSpan{}
	}
	ctx, span := s.tracer.Start(ctx, "publish "+platform, trace.WithSpanKind(trace.SpanKindProducer), trace.WithTimestamp(s.now()),
		trace.WithAttributes(destination("publish", platform)...),
		trace.WithAttributes(semconv.MessagingOperationTypeSend, key.String(value)))
	return ctx, publishSpan{span: span}
}

// repeats links to the trace of what is sent again.
func (p publishSpan) repeats(ctx context.Context, traceparent string) {
	if p.span == nil || traceparent == "" {
		return
	}
	p.span.AddLink(linkTo(ctx, traceparent))
}

// end ends the span with what was stored.
func (p publishSpan) end(at time.Time, events, deliveries int, err error) {
	if p.span == nil {
		return
	}
	p.span.SetAttributes(attrEvents.Int(events), attrDeliveries.Int(deliveries))
	if err != nil {
		fail(p.span, publishFault(err))
	}
	p.span.End(trace.WithTimestamp(at))
}

// publishFault names the kind of an error, of which there are few; its text may quote what the caller sent.
func publishFault(err error) string {
	_, invalid := errors.AsType[*InvalidError](err)
	_, param := errors.AsType[*payloads.ParamError](err)
	_, nobody := errors.AsType[*NoMatchError](err)
	switch {
	case invalid, param:
		return "invalid"
	case nobody:
		return "no_match"
	case errors.Is(err, ErrBusy):
		return "busy"
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return "cancelled"
	default:
		return "store"
	}
}

func fail(span trace.Span, kind string) {
	span.SetStatus(codes.Error, kind)
	span.SetAttributes(semconv.ErrorTypeKey.String(kind))
}

// carry writes the trace of ctx into what is about to be stored, so that attempts belong to it in whichever process and however late they are
// made.
func (s *Scheduler) carry(ctx context.Context, events []history.Event, news []history.New, held []heldPart) {
	if s.tracer == nil {
		return
	}
	carrier := propagation.MapCarrier{}
	propagation.TraceContext{}.Inject(ctx, carrier)
	parent := carrier.Get("traceparent")
	for i := range events {
		events[i].Trace = parent
	}
	for i := range news {
		news[i].Delivery.Trace = parent
	}
	for i := range held {
		held[i].fresh.Trace = parent
	}
}

// withParent is ctx within the trace that carry wrote; ctx itself where that is none.
func withParent(ctx context.Context, traceparent string) context.Context {
	return propagation.TraceContext{}.Extract(ctx, propagation.MapCarrier{"traceparent": traceparent})
}

// linkTo is a link to what carry wrote, whatever trace ctx itself is in.
func linkTo(ctx context.Context, traceparent string) trace.Link {
	ctx = withParent(trace.ContextWithSpanContext(ctx, trace.SpanContext{}), traceparent)
	return trace.Link{SpanContext: trace.SpanContextFromContext(ctx)}
}

// attemptSpan is the span of one attempt. The zero value traces nothing.
type attemptSpan struct {
	span   trace.Span
	tracer trace.Tracer
}

// traceAttempt begins the span of a claimed attempt.
func (s *Scheduler) traceAttempt(c history.Claimed, due history.Due) attemptSpan {
	if s.tracer == nil {
		return attemptSpan{}
	}
	return s.startAttempt(c, due)
}

// startAttempt records the time in the queue, from the due time to the claim, and begins the attempt. Both are children of the trigger, so that a
// retry stands beside the attempt before it.
func (s *Scheduler) startAttempt(c history.Claimed, due history.Due) attemptSpan {
	d := c.Delivery
	now := s.now()
	parent := withParent(context.Background(), d.Trace)
	about := []attribute.KeyValue{
		semconv.MessagingMessageID(d.ID), semconv.MessagingDestinationSubscriptionName(d.SubscriptionID), attrProfile.String(d.Profile),
		attrEventType.String(d.EventType), attrDelivery.String(d.ID), attrAttempt.Int(c.Number), attrDuplicate.Bool(c.Duplicate),
	}
	since := now
	if !due.At.IsZero() && due.At.Before(now) {
		since = due.At
	}
	_, queued := s.tracer.Start(parent, "queue "+d.Platform, trace.WithTimestamp(since),
		trace.WithAttributes(destination("queue", d.Platform)...), trace.WithAttributes(about...))
	queued.End(trace.WithTimestamp(now))
	_, span := s.tracer.Start(parent, "process "+d.Platform, trace.WithSpanKind(trace.SpanKindConsumer), trace.WithTimestamp(now),
		trace.WithAttributes(destination("process", d.Platform)...), trace.WithAttributes(about...),
		trace.WithAttributes(semconv.MessagingOperationTypeProcess, attrWorker.String(s.worker.ID)))
	if n := len(d.EventIDs); n > 1 {
		span.SetAttributes(semconv.MessagingBatchMessageCount(n))
	}
	return attemptSpan{span: span, tracer: s.tracer}
}

// requested adds the request that was made, from its report: nothing of the trace goes out with it.
func (a attemptSpan) requested(r sender.Request, report sender.Report) {
	if a.span == nil {
		return
	}
	target := withoutQuery(report.Request.URL)
	_, span := a.tracer.Start(trace.ContextWithSpan(context.Background(), a.span), r.Method, trace.WithSpanKind(trace.SpanKindClient),
		trace.WithTimestamp(report.StartedAt), trace.WithAttributes(semconv.HTTPRequestMethodKey.String(r.Method), semconv.URLFull(target.String()),
			semconv.ServerAddress(target.Hostname()), semconv.ServerPort(portOf(target)), semconv.HTTPRequestBodySize(len(r.Body))))
	at := report.StartedAt.Add(report.Duration)
	for _, hop := range report.Hops {
		to := withoutQuery(hop.URL)
		span.AddEvent("redirect", trace.WithTimestamp(at),
			trace.WithAttributes(semconv.HTTPResponseStatusCode(hop.Status), semconv.URLFull(to.String())))
	}
	reply := report.Reply
	if reply.Status != 0 {
		span.SetAttributes(semconv.HTTPResponseStatusCode(reply.Status))
	}
	switch {
	case reply.Failure != payloads.FailureNone:
		fail(span, string(reply.Failure))
	case reply.Status >= 400:
		fail(span, strconv.Itoa(reply.Status))
	}
	span.End(trace.WithTimestamp(at))
}

// withoutQuery is a masked URL without what often holds credentials. One that cannot be read is empty.
func withoutQuery(masked string) *url.URL {
	u, err := url.Parse(masked)
	if err != nil {
		return &url.URL{}
	}
	u.User, u.RawQuery, u.ForceQuery, u.Fragment, u.RawFragment = nil, "", false, "", ""
	return u
}

func portOf(u *url.URL) int {
	if port, err := strconv.Atoi(u.Port()); err == nil {
		return port
	}
	if u.Scheme == "https" {
		return 443
	}
	return 80
}

// finished notes the result of the attempt.
func (a attemptSpan) finished(result history.Result) {
	if a.span == nil {
		return
	}
	attempt := result.Attempt
	a.span.SetAttributes(attrOutcome.String(attempt.Outcome), attrErrorKind.String(string(attempt.Failure)))
	status := result.Settle
	if status == "" {
		status = history.Retrying
		a.span.SetAttributes(attrNextAt.String(result.Next.UTC().Format(time.RFC3339Nano)))
	}
	a.span.SetAttributes(attrStatus.String(string(status)))
	if status == history.Succeeded {
		return
	}
	kind := string(attempt.Failure)
	if kind == "" {
		kind = attempt.Outcome
	}
	fail(a.span, kind)
}

// interrupted notes that a shutdown cut the attempt short; it will be made again.
func (a attemptSpan) interrupted() {
	if a.span == nil {
		return
	}
	a.span.SetAttributes(attrOutcome.String(payloads.OutcomeInterrupted))
	fail(a.span, payloads.OutcomeInterrupted)
}

// endAttempt ends the span of an attempt; err says that its result could not be recorded. The other triggers whose events are in a batch are
// looked up only now, so that the request does not wait for them.
func (s *Scheduler) endAttempt(ctx context.Context, a attemptSpan, d history.Delivery, err error) {
	if a.span == nil {
		return
	}
	if err != nil {
		fail(a.span, "not_recorded")
	}
	if len(d.EventIDs) > 1 && a.span.IsRecording() {
		s.linkEvents(context.WithoutCancel(ctx), a.span, d)
	}
	a.span.End(trace.WithTimestamp(s.now()))
}

func (s *Scheduler) linkEvents(ctx context.Context, span trace.Span, d history.Delivery) {
	ctx, cancel := context.WithTimeout(ctx, recordWithin)
	defer cancel()
	linked := map[string]bool{d.Trace: true, "": true}
	for _, id := range d.EventIDs[:min(len(d.EventIDs), maxLinks)] {
		event, err := s.history.Event(ctx, id)
		if err != nil {
			return // a link less is no reason to hold up the next attempt
		}
		if !linked[event.Trace] {
			linked[event.Trace] = true
			span.AddLink(linkTo(ctx, event.Trace))
		}
	}
}
