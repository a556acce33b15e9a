package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/web/client"
)

func (p *process) subscriptionsCommand(registry *payloads.Registry) *cobra.Command {
	c := group("subscriptions", "Manage who gets which events",
		p.subscriptionsAdd(registry), p.subscriptionsList(registry), p.subscriptionsShow(), p.subscriptionsUpdate(),
		p.subscriptionsRemove(), p.subscriptionsTest(), p.subscriptionsRotate())
	c.Aliases = []string{"subscription", "subs"}
	return c
}

// withClient is the body of a command that talks to a server.
func (p *process) withClient(body func(ctx context.Context, c *client.Client, cmd *cobra.Command, args []string) error) func(*cobra.Command, []string) error {
	return p.do(func(cmd *cobra.Command, args []string) error {
		c, err := p.client(cmd)
		if err != nil {
			return err
		}
		return body(cmd.Context(), c, cmd, args)
	})
}

func (p *process) subscriptionsAdd(registry *payloads.Registry) *cobra.Command {
	f := &subscriptionFlags{}
	var id, platform, url string
	cmd := &cobra.Command{
		Use: "add [PLATFORM URL]", Short: "Subscribe a URL", Args: takes(0, 2), ValidArgsFunction: onePlatform(registry),
		Long: "Subscribe a URL. The secret is shown once, here; --secret generate makes one.",
		Example: `  annohook subscriptions add argilla http://127.0.0.1:3000/hook
  annohook subscriptions add label-studio http://127.0.0.1:3000/hook --event ANNOTATION_CREATED --scope '{"project":1}'`,
		RunE: p.withClient(func(ctx context.Context, c *client.Client, cmd *cobra.Command, args []string) error {
			request, err := newSubscription(id, platform, url, args)
			if err != nil {
				return err
			}
			if err := f.fill(p, cmd, &request); err != nil {
				return err
			}
			sub, err := c.CreateSubscription(ctx, request)
			if err != nil {
				return err
			}
			return p.show(sub, func(w io.Writer) error { return printSubscription(w, sub) })
		}),
	}
	cmd.Flags().StringVar(&id, "id", "", "id of your own choice (default: a new one)")
	cmd.Flags().StringVar(&platform, "platform", "", "platform that sends, instead of the first argument")
	cmd.Flags().StringVar(&url, "url", "", "where the events go, instead of the second argument")
	values(cmd, "platform", func() []string { return described(registry) })
	f.add(cmd)
	settingFlags(cmd, clientSettings()...)
	profilesOf(cmd, registry)
	fromPlatform(cmd, registry, "event", listedEvents)
	fromPlatform(cmd, registry, "quirk", quirksOf)
	return cmd
}

// newSubscription takes platform and URL from the flags and, for what they leave open, from the arguments in this order.
func newSubscription(id, platform, url string, args []string) (client.NewSubscription, error) {
	for _, field := range []*string{&platform, &url} {
		if *field == "" && len(args) > 0 {
			*field, args = args[0], args[1:]
		}
	}
	if platform == "" || url == "" || len(args) > 0 {
		return client.NewSubscription{}, &usageError{"one platform and one URL are needed, as arguments or as --platform and --url"}
	}
	return client.NewSubscription{ID: id, Platform: platform, URL: url}, nil
}

func (p *process) subscriptionsList(registry *payloads.Registry) *cobra.Command {
	var platform string
	cmd := &cobra.Command{
		Use: "list", Short: "List subscriptions, oldest first", Args: takes(0, 0),
		RunE: p.withClient(func(ctx context.Context, c *client.Client, _ *cobra.Command, _ []string) error {
			var all []client.Subscription
			page := client.Page{}
			for {
				list, err := c.Subscriptions(ctx, platform, page)
				if err != nil {
					return err
				}
				all = append(all, list.Items...)
				if list.NextCursor == nil {
					break
				}
				page.Cursor = *list.NextCursor
			}
			if len(all) == 0 {
				p.notef("no subscriptions; make one with: annohook subscriptions add PLATFORM URL\n")
			}
			return showList(p, all, []string{"ID", "PLATFORM", "PROFILE", "ENABLED", "EVENTS", "URL"}, func(s client.Subscription) []string {
				return []string{s.ID, s.Platform, s.Profile, strconv.FormatBool(s.Enabled), eventsText(s.Events), s.URL}
			})
		}),
	}
	cmd.Flags().StringVar(&platform, "platform", "", "of this platform only")
	values(cmd, "platform", func() []string { return described(registry) })
	settingFlags(cmd, clientSettings()...)
	return cmd
}

func eventsText(events []string) string {
	switch {
	case events == nil:
		return "all"
	case len(events) == 0:
		return "none"
	default:
		return oneLine(strings.Join(events, " "), 40)
	}
}

func (p *process) subscriptionsShow() *cobra.Command {
	var secret bool
	cmd := &cobra.Command{
		Use: "show ID", Short: "Show one subscription", Args: takes(1, 1),
		RunE: p.withClient(func(ctx context.Context, c *client.Client, _ *cobra.Command, args []string) error {
			sub, err := c.Subscription(ctx, args[0])
			if err != nil {
				return err
			}
			if secret {
				answer, err := c.Secret(ctx, args[0])
				if err != nil {
					return err
				}
				sub.Secret = answer.Secret
			}
			return p.show(sub, func(w io.Writer) error { return printSubscription(w, sub) })
		}),
	}
	cmd.Flags().BoolVar(&secret, "reveal", false, "show the secret itself")
	settingFlags(cmd, clientSettings()...)
	return cmd
}

