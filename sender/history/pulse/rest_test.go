package pulse_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/annohook/annohook/sender/history"
	"github.com/annohook/annohook/sender/history/pulse"
)

// TestAPulseThatNobodyAsksRestsAndCatchesUp lets time pass without a question while attempts are made. The pulse reads through a hub, which rests with it.
func TestAPulseThatNobodyAsksRestsAndCatchesUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r, feed := restRig(t, history.Options{})
		p := startShared(t, feed)
		r.attempts(3)
		if n := feed.readers.Load(); n != 1 { // the hub, which has not seen enough yet
			t.Fatalf("%d read although nobody has asked", n)
		}
		r.knows(p, 3)
		r.attempts(3)
		r.knows(p, 6)
		since := p.Snapshot("", time.Now(), time.Minute).Since
		time.Sleep(pulse.RestAfter + time.Minute)
		r.attempts(3000) // more than a hub that nobody follows waits for
		if feed.reading() {
			t.Fatalf("it reads although nobody has asked for %v", pulse.RestAfter+time.Minute)
		}
		if s := p.Snapshot("", time.Now().Add(-time.Hour), time.Hour); s.Ready {
			t.Error("it says that it knows everything, after a rest")
		}
		r.knows(p, 3006)
		if s := p.Snapshot("", time.Now(), time.Minute); !s.Since.Equal(since) {
			t.Errorf("known since %v, before the rest since %v", s.Since, since)
		}
		r.attempts(1)
		r.knows(p, 3007)
	})
}

// TestThePageThatWakesAPulseSeesWhatWas: the first question of all, and the first after a rest, is answered with what the feed holds by then.
func TestThePageThatWakesAPulseSeesWhatWas(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r, feed := restRig(t, history.Options{})
		p := startShared(t, feed)
		asked := func(want int) {
			t.Helper()
			ready := p.Await(t.Context())
			if got := p.Snapshot("", time.Now().Add(-time.Hour), time.Hour).Sum().Attempts; !ready || got != want {
				t.Errorf("ready %v, %d attempts, want %d", ready, got, want)
			}
		}
		r.attempts(3)
		asked(3)
		time.Sleep(pulse.RestAfter + time.Minute)
		r.attempts(3000) // more than a hub that nobody follows waits for
		if feed.reading() {
			t.Fatal("it does not rest")
		}
		asked(3003)
		asked(3003)
		hopeless, cancel := context.WithCancel(t.Context())
		cancel()
		if pulse.New(feed, time.Now).Await(hopeless) {
			t.Error("a pulse that nobody runs is ready")
		}
	})
}

// TestWhatTheFeedLostDuringARestIsAGap has more attempts during a rest than the feed holds.
func TestWhatTheFeedLostDuringARestIsAGap(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r, feed := restRig(t, history.Options{FeedLength: 400})
		p := startShared(t, feed)
		r.attempts(1)
		r.knows(p, 1)
		time.Sleep(pulse.RestAfter + time.Minute)
		lost := time.Now()
		r.attempts(3000)
		p.Healths()
		synctest.Wait()
		s := p.Snapshot("", time.Now().Add(-time.Hour), time.Minute)
		if got := s.Sum().Attempts; !s.Ready || got < 90 || got > 110 {
			t.Errorf("%d attempts are known, ready: %v; want what the feed holds and what was known before", got, s.Ready)
		}
		if !s.Since.After(lost) {
			t.Errorf("known since %v, although attempts from %v on are lost", s.Since, lost)
		}
	})
}

// TestAPulseIsWokenByAnyQuestion also before it runs.
func TestAPulseIsWokenByAnyQuestion(t *testing.T) {
	t.Parallel()
	for name, ask := range map[string]func(*pulse.Pulse){
		"snapshot": func(p *pulse.Pulse) { p.Snapshot("", time.Now(), time.Minute) },
		"health":   func(p *pulse.Pulse) { p.Health("a") },
		"healths":  func(p *pulse.Pulse) { p.Healths() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				r, feed := restRig(t, history.Options{})
				p := pulse.New(feed, time.Now)
				ask(p)
				run(t, p)
				r.attempts(1)
				if !feed.reading() {
					t.Error("it is asked and does not read")
				}
			})
		})
	}
}

// watched is a feed that counts who reads it.
type watched struct {
	*history.Memory

	readers atomic.Int32
}

func (w *watched) reading() bool { return w.readers.Load() > 0 }

func (w *watched) Tail(ctx context.Context, after string, fn func([]history.Entry) error) error {
	w.readers.Add(1)
	defer w.readers.Add(-1)
	return w.Memory.Tail(ctx, after, fn)
}

// resting is a rig in a bubble.
type resting struct{ *rig }

func restRig(t *testing.T, o history.Options) (resting, *watched) {
	t.Helper()
	feed := &watched{Memory: history.NewMemory(o)}
	return resting{&rig{T: t, h: feed.Memory}}, feed
}

// attempts makes attempts and returns when everybody has read what they read.
func (r resting) attempts(n int) {
	r.Helper()
	for range n {
		r.attempt("postbox", "a", time.Now(), time.Millisecond, 200)
		time.Sleep(time.Millisecond)
	}
	synctest.Wait()
}

// knows checks how many attempts are counted, once what is missing is read.
func (r resting) knows(p *pulse.Pulse, attempts int) {
	r.Helper()
	p.Healths()
	synctest.Wait()
	if s := p.Snapshot("", time.Now().Add(-time.Hour), time.Hour); !s.Ready || s.Sum().Attempts != attempts {
		r.Fatalf("%d attempts are counted, want %d; ready: %v", s.Sum().Attempts, attempts, s.Ready)
	}
}

// startShared runs a pulse beside a hub, as the program does, until the test ends.
func startShared(t *testing.T, feed history.Feed) *pulse.Pulse {
	t.Helper()
	hub := history.NewHub(feed)
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error)
	go func() { ended <- hub.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Errorf("the hub ended with %v", err)
		}
	})
	p := pulse.New(pulse.Shared(feed, hub), time.Now)
	run(t, p)
	return p
}
