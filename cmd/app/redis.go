package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"

	"github.com/annohook/annohook/scheduler"
)

// UsageError is a setting that cannot work.
type UsageError struct{ Message string }

// Error is the message.
func (e *UsageError) Error() string { return e.Message }

// ErrUnreachable is returned when an engine does not answer at start.
var ErrUnreachable = errors.New("redis does not answer")

// open returns a new client.
func (t redisTarget) open(ctx context.Context) redis.UniversalClient {
	return t.openWith(ctx, *t.options)
}

// openWith returns a new client with options that begin as those of the target. It outlives ctx, and is to be closed.
func (t redisTarget) openWith(ctx context.Context, o redis.UniversalOptions) redis.UniversalClient {
	o.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
	o.ContextTimeoutEnabled, o.DialerRetries = true, 1 // commands are repeated, and that is enough
	if o.DialTimeout == 0 {
		o.DialTimeout = dialWithin
	}
	var client redis.UniversalClient
	switch {
	case t.unix != "":
		single := o.Simple()
		single.Network, single.Addr = "unix", t.unix
		client = redis.NewClient(single)
	case o.MasterName != "":
		client = openSentinels(ctx, o)
	case o.IsClusterMode:
		client = openCluster(o, t.guard)
	default:
		client = redis.NewUniversalClient(&o)
	}
	if t.guard != nil {
		client.AddHook(t.guard)
	}
	return client
}

// oldestRedis is the first version with every command that is used (ZRANGE with BYSCORE).
const oldestRedis = "6.2"

// redisLog passes what go-redis says of its connections to our log. The errors themselves come back from every call, so this is detail.
type redisLog struct{ log *slog.Logger }

// Printf logs at debug level.
func (l redisLog) Printf(ctx context.Context, format string, v ...any) {
	l.log.DebugContext(ctx, "redis client", "text", fmt.Sprintf(format, v...))
}

// checkServer refuses a Redis that would lose data or lacks commands.
func checkServer(ctx context.Context, client redis.UniversalClient) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	info, err := client.Info(ctx).Result() // all of it: more than one section at a time needs Redis 7
	if trouble, ok := errors.AsType[*scheduler.TroubleError](err); ok && trouble.Reason == noAnswer {
		err = trouble.Err // its words are those of ErrUnreachable
	}
	if err != nil {
		return fmt.Errorf("%w: %w", ErrUnreachable, err)
	}
	if infoField(info, "redis_mode") == "sentinel" {
		return &UsageError{Message: "--redis: this is a Sentinel, which keeps no data; use redis+sentinel://host:port/NAME with the name of the master it watches"}
	}
	if _, ok := client.(*clusterClient); !ok && infoField(info, "redis_mode") == "cluster" {
		return &UsageError{Message: "--redis: this is a node of a cluster, which has some of the keys only; use redis+cluster://host:port"}
	}
	if infoField(info, "role") == "slave" {
		return &UsageError{Message: fmt.Sprintf("this Redis is a read-only replica of %s:%s, which would refuse every event; "+
			"use its master, or redis+sentinel:// that finds the master after a failover", infoField(info, "master_host"), infoField(info, "master_port"))}
	}
	if policy := infoField(info, "maxmemory_policy"); policy != "" && policy != "noeviction" {
		return &UsageError{Message: fmt.Sprintf("this Redis has the eviction policy %s: it would silently drop accepted events when its memory is full; "+
			"set maxmemory-policy to noeviction", policy)}
	}
	if version := infoField(info, "redis_version"); version != "" && olderThan(version, oldestRedis) {
		return &UsageError{Message: fmt.Sprintf("this Redis is version %s; %s or later is needed", version, oldestRedis)}
	}
	return nil
}

// fullPercent is how much of Redis' memory limit may be used before new events are refused. What is left is for what was accepted: its attempts
// have to be recorded.
const fullPercent = 90

// fullness says why a Redis takes no more events, if it takes none: it is silent or a replica (*scheduler.TroubleError), or nearly full. Without
// a limit it never is full.
func fullness(ctx context.Context, client redis.UniversalClient) error {
	info, err := client.Info(ctx).Result() // two sections are needed, and all are one question
	if err != nil {
		return explain(err)
	}
	if infoField(info, "role") == "slave" {
		return &scheduler.TroubleError{Reason: readOnly}
	}
	used, limit := infoNumber(info, "used_memory"), infoNumber(info, "maxmemory")
	if limit == 0 || 100*used < fullPercent*limit {
		return nil
	}
	return fmt.Errorf("the memory of Redis is %d %% full", 100*used/limit)
}

// infoNumber is a field as a number; 0 where there is none.
func infoNumber(info, name string) uint64 {
	n, err := strconv.ParseUint(infoField(info, name), 10, 64)
	if err != nil {
		return 0
	}
	return n
}

func infoField(info, name string) string {
	for line := range strings.SplitSeq(info, "\n") {
		if value, ok := strings.CutPrefix(strings.TrimSpace(line), name+":"); ok {
			return value
		}
	}
	return ""
}

// olderThan compares dotted version numbers.
func olderThan(version, least string) bool {
	a, b := strings.Split(version, "."), strings.Split(least, ".")
	for i := range b {
		if i >= len(a) {
			return true
		}
		have, errA := strconv.Atoi(a[i])
		want, errB := strconv.Atoi(b[i])
		if errA != nil || errB != nil {
			return false // a form we do not know is no reason to refuse
		}
		if have != want {
			return have < want
		}
	}
	return false
}
