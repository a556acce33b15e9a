package api

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/scheduler"
	"github.com/annohook/annohook/web/client"
)

// actionsRoute is where actions lie below the prefix.
const actionsRoute = "/actions"

type actInput struct {
	AcceptParams
	RawBody []byte `contentType:"application/json"`
}

type actedOutput struct {
	Status   int
	Replayed string `header:"Idempotency-Replayed" doc:"true when the answer comes from memory"`
	Body     client.Acted
}

// WorldParams name the platform of a world.
type WorldParams struct {
	Platform string `path:"platform"`
}

type worldOutput struct {
	Body json.RawMessage
}

func (a *API) actionRoutes() {
	const tag, world = "actions", Prefix + "/platforms/{platform}/world"
	register(a, operation{
		id: "act", method: http.MethodPost, path: Prefix + actionsRoute, tag: tag, status: http.StatusAccepted,
		summary: "Do what a user of the platform would do", body: schemaOf[client.Act](a),
		also: map[string]*huma.Response{"200": jsonResponse[client.Acted](a, "Every delivery is settled (wait=settled)")},
	}, a.act)
	register(a, operation{
		id: "get-world", method: http.MethodGet, path: world, tag: tag, summary: "The world that the platform's actions change, as lists of its entities",
	}, a.getWorld)
	register(a, operation{
		id: "reset-world", method: http.MethodDelete, path: world, tag: tag, status: http.StatusNoContent, summary: "Make the world fresh",
	}, a.resetWorld)
}

func (a *API) act(ctx context.Context, in *actInput) (*actedOutput, error) {
	wait, err := in.wait()
	if err != nil {
		return nil, err
	}
	act, err := readAct(in.RawBody, a.scheduler.Registry().IDs())
	if err != nil {
		return nil, err
	}
	acted, replayed, err := once(ctx, a, accepting{route: actionsRoute, key: in.Key, body: in.RawBody}, func(t *scheduler.Ticket) (client.Acted, error) {
		if t != nil && t.Again { // a world does not tell whether an action was its last
			return client.Acted{}, scheduler.ErrKeyCutShort
		}
		done, err := a.scheduler.Act(ctx, act)
		if err != nil {
			return client.Acted{}, err
		}
		return actedView(act.Platform, done)
	})
	if err != nil {
		return nil, err
	}
	out := &actedOutput{Status: http.StatusAccepted, Body: acted}
	if replayed {
		out.Replayed = "true"
	}
	if wait > 0 {
		out.Status, err = a.settle(ctx, out.Body.Deliveries, wait)
	}
	return out, err
}

func actedView(platform string, done scheduler.Acted) (client.Acted, error) {
	view := client.Acted{
		Platform: platform, Action: done.Action, Seed: done.Seed, Now: done.Now.UTC(), Events: make([]string, len(done.Raised)),
		Raised: make([]client.Raised, len(done.Raised)), Deliveries: acceptedDeliveries(done.Deliveries),
	}
	var err error
	if view.Result, err = payloads.JSON(done.Result); err != nil {
		return view, fmt.Errorf("print result of %s: %w", done.Action, err)
	}
	for i, e := range done.Raised {
		view.Events[i] = e.ID
		view.Raised[i] = client.Raised{ID: e.ID, Type: e.Type, Deliveries: nonNil(e.DeliveryIDs), Reasons: []client.Reason{}}
		for _, r := range e.Reasons[:min(len(e.Reasons), maxReasons)] {
			view.Raised[i].Reasons = append(view.Raised[i].Reasons, client.Reason{SubscriptionID: r.SubscriptionID, Why: r.Why})
		}
	}
	if len(view.Events) > 0 {
		view.ID = &view.Events[0]
	}
	return view, nil
}

func (a *API) getWorld(ctx context.Context, in *WorldParams) (*worldOutput, error) {
	if err := a.hasWorld(in.Platform); err != nil {
		return nil, err
	}
	world, err := a.scheduler.World(ctx, in.Platform)
	if err != nil {
		return nil, err
	}
	text, err := payloads.JSON(world)
	if err != nil {
		return nil, fmt.Errorf("print world of %s: %w", in.Platform, err)
	}
	return &worldOutput{Body: text}, nil
}

func (a *API) resetWorld(ctx context.Context, in *WorldParams) (*struct{}, error) {
	if err := a.hasWorld(in.Platform); err != nil {
		return nil, err
	}
	return nil, a.scheduler.ResetWorld(ctx, in.Platform)
}

// hasWorld refuses platforms that have no world, or are none.
func (a *API) hasWorld(platform string) error {
	profiles := a.scheduler.Registry().Profiles(platform)
	switch {
	case profiles == nil:
		return notFound("no such platform" + a.allowedPlatforms())
	case len(profiles[0].Actions) == 0:
		return notFound(profiles[0].Name + " has no actions, so it has no world")
	default:
		return nil
	}
}
