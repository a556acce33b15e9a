package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humaecho"
	"github.com/labstack/echo/v4"

	"github.com/annohook/annohook/scheduler"
	"github.com/annohook/annohook/sender/history"
	"github.com/annohook/annohook/subscriptions"
)

// Prefix is where the API lies.
const Prefix = "/api/v1"

// Where the OpenAPI document lies, and the page that shows it to people, which is the dashboard's.
const (
	DocumentPath  = "/api/openapi.json"
	ReferencePath = "/api/docs"
)

// Bounds of requests, in bytes.
const (
	MaxBodyBytes  = 1 << 20
	MaxEventBytes = 16 << 20 // of a trigger, which may bring a body along
)

// Options are the parts the API works with. All fields without a stated default are required.
type Options struct {
	Scheduler     *scheduler.Scheduler
	History       history.Reader
	Hub           *history.Hub
	Subscriptions subscriptions.Store
	Keys          scheduler.Keys
	Version       string
	Ready         func(context.Context) error // nil error: a trigger would be accepted now; nil: always
	Metrics       http.Handler                // nil: no /metrics
	Concurrency   int                         // what the scheduler was given; 0: scheduler.DefaultConcurrency
	MaxStreams    int                         // at the same time; 0: DefaultMaxStreams
	Now           func() time.Time
	Closing       <-chan struct{} // closed when the server stops: streams and waits end; nil: never
	Log           *slog.Logger    // nil: discards
}

// API answers our REST routes. Build it with Mount; it is safe for concurrent use.
type API struct {
	scheduler   *scheduler.Scheduler
	history     history.Reader
	hub         *history.Hub
	store       subscriptions.Store
	keys        scheduler.Keys
	version     string
	ready       func(context.Context) error
	metrics     http.Handler
	concurrency int
	now         func() time.Time
	closing     <-chan struct{}
	log         *slog.Logger

	huma     huma.API
	streams  chan struct{} // a token for each stream that is open
	numbers  *numbers
	document []byte
}

// Mount registers every route on e and returns the API, or an error that names what is missing.
func Mount(e *echo.Echo, o Options) (*API, error) {
	if o.Scheduler == nil || o.History == nil || o.Hub == nil || o.Subscriptions == nil || o.Keys == nil || o.Now == nil {
		return nil, errors.New("api options: scheduler, history, hub, subscriptions, keys and now are required")
	}
	a := &API{
		scheduler: o.Scheduler, history: o.History, hub: o.Hub, store: o.Subscriptions, keys: o.Keys, version: o.Version, ready: o.Ready,
		metrics: o.Metrics, concurrency: o.Concurrency, now: o.Now, closing: o.Closing, log: o.Log,
	}
	if a.ready == nil {
		a.ready = func(context.Context) error { return nil }
	}
	if a.concurrency <= 0 {
		a.concurrency = scheduler.DefaultConcurrency
	}
	if o.MaxStreams <= 0 {
		o.MaxStreams = DefaultMaxStreams
	}
	if a.log == nil {
		a.log = slog.New(slog.DiscardHandler)
	}
	a.streams = make(chan struct{}, o.MaxStreams)
	a.numbers = &numbers{read: a.scheduler.Stats, now: a.now}
	e.Use(decodedParams)
	a.huma = humaecho.New(e, a.config())
	a.huma.UseMiddleware(a.clearQuery, a.wantJSON, a.noBody)
	a.systemRoutes(e)
	a.platformRoutes()
	a.subscriptionRoutes()
	a.eventRoutes()
	a.actionRoutes()
	a.deliveryRoutes()
	a.statsRoutes()
	a.streamRoute(e)
	return a, a.publishDocument(e)
}

// decodedParams undoes the escapes in what a path names. echo leaves them in where a client escapes more than net/url would, as JavaScript's
// encodeURIComponent and Python's quote do with "me@home" or "a+b".
func decodedParams(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if c.Request().URL.RawPath == "" {
			return next(c)
		}
		values := slices.Clone(c.ParamValues())
		for i, v := range values {
			if plain, err := url.PathUnescape(v); err == nil {
				values[i] = plain
			}
		}
		c.SetParamValues(values...)
		return next(c)
	}
}

