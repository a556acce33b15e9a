package app_test

import (
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/annohook/annohook/cmd/app"
	"github.com/annohook/annohook/payloads"
)

// withNative is a platform that has an API of its own.
func withNative(t *testing.T) payloads.Platform {
	t.Helper()
	registry, err := app.Platforms()
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range registry.IDs() {
		if p := registry.Profiles(id)[0]; p.Native != nil {
			return p
		}
	}
	t.Fatal("no platform has an API of its own")
	return payloads.Platform{}
}

func TestNativeAPIs(t *testing.T) {
	t.Parallel()
	p := withNative(t)
	a, stop := launch(t, settings(t, map[string]string{"redis": "memory", "native": p.ID + "@" + p.Profile + "=127.0.0.1:0"}))
	var own app.NativeAPI
	for _, n := range a.NativeAPIs() {
		if n.URL != "http://"+a.Addr()+"/"+n.Platform {
			t.Errorf("%+v is not below the server's address", n)
		}
		if n.Platform == p.ID {
			own = n
		} else if len(n.Ports) != 0 {
			t.Errorf("%+v has a port nobody asked for", n)
		}
	}
	if own.Profile != p.Profile || len(own.Ports) != 1 {
		t.Fatalf("%+v", own)
	}
	answers := map[string]bool{}
	for _, url := range []string{own.URL + "/no/such/path", "http://" + a.Addr() + "/" + p.ID + "@" + p.Profile + "/no/such/path", own.Ports[0] + "/no/such/path"} {
		resp, err := http.Get(url)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil || resp.StatusCode < 400 || resp.Header.Get("Content-Security-Policy") != "" || strings.HasPrefix(resp.Header.Get("Content-Type"), "application/problem") {
			t.Errorf("%s: %d %v %s", url, resp.StatusCode, resp.Header, body)
		}
		answers[resp.Status+resp.Header.Get("Content-Type")] = true
	}
	if len(answers) != 1 {
		t.Errorf("the same API answers differently: %v", answers)
	}
	stop()
	if conn, err := net.Dial("tcp", strings.TrimPrefix(own.Ports[0], "http://")); err == nil {
		conn.Close()
		t.Error("the port is still open after the stop")
	}
}

// TestNativeRefusals: what cannot work is refused before anything is served, and no port stays taken.
func TestNativeRefusals(t *testing.T) {
	t.Parallel()
	p := withNative(t)
	busy, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer busy.Close()
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := free.Addr().String()
	free.Close()
	tests := []struct {
		changes map[string]string
		usage   bool
		says    string
	}{
		{map[string]string{"native": "nowhere=127.0.0.1:0"}, true, p.ID},
		{map[string]string{"native": "datasaur=127.0.0.1:0"}, true, "Datasaur has no API"},
		{map[string]string{"native": p.ID + "@x=127.0.0.1:0"}, true, p.Profile},
		{map[string]string{"native": p.ID + "=[::]:0"}, true, "--native-token " + p.ID + "=KEY"},
		{map[string]string{"native": p.ID + "=:0"}, true, "--token"},
		{map[string]string{"native_token": "nowhere=long-enough"}, true, "--native-token"},
		{map[string]string{"native": p.ID + "=127.0.0.1:0", "roles": "worker", "redis": "redis://127.0.0.1:1"}, true, "api role"},
		{map[string]string{"addr": addr, "native": p.ID + "=" + busy.Addr().String()}, false, "--native " + p.ID + "="},
	}
	for _, tc := range tests {
		if tc.changes["redis"] == "" {
			tc.changes["redis"] = "memory"
		}
		a, err := app.New(t.Context(), app.Options{Config: settings(t, tc.changes)})
		if err == nil {
			t.Errorf("%v: accepted; %v", tc.changes, a.Stop(t.Context()))
			continue
		}
		var usage *app.UsageError
		if errors.As(err, &usage) != tc.usage || !strings.Contains(err.Error(), tc.says) {
			t.Errorf("%v: %v (usage error %t), want %q", tc.changes, err, errors.As(err, &usage), tc.says)
		}
	}
	if again, err := net.Listen("tcp", addr); err != nil {
		t.Errorf("the port of the API stayed taken: %v", err)
	} else {
		again.Close()
	}
}

// TestNativeBeyondLoopback: a key for the platform is enough for its own port, and the token serves where there is no key.
func TestNativeBeyondLoopback(t *testing.T) {
	t.Parallel()
	p := withNative(t)
	for _, changes := range []map[string]string{{"native_token": p.ID + "=long-enough"}, {"token": "long-enough"}} {
		changes["redis"], changes["native"] = "memory", p.ID+"=0.0.0.0:0"
		a, err := app.New(t.Context(), app.Options{Config: settings(t, changes)})
		if err != nil {
			t.Errorf("%v: %v", changes, err)
			continue
		}
		if err := a.Stop(t.Context()); err != nil {
			t.Errorf("stop: %v", err)
		}
	}
}
