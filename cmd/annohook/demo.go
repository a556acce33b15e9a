package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/annohook/annohook/cmd/app"
	"github.com/annohook/annohook/configs"
	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/scheduler"
	"github.com/annohook/annohook/sender/listener"
	"github.com/annohook/annohook/subscriptions"
)

// What the demo plays.
const (
	demoEvents    = 4 // of each platform
	demoGap       = 400 * time.Millisecond
	demoTimeScale = 0.01
	demoSettle    = 20 * time.Second // for the last deliveries
)

// demoConfig keeps a demo to itself and makes it quick, where the user did not say otherwise.
func demoConfig(config configs.Config, found []configs.Value) configs.Config {
	if origin(found, "redis") == configs.FromDefault && origin(found, "state_dir") == configs.FromDefault {
		config.Redis = "memory"
	}
	if origin(found, "time_scale") == configs.FromDefault {
		config.TimeScale = demoTimeScale
	}
	return quiet(config, found)
}

// quiet leaves the log to warnings where the run itself prints each attempt, unless the user asked for a level.
func quiet(config configs.Config, found []configs.Value) configs.Config {
	if origin(found, "log_level") == configs.FromDefault {
		config.LogLevel = slog.LevelWarn
	}
	return config
}

// demoActor is one platform of the demo: its listener, its subscription and its events.
type demoActor struct {
	platform payloads.Platform
	listener *runningListener
	secret   atomic.Value // string
	id       string       // of the subscription
	events   []payloads.EventType
	seed     uint64
}

// demo is one run of the story.
type demo struct {
	process *process
	app     *app.App
	actors  []*demoActor

	mu       sync.Mutex
	requests int
	verified map[string]int // requests by platform
}

// demo starts a listener for each platform, subscribes it, and plays the story. The listeners stay until ctx ends.
func (p *process) demo(ctx context.Context, registry *payloads.Registry, a *app.App) error {
	d := &demo{process: p, app: a, verified: map[string]int{}}
	defer d.close(ctx)
	if err := d.cast(ctx, registry); err != nil {
		return err
	}
	ids, err := d.play(ctx)
	if err != nil {
		return err
	}
	if err := d.finale(ctx, ids); err != nil {
		return err
	}
	<-ctx.Done()
	return nil
}

// cast opens a listener and a subscription for every platform. The first one that retries meets a listener that fails once.
func (d *demo) cast(ctx context.Context, registry *payloads.Registry) error {
	stumbled := false
	for _, id := range registry.IDs() {
		pl := registry.Profiles(id)[0]
		actor := &demoActor{platform: pl, id: "demo-" + id, events: sample(pl, demoEvents)}
		d.actors = append(d.actors, actor)
		var err error
		if actor.seed, err = d.process.randomSeed(); err != nil {
			return err
		}
		var script []listener.Answer
		if !stumbled && len(pl.Retry) > 0 {
			script, stumbled = []listener.Answer{{Status: 500, Body: []byte("the demo listener fails once")}, {Status: 200}}, true
		}
		actor.secret.Store("")
		actor.listener, err = startListener(ctx, "127.0.0.1:0", listener.Options{
			Platform: pl, Script: script, Now: d.process.now,
			Secret:    func() string { text, _ := actor.secret.Load().(string); return text },
			OnReceive: func(r listener.Receipt) { d.received(actor, r) },
		})
		if err != nil {
			return err
		}
		if err := d.subscribe(ctx, actor); err != nil {
			return fmt.Errorf("subscribe the demo listener of %s: %w", pl.ID, err)
		}
	}
	return nil
}

// sample picks n event types from all over the catalogue, in its order. Deletions are left out: they would end a story in its middle.
func sample(pl payloads.Platform, n int) []payloads.EventType {
	var listed, picked []payloads.EventType
	for _, e := range pl.Events {
		if !e.Unlisted && !strings.Contains(strings.ToLower(e.Key), "delete") {
			listed = append(listed, e)
		}
	}
	n = min(n, len(listed))
	for i := range n {
		picked = append(picked, listed[i*len(listed)/n])
	}
	return picked
}

