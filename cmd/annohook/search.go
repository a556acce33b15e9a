package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/sender/history/search"
)

// searchHelp explains the terms of --query, under what a command does; texts are found in the places that are named.
func searchHelp(does, places string) string {
	var b strings.Builder
	b.WriteString(does + `

The terms of a search (-q) must all hold. A minus before a term excludes, commas stand between several values, and a star
for any text. Other words, and "text in quotes", are found in ` + places + `.

`)
	for _, k := range search.Keys() {
		fmt.Fprintf(&b, "  %-32s %s\n", k.Example, k.Meaning)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// completeSearch completes the last term of a search.
func completeSearch(registry *payloads.Registry) completer {
	return func(_ *cobra.Command, _ []string, given string) ([]string, cobra.ShellCompDirective) {
		before, term := given, ""
		if at := strings.LastIndexByte(given, ' ') + 1; at <= len(given) {
			before, term = given[:at], given[at:]
		}
		if rest, not := strings.CutPrefix(term, "-"); not {
			before, term = before+"-", rest
		}
		key, _, valued := strings.Cut(term, ":")
		var list []string
		for _, k := range search.Keys() {
			switch {
			case !valued:
				list = append(list, before+k.Name+":\t"+k.Meaning)
			case k.Name == key:
				for _, value := range valuesOf(registry, k) {
					list = append(list, before+k.Name+":"+value)
				}
			}
		}
		directive := cobra.ShellCompDirectiveNoFileComp
		if !valued {
			directive |= cobra.ShellCompDirectiveNoSpace
		}
		return list, directive
	}
}

// valuesOf are the values of a key that are known here.
func valuesOf(registry *payloads.Registry, k search.Key) []string {
	if k.Name == "platform" {
		return slices.Clone(registry.IDs())
	}
	return k.Values
}
