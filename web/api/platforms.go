package api

import (
	"context"
	"net/http"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/web/client"
)

// PlatformParams name a platform and a profile of it. It is exported because huma overlooks embedded structs that are not.
type PlatformParams struct {
	Platform string `path:"platform"`
	Profile  string `query:"profile" doc:"absent: the default profile"`
}

type platformListOutput struct {
	Body client.PlatformList
}

type platformOutput struct {
	Body client.Platform
}

type exampleInput struct {
	PlatformParams
	Type    string `path:"type" doc:"key or wire name"`
	Variant string `query:"variant" doc:"absent: the default variant"`
	Seed    uint64 `query:"seed" maximum:"9007199254740991" default:"1"`
}

type exampleOutput struct {
	Body client.EventExample
}

func (a *API) platformRoutes() {
	const tag, path = "platforms", Prefix + "/platforms"
	register(a, operation{id: "list-platforms", method: http.MethodGet, path: path, tag: tag, summary: "Every platform in its default profile"}, a.listPlatforms)
	register(a, operation{
		id: "get-platform", method: http.MethodGet, path: path + "/{platform}", tag: tag, summary: "The catalogue of one platform",
	}, a.getPlatform)
	register(a, operation{
		id: "get-event-type", method: http.MethodGet, path: path + "/{platform}/events/{type}", tag: tag,
		summary: "One event type with an example request",
	}, a.getExample)
}

func (a *API) listPlatforms(context.Context, *struct{}) (*platformListOutput, error) {
	list := client.PlatformList{Items: []client.Platform{}}
	registry := a.scheduler.Registry()
	for _, id := range registry.IDs() {
		profiles := registry.Profiles(id)
		list.Items = append(list.Items, platformView(profiles[0], profiles))
	}
	return &platformListOutput{Body: list}, nil
}

func (a *API) getPlatform(_ context.Context, in *PlatformParams) (*platformOutput, error) {
	p, err := a.profile(in)
	if err != nil {
		return nil, err
	}
	return &platformOutput{Body: platformView(p, a.scheduler.Registry().Profiles(p.ID))}, nil
}

// profile finds a platform by its path and the profile asked for.
func (a *API) profile(in *PlatformParams) (payloads.Platform, error) {
	profiles := a.scheduler.Registry().Profiles(in.Platform)
	if profiles == nil {
		return payloads.Platform{}, notFound("no such platform" + a.choices("platform"))
	}
	p, err := a.scheduler.Registry().Platform(in.Platform, in.Profile)
	if err != nil {
		names := make([]string, len(profiles))
		for i, p := range profiles {
			names[i] = p.Profile
		}
		return p, unprocessable(client.FieldError{Location: "query.profile", Message: "unknown profile; allowed: " + choice(names)})
	}
	return p, nil
}

func platformView(p payloads.Platform, profiles []payloads.Platform) client.Platform {
	view := client.Platform{
		ID: p.ID, Name: p.Name, Docs: p.Docs, Profile: p.Profile, Recipe: nonNil(p.Recipe), TestEvent: orNull(p.TestEvent),
		Profiles: make([]client.Profile, len(profiles)), Events: make([]client.EventType, len(p.Events)),
		Options: make([]client.Option, len(p.Options)), Quirks: make([]client.Quirk, len(p.Quirks)), Facts: make([]client.Fact, len(p.Facts)),
		Policy: policyView(p),
		Secret: client.SecretRule{Scheme: orNull(p.Secret.Scheme), Generated: p.Secret.Auto, Shared: p.Secret.Shared},
	}
	for i, other := range profiles {
		view.Profiles[i] = client.Profile{Name: other.Profile, Note: other.ProfileNote, Default: i == 0}
	}
	for i, et := range p.Events {
		view.Events[i] = eventTypeView(et)
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
	return view
}

func policyView(p payloads.Platform) client.Policy {
	return client.Policy{
		Timeout: client.Duration(p.Timeout), Deadline: client.Duration(max(p.Deadline, p.Timeout)), SilenceTimeout: p.SilenceTimeout,
		Retry: client.Retry{Delays: client.Durations(p.Retry)}, Redirects: p.Redirect != payloads.RedirectNever,
		Batch: p.Batch != nil, DisableAfter: p.DisableAfter,
	}
}

func eventTypeView(et payloads.EventType) client.EventType {
	view := client.EventType{
		Key: et.Key, Name: orNull(et.Name), Title: et.Title, Summary: et.Summary, Method: et.Method, Variants: make([]client.Variant, len(et.Variants)),
		Fidelity: string(et.Fidelity), Source: et.Source, Subscribable: !et.Unlisted,
	}
	for i, v := range et.Variants {
		view.Variants[i] = client.Variant{Name: v.Name, Summary: v.Summary, Fidelity: string(v.Fidelity)}
	}
	return view
}
