package app

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"

	"github.com/annohook/annohook/cmd/app/redisd"
	"github.com/annohook/annohook/configs"
	"github.com/annohook/annohook/scheduler"
	"github.com/annohook/annohook/scheduler/queue"
	schedulerredis "github.com/annohook/annohook/scheduler/redisstore"
	"github.com/annohook/annohook/sender/history"
	historyredis "github.com/annohook/annohook/sender/history/redisstore"
	"github.com/annohook/annohook/subscriptions"
	subscriptionsredis "github.com/annohook/annohook/subscriptions/redisstore"
)

// keyPrefix begins every key in Redis; the braces are the hash tag that keeps them on one node of a cluster.
const keyPrefix = "{annohook}"

// About says in plain words what keeps the data.
type About struct {
	Engine   string // what runs
	Where    string // where data lies; empty: nowhere
	Survives string // what survives a restart
	Shared   bool   // other processes can work on the same data
}

// engine is where data is kept and work waits.
type engine struct {
	about         About
	queue         redis.UniversalClient // Asynq's own
	history       history.History
	state         state
	subscriptions subscriptions.Store
	servers       int
	keep          int                                                   // settled deliveries at most
	ready         func(context.Context) error                           // whether a trigger would be stored now
	full          func(context.Context) error                           // says why no more events are taken; nil: they always are
	memory        func(context.Context) (used, limit uint64, err error) // of the store in bytes, limit 0: none; nil: it is part of this process
	closers       []func(context.Context) error                         // run last to first
}

// state is what a scheduler keeps besides deliveries.
type state interface {
	scheduler.Workers
	scheduler.Keys
	scheduler.Worlds
	scheduler.Compositions
}

// openEngine picks the engine that the settings ask for.
func openEngine(ctx context.Context, c configs.Config, log *slog.Logger, onDown func(error)) (*engine, error) {
	switch c.Redis {
	case "memory":
		return openMemory(ctx, c, subscriptions.NewMemory(), About{
			Engine: "in-process store", Survives: "nothing survives a restart; nothing is written to disk",
		})
	case "auto":
		if path, ok := redisd.Find(); ok {
			return openChild(ctx, c, path, log, onDown)
		}
		return openFileBacked(ctx, c)
	default:
		return openShared(ctx, c)
	}
}

func openShared(ctx context.Context, c configs.Config) (*engine, error) {
	target, err := parseTarget(c.Redis)
	if err != nil {
		return nil, err
	}
	e := &engine{servers: queue.DefaultServers, about: About{
		Engine: "Redis", Where: target.shown, Shared: true,
		Survives: "everything accepted survives a restart of annohook; a restart of Redis as far as its own persistence goes",
	}}
	if err := checkServer(ctx, e.connect(ctx, c, target)); err != nil {
		return nil, errors.Join(target.hint(err), e.close(ctx))
	}
	return e, nil
}

func openChild(ctx context.Context, c configs.Config, path string, log *slog.Logger, onDown func(error)) (*engine, error) {
	if c.StateDir == "" {
		return nil, &UsageError{Message: "--state-dir: no home directory is known, so a state directory must be named (or use --redis memory)"}
	}
	server, err := redisd.Start(ctx, redisd.Options{Dir: c.StateDir, Path: path, Log: log, OnDown: onDown})
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", filepath.Base(path), err)
	}
	e := &engine{servers: queue.DefaultServers, about: About{
		Engine: filepath.Base(path) + " as a supervised child", Where: c.StateDir,
		Survives: "everything accepted survives a restart and a kill -9 of annohook; a power loss may cost the last second",
	}}
	if server.Adopted() {
		e.about.Engine += " (taken over from a killed annohook)"
	}
	e.closers = append(e.closers, server.Stop)
	if err := checkServer(ctx, e.connect(ctx, c, redisTarget{options: &redis.UniversalOptions{}, unix: server.Addr()})); err != nil {
		return nil, errors.Join(err, e.close(ctx))
	}
	return e, nil
}

// fileBackedSurvives tells what a restart leaves where no Redis is.
const fileBackedSurvives = "subscriptions survive a restart; deliveries and pending retries do not, nor do the worlds that actions change and saved compositions"

