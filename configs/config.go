package configs

import (
	"log/slog"
	"net/netip"
	"time"
)

// Config is every setting, parsed.
type Config struct {
	Addr           string // listen address of API and dashboard; of the health endpoints where only the worker role runs
	AddrGiven      bool   // Addr is not the default
	Redis          string // "auto", "memory" or addresses
	StateDir       string // "" only before Load filled it in
	TimeScale      float64
	API            bool // roles
	Worker         bool
	Token          string
	AllowHosts     []string
	AllowTargets   []netip.Prefix
	DenyTargets    []netip.Prefix
	KeepDeliveries int
	KeepAge        time.Duration
	Concurrency    int // attempts of one subscription at the same time
	LogLevel       slog.Level
	LogFormat      string // "text" or "json"
	Traces         string // base address of an OpenTelemetry collector (OTLP over HTTP), may hold user:pass@; "": nothing is traced
	Server         string // the server that client commands talk to
	Native         []Native
	NativeTokens   map[string]string // credential of a platform's own API by platform id; without one Token is it
}

// Native is a listen address of its own for the API of one platform.
type Native struct {
	Platform string // id
	Profile  string // "": the default one
	Addr     string // host:port; port 0 picks a free one
}

// String is the value as it is written in settings.
func (n Native) String() string {
	if n.Profile == "" {
		return n.Platform + "=" + n.Addr
	}
	return n.Platform + "@" + n.Profile + "=" + n.Addr
}

// Origin says where a value came from.
type Origin string

// The origins.
const (
	FromDefault     Origin = "default"
	FromFile        Origin = "file"
	FromEnvironment Origin = "environment"
	FromFlag        Origin = "flag"
)

// Value is one setting as it was found, for display.
type Value struct {
	Setting Setting
	Text    string // stars for a secret
	Origin  Origin
	Where   string // variable, flag or file and key; empty for a default
}
