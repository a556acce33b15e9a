package main

import (
	"log/slog"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/annohook/annohook/configs"
)

// Settings that commands take as flags.
func clientSettings() []string { return []string{"server", "token"} }

// serverSettings are all but the client's own.
func serverSettings() []string {
	var names []string
	for _, s := range configs.Settings() {
		if s.Name != "server" {
			names = append(names, s.Name)
		}
	}
	return names
}

// settingFlags gives cmd the flags of settings, from the one table.
func settingFlags(cmd *cobra.Command, names ...string) {
	for _, s := range configs.Settings() {
		if !slices.Contains(names, s.Name) {
			continue
		}
		help := s.Help
		if s.Default != "" {
			help += " (default " + s.Default + ")"
		}
		if s.Pairs {
			cmd.Flags().Var(&pairsFlag{}, s.Flag(), help+" [$"+s.Env()+"]")
			continue
		}
		// The default is not given to the flag: an empty flag must stay different from one that repeats the default.
		cmd.Flags().String(s.Flag(), "", help+" [$"+s.Env()+"]")
		if s.Words != nil {
			values(cmd, s.Flag(), func() []string { return s.Words })
		}
	}
}

// pairsFlag collects the values of a flag that can be repeated; it implements pflag.Value.
type pairsFlag struct{ values []string }

// String joins the values as settings write them.
func (f *pairsFlag) String() string { return strings.Join(f.values, ",") }

// Type names the value in the help text.
func (f *pairsFlag) Type() string { return "pair" }

// Set adds a value.
func (f *pairsFlag) Set(text string) error {
	f.values = append(f.values, text)
	return nil
}

// load reads the settings as cmd sees them.
func (p *process) load(cmd *cobra.Command) (configs.Config, []configs.Value, error) {
	given := map[string]string{}
	for _, s := range configs.Settings() {
		if f := cmd.Flags().Lookup(s.Flag()); f != nil && f.Changed {
			given[s.Name] = f.Value.String()
		}
	}
	return configs.Load(configs.Sources{
		Flags: given, Environ: p.environ, File: p.configPath(), Dir: p.dir, Home: p.home,
	})
}

// configPath is the file that the user names, by flag or variable.
func (p *process) configPath() string {
	if p.configFile != "" {
		return p.configFile
	}
	for _, pair := range slices.Backward(p.environ) {
		if path, ok := strings.CutPrefix(pair, configs.EnvPrefix+"CONFIG="); ok {
			return path
		}
	}
	return ""
}

// origin tells where a setting came from.
func origin(values []configs.Value, name string) configs.Origin {
	for _, v := range values {
		if v.Setting.Name == name {
			return v.Origin
		}
	}
	return configs.FromDefault
}

// logger writes to standard error as the settings ask for.
func (p *process) logger(c configs.Config) *slog.Logger {
	options := &slog.HandlerOptions{Level: c.LogLevel}
	if c.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(p.errOut, options))
	}
	return slog.New(slog.NewTextHandler(p.errOut, options))
}
