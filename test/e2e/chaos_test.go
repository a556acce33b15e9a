package e2e_test

import (
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"
)

// TestChaos kills processes with kill -9 at random moments under a load of several platforms, as often as ANNOHOOK_CHAOS says (a number) or as
// long (a duration). What was accepted is delivered in the end, in flight work is on the wire again within recovery, and nothing reaches a
// listener twice without being marked.
func TestChaos(t *testing.T) {
	t.Parallel()
	text := os.Getenv("ANNOHOOK_CHAOS")
	kills, errNumber := strconv.Atoi(text)
	length, errDuration := time.ParseDuration(text)
	if errNumber != nil && errDuration != nil {
		t.Skip("set ANNOHOOK_CHAOS to a duration such as 10m, or to a number of kills")
	}
	seed := chaosSeed(t)
	for i, topology := range topologies() {
		t.Run(topology.name, func(t *testing.T) {
			t.Parallel()
			t.Logf("ANNOHOOK_CHAOS_SEED=%d repeats the choice of the kills", seed)
			f := topology.open(t, rand.New(rand.NewPCG(seed, uint64(i))))
			b := bombard(f)
			for deadline := time.Now().Add(length); len(f.deaths) < kills || errNumber != nil && time.Now().Before(deadline); {
				f.strike()
			}
			b.end()
			f.all()
			newTrial(f, b).judge()
		})
	}
}

// chaosSeed is what ANNOHOOK_CHAOS_SEED says, or another one each time.
func chaosSeed(t *testing.T) uint64 {
	t.Helper()
	text := os.Getenv("ANNOHOOK_CHAOS_SEED")
	if text == "" {
		return uint64(time.Now().UnixNano())
	}
	seed, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return seed
}
