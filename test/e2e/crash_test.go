package e2e_test

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/annohook/annohook/web/client"
)

// recovery is how long after a restart everything accepted must be delivered.
const recovery = 10 * time.Second

// TestKillUnderLoad kills the program with attempts in flight and events waiting behind them.
func TestKillUnderLoad(t *testing.T) {
	t.Parallel()
	for _, e := range survivors() {
		t.Run(e.name, func(t *testing.T) {
			t.Parallel()
			s := start(t, e.open(t)...)
			h := listen(t, "argilla", hookOptions{script: "200@150ms"})
			s.attach(h, "argilla", nil)
			accepted := s.trigger(object{"platform": "argilla", "type": "record.completed", "count": 100}).Events
			l := offer(s, 2, time.Millisecond, object{"platform": "argilla", "type": "record.created"})
			eventually(t, 20*time.Second, "another hundred events", func() bool { return l.count() >= 100 })
			h.await(20, 10*time.Second)
			s.kill()
			accepted = append(accepted, l.end()...)

			restarted := time.Now()
			s = s.again()
			deliveries := s.delivered(accepted, recovery-time.Since(restarted))
			t.Logf("%d events delivered %s after the restart", len(accepted), time.Since(restarted).Round(time.Millisecond))
			interrupted := 0
			for _, d := range deliveries {
				if numbered(t, d) {
					interrupted++
				}
				if n := len(d.Attempts); n > 2 {
					t.Errorf("delivery %s has %d attempts", d.ID, n)
				}
			}
			if interrupted == 0 {
				t.Error("no attempt was in flight when the program was killed, so the test showed nothing")
			}
			h.verified()
			if n := distinct(bodies(h.got())); n < len(accepted) {
				t.Errorf("%d different bodies arrived for %d events", n, len(accepted))
			}
		})
	}
}

// TestKillBetweenTriggerAndDelivery: the answer to the trigger is out, no attempt has begun.
func TestKillBetweenTriggerAndDelivery(t *testing.T) {
	t.Parallel()
	for _, e := range survivors() {
		t.Run(e.name, func(t *testing.T) {
			t.Parallel()
			args := e.open(t)
			s := start(t, append(args, "--roles", "api")...) // nobody works
			h := listen(t, "datasaur", hookOptions{})
			s.attach(h, "datasaur", object{"secret": "generate"})
			accepted := s.trigger(object{"platform": "datasaur", "type": "PROJECT_COMPLETED", "count": 50})
			s.kill()
			if n := len(h.got()); n != 0 {
				t.Fatalf("%d requests without a worker", n)
			}
			restarted := time.Now()
			s = startIn(t, s.home, s.path, args...)
			deliveries := s.delivered(accepted.Events, recovery-time.Since(restarted))
			for _, d := range deliveries {
				if len(d.Attempts) != 1 || numbered(t, d) {
					t.Errorf("delivery %s has attempts %+v, want one", d.ID, d.Attempts)
				}
			}
			if len(deliveries) != 50 || len(h.got()) != 50 {
				t.Errorf("%d deliveries, %d requests; want 50", len(deliveries), len(h.got()))
			}
			h.verified()
		})
	}
}

// TestKillDuringBatch: an open batch outlives the process, with all its events.
func TestKillDuringBatch(t *testing.T) {
	t.Parallel()
	for _, e := range survivors() {
		t.Run(e.name, func(t *testing.T) {
			t.Parallel()
			s := start(t, e.open(t)...)
			h := listen(t, "toloka", hookOptions{})
			s.attach(h, "toloka", object{"secret": "outlives", "options": object{"batch": object{"window": "1500ms"}}})
			accepted := s.trigger(object{"platform": "toloka", "type": "ASSIGNMENT_APPROVED", "count": 5})
			if status := s.only(accepted).Status; status != "collecting" {
				t.Fatalf("the batch is %s, want collecting", status)
			}
			s.kill()
			if n := len(h.got()); n != 0 {
				t.Fatalf("%d requests before the window ended", n)
			}
			restarted := time.Now()
			s = s.again()
			s.delivered(accepted.Events, recovery-time.Since(restarted))
			env := envelopes(t, h.got())
			if len(env) != 1 || len(env[0].Events) != 5 {
				t.Errorf("%d requests, want one with 5 events: %+v", len(env), env)
			}
			if d := s.only(accepted); len(d.Attempts) != 1 || numbered(t, d) {
				t.Errorf("attempts %+v", d.Attempts)
			}
			h.verified()
		})
	}
}

