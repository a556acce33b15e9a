package redisstore_test

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/google/go-cmp/cmp"
	"github.com/redis/go-redis/v9"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/sender/history"
	"github.com/annohook/annohook/sender/history/redisstore"
)

// ownServer starts a Redis of the test's own, whose configuration it may change, and returns its socket.
func ownServer(t *testing.T, settings ...string) string {
	t.Helper()
	path, err := exec.LookPath("redis-server")
	if err != nil {
		t.Skip("there is no redis-server on the PATH of this machine")
	}
	socket := filepath.Join(t.TempDir(), "s")
	ctx, stop := context.WithCancel(context.Background())
	args := append([]string{"--port", "0", "--unixsocket", socket, "--save", "", "--dir", filepath.Dir(socket)}, settings...)
	server := exec.CommandContext(ctx, path, args...)
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stop()
		_ = server.Wait()
	})
	return socket
}

// answering waits until the server of a client answers.
func answering(t *testing.T, client redis.UniversalClient) {
	t.Helper()
	t.Cleanup(func() { _ = client.Close() })
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if client.Ping(t.Context()).Err() == nil {
			return
		}
	}
	t.Fatal("redis-server does not answer")
}

var start = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

func fresh(id string) history.New {
	return history.New{
		Delivery: history.Delivery{
			ID: id, Platform: "nowhere", SubscriptionID: "sub", Method: "POST", EventIDs: []string{"e"}, CreatedAt: start, NextAt: start,
		},
		Body: []byte("body"),
	}
}

// dump returns every key with its whole value, except the ids of calls and what expires.
func dump(t *testing.T, client *redis.Client) map[string]string {
	t.Helper()
	keys, err := client.Keys(t.Context(), "*").Result()
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for _, key := range keys {
		if !strings.Contains(key, ":op:") {
			all[key] = client.Dump(t.Context(), key).Val()
		}
	}
	return all
}

// TestFull has a server without memory left: what is new is refused and changes nothing, what was accepted can end.
func TestFull(t *testing.T) {
	t.Parallel()
	client := redis.NewClient(&redis.Options{Network: "unix", Addr: ownServer(t, "--maxmemory-policy", "noeviction"), MaxRetries: -1})
	answering(t, client)
	store, ctx := redisstore.New(client, redisstore.Options{}), t.Context()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	ids := []string{"finish", "retry", "interrupt", "release", "waiting", "lane"}
	var tokens []history.Token
	for i, id := range ids {
		must(store.Append(ctx, []history.Event{{ID: "e"}}, []history.New{fresh(id)}))
		if i < 4 {
			c, err := store.Claim(ctx, history.Ref{Delivery: id, Attempt: 1}, history.Claim{At: start})
			must(err)
			tokens = append(tokens, c.Token)
		}
	}
	_, err := store.Claim(ctx, history.Ref{Delivery: "lane", Attempt: 1}, history.Claim{At: start, Limit: 1})
	if !errors.Is(err, history.ErrParked) {
		t.Fatal(err)
	}
	batch := fresh("batch").Delivery
	batch.SubscriptionID = "batched"
	_, err = store.Collect(ctx, history.Event{ID: "e"}, payloads.Message{Method: "POST"}, batch, 9, start)
	must(err)

	must(client.ConfigSet(ctx, "maxmemory", "1").Err())
	before := dump(t, client)
	refused := map[string]error{"append": store.Append(ctx, nil, []history.New{fresh("new")})}
	_, refused["collect"] = store.Collect(ctx, history.Event{ID: "e2"}, payloads.Message{Method: "POST"}, batch, 9, start)
	_, refused["claim"] = store.Claim(ctx, history.Ref{Delivery: "waiting", Attempt: 1}, history.Claim{At: start})
	_, refused["park"] = store.Claim(ctx, history.Ref{Delivery: "waiting", Attempt: 1}, history.Claim{At: start, Limit: 1})
	_, refused["rate"] = store.Claim(ctx, history.Ref{Delivery: "waiting", Attempt: 1}, history.Claim{At: start, Rate: 1})
	_, refused["redispatch"] = store.Redispatch(ctx, history.Ref{Delivery: "waiting", Attempt: 1})
	_, refused["seal"] = store.Seal(ctx, history.Ref{Delivery: "batch"}, payloads.Message{Method: "POST"}, start)
	_, _, refused["close"] = store.CloseBatch(ctx, "batched", nil, start)
	for name, err := range refused {
		if err == nil || !strings.Contains(err.Error(), "OOM") {
			t.Errorf("%s: got %v, want OOM", name, err)
		}
	}
	if diff := cmp.Diff(before, dump(t, client)); diff != "" {
		t.Fatalf("a refused call changed something:\n%s", diff)
	}

	result := history.Result{Attempt: history.Attempt{Outcome: "x"}, Settle: history.Succeeded, At: start}
	_, err = store.Finish(ctx, tokens[0], result)
	must(err)
	result.Settle, result.Next = "", start
	_, err = store.Finish(ctx, tokens[1], result)
	must(err)
	_, err = store.Interrupt(ctx, tokens[2], "died", start)
	must(err)
	dues, err := store.Release(ctx, tokens[3], start)
	must(err)
	if len(dues) != 1 {
		t.Errorf("got %v, want the released delivery", dues)
	}
	_, err = store.Cancel(ctx, "waiting", "user", start)
	must(err)
	n, err := store.Trim(ctx, 0, start)
	must(err)
	if n != 2 {
		t.Errorf("trimmed %d, want 2", n)
	}
}

