package configs

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// EnvPrefix begins the name of every environment variable of the program.
const EnvPrefix = "ANNOHOOK_"

// Setting is one row of the table.
type Setting struct {
	Name    string // key in the file, with underscores
	Default string
	Help    string
	Secret  bool
	// Pairs marks a list of NAME=VALUE: its flag can be given several times, and the file may hold a mapping.
	Pairs bool
	Words []string // values that are worth proposing; others may be allowed too
	parse func(*Config, string) error
}

// Flag is the name of the command line flag, without dashes.
func (s Setting) Flag() string { return strings.ReplaceAll(s.Name, "_", "-") }

// Env is the name of the environment variable.
func (s Setting) Env() string { return EnvPrefix + strings.ToUpper(s.Name) }

// Settings is the table, in the order in which settings are shown.
func Settings() []Setting {
	return slices.Concat(serverSettings(), nativeSettings(), otherSettings())
}

func serverSettings() []Setting {
	return []Setting{
		{Name: "addr", Default: "127.0.0.1:8080", Help: "listen address of API and dashboard, host:port; port 0 picks a free one; a worker without the api role serves its health there, if this is given", parse: parseAddr},
		{Name: "redis", Default: "auto", Help: "engine: auto (a redis-server on the PATH as a child, else in process), memory, or an address: redis://user:password@host:port/db, rediss:// with TLS, unix:///path, redis+sentinel://host:port,host:port/master, redis+cluster://host:port,host:port", Words: []string{"auto", "memory"}, parse: parseRedis},
		{Name: "state_dir", Help: "where data is kept; empty: $XDG_STATE_HOME/annohook", parse: func(c *Config, v string) error { c.StateDir = v; return nil }},
		{Name: "time_scale", Default: "1", Help: "multiplies retry waits and batch windows, never timeouts", parse: parseTimeScale},
		{Name: "roles", Default: "api,worker", Help: "what this process does: api, worker or both", Words: []string{"api", "worker", "api,worker"}, parse: parseRoles},
		{Name: "token", Help: "the server's token, which every access must show; must be set to listen beyond loopback", Secret: true, parse: parseToken},
		{Name: "allow_host", Help: "further host names under which the server may be addressed, comma separated", parse: parseHosts},
		{Name: "allow_target", Help: "networks (CIDR) that deliveries may go to, comma separated; empty: all but the refused ones", parse: func(c *Config, v string) (err error) {
			c.AllowTargets, err = prefixes(v)
			return err
		}},
		{Name: "deny_target", Help: "networks (CIDR) that deliveries may not go to, comma separated", parse: func(c *Config, v string) (err error) {
			c.DenyTargets, err = prefixes(v)
			return err
		}},
		{Name: "keep_deliveries", Default: "100000", Help: "settled deliveries kept at most; each takes about 4.5 kB, and its body beyond 1 kB", parse: func(c *Config, v string) (err error) {
			c.KeepDeliveries, err = whole(v, 1, 10_000_000)
			return err
		}},
		{Name: "keep_age", Default: "168h", Help: "how long settled deliveries are kept at most", parse: parseKeepAge},
		{Name: "concurrency", Default: "32", Help: "attempts of one subscription at the same time, unless it says otherwise", parse: func(c *Config, v string) (err error) {
			c.Concurrency, err = whole(v, 1, 1000)
			return err
		}},
	}
}

func otherSettings() []Setting {
	return []Setting{
		{Name: "log_level", Default: "info", Help: "debug, info, warn or error", Words: []string{"debug", "info", "warn", "error"}, parse: parseLevel},
		{Name: "log_format", Default: "text", Help: "text or json", Words: []string{"text", "json"}, parse: func(c *Config, v string) error {
			c.LogFormat = v
			return oneOf(v, "text", "json")
		}},
		{Name: "traces", Help: "OpenTelemetry collector that traces go to (OTLP over HTTP), such as http://127.0.0.1:4318; empty: nothing is traced", parse: parseTraces},
		{Name: "server", Default: "http://127.0.0.1:8080", Help: "server that client commands talk to", parse: parseServer},
	}
}

func oneOf(v string, allowed ...string) error {
	if slices.Contains(allowed, v) {
		return nil
	}
	return fmt.Errorf("%q is not one of: %s", v, strings.Join(allowed, ", "))
}

func whole(v string, low, high int) (int, error) {
	n, err := strconv.Atoi(v)
	if err != nil || n < low || n > high {
		return 0, fmt.Errorf("%q is not a whole number from %d to %d", v, low, high)
	}
	return n, nil
}

