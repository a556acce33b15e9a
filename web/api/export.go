package api

import (
	"context"
	"fmt"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/annohook/annohook/scheduler"
	"github.com/annohook/annohook/sender"
	"github.com/annohook/annohook/sender/history"
)

type exportInput struct {
	IDParam
	Format string `query:"format" enum:"curl,http,har,go,pytest" required:"true" doc:"a shell command, the raw HTTP message, an HTTP archive of all attempts, or a test in Go or Python that sends the request again"`
}

type exportOutput struct {
	ContentType string `header:"Content-Type"`
	Disposition string `header:"Content-Disposition"`
	Body        []byte
}

func (a *API) exportRoute(path string) {
	text := &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString}}
	archive := &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeObject, AdditionalProperties: true}}
	register(a, operation{
		id: "export-delivery", method: http.MethodGet, path: path + "/{id}/export", tag: "deliveries", summary: "The last request that was sent, for other tools",
		also: map[string]*huma.Response{"200": {Content: map[string]*huma.MediaType{"text/plain": text, "application/json": archive}}},
	}, a.export)
}

// export prints what was sent. Secret values are stars, signatures are not: they sign one body once.
func (a *API) export(ctx context.Context, in *exportInput) (*exportOutput, error) {
	if _, err := a.history.Delivery(ctx, in.ID); err != nil {
		return nil, err
	}
	attempts, err := a.history.Attempts(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	body, err := a.history.Body(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	exchanges := exchangesOf(in.ID, attempts, body)
	if len(exchanges) == 0 {
		return nil, scheduler.ErrNothingSent
	}
	last := exchanges[len(exchanges)-1]
	out := &exportOutput{ContentType: "text/plain; charset=utf-8", Disposition: `attachment; filename="delivery.txt"`}
	switch in.Format {
	case "curl":
		out.Body = []byte(sender.Curl(last.Request, body) + "\n")
	case "http":
		out.Body = sender.RawHTTP(last.Request, body)
	case "go":
		out.Disposition = `attachment; filename="listener_test.go"`
		out.Body, err = sender.GoTest(last.Comment, last.Request, body)
	case "pytest":
		out.Disposition = `attachment; filename="test_listener.py"`
		out.Body, err = sender.Pytest(last.Comment, last.Request, body)
	default:
		out.ContentType, out.Disposition = "application/json", `attachment; filename="delivery.har"`
		out.Body, err = sender.HAR("annohook", a.version, exchanges...)
	}
	if err != nil {
		return nil, fmt.Errorf("print export: %w", err)
	}
	return out, nil
}

// exchangesOf are the attempts that were sent.
func exchangesOf(id string, attempts []history.Attempt, body []byte) []sender.Exchange {
	var list []sender.Exchange
	for _, at := range attempts {
		if at.Request == nil {
			continue
		}
		x := sender.Exchange{
			StartedAt: at.StartedAt, Duration: at.Duration, Body: body, Request: maskedRequest(*at.Request),
			Comment: fmt.Sprintf("attempt %d of delivery %s", at.Number, id),
		}
		if at.Reply != nil {
			x.Reply = *at.Reply
			x.Reply.Header = x.Reply.Header.Masked()
		}
		list = append(list, x)
	}
	return list
}

// maskedRequest is the record without secrets, whoever wrote it.
func maskedRequest(r sender.RequestRecord) sender.RequestRecord {
	return sender.RequestRecord{Method: r.Method, URL: sender.MaskURL(r.URL), Header: r.Header.Masked()}
}
