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

// redisTarget is how to reach a Redis; it can open any number of clients.
type redisTarget struct {
	options *redis.UniversalOptions
	unix    string // path of a unix socket; "": TCP
	shown   string // without credentials
	guard   *guard // before every client; nil: none
}

// parseTarget reads an address. Single servers use go-redis' own URL form.
func parseTarget(address string) (redisTarget, error) {
	scheme, rest, _ := strings.Cut(address, "://")
	switch scheme {
	case "redis", "rediss", "unix":
		o, err := redis.ParseURL(address)
		if err != nil {
			return redisTarget{}, &UsageError{Message: "--redis: " + strings.ReplaceAll(err.Error(), address, "the address")}
		}
		t := redisTarget{
			options: &redis.UniversalOptions{Addrs: []string{o.Addr}, DB: o.DB, Username: o.Username, Password: o.Password, TLSConfig: o.TLSConfig},
			shown:   scheme + "://" + o.Addr + "/" + strconv.Itoa(o.DB),
		}
		if o.Network == "unix" {
			t.unix, t.shown = o.Addr, "unix://"+o.Addr
		}
		return t, nil
	case "redis+sentinel", "redis+cluster":
		return parseMany(scheme, rest)
	default:
		return redisTarget{}, &UsageError{Message: fmt.Sprintf("--redis: unknown scheme %q", scheme)}
	}
}

// parseMany reads [user:password@]host:port,host:port[/master[/db]].
func parseMany(scheme, rest string) (redisTarget, error) {
	o := &redis.UniversalOptions{}
	if credentials, hosts, ok := strings.Cut(rest, "@"); ok {
		o.Username, o.Password, _ = strings.Cut(credentials, ":")
		rest = hosts
	}
	parts := strings.Split(rest, "/")
	o.Addrs = strings.Split(parts[0], ",")
	for _, addr := range o.Addrs {
		if !strings.Contains(addr, ":") {
			return redisTarget{}, &UsageError{Message: fmt.Sprintf("--redis: %q is not host:port", addr)}
		}
	}
	shown := scheme + "://" + parts[0]
	if scheme == "redis+cluster" {
		o.IsClusterMode = true
		return redisTarget{options: o, shown: shown}, nil
	}
	if len(parts) < 2 || parts[1] == "" {
		return redisTarget{}, &UsageError{Message: "--redis: a sentinel address ends in /master, the name of the group"}
	}
	o.MasterName = parts[1]
	if len(parts) > 2 {
		db, err := strconv.Atoi(parts[2])
		if err != nil || db < 0 {
			return redisTarget{}, &UsageError{Message: fmt.Sprintf("--redis: %q is not a database number", parts[2])}
		}
		o.DB = db
	}
	return redisTarget{options: o, shown: shown + "/" + parts[1]}, nil
}

// open returns a new client.
func (t redisTarget) open() redis.UniversalClient { return t.openWith(*t.options) }

// openWith returns a new client with options that begin as those of the target.
func (t redisTarget) openWith(o redis.UniversalOptions) redis.UniversalClient {
	o.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
	o.ContextTimeoutEnabled, o.DialerRetries = true, 1 // commands are repeated, and that is enough
	if o.DialTimeout == 0 {
		o.DialTimeout = dialWithin
	}
	var client redis.UniversalClient
	if t.unix == "" {
		client = redis.NewUniversalClient(&o)
	} else {
		single := o.Simple()
		single.Network, single.Addr = "unix", t.unix
		client = redis.NewClient(single)
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
	info, err := infoOf(ctx, client) // all of it: more than one section at a time needs Redis 7
	if err != nil {
		return fmt.Errorf("%w: %w", ErrUnreachable, err)
	}
	if infoField(info, "redis_mode") == "sentinel" {
		return &UsageError{Message: "--redis: this is a Sentinel, which keeps no data; use redis+sentinel://host:port/NAME with the name of the master it watches"}
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

// infoOf asks the server that keeps our keys what it knows of itself.
func infoOf(ctx context.Context, client redis.UniversalClient, section ...string) (string, error) {
	if cluster, ok := client.(*redis.ClusterClient); ok { // which would ask any of its servers
		master, err := cluster.MasterForKey(ctx, keyPrefix)
		if err != nil {
			return "", err
		}
		return master.Info(ctx, section...).Result()
	}
	return client.Info(ctx, section...).Result()
}

// fullPercent is how much of Redis' memory limit may be used before new events are refused. What is left is for what was accepted: its attempts
// have to be recorded.
const fullPercent = 90

// fullness says why a Redis takes no more events, if it takes none: it is silent or a replica (*scheduler.TroubleError), or nearly full. Without
// a limit it never is full.
func fullness(ctx context.Context, client redis.UniversalClient) error {
	info, err := infoOf(ctx, client) // two sections are needed, and all are one question
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
