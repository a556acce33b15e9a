package api

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/annohook/annohook/scheduler"
	"github.com/annohook/annohook/sender/history"
	"github.com/annohook/annohook/web/client"
)

// Waits for deliveries to settle.
const (
	defaultWait = 30 * time.Second
	maxWait     = 5 * time.Minute
)

// AcceptParams are what every request that leads to deliveries may have besides its body. It is exported because huma overlooks embedded
// structs that are not.
type AcceptParams struct {
	Key     string `header:"Idempotency-Key" doc:"1 to 255 visible characters; for 24 hours the same request with the same key is answered from memory"`
	Wait    string `query:"wait" enum:"settled" doc:"answer when every delivery is settled"`
	Timeout string `query:"timeout" doc:"how long to wait at most, a Go duration up to 5m; 30s when absent"`
}

type triggerInput struct {
	AcceptParams
	RawBody []byte `contentType:"application/json"`
}

type acceptedOutput struct {
	Status   int
	Replayed string `header:"Idempotency-Replayed" doc:"true when the answer comes from memory"`
	Body     client.Accepted
}

type eventListInput struct {
	Platform string `query:"platform" doc:"only of this platform"`
	Cursor   string `query:"cursor" doc:"next_cursor of the page before"`
	Limit    int    `query:"limit" minimum:"1" maximum:"500" default:"50"`
}

type eventListOutput struct {
	Body client.EventList
}

type eventOutput struct {
	Body client.Event
}

// eventsRoute is where events lie below the prefix.
const eventsRoute = "/events"

func (a *API) eventRoutes() {
	const tag, path = "events", Prefix + eventsRoute
	register(a, operation{
		id: "trigger", method: http.MethodPost, path: path, tag: tag, status: http.StatusAccepted, most: MaxEventBytes,
		summary: "Make events happen", body: schemaOf[client.Trigger](a),
		also: map[string]*huma.Response{"200": jsonResponse[client.Accepted](a, "Every delivery is settled (wait=settled)")},
	}, a.trigger)
	register(a, operation{id: "list-events", method: http.MethodGet, path: path, tag: tag, summary: "Events, newest first"}, a.listEvents)
	register(a, operation{id: "get-event", method: http.MethodGet, path: path + "/{id}", tag: tag, summary: "One event"}, a.getEvent)
}

func (a *API) trigger(ctx context.Context, in *triggerInput) (*acceptedOutput, error) {
	wait, err := in.wait()
	if err != nil {
		return nil, err
	}
	trigger, err := readTrigger(in.RawBody, a.scheduler.Registry().IDs())
	if err != nil {
		return nil, err
	}
	accepted, replayed, err := once(ctx, a, accepting{route: eventsRoute, key: in.Key, body: in.RawBody}, func(t *scheduler.Ticket) (client.Accepted, error) {
		trigger.Ticket = t
		published, err := a.scheduler.Publish(ctx, trigger)
		if err != nil {
			return client.Accepted{}, err
		}
		return acceptedView(trigger, published), nil
	})
	if err != nil {
		return nil, err
	}
	out := &acceptedOutput{Status: http.StatusAccepted, Body: accepted}
	if replayed {
		out.Replayed = "true"
	}
	if wait > 0 {
		out.Status, err = a.settle(ctx, out.Body.Deliveries, wait)
	}
	return out, err
}

// wait is how long the caller wants to wait; 0: not at all.
func (in *AcceptParams) wait() (time.Duration, error) {
	if in.Wait == "" {
		if in.Timeout != "" {
			return 0, unprocessable(client.FieldError{Location: "query.timeout", Message: "goes with wait=settled only"})
		}
		return 0, nil
	}
	if in.Timeout == "" {
		return defaultWait, nil
	}
	d, err := time.ParseDuration(in.Timeout)
	if err != nil || d <= 0 || d > maxWait {
		return 0, unprocessable(client.FieldError{Location: "query.timeout", Message: "must be a Go duration above 0s and up to 5m, such as 30s"})
	}
	return d, nil
}

// settle waits for the deliveries, shows them as they are then and returns the status of the answer.
func (a *API) settle(ctx context.Context, deliveries []client.AcceptedDelivery, wait time.Duration) (int, error) {
	ids := make([]string, len(deliveries))
	for i, d := range deliveries {
		ids[i] = d.ID
	}
	open, closed := a.whileOpen(ctx)
	defer closed()
	within, cancel := context.WithTimeout(open, wait)
	defer cancel()
	list, done, err := a.scheduler.Await(within, ids)
	if err != nil {
		return 0, err
	}
	status := map[string]history.Status{}
	for _, d := range list {
		status[d.ID] = d.Status
	}
	for i, d := range deliveries {
		if now, ok := status[d.ID]; ok {
			deliveries[i].Status = string(now)
		}
	}
	if done {
		return http.StatusOK, nil
	}
	return http.StatusAccepted, nil
}

// whileOpen is a context for waits: it ends when the server stops, so that nobody who waits holds the stop up.
func (a *API) whileOpen(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	go func() { // ends with the wait; a nil channel never ends it
		select {
		case <-a.closing:
			cancel()
		case <-ctx.Done():
		}
	}()
	return ctx, cancel
}

func acceptedView(t scheduler.Trigger, p scheduler.Published) client.Accepted {
	view := client.Accepted{Platform: t.Platform, Type: t.Type, Events: []string{}}
	for _, e := range p.Events {
		view.Events = append(view.Events, e.ID)
		view.Type = e.Type
	}
	if len(view.Events) > 0 {
		view.ID = view.Events[0]
	}
	view.Deliveries = acceptedDeliveries(p.Deliveries)
	return view
}

func acceptedDeliveries(list []history.Delivery) []client.AcceptedDelivery {
	view := make([]client.AcceptedDelivery, len(list))
	for i, d := range list {
		view[i] = client.AcceptedDelivery{ID: d.ID, SubscriptionID: d.SubscriptionID, Status: string(d.Status)}
	}
	return view
}

func (a *API) listEvents(ctx context.Context, in *eventListInput) (*eventListOutput, error) {
	if err := a.knownPlatform(in.Platform, "query"); err != nil {
		return nil, err
	}
	page, err := a.history.Events(ctx, in.Platform, in.Cursor, in.Limit)
	if err != nil {
		return nil, err
	}
	list := client.EventList{Items: make([]client.Event, len(page.Items)), NextCursor: orNull(page.NextCursor)}
	for i, e := range page.Items {
		list.Items[i] = eventView(e)
	}
	return &eventListOutput{Body: list}, nil
}

func (a *API) getEvent(ctx context.Context, in *IDParam) (*eventOutput, error) {
	e, err := a.history.Event(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return &eventOutput{Body: eventView(e)}, nil
}

func eventView(e history.Event) client.Event {
	view := client.Event{
		ID: e.ID, Platform: e.Platform, Profile: orNull(e.Profile), Type: e.Type, Variant: orNull(e.Variant), Seed: e.Seed, Now: e.Now.UTC(),
		Data: json.RawMessage(e.Data), Set: json.RawMessage(e.Set), Action: orNull(e.Action), ReplayOf: orNull(e.ReplayOf), CreatedAt: e.CreatedAt.UTC(),
		Deliveries: make([]client.EventDelivery, len(e.Deliveries)),
	}
	if e.Body != nil {
		body := bodyView(e.Body, false)
		view.Body = &body
	}
	for i, d := range e.Deliveries {
		view.Deliveries[i] = client.EventDelivery{ID: d.ID, SubscriptionID: d.SubscriptionID}
	}
	return view
}
