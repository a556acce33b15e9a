package app

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"os/exec"
	"regexp"
	"slices"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/annohook/annohook/cmd/app/redisd"
)

const (
	pings    = 5                     // of which the median counts
	mostPing = 20 * time.Millisecond // each delivery takes several round trips
	mostSkew = time.Second           // between the clocks of Redis and of this machine
)

// redis looks at the engine that --redis names.
func (d *doctor) redis(ctx context.Context) []Finding {
	switch d.Config.Redis {
	case "memory":
		return []Finding{ok("redis", "the store is in the process: nothing survives a restart, and nothing is written to disk")}
	case "auto":
		path, found := redisd.Find()
		if !found {
			return []Finding{warn("redis", "install redis-server or valkey-server, or share one with --redis redis://…",
				"neither redis-server nor valkey-server is on the PATH, so the store is in the process: %s", fileBackedSurvives)}
		}
		return []Finding{childServer(ctx, path)}
	default:
		return d.sharedRedis(ctx)
	}
}

// serverVersion is in "Redis server v=7.0.15 sha=…" and "Valkey server v=8.0.1 sha=…".
var serverVersion = regexp.MustCompile(`\bv=([0-9][0-9A-Za-z.-]*)`)

// childServer judges the program that would be run as a child.
func childServer(ctx context.Context, path string) Finding {
	const advice = "install another redis-server or valkey-server, put it first on the PATH, or use --redis memory"
	text, err := exec.CommandContext(ctx, path, "--version").Output()
	if err != nil {
		return fail("redis", advice, "%s --version: %v", path, err)
	}
	match := serverVersion.FindSubmatch(text)
	if match == nil {
		return warn("redis", advice, "%s does not tell its version", path)
	}
	version := string(match[1])
	// Valkey began at 7.2, the Redis it was forked from, and counts on from there.
	if olderThan(version, oldestRedis) {
		return fail("redis", advice, "%s is version %s; %s or later is needed", path, version, oldestRedis)
	}
	return ok("redis", "%s %s runs as a supervised child; everything accepted survives a restart", path, version)
}

// sharedRedis asks a Redis that is there already.
func (d *doctor) sharedRedis(ctx context.Context) []Finding {
	target, err := parseTarget(d.Config.Redis)
	if err != nil {
		return []Finding{fail("redis", "correct --redis", "%v", err)}
	}
	redis.SetLogger(redisLog{log: slog.New(slog.DiscardHandler)}) // what it says of its connections stands in the errors
	client := target.impatient(ctx)
	defer func() { _ = client.Close() }() // it wrote nothing
	info, err := client.Info(ctx).Result()
	if err != nil {
		return []Finding{fail("redis", "start it, or correct address and credentials of --redis", "%s does not answer: %v", target.shown, target.hint(err))}
	}
	return []Finding{
		d.reached(ctx, client, target, info), judgeRole(info, target.options.IsClusterMode), judgeMemory(info), judgePersistence(ctx, client, info), d.clock(ctx, client),
	}
}

// impatient returns a client for one look: it tries once, and ends with the context.
func (t redisTarget) impatient(ctx context.Context) redis.UniversalClient {
	o := *t.options
	o.MaxRetries, o.DialerRetries, o.PoolSize = -1, 1, 1
	o.DialTimeout, o.ReadTimeout, o.WriteTimeout = probeWithin, probeWithin, probeWithin
	o.ContextTimeoutEnabled = true
	return t.openWith(ctx, o)
}

// reached judges version and round trip.
func (d *doctor) reached(ctx context.Context, client redis.UniversalClient, target redisTarget, info string) Finding {
	version := infoField(info, "redis_version")
	if version != "" && olderThan(version, oldestRedis) {
		return fail("redis", "update it", "%s is version %s; %s or later is needed", target.shown, version, oldestRedis)
	}
	var times []time.Duration
	for range pings {
		begin := d.Now()
		if err := client.Ping(ctx).Err(); err != nil {
			return fail("redis", "look at its log", "%s answered, and then no more: %v", target.shown, err)
		}
		times = append(times, d.Now().Sub(begin))
	}
	slices.Sort(times)
	median := times[pings/2]
	found := fmt.Sprintf("%s is version %s and answers in %s", target.shown, cmp.Or(version, "unknown"), median.Round(10*time.Microsecond))
	if median > mostPing {
		return warn("redis", "move it nearer: each delivery takes several round trips", "%s, more than %s", found, mostPing)
	}
	return ok("redis", "%s", found)
}

