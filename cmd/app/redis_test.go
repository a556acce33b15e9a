package app_test

import (
	"errors"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/annohook/annohook/cmd/app"
	"github.com/annohook/annohook/scheduler"
)

func TestParseTarget(t *testing.T) {
	t.Parallel()
	tests := []struct {
		in             string
		addrs          []string
		user, password string
		db             int
		master, unix   string
		cluster, tls   bool
		shown          string
	}{
		{in: "redis://127.0.0.1:6379", addrs: []string{"127.0.0.1:6379"}, shown: "redis://127.0.0.1:6379/0"},
		{in: "redis://me:pw@h:7000/3", addrs: []string{"h:7000"}, user: "me", password: "pw", db: 3, shown: "redis://h:7000/3"},
		{in: "rediss://h:7000", addrs: []string{"h:7000"}, tls: true, shown: "rediss://h:7000/0"},
		{in: "unix:///run/redis.sock", addrs: []string{"/run/redis.sock"}, unix: "/run/redis.sock", shown: "unix:///run/redis.sock"},
		{in: "redis+sentinel://a:1,b:2/main", addrs: []string{"a:1", "b:2"}, master: "main", shown: "redis+sentinel://a:1,b:2/main"},
		{in: "redis+sentinel://me:pw@a:1/main/4", addrs: []string{"a:1"}, user: "me", password: "pw", db: 4, master: "main", shown: "redis+sentinel://a:1/main"},
		{in: "redis+cluster://a:1,b:2", addrs: []string{"a:1", "b:2"}, cluster: true, shown: "redis+cluster://a:1,b:2"},
	}
	for _, tc := range tests {
		got, err := app.ParseTarget(tc.in)
		if err != nil {
			t.Errorf("%s: %v", tc.in, err)
			continue
		}
		o := got.Options
		if !slices.Equal(o.Addrs, tc.addrs) || o.Username != tc.user || o.Password != tc.password || o.DB != tc.db || o.MasterName != tc.master ||
			o.IsClusterMode != tc.cluster || (o.TLSConfig != nil) != tc.tls || got.Unix != tc.unix || got.Shown != tc.shown {
			t.Errorf("%s: %+v, shown as %q on %q", tc.in, o, got.Shown, got.Unix)
		}
		if tc.password != "" && strings.Contains(got.Shown, tc.password) {
			t.Errorf("%s: the password is shown", tc.in)
		}
	}
	for _, in := range []string{
		"ftp://x", "redis://h:port", "redis://:secret@h/notanumber", "redis+sentinel://a:1", "redis+sentinel://a/main", "redis+sentinel://a:1/main/x",
		"redis+sentinel://a:1/main/-1", "redis+cluster://a,b",
	} {
		_, err := app.ParseTarget(in)
		var usage *app.UsageError
		if !errors.As(err, &usage) || !strings.Contains(err.Error(), "--redis") {
			t.Errorf("%s: %v, want a usage error that names --redis", in, err)
			continue
		}
		if strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: the error repeats the password: %v", in, err)
		}
	}
}

func FuzzParseTarget(f *testing.F) {
	for _, in := range []string{"redis://me:pw@h:1/2", "redis+sentinel://u:p@a:1,b:2/main/4", "redis+cluster://a:1", "unix:///x"} {
		f.Add(in)
	}
	f.Fuzz(func(t *testing.T, in string) {
		got, err := app.ParseTarget(in)
		if err != nil {
			return
		}
		if p := got.Options.Password; len(p) > 8 && strings.Contains(got.Shown, p) {
			t.Errorf("%q is shown as %q", in, got.Shown)
		}
	})
}

func TestOlderThan(t *testing.T) {
	t.Parallel()
	tests := []struct {
		version string
		older   bool
	}{{"6.2", false}, {"6.2.0", false}, {"7.4.1", false}, {"10.0.0", false}, {"6.1.9", true}, {"6.0", true}, {"5.0.14", true}, {"6", true}, {"unknown", false}}
	for _, tc := range tests {
		if got := app.OlderThan(tc.version, "6.2"); got != tc.older {
			t.Errorf("OlderThan(%q) = %t", tc.version, got)
		}
	}
}

// TestFullness has a Redis with a limit of memory that its own data fill, one without, one that is a replica and one that is gone.
func TestFullness(t *testing.T) {
	t.Parallel()
	path, err := exec.LookPath("redis-server")
	if err != nil {
		t.Skip("there is no redis-server on the PATH of this machine")
	}
	socket := filepath.Join(t.TempDir(), "s")
	server := exec.Command(path, "--port", "0", "--unixsocket", socket, "--save", "", "--dir", filepath.Dir(socket))
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Process.Kill(); _ = server.Wait() })
	client := redis.NewClient(&redis.Options{Network: "unix", Addr: socket})
	t.Cleanup(func() { _ = client.Close() })
	for end := time.Now().Add(10 * time.Second); client.Ping(t.Context()).Err() != nil; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("redis-server does not answer")
		}
	}
	if err := app.Fullness(t.Context(), client); err != nil {
		t.Errorf("without a limit: %v", err)
	}
	for limit, full := range map[string]bool{"1gb": false, "1mb": true} {
		if err := client.ConfigSet(t.Context(), "maxmemory", limit).Err(); err != nil {
			t.Fatal(err)
		}
		if err := app.Fullness(t.Context(), client); (err != nil) != full {
			t.Errorf("with a limit of %s: %v", limit, err)
		}
	}
	if err := client.ReplicaOf(t.Context(), "127.0.0.1", "1").Err(); err != nil {
		t.Fatal(err)
	}
	wantTrouble(t, app.Fullness(t.Context(), client), "this Redis is a read-only replica")
	_ = server.Process.Kill()
	wantTrouble(t, app.Fullness(t.Context(), client), "Redis does not answer")
}

func wantTrouble(t *testing.T, err error, reason string) {
	t.Helper()
	if trouble, ok := errors.AsType[*scheduler.TroubleError](err); !ok || trouble.Reason != reason {
		t.Errorf("trouble is %v, want %q", err, reason)
	}
}
