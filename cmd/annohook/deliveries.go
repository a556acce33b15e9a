package main

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/scheduler"
	"github.com/annohook/annohook/sender/history"
	"github.com/annohook/annohook/web/client"
)

// statuses are those of deliveries, as words.
func statuses() []string {
	var words []string
	for _, s := range history.Statuses() {
		words = append(words, string(s))
	}
	return words
}

// exportFormats are those of the API, and json, which is the delivery itself.
func exportFormats() []string { return []string{"curl", "http", "har", "json", "go", "pytest"} }

func (p *process) deliveriesCommand(registry *payloads.Registry) *cobra.Command {
	c := group("deliveries", "See what was sent, and send it again",
		p.deliveriesList(registry), p.deliveriesShow(), p.deliveriesTail(registry), p.deliveriesReplay(registry), p.deliveriesCancel(), p.deliveriesExport())
	c.Aliases = []string{"delivery"}
	return c
}

// wholeDelivery is where a search of what is kept finds a text.
const wholeDelivery = "id, URL, type, reason or body"

// queryFlags add the filters of deliveries to a command.
func queryFlags(cmd *cobra.Command, registry *payloads.Registry, q *client.DeliveryQuery) {
	flags := cmd.Flags()
	flags.StringVar(&q.Platform, "platform", "", "of this platform")
	flags.StringVar(&q.Subscription, "subscription", "", "of the subscription with this id")
	flags.StringVar(&q.Type, "type", "", "of this event type")
	flags.StringVar(&q.Status, "status", "", "in this status: "+strings.Join(statuses(), ", "))
	flags.StringVar(&q.Event, "event", "", "of the event with this id")
	flags.StringVarP(&q.Q, "query", "q", "", "search: terms like status:failed, and text")
	values(cmd, "platform", func() []string { return described(registry) })
	values(cmd, "status", statuses)
	values(cmd, "type", func() []string { return eventKeys(registry, q.Platform, "", nil) })
	_ = cmd.RegisterFlagCompletionFunc("query", completeSearch(registry)) // as in values
	settingFlags(cmd, clientSettings()...)
}

func (p *process) deliveriesList(registry *payloads.Registry) *cobra.Command {
	var q client.DeliveryQuery
	var limit int
	cmd := &cobra.Command{
		Use: "list", Short: "List deliveries, newest first", Args: takes(0, 0), Long: searchHelp("List deliveries, newest first.", wholeDelivery),
		Example: `  annohook deliveries list --status failed -o jsonl
  annohook deliveries list -q 'code:5xx,none attempt:>1 after:10m -type:*.deleted'`,
		RunE: p.withClient(func(ctx context.Context, c *client.Client, _ *cobra.Command, _ []string) error {
			if limit < 1 {
				return &usageError{fmt.Sprintf("--limit: %d is not a number from 1", limit)}
			}
			all, more, err := listDeliveries(ctx, c, q, limit)
			if err != nil {
				return err
			}
			switch {
			case len(all) == 0:
				p.notef("no deliveries\n")
			case more:
				p.notef("there are more; --limit shows them\n")
			}
			return showList(p, all, []string{"CREATED", "ID", "PLATFORM", "TYPE", "STATUS", "ATTEMPTS", "LAST", "URL"}, summaryRow)
		}),
	}
	cmd.Flags().IntVar(&limit, "limit", history.DefaultPage, "most deliveries shown")
	queryFlags(cmd, registry, &q)
	return cmd
}

func listDeliveries(ctx context.Context, c *client.Client, q client.DeliveryQuery, limit int) (all []client.DeliverySummary, more bool, err error) {
	page := client.Page{Limit: min(limit, history.MaxPage)}
	for {
		list, err := c.Deliveries(ctx, q, page)
		if err != nil {
			return nil, false, err
		}
		all = append(all, list.Items...)
		if len(all) >= limit || list.NextCursor == nil {
			return all[:min(len(all), limit)], len(all) > limit || list.NextCursor != nil, nil
		}
		page.Cursor = *list.NextCursor
	}
}

func summaryRow(d client.DeliverySummary) []string {
	last := "-"
	switch {
	case d.LastStatus != nil:
		last = strconv.Itoa(*d.LastStatus)
	case d.LastError != nil:
		last = *d.LastError
	}
	return []string{clock(d.CreatedAt), d.ID, d.Platform, d.EventType, d.Status, strconv.Itoa(d.AttemptCount), last, d.URL}
}

func (p *process) deliveriesShow() *cobra.Command {
	cmd := &cobra.Command{
		Use: "show ID", Short: "Show one delivery with all its attempts", Args: takes(1, 1),
		RunE: p.withClient(func(ctx context.Context, c *client.Client, _ *cobra.Command, args []string) error {
			d, err := c.Delivery(ctx, args[0])
			if err != nil {
				return fmt.Errorf("%s: %w", args[0], err)
			}
			return p.show(d, func(w io.Writer) error { return printDelivery(w, d) })
		}),
	}
	settingFlags(cmd, clientSettings()...)
	return cmd
}

