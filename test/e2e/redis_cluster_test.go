package e2e_test

import (
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/annohook/annohook/web/client"
)

// slots is how many a Redis Cluster has.
const slots = 16384

// startCluster starts masters that share the slots. Those of annohook's keys are the owner's; what the other one is asked for them it refuses.
func startCluster(t *testing.T, masters int) (owner, other *redis, all []*redis) {
	t.Helper()
	began := time.Now()
	for i := range masters {
		all = append(all, startRedis(t, "--cluster-enabled", "yes", "--cluster-node-timeout", "2000"))
		all[i].must(fmt.Sprintf("CLUSTER ADDSLOTSRANGE %d %d", i*slots/masters, (i+1)*slots/masters-1))
		all[0].meet(all[i])
	}
	clustered(t, all)
	slot, err := strconv.Atoi(strings.Trim(all[0].say("CLUSTER KEYSLOT {annohook}"), ":\r\n"))
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range all {
		if slot >= i*slots/masters && slot < (i+1)*slots/masters {
			owner = r
		} else {
			other = r
		}
	}
	t.Logf("the cluster is up after %s", time.Since(began).Round(time.Millisecond))
	return owner, other, all
}

// meet makes two nodes know each other.
func (r *redis) meet(other *redis) {
	r.t.Helper()
	host, port, err := net.SplitHostPort(other.addr)
	if err != nil {
		r.t.Fatal(err)
	}
	if other != r {
		r.must("CLUSTER MEET " + host + " " + port)
	}
}

// clustered waits until every node knows every other, and all slots are served.
func clustered(t *testing.T, all []*redis) {
	t.Helper()
	for _, r := range all {
		eventually(t, 30*time.Second, "a node knows the cluster", func() bool {
			info := r.say("CLUSTER INFO")
			return strings.Contains(info, "cluster_state:ok") && strings.Contains(info, fmt.Sprintf("cluster_known_nodes:%d\r\n", len(all)))
		})
	}
}

// replicate starts a replica of a master of the cluster, and waits until it is in step.
func replicate(t *testing.T, all []*redis, master *redis) (replica *redis) {
	t.Helper()
	_, id, _ := strings.Cut(master.say("CLUSTER MYID"), "\r\n")
	replica = startRedis(t, "--cluster-enabled", "yes", "--cluster-node-timeout", "2000")
	all[0].meet(replica)
	clustered(t, append(all, replica))
	replica.must("CLUSTER REPLICATE " + strings.TrimSpace(id))
	eventually(t, 30*time.Second, "the replica is in step", func() bool {
		return strings.Contains(replica.say("INFO replication"), "master_link_status:up")
	})
	for _, r := range all {
		eventually(t, 30*time.Second, "everybody knows of the replica", func() bool { return strings.Contains(r.say("CLUSTER NODES"), " slave ") })
	}
	return replica
}

// TestCluster: API and workers in processes of their own do everything on a cluster of three masters, of which the address names one that has none of
// annohook's keys.
func TestCluster(t *testing.T) {
	t.Parallel()
	owner, other, _ := startCluster(t, 3)
	args := []string{"--redis", "redis+cluster://" + other.addr, "--time-scale", "0.01"}
	s := start(t, append(args, "--roles", "api")...)
	var workers []*process
	for range 2 {
		workers = append(workers, launch(t, t.TempDir(), searchPath(), append([]string{"serve", "--roles", "worker"}, args...)...))
	}
	eventually(t, startWithin, "both workers beat", func() bool { return len(read[client.Stats](s, "/api/v1/stats").Workers) == 2 })
	feed := s.stream("")

	clusterTrips(t, s)
	clusterActions(t, s)

	all := s.all("")
	seen := func(list []streamEvent) map[string]bool {
		ended := map[string]bool{}
		for _, e := range list {
			if d := decode[client.DeliverySummary](t, []byte(e.data)); e.name == "delivery" && settled(d.Status) {
				ended[d.ID] = true
			}
		}
		return ended
	}
	feed.until(func(list []streamEvent) bool { return len(seen(list)) == len(all) }, 10*time.Second)
	if got := len(seen(feed.changes())); got != len(all) {
		t.Errorf("the stream told the end of %d deliveries, want %d", got, len(all))
	}
	if answer := other.say("EXISTS {annohook}:ready"); !strings.HasPrefix(answer, "-MOVED") {
		t.Errorf("the node that was named has annohook's keys, so the test showed nothing: %q", answer)
	}
	for _, log := range []*output{s.log, workers[0].log, workers[1].log} {
		for _, word := range []string{"CROSSSLOT", "MOVED", "non local key"} {
			if strings.Contains(log.String(), word) {
				t.Errorf("the log tells of %s: %s", word, lastLines(log.String(), 20))
			}
		}
	}
	owner.stop()
	eventually(t, 10*time.Second, "readiness tells of a lost node", func() bool { return s.get("/readyz").status == 503 })
	owner.again()
	eventually(t, 20*time.Second, "readiness is back", func() bool { return s.get("/readyz").status == 200 })
}

