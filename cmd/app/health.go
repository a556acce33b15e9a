package app

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"time"

	"github.com/annohook/annohook/scheduler"
)

// serveHealth is what a process without the api role serves: /livez, /readyz, /version and the metrics of its own attempts.
func (a *App) serveHealth(ctx context.Context, ln net.Listener) error {
	server := &http.Server{
		Handler: a.health(), ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second, WriteTimeout: 2 * scrapeWithin, IdleTimeout: time.Minute,
	}
	stopped := context.AfterFunc(ctx, func() {
		within, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
		defer cancel()
		_ = server.Shutdown(within) // what is left is a scrape nobody will miss
	})
	defer stopped()
	return server.Serve(ln)
}

// ready says why this process cannot do its part now: with the api role take an event, with the worker role alone make attempts. It asks the store.
func (a *App) ready(ctx context.Context) error {
	if a.stopping.Load() {
		return errors.New("the program is stopping")
	}
	if err := a.engine.ready(ctx); err != nil {
		return err
	}
	if a.options.Config.API {
		return a.scheduler.Room(ctx) // ready is who takes a trigger, also in the moment before its worker has begun
	}
	return a.beating(ctx)
}

// beating says that the worker of this process is not alive to others, if it is not: what it works on would be given to them.
func (a *App) beating(ctx context.Context) error {
	workers, err := a.engine.state.Workers(ctx)
	if err != nil {
		return fmt.Errorf("read the workers: %w", err)
	}
	at := slices.IndexFunc(workers, func(w scheduler.Worker) bool { return w.ID == a.worker.ID })
	if at < 0 {
		return errors.New("the worker has not begun")
	}
	if silent := time.Since(workers[at].Beat); silent >= scheduler.DeadAfter {
		return fmt.Errorf("the worker was last heard of %s ago", silent.Round(time.Second))
	}
	return nil
}

func (a *App) health() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /livez", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, http.StatusOK, map[string]string{"status": "alive"})
	})
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		if err := a.ready(r.Context()); err != nil {
			answer(w, http.StatusServiceUnavailable, map[string]string{"status": "not ready", "reason": err.Error()})
			return
		}
		answer(w, http.StatusOK, map[string]string{"status": "ready"})
	})
	mux.Handle("GET /version", a.guarded(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		answer(w, http.StatusOK, map[string]string{"name": "annohook", "version": a.options.Version})
	})))
	mux.Handle("GET /metrics", a.guarded(a.metrics.handler()))
	return mux
}

// guarded asks for the token, where one is set.
func (a *App) guarded(next http.Handler) http.Handler {
	want := "Bearer " + a.options.Config.Token
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if a.options.Config.Token != "" && subtle.ConstantTimeCompare([]byte(r.Header.Get("Authorization")), []byte(want)) != 1 {
			w.Header().Set("WWW-Authenticate", "Bearer")
			answer(w, http.StatusUnauthorized, map[string]string{"status": "token required"})
			return
		}
		next.ServeHTTP(w, r)
	})
}

func answer(w http.ResponseWriter, status int, v map[string]string) {
	text, err := json.Marshal(v)
	if err != nil {
		status = http.StatusInternalServerError
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(append(text, '\n')) // the client went away; there is nobody to tell
}
