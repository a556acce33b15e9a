package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/annohook/annohook/cmd/app"
	"github.com/annohook/annohook/configs"
	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/scheduler"
	"github.com/annohook/annohook/sender"
	"github.com/annohook/annohook/sender/history"
	"github.com/annohook/annohook/subscriptions"
	"github.com/annohook/annohook/web/client"
)

// exampleTarget stands in dry runs that name no URL; nothing is sent there.
const exampleTarget = "http://127.0.0.1:9000/webhook"

// oneShot sends the events of one trigger command from this process.
type oneShot struct {
	process  *process
	engine   *app.OneShot
	platform payloads.Platform
	sub      subscriptions.Subscription
	trigger  trigger
	seed     uint64
	report   *deliveryReport
}

// triggerHere sends without a server, or prints what would be sent.
func (p *process) triggerHere(ctx context.Context, config configs.Config, pl payloads.Platform, t trigger, f *triggerFlags) error {
	if f.target.url == "" {
		f.target.url = exampleTarget
	}
	sub, err := f.target.subscription(p, pl.ID, pl.Profile)
	if err != nil {
		return err
	}
	// The id is always the same one, because bodies can hold it: the same seed and time are to give the same bytes.
	sub.NativeID = pl.NewNativeID([16]byte{}, exampleTime(), 1)
	if config.LogLevel == slog.LevelInfo {
		config.LogLevel = slog.LevelWarn // attempts are told in words
	}
	engine, err := app.NewOneShot(app.OneShotOptions{Config: config, Log: p.logger(config), Observe: p.observed(f.retry)})
	if err != nil {
		return err
	}
	defer engine.Stop()
	given := sub.Secret
	if sub, err = engine.Scheduler().Subscribe(ctx, sub); err != nil {
		return err
	}
	p.tellSecret(pl, given, sub.Secret)
	s := &oneShot{process: p, engine: engine, platform: pl, sub: sub, trigger: t, report: &deliveryReport{process: p}}
	if s.seed, err = p.baseSeed(t.event); err != nil {
		return err
	}
	if t.timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, t.timeout, errTimedOut)
		defer cancel()
	}
	switch {
	case f.dryRun:
		return s.dryRun()
	case f.retry:
		err = s.withRetries(ctx)
	default:
		err = s.single(ctx)
	}
	return s.finish(ctx, err)
}

// finish prints what is known and judges it.
func (s *oneShot) finish(ctx context.Context, err error) error {
	if printErr := s.report.finish(); printErr != nil {
		return printErr
	}
	if err != nil {
		if errors.Is(context.Cause(ctx), errTimedOut) {
			return errTimedOut
		}
		return err
	}
	if len(s.trigger.expect) > 0 {
		return s.process.judge(s.trigger.expect, s.report.all)
	}
	return s.process.judgeSuccess(s.report.all)
}

// tellSecret says what a listener needs to know about the secret that the user did not choose.
func (p *process) tellSecret(pl payloads.Platform, given, used subscriptions.Secret) {
	switch {
	case pl.Secret.Scheme == "":
	case used == "":
		p.notef("no --secret given: sent without a signature\n")
	case used != given:
		p.notef("signed with a new secret: %s\n", string(used))
	}
}

// baseSeed is the seed that was given, or a new one that is told so that the run can be repeated.
func (p *process) baseSeed(e event) (uint64, error) {
	if e.seed != nil {
		return *e.seed, nil
	}
	seed, err := p.randomSeed()
	if err == nil && e.body == nil {
		p.notef("seed %d\n", seed)
	}
	return seed, err
}

// observed tells each attempt of a schedule as it ends, because a schedule can take minutes.
func (p *process) observed(wanted bool) func(scheduler.Observation) {
	if !wanted {
		return nil
	}
	return func(o scheduler.Observation) {
		text := o.Outcome
		if o.Failure != payloads.FailureNone {
			text += ": " + string(o.Failure)
		}
		p.notef("attempt %s after %s\n", text, milliseconds(float64(o.Duration)/float64(time.Millisecond)))
	}
}

// messages are the requests of one event.
func (s *oneShot) messages(i int, eventType string) ([]payloads.Message, payloads.EventType, time.Time, error) {
	et, err := findEvent(s.platform, eventType, s.trigger.event.variant)
	if err != nil {
		return nil, et, time.Time{}, err
	}
	at := s.process.now().UTC()
	if s.trigger.event.now != nil {
		at = *s.trigger.event.now
	}
	messages, err := compose(s.platform, s.sub, et, s.trigger.event, s.seed+uint64(i), at) //nolint:gosec // i counts from 0
	return messages, et, at, err
}

