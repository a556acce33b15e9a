package main

import (
	"cmp"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/annohook/annohook/web/client"
)

func schemeText(v client.Platform) string {
	if v.Secret.Scheme == nil {
		return "none"
	}
	return *v.Secret.Scheme
}

// printPlatform shows the catalogue of one platform for people.
func printPlatform(w io.Writer, v client.Platform) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s (%s)\n%s\n", v.Name, v.ID, v.Docs)
	section := func(title string, rows [][]string) {
		if len(rows) == 0 {
			return
		}
		b.WriteString("\n" + title + "\n")
		for i := range rows {
			rows[i][0] = "  " + rows[i][0]
		}
		_ = table(&b, nil, rows) // a Builder takes everything
	}
	var rows [][]string
	for _, p := range v.Profiles {
		rows = append(rows, []string{marked(p.Name, p.Name == v.Profile), p.Note})
	}
	section("Profiles (* shown here)", rows)
	section("Policy", policyRows(v))
	rows = nil
	for _, e := range v.Events {
		rows = append(rows, []string{e.Key, e.Method, e.Fidelity, e.Summary})
	}
	section("Events", rows)
	rows = nil
	for _, o := range v.Options {
		rows = append(rows, []string{o.In + "." + o.Name, o.Kind, o.Fidelity, o.Summary})
	}
	section("Scope and options", rows)
	rows = nil
	for _, q := range v.Quirks {
		rows = append(rows, []string{q.Name, strconv.FormatBool(q.Default), q.Fidelity, q.Summary})
	}
	section("Quirks", rows)
	rows = nil
	for i, step := range v.Recipe {
		rows = append(rows, []string{strconv.Itoa(i+1) + ".", step})
	}
	section("How a listener verifies a request", append(rows, codeRows(v)...))
	section("Actions (annohook act "+v.ID+" ACTION)", actionRows(v.Actions))
	section("Stories (annohook story "+v.ID+" NAME)", storyRows(v.Stories))
	section("The platform's own API on a server of ours", nativeRows(v.Native))
	b.WriteString("\nFacts and their sources\n")
	for _, f := range v.Facts {
		fmt.Fprintf(&b, "  %s (%s): %s\n      %s\n", f.Topic, f.Fidelity, f.Text, f.Source)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func actionRows(actions []client.Action) [][]string {
	rows := make([][]string, len(actions))
	for i, a := range actions {
		rows[i] = []string{a.Name, a.Fidelity, a.Summary}
	}
	return rows
}

// codeRows tells how to get the recipe in code.
func codeRows(v client.Platform) [][]string {
	if len(v.Code) == 0 {
		return nil
	}
	names := make([]string, len(v.Code))
	for i, c := range v.Code {
		names[i] = strings.ToLower(c.Language)
	}
	return [][]string{{"in code:", "annohook platforms " + v.ID + " --code " + strings.Join(names, "|")}}
}

func storyRows(stories []client.Story) [][]string {
	rows := make([][]string, len(stories))
	for i, s := range stories {
		rows[i] = []string{s.Name, plural(len(s.Steps), "step"), s.Fidelity, s.Summary}
	}
	return rows
}

func nativeRows(n *client.Native) [][]string {
	if n == nil {
		return nil
	}
	var rows [][]string
	for _, path := range n.ProfilePaths {
		rows = append(rows, []string{path.Path, "profile " + path.Profile})
	}
	for _, root := range n.Roots {
		rows = append(rows, []string{root, "at the root of the server, because the platform's SDK drops the path there"})
	}
	return append(rows, []string{"credential", n.Credential})
}

func marked(name string, mark bool) string {
	if mark {
		return "* " + name
	}
	return "  " + name
}

func policyRows(v client.Platform) [][]string {
	delays := make([]string, len(v.Policy.Retry.Delays))
	for i, d := range v.Policy.Retry.Delays {
		delays[i] = d.String()
	}
	return [][]string{
		{"signature", schemeText(v)},
		{"timeout", v.Policy.Timeout.String() + ", whole exchange at most " + v.Policy.Deadline.String()},
		{"retries", cmp.Or(strings.Join(delays, ", "), "none")},
		{"redirects followed", strconv.FormatBool(v.Policy.Redirects)},
		{"events batched", strconv.FormatBool(v.Policy.Batch)},
	}
}

// printExample shows one event type with its request for people.
func printExample(w io.Writer, v client.EventExample) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s of %s, profile %s\n%s\n", v.Type.Key, v.Platform, v.Profile, v.Type.Summary)
	fmt.Fprintf(&b, "fidelity: %s (source: %s)\n", v.Fidelity, v.Type.Source)
	if len(v.Type.Variants) > 0 {
		b.WriteString("variants:")
		for i, variant := range v.Type.Variants {
			if i > 0 {
				b.WriteString(",")
			}
			b.WriteString(" " + variant.Name)
		}
		b.WriteString("\n")
	}
	b.WriteString("\n" + v.Method + "\n")
	for _, h := range v.Headers {
		b.WriteString(h[0] + ": " + h[1] + "\n")
	}
	b.WriteString("\n" + bodyText(v.Body) + "\n")
	if v.Secret != nil {
		b.WriteString("\nsigned with the example secret " + *v.Secret + "\n")
	}
	_, err := io.WriteString(w, visible(b.String()))
	return err
}