func (a *API) config() huma.Config {
	registry := newRegistry()
	return huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0",
			Info: &huma.Info{
				Title: "annohook", Version: a.version,
				Description: "Webhooks exactly as annotation platforms send them. Errors are RFC 9457 problems, durations Go duration strings, times RFC 3339 UTC, sizes bytes.",
			},
			Components: &huma.Components{
				Schemas: registry,
				SecuritySchemes: map[string]*huma.SecurityScheme{
					"token": {Type: "http", Scheme: "bearer", Description: "Only where the server was started with a token."},
				},
			},
		},
		Formats:                      map[string]huma.Format{"application/json": huma.DefaultJSONFormat, "json": huma.DefaultJSONFormat},
		DefaultFormat:                "application/json",
		RejectUnknownQueryParameters: true,
		Transformers:                 []huma.Transformer{outward},
	}
}

// Document is the OpenAPI document.
func (a *API) Document() []byte { return a.document }

// OpenAPI is the document as huma keeps it; for tests.
func (a *API) OpenAPI() *huma.OpenAPI { return a.huma.OpenAPI() }

func (a *API) publishDocument(e *echo.Echo) error {
	document, err := json.Marshal(a.huma.OpenAPI())
	if err != nil {
		return fmt.Errorf("print openapi document: %w", err)
	}
	a.document = document
	e.GET(DocumentPath, func(c echo.Context) error {
		return c.Blob(http.StatusOK, "application/json", a.document)
	})
	return nil
}

// wantJSON refuses bodies of another media type. A body without one is taken as JSON.
func (a *API) wantJSON(ctx huma.Context, next func(huma.Context)) {
	given := ctx.Header("Content-Type")
	if ctx.Operation().RequestBody == nil || given == "" || isJSON(given) {
		next(ctx)
		return
	}
	a.refuse(ctx, http.StatusUnsupportedMediaType, "the Content-Type of a body must be application/json")
}

// isJSON reports application/json and its kind, such as application/merge-patch+json.
func isJSON(contentType string) bool {
	media, _, err := mime.ParseMediaType(contentType)
	return err == nil && (media == "application/json" || strings.HasPrefix(media, "application/") && strings.HasSuffix(media, "+json"))
}

// operation describes one route.
type operation struct {
	id, method, path, tag, summary string

	status int          // of success; 0: 200, or 204 without a body
	body   *huma.Schema // of the request; nil: none
	bare   bool         // the body may be left out
	most   int64        // bytes of the body; 0: MaxBodyBytes
	also   map[string]*huma.Response
}

// register adds a route whose errors all pass through fail.
func register[I, O any](a *API, o operation, handle func(context.Context, *I) (*O, error)) {
	op := huma.Operation{
		OperationID: o.id, Method: o.method, Path: o.path, Summary: o.summary, Tags: []string{o.tag}, DefaultStatus: o.status,
		SkipValidateBody: true, MaxBodyBytes: MaxBodyBytes + 1, Responses: map[string]*huma.Response{"default": a.problemResponse()},
	}
	maps.Copy(op.Responses, o.also)
	if o.body != nil {
		op.RequestBody = &huma.RequestBody{
			Required: true, Content: map[string]*huma.MediaType{"application/json": {Schema: o.body}},
		}
	}
	if o.most > 0 {
		op.MaxBodyBytes = o.most + 1
	}
	if strings.HasPrefix(o.path, Prefix) {
		op.Security = []map[string][]string{{"token": {}}, {}}
	}
	huma.Register(a.huma, op, func(ctx context.Context, in *I) (*O, error) {
		out, err := handle(ctx, in)
		if err != nil {
			return nil, a.fail(ctx, err)
		}
		return out, nil
	})
	if o.body != nil { // huma replaces what it finds beside a RawBody
		op.RequestBody.Content["application/json"].Schema = o.body
		op.RequestBody.Required = !o.bare
	}
}