// TestClusterByName: an address that takes a node of a cluster for a server of its own, or the other way round, is refused with the right one, by the
// doctor too.
func TestClusterByName(t *testing.T) {
	t.Parallel()
	_, other, _ := startCluster(t, 3)
	single := startRedis(t)
	for address, want := range map[string]string{
		other.url:                        "use redis+cluster://host:port",
		"redis+cluster://" + single.addr: "it is not a node of a cluster; use redis://",
	} {
		p := launch(t, t.TempDir(), searchPath(), "serve", "--addr", "127.0.0.1:0", "--redis", address)
		if code := p.wait(startWithin); code != 2 || !strings.Contains(p.log.String(), want) {
			t.Errorf("%s: exit code %d, it says %q, want 2 and %q", address, code, p.log, want)
		}
		doctor := launch(t, t.TempDir(), searchPath(), "doctor", "--addr", "127.0.0.1:0", "--redis", address)
		if code := doctor.wait(startWithin); code == 0 || !strings.Contains(doctor.out.String(), want) {
			t.Errorf("%s: the doctor's exit code is %d, it says %q, want %q", address, code, doctor.out, want)
		}
	}
}

// clusterTrips makes events go out alone with retries, in batches and under a limit, more than one bundle of them at a time.
func clusterTrips(t *testing.T, s *server) {
	t.Helper()
	retried := listen(t, "argilla", hookOptions{script: "500,200"})
	sub := s.attach(retried, "argilla", object{"concurrency": 4})
	batched := listen(t, "toloka", hookOptions{})
	s.attach(batched, "toloka", object{"secret": "one slot", "options": object{"batch": object{"window": "200s", "max_events": 10}}})
	accepted := s.trigger(object{"platform": "argilla", "type": "record.completed", "count": 100}).Events
	accepted = append(accepted, s.trigger(object{"platform": "toloka", "type": "ASSIGNMENT_APPROVED", "count": 25}).Events...)
	for _, d := range s.delivered(accepted, recovery+5*time.Second) {
		numbered(t, d)
	}
	retried.verified()
	batched.verified()
	var sizes []int
	for _, e := range envelopes(t, batched.got()) {
		sizes = append(sizes, len(e.Events))
	}
	if fmt.Sprint(sizes) != "[10 10 5]" && fmt.Sprint(sizes) != "[10 5 10]" {
		t.Errorf("batches of %v, want 10, 10 and 5", sizes)
	}
	if found := s.all("q=" + "attempt:%3E1+platform:argilla"); len(found) == 0 {
		t.Error("the search for what was retried finds nothing")
	}
	if page := read[client.EventList](s, "/api/v1/events?limit=200"); len(page.Items) != 125 {
		t.Errorf("%d events are listed, want 125", len(page.Items))
	}
	s.patch(sub.ID, object{"enabled": false})
	if r := s.checked(http.MethodPost, "/api/v1/events", object{"platform": "argilla", "type": "record.completed"}); r.status != http.StatusConflict {
		t.Errorf("an event nobody wants: %d %s", r.status, r.body)
	}
	one := s.all("platform=argilla")[0]
	for _, mode := range []string{"retry", "new", "verbatim"} {
		again := call[client.Delivery](s, http.StatusAccepted, http.MethodPost, "/api/v1/deliveries/"+one.ID+"/replay", object{"mode": mode})
		if d := s.settle(again.ID, 10*time.Second); d.Status != "succeeded" {
			t.Errorf("the replay %s is %s: %s", mode, d.Status, d.Reason)
		}
	}
	many := call[client.Replayed](s, http.StatusAccepted, http.MethodPost, "/api/v1/deliveries/replay", object{"query": object{"platform": "toloka"}})
	if many.Count != 3 {
		t.Errorf("%d batches replayed, want 3", many.Count)
	}
	batched.await(6, 10*time.Second)
	key := []string{"Idempotency-Key", "once"}
	trigger := object{"platform": "toloka", "type": "POOL_CLOSED"}
	first := call[client.Accepted](s, http.StatusAccepted, http.MethodPost, "/api/v1/events", trigger, key...)
	if again := call[client.Accepted](s, http.StatusAccepted, http.MethodPost, "/api/v1/events", trigger, key...); again.ID != first.ID {
		t.Errorf("the same key made %s and %s", first.ID, again.ID)
	}
	if d := s.only(first); d.Status != "collecting" {
		t.Errorf("the batch is %s, want collecting", d.Status)
	}
	if c := s.checked(http.MethodPost, "/api/v1/deliveries/"+first.Deliveries[0].ID+"/cancel", nil); c.status != http.StatusOK {
		t.Errorf("cancel: %d %s", c.status, c.body)
	}
}

