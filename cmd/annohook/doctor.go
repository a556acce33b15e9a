package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/annohook/annohook/cmd/app"
	"github.com/annohook/annohook/configs"
)

func (p *process) doctorCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Check what serve needs, and the server that runs",
		Long: `Check what serve needs on this machine with the settings in force: the state directory, Redis, the addresses, the limits. If
an annohook listens on the address already, ask it too. Each check prints one line: ok, warn or fail, what was found, what to do.

With --server, ask only that server: whether it can be reached, its version, whether it is ready, its workers and its queue.

Nothing is changed, and it takes a few seconds at most. Exit code 0 when nothing failed, warnings allowed; 4 when something did.`,
		Example: `  annohook doctor
  annohook doctor --redis redis://127.0.0.1:6379/0 -o json
  annohook doctor --server http://127.0.0.1:8080`,
		Args: takes(0, 0),
		RunE: p.do(func(cmd *cobra.Command, _ []string) error {
			config, found, err := p.load(cmd)
			if err != nil {
				return err
			}
			options := app.DiagnoseOptions{Config: config, Values: found, File: p.configPath(), Version: p.version, Now: p.now}
			diagnose := app.Diagnose
			if origin(found, "server") == configs.FromFlag {
				diagnose = app.DiagnoseServer
			}
			findings := diagnose(cmd.Context(), options)
			if err := cmd.Context().Err(); err != nil {
				return err // what was cut short found nothing
			}
			if err := p.showFindings(findings); err != nil {
				return err
			}
			return failures(findings)
		}),
	}
	settingFlags(cmd, append(serverSettings(), "server")...)
	return cmd
}

func (p *process) showFindings(findings []app.Finding) error {
	return showList(p, findings, nil, func(f app.Finding) []string {
		text := f.Found
		if f.Advice != "" {
			text += " -> " + f.Advice
		}
		return []string{string(f.Status), f.Check, text}
	})
}

// failures is the error that names the checks that failed, each once; nil: none did.
func failures(findings []app.Finding) error {
	var names []string
	for _, f := range findings {
		if f.Status == app.Fail {
			names = append(names, f.Check)
		}
	}
	if len(names) == 0 {
		return nil
	}
	return &localError{fmt.Errorf("%s failed: %s", plural(len(names), "check"), strings.Join(names, ", "))}
}
