package app

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log" //nolint:depguard // to take it away from libraries, see stdLog
	"log/slog"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/redis/go-redis/v9"

	"github.com/annohook/annohook/configs"
	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/scheduler"
	"github.com/annohook/annohook/scheduler/queue"
	"github.com/annohook/annohook/sender"
	"github.com/annohook/annohook/sender/history"
	"github.com/annohook/annohook/sender/history/pulse"
	"github.com/annohook/annohook/web/dashboard"
)

// Options of an App.
type Options struct {
	Config  configs.Config
	Version string
	Log     *slog.Logger // nil: discards
}

// App is the program. Build it with New; Start and Stop are called once each.
type App struct {
	options   Options
	engine    *engine
	registry  *payloads.Registry
	sender    *sender.Sender
	hub       *history.Hub
	pulse     *pulse.Pulse      // nil: no role that shows it
	series    *dashboard.Series // nil: no role that sends them
	scheduler *scheduler.Scheduler
	metrics   *metrics
	listener  net.Listener
	serve     func(context.Context, net.Listener) error
	natives   []nativeListener // the platforms' own APIs on ports of their own
	ballast   []byte           // never touched; decision 9
	traces    *traces          // nil: none
	worker    scheduler.Worker // this process
	stopping  atomic.Bool

	down    chan error // an engine that is lost for good, or a part that ended by itself
	stopWeb context.CancelFunc
	stopRun context.CancelFunc
	stopHub context.CancelFunc
	web     sync.WaitGroup
	run     sync.WaitGroup
	feed    sync.WaitGroup
}

// New opens the engine and wires everything. It listens already, so that a taken port is known at once, but serves nothing before Start. It
// returns *UsageError for settings that cannot work together, ErrUnreachable when Redis does not answer, and otherwise what failed.
func New(ctx context.Context, o Options) (*App, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if err := checkSettings(o.Config); err != nil {
		return nil, err
	}
	redis.SetLogger(redisLog{log: o.Log})
	log.SetOutput(stdLog{log: o.Log})
	a := &App{options: o, down: make(chan error, 4), metrics: newMetrics(), ballast: make([]byte, ballastBytes), worker: newWorker()}
	if err := a.open(ctx); err != nil {
		return nil, errors.Join(err, a.closeListeners(), a.release(ctx))
	}
	return a, nil
}

// open opens everything. What it opened before an error is in a, for release.
func (a *App) open(ctx context.Context) (err error) {
	o := a.options
	if a.registry, err = Platforms(); err != nil {
		return fmt.Errorf("platforms: %w", err)
	}
	if err := checkNative(o.Config, a.registry); err != nil {
		return err
	}
	if a.traces, err = newTraces(ctx, o.Config, o.Version, a.worker.ID, o.Log); err != nil {
		return err
	}
	if err := a.listen(ctx); err != nil {
		return err
	}
	if a.engine, err = openEngine(ctx, o.Config, o.Log, a.lost); err != nil {
		return err
	}
	return a.wire()
}

// checkSettings refuses combinations that no single setting can.
func checkSettings(c configs.Config) error {
	if !c.API && (c.Redis == "auto" || c.Redis == "memory") {
		return &UsageError{Message: "--roles worker needs a Redis that is shared with the API: --redis redis://… instead of " + c.Redis}
	}
	if c.API && !c.Worker && c.Redis == "memory" {
		return &UsageError{Message: "--roles api with --redis memory would accept events that no worker can ever see; add the worker role or share a Redis"}
	}
	host, _, err := net.SplitHostPort(c.Addr)
	if err != nil {
		return &UsageError{Message: "--addr: " + err.Error()}
	}
	if (c.API || c.AddrGiven) && c.Token == "" && !loopback(host) {
		return &UsageError{Message: fmt.Sprintf("--addr %s can be reached from other machines, so --token must be set", c.Addr)}
	}
	return nil
}

// lost is told when a part of the program ended that cannot be brought back.
func (a *App) lost(err error) {
	select {
	case a.down <- err:
	default:
	}
}

// Down delivers the reason when the program cannot go on; the caller should Stop it.
func (a *App) Down() <-chan error { return a.down }

