package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/annohook/annohook/web/client"
)

// subscriptionFlags are the fields of a subscription that add and update share.
type subscriptionFlags struct {
	profile, description, scope, options, retry string
	secret                                      secretFlag
	events, headers, quirks                     []string
	disable                                     bool
	timeout, deadline                           time.Duration
	concurrency                                 int
	rate                                        float64
}

func (f *subscriptionFlags) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.profile, "profile", "", "behaviour of the platform")
	flags.StringVar(&f.description, "description", "", "for people")
	f.secret.add(flags, "secret to sign with; generate makes one")
	flags.StringSliceVar(&f.events, "event", nil, "wanted event types, comma separated or repeated; none is none (default: all)")
	flags.StringArrayVar(&f.headers, "header", nil, "header added to every request, `Name: value`; can be repeated")
	flags.StringVar(&f.scope, "scope", "", "which place of the platform, a JSON object")
	flags.StringVar(&f.options, "options", "", "platform-specific options, a JSON object")
	flags.StringArrayVar(&f.quirks, "quirk", nil, "switch a quirk, `name=true` or name=false; can be repeated")
	flags.BoolVar(&f.disable, "disable", false, "switch it off")
	flags.DurationVar(&f.timeout, "timeout", 0, "of one attempt, instead of the platform's")
	flags.DurationVar(&f.deadline, "deadline", 0, "of the whole exchange, instead of the platform's")
	flags.StringVar(&f.retry, "retry", "", "waits between attempts, comma separated, such as 10s,60s; none is one attempt")
	flags.IntVar(&f.concurrency, "concurrency", 0, "attempts at the same time")
	flags.Float64Var(&f.rate, "rate", 0, "attempts a second")
}

// patch names the fields whose flags were given.
func (f *subscriptionFlags) patch(p *process, cmd *cobra.Command) (client.SubscriptionPatch, error) {
	patch := client.SubscriptionPatch{}
	given := cmd.Flags().Changed
	set := func(flag string, v any) {
		if given(flag) {
			patch[strings.ReplaceAll(flag, "-", "_")] = v
		}
	}
	set("profile", f.profile)
	set("description", f.description)
	set("timeout", client.Duration(f.timeout))
	set("deadline", client.Duration(f.deadline))
	set("concurrency", f.concurrency)
	set("rate", f.rate)
	if f.disable {
		patch["enabled"] = false
	}
	if given("secret") || given("secret-file") {
		secret, err := f.secret.read(p)
		if err != nil {
			return nil, err
		}
		patch["secret"] = secret
	}
	if given("event") {
		patch["events"] = wantedEvents(f.events)
	}
	return patch, f.structured(cmd, patch)
}

// structured adds the fields that have a form of their own.
func (f *subscriptionFlags) structured(cmd *cobra.Command, patch client.SubscriptionPatch) error {
	given := cmd.Flags().Changed
	if given("header") {
		headers, err := parseHeaders(f.headers)
		if err != nil {
			return err
		}
		patch["headers"] = headers
	}
	for flag, text := range map[string]string{"scope": f.scope, "options": f.options} {
		if !given(flag) {
			continue
		}
		object, err := parseObject("--"+flag, text)
		if err != nil {
			return err
		}
		patch[flag] = object
	}
	if given("quirk") {
		quirks, err := parseQuirks(f.quirks)
		if err != nil {
			return err
		}
		patch["quirks"] = quirks
	}
	if given("retry") {
		retry, err := parseRetry(f.retry)
		if err != nil {
			return err
		}
		patch["retry"] = retry
	}
	return nil
}

// fill puts the fields whose flags were given into a new subscription.
func (f *subscriptionFlags) fill(p *process, cmd *cobra.Command, s *client.NewSubscription) error {
	patch, err := f.patch(p, cmd)
	if err != nil {
		return err
	}
	s.Profile, s.Description = f.profile, f.description
	given := cmd.Flags().Changed
	if secret, ok := patch["secret"].(string); ok {
		s.Secret = &secret
	}
	if given("event") {
		events := wantedEvents(f.events)
		s.Events = &events
	}
	if f.disable {
		off := false
		s.Enabled = &off
	}
	if headers, ok := patch["headers"].(client.Headers); ok {
		s.Headers = headers
	}
	if s.Scope, err = parseObject("--scope", f.scope); err != nil {
		return err
	}
	if s.Options, err = parseObject("--options", f.options); err != nil {
		return err
	}
	if s.Quirks, err = parseQuirks(f.quirks); err != nil {
		return err
	}
	if retry, ok := patch["retry"].(client.Retry); ok {
		s.Retry = &retry
	}
	s.Timeout = optional(given("timeout"), client.Duration(f.timeout))
	s.Deadline = optional(given("deadline"), client.Duration(f.deadline))
	s.Concurrency = optional(given("concurrency"), f.concurrency)
	s.Rate = optional(given("rate"), f.rate)
	return nil
}

func optional[T any](given bool, v T) *T {
	if !given {
		return nil
	}
	return &v
}

// wantedEvents reads the word none as no event at all.
func wantedEvents(list []string) []string {
	if len(list) == 1 && list[0] == "none" {
		return []string{}
	}
	return list
}

// parseRetry reads a schedule.
func parseRetry(text string) (client.Retry, error) {
	retry := client.Retry{Delays: []client.Duration{}}
	if text == "none" || text == "" {
		return retry, nil
	}
	for item := range strings.SplitSeq(text, ",") {
		d, err := time.ParseDuration(strings.TrimSpace(item))
		if err != nil {
			return retry, &usageError{fmt.Sprintf("--retry: %q is not a duration such as 10s; none is one attempt", item)}
		}
		retry.Delays = append(retry.Delays, client.Duration(d))
	}
	return retry, nil
}
