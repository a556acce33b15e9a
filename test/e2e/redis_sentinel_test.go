package e2e_test

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// startSentinels watches a master with three Sentinels that agree within a second or two.
func startSentinels(t *testing.T, master *redis) []*redis {
	t.Helper()
	host, port, err := net.SplitHostPort(master.addr)
	if err != nil {
		t.Fatal(err)
	}
	var all []*redis
	for range 3 {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		addr := l.Addr().String()
		_ = l.Close()
		_, own, _ := net.SplitHostPort(addr)
		dir := t.TempDir()
		file := filepath.Join(dir, "sentinel.conf")
		text := fmt.Sprintf("bind 127.0.0.1\nport %s\ndir %s\nsentinel monitor annohook %s %s 2\nsentinel down-after-milliseconds annohook 1000\n"+
			"sentinel failover-timeout annohook 4000\n", own, dir, host, port)
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		r := launchRedis(t, findRedis(t), addr, []string{file, "--sentinel"})
		if !r.answers() {
			t.Fatal("a Sentinel did not start")
		}
		all = append(all, r)
	}
	for _, r := range all {
		eventually(t, 20*time.Second, "the Sentinels know each other and the replica", func() bool {
			answer := r.say("SENTINEL MASTER annohook")
			return follows(answer, "num-other-sentinels", "2") && follows(answer, "num-slaves", "1")
		})
	}
	return all
}

// follows reports whether an answer of pairs holds a name with a value.
func follows(answer, name, value string) bool {
	_, rest, found := strings.Cut(answer, "\r\n"+name+"\r\n")
	return found && strings.HasPrefix(rest, fmt.Sprintf("$%d\r\n%s\r\n", len(value), value))
}

// unreplicated is how long before the death of a master its last writes may not have reached the replica, the load of a shared machine included.
const unreplicated = 2 * time.Second

// takeover is how long after the Sentinels agree events must be accepted again. It takes 0.3 s at most on a machine that has nothing else to do;
// until then events are refused and nothing is lost.
const takeover = 10 * time.Second

// disaster is a way in which a master is lost.
type disaster struct {
	name  string
	named int // how many of the Sentinels the address names, the first ones
	// strike loses the master and returns whoever remains of the Sentinels.
	strike func(master *redis, sentinels []*redis) []*redis
}

func disasters() []disaster {
	return []disaster{
		{
			name: "the master dies", named: 3,
			strike: func(master *redis, sentinels []*redis) []*redis {
				master.kill()
				return sentinels
			},
		},
		{
			// Nobody refuses anything then: what was asked is just never answered. The Sentinels that remain are found by the one that is lost.
			name: "the machine of the master and the only Sentinel that is named falls silent", named: 1,
			strike: func(master *redis, sentinels []*redis) []*redis {
				for _, r := range []*redis{sentinels[0], master} {
					r.signal(syscall.SIGSTOP)
					r.t.Cleanup(r.kill)
				}
				return sentinels[1:]
			},
		},
	}
}

// TestSentinelFailover: the master is lost under load, the replica takes over, and annohook goes on by itself.
func TestSentinelFailover(t *testing.T) {
	t.Parallel()
	for _, d := range disasters() {
		t.Run(d.name, func(t *testing.T) {
			t.Parallel()
			failOver(t, d)
		})
	}
}

