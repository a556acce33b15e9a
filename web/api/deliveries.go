package api

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/annohook/annohook/scheduler"
	"github.com/annohook/annohook/sender/history"
	"github.com/annohook/annohook/sender/history/search"
	"github.com/annohook/annohook/web/client"
)

// Filter is what lists and the stream can be narrowed to. It is exported because huma overlooks embedded structs that are not.
type Filter struct {
	Platform     string `query:"platform" doc:"platform id"`
	Subscription string `query:"subscription" doc:"subscription id"`
	Type         string `query:"type" doc:"key or wire name of an event type"`
	Status       string `query:"status" enum:"collecting,pending,retrying,succeeded,failed,cancelled"`
	Event        string `query:"event" doc:"event id"`
	Q            string `query:"q" maxLength:"1000" doc:"search: terms such as status:failed,retrying platform:ID type:response.* code:>=500 error:timeout attempt:>1 latency:>1s after:10m before:TIME subscription:ID event:ID url:TEXT outcome:TEXT reason:TEXT id:ID profile:NAME, all of which must hold; a minus before a term excludes; other words, and text in double quotes, are found in id, URL, type, reason or body, without regard to case"`
}

type deliveryListInput struct {
	Filter
	Cursor string `query:"cursor" doc:"next_cursor of the page before"`
	Limit  int    `query:"limit" minimum:"1" maximum:"500" default:"50"`
}

type deliveryListOutput struct {
	Body client.DeliveryList
}

type replayInput struct {
	IDParam
	RawBody []byte `contentType:"application/json"`
}

type bulkReplayInput struct {
	RawBody []byte `contentType:"application/json"`
}

type replayOutput struct {
	Location string `header:"Location"`
	Body     client.Delivery
}

type bulkReplayOutput struct {
	Body client.Replayed
}

func (a *API) deliveryRoutes() {
	const tag, path = "deliveries", Prefix + "/deliveries"
	one := path + "/{id}"
	register(a, operation{id: "list-deliveries", method: http.MethodGet, path: path, tag: tag, summary: "Deliveries, newest first"}, a.listDeliveries)
	register(a, operation{id: "get-delivery", method: http.MethodGet, path: one, tag: tag, summary: "One delivery with its attempts"}, a.getDelivery)
	register(a, operation{
		id: "replay-delivery", method: http.MethodPost, path: one + "/replay", tag: tag, status: http.StatusAccepted,
		summary: "Send a delivery again", body: schemaOf[client.Replay](a), bare: true,
	}, a.replay)
	register(a, operation{
		id: "replay-deliveries", method: http.MethodPost, path: path + "/replay", tag: tag, status: http.StatusAccepted,
		summary: "Send every delivery that a query finds again, at most 10,000", body: schemaOf[client.BulkReplay](a),
	}, a.replayAll)
	register(a, operation{id: "cancel-delivery", method: http.MethodPost, path: one + "/cancel", tag: tag, summary: "Settle a delivery as cancelled"}, a.cancel)
	a.exportRoute(path)
}

// query is the filter as the history wants it; at is where it was given. Types may be given by their wire name.
func (a *API) query(in Filter, at string) (history.Query, error) {
	if err := a.knownPlatform(in.Platform, at); err != nil {
		return history.Query{}, err
	}
	filter, err := search.Parser{Platforms: a.scheduler.Registry().IDs()}.Parse(in.Q, a.now())
	if err != nil {
		return history.Query{}, unprocessable(client.FieldError{Location: at + ".q", Message: err.Error()})
	}
	for _, c := range filter {
		if c.Field != history.FieldType {
			continue
		}
		for i := range c.Any {
			c.Any[i].Text = a.typeKey(in.Platform, c.Any[i].Text)
		}
	}
	return history.Query{
		Platform: in.Platform, SubscriptionID: in.Subscription, Type: a.typeKey(in.Platform, in.Type), Status: history.Status(in.Status),
		EventID: in.Event, Filter: filter,
	}, nil
}

