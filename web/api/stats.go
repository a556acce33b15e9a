package api

import (
	"context"
	"net/http"
	"reflect"
	"slices"
	"sync"
	"time"

	"github.com/annohook/annohook/scheduler"
	"github.com/annohook/annohook/web/client"
)

type statsOutput struct {
	Body client.Stats
}

func (a *API) statsRoutes() {
	register(a, operation{id: "stats", method: http.MethodGet, path: Prefix + "/stats", tag: "stats", summary: "The state of the engine as numbers"},
		func(ctx context.Context, _ *struct{}) (*statsOutput, error) {
			stats, err := a.scheduler.Stats(ctx)
			if err != nil {
				return nil, err
			}
			return &statsOutput{Body: statsView(stats)}, nil
		})
}

// numbers computes statistics once for all streams, at most four times a second.
type numbers struct {
	read func(context.Context) (scheduler.Stats, error)
	now  func() time.Time

	mu    sync.Mutex
	taken time.Time
	last  client.Stats
}

// statsEvery is the time between two statistics of a stream.
const statsEvery = 250 * time.Millisecond

// get returns statistics that are at most statsEvery old, and when they were taken.
func (n *numbers) get(ctx context.Context) (client.Stats, time.Time, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	now := n.now()
	if !n.taken.IsZero() && now.Sub(n.taken) < statsEvery {
		return n.last, n.taken, nil
	}
	stats, err := n.read(ctx)
	if err != nil {
		return client.Stats{}, now, err
	}
	n.taken, n.last = now, statsView(stats)
	return n.last, n.taken, nil
}

func statsView(s scheduler.Stats) client.Stats {
	view := client.Stats{
		Deliveries: map[string]map[string]int{}, Waiting: s.Waiting, InLanes: s.InLanes, InFlight: s.InFlight, QueueDepth: s.QueueDepth,
		DueLagMS: millis(s.DueLag), Workers: make([]client.Worker, len(s.Workers)),
		Latency: client.Quantiles{
			Count: s.Latency.Count, P50MS: millis(s.Latency.P50), P90MS: millis(s.Latency.P90), P99MS: millis(s.Latency.P99),
		},
	}
	for platform, counts := range s.Deliveries {
		view.Deliveries[platform] = map[string]int{}
		for status, n := range counts {
			view.Deliveries[platform][string(status)] = n
		}
	}
	for i, w := range s.Workers {
		view.Workers[i] = client.Worker{ID: w.ID, Host: w.Host, PID: w.PID, StartedAt: w.Started.UTC(), BeatAt: w.Beat.UTC()}
	}
	return view
}

// millis prints a duration as milliseconds with microseconds behind the point.
func millis(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// sameStats compares what a reader would call a change: not the beats of workers and not how time passes.
func sameStats(a, b client.Stats) bool {
	strip := func(s client.Stats) client.Stats {
		s.DueLagMS = 0
		s.Workers = slices.Clone(s.Workers)
		for i := range s.Workers {
			s.Workers[i].BeatAt = time.Time{}
		}
		return s
	}
	return reflect.DeepEqual(strip(a), strip(b))
}
