package e2e_test

import (
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/annohook/annohook/web/client"
)

// How a soak goes.
const (
	soakBurst  = 6000                   // events that the sustained rate is measured with
	soakTick   = 100 * time.Millisecond // between two triggers of many events
	soakSettle = time.Minute            // for what waits when the load ends, and for a burst
	soakLong   = 5 * time.Minute        // from here on a worker is restarted each minute; below each quarter
	soakKept   = "5000"                 // settled deliveries, so that the record is full within seconds
)

// TestSoak keeps half of the rate up that a burst shows to be sustained, for as long as ANNOHOOK_SOAK says, while a worker is stopped and
// started again and again. Every accepted event arrives once for each attempt, nothing fails, and no process grows.
func TestSoak(t *testing.T) { //nolint:tparallel // one engine after the other, or neither gets the rate that was measured
	t.Parallel()
	length, err := time.ParseDuration(os.Getenv("ANNOHOOK_SOAK"))
	if err != nil {
		t.Skip("set ANNOHOOK_SOAK to a duration such as 10m")
	}
	t.Run("workers", func(t *testing.T) {
		redis := startRedis(t)
		args := []string{"--redis", redis.url, "--time-scale", "0.1", "--keep-deliveries", soakKept, "--log-level", "warn"}
		s := newSoak(t, start(t, append(args, "--roles", "api")...))
		for range 2 {
			s.workers = append(s.workers, startWorker(t, args...))
		}
		s.store = redis.cmd.Process.Pid
		s.run(length)
	})
	if length < soakLong {
		return // in process there is nothing to restart, and time is better spent on workers
	}
	t.Run("memory", func(t *testing.T) {
		s := newSoak(t, start(t, "--redis", "memory", "--time-scale", "0.1", "--keep-deliveries", soakKept, "--log-level", "warn"))
		s.run(length / 5)
	})
}

// soak is a steady load and what is known of it.
type soak struct {
	t        *testing.T
	api      *server
	workers  []*server // the last is the one that is restarted; the first is watched
	store    int       // process id of the Redis; 0: there is none
	sink     *sink
	accepted int
	refused  map[int]int // answers to triggers that were not 202, by status
	history  []sample
	restarts []time.Duration // how long each stop took
}

// newSoak registers a sink.
func newSoak(t *testing.T, api *server) *soak {
	t.Helper()
	s := &soak{t: t, api: api, sink: newSink(t), refused: map[int]int{}}
	more := patient()
	more["platform"], more["url"] = "argilla", s.sink.url
	api.subscribe(more)
	return s
}

// run does all of it.
func (s *soak) run(length time.Duration) {
	s.t.Helper()
	began := time.Now()
	for range soakBurst / 500 {
		s.trigger(500)
	}
	s.settle()
	rate := float64(soakBurst) / time.Since(began).Seconds() / 2
	time.Sleep(time.Second) // what belongs to the burst ends
	s.sink.closeIdle()
	idle := s.sample()
	s.steady(length, rate)
	s.settle()
	s.sink.closeIdle()
	time.Sleep(time.Second)
	s.judge(idle, s.sample(), length, rate)
}

// trigger raises n events.
func (s *soak) trigger(n int) {
	r := s.api.send(http.MethodPost, "/api/v1/events", object{"platform": "argilla", "type": "dataset.published", "count": n})
	if r.status != http.StatusAccepted {
		s.refused[r.status]++
		return
	}
	s.accepted += len(decode[client.Accepted](s.t, r.body).Events)
}

