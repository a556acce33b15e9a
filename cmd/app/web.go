package app

import (
	"fmt"
	"time"

	"github.com/annohook/annohook/web"
	"github.com/annohook/annohook/web/dashboard"
)

// wireWeb builds pages and API where this process has that role, and otherwise the health endpoints alone.
func (a *App) wireWeb() error {
	if a.listener == nil {
		return nil
	}
	c := a.options.Config
	if !c.API {
		a.serve = a.serveHealth
		return nil
	}
	pages, err := dashboard.New(dashboard.Options{
		Scheduler: a.scheduler, History: a.engine.history, Hub: a.hub, Subscriptions: a.engine.subscriptions, Version: a.options.Version, Token: c.Token != "",
		Now: time.Now, Log: a.options.Log,
	})
	if err != nil {
		return fmt.Errorf("dashboard: %w", err)
	}
	server, err := web.New(web.Options{
		Scheduler: a.scheduler, History: a.engine.history, Hub: a.hub, Subscriptions: a.engine.subscriptions, Keys: a.engine.state, Dashboard: pages,
		Native: a.mounts(), Metrics: a.metrics.handler(), Ready: a.ready, Version: a.options.Version, Addr: a.listener.Addr().String(),
		AllowHosts: c.AllowHosts, Token: c.Token, Concurrency: c.Concurrency, Now: time.Now, Log: a.options.Log,
	})
	if err != nil {
		return fmt.Errorf("web: %w", err)
	}
	a.serve = a.joined(server)
	return a.wireNative(server)
}