func list(v string) []string {
	var out []string
	for item := range strings.SplitSeq(v, ",") {
		if item = strings.TrimSpace(item); item != "" {
			out = append(out, item)
		}
	}
	return out
}

func parseAddr(c *Config, v string) error {
	c.Addr = v
	return checkAddr(v)
}

func checkAddr(v string) error {
	_, port, err := net.SplitHostPort(v)
	if err == nil {
		var n int
		if n, err = strconv.Atoi(port); err == nil && (n < 0 || n > 65535) {
			err = strconv.ErrRange
		}
	}
	if err != nil {
		return fmt.Errorf("%q is not host:port with a port from 0 to 65535", v)
	}
	return nil
}

// parseRedis looks at the scheme only; the program reads the rest when it connects.
func parseRedis(c *Config, v string) error {
	c.Redis = v
	if v == "auto" || v == "memory" {
		return nil
	}
	scheme, rest, ok := strings.Cut(v, "://")
	if !ok || rest == "" || oneOf(scheme, "redis", "rediss", "unix", "redis+sentinel", "rediss+sentinel", "redis+cluster", "rediss+cluster") != nil {
		return errors.New("allowed: auto, memory, redis://host:port/db, rediss://host:port/db?ca=FILE, unix:///path, redis+sentinel://host:port,host:port/master, redis+cluster://host:port,host:port")
	}
	return nil
}

func parseTimeScale(c *Config, v string) error {
	f, err := strconv.ParseFloat(v, 64)
	if err != nil || !(f > 0 && f <= 1000) {
		return fmt.Errorf("%q is not a number above 0 and up to 1000", v)
	}
	c.TimeScale = f
	return nil
}

func parseRoles(c *Config, v string) error {
	c.API, c.Worker = false, false
	for _, role := range list(v) {
		if err := oneOf(role, "api", "worker"); err != nil {
			return err
		}
		c.API = c.API || role == "api"
		c.Worker = c.Worker || role == "worker"
	}
	if !c.API && !c.Worker {
		return errors.New("no role given; allowed: api, worker, or both with a comma")
	}
	return nil
}

// minToken is the shortest token that is worth the name.
const minToken = 8

func parseToken(c *Config, v string) error {
	c.Token = v
	if v == "" {
		return nil
	}
	return checkToken(v)
}

func checkToken(v string) error {
	if len(v) < minToken || len(v) > 256 || strings.ContainsFunc(v, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return fmt.Errorf("%d to 256 visible ASCII characters are allowed", minToken)
	}
	return nil
}

func parseHosts(c *Config, v string) error {
	c.AllowHosts = list(v)
	for _, host := range c.AllowHosts {
		if strings.ContainsAny(host, "/ @") {
			return fmt.Errorf("%q is not a host name; give names without scheme and path", host)
		}
	}
	return nil
}

func prefixes(v string) ([]netip.Prefix, error) {
	var out []netip.Prefix
	for _, item := range list(v) {
		prefix, err := netip.ParsePrefix(item)
		if err != nil {
			addr, errAddr := netip.ParseAddr(item)
			if errAddr != nil {
				return nil, fmt.Errorf("%q is neither a network such as 10.0.0.0/8 nor an address", item)
			}
			prefix = netip.PrefixFrom(addr, addr.BitLen())
		}
		out = append(out, prefix.Masked())
	}
	return out, nil
}

func parseKeepAge(c *Config, v string) error {
	d, err := time.ParseDuration(v)
	if err != nil || d < time.Minute || d > 10*365*24*time.Hour {
		return fmt.Errorf("%q is not a duration from 1m to ten years, such as 168h", v)
	}
	c.KeepAge = d
	return nil
}

func parseLevel(c *Config, v string) error {
	if err := oneOf(v, "debug", "info", "warn", "error"); err != nil {
		return err
	}
	var level slog.Level
	if err := level.UnmarshalText([]byte(v)); err != nil {
		return fmt.Errorf("level: %w", err)
	}
	c.LogLevel = level
	return nil
}

// parseTraces never quotes the value, which may hold a password.
func parseTraces(c *Config, v string) error {
	c.Traces = v
	if v == "" {
		return nil
	}
	u, err := url.Parse(v)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || u.RawQuery != "" || u.Fragment != "" {
		return errors.New("not an address such as http://127.0.0.1:4318, without query and fragment")
	}
	return nil
}

// parseServer never quotes the value, which may hold a password.
func parseServer(c *Config, v string) error {
	u, err := url.Parse(v)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		return errors.New("not an address such as http://127.0.0.1:8080")
	}
	c.Server = strings.TrimSuffix(v, "/")
	return nil
}
