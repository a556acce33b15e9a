package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/web/client"
)

// actFlags are the flags of the act command.
type actFlags struct {
	origin        eventFlags // without what changes an event: an action says what it is about
	waiting       waitFlags
	subscriptions []string
	key           string
	world, reset  bool
}

func (p *process) actCommand(registry *payloads.Registry) *cobra.Command {
	f := &actFlags{}
	cmd := &cobra.Command{
		Use:   "act PLATFORM [ACTION]",
		Short: "Do what a user of the platform would do, and let it raise its events",
		Long: `Do what a user of the platform would do: submit a response, import tasks, close a pool. The action changes the platform's
world on the server, and the events it raises go out in the platform's own number and order. Without ACTION the actions
are listed.

The command fails when events are raised and no subscription gets any of them. With --wait settled it also fails when a
delivery does; --expect replaces that rule, as with trigger.`,
		Example: `  annohook act argilla
  annohook act argilla submit-response --wait settled --expect status=2xx
  annohook act label-studio import-tasks --set count=12000
  annohook act toloka --world -o json`,
		Args: takes(0, 2), ValidArgsFunction: platformThenActions(registry),
		RunE: p.do(func(cmd *cobra.Command, args []string) error {
			pl, err := findPlatform(registry, first(args), f.origin.profile)
			if err != nil {
				return err
			}
			if len(args) == 1 {
				return p.actOnWorld(cmd, f, pl)
			}
			return p.act(cmd, f, pl, args[1])
		}),
	}
	f.origin.addOrigin(cmd)
	flags := cmd.Flags()
	flags.Var(&assignFlag{list: &f.origin.assignments}, "set", "parameter as `name=text`; lists are comma separated; can be repeated")
	flags.Var(&assignFlag{list: &f.origin.assignments, json: true}, "set-json", "parameter as `name=JSON`; can be repeated")
	f.waiting.add(cmd, "how long to wait (default 30s)")
	flags.StringArrayVar(&f.subscriptions, "subscription", nil, "id of a subscription, instead of all that match; can be repeated")
	flags.StringVar(&f.key, "idempotency-key", "", "key under which a repeated call does nothing new")
	flags.BoolVar(&f.world, "world", false, "show the platform's world instead: every entity with its id and state")
	flags.BoolVar(&f.reset, "reset", false, "make the platform's world fresh instead")
	exclusive(cmd, "world", "reset")
	settingFlags(cmd, clientSettings()...)
	profilesOf(cmd, registry)
	return cmd
}

// actOnWorld lists the actions, or looks at the world they change.
func (p *process) actOnWorld(cmd *cobra.Command, f *actFlags, pl payloads.Platform) error {
	if len(pl.Actions) == 0 {
		return &usageError{pl.Name + " has no actions"}
	}
	if name := changed(cmd, "set", "set-json", "seed", "now", "wait", "timeout", "expect", "subscription", "idempotency-key"); name != "" {
		return &usageError{fmt.Sprintf("--%s needs an action; one of: %s", name, strings.Join(actionNames(pl), ", "))}
	}
	if !f.world && !f.reset {
		return p.listActions(pl)
	}
	c, err := p.client(cmd)
	if err != nil {
		return err
	}
	if f.reset {
		if err := c.ResetWorld(cmd.Context(), pl.ID); err != nil {
			return err
		}
		p.notef("the world of %s is fresh again\n", pl.Name)
		return nil
	}
	world, err := c.World(cmd.Context(), pl.ID)
	if err != nil {
		return err
	}
	return p.show(world, func(w io.Writer) error { return printWorld(w, world) })
}

// findAction looks an action up, or says what there is.
func findAction(pl payloads.Platform, name string) (payloads.Action, error) {
	action, ok := pl.Action(name)
	switch {
	case ok:
		return action, nil
	case len(pl.Actions) == 0:
		return action, &usageError{pl.Name + " has no actions"}
	default:
		return action, &usageError{fmt.Sprintf("unknown action %q of %s; one of: %s", name, pl.ID, strings.Join(actionNames(pl), ", "))}
	}
}

func actionNames(pl payloads.Platform) []string {
	names := make([]string, len(pl.Actions))
	for i, a := range pl.Actions {
		names[i] = a.Name
	}
	return names
}

