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
		list.Items = append(list.Items, Catalogue(profiles[0], profiles))
	}
	return &platformListOutput{Body: list}, nil
}

func (a *API) getPlatform(_ context.Context, in *PlatformParams) (*platformOutput, error) {
	p, err := a.profile(in)
	if err != nil {
		return nil, err
	}
	return &platformOutput{Body: Catalogue(p, a.scheduler.Registry().Profiles(p.ID))}, nil
}

// profile finds a platform by its path and the profile asked for.
func (a *API) profile(in *PlatformParams) (payloads.Platform, error) {
	profiles := a.scheduler.Registry().Profiles(in.Platform)
	if profiles == nil {
		return payloads.Platform{}, notFound("no such platform" + a.allowedPlatforms())
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