func (p *process) subscriptionsUpdate() *cobra.Command {
	f := &subscriptionFlags{}
	var url string
	var reset []string
	var enable bool
	cmd := &cobra.Command{
		Use: "update ID", Short: "Change what is given, keep the rest", Args: takes(1, 1),
		Example: `  annohook subscriptions update ID --url http://127.0.0.1:3001/hook
  annohook subscriptions update ID --reset retry --enable`,
		RunE: p.withClient(func(ctx context.Context, c *client.Client, cmd *cobra.Command, args []string) error {
			patch, err := f.patch(p, cmd)
			if err != nil {
				return err
			}
			if cmd.Flags().Changed("url") {
				patch["url"] = url
			}
			if enable {
				patch["enabled"] = true
			}
			for _, field := range reset {
				patch[field] = nil
			}
			if len(patch) == 0 {
				return &usageError{"nothing to change; give at least one field"}
			}
			sub, err := c.ChangeSubscription(ctx, args[0], patch)
			if err != nil {
				return err
			}
			return p.show(sub, func(w io.Writer) error { return printSubscription(w, sub) })
		}),
	}
	f.add(cmd)
	cmd.Flags().StringVar(&url, "url", "", "where the events go")
	cmd.Flags().BoolVar(&enable, "enable", false, "switch it on")
	cmd.Flags().StringSliceVar(&reset, "reset", nil, "fields that go back to the platform's default, comma separated")
	exclusive(cmd, "enable", "disable")
	settingFlags(cmd, clientSettings()...)
	return cmd
}

func (p *process) subscriptionsRemove() *cobra.Command {
	cmd := &cobra.Command{
		Use: "remove ID...", Short: "Delete subscriptions; what is pending for them is cancelled", Args: takes(1, -1), Aliases: []string{"rm"},
		RunE: p.withClient(func(ctx context.Context, c *client.Client, _ *cobra.Command, args []string) error {
			for _, id := range args {
				if err := c.DeleteSubscription(ctx, id); err != nil {
					return fmt.Errorf("%s: %w", id, err)
				}
				p.notef("removed %s\n", id)
			}
			return nil
		}),
	}
	settingFlags(cmd, clientSettings()...)
	return cmd
}

func (p *process) subscriptionsTest() *cobra.Command {
	cmd := &cobra.Command{
		Use: "test ID", Short: "Send the platform's test event and show the answer", Args: takes(1, 1),
		RunE: p.withClient(func(ctx context.Context, c *client.Client, _ *cobra.Command, args []string) error {
			d, err := c.TestSubscription(ctx, args[0])
			if err != nil {
				return err
			}
			if err := p.show(d, func(w io.Writer) error { return printOutcome(w, d) }); err != nil {
				return err
			}
			return p.judgeSuccess([]client.Delivery{d})
		}),
	}
	settingFlags(cmd, clientSettings()...)
	return cmd
}

func (p *process) subscriptionsRotate() *cobra.Command {
	cmd := &cobra.Command{
		Use: "rotate-secret ID", Short: "Make a new secret and show it", Args: takes(1, 1),
		RunE: p.withClient(func(ctx context.Context, c *client.Client, _ *cobra.Command, args []string) error {
			sub, err := c.RotateSecret(ctx, args[0])
			if err != nil {
				return err
			}
			return p.show(sub, func(w io.Writer) error {
				if sub.Secret == nil {
					return printSubscription(w, sub)
				}
				_, err := io.WriteString(w, *sub.Secret+"\n")
				return err
			})
		}),
	}
	settingFlags(cmd, clientSettings()...)
	return cmd
}

func printSubscription(w io.Writer, s client.Subscription) error {
	delays := make([]string, len(s.Retry.Delays))
	for i, d := range s.Retry.Delays {
		delays[i] = d.String()
	}
	rows := [][]string{
		{"id", s.ID},
		{"platform", s.Platform + " " + s.Profile},
		{"url", s.URL},
		{"enabled", strconv.FormatBool(s.Enabled)},
		{"events", cmp.Or(strings.Join(s.Events, ", "), eventsText(s.Events))},
		{"timeout", s.Timeout.String() + ", whole exchange at most " + s.Deadline.String()},
		{"retries after", cmp.Or(strings.Join(delays, ", "), "none: one attempt")},
		{"native id", s.NativeID},
	}
	optional := [][]string{
		{"secret", fromNull(s.Secret)},
		{"description", s.Description},
		{"scope", string(s.Scope)},
		{"options", string(s.Options)},
		{"disabled because", fromNull(s.DisabledReason)},
	}
	for _, row := range optional {
		if row[1] != "" && row[1] != "{}" && row[1] != "null" {
			rows = append(rows, row)
		}
	}
	for _, h := range s.Headers {
		rows = append(rows, []string{"header", h.Name + ": " + h.Value})
	}
	return table(w, nil, rows)
}

func fromNull(text *string) string {
	if text == nil {
		return ""
	}
	return *text
}
