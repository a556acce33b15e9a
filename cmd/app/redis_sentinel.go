package app

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// How long Sentinels may take, and how often they are asked.
const (
	sentinelWithin = 500 * time.Millisecond // one step with one Sentinel; the others are asked at the same time
	sentinelEvery  = 500 * time.Millisecond // between two looks whether there is a new master
)

// sentinels finds the master of a group by asking Sentinels, and opens connections to it. It asks all of them at once, each time, so that one that
// is silent holds nobody up; and when there is a new master it closes the connections to the old one, which may be silent for long. It is safe
// for concurrent use; Close ends it.
type sentinels struct {
	group  string
	named  []sentinel  // in the address
	tls    *tls.Config // nil: none
	client func(addr string) *redis.SentinelClient

	mu     sync.Mutex
	found  []sentinel // the others that answer, see discover; never changed in place
	master string     // host:port; "": not known yet
	links  map[*link]struct{}
	closed bool

	stop    context.CancelFunc // ends the goroutines
	running sync.WaitGroup
}

// sentinel is one of them.
type sentinel struct {
	addr   string
	client *redis.SentinelClient
}

// sentinelClient is a client whose server the Sentinels name.
type sentinelClient struct {
	*redis.Client
	sentinels *sentinels
}

// Close closes the client and what finds its master.
func (c *sentinelClient) Close() error { return errors.Join(c.Client.Close(), c.sentinels.Close()) }

// openSentinels returns a client of the master that the Sentinels of o name. It outlives ctx, and is to be closed.
func openSentinels(ctx context.Context, o redis.UniversalOptions) *sentinelClient {
	s := &sentinels{group: o.MasterName, tls: o.TLSConfig, links: map[*link]struct{}{}, client: sentinelsOf(o)}
	for _, addr := range o.Addrs {
		s.named = append(s.named, sentinel{addr: addr, client: s.client(addr)})
	}
	o.Dialer = s.dial
	watching, stop := context.WithCancel(context.WithoutCancel(ctx))
	s.stop = stop // by Close
	s.running.Go(func() { s.watch(watching) })
	s.running.Go(func() { s.explore(watching) })
	return &sentinelClient{Client: redis.NewClient(o.Simple()), sentinels: s}
}

// sentinelsOf opens clients of Sentinels with what o says of them.
func sentinelsOf(o redis.UniversalOptions) func(addr string) *redis.SentinelClient {
	return func(addr string) *redis.SentinelClient {
		return redis.NewSentinelClient(&redis.Options{
			Addr: addr, TLSConfig: tlsFor(o.TLSConfig, addr), Username: o.SentinelUsername, Password: o.SentinelPassword,
			MaxRetries: 1, DialerRetries: 1, PoolSize: 2, ContextTimeoutEnabled: true, DisableIdentity: true,
			DialTimeout: sentinelWithin, ReadTimeout: sentinelWithin, WriteTimeout: sentinelWithin,
			MaintNotificationsConfig: &maintnotifications.Config{Mode: maintnotifications.ModeDisabled},
		})
	}
}

// members are all Sentinels that are asked.
func (s *sentinels) members() []sentinel {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Concat(s.named, s.found)
}

// watch looks for a new master until ctx ends.
func (s *sentinels) watch(ctx context.Context) {
	ticker := time.NewTicker(sentinelEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			if master, err := s.find(ctx); err == nil { // whoever needs a connection hears of errors
				s.follow(master)
			}
		}
	}
}

// dial opens a connection to the master; the address is not used.
func (s *sentinels) dial(ctx context.Context, network, _ string) (net.Conn, error) {
	master, err := s.find(ctx)
	if err != nil {
		return nil, err
	}
	s.follow(master)
	conn, err := (&net.Dialer{Timeout: dialWithin}).DialContext(ctx, network, master)
	if err != nil {
		return nil, err
	}
	tcp, ok := conn.(*net.TCPConn)
	if !ok {
		return nil, errors.Join(fmt.Errorf("%s is not dialled by TCP", master), conn.Close())
	}
	l := &link{TCPConn: tcp, addr: master, owner: s}
	if !s.adopt(l) {
		return nil, errors.Join(fmt.Errorf("%s is no longer the master of %s", master, s.group), conn.Close())
	}
	if s.tls == nil {
		return l, nil
	}
	secure := tls.Client(l, tlsFor(s.tls, master))
	if err := secure.HandshakeContext(ctx); err != nil {
		return nil, errors.Join(distrust(master, err), l.Close())
	}
	return secure, nil
}

