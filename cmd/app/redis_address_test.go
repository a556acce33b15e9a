package app_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/annohook/annohook/cmd/app"
)

// TestParseTargetRefinements: what stands behind the question mark is read, and refused where it means nothing.
func TestParseTargetRefinements(t *testing.T) {
	t.Parallel()
	got, err := app.ParseTarget("rediss+sentinel://u%40:p%2F%25@a:1,b:2/main/3?sentinel_username=s&sentinel_password=hush%21")
	if err != nil {
		t.Fatal(err)
	}
	if o := got.Options; o.Username != "u@" || o.Password != "p/%" || o.SentinelUsername != "s" || o.SentinelPassword != "hush!" || o.TLSConfig == nil || o.DB != 3 {
		t.Errorf("%+v", o)
	}
	if got.Shown != "rediss+sentinel://a:1,b:2/main" {
		t.Errorf("shown as %q", got.Shown)
	}
	if got, err := app.ParseTarget("unix:///run/s?db=4"); err != nil || got.Options.DB != 4 {
		t.Errorf("%+v, %v", got.Options, err)
	}
	empty := filepath.Join(t.TempDir(), "empty.pem")
	if err := os.WriteFile(empty, []byte("nothing"), 0o600); err != nil {
		t.Fatal(err)
	}
	for address, want := range map[string]string{
		"redis://h:1?ca=x":                    "ca belongs to TLS",
		"rediss://h:1?ca=" + empty:            "holds no certificate in PEM form",
		"rediss://h:1?ca=/nowhere":            "ca: open /nowhere",
		"rediss://h:1?cert=x":                 "cert and key belong together",
		"rediss://h:1?cert=/a&key=/b":         "cert and key: open /a",
		"rediss://h:1?cert=x&cert=y&key=z":    "cert is given twice or without a value",
		"rediss://h:1?ca=":                    "ca is given twice or without a value",
		"rediss://h:1?verify=no":              `unknown setting "verify"`,
		"rediss://h:1?a;b":                    "name=value",
		"redis://h:1?sentinel_password=x":     "belongs to redis+sentinel:// alone",
		"redis://h:1?db=2":                    "db belongs to unix:// alone",
		"unix:///s?db=x":                      "not a database number",
		"redis+cluster://h:1/2":               "a cluster has no database but 0",
		"redis+cluster://u:%zz@h:1":           "not well escaped",
		"redis+sentinel://h:99999/m":          "a port from 1 to 65535",
		"redis://user:secret word@h:1":        "is not a URL",
		"rediss+sentinel://u:secret@h:port/m": "is not host:port",
	} {
		_, err := app.ParseTarget(address)
		usage, ok := errors.AsType[*app.UsageError](err)
		if !ok || !strings.HasPrefix(usage.Message, "--redis: ") || !strings.Contains(usage.Message, want) {
			t.Errorf("%s: %v, want %q", address, err, want)
		}
		if err != nil && strings.Contains(err.Error(), "secret") && !strings.Contains(want, "secret") && strings.Contains(address, ":secret") {
			t.Errorf("%s: the error repeats the password: %v", address, err)
		}
	}
}

// TestShown: no password of an address is shown.
func TestShown(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"redis+sentinel://u:pw@h:1/x?sentinel_password=hush&sentinel_username=s": "redis+sentinel://********@h:1/x?sentinel_password=********&sentinel_username=s",
		"redis://h:1?password=hush":               "redis://h:1?password=********",
		"redis://h:1/0?db=1&PASS=hush&ca=/x":      "redis://h:1/0?db=1&PASS=********&ca=/x",
		"unix:///run/r.sock?Redis.Passwd=hush":    "unix:///run/r.sock?Redis.Passwd=********",
		"rediss://h:1/0?ca=/x&cert=/passes/c.pem": "rediss://h:1/0?ca=/x&cert=/passes/c.pem",
		"rediss://h:1/0?ca=/x":                    "rediss://h:1/0?ca=/x",
		"auto":                                    "auto",
	} {
		if got := app.Shown(in); got != want {
			t.Errorf("%s is shown as %s, want %s", in, got, want)
		}
	}
}
