package app

import (
	"context"
	"net"
	"slices"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
)

// exploreEvery is how often Sentinels are asked for each other.
const exploreEvery = 10 * time.Second

// explore looks for Sentinels that the address does not name until ctx ends: soon again until the first one has answered.
func (s *sentinels) explore(ctx context.Context) {
	for {
		again := exploreEvery
		if !s.discover(ctx) {
			again = sentinelEvery
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(again):
		}
	}
}

// report is what one Sentinel says of itself and the others.
type report struct {
	by     sentinel
	id     string  // its own; "": it does not tell
	others []other // of the group
	err    error
}

// other is one Sentinel that another one knows.
type other struct{ addr, id string }

// discover asks every Sentinel for the others, and has those that answer asked for the master from now on. One that is silent, or can only be reached
// elsewhere than where it is known to the others, is not among them, so that nobody waits for it. It reports whether anybody answered.
func (s *sentinels) discover(ctx context.Context) bool {
	reports := concurrently(s.members(), func(m sentinel) report { return s.report(ctx, m) })
	reports = slices.DeleteFunc(reports, func(r report) bool { return r.err != nil })
	if len(reports) == 0 {
		return false // nobody knows better
	}
	known := acquaintances{}
	for _, m := range s.named {
		known.meet(m.addr, "")
	}
	var found []sentinel
	for _, r := range reports {
		if known.meet(r.by.addr, r.id) {
			found = append(found, r.by)
		}
	}
	var fresh []string
	for _, r := range reports {
		for _, o := range r.others {
			if known.meet(o.addr, o.id) {
				fresh = append(fresh, o.addr)
			}
		}
	}
	s.replace(append(found, s.answering(ctx, fresh)...))
	return true
}

// acquaintances are the addresses and ids of Sentinels. One may have several addresses, a name and a number.
type acquaintances map[string]bool

// meet notes a Sentinel, whose id may be unknown (""), and reports whether it was new.
func (a acquaintances) meet(addr, id string) bool {
	fresh := !a[addr] && (id == "" || !a[id])
	a[addr] = true
	if id != "" {
		a[id] = true
	}
	return fresh
}

// report asks one Sentinel who it is and whom it knows.
func (s *sentinels) report(ctx context.Context, m sentinel) report {
	ctx, cancel := context.WithTimeout(ctx, 2*sentinelWithin)
	defer cancel()
	list, err := m.client.Sentinels(ctx, s.group).Result()
	if err != nil {
		return report{err: err}
	}
	r := report{by: m}
	for _, o := range list {
		r.others = append(r.others, other{addr: net.JoinHostPort(o["ip"], o["port"]), id: o["runid"]})
	}
	id := redis.NewStringCmd(ctx, "sentinel", "myid")
	if m.client.Process(ctx, id) == nil {
		r.id = id.Val()
	}
	return r
}

// answering opens clients to those that name a master.
func (s *sentinels) answering(ctx context.Context, addrs []string) []sentinel {
	ctx, cancel := context.WithTimeout(ctx, 2*sentinelWithin)
	defer cancel()
	list := concurrently(addrs, func(addr string) sentinel {
		m := sentinel{addr: addr, client: s.client(addr)}
		if s.ask(ctx, m).err != nil {
			_ = m.client.Close() // that it is not used is all that is wanted
			return sentinel{}
		}
		return m
	})
	return slices.DeleteFunc(list, func(m sentinel) bool { return m.client == nil })
}

// replace makes found those that are asked beside the named ones, and lets the others go.
func (s *sentinels) replace(found []sentinel) {
	s.mu.Lock()
	before := s.found
	s.found = found
	s.mu.Unlock()
	for _, m := range before {
		if !slices.Contains(found, m) {
			_ = m.client.Close() // whoever asks it just now hears from the others
		}
	}
}

// concurrently is f of each of several things.
func concurrently[T, R any](list []T, f func(T) R) []R {
	results := make([]R, len(list))
	var all sync.WaitGroup
	for i, v := range list {
		all.Go(func() { results[i] = f(v) })
	}
	all.Wait()
	return results
}
