package scheduler_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/scheduler"
	"github.com/annohook/annohook/sender"
	"github.com/annohook/annohook/sender/history"
	"github.com/annohook/annohook/subscriptions"
)

// limits is a history that remembers the limits of claims.
type limits struct {
	history.History
	asked []int
}

func (l *limits) Claim(ctx context.Context, ref history.Ref, claim history.Claim) (history.Claimed, error) {
	l.asked = append(l.asked, claim.Limit)
	return l.History.Claim(ctx, ref, claim)
}

// repeated is n times the same number.
func repeated(n, value int) []int { return slices.Repeat([]int{value}, n) }

// A target that turns connections away at once gets few attempts at a time, until it takes one.
func TestTargetThatTurnsConnectionsAway(t *testing.T) {
	t.Parallel()
	failing := func(kind payloads.Failure) func(int) payloads.Reply {
		return func(int) payloads.Reply { return payloads.Reply{Failure: kind} }
	}
	for name, tc := range map[string]struct {
		answer func(n int) payloads.Reply // from 1
		takes  time.Duration
		own    int // limit of the subscription; 0: 32, as the program has it
		want   []int
	}{
		"refused":     {failing(payloads.FailureRefused), time.Millisecond, 0, append(repeated(8, 32), repeated(4, 2)...)},
		"no address":  {failing(payloads.FailureDNS), time.Millisecond, 0, append(repeated(8, 32), repeated(4, 2)...)},
		"no route":    {failing(payloads.FailureUnreachable), time.Millisecond, 0, append(repeated(8, 32), repeated(4, 2)...)},
		"slowly":      {failing(payloads.FailureUnreachable), 50 * time.Millisecond, 0, repeated(12, 32)},
		"reset":       {failing(payloads.FailureReset), time.Millisecond, 0, repeated(12, 32)},
		"lower limit": {failing(payloads.FailureRefused), time.Millisecond, 1, repeated(12, 1)},
		"comes back": {func(n int) payloads.Reply {
			if n == 10 {
				return payloads.Reply{Status: 503}
			}
			return payloads.Reply{Failure: payloads.FailureRefused}
		}, time.Millisecond, 0, slices.Concat(repeated(8, 32), repeated(2, 2), repeated(2, 32))},
		"now and then": {func(n int) payloads.Reply {
			if n%8 == 0 {
				return payloads.Reply{Status: 200}
			}
			return payloads.Reply{Failure: payloads.FailureRefused}
		}, time.Millisecond, 0, repeated(12, 32)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			store := &limits{}
			r := newRig(t, func(o *scheduler.Options) { store.History, o.Concurrency = o.History, 32; o.History = store })
			r.wire.takes = tc.takes
			r.wire.answer = func(n int, _ sender.Request) payloads.Reply { return tc.answer(n) }
			r.subscribe("", func(s *subscriptions.Subscription) { s.Concurrency = tc.own })
			r.publish(scheduler.Trigger{Count: 12})
			r.runFor(time.Second)
			if !slices.Equal(store.asked, tc.want) {
				t.Errorf("limits of the claims are %v, want %v", store.asked, tc.want)
			}
		})
	}
}
