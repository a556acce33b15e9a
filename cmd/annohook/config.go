package main

import (
	"github.com/spf13/cobra"

	"github.com/annohook/annohook/cmd/app"
	"github.com/annohook/annohook/configs"
)

// shownValue is one setting as `config show` prints it.
type shownValue struct {
	Name   string         `json:"name"`
	Value  string         `json:"value"`
	Origin configs.Origin `json:"origin"`
	Where  string         `json:"where,omitempty"`
}

func (p *process) configCommand() *cobra.Command {
	var withOrigin bool
	show := &cobra.Command{
		Use: "show", Short: "Print every setting as it is in force", Args: takes(0, 0),
		Long:    "Print every setting as it is in force. Secrets are stars. Settings can be given as flags here too, to see what they would do.",
		Example: "  annohook config show --origin",
		RunE: p.do(func(cmd *cobra.Command, _ []string) error {
			_, found, err := p.load(cmd)
			if err != nil {
				return err
			}
			return p.showSettings(found, withOrigin)
		}),
	}
	show.Flags().BoolVar(&withOrigin, "origin", false, "tell where each value comes from")
	settingFlags(show, append(serverSettings(), "server")...)
	return group("config", "Show the settings", show)
}

func (p *process) showSettings(found []configs.Value, withOrigin bool) error {
	list := make([]shownValue, 0, len(found))
	for _, v := range found {
		// Addresses of servers may hold user:pass@.
		list = append(list, shownValue{Name: v.Setting.Name, Value: app.Shown(v.Text), Origin: v.Origin, Where: v.Where})
	}
	header := []string{"SETTING", "VALUE"}
	if withOrigin {
		header = append(header, "ORIGIN", "WHERE")
	}
	return showList(p, list, header, func(v shownValue) []string {
		if withOrigin {
			return []string{v.Name, v.Value, string(v.Origin), v.Where}
		}
		return []string{v.Name, v.Value}
	})
}