// act performs one action on the server.
func (p *process) act(cmd *cobra.Command, f *actFlags, pl payloads.Platform, name string) error {
	if f.world || f.reset {
		return &usageError{"--world and --reset concern the whole platform; leave the action out"}
	}
	action, err := findAction(pl, name)
	if err != nil {
		return err
	}
	origin, err := f.origin.read(p)
	if err != nil {
		return err
	}
	request := client.Act{
		Platform: pl.ID, Action: name, Profile: origin.profile, Seed: origin.seed, Now: origin.now, SubscriptionIDs: f.subscriptions,
	}
	if request.Params, err = params(action, origin.set); err != nil {
		return err
	}
	w, err := f.waiting.read(false)
	if err != nil {
		return err
	}
	c, err := p.client(cmd)
	if err != nil {
		return err
	}
	w = w.withServer(p.now())
	options := client.TriggerOptions{IdempotencyKey: f.key}
	if w.wait {
		options.Wait = w.inOneCall()
	}
	done, err := c.Act(cmd.Context(), request, options)
	if err != nil {
		return err
	}
	if done.Replayed {
		p.notef("this idempotency key was used before; nothing new was done\n")
	}
	return p.showActed(cmd.Context(), settling{process: p, client: c, waiting: w}, done.Acted)
}

// actedView is what an action came to, with its deliveries in full where they were waited for.
type actedView struct {
	client.Acted

	Delivered []client.Delivery `json:"delivered,omitempty"`
}

// showActed prints what an action came to, waits where that is asked for, and judges.
func (p *process) showActed(ctx context.Context, s settling, acted client.Acted) error {
	view, open := actedView{Acted: acted}, 0
	text := func(w io.Writer) error { return printActed(w, acted, !s.waiting.wait) }
	if p.output == formatText {
		if err := text(p.out); err != nil {
			return err
		}
	}
	if s.waiting.wait {
		var err error
		open, err = s.collect(ctx, deliveryIDs(acted), func(d client.Delivery) error {
			view.Delivered = append(view.Delivered, d)
			if p.output == formatText {
				return printOutcome(p.out, d)
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	if p.output != formatText {
		if err := p.show(view, text); err != nil {
			return err
		}
	}
	if err := nothingSent(acted.Platform, acted); err != nil || !s.waiting.wait {
		return err
	}
	if len(acted.Events) == 0 && len(s.waiting.expect) == 0 {
		return nil // done, and it raises nothing by its nature
	}
	return s.verdict(view.Delivered, open)
}

func deliveryIDs(all ...client.Acted) []string {
	var ids []string
	known := map[string]bool{}
	for _, acted := range all {
		for _, d := range acted.Deliveries {
			if !known[d.ID] {
				known[d.ID] = true
				ids = append(ids, d.ID)
			}
		}
	}
	return ids
}

// nothingSent is errNothing, with the reasons, where events were raised and no subscription gets any.
func nothingSent(platform string, all ...client.Acted) error {
	events, deliveries := 0, 0
	var reasons []string
	for _, acted := range all {
		events += len(acted.Events)
		deliveries += len(acted.Deliveries)
		for _, e := range acted.Raised {
			for _, r := range e.Reasons {
				reasons = append(reasons, fmt.Sprintf("%s to subscription %s: %s", e.Type, r.SubscriptionID, r.Why))
			}
		}
	}
	switch {
	case events == 0 || deliveries > 0:
		return nil
	case len(reasons) == 0:
		return fmt.Errorf("%w: %s raised, but %s has no subscription", errNothing, plural(events, "event"), platform)
	default:
		return fmt.Errorf("%w: %s raised, but none is sent: %s", errNothing, plural(events, "event"), strings.Join(reasons[:min(len(reasons), maxShownReasons)], "; "))
	}
}

// maxShownReasons is how many reasons a person is told.
const maxShownReasons = 10

// params turns assignments into the parameters of an action. Text is read as the parameter's kind asks for.
func params(action payloads.Action, set []assignment) (json.RawMessage, error) {
	if len(set) == 0 {
		return nil, nil
	}
	out := payloads.Obj()
	for _, a := range set {
		v, err := payloads.ParseValue(a.raw)
		if err != nil {
			return nil, &usageError{fmt.Sprintf("--set-json %s: not JSON: %v", a.path, err)}
		}
		if text, ok := v.(string); ok {
			v = typed(action, a.path, text)
		}
		out.Set(a.path, v)
	}
	return payloads.JSON(out)
}

// typed is text as the kind of the named parameter. What does not fit stays text, and the server says what is wrong with it.
func typed(action payloads.Action, name, text string) payloads.Value {
	for _, param := range action.Params {
		if param.Name != name {
			continue
		}
		switch param.Kind {
		case payloads.KindString:
			return text
		case payloads.KindStrings:
			list := payloads.Array{}
			for item := range strings.SplitSeq(text, ",") {
				list = append(list, strings.TrimSpace(item))
			}
			return list
		default:
			if v, err := payloads.ParseValue([]byte(text)); err == nil {
				return v
			}
		}
	}
	return text
}