// named is what one Sentinel says.
type named struct {
	by     sentinel
	master string
	err    error
}

// find asks all Sentinels for the master. As soon as most of them have answered it is known; it is *UsageError when none has heard of the group.
func (s *sentinels) find(ctx context.Context) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, 2*sentinelWithin)
	defer cancel()
	members := s.members()
	answers := make(chan named, len(members)) // each sends once, so none is held up when nobody listens any more
	for _, m := range members {
		go func() { answers <- s.ask(ctx, m) }()
	}
	var good []named
	var errs []error
	for range members {
		if a := <-answers; a.err != nil {
			errs = append(errs, a.err)
		} else if good = append(good, a); len(good) > len(members)/2 {
			break
		}
	}
	if len(good) == 0 {
		return "", s.nobody(errs)
	}
	return s.newest(ctx, good), nil
}

// ask asks one Sentinel.
func (s *sentinels) ask(ctx context.Context, m sentinel) named {
	addr, err := m.client.GetMasterAddrByName(ctx, s.group).Result()
	if err == nil && len(addr) != 2 {
		err = fmt.Errorf("a Sentinel answers %d words for an address", len(addr))
	}
	if err != nil {
		return named{err: distrust(m.addr, err)}
	}
	return named{by: m, master: net.JoinHostPort(addr[0], addr[1])}
}

// newest is the master that the Sentinel names that knows of the latest failover. They seldom differ, and never for long.
func (s *sentinels) newest(ctx context.Context, good []named) string {
	if !slices.ContainsFunc(good, func(a named) bool { return a.master != good[0].master }) {
		return good[0].master
	}
	best, latest := good[0].master, uint64(0)
	for _, a := range good {
		state, err := a.by.client.Master(ctx, s.group).Result()
		if err != nil {
			continue
		}
		if epoch, err := strconv.ParseUint(state["config-epoch"], 10, 64); err == nil && epoch > latest {
			best, latest = a.master, epoch
		}
	}
	return best
}

// nobody is the error when no Sentinel names a master.
func (s *sentinels) nobody(errs []error) error {
	for _, err := range errs {
		if !errors.Is(err, redis.Nil) {
			return fmt.Errorf("no Sentinel answers: %w", errors.Join(errs...))
		}
	}
	return &UsageError{Message: fmt.Sprintf("--redis: the Sentinels watch no master of the name %q", s.group)}
}

// follow notes the master and closes the connections to another one: nothing that is written there lasts.
func (s *sentinels) follow(master string) {
	s.mu.Lock()
	s.master = master
	var old []*link
	for l := range s.links {
		if l.addr != master {
			old = append(old, l)
		}
	}
	s.mu.Unlock()
	for _, l := range old {
		_ = l.Close() // that it is gone is all that is wanted
	}
}

// adopt keeps a connection, unless there is a new master since it was opened.
func (s *sentinels) adopt(l *link) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed || s.master != l.addr {
		return false
	}
	s.links[l] = struct{}{}
	return true
}

// Close ends the goroutines and the connections to the Sentinels. Those to the master belong to its client.
func (s *sentinels) Close() error {
	s.mu.Lock()
	closed := s.closed
	s.closed = true
	s.mu.Unlock()
	if closed {
		return nil
	}
	s.stop()
	s.running.Wait()
	var errs []error
	for _, m := range s.members() {
		errs = append(errs, m.client.Close())
	}
	return errors.Join(errs...)
}

// link is a connection to a master. It is a TCPConn for the client's sake, which looks at the socket before it uses a connection again.
type link struct {
	*net.TCPConn
	addr  string
	owner *sentinels
}

// Close closes the connection.
func (l *link) Close() error {
	l.owner.mu.Lock()
	delete(l.owner.links, l)
	l.owner.mu.Unlock()
	return l.TCPConn.Close()
}
