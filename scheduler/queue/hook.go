package queue

import (
	"context"
	"errors"
	"net"
	"time"

	"github.com/redis/go-redis/v9"
)

// repairWithin bounds a command that was sent on a detached context.
const repairWithin = 5 * time.Second

// detachHook sends commands of a cancelled context on a detached one. Asynq's syncer depends on it (package comment, decision 4).
type detachHook struct{}

var _ redis.Hook = detachHook{}

// DialHook changes nothing.
func (detachHook) DialHook(next redis.DialHook) redis.DialHook {
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		ctx, cancel := detached(ctx)
		defer cancel()
		return next(ctx, network, addr)
	}
}

// ProcessHook detaches single commands.
func (detachHook) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		ctx, cancel := detached(ctx)
		defer cancel()
		return next(ctx, cmd)
	}
}

// ProcessPipelineHook detaches pipelines.
func (detachHook) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		ctx, cancel := detached(ctx)
		defer cancel()
		return next(ctx, cmds)
	}
}

func detached(ctx context.Context) (context.Context, context.CancelFunc) {
	if !errors.Is(ctx.Err(), context.Canceled) {
		return ctx, func() {}
	}
	return context.WithTimeout(context.WithoutCancel(ctx), repairWithin)
}
