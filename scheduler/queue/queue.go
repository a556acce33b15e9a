package queue

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"
	"golang.org/x/sync/errgroup"

	"github.com/annohook/annohook/scheduler"
	"github.com/annohook/annohook/sender/history"
)

// Defaults of Options.
const (
	DefaultServers     = 4
	DefaultConcurrency = 64
	DefaultGrace       = 25 * time.Second
	DefaultName        = "annohook"
	HeldLimit          = 10_000 // references held in the process until they are due
)

// Options of a Queue.
type Options struct {
	Client      redis.UniversalClient // required; belongs to the queue, which adds its hook
	Now         func() time.Time      // required
	Name        string                // of the Asynq queue, without braces; "": DefaultName
	Servers     int                   // in this process; 0: DefaultServers
	Concurrency int                   // handlers of one server at the same time; 0: DefaultConcurrency
	Grace       time.Duration         // for handlers at the end of Run; 0: DefaultGrace
	Log         *slog.Logger          // nil: discards
}

// Queue is a scheduler.Queue on Asynq. It is safe for concurrent use by several processes.
type Queue struct {
	redis     redis.UniversalClient
	client    *asynq.Client
	inspector *asynq.Inspector
	o         Options
}

var _ scheduler.Queue = (*Queue)(nil)

// New returns a Queue on the given client.
func New(o Options) (*Queue, error) {
	if o.Client == nil || o.Now == nil {
		return nil, errors.New("queue options: client and now are required")
	}
	if o.Name == "" {
		o.Name = DefaultName
	}
	if o.Servers <= 0 {
		o.Servers = DefaultServers
	}
	if o.Concurrency <= 0 {
		o.Concurrency = DefaultConcurrency
	}
	if o.Grace <= 0 {
		o.Grace = DefaultGrace
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	o.Client.AddHook(detachHook{})
	return &Queue{
		redis: o.Client, client: asynq.NewClientFromRedisClient(o.Client), inspector: asynq.NewInspectorFromRedisClient(o.Client), o: o,
	}, nil
}

// enqueueWidth is how many references are sent to Redis at the same time.
const enqueueWidth = 16

// Enqueue takes references over. Every one is tried; the error tells of those that failed.
func (q *Queue) Enqueue(ctx context.Context, dues ...history.Due) error {
	if len(dues) == 1 {
		return q.enqueue(ctx, dues[0])
	}
	var group errgroup.Group
	group.SetLimit(enqueueWidth)
	for _, due := range dues {
		group.Go(func() error { return q.enqueue(ctx, due) })
	}
	return group.Wait()
}

// What Asynq may believe about our tasks: they never fail, and never run longer than the longest deadline a subscription can have.
const (
	taskType    = "attempt"
	taskTimeout = 30 * time.Minute
	maxRetry    = 1 << 20
	holdWithin  = 2 * time.Second // due sooner: handed out at once and held
	leadTime    = 800 * time.Millisecond
)

func (q *Queue) enqueue(ctx context.Context, due history.Due) error {
	options := []asynq.Option{
		asynq.TaskID(due.Ref.String()), asynq.Queue(q.o.Name), asynq.MaxRetry(maxRetry), asynq.Timeout(taskTimeout),
	}
	if due.At.Sub(q.o.Now()) > holdWithin {
		options = append(options, asynq.ProcessAt(due.At.Add(-leadTime))) // Asynq cuts it to the whole second below
	}
	text, err := encode(due)
	if err != nil {
		return err
	}
	_, err = q.client.EnqueueContext(ctx, asynq.NewTask(taskType, text), options...)
	if err != nil && !errors.Is(err, asynq.ErrTaskIDConflict) {
		return fmt.Errorf("enqueue %s: %w", due.Ref, err)
	}
	return nil
}

// Holds reports whether Asynq will hand ref out later.
func (q *Queue) Holds(_ context.Context, ref history.Ref) (bool, error) {
	info, err := q.inspector.GetTaskInfo(q.o.Name, ref.String())
	if errors.Is(err, asynq.ErrTaskNotFound) || errors.Is(err, asynq.ErrQueueNotFound) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("look up %s: %w", ref, err)
	}
	return info.State == asynq.TaskStatePending || info.State == asynq.TaskStateScheduled, nil
}

// Depth is how many references wait in Asynq.
func (q *Queue) Depth(ctx context.Context) (int, error) {
	pipe := q.redis.Pipeline()
	pending := pipe.LLen(ctx, "asynq:{"+q.o.Name+"}:pending")
	scheduled := pipe.ZCard(ctx, "asynq:{"+q.o.Name+"}:scheduled")
	if _, err := pipe.Exec(ctx); err != nil {
		return 0, fmt.Errorf("count waiting references: %w", err)
	}
	return int(pending.Val() + scheduled.Val()), nil
}
