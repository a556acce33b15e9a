package app

import (
	"context"
	"log/slog"

	"github.com/annohook/annohook/sender"
)

// traces sends the collector, where there is one, a request without spans.
func (d *doctor) traces(ctx context.Context) []Finding {
	if d.Config.Traces == "" {
		return nil
	}
	shown := sender.MaskURL(d.Config.Traces)
	client, err := newSpanClient(d.Config.Traces, slog.New(slog.DiscardHandler))
	if err != nil {
		return []Finding{fail("traces", "correct the setting or the variable", "%v", err)}
	}
	defer client.http.CloseIdleConnections()
	if _, err := client.post(ctx, nil); err != nil {
		return []Finding{warn("traces", "start the collector with OTLP over HTTP (port 4318), or correct --traces and OTEL_EXPORTER_OTLP_HEADERS; deliveries go on without",
			"no traces can be exported to %s: %v", shown, err)}
	}
	return []Finding{ok("traces", "the collector at %s takes spans", shown)}
}