// wire builds everything between engine and web.
func (a *App) wire() error {
	c, e := a.options.Config, a.engine
	guard, err := sender.NewGuard(sender.GuardOptions{Allow: c.AllowTargets, Deny: c.DenyTargets})
	if err != nil {
		return fmt.Errorf("targets: %w", err)
	}
	if a.sender, err = sender.New(sender.Options{Now: time.Now, Guard: guard}); err != nil {
		return fmt.Errorf("sender: %w", err)
	}
	a.hub = history.NewHub(e.history)
	tasks, err := queue.New(queue.Options{Client: e.queue, Now: time.Now, Servers: e.servers, Log: a.options.Log})
	if err != nil {
		return fmt.Errorf("queue: %w", err)
	}
	a.scheduler, err = scheduler.New(scheduler.Options{
		Registry: a.registry, Subscriptions: e.subscriptions, History: e.history, Hub: a.hub, Queue: tasks, Workers: e.state, Worlds: e.state,
		Sender: a.sender, Now: time.Now, Random: rand.Reader, NewID: NewID, CheckURL: guard.CheckURL, TimeScale: c.TimeScale, Concurrency: c.Concurrency,
		Keep: scheduler.Retention{Deliveries: e.keep, Age: c.KeepAge}, Full: e.full, Worker: a.worker, Gone: processGone, Log: a.options.Log, Observe: a.metrics.observe,
		Tracer: a.traces.tracer(),
	})
	if err != nil {
		return fmt.Errorf("scheduler: %w", err)
	}
	a.metrics.follow(a.scheduler)
	return a.wireWeb()
}

// NewID returns a new id: a version 7 UUID, ordered by time.
func NewID() string {
	id, err := uuid.NewV7()
	if err != nil { // the system's random source failed; a version 4 from the same source fails loudly
		return uuid.NewString()
	}
	return id.String()
}

// Start begins to serve and to work. It returns at once; what ends by itself later is told on Down.
func (a *App) Start(ctx context.Context) {
	base := context.WithoutCancel(ctx)
	var hub, web, run context.Context
	hub, a.stopHub = context.WithCancel(base)
	web, a.stopWeb = context.WithCancel(base)
	run, a.stopRun = context.WithCancel(base)
	a.feed.Go(func() { a.follow(hub, "feed", a.hub.Run) })
	if a.pulse != nil {
		a.feed.Go(func() { a.follow(hub, "pulse", a.pulse.Run) })
	}
	if a.listener != nil {
		a.web.Go(func() { a.serveOn(web, a.listener, a.serve) })
	}
	if a.series != nil {
		a.web.Go(func() { a.series.Run(web) })
	}
	for _, n := range a.natives {
		a.web.Go(func() { a.serveOn(web, n.listener, n.serve) })
	}
	if a.options.Config.Worker {
		a.run.Go(func() {
			if err := a.scheduler.Run(run); err != nil {
				a.lost(fmt.Errorf("worker: %w", err))
			}
		})
	}
}

func (a *App) serveOn(ctx context.Context, ln net.Listener, serve func(context.Context, net.Listener) error) {
	if err := serve(ctx, ln); err != nil && !errors.Is(err, http.ErrServerClosed) {
		a.lost(fmt.Errorf("http server on %s: %w", ln.Addr(), err))
	}
}

// follow keeps a reader of the feed running; after a fault of the store it goes on where it stopped.
func (a *App) follow(ctx context.Context, reader string, run func(context.Context) error) {
	for ctx.Err() == nil {
		if err := run(ctx); err != nil && ctx.Err() == nil {
			a.options.Log.WarnContext(ctx, "feed interrupted", "reader", reader, "error", err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(500 * time.Millisecond):
		}
	}
}

// Stop ends the program in the order of the package comment. It returns what could not be ended well; the process may exit either way.
func (a *App) Stop(ctx context.Context) error {
	a.stopping.Store(true)
	if a.stopWeb != nil {
		a.stopWeb()
		a.web.Wait()
		a.stopRun()
		a.run.Wait()
		a.stopHub()
		a.feed.Wait()
	} else if err := a.closeListeners(); err != nil {
		a.options.Log.WarnContext(ctx, "close listener", "error", err)
	}
	return a.release(ctx)
}

// release closes what open opened but the listeners, as far as it came.
func (a *App) release(ctx context.Context) error {
	if a.sender != nil {
		a.sender.Close()
	}
	a.traces.close(ctx)
	if a.engine == nil {
		return nil
	}
	return a.engine.close(ctx)
}

// Addr is the address that is listened on; "" when nothing is.
func (a *App) Addr() string {
	if a.listener == nil {
		return ""
	}
	return a.listener.Addr().String()
}

// About tells what keeps the data.
func (a *App) About() About { return a.engine.about }

// Scheduler is the engine itself, for callers in the same process.
func (a *App) Scheduler() *scheduler.Scheduler { return a.scheduler }