func (p *process) deliveriesTail(registry *payloads.Registry) *cobra.Command {
	var q client.DeliveryQuery
	var o tailOptions
	cmd := &cobra.Command{
		Use: "tail", Short: "Follow attempts as they end", Args: takes(0, 0),
		Long: searchHelp(`Follow attempts as they end, until Ctrl-C or --count. With -o jsonl each line carries an id that --after goes on from.`,
			"id, URL, type or reason, not in the body"),
		Example: "  annohook deliveries tail -q 'error:timeout,refused'",
		RunE: p.withClient(func(ctx context.Context, c *client.Client, _ *cobra.Command, _ []string) error {
			if p.output == formatJSON {
				return &usageError{"--output: a tail has no end, so its format is text or jsonl"}
			}
			if err := notNegative("count", o.count); err != nil {
				return err
			}
			o.opened = func() { p.notef("following; Ctrl-C ends it\n") }
			return p.follow(ctx, c, q, o)
		}),
	}
	cmd.Flags().StringVar(&o.after, "after", "", "go on after the line with this id")
	cmd.Flags().IntVar(&o.count, "count", 0, "end after so many attempts; 0: never")
	queryFlags(cmd, registry, &q)
	return cmd
}

func (p *process) deliveriesReplay(registry *payloads.Registry) *cobra.Command {
	var q client.DeliveryQuery
	var mode string
	cmd := &cobra.Command{
		Use: "replay [ID...]", Short: "Send deliveries again",
		Long: searchHelp(`Send deliveries again, by id or by filter. Modes: retry (same body, fresh ids, time and signature of the request), new (the
event again with new ids and times), verbatim (the identical request with its old time and signature).`, wholeDelivery),
		Example: `  annohook deliveries replay ID --mode verbatim
  annohook deliveries replay --status failed --platform toloka
  annohook deliveries replay -q 'status:failed error:timeout after:1h'`,
		RunE: p.withClient(func(ctx context.Context, c *client.Client, _ *cobra.Command, args []string) error {
			if (len(args) == 0) == (q == client.DeliveryQuery{}) {
				return &usageError{"give either ids or a filter"}
			}
			if err := oneIn("mode", mode, scheduler.ReplayModes()); err != nil {
				return err
			}
			if len(args) > 0 {
				return p.replay(ctx, c, args, mode)
			}
			n, err := c.ReplayAll(ctx, client.BulkReplay{Query: q, Mode: mode})
			if err != nil {
				return err
			}
			if n == 0 {
				return fmt.Errorf("%w: no delivery matches", errNothing)
			}
			return p.show(client.Replayed{Count: n}, func(w io.Writer) error {
				_, err := fmt.Fprintf(w, "%s sent again\n", plural(n, "delivery"))
				return err
			})
		}),
	}
	cmd.Flags().StringVar(&mode, "mode", scheduler.ReplayRetry, strings.Join(scheduler.ReplayModes(), ", "))
	queryFlags(cmd, registry, &q)
	values(cmd, "mode", scheduler.ReplayModes)
	return cmd
}

func (p *process) replay(ctx context.Context, c *client.Client, ids []string, mode string) error {
	var list []client.Delivery
	for _, id := range ids {
		d, err := c.Replay(ctx, id, mode)
		if err != nil {
			return fmt.Errorf("%s: %w", id, err)
		}
		list = append(list, d)
	}
	return showList(p, list, []string{"ID", "REPLAY OF", "TYPE", "STATUS"}, func(d client.Delivery) []string {
		return []string{d.ID, fromNull(d.ReplayOf), d.EventType, d.Status}
	})
}

func (p *process) deliveriesCancel() *cobra.Command {
	cmd := &cobra.Command{
		Use: "cancel ID...", Short: "Settle deliveries without further attempts", Args: takes(1, -1),
		RunE: p.withClient(func(ctx context.Context, c *client.Client, _ *cobra.Command, args []string) error {
			var list []client.Delivery
			for _, id := range args {
				d, err := c.Cancel(ctx, id)
				if err != nil {
					return fmt.Errorf("%s: %w", id, err)
				}
				list = append(list, d)
			}
			return showList(p, list, []string{"ID", "TYPE", "STATUS"}, func(d client.Delivery) []string {
				return []string{d.ID, d.EventType, d.Status}
			})
		}),
	}
	settingFlags(cmd, clientSettings()...)
	return cmd
}

func (p *process) deliveriesExport() *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use: "export ID", Short: "Print what was sent for other tools", Args: takes(1, 1),
		Example: `  annohook deliveries export ID --format curl | sh
  annohook deliveries export ID --format go > listener_test.go`,
		RunE: p.withClient(func(ctx context.Context, c *client.Client, _ *cobra.Command, args []string) error {
			if err := oneIn("format", format, exportFormats()); err != nil {
				return err
			}
			if format == "json" {
				d, err := c.Delivery(ctx, args[0])
				if err != nil {
					return err
				}
				return p.encode(d, p.output != formatJSONL)
			}
			data, err := c.Export(ctx, args[0], format)
			if err != nil {
				return err
			}
			_, err = p.out.Write(data)
			return err
		}),
	}
	cmd.Flags().StringVar(&format, "format", "curl", strings.Join(exportFormats(), ", "))
	values(cmd, "format", exportFormats)
	settingFlags(cmd, clientSettings()...)
	return cmd
}
