package main

import (
	"fmt"
	"io"
	"runtime"

	"github.com/spf13/cobra"

	"github.com/annohook/annohook/web/client"
)

func (p *process) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Print the version", Args: takes(0, 0),
		RunE: p.do(func(*cobra.Command, []string) error {
			return p.show(client.Version{Name: "annohook", Version: p.version}, func(w io.Writer) error {
				_, err := io.WriteString(w, p.versionText()+"\n")
				return err
			})
		}),
	}
}

// versionText is the version for people, of this command and of the flag --version.
func (p *process) versionText() string {
	return fmt.Sprintf("annohook %s %s %s/%s", p.version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
}
