package main

import (
	"context"
	"fmt"
	"sync"

	"github.com/spf13/cobra"

	"github.com/annohook/annohook/cmd/app"
	"github.com/annohook/annohook/configs"
	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/scheduler"
	"github.com/annohook/annohook/sender"
	"github.com/annohook/annohook/subscriptions"
	"github.com/annohook/annohook/web/client"
)

// devFlags describe the one subscription of a dev run.
type devFlags struct {
	platform, profile string
	secret            secretFlag
	headers           []string
}

func (p *process) devCommand(registry *payloads.Registry) *cobra.Command {
	f := &devFlags{}
	cmd := &cobra.Command{
		Use:   "dev URL --platform PLATFORM",
		Short: "Serve, subscribe one URL, send a test event and follow what happens",
		Long: `Serve, subscribe one URL, send the platform's test event to it and follow every attempt. The subscription is kept under
the id dev-PLATFORM, so that the next run uses it again.`,
		Example: `  annohook dev http://127.0.0.1:3000/hook --platform argilla`,
		Args:    takes(1, 1),
		RunE: p.do(func(cmd *cobra.Command, args []string) error {
			config, found, err := p.load(cmd)
			if err != nil {
				return err
			}
			pl, err := findPlatform(registry, f.platform, f.profile)
			if err != nil {
				return err
			}
			if !config.API || !config.Worker {
				return &usageError{"dev needs both roles"}
			}
			if err := checkTarget(config, args[0]); err != nil {
				return err
			}
			sub, err := f.subscription(p, pl, args[0])
			if err != nil {
				return err
			}
			return p.serveAnywhere(cmd.Context(), quiet(config, found), found, func(ctx context.Context, a *app.App) error {
				return p.develop(ctx, config, a, pl, sub)
			})
		}),
	}
	cmd.Flags().StringVar(&f.platform, "platform", "", "platform that sends")
	cmd.Flags().StringVar(&f.profile, "profile", "", "behaviour of the platform")
	cmd.Flags().StringArrayVar(&f.headers, "header", nil, "further header, `Name: value`; can be repeated")
	f.secret.add(cmd.Flags(), "secret to sign with (default: a new one, shown)")
	settingFlags(cmd, serverSettings()...)
	values(cmd, "platform", func() []string { return described(registry) })
	profilesOf(cmd, registry)
	return cmd
}

// checkTarget judges a URL as the server will, before one is started for it.
func checkTarget(config configs.Config, url string) error {
	guard, err := sender.NewGuard(sender.GuardOptions{Allow: config.AllowTargets, Deny: config.DenyTargets})
	if err == nil {
		err = guard.CheckURL(url)
	}
	if err != nil {
		return fmt.Errorf("URL: %w", err)
	}
	return nil
}

func (f *devFlags) subscription(p *process, pl payloads.Platform, url string) (subscriptions.Subscription, error) {
	secret, err := f.secret.read(p)
	if err != nil {
		return subscriptions.Subscription{}, err
	}
	headers, err := parseHeaders(f.headers)
	if err != nil {
		return subscriptions.Subscription{}, err
	}
	sub := subscriptions.Subscription{
		ID: "dev-" + pl.ID, Platform: pl.ID, Profile: pl.Profile, URL: url, Enabled: true, Headers: headers, Secret: subscriptions.Secret(secret),
		Description: "made by annohook dev",
	}
	if secret == "" {
		sub.Secret = newSecret(pl)
	}
	return sub, nil
}

// develop subscribes, tests and follows.
func (p *process) develop(ctx context.Context, config configs.Config, a *app.App, pl payloads.Platform, sub subscriptions.Subscription) error {
	asked := sub.Secret
	sub, err := subscribeOrMove(ctx, a.Scheduler(), sub)
	if err != nil {
		return err
	}
	p.notef("  subscribed  %s as %s of %s %s\n", visibleLine(sub.URL), sub.ID, pl.Name, sub.Profile)
	if asked == scheduler.GenerateSecret {
		p.notef("  secret      %s\n", string(sub.Secret))
	}
	p.notef("  trigger     annohook trigger %s EVENT%s\n", pl.ID, serverFlag(config, "http://"+a.Addr()))
	c, err := client.New("http://"+a.Addr(), client.Options{Token: config.Token})
	if err != nil {
		return err
	}
	following := make(chan struct{})
	testing, cancel := context.WithCancel(ctx)
	var test sync.WaitGroup
	defer test.Wait()
	defer cancel()
	test.Go(func() {
		select {
		case <-following:
		case <-testing.Done():
			return
		}
		if _, err := a.Scheduler().Test(testing, sub.ID); err != nil && testing.Err() == nil {
			p.notef("test event: %s\n", visibleLine(err.Error()))
		}
	})
	if err := p.follow(ctx, c, client.DeliveryQuery{Subscription: sub.ID}, tailOptions{opened: func() { close(following) }}); err != nil && ctx.Err() == nil {
		return fmt.Errorf("follow: %w", err)
	}
	return nil
}
