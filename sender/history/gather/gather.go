package gather

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"
)

// ErrAnswers is returned to every caller of a round trip that brought back another number of answers than it was given calls.
var ErrAnswers = errors.New("a gathered call has lost answers")

// Group gathers calls that ask In and are answered Out. Make it with New; it is safe for concurrent use and holds nothing to close.
type Group[In, Out any] struct {
	most   int
	width  int
	within time.Duration
	run    func(context.Context, []In) ([]Out, error)
	key    func(In) string // nil: all calls are of one kind

	mu      sync.Mutex
	away    int              // round trips that are made, or whose baton has been handed over
	waiting []*call[In, Out] // none while fewer than width are away
}

// call is one call of Do.
type call[In, Out any] struct {
	in    In
	out   Out
	err   error
	woken chan bool // true: the baton; false: out and err are set
}

// New returns a Group that calls run with 1 to most calls, at most width runs at a time, and gives each within to answer. The answers of run are in the
// order of its calls; an error is everybody's, so what concerns one call only belongs into its Out. The values of the context of run are
// those of one caller, but its end is not: a caller that leaves spoils nothing for the others. A run that panics panics in its caller
// and fails the others.
func New[In, Out any](width, most int, within time.Duration, run func(context.Context, []In) ([]Out, error)) *Group[In, Out] {
	return &Group[In, Out]{width: max(width, 1), most: max(most, 1), within: within, run: run}
}

// Fair makes the group serve keys in turn when more calls wait than a round trip carries: however many calls of one key came first, the others'
// do not wait behind all of them. It must be called before Do, and returns g.
func (g *Group[In, Out]) Fair(key func(In) string) *Group[In, Out] {
	g.key = key
	return g
}

// Do makes one call and returns its answer. A call that has not left when ctx ends does not leave any more, and Do returns the error of ctx;
// one that has left is waited for, because only its answer tells what it did.
func (g *Group[In, Out]) Do(ctx context.Context, in In) (Out, error) {
	c := &call[In, Out]{in: in, woken: make(chan bool, 1)}
	if err := ctx.Err(); err != nil {
		return c.out, err
	}
	g.mu.Lock()
	lead := g.away < g.width
	if lead {
		g.away++
	} else {
		g.waiting = append(g.waiting, c)
	}
	g.mu.Unlock()
	if !lead {
		select {
		case lead = <-c.woken:
		case <-ctx.Done():
			if g.leave(c) {
				return c.out, ctx.Err()
			}
			lead = <-c.woken
		}
	}
	if lead {
		g.lead(ctx, c)
	}
	return c.out, c.err
}

// leave takes back a call that waits; false when it has left, or has the baton.
func (g *Group[In, Out]) leave(c *call[In, Out]) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	at := slices.Index(g.waiting, c)
	if at < 0 {
		return false
	}
	g.waiting = slices.Delete(g.waiting, at, at+1)
	return true
}

// lead makes one round trip, mine among the calls it carries, and passes the baton on.
func (g *Group[In, Out]) lead(ctx context.Context, mine *call[In, Out]) {
	calls := g.take(mine)
	defer g.pass()
	failed := errors.New("a gathered call did not come back")
	defer func() { // also when run panics
		for _, c := range calls {
			if failed != nil {
				c.err = failed
			}
			if c != mine {
				c.woken <- false
			}
		}
	}()
	ins := make([]In, len(calls))
	for i, c := range calls {
		ins[i] = c.in
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), g.within)
	defer cancel()
	outs, err := g.run(ctx, ins)
	if err == nil && len(outs) != len(ins) {
		err = fmt.Errorf("%w: %d of %d", ErrAnswers, len(outs), len(ins))
	}
	if failed = err; err != nil {
		return
	}
	for i, c := range calls {
		c.out = outs[i]
	}
}

// take returns the calls of one round trip: mine and those that wait longest, by turns of their keys, which do not wait any more.
func (g *Group[In, Out]) take(mine *call[In, Out]) []*call[In, Out] {
	g.mu.Lock()
	defer g.mu.Unlock()
	n := min(len(g.waiting), g.most-1)
	if g.key != nil && n < len(g.waiting) {
		g.takeTurns(mine)
	}
	calls := append([]*call[In, Out]{mine}, g.waiting[:n]...)
	g.waiting = slices.Delete(g.waiting, 0, n)
	return calls
}

// takeTurns puts the first call of each key before the second of any, and so on; the caller holds the lock. Later calls keep their places, so
// that the longest wait of a key goes first at its next turn.
func (g *Group[In, Out]) takeTurns(mine *call[In, Out]) {
	turns := map[string]int{g.key(mine.in): 1}
	turn := make(map[*call[In, Out]]int, len(g.waiting))
	for _, c := range g.waiting {
		key := g.key(c.in)
		turn[c] = turns[key]
		turns[key]++
	}
	slices.SortStableFunc(g.waiting, func(a, b *call[In, Out]) int { return turn[a] - turn[b] })
}

// pass hands the baton to the call that waits longest.
func (g *Group[In, Out]) pass() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.waiting) == 0 {
		g.away--
		return
	}
	g.waiting[0].woken <- true
	g.waiting = slices.Delete(g.waiting, 0, 1)
}
