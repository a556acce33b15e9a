package app

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/go-logr/logr"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"

	"github.com/annohook/annohook/configs"
	"github.com/annohook/annohook/web"
)

// flushWithin bounds how long a stop waits for the last spans to be taken.
const flushWithin = 3 * time.Second

// traces are the spans of this process on their way to a collector. A nil *traces makes none.
type traces struct {
	provider *sdktrace.TracerProvider
	log      *slog.Logger
}

// newTraces returns nil where the settings name no collector. Spans wait in a queue of 2,048 and are dropped beyond that, so that a collector that
// is slow or away never slows deliveries down. The SDK reads its own OTEL_* variables: sampler, resource, batches and limits.
func newTraces(ctx context.Context, c configs.Config, version, instance string, log *slog.Logger) (*traces, error) {
	if c.Traces == "" {
		return nil, nil //nolint:nilnil // nil is a *traces that makes no spans
	}
	client, err := newSpanClient(c.Traces, log)
	if err != nil {
		return nil, err
	}
	otel.SetLogger(logr.FromSlogHandler(log.Handler()))
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) { //nolint:contextcheck // it is called at any time, long after ctx
		log.LogAttrs(context.Background(), slog.LevelWarn, "a part of tracing failed", slog.String("error", err.Error()))
	}))
	about, err := resource.New(ctx, resource.WithTelemetrySDK(), resource.WithAttributes(
		semconv.ServiceName("annohook"), semconv.ServiceVersion(version), semconv.ServiceInstanceID(instance)), resource.WithFromEnv())
	if err != nil {
		log.WarnContext(ctx, "what the environment says about this service is not all used in traces", "error", err)
	}
	exporter, err := otlptrace.New(ctx, client)
	if err != nil {
		return nil, fmt.Errorf("traces: %w", err)
	}
	log.InfoContext(ctx, "traces are exported") // where to is a setting; the first address of the output is the banner's
	return &traces{provider: sdktrace.NewTracerProvider(sdktrace.WithBatcher(exporter), sdktrace.WithResource(about)), log: log}, nil
}

// tracer makes the spans of the scheduler; nil where there are none.
func (t *traces) tracer() trace.Tracer {
	if t == nil {
		return nil
	}
	return t.provider.Tracer("github.com/annohook/annohook/scheduler")
}

// join lets requests with a traceparent continue the trace of their caller.
func (t *traces) join(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx := propagation.TraceContext{}.Extract(r.Context(), propagation.HeaderCarrier(r.Header))
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

// close exports what still waits, for flushWithin at most.
func (t *traces) close(ctx context.Context) {
	if t == nil {
		return
	}
	within, cancel := context.WithTimeout(ctx, flushWithin)
	defer cancel()
	if err := t.provider.Shutdown(within); err != nil {
		t.log.WarnContext(ctx, "the last spans may be lost", "error", err)
	}
}

// joined is how server serves: with traces, callers are joined before every route.
func (a *App) joined(server *web.Server) func(context.Context, net.Listener) error {
	if a.traces == nil {
		return server.Serve
	}
	handler := a.traces.join(server.Handler())
	return func(ctx context.Context, ln net.Listener) error {
		defer server.EndStreams()
		defer context.AfterFunc(ctx, server.EndStreams)()
		return server.ServeNative(ctx, ln, handler)
	}
}
