package app

import (
	"fmt"
	"time"

	"github.com/annohook/annohook/sender/history/pulse"
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
	a.pulse = pulse.New(pulse.Shared(a.engine.history, a.hub), time.Now)
	var server *web.Server
	var err error
	if a.series, err = dashboard.NewSeries(dashboard.SeriesOptions{Publish: a.scheduler.Publish, Now: time.Now, NewID: NewID}); err != nil {
		return fmt.Errorf("series: %w", err)
	}
	pages, err := dashboard.New(dashboard.Options{
		Scheduler: a.scheduler, History: a.engine.history, Hub: a.hub, Subscriptions: a.engine.subscriptions, Version: a.options.Version, Token: c.Token != "",
		Pulse: a.pulse, Keeper: a.keeper(), Compositions: a.engine.state, Series: a.series, Now: time.Now, Log: a.options.Log,
		Document: func() []byte { return server.API().Document() }, // asked by readers, whom nothing serves before the server is there
	})
	if err != nil {
		return fmt.Errorf("dashboard: %w", err)
	}
	server, err = web.New(web.Options{
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

// keeper tells the pages what keeps the data.
func (a *App) keeper() dashboard.Keeper {
	about := a.engine.about
	return dashboard.Keeper{Engine: about.Engine, Where: about.Where, Survives: about.Survives, Memory: a.engine.memory}
}
