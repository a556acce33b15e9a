package redisstore_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"

	"github.com/annohook/annohook/sender/history"
	"github.com/annohook/annohook/sender/history/redisstore"
)

// crowd is many goroutines that make attempts of one subscription with a limit.
type crowd struct {
	*testing.T
	store *redisstore.Store
	limit int
	refs  chan history.Ref

	flying, settled, claims atomic.Int64
	mu                      sync.Mutex
	made                    map[string]int
}

// TestCrowd has calls gather: each delivery is attempted once although every reference comes twice, never more at a time than the limit, and
// the lane is worked off.
func TestCrowd(t *testing.T) {
	t.Parallel()
	client := redis.NewClient(&redis.Options{Addr: miniredis.RunT(t).Addr()})
	t.Cleanup(func() { _ = client.Close() })
	trips := &counter{}
	client.AddHook(trips)
	const deliveries = 200
	c := &crowd{
		T: t, store: redisstore.New(client, redisstore.Options{}), limit: 20, refs: make(chan history.Ref, 10*deliveries), made: map[string]int{},
	}
	for i := range deliveries {
		n := fresh(fmt.Sprint("d", i))
		if err := c.store.Append(t.Context(), []history.Event{{ID: "e"}}, []history.New{n}); err != nil {
			t.Fatal(err)
		}
		c.refs <- n.Delivery.Ref()
		c.refs <- n.Delivery.Ref()
	}
	trips.n.Store(0)
	var all sync.WaitGroup
	for range 60 {
		all.Go(c.work)
	}
	for end := time.Now().Add(20 * time.Second); c.settled.Load() < deliveries && time.Now().Before(end); {
		time.Sleep(time.Millisecond)
	}
	close(c.refs)
	all.Wait()
	for id, times := range c.made {
		if times != 1 {
			t.Errorf("%s attempted %d times", id, times)
		}
	}
	counts, err := c.store.Counts(t.Context())
	if err != nil || counts.Deliveries["nowhere"][history.Succeeded] != deliveries || counts.InFlight+counts.InLanes+counts.Waiting != 0 {
		t.Errorf("counts %+v, error %v", counts, err)
	}
	if calls := c.claims.Load() + deliveries; trips.n.Load() > calls/2 {
		t.Errorf("%d round trips for %d calls: they did not gather", trips.n.Load(), calls)
	}
}

func (c *crowd) work() {
	for ref := range c.refs {
		c.claims.Add(1)
		claimed, err := c.store.Claim(c.Context(), ref, history.Claim{Worker: "w", At: start, Limit: c.limit})
		if errors.Is(err, history.ErrStale) || errors.Is(err, history.ErrParked) {
			continue
		}
		if err != nil || claimed.Delivery.ID != ref.Delivery || string(claimed.Body) != "body" {
			c.Errorf("claim of %s: %+v, %v", ref, claimed, err)
			return
		}
		if n := c.flying.Add(1); n > int64(c.limit) {
			c.Errorf("%d attempts at the same time", n)
		}
		c.mu.Lock()
		c.made[ref.Delivery]++
		c.mu.Unlock()
		time.Sleep(time.Millisecond)
		c.flying.Add(-1)
		dues, err := c.store.Finish(c.Context(), claimed.Token, history.Result{Settle: history.Succeeded, At: start})
		if err != nil {
			c.Errorf("finish of %s: %v", ref, err)
			return
		}
		for _, due := range dues {
			c.refs <- due.Ref
		}
		c.settled.Add(1)
	}
}

// TestLargeBody has bodies on both sides of the bound up to which they travel with a claim.
func TestLargeBody(t *testing.T) {
	t.Parallel()
	client := redis.NewClient(&redis.Options{Addr: miniredis.RunT(t).Addr()})
	t.Cleanup(func() { _ = client.Close() })
	store := redisstore.New(client, redisstore.Options{})
	for _, size := range []int{0, 1, 65536, 65537, 1 << 20} {
		n := fresh(fmt.Sprint("d", size))
		n.Body = []byte(strings.Repeat("x", size))
		if err := store.Append(t.Context(), nil, []history.New{n}); err != nil {
			t.Fatal(err)
		}
		claimed, err := store.Claim(t.Context(), n.Delivery.Ref(), history.Claim{At: start})
		if err != nil || len(claimed.Body) != size {
			t.Errorf("a body of %d bytes came as %d, error %v", size, len(claimed.Body), err)
		}
	}
}

// TestClaimWithoutItsBodyIsGivenBack has a body that cannot be read any more.
func TestClaimWithoutItsBodyIsGivenBack(t *testing.T) {
	t.Parallel()
	mini := miniredis.RunT(t)
	client := redis.NewClient(&redis.Options{Addr: mini.Addr()})
	t.Cleanup(func() { _ = client.Close() })
	store := redisstore.New(client, redisstore.Options{Prefix: "{x}"})
	n := fresh("d")
	n.Body = make([]byte, 70_000)
	if err := store.Append(t.Context(), nil, []history.New{n}); err != nil {
		t.Fatal(err)
	}
	mini.Del("{x}:h3:b:d")
	if _, err := mini.Push("{x}:h3:b:d", "not a string"); err != nil {
		t.Fatal(err)
	}
	if claimed, err := store.Claim(t.Context(), n.Delivery.Ref(), history.Claim{At: start}); err == nil {
		t.Fatalf("claimed %+v", claimed)
	}
	flights, err := store.InFlight(t.Context())
	if err != nil || len(flights) != 0 {
		t.Errorf("in flight %+v, error %v", flights, err)
	}
	if overdue, err := store.Overdue(t.Context(), start.Add(time.Hour), 9); err != nil || len(overdue) != 1 || overdue[0].Generation != 1 {
		t.Errorf("waiting %+v, error %v", overdue, err)
	}
}