// TestReadOnly has a server that takes no writes.
func TestReadOnly(t *testing.T) {
	t.Parallel()
	client := redis.NewClient(&redis.Options{Network: "unix", Addr: ownServer(t), MaxRetries: -1})
	answering(t, client)
	store, ctx := redisstore.New(client, redisstore.Options{}), t.Context()
	if err := store.Append(ctx, []history.Event{{ID: "e"}}, []history.New{fresh("d1"), fresh("d2")}); err != nil {
		t.Fatal(err)
	}
	c, err := store.Claim(ctx, history.Ref{Delivery: "d1", Attempt: 1}, history.Claim{At: start})
	if err != nil {
		t.Fatal(err)
	}
	if err := client.ConfigSet(ctx, "min-replicas-to-write", "3").Err(); err != nil { // NOREPLICAS, refused like READONLY
		t.Fatal(err)
	}
	before := dump(t, client)
	refused := map[string]error{"append": store.Append(ctx, nil, []history.New{fresh("d3")})}
	_, refused["finish"] = store.Finish(ctx, c.Token, history.Result{Settle: history.Failed, At: start})
	_, refused["release"] = store.Release(ctx, c.Token, start)
	_, refused["cancel"] = store.Cancel(ctx, "d1", "user", start)
	_, refused["claim"] = store.Claim(ctx, history.Ref{Delivery: "d2", Attempt: 1}, history.Claim{At: start})
	for name, err := range refused {
		if err == nil {
			t.Errorf("%s went through", name)
		}
	}
	if diff := cmp.Diff(before, dump(t, client)); diff != "" {
		t.Fatalf("a refused call changed something:\n%s", diff)
	}
}

// TestCluster plays a story on a server in cluster mode. That all keys lie in one slot is TestEveryKeyHasTheTag's to prove.
func TestCluster(t *testing.T) {
	t.Parallel()
	socket := ownServer(t, "--cluster-enabled", "yes")
	node := redis.NewClient(&redis.Options{Network: "unix", Addr: socket})
	answering(t, node)
	if err := node.Do(t.Context(), "CLUSTER", "ADDSLOTSRANGE", 0, 16383).Err(); err != nil {
		t.Fatal(err)
	}
	for !strings.Contains(node.ClusterInfo(t.Context()).Val(), "cluster_state:ok") {
		time.Sleep(10 * time.Millisecond)
	}
	play(t, redisstore.New(node, redisstore.Options{}), 99, 300)
}

// TestEveryKeyHasTheTag is what a cluster of many nodes needs.
func TestEveryKeyHasTheTag(t *testing.T) {
	t.Parallel()
	server := miniredis.RunT(t)
	client := redis.NewClient(&redis.Options{Addr: server.Addr()})
	t.Cleanup(func() { _ = client.Close() })
	play(t, redisstore.New(client, redisstore.Options{Prefix: "{tag}x"}), 5, 100)
	keys := server.Keys()
	if len(keys) < 20 {
		t.Fatalf("only %d keys after a story", len(keys))
	}
	for _, key := range keys {
		if !strings.HasPrefix(key, "{tag}x:h3:") {
			t.Errorf("key %q", key)
		}
	}
}

