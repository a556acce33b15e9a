package api

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/labstack/echo/v4"

	"github.com/annohook/annohook/scheduler"
	"github.com/annohook/annohook/web/client"
)

// readyWithin bounds the question whether a trigger would be accepted.
const readyWithin = 2 * time.Second

type healthOutput struct {
	Body client.Health
}

type versionOutput struct {
	Body client.Version
}

// systemRoutes are the routes outside the prefix.
func (a *API) systemRoutes(e *echo.Echo) {
	const tag = "system"
	register(a, operation{id: "livez", method: http.MethodGet, path: "/livez", tag: tag, summary: "The process answers"},
		func(context.Context, *struct{}) (*healthOutput, error) {
			return &healthOutput{Body: client.Health{Status: "ok"}}, nil
		})
	register(a, operation{id: "readyz", method: http.MethodGet, path: "/readyz", tag: tag, summary: "A trigger would be accepted now"}, a.readyz)
	register(a, operation{id: "version", method: http.MethodGet, path: "/version", tag: tag, summary: "Name and version of the program"},
		func(context.Context, *struct{}) (*versionOutput, error) {
			return &versionOutput{Body: client.Version{Name: "annohook", Version: a.version}}, nil
		})
	if a.metrics == nil {
		return
	}
	e.GET("/metrics", echo.WrapHandler(a.metrics))
	a.huma.OpenAPI().AddOperation(&huma.Operation{
		OperationID: "metrics", Method: http.MethodGet, Path: "/metrics", Summary: "Metrics in the text format of Prometheus", Tags: []string{tag},
		Responses: map[string]*huma.Response{"200": {
			Description: "OK", Content: map[string]*huma.MediaType{"text/plain": {Schema: &huma.Schema{Type: huma.TypeString}}},
		}},
	})
}

func (a *API) readyz(ctx context.Context, _ *struct{}) (*healthOutput, error) {
	within, cancel := context.WithTimeout(ctx, readyWithin)
	defer cancel()
	if err := a.ready(within); err != nil {
		a.log.WarnContext(ctx, "not ready", "error", err)
		detail := "a trigger would not be accepted now; the server's log tells why" // an unknown error may name what is nobody's business
		if trouble, ok := errors.AsType[*scheduler.TroubleError](err); ok {
			detail = "a trigger would not be accepted now: " + trouble.Reason
		} else if errors.Is(err, scheduler.ErrBusy) {
			detail = "a trigger would not be accepted now: " + err.Error()
		}
		return nil, &failure{
			problem: NewProblem(http.StatusServiceUnavailable, detail),
			header:  http.Header{"Retry-After": {"1"}},
		}
	}
	return &healthOutput{Body: client.Health{Status: "ready"}}, nil
}
