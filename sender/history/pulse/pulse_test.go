package pulse_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/google/go-cmp/cmp"
	"github.com/redis/go-redis/v9"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/sender/history"
	"github.com/annohook/annohook/sender/history/pulse"
	"github.com/annohook/annohook/sender/history/redisstore"
)

var began = time.Date(2026, 11, 21, 12, 0, 30, 0, time.UTC)

// rig writes deliveries to a history under the names that tests use.
type rig struct {
	*testing.T
	h history.History
	n int
}

func (r *rig) must(err error) {
	r.Helper()
	if err != nil {
		r.Fatal(err)
	}
}

// attempt makes a delivery of the subscription with one attempt that ends at the given time: well for status 200, else it settles as failed.
func (r *rig) attempt(platform, sub string, end time.Time, took time.Duration, status int) {
	r.Helper()
	r.n++
	id, at := fmt.Sprintf("d%04d", r.n), end.Add(-took)
	d := history.Delivery{ID: id, Platform: platform, SubscriptionID: sub, EventType: "note.added", CreatedAt: at, NextAt: at}
	r.must(r.h.Append(r.Context(), nil, []history.New{{Delivery: d, Body: []byte("{}")}}))
	c, err := r.h.Claim(r.Context(), history.Ref{Delivery: id, Attempt: 1}, history.Claim{Worker: "w", At: at})
	r.must(err)
	result := history.Result{
		At: end, Settle: history.Succeeded,
		Attempt: history.Attempt{StartedAt: at, Duration: took, Outcome: payloads.OutcomeSucceeded, Reply: &payloads.Reply{Status: status}},
	}
	if status != 200 {
		result.Settle, result.Attempt.Outcome, result.Attempt.Failure = history.Failed, payloads.OutcomeFailed, payloads.FailureStatus
	}
	_, err = r.h.Finish(r.Context(), c.Token, result)
	r.must(err)
}

// engines are feeds of both kinds, empty.
func engines(t *testing.T) map[string]history.History {
	t.Helper()
	client := redis.NewClient(&redis.Options{Addr: miniredis.RunT(t).Addr()})
	t.Cleanup(func() { _ = client.Close() })
	return map[string]history.History{
		"memory": history.NewMemory(history.Options{Start: began}), "redis": redisstore.New(client, redisstore.Options{}),
	}
}

// run keeps a Pulse running until the test ends.
func run(t *testing.T, p *pulse.Pulse) {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error)
	go func() { ended <- p.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Errorf("Run ended with %v", err)
		}
	})
}

// reaches waits until so many attempts are counted.
func reaches(t *testing.T, p *pulse.Pulse, attempts int) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(time.Millisecond) {
		s := p.Snapshot("", began.Add(-24*time.Hour), time.Hour)
		if s.Ready && s.Sum().Attempts == attempts {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d attempts are counted, want %d; ready: %v", s.Sum().Attempts, attempts, s.Ready)
		}
	}
}

func TestThePulseCountsWhatTheFeedHeldAndWhatFollows(t *testing.T) {
	t.Parallel()
	for name, h := range engines(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := &rig{T: t, h: h}
			p := pulse.New(h, func() time.Time { return began.Add(time.Minute) })
			r.attempt("postbox", "a", began.Add(time.Second), 3*time.Millisecond, 200)
			r.attempt("postbox", "a", began.Add(2*time.Second), time.Minute, 503)
			run(t, p)
			reaches(t, p, 2)
			r.attempt("parcel", "b", began.Add(time.Minute), 20*time.Millisecond, 200)
			reaches(t, p, 3)
			s := p.Snapshot("", began.Add(-time.Minute), time.Minute)
			both, later := pulse.Latency{2: 1, 13: 1}, pulse.Latency{4: 1}
			want := []pulse.Bucket{
				{At: began.Add(-90 * time.Second)},
				{At: began.Add(-30 * time.Second), Count: pulse.Count{Attempts: 2, Good: 1, Succeeded: 1, Failed: 1, Latency: both}},
				{At: began.Add(30 * time.Second), Count: pulse.Count{Attempts: 1, Good: 1, Succeeded: 1, Latency: later}, Whole: true},
			}
			if diff := cmp.Diff(want, s.Buckets); diff != "" {
				t.Errorf("buckets (-want +got):\n%s", diff)
			}
			if got := p.Snapshot("parcel", began.Add(-time.Hour), time.Hour).Sum(); got.Attempts != 1 || got.Latency != later {
				t.Errorf("of one platform: %+v", got)
			}
			checkHealth(t, p)
		})
	}
}

