package e2e_test

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/annohook/annohook/sender/listener"
)

// TestSoak keeps a steady rate up for as long as ANNOHOOK_SOAK says: nothing is lost, and memory and descriptors stay flat.
func TestSoak(t *testing.T) {
	t.Parallel()
	length, err := time.ParseDuration(os.Getenv("ANNOHOOK_SOAK"))
	if err != nil {
		t.Skip("set ANNOHOOK_SOAK to a duration such as 10m")
	}
	for _, e := range engines() {
		t.Run(e.name, func(t *testing.T) {
			t.Parallel() // it is about time, not about load
			s := start(t, append(e.open(t), "--time-scale", "0.001", "--keep-deliveries", "5000")...)
			h := listen(t, "argilla", hookOptions{answers: forLong(t, "200*9,500")})
			s.attach(h, "argilla", patient())
			// A third of the time to fill what is kept, then what is used must not grow.
			l := offer(s, 2, 10*time.Millisecond, object{"platform": "argilla", "type": "record.updated"})
			deadline := time.Now().Add(length)
			var first, worst usage
			for time.Now().Before(deadline) {
				time.Sleep(length / 60)
				now := used(t, s.cmd.Process.Pid)
				if time.Until(deadline) < length*2/3 && first.rss == 0 {
					first = now
				}
				worst = usage{rss: max(worst.rss, now.rss), descriptors: max(worst.descriptors, now.descriptors)}
			}
			accepted := l.end()
			last := accepted[max(0, len(accepted)-2000):] // older ones may be trimmed
			s.arrived(last, 30*time.Second)
			t.Logf("%d events; resident memory %d MiB after a third, %d MiB at most; %d descriptors, %d at most",
				len(accepted), first.rss>>20, worst.rss>>20, first.descriptors, worst.descriptors)
			if worst.rss > first.rss*3/2+64<<20 || worst.descriptors > first.descriptors*3/2+64 {
				t.Errorf("grew from %+v to %+v", first, worst)
			}
			if failed := len(s.all("status=failed")); failed > 0 {
				t.Errorf("%d deliveries failed", failed)
			}
		})
	}
}

// forLong repeats a script more often than any test makes requests, because a listener would repeat its last answer only.
func forLong(t *testing.T, script string) []listener.Answer {
	t.Helper()
	answers, err := listener.ParseScript(script)
	if err != nil {
		t.Fatal(err)
	}
	return slices.Repeat(answers, 500_000/len(answers))
}

// patient is a subscription with so many retries that no delivery fails by bad luck.
func patient() object {
	return object{"retry": object{"delays": slices.Repeat([]string{"1s"}, 15)}}
}

type usage struct{ rss, descriptors int }

// used reads what a process holds. It is skipped where the system has no /proc.
func used(t *testing.T, pid int) usage {
	t.Helper()
	dir := filepath.Join("/proc", strconv.Itoa(pid))
	statm, err := os.ReadFile(filepath.Join(dir, "statm"))
	if err != nil {
		t.Skip("this system has no /proc to read memory and descriptors from")
	}
	pages, err := strconv.Atoi(strings.Fields(string(statm))[1])
	if err != nil {
		t.Fatal(err)
	}
	descriptors, err := os.ReadDir(filepath.Join(dir, "fd"))
	if err != nil {
		t.Fatal(err)
	}
	return usage{rss: pages * os.Getpagesize(), descriptors: len(descriptors)}
}

// TestChaos kills the program at random moments under load, as long as ANNOHOOK_CHAOS says (a duration) or as often (a number). Whatever
// was accepted is delivered in the end.
func TestChaos(t *testing.T) {
	text := os.Getenv("ANNOHOOK_CHAOS")
	kills, errNumber := strconv.Atoi(text)
	length, errDuration := time.ParseDuration(text)
	if errNumber != nil && errDuration != nil {
		t.Skip("set ANNOHOOK_CHAOS to a duration such as 10m, or to a number of kills")
	}
	for _, e := range survivors() {
		t.Run(e.name, func(t *testing.T) {
			seed := uint64(time.Now().UnixNano())
			t.Logf("seed %d", seed)
			random := rand.New(rand.NewPCG(seed, 1))
			s := start(t, append(e.open(t), "--time-scale", "0.01")...)
			signed := listen(t, "argilla", hookOptions{answers: forLong(t, "200@100ms,200,500,200@50ms,200*3")})
			batched := listen(t, "toloka", hookOptions{answers: forLong(t, "200@100ms,500,200*3")})
			s.attach(signed, "argilla", patient())
			more := patient()
			more["secret"], more["options"] = "of chaos", object{"batch": object{"window": "20s"}} // 200 ms under the scale
			s.attach(batched, "toloka", more)
			loads := []*load{
				offer(s, 2, 10*time.Millisecond, object{"platform": "argilla", "type": "record.updated"}),
				offer(s, 1, 10*time.Millisecond, object{"platform": "toloka", "type": "ASSIGNMENT_SUBMITTED"}),
			}
			deadline, n := time.Now().Add(length), 0
			for ; n < kills || errDuration == nil && time.Now().Before(deadline); n++ {
				time.Sleep(time.Duration(random.IntN(4000)) * time.Millisecond)
				s.kill()
				s = s.again()
				for _, l := range loads {
					l.to(s)
				}
			}
			var accepted []string
			for _, l := range loads {
				accepted = append(accepted, l.end()...)
			}
			repeated := 0
			for _, d := range s.delivered(accepted, 40*time.Second) {
				if numbered(t, d) {
					repeated++
				}
			}
			signed.verified()
			batched.verified()
			t.Logf("%d events delivered through %d kills, %d deliveries with an interrupted attempt", len(accepted), n, repeated)
		})
	}
}
