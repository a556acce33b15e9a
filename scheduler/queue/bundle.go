package queue

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"
	"golang.org/x/sync/errgroup"

	"github.com/annohook/annohook/sender/history"
)

// Sizes of bundles.
const (
	// BundleMost is how many references one task carries at most.
	BundleMost = 32
	// spread is over how many tasks references are dealt out before a task carries more than one, so that a small burst is shared by the servers
	// of a process, and by processes.
	spread = 4
	// forgetBundles is how long the index of bundles outlives the latest of them. Only what crashes left behind is forgotten so.
	forgetBundles = 7 * 24 * time.Hour
)

// bundle is one task on its way: a single reference under its own name, or several under a name of their own.
type bundle struct {
	id     string
	dues   []history.Due
	second int64 // when Asynq is to hand it out, since 1970; 0: at once
}

// bundles deals references for the same second out to tasks, in their order.
func bundles(dues []history.Due, second int64) []bundle {
	size := min(max((len(dues)+spread-1)/spread, 1), BundleMost)
	var list []bundle
	for from := 0; from < len(dues); from += size {
		b := bundle{dues: dues[from:min(from+size, len(dues))], second: second}
		if b.id = b.dues[0].String(); b.many() {
			b.id = "bundle-" + rand.Text()
		}
		list = append(list, b)
	}
	return list
}

// many reports whether the name of b tells nothing about its references, so that they must be found by the index.
func (b bundle) many() bool { return len(b.dues) > 1 }

// The index of bundles. Asynq knows a bundle by its name only, so two keys of ours tell what waits inside: a hash of reference to bundle, and
// the set of bundles. They are written before the bundle is sent and cleared after it was received; what a crash leaves in between is
// recognised because Asynq has no such task.
func (q *Queue) membersKey() string { return "annohook:{" + q.o.Name + "}:members" }
func (q *Queue) bundlesKey() string { return "annohook:{" + q.o.Name + "}:bundles" }

// taskKey is where Asynq keeps a task.
func (q *Queue) taskKey(id string) string { return "asynq:{" + q.o.Name + "}:t:" + id }

// enter writes the index of bundles.
func (q *Queue) enter(ctx context.Context, list []bundle) error {
	var members, ids []any
	for _, b := range list {
		if b.many() {
			ids = append(ids, b.id)
			for _, due := range b.dues {
				members = append(members, due.Ref.String(), b.id)
			}
		}
	}
	if len(ids) == 0 {
		return nil
	}
	_, err := q.redis.Pipelined(ctx, func(p redis.Pipeliner) error {
		p.HSet(ctx, q.membersKey(), members...)
		p.SAdd(ctx, q.bundlesKey(), ids...)
		p.Expire(ctx, q.membersKey(), forgetBundles)
		p.Expire(ctx, q.bundlesKey(), forgetBundles)
		return nil
	})
	if err != nil {
		return fmt.Errorf("index of bundles: %w", err)
	}
	return nil
}

// clear takes bundles and references out of the index.
func (q *Queue) clear(ctx context.Context, ids []any, refs []string) error {
	_, err := q.redis.Pipelined(ctx, func(p redis.Pipeliner) error {
		p.HDel(ctx, q.membersKey(), refs...)
		p.SRem(ctx, q.bundlesKey(), ids...)
		return nil
	})
	if err != nil {
		return fmt.Errorf("index of bundles: %w", err)
	}
	return nil
}

// send hands bundles to Asynq. Every one is tried.
func (q *Queue) send(ctx context.Context, list []bundle) error {
	if len(list) == 1 {
		return q.sendOne(ctx, list[0])
	}
	var group errgroup.Group
	group.SetLimit(enqueueWidth)
	for _, b := range list {
		group.Go(func() error { return q.sendOne(ctx, b) })
	}
	return group.Wait()
}

func (q *Queue) sendOne(ctx context.Context, b bundle) error {
	text, err := encode(b.dues)
	if err != nil {
		return err
	}
	options := []asynq.Option{asynq.TaskID(b.id), asynq.Queue(q.o.Name), asynq.MaxRetry(maxRetry), asynq.Timeout(taskTimeout)}
	if b.second > 0 {
		options = append(options, asynq.ProcessAt(time.Unix(b.second, 0)))
	}
	_, err = q.client.EnqueueContext(ctx, asynq.NewTask(taskType, text), options...)
	if err != nil && !errors.Is(err, asynq.ErrTaskIDConflict) {
		return fmt.Errorf("enqueue %s: %w", b.id, err)
	}
	return nil
}

// Holds returns those of refs that Asynq will hand out later, alone or in a bundle.
func (q *Queue) Holds(ctx context.Context, refs ...history.Ref) (map[history.Ref]bool, error) {
	held := map[history.Ref]bool{}
	if len(refs) == 0 {
		return held, nil
	}
	names := make([]string, len(refs))
	for i, ref := range refs {
		names[i] = ref.String()
	}
	members, err := q.redis.HMGet(ctx, q.membersKey(), names...).Result()
	if err != nil {
		return nil, fmt.Errorf("index of bundles: %w", err)
	}
	tasks := make([]string, len(refs)) // of each reference
	for i, member := range members {
		if tasks[i] = names[i]; member != nil {
			tasks[i], _ = member.(string)
		}
	}
	states, err := q.states(ctx, tasks)
	if err != nil {
		return nil, err
	}
	var lost []any
	var lostRefs []string
	for i, ref := range refs {
		state := states[tasks[i]]
		held[ref] = state == asynq.TaskStatePending.String() || state == asynq.TaskStateScheduled.String()
		if state == "" && tasks[i] != names[i] {
			lost, lostRefs = append(lost, tasks[i]), append(lostRefs, names[i])
		}
	}
	if len(lost) == 0 {
		return held, nil
	}
	return held, q.clear(ctx, lost, lostRefs)
}

// states reads what state Asynq has tasks in; "" for one that it does not know.
func (q *Queue) states(ctx context.Context, tasks []string) (map[string]string, error) {
	replies := map[string]*redis.StringCmd{}
	_, err := q.redis.Pipelined(ctx, func(p redis.Pipeliner) error {
		for _, id := range tasks {
			if replies[id] == nil {
				replies[id] = p.HGet(ctx, q.taskKey(id), "state")
			}
		}
		return nil
	})
	if err != nil && !errors.Is(err, redis.Nil) {
		return nil, fmt.Errorf("states of tasks: %w", err)
	}
	states := make(map[string]string, len(replies))
	for id, reply := range replies {
		states[id] = reply.Val()
	}
	return states, nil
}

// Depth is how many references wait in Asynq, alone or in bundles. What a crash left in the index counts until a sweep has asked for it.
func (q *Queue) Depth(ctx context.Context) (int, error) {
	pipe := q.redis.Pipeline()
	pending, scheduled := pipe.LLen(ctx, "asynq:{"+q.o.Name+"}:pending"), pipe.ZCard(ctx, "asynq:{"+q.o.Name+"}:scheduled")
	members, bundles := pipe.HLen(ctx, q.membersKey()), pipe.SCard(ctx, q.bundlesKey())
	if _, err := pipe.Exec(ctx); err != nil {
		return 0, fmt.Errorf("count waiting references: %w", err)
	}
	return int(max(0, pending.Val()+scheduled.Val()-bundles.Val()) + members.Val()), nil
}
