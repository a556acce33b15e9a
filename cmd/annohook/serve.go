package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/spf13/cobra"

	"github.com/annohook/annohook/cmd/app"
	"github.com/annohook/annohook/configs"
	"github.com/annohook/annohook/payloads"
)

// stopWithin bounds an orderly stop: the drain of attempts, the streams, and the Redis child.
const stopWithin = 45 * time.Second

func (p *process) serveCommand(registry *payloads.Registry) *cobra.Command {
	var demo bool
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Run the API, the dashboard and the worker in one process",
		Long: `Run the API, the dashboard and the worker in one process, or with --roles a part of it. Without any Redis it works at
once; the banner says what keeps the data and what survives a restart.

A Redis with TLS is rediss://host:6380/0, with user:password@ before the host (or rediss+sentinel://, rediss+cluster://).
Its certificate must be signed by a CA that this machine knows; another one is named with ?ca=FILE at the end of the
address, or for the whole program with SSL_CERT_FILE. Where Redis wants a certificate too, add &cert=FILE&key=FILE.
Sentinels with a password of their own take ?sentinel_password=. One Sentinel suffices as long as it answers at the start,
the others are found; they are asked together, and whoever is silent holds nobody up.

--demo starts a reference listener for every platform, subscribes it and plays a short story, so that real signed traffic can be
seen within seconds. It keeps its state to itself (--redis memory unless --state-dir is given), shortens retries
(--time-scale 0.01 unless given) and takes another port when the usual one is taken.`,
		Example: `  annohook serve --demo
  annohook serve --redis redis://127.0.0.1:6379/0 --roles worker`,
		Args: takes(0, 0),
		RunE: p.do(func(cmd *cobra.Command, _ []string) error {
			config, found, err := p.load(cmd)
			if err != nil {
				return err
			}
			return p.serveOrDemo(cmd.Context(), registry, config, found, demo)
		}),
	}
	cmd.Flags().BoolVar(&demo, "demo", false, "listeners for every platform, and a story that sends to them")
	settingFlags(cmd, serverSettings()...)
	return cmd
}

func (p *process) serveOrDemo(ctx context.Context, registry *payloads.Registry, config configs.Config, found []configs.Value, demo bool) error {
	if !demo {
		return p.serve(ctx, config, nil)
	}
	if !config.API || !config.Worker {
		return &usageError{"--demo needs both roles"}
	}
	return p.serveAnywhere(ctx, demoConfig(config, found), found, func(ctx context.Context, a *app.App) error {
		return p.demo(ctx, registry, a)
	})
}

// serveAnywhere is serve, but where the usual port is taken and nobody asked for it, a free one does as well.
func (p *process) serveAnywhere(ctx context.Context, config configs.Config, found []configs.Value, during func(context.Context, *app.App) error) error {
	err := p.serve(ctx, config, during)
	taken, ok := errors.AsType[*app.ListenError](err)
	if !ok || taken.Setting != "--addr" || origin(found, "addr") != configs.FromDefault {
		return err
	}
	p.notef("%s is taken, so a free port is used\n", config.Addr)
	host, _, err := net.SplitHostPort(config.Addr)
	if err != nil {
		return err
	}
	config.Addr = net.JoinHostPort(host, "0")
	return p.serve(ctx, config, during)
}

// serve runs the program until ctx ends or a part of it is lost. during, if any, runs beside it; only its error ends the program.
func (p *process) serve(ctx context.Context, config configs.Config, during func(context.Context, *app.App) error) error {
	log := p.logger(config)
	p.jsonNotes = config.LogFormat == "json"
	a, err := app.New(ctx, app.Options{Config: config, Version: p.version, Log: log})
	if err != nil {
		return startError(err)
	}
	a.Start(ctx)
	if err := p.banner(config, a); err != nil {
		return errors.Join(err, p.stop(ctx, a))
	}
	beside, cancel := context.WithCancel(ctx)
	defer cancel()
	done := make(chan error, 1)
	go func() {
		if during != nil {
			if err := during(beside, a); err != nil && beside.Err() == nil {
				done <- err
			}
		}
		close(done)
	}()
	lost := waitForEnd(ctx, a, done)
	cancel()
	err = p.stop(ctx, a)
	for range done {
		continue // what runs beside was told to end, and its error says nothing any more
	}
	return errors.Join(lost, err)
}

// waitForEnd returns nil when the user ended the program, and otherwise why it cannot go on.
func waitForEnd(ctx context.Context, a *app.App, done <-chan error) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case err := <-a.Down():
			return &localError{fmt.Errorf("cannot go on: %w", err)}
		case err, failed := <-done:
			if failed {
				return err
			}
			done = nil // it is finished; the server stays
		}
	}
}

// stop ends the program in order.
func (p *process) stop(ctx context.Context, a *app.App) error {
	p.notef("stopping: requests in flight may end; press Ctrl-C again to quit at once\n")
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopWithin)
	defer cancel()
	if err := a.Stop(ctx); err != nil {
		return &localError{fmt.Errorf("stop: %w", err)}
	}
	return nil
}

// startError tells mistakes of the user and servers that do not answer from everything else, which is this machine's.
func startError(err error) error {
	if _, usage := errors.AsType[*app.UsageError](err); usage || errors.Is(err, app.ErrUnreachable) || errors.Is(err, context.Canceled) {
		return err
	}
	return &localError{err}
}