// subscribe registers the listener, or points the subscription of an earlier demo at it.
func (d *demo) subscribe(ctx context.Context, actor *demoActor) error {
	sub, err := subscribeOrMove(ctx, d.app.Scheduler(), subscriptions.Subscription{
		ID: actor.id, Platform: actor.platform.ID, URL: actor.listener.url(), Enabled: true, Description: "reference listener of the demo",
		Secret: newSecret(actor.platform),
	})
	if err != nil {
		return err
	}
	actor.secret.Store(string(sub.Secret))
	d.process.notef("  %-13s %s, subscription %s\n", actor.platform.ID, actor.listener.url(), actor.id)
	return nil
}

// newSecret asks for a generated secret where the platform has secrets.
func newSecret(pl payloads.Platform) subscriptions.Secret {
	if pl.Secret.Scheme == "" {
		return ""
	}
	return scheduler.GenerateSecret
}

// subscribeOrMove stores a subscription; one with the same id from an earlier run gets the new URL and keeps the rest.
func subscribeOrMove(ctx context.Context, s *scheduler.Scheduler, sub subscriptions.Subscription) (subscriptions.Subscription, error) {
	stored, err := s.Subscribe(ctx, sub)
	if !errors.Is(err, subscriptions.ErrConflict) {
		return stored, err
	}
	return s.Change(ctx, sub.ID, func(old *subscriptions.Subscription) error {
		old.URL, old.Enabled = sub.URL, true
		if sub.Secret != scheduler.GenerateSecret {
			old.Secret = sub.Secret
		}
		if sub.Profile != "" {
			old.Profile = sub.Profile
		}
		return nil
	})
}

// play triggers the events in turn, one of each platform at a time. Events of one platform share a seed, so that they tell of the same things.
func (d *demo) play(ctx context.Context) ([]string, error) {
	var ids []string
	for scene := range demoEvents {
		for _, actor := range d.actors {
			if scene >= len(actor.events) {
				continue
			}
			published, err := d.app.Scheduler().Publish(ctx, scheduler.Trigger{
				Platform: actor.platform.ID, Type: actor.events[scene].Key, Seed: &actor.seed, SubscriptionIDs: []string{actor.id},
			})
			if err != nil {
				return ids, fmt.Errorf("play %s: %w", actor.events[scene].Key, err)
			}
			for _, delivery := range published.Deliveries {
				ids = append(ids, delivery.ID)
			}
			if err := pause(ctx, demoGap); err != nil {
				return ids, err
			}
		}
	}
	return ids, nil
}

// received prints each request that arrives.
func (d *demo) received(actor *demoActor, r listener.Receipt) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.requests++
	if r.Verified {
		d.verified[actor.platform.ID]++
	}
	if d.process.output != formatText {
		_ = d.process.encode(viewReceipt(actor.platform, r), false) // whoever reads the output has gone
		return
	}
	line := fmt.Sprintf("%-13s %-34s %-29s answered %s", actor.platform.ID, eventOf(actor.platform, r.Body), verdict(actor.platform, r), answered(r))
	_, _ = io.WriteString(d.process.out, visibleLine(line)+"\n")
}

// finale waits for the last deliveries and says how it went.
func (d *demo) finale(ctx context.Context, ids []string) error {
	waiting, cancel := context.WithTimeout(ctx, demoSettle)
	defer cancel()
	if _, _, err := d.app.Scheduler().Await(waiting, ids); err != nil {
		return fmt.Errorf("wait for the demo's deliveries: %w", err)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	verified := 0
	for _, n := range d.verified {
		verified += n
	}
	d.process.notef("story told: %s, %d verified, %d of %s\nlook at them: http://%s/   (Ctrl-C ends the demo)\n",
		plural(d.requests, "request"), verified, len(d.verified), plural(len(d.actors), "platform"), d.app.Addr())
	return nil
}

func (d *demo) close(ctx context.Context) {
	for _, actor := range d.actors {
		if actor.listener != nil {
			actor.listener.stop(ctx)
		}
	}
}
