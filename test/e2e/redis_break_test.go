package e2e_test

import (
	"strings"
	"syscall"
	"testing"
	"time"
)

// breakage is one way in which a Redis stops doing its part.
type breakage struct {
	name   string
	extra  []string      // settings of the server
	happen func(*redis)  // and
	mend   func(*redis)  // undo it
	status int           // of a trigger meanwhile
	reason string        // in what it is answered
	pages  int           // status of the pages meanwhile: 503, or 200 with a banner
	lasts  time.Duration // at least
}

func breakages() []breakage {
	const away = "Redis does not answer"
	return []breakage{
		{
			name: "restart", status: 503, reason: away, pages: 503, lasts: 3 * time.Second,
			happen: (*redis).stop, mend: (*redis).again,
		},
		{
			// Killed at any time: with everysec, what Redis holds back while a sync is slow would be lost.
			name: "kill", extra: []string{"--appendfsync", "always"}, status: 503, reason: away, pages: 503, lasts: time.Second,
			happen: (*redis).kill, mend: (*redis).again,
		},
		{
			name: "pause", status: 503, reason: away, pages: 503, lasts: 10 * time.Second,
			happen: func(r *redis) { r.signal(syscall.SIGSTOP) }, mend: func(r *redis) { r.signal(syscall.SIGCONT) },
		},
		{
			name: "replica", status: 503, reason: "this Redis is a read-only replica", pages: 200, lasts: 4 * time.Second,
			happen: func(r *redis) { r.must("REPLICAOF 127.0.0.1 1") }, mend: func(r *redis) { r.must("REPLICAOF NO ONE") },
		},
		{
			name: "full", status: 429, reason: "the memory of Redis is", pages: 200, lasts: 4 * time.Second,
			happen: func(r *redis) { r.must("CONFIG SET maxmemory 1mb") }, mend: func(r *redis) { r.must("CONFIG SET maxmemory 0") },
		},
	}
}

// TestRedisBreaks: whatever Redis does, nothing is answered with 2xx that is not delivered in the end, nobody hangs, and all goes on by itself.
func TestRedisBreaks(t *testing.T) {
	t.Parallel()
	for _, b := range breakages() {
		t.Run(b.name, func(t *testing.T) {
			t.Parallel()
			r := startRedis(t, b.extra...)
			s := start(t, "--redis", r.url)
			h := listen(t, "argilla", hookOptions{script: "200@30ms"})
			s.attach(h, "argilla", nil)
			c := insist(s, 4, 5*time.Millisecond, object{"platform": "argilla", "type": "record.completed"})
			eventually(t, 20*time.Second, "some events", func() bool { return c.accepted() >= 80 })

			b.happen(r)
			broken := time.Now()
			eventually(t, 10*time.Second, "readiness tells the truth", func() bool { return s.get("/readyz").status == 503 })
			since := c.mark()
			eventually(t, 10*time.Second, "the pages tell", func() bool {
				page := s.get("/")
				return page.status == b.pages && strings.Contains(strings.ToLower(string(page.body)), strings.ToLower(b.reason))
			})
			eventually(t, 20*time.Second, "a few refusals", func() bool { return c.mark()-since >= 8 && time.Since(broken) >= b.lasts })
			refusals := c.from(since)

			b.mend(r)
			mended := time.Now()
			eventually(t, 10*time.Second, "readiness is back", func() bool { return s.get("/readyz").status == 200 })
			ready := time.Since(mended)
			before := c.accepted()
			eventually(t, 10*time.Second, "events are accepted again", func() bool { return c.accepted() >= before+20 })
			accepted := c.end()
			deliveries := s.delivered(accepted, recovery+time.Until(mended)+5*time.Second)
			t.Logf("%d events delivered %s after it was mended, ready after %s; slowest answer %s", len(accepted), time.Since(mended).Round(time.Millisecond),
				ready.Round(time.Millisecond), c.slowest().Round(time.Millisecond))
			for _, d := range deliveries {
				numbered(t, d)
			}
			h.verified()
			checkRefusals(t, refusals, b)
			if slowest := c.slowest(); slowest > answersWithin {
				t.Errorf("an answer took %s, want %s at most", slowest, answersWithin)
			}
			if page := s.get("/"); page.status != 200 || strings.Contains(string(page.body), "New events are refused") {
				t.Errorf("the page afterwards has status %d and still tells of trouble", page.status)
			}
		})
	}
}

// answersWithin bounds every answer of the API while Redis is in trouble, the load of a shared machine included.
const answersWithin = 6 * time.Second

// checkRefusals looks at what triggers were answered while a Redis was broken.
func checkRefusals(t *testing.T, answers []answered, b breakage) {
	t.Helper()
	for _, a := range answers {
		if a.status != b.status && a.status != 503 { // a full Redis is known to be for a second at most, and refuses before that by itself
			t.Errorf("a trigger was answered %d, want %d: %s", a.status, b.status, a.body)
			return
		}
		if a.retryAfter == "" || !strings.Contains(a.body, b.reason) {
			t.Errorf("refused without Retry-After (%q) or without the reason %q: %s", a.retryAfter, b.reason, a.body)
			return
		}
	}
}

// TestRedisReplicaIsRefused: a server that could never store anything does not start.
func TestRedisReplicaIsRefused(t *testing.T) {
	t.Parallel()
	r := startRedis(t)
	r.must("REPLICAOF 127.0.0.1 1")
	p := launch(t, t.TempDir(), searchPath(), "serve", "--addr", "127.0.0.1:0", "--redis", r.url)
	if code := p.wait(startWithin); code != 2 {
		t.Errorf("exit code %d, want 2", code)
	}
	if text := p.log.String(); !strings.Contains(text, "read-only replica of 127.0.0.1:1") || !strings.Contains(text, "redis+sentinel://") {
		t.Errorf("it says %q", text)
	}
}