// steady offers rate events a second, takes samples, and restarts a worker now and then.
func (s *soak) steady(length time.Duration, rate float64) {
	s.t.Helper()
	every := time.Minute
	if length < soakLong {
		every = length / 4
	}
	began, before := time.Now(), s.accepted
	nextRestart, nextSample := began.Add(every), began
	var restart chan time.Duration
	for now := began; now.Sub(began) < length; now = time.Now() {
		if owed := int(rate*now.Sub(began).Seconds()) - (s.accepted - before); owed > 0 {
			s.trigger(min(owed, 1000))
		}
		if now.After(nextSample) {
			nextSample = now.Add(length / 60)
			s.history = append(s.history, s.sample())
		}
		if len(s.workers) > 0 && now.After(nextRestart) && restart == nil {
			nextRestart, restart = now.Add(every), make(chan time.Duration, 1)
			go s.stop(s.workers[len(s.workers)-1], restart)
		}
		select {
		case took := <-restart: // nil, and so never, while nothing stops
			s.restarts, restart = append(s.restarts, took), nil
			s.workers[len(s.workers)-1] = startWorker(s.t, s.workers[0].args...)
		case <-time.After(time.Until(now.Add(soakTick))):
		}
	}
	if restart != nil {
		s.restarts = append(s.restarts, <-restart)
		s.workers[len(s.workers)-1] = startWorker(s.t, s.workers[0].args...)
	}
}

// stop ends a worker as an operator does, and tells how long that took.
func (s *soak) stop(w *server, done chan<- time.Duration) {
	began := time.Now()
	w.end()
	if w.err != nil {
		s.t.Errorf("a worker that was told to stop ended with: %v", w.err)
	}
	done <- time.Since(began)
}

// settle waits until nothing waits any more.
func (s *soak) settle() {
	s.t.Helper()
	eventually(s.t, soakSettle, "everything is settled", func() bool {
		time.Sleep(20 * time.Millisecond) // the numbers cost the store something
		return s.sink.events() >= s.accepted && unsettled(s.api) == 0
	})
}

// judge compares what was offered with what came, and the processes at rest after the load with those at rest before it.
func (s *soak) judge(before, after sample, length time.Duration, rate float64) {
	s.t.Helper()
	s.t.Logf("%d events at %.0f/s for %s, %d restarts of a worker, stopped within %v; triggers not accepted, by status: %v",
		s.accepted, rate, length, len(s.restarts), slices.MaxFunc(append(s.restarts, 0), func(a, b time.Duration) int { return int(a - b) }), s.refused)
	if offered := rate * length.Seconds(); float64(s.accepted-soakBurst) < 0.9*offered {
		s.t.Errorf("%d of %.0f events were accepted while the load was half of what the burst showed", s.accepted-soakBurst, offered)
	}
	if came, want := s.sink.events(), s.accepted; came != want {
		s.t.Errorf("%d different events arrived, %d were accepted", came, want)
	}
	if came, want := s.sink.requests(), s.accepted+s.sink.failures(); came != want {
		s.t.Errorf("%d requests, want %d: one for each event and one for each of the %d failures", came, want, s.sink.failures())
	}
	for platform, counts := range decode[client.Stats](s.t, s.api.get("/api/v1/stats").body).Deliveries {
		if counts["failed"]+counts["cancelled"] > 0 {
			s.t.Errorf("deliveries of %s: %v", platform, counts)
		}
	}
	s.grown(before, after)
}

// grown fails the test for a process that holds more after the load than before it, or whose memory rises while the load is steady.
func (s *soak) grown(before, after sample) {
	s.t.Helper()
	for name, then := range before {
		now := after[name]
		early, late := s.memory(name, 1), s.memory(name, 2)
		s.t.Logf("%-9s goroutines %d, then %d; descriptors %d, then %d; memory %d MiB in the second third, %d MiB in the last",
			name, then.goroutines, now.goroutines, then.descriptors, now.descriptors, early>>20, late>>20)
		if now.goroutines > then.goroutines+10 {
			s.t.Errorf("%s: %d goroutines before the load, %d after it", name, then.goroutines, now.goroutines)
		}
		if now.descriptors > then.descriptors+16 {
			s.t.Errorf("%s: %d descriptors before the load, %d after it", name, then.descriptors, now.descriptors)
		}
		if late > early+early/5+24<<20 && !strings.HasPrefix(name, "restarted") {
			s.t.Errorf("%s: memory rose from %d to %d MiB under a steady load", name, early>>20, late>>20)
		}
	}
}

// memory is the mean resident memory of a process in one third of the load.
func (s *soak) memory(name string, third int) int {
	part, sum := s.history[len(s.history)*third/3:len(s.history)*(third+1)/3], 0
	for _, taken := range part {
		sum += taken[name].rss
	}
	return sum / max(1, len(part))
}
