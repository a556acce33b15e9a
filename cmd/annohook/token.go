package main

import (
	"cmp"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/web/api"
)

// openCredential is a credential for APIs that accept any.
const openCredential = "annohook"

// tokenView is a credential as JSON.
type tokenView struct {
	Platform   string `json:"platform"`
	Token      string `json:"token"`
	Credential string `json:"credential"`
	URL        string `json:"url"`
}

func (p *process) tokenCommand(registry *payloads.Registry) *cobra.Command {
	var profile, key string
	cmd := &cobra.Command{
		Use:   "token PLATFORM",
		Short: "Print a credential that the platform's own SDK and our server accept",
		Long: `Print a credential that the platform's own SDK and the platform's API on our server accept. Give the settings that the
server has: its --native-token, or its --token. Where it has neither, any credential is accepted, and one is printed.`,
		Example: `  annohook token argilla
  annohook token label-studio --native-token KEY`,
		Args: takes(0, 1), ValidArgsFunction: onePlatform(registry),
		RunE: p.do(func(cmd *cobra.Command, args []string) error {
			pl, err := findPlatform(registry, first(args), profile)
			if err != nil {
				return err
			}
			if pl.Native == nil {
				return &usageError{pl.Name + " has no API of its own here, so there is nothing to show a credential to"}
			}
			return p.token(cmd, registry, pl)
		}),
	}
	cmd.Flags().StringVar(&profile, "profile", "", "behaviour of the platform, for example a server version")
	cmd.Flags().StringVar(&key, "native-token", "", "the server's --native-token for this platform, `KEY` or PLATFORM=KEY [$ANNOHOOK_NATIVE_TOKEN]")
	settingFlags(cmd, clientSettings()...)
	profilesOf(cmd, registry)
	return cmd
}

func (p *process) token(cmd *cobra.Command, registry *payloads.Registry, pl payloads.Platform) error {
	if flag := cmd.Flags().Lookup("native-token"); flag.Changed && !strings.HasPrefix(flag.Value.String(), pl.ID+"=") {
		if id, _, _ := strings.Cut(flag.Value.String(), "="); registry.Profiles(id) != nil {
			return &usageError{"--native-token: is that of " + id + ", not of " + pl.ID}
		}
		if err := flag.Value.Set(pl.ID + "=" + flag.Value.String()); err != nil {
			return err
		}
	}
	config, _, err := p.load(cmd)
	if err != nil {
		return err
	}
	key := cmp.Or(config.NativeTokens[pl.ID], config.Token)
	text := cmp.Or(key, openCredential)
	if pl.Native.Token != nil {
		var random [16]byte
		if _, err := io.ReadFull(p.random, random[:]); err != nil {
			return fmt.Errorf("read random bytes: %w", err)
		}
		if text, err = pl.Native.Token(key, p.now().UTC(), random); err != nil {
			return fmt.Errorf("make a token for %s: %w", pl.Name, err)
		}
	}
	view := tokenView{
		Platform: pl.ID, Token: text, Credential: pl.Native.Credential,
		URL: config.Server + api.NativePath(pl, registry.Profiles(pl.ID)[0].Profile == pl.Profile),
	}
	p.notef("a client of %s shows it to %s as  %s\n", pl.Name, view.URL, view.Credential)
	return p.show(view, func(w io.Writer) error {
		_, err := fmt.Fprintln(w, text)
		return err
	})
}
