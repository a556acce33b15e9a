package app_test

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"

	"github.com/annohook/annohook/cmd/app"
)

// TestReadiness: each role is ready when it can do its part, and says why when it cannot.
func TestReadiness(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, roles string
		trouble     func(t *testing.T, r *redis.Client, a *app.App) // nil: none
		want        string                                          // part of the reason; "": ready
	}{
		{name: "both", roles: "api,worker"},
		{name: "api", roles: "api"},
		{name: "worker", roles: "worker"},
		{name: "api without a store", roles: "api", trouble: away, want: "Redis"},
		{name: "worker without a store", roles: "worker", trouble: away, want: "Redis"},
		{name: "api on a full store", roles: "api", trouble: full, want: "full"},
		{name: "both on a full store", roles: "api,worker", trouble: full, want: "full"},
		{name: "worker on a full store", roles: "worker", trouble: full}, // what was accepted can be delivered
		{name: "api that stops", roles: "api", trouble: stopped, want: "stopping"},
		{name: "worker that stops", roles: "worker", trouble: stopped, want: "stopping"},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			url := startRedis(t)
			a, stop := launch(t, settings(t, map[string]string{"redis": url, "roles": tc.roles}))
			within(t, "readiness", func() bool { return app.Ready(t.Context(), a) == nil })
			options, err := redis.ParseURL(url)
			if err != nil {
				t.Fatal(err)
			}
			client := redis.NewClient(options)
			defer client.Close()
			if tc.trouble == nil {
				return
			}
			if tc.want == "stopping" {
				stop()
			}
			reason := ""
			within(t, fmt.Sprintf("%q as the reason", tc.want), func() bool { // a reading of the room lasts a second
				tc.trouble(t, client, a) // again each time, since Redis uses less memory once the connections are made
				reason = ""
				if err := app.Ready(t.Context(), a); err != nil {
					reason = err.Error()
				}
				return (reason == "") == (tc.want == "") && strings.Contains(reason, tc.want)
			})
		})
	}
}

func away(t *testing.T, r *redis.Client, _ *app.App) {
	t.Helper()
	_ = r.ShutdownNoSave(t.Context()).Err() // it ends without an answer
}

func full(t *testing.T, r *redis.Client, _ *app.App) {
	t.Helper()
	if err := r.ConfigSet(t.Context(), "maxmemory-policy", "noeviction").Err(); err != nil {
		t.Fatal(err)
	}
	info, err := r.Info(t.Context(), "memory").Result()
	if err != nil {
		t.Fatal(err)
	}
	var used int
	for line := range strings.Lines(info) {
		_, _ = fmt.Sscanf(line, "used_memory:%d", &used) // other lines do not match
	}
	if err := r.ConfigSet(t.Context(), "maxmemory", strconv.Itoa(used+used/25)).Err(); err != nil {
		t.Fatal(err)
	}
}

func stopped(*testing.T, *redis.Client, *app.App) {}

// TestAWorkerIsReadyOnceItBeats: before that its attempts would be taken for those of a dead one.
func TestAWorkerIsReadyOnceItBeats(t *testing.T) {
	t.Parallel()
	a, err := app.New(t.Context(), app.Options{Config: settings(t, map[string]string{"redis": startRedis(t), "roles": "worker"})})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = a.Stop(context.WithoutCancel(t.Context())) }()
	if err := app.Ready(t.Context(), a); err == nil || !strings.Contains(err.Error(), "not begun") {
		t.Errorf("before its start: %v", err)
	}
	a.Start(t.Context())
	within(t, "readiness", func() bool { return app.Ready(t.Context(), a) == nil })
}
