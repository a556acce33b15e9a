package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/annohook/annohook/web/client"
)

// Times of the ready command.
const (
	readyEvery = 100 * time.Millisecond
	readyTry   = 3 * time.Second // for one answer
)

func (p *process) readyCommand() *cobra.Command {
	var wait bool
	var timeout time.Duration
	cmd := &cobra.Command{
		Use:   "ready",
		Short: "Tell whether a server would accept a trigger now",
		Long: `Tell whether a server would accept a trigger now: exit code 0 when it would, 3 when it would not. With --wait, wait until
it would; exit code 5 when it does not in time.`,
		Example: "  annohook ready --wait --timeout 30s",
		Args:    takes(0, 0),
		RunE: p.do(func(cmd *cobra.Command, _ []string) error {
			c, err := p.client(cmd)
			if err != nil {
				return err
			}
			if timeout <= 0 {
				return &usageError{"--timeout: a positive duration"}
			}
			if err = p.ready(cmd.Context(), c, wait, timeout); err != nil {
				return err
			}
			return p.show(client.Health{Status: "ready"}, func(w io.Writer) error {
				_, err := io.WriteString(w, "ready\n")
				return err
			})
		}),
	}
	cmd.Flags().BoolVar(&wait, "wait", false, "wait until the server is ready")
	cmd.Flags().DurationVar(&timeout, "timeout", 30*time.Second, "how long to wait")
	settingFlags(cmd, clientSettings()...)
	return cmd
}

func (p *process) ready(ctx context.Context, c *client.Client, wait bool, timeout time.Duration) error {
	deadline := p.now().Add(timeout)
	for {
		try, cancel := context.WithTimeout(ctx, readyTry)
		err := c.Ready(try)
		cancel()
		if err == nil || ctx.Err() != nil {
			return errors.Join(err, ctx.Err())
		}
		if !wait {
			return fmt.Errorf("%w: %w", errNotReady, err)
		}
		if p.now().After(deadline) {
			return fmt.Errorf("%w after %s: %w", errTimedOut, timeout, err)
		}
		if err := pause(ctx, readyEvery); err != nil {
			return err
		}
	}
}
