package argilla_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/annohook/annohook/payloads"
)

// The order in which a request is judged: its path, its method, the JSON, the credential, path and body, whether the thing is there, and
// the limit last. Each line breaks one rule more than the line below it; the first broken rule is told.
func TestOrderOfChecks(t *testing.T) {
	const unknown = webhooks + "/" + firstID
	bad := strings.Repeat(" ", 3) + `{"url":`
	for _, test := range []struct {
		method, path, body string
		key                bool
		status             int
		says               string
	}{
		{http.MethodPut, "/api/v2/webhooks", bad, false, 404, "Not Found"},
		{http.MethodPut, webhooks, bad, false, 405, "Method Not Allowed"},
		{http.MethodPost, webhooks, bad, false, 422, "json_invalid"},
		{http.MethodPost, webhooks, `{}`, false, 401, "UnauthorizedError"},
		{http.MethodPost, webhooks, `{}`, true, 422, "Field required"},
		{http.MethodPost, webhooks, `{"url":"http://h","events":["record.created"]}`, true, 422, "more than 10 webhooks"},

		{http.MethodPut, unknown, bad, false, 405, "Method Not Allowed"},
		{http.MethodPatch, webhooks + "/x", bad, false, 422, "json_invalid"},
		{http.MethodPatch, webhooks + "/x", `{"url":5}`, false, 401, "UnauthorizedError"},
		{http.MethodPatch, webhooks + "/x", `{"url":5}`, true, 422, "uuid_parsing"},
		{http.MethodPatch, unknown, `{"url":5}`, true, 422, "url_type"},
		{http.MethodPatch, unknown, `{}`, true, 404, "not found"},

		{http.MethodDelete, webhooks + "/x", bad, false, 401, "UnauthorizedError"}, // bodies are not read
		{http.MethodDelete, webhooks + "/x", bad, true, 422, "uuid_parsing"},
		{http.MethodDelete, unknown, bad, true, 404, "not found"},
		{http.MethodPost, unknown + "/ping", bad, false, 401, "UnauthorizedError"},
		{http.MethodPost, webhooks + "/x/ping", bad, true, 422, "uuid_parsing"},
		{http.MethodPost, unknown + "/ping", bad, true, 404, "not found"},
	} {
		a := newAPI(newHost())
		for range 10 {
			a.create(t, "http://h/")
		}
		path := strings.Replace(test.path, firstID, "ffffffff-ffff-4fff-8fff-ffffffffffff", 1)
		r := httptest.NewRequestWithContext(t.Context(), test.method, path, strings.NewReader(test.body))
		r.Header.Set("Content-Type", "application/json")
		if test.key {
			r.Header.Set("X-Argilla-Api-Key", "any")
		}
		w := httptest.NewRecorder()
		a.handler.ServeHTTP(w, r)
		if w.Code != test.status || !strings.Contains(w.Body.String(), test.says) {
			t.Errorf("%s %s %s, key %v: %d %s, want %d %s", test.method, test.path, test.body, test.key, w.Code, w.Body, test.status, test.says)
		}
	}
}

// What every answer of the API has in common.
func TestHeadersOfAnswers(t *testing.T) {
	h := newHost()
	h.push = func(string, string) (payloads.Push, error) {
		return payloads.Push{Reply: payloads.Reply{Status: 200}}, nil
	}
	a := newAPI(h)
	hook := webhooks + "/" + text(t, a.create(t, "http://h/"), "id")
	for _, test := range []struct {
		method, path, body string
		status             int
		kind               string
	}{
		{http.MethodGet, webhooks, "", 200, "application/json"},
		{http.MethodPost, webhooks, `{"url":"http://h","events":["record.created"]}`, 201, "application/json"},
		{http.MethodPatch, hook, `{}`, 200, "application/json"},
		{http.MethodPost, hook + "/ping", "", 204, "application/json"},
		{http.MethodDelete, hook, "", 200, "application/json"},
		{http.MethodGet, hook, "", 405, "application/json"},
		{http.MethodGet, "/api/v1/nothing", "", 404, "application/json"},
		{http.MethodGet, webhooks + "/", "", 307, ""},
	} {
		w := a.ask(t, test.method, test.path, test.body)
		header := w.Header()
		if w.Code != test.status || header.Get("Content-Type") != test.kind || header.Get("Server") != "uvicorn" {
			t.Errorf("%s %s: %d %v", test.method, test.path, w.Code, header)
		}
		if timing := header.Get("Server-Timing"); test.kind != "" && !strings.HasPrefix(timing, "total;dur=") {
			t.Errorf("%s %s: timing %q", test.method, test.path, timing)
		}
		if empty := w.Body.Len() == 0; empty != (test.status == 204 || test.status == 307) {
			t.Errorf("%s %s: body %q", test.method, test.path, w.Body)
		}
	}
}

// Things named in the API are the things of the world, and go with it.
func TestReadsFollowTheActions(t *testing.T) {
	a := newAPI(newHost())
	do := func(name string, params ...any) *payloads.Object {
		result, err := a.Act(t.Context(), name, payloads.Obj(params...))
		if err != nil {
			t.Fatal(err)
		}
		return result
	}
	dataset := text(t, do("create-dataset", "via", "sdk", "min_submitted", int64(1), "workspace", "lab"), "id")
	path := "/api/v1/datasets/" + dataset
	shownDataset := object(t, a.ask(t, http.MethodGet, path, ""), 200)
	record := text(t, do("add-records", "dataset", dataset), "id")
	status := func() string {
		return text(t, object(t, a.ask(t, http.MethodGet, "/api/v1/records/"+record, ""), 200), "status")
	}
	for i, step := range []struct {
		action, status string
		params         []any
	}{
		{"update-record", "pending", []any{"record", record}},
		{"submit-response", "completed", []any{"record", record}},
		{"update-response", "pending", []any{"status", "draft"}},
		{"update-response", "completed", []any{"status", "submitted"}},
		{"delete-response", "pending", nil},
	} {
		do(step.action, step.params...)
		if got := status(); got != step.status {
			t.Errorf("step %d, after %s: %s, want %s", i, step.action, got, step.status)
		}
	}
	used := object(t, a.ask(t, http.MethodGet, path, ""), 200)
	if text(t, used, "last_activity_at") <= text(t, shownDataset, "last_activity_at") || text(t, used, "updated_at") != text(t, shownDataset, "updated_at") {
		t.Errorf("a response moved %s and %s", text(t, used, "last_activity_at"), text(t, used, "updated_at"))
	}
	workspace := "/api/v1/workspaces/" + text(t, used, "workspace_id")
	if got := text(t, object(t, a.ask(t, http.MethodGet, workspace, ""), 200), "name"); got != "lab" {
		t.Errorf("the workspace is %s", got)
	}
	do("delete-dataset", "dataset", dataset)
	for _, gone := range []string{path, path + "/fields", path + "/questions", path + "/vectors-settings", "/api/v1/me/datasets/" + dataset + "/metadata-properties"} {
		want(t, a.ask(t, http.MethodGet, gone, ""), 404, fmt.Sprintf("{\"detail\":\"Dataset with id `%s` not found\"}", dataset))
	}
	want(t, a.ask(t, http.MethodGet, "/api/v1/records/"+record, ""), 404, fmt.Sprintf("{\"detail\":\"Record with id `%s` not found\"}", record))
}
