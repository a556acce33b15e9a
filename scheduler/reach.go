package scheduler

import (
	"sync"
	"time"

	"github.com/annohook/annohook/payloads"
)

// A target that turns connections away at once.
const (
	turnedAwayWithin = 50 * time.Millisecond // a failure that took longer waited for the target, and costs us little
	turnedAwayTimes  = 8                     // in a row, before few of its attempts are made at a time
	turnedAwayLimit  = 2                     // attempts in flight from then on
	turnedAwayMost   = 10_000                // subscriptions that are remembered
)

// reach knows the subscriptions whose targets take no connection: such an attempt is over before others have sent their request, so the attempts
// of one subscription would take as many turns of the processors and the store as its limit allows. The zero value works.
type reach struct {
	mu     sync.Mutex
	turned map[string]int // failures in a row, by subscription
}

// note counts the end of an attempt. A reply, or a failure that took its time, ends the count.
func (r *reach) note(subscription string, failure payloads.Failure, took time.Duration) {
	away := took < turnedAwayWithin &&
		(failure == payloads.FailureRefused || failure == payloads.FailureUnreachable || failure == payloads.FailureDNS)
	r.mu.Lock()
	defer r.mu.Unlock()
	if !away {
		delete(r.turned, subscription)
		return
	}
	if len(r.turned) >= turnedAwayMost || r.turned == nil {
		r.turned = map[string]int{}
	}
	r.turned[subscription] = min(r.turned[subscription]+1, turnedAwayTimes)
}

// limit is how many attempts of a subscription may be in flight for the present, where usual is its limit; 0 is none.
func (r *reach) limit(subscription string, usual int) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.turned[subscription] < turnedAwayTimes || usual > 0 && usual < turnedAwayLimit {
		return usual
	}
	return turnedAwayLimit
}
