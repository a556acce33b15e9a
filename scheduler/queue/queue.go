package queue

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"time"

	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"

	"github.com/annohook/annohook/scheduler"
	"github.com/annohook/annohook/sender/history"
	"github.com/annohook/annohook/sender/history/gather"
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
	redis  redis.UniversalClient
	client *asynq.Client
	calls  *gather.Group[[]history.Due, struct{}]
	o      Options
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
	q := &Queue{redis: o.Client, client: asynq.NewClientFromRedisClient(o.Client), o: o}
	q.calls = gather.New(1, enqueueCalls, enqueueWithin, q.enqueueAll).Fair(func(dues []history.Due) string { return dues[0].SubscriptionID })
	return q, nil
}

// Bounds of handing references to Asynq.
const (
	enqueueWidth  = 16 // tasks sent at the same time
	enqueueCalls  = 64 // calls of Enqueue that share their tasks
	enqueueWithin = 10 * time.Second
)

// Enqueue takes references over. Those for the same time (at once, or the same second) share tasks, also with what other goroutines enqueue
// meanwhile. Every reference is tried; the error tells of some that failed.
func (q *Queue) Enqueue(ctx context.Context, dues ...history.Due) error {
	if len(dues) == 0 {
		return nil
	}
	_, err := q.calls.Do(ctx, dues)
	return err
}

// enqueueAll hands the references of several calls to Asynq.
func (q *Queue) enqueueAll(ctx context.Context, calls [][]history.Due) ([]struct{}, error) {
	var list []bundle
	for second, dues := range q.bySecond(calls) {
		list = append(list, bundles(dues, second)...)
	}
	if err := q.enter(ctx, list); err != nil {
		return nil, err
	}
	return make([]struct{}, len(calls)), q.send(ctx, list)
}

// bySecond sorts references by the second at which Asynq is to hand them out, each of them once; 0 is at once.
func (q *Queue) bySecond(calls [][]history.Due) map[int64][]history.Due {
	now := q.o.Now()
	seen := map[history.Ref]bool{}
	seconds := map[int64][]history.Due{}
	for _, due := range slices.Concat(calls...) {
		if seen[due.Ref] {
			continue
		}
		seen[due.Ref] = true
		second := int64(0)
		if due.At.Sub(now) > holdWithin {
			second = due.At.Add(-leadTime).Unix()
		}
		seconds[second] = append(seconds[second], due)
	}
	return seconds
}

// What Asynq may believe about our tasks: they never fail, and never run longer than the longest deadline a subscription can have.
const (
	taskType    = "attempt"
	taskTimeout = 30 * time.Minute
	maxRetry    = 1 << 20
	holdWithin  = 2 * time.Second // due sooner: handed out at once and held
	leadTime    = 800 * time.Millisecond
)
