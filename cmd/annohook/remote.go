package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"github.com/annohook/annohook/configs"
	"github.com/annohook/annohook/scheduler"
	"github.com/annohook/annohook/web/client"
)

// client talks to the server that the settings name.
func (p *process) client(cmd *cobra.Command) (*client.Client, error) {
	config, _, err := p.load(cmd)
	if err != nil {
		return nil, err
	}
	return newClient(config)
}

func newClient(config configs.Config) (*client.Client, error) {
	return client.New(config.Server, client.Options{Token: config.Token})
}

// remote runs one trigger command on a server.
type remote struct {
	process  *process
	client   *client.Client
	trigger  trigger
	template client.Trigger
	options  client.TriggerOptions
	accepted []client.Accepted
	ids      []string        // of deliveries, each once
	known    map[string]bool // the same as a set
}

// triggerServer lets the server send.
func (p *process) triggerServer(ctx context.Context, config configs.Config, t trigger, f *triggerFlags) error {
	c, err := newClient(config)
	if err != nil {
		return err
	}
	r := &remote{process: p, client: c, trigger: t, options: client.TriggerOptions{IdempotencyKey: f.key}, known: map[string]bool{}}
	if r.template, err = t.request(f.subscriptions); err != nil {
		return err
	}
	r.trigger.waiting = t.withServer(p.now())
	if err := r.send(ctx); err != nil {
		return err
	}
	if len(r.ids) == 0 {
		return errNothing
	}
	if !t.wait {
		return r.showAccepted()
	}
	report := &deliveryReport{process: p}
	return settling{process: p, client: c, waiting: r.trigger.waiting}.await(ctx, r.ids, report)
}

// request is the call for one event type; type, count and seed are filled in for each.
func (t trigger) request(subscriptionIDs []string) (client.Trigger, error) {
	request := client.Trigger{
		Platform: t.platform, Profile: t.event.profile, Variant: t.event.variant, Data: t.event.merge, Now: t.event.now,
		SubscriptionIDs: subscriptionIDs,
	}
	for _, a := range t.event.set {
		request.Set = append(request.Set, client.Assignment{Path: a.path, Value: a.raw})
	}
	if t.event.body != nil {
		if !utf8.Valid(t.event.body) {
			return request, &usageError{"--body: a server takes UTF-8 text only; --to sends any bytes"}
		}
		text, err := json.Marshal(string(t.event.body))
		if err != nil {
			return request, fmt.Errorf("--body: %w", err)
		}
		request.Body = text
	}
	return request, nil
}

// send makes the calls: one for many events, or one for each where a rate spaces them.
func (r *remote) send(ctx context.Context) error {
	t, size := r.trigger, scheduler.MaxCount
	if t.interval > 0 || len(t.types) > 1 {
		size = 1 // events of one repetition stay together
	}
	calls := t
	calls.count = (t.count + size - 1) / size
	if t.wait && calls.count == 1 && len(t.types) == 1 {
		r.options.Wait = t.inOneCall()
	}
	return calls.each(ctx, r.process.now, func(i int, eventType string) error {
		request := r.template
		request.Type = eventType
		request.Count = min(size, t.count-i*size)
		if t.event.seed != nil {
			seed := *t.event.seed + uint64(i*size) //nolint:gosec // i counts from 0
			request.Seed = &seed
		}
		answer, err := r.client.Trigger(ctx, request, r.options)
		if err != nil {
			return err
		}
		r.take(answer)
		return nil
	})
}

func (r *remote) take(answer client.Triggered) {
	if answer.Replayed {
		r.process.notef("this idempotency key was used before; nothing new was triggered\n")
	}
	r.accepted = append(r.accepted, answer.Accepted)
	for _, d := range answer.Deliveries {
		if !r.known[d.ID] {
			r.known[d.ID] = true
			r.ids = append(r.ids, d.ID)
		}
	}
}

func (r *remote) showAccepted() error {
	if r.process.output != formatText {
		return showList(r.process, r.accepted, nil, nil)
	}
	return r.process.show(nil, func(w io.Writer) error {
		for _, a := range r.accepted {
			if _, err := fmt.Fprintf(w, "%s %s  %s, %s\n", a.Platform, a.Type, plural(len(a.Events), "event"), plural(len(a.Deliveries), "delivery")); err != nil {
				return err
			}
			for _, d := range a.Deliveries {
				if _, err := fmt.Fprintf(w, "  delivery %s to subscription %s: %s\n", d.ID, d.SubscriptionID, d.Status); err != nil {
					return err
				}
			}
		}
		return nil
	})
}