// twice is a client hook that sends every script a second time and returns the second answer, as a client does whose first answer was lost.
type twice struct{}

func (twice) DialHook(next redis.DialHook) redis.DialHook { return next }

func (twice) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return next
}

func (twice) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		if cmd.Name() == "evalsha" {
			if err := next(ctx, cmd); err != nil {
				return err
			}
		}
		return next(ctx, cmd)
	}
}

// TestRepeatedCalls has a client that sends calls twice.
func TestRepeatedCalls(t *testing.T) {
	t.Parallel()
	client := redis.NewClient(&redis.Options{Addr: miniredis.RunT(t).Addr()})
	client.AddHook(twice{})
	t.Cleanup(func() { _ = client.Close() })
	store, ctx := redisstore.New(client, redisstore.Options{}), t.Context()
	for i := range 2 { // the first round also loads the scripts
		id := fmt.Sprint("d", i)
		if err := store.Append(ctx, []history.Event{{ID: "e"}}, []history.New{fresh(id)}); err != nil {
			t.Fatal("append:", err)
		}
		c, err := store.Claim(ctx, history.Ref{Delivery: id, Attempt: 1}, history.Claim{At: start, Limit: 5})
		if err != nil || string(c.Body) != "body" {
			t.Fatal("claim:", err)
		}
		part := payloads.Message{Method: "POST", Body: []byte("x")}
		batch := fresh("b" + id).Delivery
		collected, err := store.Collect(ctx, history.Event{ID: "one-" + id}, part, batch, 2, start)
		if err != nil || !collected.Opened || collected.DeliveryID != batch.ID {
			t.Fatalf("collect: %+v, %v", collected, err)
		}
		collected, err = store.Collect(ctx, history.Event{ID: "two-" + id}, part, batch, 2, start)
		if err != nil || collected.Opened || collected.DeliveryID != batch.ID || collected.Flush.Generation != 1 {
			t.Fatalf("collect: %+v, %v", collected, err)
		}
		_, messages, err := store.Parts(ctx, collected.Flush.Ref)
		if err != nil || len(messages) != 2 {
			t.Fatalf("parts: %d messages, %v", len(messages), err)
		}
	}
	counts, err := store.Counts(ctx)
	if err != nil || counts.InFlight != 2 || counts.Deliveries["nowhere"][history.Pending] != 2 {
		t.Fatalf("counts: %+v, %v", counts, err)
	}
}

// TestAPageOfManyIsBoundedOnRedis looks for one delivery among more than a page looks at.
func TestAPageOfManyIsBoundedOnRedis(t *testing.T) {
	t.Parallel()
	client := realRedis(t)
	store := redisstore.New(client, redisstore.Options{Prefix: prefix(t, client)})
	const kept, step = 5200, 400
	for from := 0; from < kept; from += step {
		var many []history.New
		for i := from; i < from+step; i++ {
			n := fresh(fmt.Sprintf("d%06d", i))
			n.Delivery.CreatedAt, n.Delivery.EventType = start.Add(time.Duration(i)*time.Millisecond), "common"
			if i == 3 {
				n.Delivery.EventType, n.Body = "rare", []byte("seldom")
			}
			many = append(many, n)
		}
		if err := store.Append(t.Context(), nil, many); err != nil {
			t.Fatal(err)
		}
	}
	for _, q := range []history.Query{{Type: "rare"}, {Text: "seldom"}} {
		found, pages := 0, 0
		for more := true; more; more = q.Cursor != "" {
			page, err := store.List(t.Context(), q)
			if err != nil {
				t.Fatal(err)
			}
			found, pages, q.Cursor = found+len(page.Items), pages+1, page.NextCursor
		}
		if found != 1 || pages < 2 || pages > 30 { // a page looks at 200 at least, at 5,000 at most
			t.Errorf("%+v: found %d in %d pages", q, found, pages)
		}
	}
}
