package api

import (
	"encoding/json"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/web/client"
)

// Catalogue shows one platform in one profile; profiles are all of the platform's, the default one first. Callers without a server show the
// same.
func Catalogue(p payloads.Platform, profiles []payloads.Platform) client.Platform {
	view := client.Platform{
		ID: p.ID, Name: p.Name, Docs: p.Docs, Profile: p.Profile, Recipe: nonNil(p.Recipe), TestEvent: orNull(p.TestEvent),
		Profiles: make([]client.Profile, len(profiles)), Events: make([]client.EventType, len(p.Events)),
		Options: make([]client.Option, len(p.Options)), Quirks: make([]client.Quirk, len(p.Quirks)), Facts: make([]client.Fact, len(p.Facts)),
		Code: codeViews(p.Code), Actions: make([]client.Action, len(p.Actions)), Stories: make([]client.Story, len(p.Stories)),
		Policy: policyView(p), Native: nativeView(p, profiles),
		Secret: client.SecretRule{Scheme: orNull(p.Secret.Scheme), Generated: p.Secret.Auto, Shared: p.Secret.Shared},
	}
	for i, other := range profiles {
		view.Profiles[i] = client.Profile{Name: other.Profile, Note: other.ProfileNote, Default: i == 0}
	}
	for i, et := range p.Events {
		view.Events[i] = EventType(et)
	}
	for i, o := range p.Options {
		view.Options[i] = client.Option{In: o.In, Name: o.Name, Kind: o.Kind, Default: rawOrNull(o.Default), Summary: o.Summary, Fidelity: string(o.Fidelity)}
	}
	for i, q := range p.Quirks {
		view.Quirks[i] = client.Quirk{Name: q.Name, Summary: q.Summary, Default: q.Default, Fidelity: string(q.Fidelity), Source: q.Source}
	}
	for i, f := range p.Facts {
		view.Facts[i] = client.Fact{Topic: f.Topic, Text: f.Text, Source: f.Source, Fidelity: string(f.Fidelity)}
	}
	for i, a := range p.Actions {
		view.Actions[i] = actionView(a)
	}
	for i, s := range p.Stories {
		view.Stories[i] = storyView(s)
	}
	return view
}

// EventType shows one event type of the catalogue.
func EventType(et payloads.EventType) client.EventType {
	view := client.EventType{
		Key: et.Key, Name: orNull(et.Name), Title: et.Title, Summary: et.Summary, Method: et.Method, Variants: make([]client.Variant, len(et.Variants)),
		Fidelity: string(et.Fidelity), Source: et.Source, Subscribable: !et.Unlisted,
	}
	for i, v := range et.Variants {
		view.Variants[i] = client.Variant{Name: v.Name, Summary: v.Summary, Fidelity: string(v.Fidelity)}
	}
	return view
}

func policyView(p payloads.Platform) client.Policy {
	return client.Policy{
		Timeout: client.Duration(p.Timeout), Deadline: client.Duration(max(p.Deadline, p.Timeout)), SilenceTimeout: p.SilenceTimeout,
		Retry: client.Retry{Delays: client.Durations(p.Retry)}, Redirects: p.Redirect != payloads.RedirectNever, Target: p.Target.String(),
		Batch: p.Batch != nil, DisableAfter: p.DisableAfter,
	}
}

func codeViews(samples []payloads.CodeSample) []client.Code {
	views := make([]client.Code, len(samples))
	for i, c := range samples {
		views[i] = client.Code{Language: c.Language, Text: c.Text}
	}
	return views
}

func actionView(a payloads.Action) client.Action {
	view := client.Action{
		Name: a.Name, Title: a.Title, Summary: a.Summary, Params: make([]client.Param, len(a.Params)), Raises: nonNil(a.Raises),
		Fidelity: string(a.Fidelity), Source: a.Source,
	}
	for i, p := range a.Params {
		view.Params[i] = client.Param{
			Name: p.Name, Kind: string(p.Kind), Default: rawOrNull(p.Default), Summary: p.Summary, Required: p.Required, Values: nonNil(p.Values),
			Min: p.Min, Max: p.Max,
		}
	}
	return view
}

func storyView(s payloads.Story) client.Story {
	view := client.Story{
		Name: s.Name, Title: s.Title, Summary: s.Summary, Fidelity: string(s.Fidelity), Source: s.Source, Steps: make([]client.Step, len(s.Steps)),
	}
	for i, step := range s.Steps {
		view.Steps[i] = client.Step{
			After: client.Duration(step.After), Action: step.Action, With: json.RawMessage("null"), As: orNull(step.As), Note: step.Note,
		}
		if step.With == nil {
			continue
		}
		if text, err := payloads.JSON(step.With); err == nil { // a story's parameters were read from JSON
			view.Steps[i].With = text
		}
	}
	return view
}

// NativePath is where the API of a platform is mounted: the default profile without its name.
func NativePath(p payloads.Platform, isDefault bool) string {
	if isDefault {
		return "/" + p.ID
	}
	return "/" + p.ID + "@" + p.Profile
}

func nativeView(p payloads.Platform, profiles []payloads.Platform) *client.Native {
	if p.Native == nil {
		return nil
	}
	view := &client.Native{Credential: p.Native.Credential, Roots: nonNil(p.Native.Roots), ProfilePaths: []client.NativePath{}, Client: codeViews(p.Native.Client)}
	for i, other := range profiles {
		if other.Native == nil {
			continue
		}
		path := NativePath(other, i == 0)
		view.ProfilePaths = append(view.ProfilePaths, client.NativePath{Profile: other.Profile, Path: path})
		if other.Profile == p.Profile {
			view.Path = path
		}
	}
	return view
}