// prepare stamps one attempt with the given time, the attempt's and not the event's.
func (s *oneShot) prepare(m payloads.Message, id string, at time.Time) (sender.Request, error) {
	stamp := payloads.Stamp{Subscription: s.sub, DeliveryID: id, Attempt: 1, Time: at}
	if _, err := io.ReadFull(s.process.random, stamp.Random[:]); err != nil {
		return sender.Request{}, fmt.Errorf("read random bytes: %w", err)
	}
	return s.engine.Sender().Prepare(s.platform, m, stamp)
}

// single makes one attempt of each message, one after another.
func (s *oneShot) single(ctx context.Context) error {
	return s.trigger.each(ctx, s.process.now, func(i int, eventType string) error {
		messages, et, at, err := s.messages(i, eventType)
		if err != nil {
			return err
		}
		for _, m := range messages {
			d, err := s.attempt(ctx, et, at, m)
			if err != nil {
				return err
			}
			if err := s.report.add(d); err != nil {
				return err
			}
		}
		return nil
	})
}

// attempt sends one message once and tells it as a delivery.
func (s *oneShot) attempt(ctx context.Context, et payloads.EventType, at time.Time, m payloads.Message) (client.Delivery, error) {
	id := app.NewID()
	request, err := s.prepare(m, id, s.process.now().UTC())
	if err != nil {
		return client.Delivery{}, err
	}
	report := s.engine.Sender().Do(ctx, request)
	if ctx.Err() != nil {
		return client.Delivery{}, ctx.Err()
	}
	verdict := s.platform.Verdict(report.Reply)
	failure, text := sender.Failure(report.Reply, verdict)
	d := history.Summary{Delivery: history.Delivery{
		ID: id, Status: history.Failed, Reason: verdict.Why, Platform: s.platform.ID, Profile: s.platform.Profile, EventType: et.Key,
		Fidelity: et.FidelityOf(s.trigger.event.variant), Method: m.Method, SubscriptionID: s.sub.ID, URL: s.sub.URL, CreatedAt: at, SettledAt: report.StartedAt.Add(report.Duration),
	}}
	if verdict.Success {
		d.Status, d.Reason = history.Succeeded, "" // as the scheduler keeps it
	}
	return deliveryOf(d, []history.Attempt{{
		Number: 1, ScheduledAt: report.StartedAt, StartedAt: report.StartedAt, Duration: report.Duration, Outcome: verdict.Outcome, Why: verdict.Why,
		Failure: failure, Message: text, Request: &report.Request, Reply: &report.Reply, Hops: report.Hops, Signature: report.Signature,
	}}, m.Body), nil
}

// withRetries hands the events to the scheduler and waits for the last attempt.
func (s *oneShot) withRetries(ctx context.Context) error {
	s.engine.Start(ctx)
	ids, err := s.publish(ctx)
	if err != nil {
		return err
	}
	list, done, err := s.engine.Scheduler().Await(ctx, ids)
	if err != nil {
		return err
	}
	for _, d := range list {
		attempts, err := s.engine.History().Attempts(context.WithoutCancel(ctx), d.ID)
		if err != nil {
			return err
		}
		body, err := s.engine.History().Body(context.WithoutCancel(ctx), d.ID)
		if err != nil {
			return err
		}
		if err := s.report.add(deliveryOf(d, attempts, body)); err != nil {
			return err
		}
	}
	if !done {
		return ctx.Err()
	}
	return nil
}

func (s *oneShot) publish(ctx context.Context) ([]string, error) {
	override, err := s.trigger.event.override()
	if err != nil {
		return nil, err
	}
	var ids []string
	known := map[string]bool{}
	return ids, s.trigger.each(ctx, s.process.now, func(i int, eventType string) error {
		seed := s.seed + uint64(i) //nolint:gosec // i counts from 0
		published, err := s.engine.Scheduler().Publish(ctx, scheduler.Trigger{
			Platform: s.platform.ID, Type: eventType, Variant: s.trigger.event.variant, Override: override, Body: s.trigger.event.body,
			Seed: &seed, Now: s.trigger.event.now,
		})
		if err != nil {
			return err
		}
		for _, d := range published.Deliveries {
			if !known[d.ID] {
				known[d.ID] = true
				ids = append(ids, d.ID)
			}
		}
		return nil
	})
}
