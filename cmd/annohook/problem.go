package main

import (
	"errors"
	"net/http"
	"strings"

	"github.com/spf13/cobra"

	"github.com/annohook/annohook/scheduler"
	"github.com/annohook/annohook/web/client"
)

// flagNames are the flags and arguments that bear another name than the field of the API they fill.
func flagNames() map[string]string {
	return map[string]string{
		"events": "event", "headers": "header", "quirks": "quirk", "subscription_ids": "subscription", "params": "set", "data": "merge",
		"type": "event", "q": "query", "url": "to",
	}
}

// refusalText says why the API, or the scheduler of a one-shot send, refused something in the words of the command line: the flag or argument
// instead of the place in the request.
func refusalText(cmd *cobra.Command, err error) string {
	if invalid, ok := errors.AsType[*scheduler.InvalidError](err); ok {
		var parts []string
		for _, problem := range invalid.Problems {
			parts = append(parts, place(cmd, problem.Field)+": "+problem.Message)
		}
		return strings.Join(parts, "; ")
	}
	problem, ok := errors.AsType[*client.Problem](err)
	if !ok || len(problem.Errors) == 0 {
		return err.Error()
	}
	var parts []string
	if problem.Status == http.StatusConflict || problem.Detail == "" { // elsewhere the detail only says that there are errors
		parts = append(parts, problem.Detail)
	}
	for _, e := range problem.Errors {
		if problem.Status == http.StatusConflict && strings.Contains(problem.Detail, e.Message) {
			continue
		}
		parts = append(parts, place(cmd, e.Location)+": "+e.Message)
	}
	return strings.Replace(err.Error(), problem.Error(), strings.Join(parts, "; "), 1)
}

// place is what a user wrote to fill a place of the request, such as body.events[0].
func place(cmd *cobra.Command, location string) string {
	path := location
	for _, part := range []string{"body.", "query.", "header."} {
		path = strings.TrimPrefix(path, part)
	}
	end := strings.IndexAny(path, ".[")
	if end < 0 {
		end = len(path)
	}
	name, rest := path[:end], path[end:]
	if own, ok := flagNames()[name]; ok && cmd.Flag(name) == nil {
		name = own
	}
	name = strings.ToLower(strings.ReplaceAll(name, "_", "-"))
	flag, argument := cmd.Flag(name), strings.ToUpper(name)
	switch {
	case flag != nil && (flag.Changed || !strings.Contains(cmd.Use, argument)):
		name = "--" + name
	case strings.Contains(cmd.Use, argument):
		name = argument
	default:
		return path
	}
	if key, ok := strings.CutPrefix(rest, "."); ok {
		name += " " + key
	}
	return name
}