// TestKillDuringRetryWait: a delivery that waits for its retry goes on where it was, on time and by number.
func TestKillDuringRetryWait(t *testing.T) {
	t.Parallel()
	for _, e := range survivors() {
		t.Run(e.name, func(t *testing.T) {
			t.Parallel()
			s := start(t, append(e.open(t), "--time-scale", "0.3")...)
			h := listen(t, "argilla", hookOptions{script: "500,200"})
			s.attach(h, "argilla", nil)
			accepted := s.trigger(object{"platform": "argilla", "type": "dataset.published"})
			var waiting client.Delivery
			eventually(t, 5*time.Second, "the first attempt failed", func() bool {
				waiting = s.only(accepted)
				return waiting.Status == "retrying"
			})
			s.kill()
			restarted := time.Now()
			s = s.again()
			s.delivered(accepted.Events, recovery-time.Since(restarted))
			d := s.only(accepted)
			if len(d.Attempts) != 2 || numbered(t, d) || d.Attempts[1].Duplicate {
				t.Fatalf("attempts %+v, want a failed one and a second", d.Attempts)
			}
			if off := d.Attempts[1].StartedAt.Sub(*waiting.NextAttemptAt); off < 0 || off > time.Second {
				t.Errorf("the retry began %s after its due time", off)
			}
		})
	}
}

// TestKillDuringSeries: the slices that wait for one in flight are not forgotten, and go out in order.
func TestKillDuringSeries(t *testing.T) {
	t.Parallel()
	for _, e := range survivors() {
		t.Run(e.name, func(t *testing.T) {
			t.Parallel()
			s := start(t, e.open(t)...)
			h := listen(t, "label-studio", hookOptions{script: "200@700ms,200"})
			s.attach(h, "label-studio", object{"timeout": "20s", "options": object{"batch_size": 1}})
			accepted := s.trigger(object{"platform": "label-studio", "type": "TASKS_CREATED", "variant": "import"})
			h.await(1, 5*time.Second)
			s.kill()
			restarted := time.Now()
			s = s.again()
			var last time.Time
			for i, a := range accepted.Deliveries {
				d := s.settle(a.ID, recovery-time.Since(restarted))
				if d.Status != "succeeded" || numbered(t, d) != (i == 0) {
					t.Errorf("slice %d is %s with attempts %+v", i+1, d.Status, d.Attempts)
				}
				begin := d.Attempts[len(d.Attempts)-1].StartedAt
				if begin.Before(last) {
					t.Errorf("slice %d went out before the one before", i+1)
				}
				last = begin
			}
		})
	}
}

// TestKillOfSupervisedRedis: the child may die as well; what was accepted is in its file.
func TestKillOfSupervisedRedis(t *testing.T) {
	t.Parallel()
	findRedis(t)
	state := filepath.Join(t.TempDir(), "state")
	s := start(t, "--redis", "auto", "--state-dir", state)
	h := listen(t, "argilla", hookOptions{script: "200@50ms"})
	s.attach(h, "argilla", object{"concurrency": 8})
	l := offer(s, 2, time.Millisecond, object{"platform": "argilla", "type": "record.deleted"})
	eventually(t, 20*time.Second, "some events", func() bool { return l.count() >= 60 })
	before := redisPID(t, state)
	if err := syscall.Kill(before, syscall.SIGKILL); err != nil {
		t.Fatalf("kill the child: %v", err)
	}
	reached := l.count() // may be far beyond 60 by now
	eventually(t, 10*time.Second, "events are accepted again", func() bool { return l.count() >= reached+60 })
	accepted := l.end()
	s.delivered(accepted, recovery+5*time.Second)
	s.running()
	if after := redisPID(t, state); after == before {
		t.Errorf("the child still has process id %d", after)
	}
	h.verified()
}

// redisPID is the process id that the supervised child wrote.
func redisPID(t *testing.T, state string) int {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(state, "redis", "redis.pid"))
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		t.Fatal(err)
	}
	return pid
}

// TestKillTwice: a second kill while the first is still being repaired loses nothing either.
func TestKillTwice(t *testing.T) {
	t.Parallel()
	for _, e := range survivors() {
		t.Run(e.name, func(t *testing.T) {
			t.Parallel()
			s := start(t, e.open(t)...)
			h := listen(t, "argilla", hookOptions{script: "200@200ms"})
			s.attach(h, "argilla", object{"concurrency": 10})
			accepted := s.trigger(object{"platform": "argilla", "type": "response.created", "count": 40})
			h.await(5, 5*time.Second)
			s.kill()
			before := len(h.got())
			s = s.again()
			h.await(before+3, recovery) // the dead one's attempts hold its places until they are given up
			s.kill()
			restarted := time.Now()
			s = s.again()
			for _, d := range s.delivered(accepted.Events, recovery-time.Since(restarted)) {
				numbered(t, d)
			}
		})
	}
}
