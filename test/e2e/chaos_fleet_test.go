package e2e_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/annohook/annohook/web/client"
)

// scaled is the time scale of the fleets: a platform's wait of 10 s takes 100 ms.
const scaled = "0.01"

// topology is one way to spread the program over processes.
type topology struct {
	name string
	open func(t *testing.T, random *rand.Rand) *fleet
}

// topologies are everything in one process, on each engine that survives, and one API process with three workers on one Redis.
func topologies() []topology {
	var out []topology
	for _, e := range survivors() {
		out = append(out, topology{name: "alone-" + e.name, open: func(t *testing.T, random *rand.Rand) *fleet {
			t.Helper()
			return newFleet(t, random, 0, append(e.open(t), "--time-scale", scaled))
		}})
	}
	return append(out, topology{name: "three-workers", open: func(t *testing.T, random *rand.Rand) *fleet {
		t.Helper()
		return newFleet(t, random, 3, []string{"--redis", startRedis(t).url, "--time-scale", scaled})
	}})
}

// fleet is the processes of one topology. Only the goroutine of the test may use it.
type fleet struct {
	t       *testing.T
	random  *rand.Rand
	args    []string // of every process
	api     *server  // with the worker role too where there are no workers
	workers []*process
	deaths  []death
	moved   func(*server) // told of each new process that has the API
}

// death is one kill.
type death struct {
	who     string
	at      time.Time // the last victim was gone
	working bool      // a process with the worker role died
	last    bool      // no other was left
	help    time.Time // from when on somebody could take over: the kill, or the start of the next worker where none was left
	ready   time.Time // what was killed works again
}

func newFleet(t *testing.T, random *rand.Rand, workers int, args []string) *fleet {
	t.Helper()
	f := &fleet{t: t, random: random, args: args, moved: func(*server) {}}
	roles := "api,worker"
	if workers > 0 {
		roles = "api"
	}
	f.api = start(t, append([]string{"--roles", roles}, args...)...)
	for range workers {
		f.workers = append(f.workers, f.launch())
	}
	f.all()
	return f
}

func (f *fleet) launch() *process {
	f.t.Helper()
	return launch(f.t, f.t.TempDir(), searchPath(), append([]string{"serve", "--roles", "worker"}, f.args...)...)
}

// all waits until every worker is known to be at work.
func (f *fleet) all() {
	f.t.Helper()
	eventually(f.t, startWithin, "every worker beats", func() bool {
		return len(decode[client.Stats](f.t, f.api.get("/api/v1/stats").body).Workers) == max(1, len(f.workers))
	})
}

// strike kills something after a random while, and starts it again at once or after a while: the API, a worker, or everything.
func (f *fleet) strike() {
	f.t.Helper()
	f.pause(3 * time.Second)
	victims := []int{0}
	d := death{who: "api", working: len(f.workers) == 0, last: len(f.workers) == 0}
	if len(f.workers) > 0 {
		switch pick := f.random.IntN(2 + len(f.workers)); pick {
		case 0:
		case 1 + len(f.workers):
			d = death{who: "all", working: true, last: true}
			for i := range f.workers {
				victims = append(victims, i+1)
			}
		default:
			d, victims = death{who: "worker", working: true}, []int{pick}
		}
	}
	for _, i := range victims {
		f.process(i).kill()
	}
	d.at = time.Now()
	d.help = d.at
	if f.random.IntN(2) == 0 {
		f.pause(2 * time.Second)
	}
	if d.last {
		d.help = time.Now()
	}
	f.revive(victims)
	d.ready = time.Now()
	f.deaths = append(f.deaths, d)
}

// process is the API process, or worker i.
func (f *fleet) process(i int) *process {
	if i == 0 {
		return f.api.process
	}
	return f.workers[i-1]
}

// revive starts processes again, the API last, which is waited for.
func (f *fleet) revive(victims []int) {
	f.t.Helper()
	for _, i := range slices.Backward(victims) {
		if i > 0 {
			f.workers[i-1] = f.launch()
			continue
		}
		f.api = f.api.again()
		f.moved(f.api)
	}
}

// pause waits for a random time below the given one.
func (f *fleet) pause(below time.Duration) { time.Sleep(time.Duration(f.random.Int64N(int64(below)))) }

// cause is the first kill that can have ended an attempt which began at a time; false without any.
func (f *fleet) cause(began time.Time) (death, bool) {
	for _, d := range f.deaths {
		if d.working && !d.at.Before(began) {
			return d, true
		}
	}
	return death{}, false
}

// relief is from when on somebody could take over what died with a kill and was on the wire again at a time: after the kill, or after the last
// of further ones that left nobody.
func (f *fleet) relief(kill death, again time.Time) time.Time {
	help := kill.help
	for _, d := range f.deaths {
		if d.last && d.at.After(kill.at) && d.help.Before(again) {
			help = d.help
		}
	}
	return help
}

// String counts the kills.
func (f *fleet) String() string {
	n, starts := map[string]int{}, make([]time.Duration, 0, len(f.deaths))
	for _, d := range f.deaths {
		n[d.who]++
		if d.last {
			starts = append(starts, d.ready.Sub(d.help))
		}
	}
	if len(starts) == 0 {
		return fmt.Sprintf("%d kills %v", len(f.deaths), n)
	}
	slices.Sort(starts)
	return fmt.Sprintf("%d kills %v, ready again %s (median), %s (worst) after a start from nothing", len(f.deaths), n,
		starts[len(starts)/2].Round(time.Millisecond), starts[len(starts)-1].Round(time.Millisecond))
}