func checkHealth(t *testing.T, p *pulse.Pulse) {
	t.Helper()
	want := map[string]pulse.Health{
		"a": {Attempts: []pulse.Attempt{
			{Delivery: "d0001", Number: 1, EventType: "note.added", EndedAt: began.Add(time.Second), Duration: 3 * time.Millisecond, Code: 200, Outcome: "succeeded"},
			{
				Delivery: "d0002", Number: 1, EventType: "note.added", EndedAt: began.Add(2 * time.Second), Duration: time.Minute, Code: 503, Outcome: "failed",
				Failure: payloads.FailureStatus,
			},
		}},
		"b": {Attempts: []pulse.Attempt{
			{Delivery: "d0003", Number: 1, EventType: "note.added", EndedAt: began.Add(time.Minute), Duration: 20 * time.Millisecond, Code: 200, Outcome: "succeeded"},
		}},
	}
	if diff := cmp.Diff(want, p.Healths()); diff != "" {
		t.Errorf("healths (-want +got):\n%s", diff)
	}
	a := p.Health("a")
	if a.Succeeded() != 1 || a.Failing() != 1 || a.Latency(0.5) != time.Minute || a.Latency(0) != 3*time.Millisecond || p.Health("none").Latency(1) != 0 {
		t.Errorf("health: %d succeeded, %d failing, median %v", a.Succeeded(), a.Failing(), a.Latency(0.5))
	}
}

// TestOldMinutesGoAndStepsAdd runs for 30 hours of virtual time.
func TestOldMinutesGoAndStepsAdd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := history.NewMemory(history.Options{})
		r := &rig{T: t, h: h}
		p := pulse.New(h, time.Now)
		run(t, p)
		first := time.Now()
		for range 30 * 6 {
			p.Healths() // nobody who looks on lets it rest
			r.attempt("postbox", "a", time.Now(), time.Millisecond, 200)
			time.Sleep(10 * time.Minute)
		}
		synctest.Wait()
		day := p.Snapshot("", first, 10*time.Minute)
		if got := day.Sum().Attempts; got != 24*6-1 { // the day begins with the step that is not over
			t.Errorf("a day has %d attempts", got)
		}
		for i, b := range day.Buckets[:len(day.Buckets)-1] {
			if b.Attempts != 1 || !b.Whole || i > 0 && b.At.Sub(day.Buckets[i-1].At) != 10*time.Minute {
				t.Fatalf("bucket %d: %+v", i, b)
			}
		}
		if got := p.Snapshot("", time.Now().Add(-time.Hour), time.Hour).Sum().Attempts; got < 6 || got > 12 {
			t.Errorf("the last hour has %d attempts", got)
		}
		if got := p.Snapshot("", time.Now().Add(time.Hour), 0).Buckets; len(got) != 1 {
			t.Errorf("from a time to come: %v", got)
		}
		if h := p.Health("a"); len(h.Attempts) != pulse.Recent || h.Attempts[pulse.Recent-1].Delivery != "d0180" || h.Attempts[0].Delivery != "d0141" {
			t.Errorf("%d attempts of the subscription: %+v", len(h.Attempts), h)
		}
	})
}