// typeKey is the key of an event type given by key or wire name; a name that nobody knows stays as it is and finds nothing.
func (a *API) typeKey(platform, name string) string {
	if name == "" {
		return ""
	}
	key := ""
	for _, id := range a.scheduler.Registry().IDs() {
		if platform != "" && id != platform {
			continue
		}
		for _, p := range a.scheduler.Registry().Profiles(id) {
			et, ok := p.Event(name)
			switch {
			case ok && et.Key == name:
				return name
			case ok && key == "":
				key = et.Key
			}
		}
	}
	if key == "" {
		return name
	}
	return key
}

func (a *API) listDeliveries(ctx context.Context, in *deliveryListInput) (*deliveryListOutput, error) {
	q, err := a.query(in.Filter, "query")
	if err != nil {
		return nil, err
	}
	q.Cursor, q.Limit = in.Cursor, in.Limit
	page, err := a.history.List(ctx, q)
	if err != nil {
		return nil, err
	}
	list := client.DeliveryList{Items: make([]client.DeliverySummary, len(page.Items)), NextCursor: orNull(page.NextCursor)}
	for i, d := range page.Items {
		list.Items[i] = summaryView(d)
	}
	return &deliveryListOutput{Body: list}, nil
}

func (a *API) getDelivery(ctx context.Context, in *IDParam) (*deliveryOutput, error) {
	d, err := a.history.Delivery(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	view, err := a.deliveryView(ctx, d)
	if err != nil {
		return nil, err
	}
	return &deliveryOutput{Body: view}, nil
}

func (a *API) replay(ctx context.Context, in *replayInput) (*replayOutput, error) {
	mode := scheduler.ReplayRetry
	if len(in.RawBody) > 0 {
		f, err := readForm(in.RawBody, []string{"mode"})
		if err != nil {
			return nil, err
		}
		if f.get("mode") != nil {
			mode = f.text("mode")
		}
		if err := f.result(); err != nil {
			return nil, err
		}
	}
	d, err := a.scheduler.Replay(ctx, in.ID, mode)
	if err != nil {
		return nil, err
	}
	view, err := a.deliveryView(ctx, history.Summary{Delivery: d})
	if err != nil {
		return nil, err
	}
	return &replayOutput{Location: Prefix + "/deliveries/" + d.ID, Body: view}, nil
}

func (a *API) replayAll(ctx context.Context, in *bulkReplayInput) (*bulkReplayOutput, error) {
	f, err := readForm(in.RawBody, []string{"query", "mode"})
	if err != nil {
		return nil, err
	}
	mode := scheduler.ReplayRetry
	if f.get("mode") != nil {
		mode = f.text("mode")
	}
	given, err := f.query()
	if err != nil {
		return nil, err
	}
	q, err := a.query(given, "body.query")
	if err != nil {
		return nil, err
	}
	count, err := a.scheduler.ReplayAll(ctx, q, mode)
	if err != nil {
		return nil, err
	}
	return &bulkReplayOutput{Body: client.Replayed{Count: count}}, nil
}

// query reads the filters of a bulk replay.
func (f *form) query() (Filter, error) {
	raw := f.get("query")
	if raw == nil {
		f.bad("query", "is required; {} stands for every delivery")
		return Filter{}, f.result()
	}
	inner := f.object("query", raw, []string{"platform", "subscription", "type", "status", "event", "q"})
	in := Filter{
		Platform: inner.text("platform"), Subscription: inner.text("subscription"), Type: inner.text("type"), Status: inner.text("status"),
		Event: inner.text("event"), Q: inner.text("q"),
	}
	if in.Status != "" && !slices.Contains(history.Statuses(), history.Status(in.Status)) {
		inner.bad("status", "unknown status; allowed: "+choice(history.Statuses()))
	}
	f.errs = append(f.errs, inner.errs...)
	return in, f.result()
}

func (a *API) cancel(ctx context.Context, in *IDParam) (*deliveryOutput, error) {
	if err := a.scheduler.Cancel(ctx, in.ID); err != nil {
		return nil, err
	}
	return a.getDelivery(ctx, in)
}

// choice lists what is allowed for an error text.
func choice[T ~string](names []T) string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = string(n)
	}
	return strings.Join(out, ", ")
}
