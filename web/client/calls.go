package client

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// Page asks for one page of a list.
type Page struct {
	Cursor string // NextCursor of the page before; empty: the first
	Limit  int    // rows; 0: the server's default
}

func (p Page) add(q url.Values) url.Values {
	if p.Cursor != "" {
		q.Set("cursor", p.Cursor)
	}
	if p.Limit > 0 {
		q.Set("limit", strconv.Itoa(p.Limit))
	}
	return q
}

func values(pairs ...string) url.Values {
	q := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			q.Set(pairs[i], pairs[i+1])
		}
	}
	return q
}

// CreateSubscription registers an endpoint; the answer shows the secret.
func (c *Client) CreateSubscription(ctx context.Context, s NewSubscription) (Subscription, error) {
	var out Subscription
	_, err := c.do(ctx, call{method: http.MethodPost, path: prefix + "/subscriptions", body: s}, &out)
	return out, err
}

// Subscriptions lists subscriptions, oldest first; platform may be empty.
func (c *Client) Subscriptions(ctx context.Context, platform string, page Page) (SubscriptionList, error) {
	var out SubscriptionList
	_, err := c.do(ctx, call{method: http.MethodGet, path: prefix + "/subscriptions", query: page.add(values("platform", platform))}, &out)
	return out, err
}

// Subscription returns one subscription.
func (c *Client) Subscription(ctx context.Context, id string) (Subscription, error) {
	var out Subscription
	_, err := c.do(ctx, call{method: http.MethodGet, path: subscription(id)}, &out)
	return out, err
}

// ChangeSubscription changes the fields that patch names.
func (c *Client) ChangeSubscription(ctx context.Context, id string, patch SubscriptionPatch) (Subscription, error) {
	var out Subscription
	_, err := c.do(ctx, call{method: http.MethodPatch, path: subscription(id), body: patch}, &out)
	return out, err
}

// DeleteSubscription deletes one subscription.
func (c *Client) DeleteSubscription(ctx context.Context, id string) error {
	_, err := c.do(ctx, call{method: http.MethodDelete, path: subscription(id)}, nil)
	return err
}

// TestSubscription sends the platform's test event and returns the delivery after its attempt.
func (c *Client) TestSubscription(ctx context.Context, id string) (Delivery, error) {
	var out Delivery
	_, err := c.do(ctx, call{method: http.MethodPost, path: subscription(id) + "/test"}, &out)
	return out, err
}

// RotateSecret makes a new secret; the answer shows it.
func (c *Client) RotateSecret(ctx context.Context, id string) (Subscription, error) {
	var out Subscription
	_, err := c.do(ctx, call{method: http.MethodPost, path: subscription(id) + "/rotate-secret"}, &out)
	return out, err
}

// Secret returns the secret itself.
func (c *Client) Secret(ctx context.Context, id string) (Secret, error) {
	var out Secret
	_, err := c.do(ctx, call{method: http.MethodGet, path: subscription(id) + "/secret"}, &out)
	return out, err
}

func subscription(id string) string { return prefix + "/subscriptions/" + escape(id) }

// TriggerOptions are what a trigger or an action may have besides its body.
type TriggerOptions struct {
	IdempotencyKey string
	Wait           time.Duration // until every delivery is settled, at most so long; 0: not at all
}

// Triggered is the answer to a trigger.
type Triggered struct {
	Accepted
	Settled  bool // every delivery is settled (only with Wait)
	Replayed bool // answered from memory, by the idempotency key
}

// Trigger makes events happen.
func (c *Client) Trigger(ctx context.Context, t Trigger, o TriggerOptions) (Triggered, error) {
	var out Triggered
	var err error
	out.Settled, out.Replayed, err = c.accept(ctx, "/events", t, o, &out.Accepted)
	return out, err
}

// accept makes a call that leads to deliveries.
func (c *Client) accept(ctx context.Context, path string, body any, o TriggerOptions, out any) (settled, replayed bool, err error) {
	r := call{method: http.MethodPost, path: prefix + path, body: body, header: map[string]string{"Idempotency-Key": o.IdempotencyKey}}
	if o.Wait > 0 {
		r.query = values("wait", "settled", "timeout", o.Wait.String())
	}
	h, err := c.do(ctx, r, out)
	if err != nil {
		return false, false, err
	}
	return o.Wait > 0 && h.status == http.StatusOK, h.header.Get("Idempotency-Replayed") == "true", nil
}

// Performed is the answer to an action.
type Performed struct {
	Acted
	Settled  bool // every delivery is settled (only with Wait)
	Replayed bool // answered from memory, by the idempotency key
}

// Act performs an action of a platform.
func (c *Client) Act(ctx context.Context, a Act, o TriggerOptions) (Performed, error) {
	var out Performed
	var err error
	out.Settled, out.Replayed, err = c.accept(ctx, "/actions", a, o, &out.Acted)
	return out, err
}

// World shows the present world of a platform: an object of lists, as JSON.
func (c *Client) World(ctx context.Context, platform string) (json.RawMessage, error) {
	var out json.RawMessage
	_, err := c.do(ctx, call{method: http.MethodGet, path: world(platform)}, &out)
	return out, err
}

