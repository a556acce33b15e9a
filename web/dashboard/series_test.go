package dashboard_test

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/annohook/annohook/payloads/payloadtest/invented"
	"github.com/annohook/annohook/scheduler"
	"github.com/annohook/annohook/sender/history"
	"github.com/annohook/annohook/web/dashboard"
)

type publishing func(context.Context, scheduler.Trigger) (scheduler.Published, error)

// runSeries runs series until the test ends. Its clock is the real one.
func runSeries(t *testing.T, publish publishing) *dashboard.Series {
	t.Helper()
	var mu sync.Mutex
	n := 0
	s, err := dashboard.NewSeries(dashboard.SeriesOptions{Publish: publish, Now: time.Now, NewID: func() string {
		mu.Lock()
		defer mu.Unlock()
		n++
		return "series-" + strconv.Itoa(n)
	}})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { s.Run(ctx) })
	t.Cleanup(func() { cancel(); running.Wait() })
	return s
}

func TestSeriesKeepTheirRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		var at []time.Duration
		var seeds []uint64
		s := runSeries(t, func(_ context.Context, tr scheduler.Trigger) (scheduler.Published, error) {
			at, seeds = append(at, time.Since(start)), append(seeds, *tr.Seed)
			if len(at) == 2 {
				time.Sleep(450 * time.Millisecond) // a slow store delays what comes after, but not for good
			}
			return scheduler.Published{Events: make([]history.Event, 1)}, nil
		})
		seed := uint64(1<<53 - 2)
		if _, err := s.Start(t.Context(), scheduler.Trigger{Seed: &seed}, 5, 6, ""); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		ms := time.Millisecond
		if diff := cmp.Diff([]time.Duration{0, 200 * ms, 650 * ms, 650 * ms, 800 * ms, 1000 * ms}, at); diff != "" {
			t.Errorf("times (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff([]uint64{1<<53 - 2, 1<<53 - 1, 0, 1, 2, 3}, seeds); diff != "" {
			t.Errorf("seeds (-want +got):\n%s", diff)
		}
	})
}

func TestSeriesAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var n atomic.Int64
		s := runSeries(t, func(ctx context.Context, _ scheduler.Trigger) (scheduler.Published, error) {
			n.Add(1)
			return scheduler.Published{}, ctx.Err()
		})
		for _, wrong := range []struct {
			rate  float64
			total int
		}{{0, 1}, {50.1, 1}, {-1, 1}, {1, 0}, {50, 1001}, {1, 601}} {
			if _, err := s.Start(t.Context(), scheduler.Trigger{}, wrong.rate, wrong.total, ""); err == nil {
				t.Errorf("%d events at %v a second are taken", wrong.total, wrong.rate)
			}
		}
		for range dashboard.MaxSeries {
			if _, err := s.Start(t.Context(), scheduler.Trigger{}, 1, 500, ""); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := s.Start(t.Context(), scheduler.Trigger{}, 1, 1, ""); !errors.Is(err, dashboard.ErrSeriesFull) {
			t.Errorf("one too many: %v", err)
		}
		time.Sleep(20*time.Second + time.Millisecond)
		if n := n.Load(); n != dashboard.MaxSeries*21 {
			t.Errorf("%d events, want %d", n, dashboard.MaxSeries*21)
		}
	})
}

func TestSeriesEndWithTheProgram(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := 0
		s, err := dashboard.NewSeries(dashboard.SeriesOptions{
			Now: time.Now, NewID: func() string { return "s" },
			Publish: func(context.Context, scheduler.Trigger) (scheduler.Published, error) {
				n++
				return scheduler.Published{}, nil
			},
		})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 2500*time.Millisecond)
		defer cancel()
		if _, err := s.Start(t.Context(), scheduler.Trigger{}, 1, 100, ""); err != nil {
			t.Fatal(err)
		}
		s.Run(ctx)
		time.Sleep(time.Minute)
		if n != 3 {
			t.Errorf("%d events before the end, want 3", n)
		}
		if _, err := s.Start(t.Context(), scheduler.Trigger{}, 1, 1, ""); err == nil {
			t.Error("a series begins after the end")
		}
	})
}

func TestSeriesNeedTheirParts(t *testing.T) {
	if _, err := dashboard.NewSeries(dashboard.SeriesOptions{}); err == nil {
		t.Error("no error")
	}
}

// until asks for a page again until it says something.
func (r *rig) until(path, says string) answer {
	r.t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for {
		page := r.get(path).want(http.StatusOK)
		if strings.Contains(page.text(), says) || time.Now().After(deadline) {
			return page.holds(says)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

func TestComposeAtARate(t *testing.T) {
	r := newRig(t)
	fields := url.Values{"platform": {invented.ID}, "type": {invented.NoteAdded}, "how": {"rate"}, "rate": {"50"}, "seconds": {"1"}, "set": {"note.box = B"}}
	r.post("/compose", fields).want(http.StatusConflict).holds("No subscription wants this event")
	r.subscribe()
	fields.Set("rate", "0.01")
	fields.Set("seconds", "100")
	path := r.post("/compose", fields).seeOther()
	page := r.until(path, "1 of 1 events sent, which made 1 delivery. Done.")
	checkStructure(t, page)
	checkNothingInline(t, page)
	if body := r.lastBody(); !strings.Contains(body, `"box":"B"`) {
		t.Errorf("sent %s", body)
	}
	fields.Set("rate", "0.1")
	path = r.post("/compose", fields).seeOther()
	r.until(path, "1 of 10 events sent")
	r.get("/compose").holds(invented.NoteAdded+" at 0.1 a second", "1 of 10")
	if got := r.post(path+"/stop", nil).seeOther(); got != path {
		t.Errorf("stop leads to %s", got)
	}
	r.until(path, "Ended early: stopped")
	r.get("/compose/series/none").want(http.StatusNotFound)
	r.post("/compose/series/none/stop", nil).want(http.StatusNotFound)
}
