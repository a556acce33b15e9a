package main

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/annohook/annohook/payloads"
)

// trigger is one run of the trigger command.
type trigger struct {
	event    event
	platform string
	types    []string
	count    int
	interval time.Duration // between events; 0: as fast as it goes
	waiting
}

// triggerFlags are the flags of the command that are neither the event's nor the target's.
type triggerFlags struct {
	event         eventFlags
	target        targetFlags
	count         int
	rate          string
	retry, dryRun bool
	waiting       waitFlags
	subscriptions []string
	key           string
}

func (p *process) triggerCommand(registry *payloads.Registry) *cobra.Command {
	f := &triggerFlags{}
	cmd := &cobra.Command{
		Use:   "trigger PLATFORM EVENT...",
		Short: "Make events happen: through a server, or sent straight to a URL",
		Long: `Make events happen. Without --to the server sends them to every subscription that wants them; with --to this process
sends them itself, one attempt each, or with --retry on the platform's schedule (--time-scale shortens it).

The command fails when nobody wants the event. With --to, or with --wait settled, it also fails when a delivery does;
--expect replaces that rule: status=2xx, status=500, latency<1s, attempts=4, deliveries=3, outcome=failed, error=timeout, signed.`,
		Example: `  annohook trigger argilla record.completed --wait settled --expect status=2xx
  annohook trigger toloka ASSIGNMENT_CREATED --to http://127.0.0.1:3000/hook --secret S --count 25 --retry
  annohook trigger label-studio ANNOTATION_CREATED --set-json annotation.id=7 --dry-run`,
		Args:              takes(2, -1),
		ValidArgsFunction: platformThenEvents(registry, true),
		RunE: p.do(func(cmd *cobra.Command, args []string) error {
			return p.trigger(cmd, registry, f, args)
		}),
	}
	f.event.add(cmd)
	f.target.add(cmd)
	flags := cmd.Flags()
	flags.IntVar(&f.count, "count", 1, "how often; the seed grows by one each time")
	flags.StringVar(&f.rate, "rate", "", "events a second, such as 20 or 0.5")
	flags.BoolVar(&f.retry, "retry", false, "retry as the platform does (with --to)")
	flags.BoolVar(&f.dryRun, "dry-run", false, "print method, header and body of the first attempt instead of sending")
	f.waiting.add(cmd, "how long to wait (default 30s with a server, no limit with --to)")
	flags.StringArrayVar(&f.subscriptions, "subscription", nil, "id of a subscription, instead of all that match; can be repeated")
	flags.StringVar(&f.key, "idempotency-key", "", "key under which a repeated call triggers nothing new (one event only)")
	settingFlags(cmd, append(clientSettings(), "time_scale", "allow_target", "deny_target")...)
	profilesOf(cmd, registry)
	fromPlatform(cmd, registry, "variant", variantsOf)
	fromPlatform(cmd, registry, "quirk", quirksOf)
	return cmd
}

func (p *process) trigger(cmd *cobra.Command, registry *payloads.Registry, f *triggerFlags, args []string) error {
	config, _, err := p.load(cmd)
	if err != nil {
		return err
	}
	t, err := f.read(p, cmd, args)
	if err != nil {
		return err
	}
	if f.target.url == "" && !f.dryRun {
		return p.triggerServer(cmd.Context(), config, t, f)
	}
	pl, err := findPlatform(registry, t.platform, t.event.profile)
	if err != nil {
		return err
	}
	for _, name := range t.types {
		if _, err := findEvent(pl, name, t.event.variant); err != nil {
			return err
		}
	}
	return p.triggerHere(cmd.Context(), config, pl, t, f)
}

// read checks the flags against each other and reads their values.
func (f *triggerFlags) read(p *process, cmd *cobra.Command, args []string) (trigger, error) {
	t := trigger{platform: args[0], types: args[1:], count: f.count}
	if f.target.url != "" || f.dryRun {
		if name := changed(cmd, "server", "subscription", "idempotency-key"); name != "" {
			return t, &usageError{fmt.Sprintf("--%s is for a server; it cannot be combined with --to or --dry-run", name)}
		}
	} else if name := changed(cmd, append(f.target.names(), "retry", "time-scale", "allow-target", "deny-target")...); name != "" {
		return t, &usageError{fmt.Sprintf("--%s needs --to; a server's subscriptions have their own", name)}
	}
	if f.count < 1 {
		return t, &usageError{fmt.Sprintf("--count: %d is not a number from 1", f.count)}
	}
	if f.key != "" && (f.count != 1 || len(t.types) != 1) {
		return t, &usageError{"--idempotency-key protects one event; give one event type and no --count"}
	}
	var err error
	if t.interval, err = parseRate(f.rate); err != nil {
		return t, err
	}
	if t.waiting, err = f.waiting.read(f.target.url != ""); err != nil {
		return t, err
	}
	t.event, err = f.event.read(p)
	return t, err
}

// changed returns the first of the named flags that was given, or "".
func changed(cmd *cobra.Command, names ...string) string {
	at := slices.IndexFunc(names, func(name string) bool { return cmd.Flags().Changed(name) })
	if at < 0 {
		return ""
	}
	return names[at]
}

// parseRate turns events a second into the time between two.
func parseRate(text string) (time.Duration, error) {
	if text == "" {
		return 0, nil
	}
	rate, err := strconv.ParseFloat(strings.TrimSuffix(text, "/s"), 64)
	if err != nil || !(rate > 0.0001 && rate <= 100_000) {
		return 0, &usageError{fmt.Sprintf("--rate: %q is not a number of events a second such as 20 or 0.5", text)}
	}
	return time.Duration(float64(time.Second) / rate), nil
}

// each calls fn for every event of the trigger in turn, at its rate: i counts repetitions, and the events of one share a seed.
func (t trigger) each(ctx context.Context, now func() time.Time, fn func(i int, eventType string) error) error {
	start, n := now(), 0
	for i := range t.count {
		for _, eventType := range t.types {
			if err := pause(ctx, start.Add(time.Duration(n)*t.interval).Sub(now())); err != nil {
				return err
			}
			if err := fn(i, eventType); err != nil {
				return err
			}
			n++
		}
	}
	return nil
}

// pause waits, or returns the context's error when that ends first.
func pause(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