// openFileBacked is the engine of a machine without any Redis: subscriptions in a file, the rest in the process.
func openFileBacked(ctx context.Context, c configs.Config) (*engine, error) {
	if c.StateDir == "" {
		return nil, &UsageError{Message: "--state-dir: no home directory is known, so a state directory must be named (or use --redis memory)"}
	}
	if err := os.MkdirAll(c.StateDir, 0o700); err != nil {
		return nil, fmt.Errorf("state directory: %w", err)
	}
	lock, err := redisd.LockDir(c.StateDir)
	if err != nil {
		return nil, err
	}
	file, err := subscriptions.OpenFile(filepath.Join(c.StateDir, "subscriptions.json"))
	if err != nil {
		return nil, errors.Join(err, lock.Release())
	}
	e, err := openMemory(ctx, c, file, About{
		Engine: "in-process store (no redis-server on this machine)", Where: c.StateDir,
		Survives: fileBackedSurvives,
	})
	if err != nil {
		return nil, errors.Join(err, lock.Release())
	}
	e.closers = append([]func(context.Context) error{func(context.Context) error { return lock.Release() }}, e.closers...)
	return e, nil
}

// openMemory runs the in-process engine: everything in maps, and Asynq on a Redis inside the process. The keys of that Redis expire only when
// its clock is moved, so a ticker moves it.
func openMemory(ctx context.Context, c configs.Config, subs subscriptions.Store, about About) (*engine, error) {
	mini := miniredis.NewMiniRedis()
	if err := mini.StartAddr("127.0.0.1:0"); err != nil {
		return nil, fmt.Errorf("start the in-process store: %w", err)
	}
	password := rand.Text()
	mini.RequireAuth(password) // it listens on loopback, where every local user could reach it
	stop := make(chan struct{})
	var ticking sync.WaitGroup
	ticking.Go(func() { forward(mini, stop) })
	queue := redisTarget{options: &redis.UniversalOptions{Addrs: []string{mini.Addr()}, Password: password}}.open(ctx)
	return &engine{
		about: about, queue: queue, history: history.NewMemory(history.Options{FeedLength: embeddedFeed}), state: scheduler.NewMemory(time.Now), subscriptions: subs,
		servers: embeddedServers, keep: min(c.KeepDeliveries, embeddedKeep),
		ready: func(context.Context) error { return nil },
		closers: []func(context.Context) error{
			func(context.Context) error {
				close(stop)
				ticking.Wait()
				mini.Close()
				return nil
			},
			func(context.Context) error { return queue.Close() },
		},
	}, nil
}

const (
	// embeddedServers is how many Asynq servers poll the in-process engine, where each poll costs more than on a real Redis.
	embeddedServers = 2
	// embeddedKeep bounds the deliveries kept in the process's own memory, measured at about 32 kB each with their attempts.
	embeddedKeep = 5_000
	// embeddedFeed is how many changes the stream can be resumed over.
	embeddedFeed = 20_000
)

func forward(mini *miniredis.Miniredis, stop <-chan struct{}) {
	ticker := time.NewTicker(time.Second)
	defer ticker.Stop()
	for {
		select {
		case <-stop:
			return
		case <-ticker.C:
			mini.FastForward(time.Second)
		}
	}
}

// connect opens the clients of one Redis and keeps everything in it.
func (e *engine) connect(ctx context.Context, c configs.Config, t redisTarget) redis.UniversalClient {
	t.guard = &guard{}
	if t.options.IsClusterMode {
		t.guard.tag = keyPrefix
	}
	store := t.open(ctx)
	e.queue = t.open(ctx)
	e.history = historyredis.New(store, historyredis.Options{Prefix: keyPrefix})
	e.state = schedulerredis.New(store, keyPrefix)
	e.subscriptions = subscriptionsredis.New(store, keyPrefix)
	e.keep = c.KeepDeliveries
	e.ready = func(ctx context.Context) error {
		if err := store.Set(ctx, keyPrefix+":ready", "1", time.Minute).Err(); err != nil {
			return fmt.Errorf("the store takes no writes: %w", err)
		}
		return nil
	}
	e.full = func(ctx context.Context) error { return fullness(ctx, store) }
	e.memory = func(ctx context.Context) (used, limit uint64, err error) {
		info, err := store.Info(ctx).Result()
		return infoNumber(info, "used_memory"), infoNumber(info, "maxmemory"), err
	}
	e.closers = append(e.closers,
		func(context.Context) error { return store.Close() },
		func(context.Context) error { return e.queue.Close() },
	)
	return store
}

// close ends everything, last opened first.
func (e *engine) close(ctx context.Context) error {
	var errs []error
	for _, closer := range slices.Backward(e.closers) {
		errs = append(errs, closer(ctx))
	}
	return errors.Join(errs...)
}
