package browser_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/annohook/annohook/test/program"
)

// world is a server where everything has happened that a page can show.
type world struct {
	server    *program.Server
	platforms []string
	at        map[string]string // ids of deliveries and subscriptions, by what is special about them
}

// catalogued is what the tests need of a platform.
type catalogued struct {
	ID     string `json:"id"`
	Events []struct {
		Key string `json:"key"`
	} `json:"events"`
}

// newWorld makes it: every platform with a listener that thanks, and listeners that fail in each way.
func newWorld(t *testing.T) world {
	t.Helper()
	w := world{server: serve(t), at: map[string]string{}}
	base := moody(t)
	var list struct {
		Items []catalogued `json:"items"`
	}
	w.server.Call(t, http.MethodGet, "/api/v1/platforms", nil, &list)
	for _, p := range list.Items {
		w.platforms = append(w.platforms, p.ID)
		w.at["sub-"+p.ID] = w.server.Subscribe(t, p.ID, base+"/"+p.ID+"?status=200", map[string]any{"description": "takes everything of " + p.ID}).ID
		for i, e := range p.Events[:min(4, len(p.Events))] {
			if _, err := w.server.TriggerMany(t.Context(), p.ID, e.Key, i+1); err != nil {
				t.Fatal(err)
			}
		}
		w.at["delivery-"+p.ID] = newest(t, w.server)
	}
	w.fail(t, base)
	w.strange(t, base)
	return w
}

// moody is a listener that does what its URL asks for.
func moody(t *testing.T) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		query := r.URL.Query()
		if wait, err := time.ParseDuration(query.Get("wait")); err == nil {
			time.Sleep(wait)
		}
		status := http.StatusOK
		_, _ = fmt.Sscan(query.Get("status"), &status) // 200 without one
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("X-Request-Id", "7f0c1a2e-9d7b-4a4e-8a43-2a4f9a7c1b90")
		w.WriteHeader(status)
		_, _ = fmt.Fprintf(w, `{"status":%d,"detail":%q}`, status, strings.Repeat("as the listener said. ", 1+len(query.Get("long"))))
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// fail adds deliveries that fail, wait and are cancelled.
func (w world) fail(t *testing.T, base string) {
	t.Helper()
	for name, target := range map[string]string{
		"failed": base + "/?status=500&long=1", "refused": "http://127.0.0.1:" + freePort(t) + "/hook", "redirect": base + "/?status=307", "slow": base + "/?wait=1200ms",
	} {
		sub := w.server.Subscribe(t, platform, target, map[string]any{"events": []string{event}, "retry": once["retry"], "description": "a listener that is " + name})
		w.at["sub-"+name], w.at[name] = sub.ID, w.to(t, sub)
		settle(t, w.server, w.at[name])
	}
	for name, delays := range map[string][]string{"retrying": {"1s", "1h", "3h"}, "exhausted": {"1s", "1s"}} {
		sub := w.server.Subscribe(t, platform, base+"/?status=503&long=123456789", map[string]any{"events": []string{event}, "retry": map[string]any{"delays": delays}})
		w.at["sub-"+name], w.at[name] = sub.ID, w.to(t, sub)
	}
	settle(t, w.server, w.at["exhausted"])
	var d delivery
	w.server.Call(t, http.MethodPost, "/api/v1/deliveries/"+w.at["failed"]+"/replay", map[string]any{"mode": "retry"}, &d)
	w.at["replay"] = d.ID
}

// strange adds what is unusual: names that are long or hostile, a subscription that is off.
func (w world) strange(t *testing.T, base string) {
	t.Helper()
	long := base + "/" + strings.Repeat("a-path-that-does-not-end/", 12) + "?token=" + strings.Repeat("0123456789", 8)
	sub := w.server.Subscribe(t, platform, long, map[string]any{"events": []string{event}, "description": strings.Repeat("long ", 30)})
	w.at["long"] = w.to(t, sub)
	bad := w.server.Subscribe(t, platform, base+"/"+url.PathEscape(markup)+"?status=418", map[string]any{"events": []string{event}, "description": markup + override, "retry": once["retry"]})
	w.at["hostile"], w.at["sub-hostile"] = w.to(t, bad), bad.ID
	off := w.server.Subscribe(t, platform, base+"/off?status=200", map[string]any{"enabled": false, "description": "switched off"})
	w.at["sub-off"] = off.ID
}

// to sends one event to one subscription.
func (w world) to(t *testing.T, sub program.Subscription) string {
	t.Helper()
	var published program.Published
	w.server.Call(t, http.MethodPost, "/api/v1/events", map[string]any{"platform": sub.Platform, "type": event, "subscription_ids": []string{sub.ID}}, &published)
	return published.Deliveries[0].ID
}
