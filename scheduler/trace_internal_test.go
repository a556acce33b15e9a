package scheduler

import (
	"testing"
	"time"

	"github.com/annohook/annohook/sender"
	"github.com/annohook/annohook/sender/history"
)

// BenchmarkTracingOff is what tracing costs an event and its attempt where nobody traces.
func BenchmarkTracingOff(b *testing.B) {
	step := untraced(b)
	b.ReportAllocs()
	for b.Loop() {
		step()
	}
}

func TestTracingOffAllocatesNothing(t *testing.T) { //nolint:paralleltest // testing.AllocsPerRun counts what others allocate, too
	if n := testing.AllocsPerRun(100, untraced(t)); n != 0 {
		t.Errorf("%v allocations, want none", n)
	}
}

// untraced is every step of tracing for one event and its attempt.
func untraced(tb testing.TB) func() {
	tb.Helper()
	ctx, s := tb.Context(), &Scheduler{}
	events, news := make([]history.Event, 1), make([]history.New, 1)
	claimed := history.Claimed{Delivery: history.Delivery{ID: "d", EventIDs: []string{"e", "f"}}}
	due := history.Due{}
	return func() {
		ctx, publish := s.tracePublish(ctx, "postbox", attrEventType, "note.added")
		s.carry(ctx, events, news, nil)
		publish.repeats(ctx, "")
		publish.end(time.Time{}, 1, 1, nil)
		span := s.traceAttempt(claimed, due)
		span.requested(sender.Request{}, sender.Report{})
		span.finished(history.Result{})
		s.endAttempt(ctx, span, claimed.Delivery, nil)
	}
}
