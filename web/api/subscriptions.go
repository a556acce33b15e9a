package api

import (
	"context"
	"net/http"
	"net/url"
	"slices"

	"github.com/annohook/annohook/sender/history"
	"github.com/annohook/annohook/subscriptions"
	"github.com/annohook/annohook/web/client"
)

// IDParam is the id in a path. It is exported because huma overlooks embedded structs that are not.
type IDParam struct {
	ID string `path:"id"`
}

type subscriptionListInput struct {
	Platform string `query:"platform" doc:"only of this platform"`
	Cursor   string `query:"cursor" doc:"next_cursor of the page before"`
	Limit    int    `query:"limit" minimum:"1" maximum:"500" default:"100"`
}

type createInput struct {
	RawBody []byte `contentType:"application/json"`
}

type changeInput struct {
	IDParam
	RawBody []byte `contentType:"application/json"`
}

type subscriptionOutput struct {
	Body client.Subscription
}

type createdOutput struct {
	Location string `header:"Location"`
	Body     client.Subscription
}

type subscriptionListOutput struct {
	Body client.SubscriptionList
}

type secretOutput struct {
	Body client.Secret
}

type deliveryOutput struct {
	Body client.Delivery
}

func (a *API) subscriptionRoutes() {
	const tag, path = "subscriptions", Prefix + "/subscriptions"
	one := path + "/{id}"
	register(a, operation{
		id: "create-subscription", method: http.MethodPost, path: path, tag: tag, status: http.StatusCreated,
		summary: "Register an endpoint", body: schemaOf[client.NewSubscription](a),
	}, a.createSubscription)
	register(a, operation{id: "list-subscriptions", method: http.MethodGet, path: path, tag: tag, summary: "Subscriptions, oldest first"}, a.listSubscriptions)
	register(a, operation{id: "get-subscription", method: http.MethodGet, path: one, tag: tag, summary: "One subscription"}, a.getSubscription)
	register(a, operation{
		id: "change-subscription", method: http.MethodPatch, path: one, tag: tag,
		summary: "Change fields; null resets one to the platform's default", body: schemaOf[client.SubscriptionChange](a),
	}, a.changeSubscription)
	register(a, operation{
		id: "delete-subscription", method: http.MethodDelete, path: one, tag: tag, status: http.StatusNoContent,
		summary: "Delete a subscription; what is pending is cancelled",
	}, a.deleteSubscription)
	register(a, operation{
		id: "test-subscription", method: http.MethodPost, path: one + "/test", tag: tag,
		summary: "Send the platform's test event and wait for its attempt",
	}, a.testSubscription)
	register(a, operation{
		id: "rotate-secret", method: http.MethodPost, path: one + "/rotate-secret", tag: tag, summary: "Make a new secret and show it",
	}, a.rotateSecret)
	register(a, operation{id: "get-secret", method: http.MethodGet, path: one + "/secret", tag: tag, summary: "The secret itself"}, a.getSecret)
}

func (a *API) createSubscription(ctx context.Context, in *createInput) (*createdOutput, error) {
	f, err := readForm(in.RawBody, creatable(), derived()...)
	if err != nil {
		return nil, err
	}
	sub := subscriptions.Subscription{ID: f.chosen("id"), Platform: f.platform(a.scheduler.Registry().IDs()), Enabled: true}
	changes := readChanges(f)
	f.require("url")
	if err := f.result(); err != nil {
		return nil, err
	}
	if err := changes.apply(&sub); err != nil {
		return nil, err
	}
	created, err := a.scheduler.Subscribe(ctx, sub)
	if err != nil {
		return nil, err
	}
	return &createdOutput{Location: Prefix + "/subscriptions/" + url.PathEscape(created.ID), Body: a.subscriptionView(created, true)}, nil
}

func (a *API) listSubscriptions(ctx context.Context, in *subscriptionListInput) (*subscriptionListOutput, error) {
	if err := a.knownPlatform(in.Platform, "query"); err != nil {
		return nil, err
	}
	after, err := history.ParseCursor(in.Cursor)
	if err != nil {
		return nil, err
	}
	all, err := a.store.List(ctx)
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(s subscriptions.Subscription) bool {
		return in.Platform != "" && s.Platform != in.Platform || !behind(s, after)
	})
	list := client.SubscriptionList{Items: []client.Subscription{}}
	for _, s := range all[:min(len(all), in.Limit)] {
		list.Items = append(list.Items, a.subscriptionView(s, false))
	}
	if len(all) > in.Limit {
		last := all[in.Limit-1]
		list.NextCursor = orNull(history.Cursor{At: last.CreatedAt, ID: last.ID}.String())
	}
	return &subscriptionListOutput{Body: list}, nil
}

// behind reports whether s comes after the cursor in a list that runs from the oldest to the newest. Cursors know microseconds.
func behind(s subscriptions.Subscription, after history.Cursor) bool {
	if after == (history.Cursor{}) {
		return true
	}
	at := s.CreatedAt.UnixMicro() - after.At.UnixMicro()
	return at > 0 || at == 0 && s.ID > after.ID
}

func (a *API) getSubscription(ctx context.Context, in *IDParam) (*subscriptionOutput, error) {
	sub, err := a.store.Get(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return &subscriptionOutput{Body: a.subscriptionView(sub, false)}, nil
}

func (a *API) changeSubscription(ctx context.Context, in *changeInput) (*subscriptionOutput, error) {
	f, err := readForm(in.RawBody, changeable(), append(derived(), "id", "platform")...)
	if err != nil {
		return nil, err
	}
	changes := readChanges(f)
	if err := f.result(); err != nil {
		return nil, err
	}
	changed, err := a.scheduler.Change(ctx, in.ID, changes.apply)
	if err != nil {
		return nil, err
	}
	return &subscriptionOutput{Body: a.subscriptionView(changed, false)}, nil
}

func (a *API) deleteSubscription(ctx context.Context, in *IDParam) (*struct{}, error) {
	_, err := a.scheduler.Unsubscribe(ctx, in.ID)
	return nil, err
}

func (a *API) testSubscription(ctx context.Context, in *IDParam) (*deliveryOutput, error) {
	open, closed := a.whileOpen(ctx)
	defer closed()
	d, err := a.scheduler.Test(open, in.ID)
	if err != nil {
		return nil, err
	}
	view, err := a.deliveryView(ctx, d)
	if err != nil {
		return nil, err
	}
	return &deliveryOutput{Body: view}, nil
}

func (a *API) rotateSecret(ctx context.Context, in *IDParam) (*subscriptionOutput, error) {
	sub, err := a.scheduler.RotateSecret(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return &subscriptionOutput{Body: a.subscriptionView(sub, true)}, nil
}

func (a *API) getSecret(ctx context.Context, in *IDParam) (*secretOutput, error) {
	sub, err := a.store.Get(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return &secretOutput{Body: client.Secret{Secret: orNull(string(sub.Secret))}}, nil
}
