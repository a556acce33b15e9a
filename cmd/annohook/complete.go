package main

import (
	"slices"

	"github.com/spf13/cobra"

	"github.com/annohook/annohook/payloads"
)

// completer proposes values; it is cobra's type by another name.
type completer = func(cmd *cobra.Command, args []string, given string) ([]string, cobra.ShellCompDirective)

// values completes a flag from a fixed list. A flag that does not exist is a mistake in this package that tests find: cobra's error is
// dropped because completion must never keep a command from running.
func values(cmd *cobra.Command, flag string, list func() []string) {
	_ = cmd.RegisterFlagCompletionFunc(flag, func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return list(), cobra.ShellCompDirectiveNoFileComp
	})
}

// platformThenEvents completes a platform and then its event types; many of them, or one.
func platformThenEvents(registry *payloads.Registry, many bool) completer {
	return func(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
		switch {
		case len(args) == 0:
			return described(registry), cobra.ShellCompDirectiveNoFileComp
		case len(args) == 1 || many:
			profile, err := cmd.Flags().GetString("profile")
			if err != nil {
				profile = ""
			}
			return eventKeys(registry, args[0], profile, args[1:]), cobra.ShellCompDirectiveNoFileComp
		default:
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
	}
}

// onePlatform completes a platform as the only argument.
func onePlatform(registry *payloads.Registry) completer {
	return func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
		if len(args) > 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return described(registry), cobra.ShellCompDirectiveNoFileComp
	}
}

// described lists the platforms with their names, in the form shells show.
func described(registry *payloads.Registry) []string {
	var list []string
	for _, id := range registry.IDs() {
		list = append(list, id+"\t"+registry.Profiles(id)[0].Name)
	}
	return list
}

func eventKeys(registry *payloads.Registry, id, profile string, taken []string) []string {
	p, err := registry.Platform(id, profile)
	if err != nil {
		return nil
	}
	var list []string
	for _, e := range p.Events {
		if !slices.Contains(taken, e.Key) {
			list = append(list, e.Key+"\t"+e.Title)
		}
	}
	return list
}

// profilesOf completes --profile from the platform among the arguments or in --platform.
func profilesOf(cmd *cobra.Command, registry *payloads.Registry) {
	_ = cmd.RegisterFlagCompletionFunc("profile", func(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
		id, err := cmd.Flags().GetString("platform")
		if (err != nil || id == "") && len(args) > 0 {
			id = args[0]
		}
		var names []string
		for _, p := range registry.Profiles(id) {
			names = append(names, p.Profile+"\t"+p.ProfileNote)
		}
		return names, cobra.ShellCompDirectiveNoFileComp
	})
}

// platformThenActions completes a platform and then one of its actions.
func platformThenActions(registry *payloads.Registry) completer {
	return platformThen(registry, func(p payloads.Platform) []string {
		list := make([]string, len(p.Actions))
		for i, a := range p.Actions {
			list[i] = a.Name + "\t" + a.Title
		}
		return list
	})
}

// platformThenStories completes a platform and then one of its stories.
func platformThenStories(registry *payloads.Registry) completer {
	return platformThen(registry, func(p payloads.Platform) []string {
		list := make([]string, len(p.Stories))
		for i, s := range p.Stories {
			list[i] = s.Name + "\t" + s.Title
		}
		return list
	})
}

func platformThen(registry *payloads.Registry, then func(payloads.Platform) []string) completer {
	return func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
		switch len(args) {
		case 0:
			return described(registry), cobra.ShellCompDirectiveNoFileComp
		case 1:
			p, err := registry.Platform(args[0], "")
			if err != nil {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			return then(p), cobra.ShellCompDirectiveNoFileComp
		default:
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
	}
}