func TestTheQuietestSubscriptionIsForgotten(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := history.NewMemory(history.Options{})
		r := &rig{T: t, h: h}
		p := pulse.New(h, time.Now)
		run(t, p)
		p.Healths()
		for i := range pulse.MaxSubscriptions {
			r.attempt("postbox", fmt.Sprint("sub", i), time.Now(), time.Millisecond, 200)
			time.Sleep(time.Millisecond)
		}
		r.attempt("postbox", "sub0", time.Now(), time.Millisecond, 200)
		time.Sleep(time.Millisecond)
		r.attempt("postbox", "new", time.Now(), time.Millisecond, 200)
		synctest.Wait()
		if len(p.Healths()) != pulse.MaxSubscriptions || len(p.Health("sub0").Attempts) != 2 || len(p.Health("sub1").Attempts) != 0 || len(p.Health("new").Attempts) != 1 {
			t.Errorf("%d are known, of sub0 %v, of sub1 %v", len(p.Healths()), p.Health("sub0"), p.Health("sub1"))
		}
	})
}

// broken is a feed that loses entries on demand and otherwise breaks off after each batch.
type broken struct {
	*history.Memory

	gap bool
}

var errBroken = errors.New("broken off")

func (b *broken) Tail(ctx context.Context, after string, fn func([]history.Entry) error) error {
	if b.gap && after != "" {
		b.gap = false
		return history.ErrGap
	}
	return b.Memory.Tail(ctx, after, func(list []history.Entry) error {
		if err := fn(list); err != nil {
			return err
		}
		return errBroken
	})
}

func TestAfterABreakItGoesOnAndAfterAGapItKnowsLess(t *testing.T) {
	t.Parallel()
	feed := &broken{Memory: history.NewMemory(history.Options{FeedLength: 4})}
	r := &rig{T: t, h: feed.Memory}
	p := pulse.New(feed, func() time.Time { return began.Add(3 * time.Minute) })
	p.Healths()
	sum := func() pulse.Count { return p.Snapshot("", began.Add(-time.Hour), time.Minute).Sum() }
	for i, gap := range []bool{false, false, true} {
		r.attempt("postbox", "a", began.Add(time.Duration(i)*time.Minute), time.Millisecond, 200)
		feed.gap = gap
		if err := p.Run(t.Context()); !errors.Is(err, errBroken) {
			t.Fatalf("run %d ended with %v", i, err)
		}
		if got := sum(); got.Attempts != i+1 || got.Succeeded != i+1 {
			t.Errorf("after run %d: %+v", i, got)
		}
	}
	if s := p.Snapshot("", began, time.Minute); !s.Since.Equal(began.Add(2*time.Minute-time.Millisecond)) || s.Buckets[0].Whole || !s.Buckets[3].Whole {
		t.Errorf("known since %v: %+v", s.Since, s.Buckets)
	}
}

func TestASharedFeedIsReadOnceAndWhole(t *testing.T) {
	t.Parallel()
	for name, h := range engines(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, hub := &rig{T: t, h: h}, history.NewHub(h)
			ctx, stop := context.WithCancel(context.Background())
			ended := make(chan error)
			r.attempt("postbox", "a", began, time.Millisecond, 200)
			go func() { ended <- hub.Run(ctx) }()
			t.Cleanup(func() {
				stop()
				if err := <-ended; !errors.Is(err, context.Canceled) {
					t.Errorf("the hub ended with %v", err)
				}
			})
			p := pulse.New(pulse.Shared(h, hub), func() time.Time { return began })
			written := make(chan struct{})
			go func() {
				defer close(written)
				for range 100 {
					r.attempt("postbox", "a", began, time.Millisecond, 200)
				}
			}()
			run(t, p)
			<-written
			reaches(t, p, 101)
			if got := p.Health("a").Attempts; got[len(got)-1].Delivery != "d0101" {
				t.Errorf("last: %v", got[len(got)-1])
			}
		})
	}
}
