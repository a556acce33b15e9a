package e2e_test

import (
	"testing"
	"time"

	"github.com/annohook/annohook/web/client"
)

// TestWorkersShareRedis: one process has the API, two others work; one of those is killed under load.
func TestWorkersShareRedis(t *testing.T) {
	t.Parallel()
	redis := startRedis(t)
	s := start(t, "--redis", redis.url, "--roles", "api")
	var workers []*process
	for range 2 {
		workers = append(workers, launch(t, t.TempDir(), searchPath(), "serve", "--redis", redis.url, "--roles", "worker"))
	}
	eventually(t, startWithin, "both workers beat", func() bool {
		return len(read[client.Stats](s, "/api/v1/stats").Workers) == 2
	})
	h := listen(t, "argilla", hookOptions{script: "200@100ms"})
	s.attach(h, "argilla", object{"concurrency": 16})
	l := offer(s, 2, time.Millisecond, object{"platform": "argilla", "type": "record.updated"})
	eventually(t, 20*time.Second, "a load", func() bool { return l.count() >= 150 })
	h.await(30, 10*time.Second)
	workers[0].kill()
	killed := time.Now()
	eventually(t, 20*time.Second, "more load", func() bool { return l.count() >= 250 })
	accepted := l.end()
	interrupted := 0
	// The attempts of the dead are noticed after 6 s and begun again within 10; the rest of the load goes on beside that.
	for _, d := range s.delivered(accepted, 25*time.Second) {
		if numbered(t, d) {
			interrupted++
		}
	}
	t.Logf("%d events delivered %s after the kill, %d attempts repeated", len(accepted), time.Since(killed).Round(time.Millisecond), interrupted)
	if interrupted == 0 {
		t.Error("the killed worker had no attempt in flight, so the test showed nothing")
	}
	h.verified()
	workers[1].running()
	eventually(t, 15*time.Second, "only the living worker is listed", func() bool {
		return len(read[client.Stats](s, "/api/v1/stats").Workers) == 1
	})
}

// TestFairness: a subscription whose listener never answers does not hold up another.
func TestFairness(t *testing.T) {
	t.Parallel()
	s := start(t, "--redis", "memory")
	slow, fast := listen(t, "argilla", hookOptions{script: "hang"}), listen(t, "argilla", hookOptions{})
	stuck := s.attach(slow, "argilla", object{"concurrency": 4})
	quick := s.attach(fast, "argilla", nil)
	s.trigger(object{"platform": "argilla", "type": "record.created", "count": 300, "subscription_ids": []string{stuck.ID}})
	began := time.Now()
	s.triggerSettled(object{"platform": "argilla", "type": "record.created", "count": 20, "subscription_ids": []string{quick.ID}})
	if took := time.Since(began); took > 3*time.Second {
		t.Errorf("20 deliveries took %s behind a listener that hangs", took)
	}
	if n := len(slow.got()); n != 4 {
		t.Errorf("%d attempts at the same time at the slow listener, want 4", n)
	}
	if stats := read[client.Stats](s, "/api/v1/stats"); stats.InLanes == 0 {
		t.Errorf("nothing is parked: %+v", stats)
	}
	for _, d := range s.all("subscription=" + stuck.ID) {
		if settled(d.Status) {
			t.Errorf("delivery %s to a listener that hangs is %s", d.ID, d.Status)
		}
	}
}
