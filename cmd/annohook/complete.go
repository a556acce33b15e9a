package main

import (
	"fmt"
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
		var names []string
		for _, p := range registry.Profiles(platformGiven(cmd, args)) {
			names = append(names, p.Profile+"\t"+p.ProfileNote)
		}
		return names, cobra.ShellCompDirectiveNoFileComp
	})
}

// platformGiven is the platform in --platform, or else the first argument.
func platformGiven(cmd *cobra.Command, args []string) string {
	if id, err := cmd.Flags().GetString("platform"); err == nil && id != "" {
		return id
	}
	return first(args)
}

// fromPlatform completes a flag with what the chosen platform and profile have; more than the platform's name is among the arguments where a
// command takes events.
func fromPlatform(cmd *cobra.Command, registry *payloads.Registry, flag string, list func(p payloads.Platform, args []string) []string) {
	_ = cmd.RegisterFlagCompletionFunc(flag, func(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
		profile, err := cmd.Flags().GetString("profile")
		if err != nil {
			profile = ""
		}
		p, err := registry.Platform(platformGiven(cmd, args), profile)
		if err != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return list(p, args), cobra.ShellCompDirectiveNoFileComp
	})
}

// listedEvents are the event types that can be subscribed to.
func listedEvents(p payloads.Platform, _ []string) []string {
	var list []string
	for _, e := range p.Events {
		if !e.Unlisted {
			list = append(list, e.Key+"\t"+e.Title)
		}
	}
	return list
}

// variantsOf are the variants of the event types among the arguments.
func variantsOf(p payloads.Platform, args []string) []string {
	var names []string
	for _, name := range args[min(1, len(args)):] {
		if e, ok := p.Event(name); ok {
			names = append(names, e.VariantNames()...)
		}
	}
	return names
}

// quirksOf are the quirks as --quirk takes them: switched to what they are not by default.
func quirksOf(p payloads.Platform, _ []string) []string {
	var list []string
	for _, q := range p.Quirks {
		list = append(list, fmt.Sprintf("%s=%t\t%s", q.Name, !q.Default, q.Summary))
	}
	return list
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