// clusterActions changes a world, whose events go out in a chain, and removes the subscription with one on its way.
func clusterActions(t *testing.T, s *server) {
	t.Helper()
	h := listen(t, "label-studio", hookOptions{script: "200*3,200@500ms"})
	sub := s.attach(h, "label-studio", object{"timeout": "20s"})
	acted := s.act(object{"platform": "label-studio", "action": "import-tasks", "params": object{"count": 12000}})
	if len(acted.Deliveries) != 3 {
		t.Fatalf("raised %s in %d deliveries, want 3", types(acted), len(acted.Deliveries))
	}
	for i, d := range acted.Deliveries {
		if d.Status != "succeeded" {
			t.Errorf("slice %d is %s", i+1, d.Status)
		}
	}
	pending := s.trigger(object{"platform": "label-studio", "type": "TASKS_CREATED", "variant": "import"})
	if r := s.checked(http.MethodDelete, "/api/v1/subscriptions/"+sub.ID, nil); r.status != http.StatusNoContent {
		t.Errorf("delete: %d %s", r.status, r.body)
	}
	for _, d := range pending.Deliveries {
		s.settle(d.ID, 10*time.Second)
	}
	h.verified()
	if r := s.checked(http.MethodDelete, "/api/v1/platforms/label-studio/world", nil); r.status != http.StatusNoContent {
		t.Errorf("reset: %d %s", r.status, r.body)
	}
}

// TestClusterFailover: the master with annohook's keys is lost under load, its replica takes over, and annohook goes on by itself.
func TestClusterFailover(t *testing.T) {
	t.Parallel()
	for name, strike := range map[string]func(*redis){
		"it dies":         (*redis).kill,
		"it falls silent": func(r *redis) { r.signal(syscall.SIGSTOP); r.t.Cleanup(r.kill) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			owner, other, all := startCluster(t, 3)
			replica := replicate(t, all, owner)
			s := start(t, "--redis", "redis+cluster://"+other.addr)
			h := listen(t, "argilla", hookOptions{script: "200@30ms"})
			s.attach(h, "argilla", nil)
			c := insist(s, 4, 10*time.Millisecond, object{"platform": "argilla", "type": "record.completed"})
			eventually(t, 20*time.Second, "some events", func() bool { return c.accepted() >= 50 })
			time.Sleep(unreplicated) // so that there is a before
			strike(owner)
			died := time.Now()
			eventually(t, 10*time.Second, "readiness tells the truth", func() bool { return s.get("/readyz").status == 503 })
			eventually(t, 60*time.Second, "the replica is the master and all slots are served", func() bool {
				return strings.Contains(replica.say("INFO replication"), "role:master") && strings.Contains(replica.say("CLUSTER INFO"), "cluster_state:ok") &&
					strings.Contains(other.say("CLUSTER INFO"), "cluster_state:ok")
			})
			resumes(t, s, c, died)
			h.verified()
		})
	}
}
