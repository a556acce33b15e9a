package main

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
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

// flagError says what a flag takes instead of which function of Go could not read it.
func flagError(_ *cobra.Command, err error) error {
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
			c.RunE = func(cmd *cobra.Command, _ []string) error {
				return fmt.Errorf("%s needs one of: %s", cmd.CommandPath(), strings.Join(childNames(cmd), ", "))
			}
		}
	}
}
