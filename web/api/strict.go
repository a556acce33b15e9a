package api

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"

	"github.com/danielgtaylor/huma/v2"
)

// clearQuery refuses what net/url and huma would pass over without a word: a query that cannot be read, whose broken parts get lost, and a
// parameter given twice, of which the first counts. A filter that is not applied looks like an answer.
func (a *API) clearQuery(ctx huma.Context, next func(huma.Context)) {
	at := ctx.URL()
	values, err := url.ParseQuery(at.RawQuery)
	if err != nil {
		a.refuse(ctx, http.StatusBadRequest, "the query is not name=value pairs joined by &, with %XX for other characters")
		return
	}
	for name, given := range values {
		if len(given) > 1 {
			a.refuse(ctx, http.StatusUnprocessableEntity, "the request holds values that are not allowed",
				&huma.ErrorDetail{Location: "query." + plain(name), Message: "is given twice"})
			return
		}
	}
	next(ctx)
}

// noBody refuses fields where none are read, so that nobody believes they were. An empty object, which many clients always send, is nothing.
func (a *API) noBody(ctx huma.Context, next func(huma.Context)) {
	if ctx.Method() != http.MethodPost || ctx.Operation().RequestBody != nil {
		next(ctx)
		return
	}
	body, err := io.ReadAll(io.LimitReader(ctx.BodyReader(), MaxBodyBytes))
	if err != nil {
		a.refuse(ctx, http.StatusBadRequest, "the body cannot be read")
		return
	}
	var fields map[string]json.RawMessage
	if len(bytes.TrimSpace(body)) > 0 && (json.Unmarshal(body, &fields) != nil || len(fields) > 0) {
		a.refuse(ctx, http.StatusUnprocessableEntity, "the request holds values that are not allowed",
			&huma.ErrorDetail{Location: "body", Message: "this route takes no fields; leave the body out, or send {}"})
		return
	}
	next(ctx)
}

// refuse answers before a handler runs.
func (a *API) refuse(ctx huma.Context, status int, detail string, errs ...error) {
	if err := huma.WriteErr(a.huma, ctx, status, detail, errs...); err != nil {
		a.log.DebugContext(ctx.Context(), "answer not written", "error", err)
	}
}
