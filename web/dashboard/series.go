package dashboard

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/annohook/annohook/scheduler"
)

// Bounds of series.
const (
	MaxSeriesRate   = 50               // events a second
	MaxSeriesLength = 10 * time.Minute // from the first event to the last
	MaxSeriesEvents = 1000
	MaxSeries       = 4  // that run at the same time
	keptSeries      = 20 // that are remembered after their end
)

// ErrSeriesFull is returned by Series.Start while MaxSeries run.
var ErrSeriesFull = fmt.Errorf("%d series are running, which is the most; stop one first", MaxSeries)

// errSeriesEnded is returned by Series.Start when the program ends.
var errSeriesEnded = errors.New("the program ends")

// Series sends events at a rate, for people who want to see their listener under a steady load. It is not kept anywhere: what is left of a series ends
// with the process; the events it has sent are kept like all others. Build it with NewSeries; somebody has to Run it. All methods are safe for
// concurrent use.
type Series struct {
	publish func(context.Context, scheduler.Trigger) (scheduler.Published, error)
	now     func() time.Time
	newID   func() string

	mu      sync.Mutex
	ended   bool
	all     []*series // oldest first
	running sync.WaitGroup
}

// SeriesOptions are the parts a Series works with; all are required.
type SeriesOptions struct {
	Publish func(context.Context, scheduler.Trigger) (scheduler.Published, error)
	Now     func() time.Time
	NewID   func() string
}

// series is one of them. The fields below its line belong to the lock of the Series.
type series struct {
	id      string
	trigger scheduler.Trigger
	link    string // back to where it was made
	total   int
	pause   time.Duration // between two events
	stop    context.CancelFunc
	started time.Time

	sent, deliveries int
	finished         time.Time // zero: it runs
	why              string    // it ended early
}

// NewSeries returns a Series without any, or an error that names what is missing.
func NewSeries(o SeriesOptions) (*Series, error) {
	if o.Publish == nil || o.Now == nil || o.NewID == nil {
		return nil, errors.New("series options: publish, now and new id are required")
	}
	return &Series{publish: o.Publish, now: o.Now, newID: o.NewID}, nil
}

// Run waits for ctx to end, then stops what runs and waits for it.
func (s *Series) Run(ctx context.Context) {
	<-ctx.Done()
	s.mu.Lock()
	s.ended = true
	for _, one := range s.all {
		one.stop()
	}
	s.mu.Unlock()
	s.running.Wait()
}

// Start begins to send total events, rate of them a second, and returns the id of the series. It returns ErrSeriesFull, or an error for numbers out of
// bounds. The series outlives ctx, of which only the values count.
func (s *Series) Start(ctx context.Context, t scheduler.Trigger, rate float64, total int, link string) (string, error) {
	if !(rate > 0 && rate <= MaxSeriesRate) || total < 1 || total > MaxSeriesEvents || float64(total)/rate > MaxSeriesLength.Seconds() {
		return "", fmt.Errorf("%d events at %v a second are out of bounds", total, rate)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ended {
		return "", errSeriesEnded
	}
	if s.count() >= MaxSeries {
		return "", ErrSeriesFull
	}
	ctx, stop := context.WithCancel(context.WithoutCancel(ctx))
	one := &series{
		id: s.newID(), trigger: t, link: link, total: total, pause: time.Duration(float64(time.Second) / rate), stop: stop, started: s.now(),
	}
	s.all = append(s.all, one)
	s.forget()
	s.running.Go(func() {
		defer stop()
		s.play(ctx, one)
	})
	return one.id, nil
}

// count is how many run; the caller holds the lock.
func (s *Series) count() int {
	n := 0
	for _, one := range s.all {
		if one.finished.IsZero() {
			n++
		}
	}
	return n
}

// forget drops the oldest that have ended; the caller holds the lock.
func (s *Series) forget() {
	for len(s.all) > keptSeries {
		at := slices.IndexFunc(s.all, func(one *series) bool { return !one.finished.IsZero() })
		if at < 0 {
			return
		}
		s.all = slices.Delete(s.all, at, at+1)
	}
}

// play sends the events of one series. An event that comes late does not delay those after it.
func (s *Series) play(ctx context.Context, one *series) {
	begin := time.NewTimer(0)
	defer begin.Stop()
	for i := range one.total {
		begin.Reset(one.started.Add(time.Duration(i) * one.pause).Sub(s.now()))
		select {
		case <-ctx.Done():
			s.finish(one, "stopped")
			return
		case <-begin.C:
		}
		t := one.trigger
		if t.Seed != nil {
			seed := (*t.Seed + uint64(i)) % (maxSeed + 1)
			t.Seed = &seed
		}
		published, err := s.publish(ctx, t)
		if err != nil {
			s.finish(one, whySeriesEnded(ctx, err))
			return
		}
		s.note(one, published)
	}
	s.finish(one, "")
}

// whySeriesEnded words the error that ended a series.
func whySeriesEnded(ctx context.Context, err error) string {
	_, unwanted := errors.AsType[*scheduler.NoMatchError](err)
	switch {
	case ctx.Err() != nil:
		return "stopped"
	case unwanted:
		return "no subscription wants the event any more"
	default:
		return err.Error()
	}
}

func (s *Series) note(one *series, p scheduler.Published) {
	s.mu.Lock()
	defer s.mu.Unlock()
	one.sent += len(p.Events)
	one.deliveries += len(p.Deliveries) // a batch that several events share counts for each
}

func (s *Series) finish(one *series, why string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	one.finished, one.why = s.now(), why
}

// stopOne ends a series before its time; ok is false for one that is not known here.
func (s *Series) stopOne(id string) (ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, one := range s.all {
		if one.id == id {
			one.stop()
			return true
		}
	}
	return false
}

// views lists the series, newest first; the ones that run before those that have ended.
func (s *Series) views() []seriesView {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := make([]seriesView, 0, len(s.all))
	for _, one := range slices.Backward(s.all) {
		list = append(list, one.view(s.now()))
	}
	slices.SortStableFunc(list, func(a, b seriesView) int { return cmp.Compare(rank(a.Running), rank(b.Running)) })
	return list
}

func rank(running bool) int {
	if running {
		return 0
	}
	return 1
}