// ResetWorld makes the world of a platform fresh.
func (c *Client) ResetWorld(ctx context.Context, platform string) error {
	_, err := c.do(ctx, call{method: http.MethodDelete, path: world(platform)}, nil)
	return err
}

func world(platform string) string { return prefix + "/platforms/" + escape(platform) + "/world" }

// Events lists events, newest first; platform may be empty.
func (c *Client) Events(ctx context.Context, platform string, page Page) (EventList, error) {
	var out EventList
	_, err := c.do(ctx, call{method: http.MethodGet, path: prefix + "/events", query: page.add(values("platform", platform))}, &out)
	return out, err
}

// Event returns one event.
func (c *Client) Event(ctx context.Context, id string) (Event, error) {
	var out Event
	_, err := c.do(ctx, call{method: http.MethodGet, path: prefix + "/events/" + escape(id)}, &out)
	return out, err
}

func (q DeliveryQuery) values() url.Values {
	return values("platform", q.Platform, "subscription", q.Subscription, "type", q.Type, "status", q.Status, "event", q.Event, "q", q.Q)
}

// Deliveries lists deliveries, newest first.
func (c *Client) Deliveries(ctx context.Context, q DeliveryQuery, page Page) (DeliveryList, error) {
	var out DeliveryList
	_, err := c.do(ctx, call{method: http.MethodGet, path: prefix + "/deliveries", query: page.add(q.values())}, &out)
	return out, err
}

// Delivery returns one delivery with its attempts.
func (c *Client) Delivery(ctx context.Context, id string) (Delivery, error) {
	var out Delivery
	_, err := c.do(ctx, call{method: http.MethodGet, path: delivery(id)}, &out)
	return out, err
}

// Export returns what was sent in a format for other tools: curl, http, har, go or pytest.
func (c *Client) Export(ctx context.Context, id, format string) ([]byte, error) {
	return c.raw(ctx, call{method: http.MethodGet, path: delivery(id) + "/export", query: values("format", format)})
}

// Replay sends a delivery again; mode is retry, new or verbatim, and empty means retry.
func (c *Client) Replay(ctx context.Context, id, mode string) (Delivery, error) {
	var out Delivery
	_, err := c.do(ctx, call{method: http.MethodPost, path: delivery(id) + "/replay", body: Replay{Mode: mode}}, &out)
	return out, err
}

// ReplayAll sends every delivery that the query finds again and returns how many.
func (c *Client) ReplayAll(ctx context.Context, r BulkReplay) (int, error) {
	var out Replayed
	_, err := c.do(ctx, call{method: http.MethodPost, path: prefix + "/deliveries/replay", body: r}, &out)
	return out.Count, err
}

// Cancel settles a delivery as cancelled.
func (c *Client) Cancel(ctx context.Context, id string) (Delivery, error) {
	var out Delivery
	_, err := c.do(ctx, call{method: http.MethodPost, path: delivery(id) + "/cancel"}, &out)
	return out, err
}

func delivery(id string) string { return prefix + "/deliveries/" + escape(id) }

// Platforms lists every platform in its default profile.
func (c *Client) Platforms(ctx context.Context) (PlatformList, error) {
	var out PlatformList
	_, err := c.do(ctx, call{method: http.MethodGet, path: prefix + "/platforms"}, &out)
	return out, err
}

// Platform returns one platform; an empty profile is the default one.
func (c *Client) Platform(ctx context.Context, id, profile string) (Platform, error) {
	var out Platform
	_, err := c.do(ctx, call{method: http.MethodGet, path: prefix + "/platforms/" + escape(id), query: values("profile", profile)}, &out)
	return out, err
}

// ExampleOptions choose an example; empty fields mean the defaults.
type ExampleOptions struct {
	Profile, Variant string
	Seed             *uint64
}

// EventType returns one event type with an example request.
func (c *Client) EventType(ctx context.Context, platform, eventType string, o ExampleOptions) (EventExample, error) {
	q := values("profile", o.Profile, "variant", o.Variant)
	if o.Seed != nil {
		q.Set("seed", strconv.FormatUint(*o.Seed, 10))
	}
	var out EventExample
	path := prefix + "/platforms/" + escape(platform) + "/events/" + escape(eventType)
	_, err := c.do(ctx, call{method: http.MethodGet, path: path, query: q}, &out)
	return out, err
}

// Stats returns the state of the engine as numbers.
func (c *Client) Stats(ctx context.Context) (Stats, error) {
	var out Stats
	_, err := c.do(ctx, call{method: http.MethodGet, path: prefix + "/stats"}, &out)
	return out, err
}

// Ready returns nil when a trigger would be accepted now.
func (c *Client) Ready(ctx context.Context) error {
	_, err := c.do(ctx, call{method: http.MethodGet, path: "/readyz"}, nil)
	return err
}

// Version returns name and version of the server.
func (c *Client) Version(ctx context.Context) (Version, error) {
	var out Version
	_, err := c.do(ctx, call{method: http.MethodGet, path: "/version"}, &out)
	return out, err
}
