package argilla

import (
	"net/http"
	"slices"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/internal/wire"
	"github.com/annohook/annohook/subscriptions"
)

// mostWebhooks is how many webhooks a server takes, disabled ones included (argilla-server validators/webhooks.py@77f5c57c).
const mostWebhooks = 10

// webhook prints a subscription as the API shows it (argilla-server api/schemas/v1/webhooks.py@77f5c57c); the secret is shown everywhere.
func webhook(s subscriptions.Subscription) *payloads.Object {
	list := payloads.Array{}
	for _, name := range wanted(s) {
		list = append(list, name)
	}
	var description payloads.Value
	if s.Description != "" {
		description = s.Description
	}
	return payloads.Obj(
		"id", s.NativeID,
		"url", s.URL,
		"secret", string(s.Secret),
		"events", list,
		"enabled", s.Enabled,
		"description", description,
		"inserted_at", wire.ISOMicroNaive(s.CreatedAt),
		"updated_at", wire.ISOMicroNaive(s.UpdatedAt),
	)
}

// wanted lists the events of a subscription; one that wants all has each of them.
func wanted(s subscriptions.Subscription) []string {
	if s.Events == nil {
		return eventNames()
	}
	return s.Events
}

func (c *call) listWebhooks() (reply, error) {
	list, err := c.host.Subscriptions(c.Context())
	if err != nil {
		return reply{}, err
	}
	items := payloads.Array{}
	for _, s := range list {
		items = append(items, webhook(s))
	}
	return reply{http.StatusOK, payloads.Obj("items", items)}, nil
}

func (c *call) createWebhook() (reply, error) {
	v := &validation{}
	body := v.fields(c)
	if len(v.problems) > 0 {
		return invalid(v.problems...), nil
	}
	c.creating.Lock()
	defer c.creating.Unlock()
	list, err := c.host.Subscriptions(c.Context())
	if err != nil {
		return reply{}, err
	}
	if len(list) >= mostWebhooks {
		return detail(http.StatusUnprocessableEntity, "You can't create more than 10 webhooks. Please delete some of them first"), nil
	}
	s := subscriptions.Subscription{Profile: Profile28, URL: *body.url, Events: body.events, Enabled: true}
	if body.description != nil {
		s.Description = *body.description
	}
	stored, err := c.host.Subscribe(c.Context(), s)
	if err != nil {
		return reply{}, err
	}
	return reply{http.StatusCreated, webhook(stored)}, nil
}

// find returns the subscription that the path names; otherwise what to answer. Problems of the path come before those of the body.
func (c *call) find(others ...payloads.Value) (s subscriptions.Subscription, bad *reply, err error) {
	id, wrong := parseUUID(c.id)
	if wrong != "" {
		others = append([]payloads.Value{problem("uuid_parsing", wrong, "path", "webhook_id")}, others...)
	}
	if len(others) > 0 {
		answer := invalid(others...)
		return s, &answer, nil
	}
	list, err := c.host.Subscriptions(c.Context())
	if err != nil {
		return s, nil, err
	}
	i := slices.IndexFunc(list, func(s subscriptions.Subscription) bool { return s.NativeID == id })
	if i < 0 {
		answer := notFound("Webhook", id)
		return s, &answer, nil
	}
	return list[i], nil, nil
}

func (c *call) updateWebhook() (reply, error) {
	s, bad, err := c.find()
	if err != nil {
		return reply{}, err
	}
	v := &validation{patch: true, noEvents: s.Events != nil && len(s.Events) == 0}
	body := v.fields(c)
	if len(v.problems) > 0 { // they count more than an unknown id
		_, bad, err = c.find(v.problems...)
	}
	if bad != nil || err != nil {
		return orEmpty(bad), err
	}
	given, _ := c.body.(*payloads.Object)
	stored, err := c.host.Change(c.Context(), s.ID, func(s *subscriptions.Subscription) error {
		body.apply(s, given)
		return nil
	})
	if err != nil {
		return reply{}, err
	}
	return reply{http.StatusOK, webhook(stored)}, nil
}

func orEmpty(r *reply) reply {
	if r == nil {
		return reply{}
	}
	return *r
}

// apply changes what really differs. A URL that is sent back as it was shown stays as it is stored, as does a list of all events.
func (b webhookBody) apply(s *subscriptions.Subscription, given *payloads.Object) {
	if raw, _ := given.Get("url"); b.url != nil && raw != s.URL {
		s.URL = *b.url
	}
	if b.events != nil && !slices.Equal(b.events, wanted(*s)) {
		s.Events = slices.Clone(b.events)
	}
	if b.enabled != nil && *b.enabled != s.Enabled {
		s.Enabled, s.DisabledReason = *b.enabled, ""
	}
	if b.description != nil {
		s.Description = *b.description
	}
}

func (c *call) deleteWebhook() (reply, error) {
	s, bad, err := c.find()
	if bad != nil || err != nil {
		return orEmpty(bad), err
	}
	gone, err := c.host.Unsubscribe(c.Context(), s.ID)
	if err != nil {
		return reply{}, err
	}
	return reply{http.StatusOK, webhook(gone)}, nil
}

// pingWebhook sends one ping at once. Whatever the listener answers is fine; only no answer at all is not
// (argilla-server api/handlers/v1/webhooks.py@77f5c57c).
func (c *call) pingWebhook() (reply, error) {
	s, bad, err := c.find()
	if bad != nil || err != nil {
		return orEmpty(bad), err
	}
	push, err := c.host.Push(c.Context(), s.ID, keyPing)
	if err != nil {
		return reply{}, err
	}
	if kind, message := clientError(push.Reply); kind != "" {
		return apiError(http.StatusInternalServerError, "GenericServerError", payloads.Obj("type", kind, "message", message)), nil
	}
	return reply{status: http.StatusNoContent}, nil
}