// judgeRole refuses servers that take no writes.
func judgeRole(info string, cluster bool) Finding {
	if infoField(info, "redis_mode") == "sentinel" {
		return fail("redis-role", "use redis+sentinel://host:port/NAME with the name of the master it watches", "this is a Sentinel, which keeps no data")
	}
	role := infoField(info, "role")
	switch {
	case !cluster && infoField(info, "redis_mode") == "cluster":
		return fail("redis-role", "use redis+cluster://host:port", "this is a node of a cluster, which has some of the keys only")
	case cluster:
		return ok("redis-role", "a cluster; each write goes to the master of its slot")
	case role == "master":
		return ok("redis-role", "master, %s replicas connected", cmp.Or(infoField(info, "connected_slaves"), "unknown"))
	case role == "":
		return warn("redis-role", "make sure that it takes writes", "the server does not tell its role")
	default:
		return fail("redis-role", "use the address of its master, or redis+sentinel:// that finds it after a failover",
			"role %s: a replica takes no writes; its master is %s:%s", role, cmp.Or(infoField(info, "master_host"), "unknown"), infoField(info, "master_port"))
	}
}

// judgeMemory looks at what happens when the memory is full, and how near that is.
func judgeMemory(info string) Finding {
	policy := infoField(info, "maxmemory_policy")
	switch policy {
	case "noeviction":
	case "":
		return warn("redis-memory", "make sure that it never evicts keys", "the server does not tell its eviction policy")
	default:
		return fail("redis-memory", "set maxmemory-policy noeviction in its configuration",
			"maxmemory-policy is %s: accepted events would be dropped silently when the memory is full", policy)
	}
	used, most := infoNumber(info, "used_memory"), infoNumber(info, "maxmemory")
	const mebi = 1 << 20
	if most == 0 {
		return ok("redis-memory", "noeviction, %d MiB used, no limit of its own", used/mebi)
	}
	if 100*used >= fullPercent*most {
		return warn("redis-memory", "raise maxmemory, or lower --keep-deliveries and --keep-age: a full Redis takes no events",
			"noeviction, %d of %d MiB used, more than %d %%", used/mebi, most/mebi, fullPercent)
	}
	return ok("redis-memory", "noeviction, %d of %d MiB used", used/mebi, most/mebi)
}

// judgePersistence tells what a restart of Redis would lose.
func judgePersistence(ctx context.Context, client redis.UniversalClient, info string) Finding {
	const name, advice = "redis-persistence", "set appendonly yes in its configuration"
	if infoField(info, "aof_enabled") == "1" {
		if state := infoField(info, "aof_last_write_status"); state != "" && state != "ok" {
			return fail(name, "look at its log and its disk", "the last write to the append-only file failed, so writes are refused")
		}
		return ok(name, "append-only file on: a restart of Redis loses little or nothing")
	}
	saves, err := client.ConfigGet(ctx, "save").Result()
	switch {
	case err != nil:
		return warn(name, advice+", if it is yours", "append-only file off, and whether snapshots are taken is not told: %v", err)
	case saves["save"] == "":
		return warn(name, advice, "off: a restart of Redis loses every event, delivery and subscription")
	}
	if state := infoField(info, "rdb_last_bgsave_status"); state != "" && state != "ok" {
		return fail(name, "look at its log and its disk", "the last snapshot failed, after which Redis refuses writes")
	}
	return warn(name, advice, "snapshots only (save %s): a crash of Redis loses what came after the last one", saves["save"])
}

// clock compares the clock of Redis with ours. Half the round trip is the error, which is far below what matters.
func (d *doctor) clock(ctx context.Context, client redis.UniversalClient) Finding {
	begin := d.Now()
	theirs, err := client.Time(ctx).Result()
	if err != nil {
		return warn("redis-clock", "compare the clocks by hand", "the server does not tell its time: %v", err)
	}
	middle := begin.Add(d.Now().Sub(begin) / 2)
	skew := theirs.Sub(middle).Round(time.Millisecond)
	if skew.Abs() > mostSkew {
		return warn("redis-clock", "run NTP on both machines: retries would come too early or late, and signatures carry our time", "its clock differs from this machine's by %s", skew)
	}
	return ok("redis-clock", "its clock differs from this machine's by %s", skew)
}