// failOver loses a master. Replication is asynchronous, so what was accepted in the last moment before may be lost, and nothing else.
func failOver(t *testing.T, d disaster) {
	t.Helper()
	master := startRedis(t)
	_, port, _ := net.SplitHostPort(master.addr)
	replica := startRedis(t, "--replicaof", "127.0.0.1 "+port)
	eventually(t, 20*time.Second, "the replica is in step", func() bool {
		return strings.Contains(replica.say("INFO replication"), "master_link_status:up")
	})
	sentinels := startSentinels(t, master)
	var named []string
	for _, sentinel := range sentinels[:d.named] {
		named = append(named, sentinel.addr)
	}
	s := start(t, "--redis", "redis+sentinel://"+strings.Join(named, ",")+"/annohook")
	h := listen(t, "argilla", hookOptions{script: "200@30ms"})
	s.attach(h, "argilla", nil)
	c := insist(s, 4, 10*time.Millisecond, object{"platform": "argilla", "type": "record.completed"})
	eventually(t, 20*time.Second, "some events", func() bool { return c.accepted() >= 50 })
	time.Sleep(unreplicated) // so that there is a before
	sentinels = d.strike(master, sentinels)
	died := time.Now()
	eventually(t, 10*time.Second, "readiness tells the truth", func() bool { return s.get("/readyz").status == 503 })
	takesOver(t, s, c, replica, sentinels, died)
	h.verified()
}

// takesOver waits for the successor of a master that was lost, and for everything to go on.
func takesOver(t *testing.T, s *server, c *caller, replica *redis, sentinels []*redis, died time.Time) {
	t.Helper()
	_, successor, _ := net.SplitHostPort(replica.addr)
	eventually(t, 60*time.Second, "all Sentinels name the replica", func() bool { // they tell each other every two seconds
		return !slices.ContainsFunc(sentinels, func(s *redis) bool {
			return !strings.Contains(s.say("SENTINEL GET-MASTER-ADDR-BY-NAME annohook"), successor)
		})
	})
	resumes(t, s, c, died)
}

// resumes waits, as soon as there is a new master, for events to be accepted again, and looks at what became of those before.
func resumes(t *testing.T, s *server, c *caller, died time.Time) {
	t.Helper()
	promoted := time.Now()
	before := c.accepted()
	eventually(t, takeover, "events are accepted again", func() bool { return c.accepted() >= before+30 })
	resumed := time.Since(promoted)
	events := c.end()
	var safe, risky []string
	for _, id := range events {
		if began := c.began[id]; began.After(died.Add(-unreplicated)) && began.Before(promoted) {
			risky = append(risky, id)
		} else {
			safe = append(safe, id)
		}
	}
	s.arrived(safe, recovery)
	lost := 0
	for _, id := range risky {
		if s.get("/api/v1/events/"+id).status == 404 {
			lost++
		}
	}
	t.Logf("taken over after %s, events accepted %s later; %d of the %d events of the last moment lost; slowest answer %s",
		promoted.Sub(died).Round(time.Millisecond), resumed.Round(time.Millisecond), lost, len(risky), c.slowest().Round(time.Millisecond))
	if slowest := c.slowest(); slowest > answersWithin {
		t.Errorf("an answer took %s, want %s at most", slowest, answersWithin)
	}
}

// TestClusterOfOne: a server that speaks Cluster refuses whatever would touch keys of two slots, so an event that arrives proves that nothing does.
func TestClusterOfOne(t *testing.T) {
	t.Parallel()
	r := startRedis(t, "--cluster-enabled", "yes")
	r.must("CLUSTER ADDSLOTSRANGE 0 16383")
	eventually(t, 20*time.Second, "the cluster is up", func() bool { return strings.Contains(r.say("CLUSTER INFO"), "cluster_state:ok") })
	s := start(t, "--redis", "redis+cluster://"+r.addr, "--time-scale", "0.01")
	h := listen(t, "argilla", hookOptions{script: "500,200"})
	s.attach(h, "argilla", nil)
	batched := listen(t, "toloka", hookOptions{})
	s.attach(batched, "toloka", object{"secret": "one-slot", "options": object{"batch": object{"window": "10s"}}})
	accepted := s.trigger(object{"platform": "argilla", "type": "record.completed", "count": 40}).Events
	accepted = append(accepted, s.trigger(object{"platform": "toloka", "type": "ASSIGNMENT_APPROVED", "count": 5}).Events...)
	for _, d := range s.delivered(accepted, recovery+5*time.Second) {
		numbered(t, d)
	}
	h.verified()
	batched.verified()
}
