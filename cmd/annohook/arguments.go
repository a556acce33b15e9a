package main

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/annohook/annohook/configs"
)

// takes accepts least to most arguments; a negative most is no bound. Errors show what the command wants.
func takes(least, most int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		switch {
		case len(args) < least:
			return fmt.Errorf("an argument is missing: %s", cmd.UseLine())
		case most >= 0 && len(args) > most:
			return fmt.Errorf("%q is one argument too many: %s", args[most], cmd.UseLine())
		}
		return nil
	}
}

// needsChild refuses whatever is no command of a group.
func needsChild(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return fmt.Errorf("%s needs one of: %s", cmd.CommandPath(), strings.Join(childNames(cmd), ", "))
	}
	names := childNames(cmd)
	return fmt.Errorf("unknown command %q%s; %s has: %s", args[0], configs.DidYouMean(args[0], names), cmd.CommandPath(), strings.Join(names, ", "))
}

// exclusive refuses two of the flags together. Cobra would too, in words of its own; its mark stays for what completion proposes.
func exclusive(cmd *cobra.Command, names ...string) {
	cmd.MarkFlagsMutuallyExclusive(names...)
	check := cmd.Args
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		given := slices.DeleteFunc(slices.Clone(names), func(name string) bool { return !cmd.Flags().Changed(name) })
		if len(given) > 1 {
			return fmt.Errorf("--%s and --%s cannot be given together", given[0], given[1])
		}
		return check(cmd, args)
	}
}

// unknownFlag adds what may have been meant to the error about a flag that does not exist.
func unknownFlag(cmd *cobra.Command, name string) error {
	var known []string
	for _, m := range regexp.MustCompile(`--([a-z][a-z-]*)`).FindAllStringSubmatch(cmd.LocalFlags().FlagUsages()+cmd.InheritedFlags().FlagUsages(), -1) {
		if cmd.Flag(m[1]) != nil { // texts about one flag may name another command's
			known = append(known, "--"+m[1])
		}
	}
	return fmt.Errorf("unknown flag --%s%s", name, configs.DidYouMean("--"+name, known))
}

// flagError says what a flag takes instead of which function of Go could not read it.
func flagError(cmd *cobra.Command, err error) error {
	if name, ok := strings.CutPrefix(err.Error(), "unknown flag: --"); ok {
		return unknownFlag(cmd, name)
	}
	cause := errors.Unwrap(err)
	if cause == nil {
		return err
	}
	var wanted string
	number, isNumber := errors.AsType[*strconv.NumError](cause)
	switch {
	case isNumber && number.Func == "ParseBool":
		wanted = "true or false is wanted"
	case isNumber && number.Func == "ParseFloat":
		wanted = "a number is wanted"
	case isNumber:
		wanted = "a whole number is wanted"
	case strings.HasPrefix(cause.Error(), "time: "):
		wanted = "a duration such as 10s or 1m30s is wanted"
	default:
		return err
	}
	return errors.New(strings.TrimSuffix(err.Error(), cause.Error()) + wanted)
}

// filled are the flags that mean nothing when they are empty. Scripts pass an empty one when a variable of theirs is not set, and a request without
// a signature, or to another place, would be a surprise.
func filled() []string {
	return []string{"to", "secret", "secret-file", "url", "platform", "profile", "variant", "body", "merge", "request", "code", "config", "q", "id"}
}

// checkFilled refuses flags that were given without a value.
func checkFilled(cmd *cobra.Command) error {
	for _, name := range filled() {
		if name == "secret" && cmd.Name() == "update" {
			continue // that takes the secret away
		}
		if f := cmd.Flags().Lookup(name); f != nil && f.Changed && f.Value.String() == "" {
			return &usageError{fmt.Sprintf("--%s is empty; give a value or leave it out", name)}
		}
	}
	return nil
}

// oneIn refuses a value that is not one of those that are allowed.
func oneIn(flag, value string, allowed []string) error {
	if slices.Contains(allowed, value) {
		return nil
	}
	return &usageError{fmt.Sprintf("--%s: %q is not one of: %s", flag, value, strings.Join(allowed, ", "))}
}

// notNegative refuses a number below 0, which stands for no bound.
func notNegative(flag string, n int) error {
	if n >= 0 {
		return nil
	}
	return &usageError{fmt.Sprintf("--%s: %d is not a number from 0", flag, n)}
}

// helpCommand is help that fails where there is nothing to tell.
func helpCommand(root *cobra.Command) *cobra.Command {
	return &cobra.Command{
		Use: "help [COMMAND]", Short: "Tell about a command",
		RunE: func(_ *cobra.Command, args []string) error {
			about, rest, err := root.Find(args)
			if err != nil || len(rest) > 0 {
				return fmt.Errorf("there is no command %q; annohook --help lists all", strings.Join(args, " "))
			}
			about.InitDefaultHelpFlag()
			return about.Help()
		},
	}
}

// strictCompletion has the command that cobra adds for completion refuse shells that it does not know.
func strictCompletion(root *cobra.Command) {
	root.InitDefaultCompletionCmd()
	for _, c := range root.Commands() {
		if c.Name() == "completion" {
			c.Args = cobra.ArbitraryArgs
			c.RunE = needsChild
		}
	}
}
