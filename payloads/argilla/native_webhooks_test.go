package argilla_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/subscriptions"
)

const firstID = "01010101-0101-4101-8101-010101010101"

const firstSecret = "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=="

func TestWebhookLife(t *testing.T) {
	a := newAPI(newHost())
	const created = `{"id":"` + firstID + `","url":"http://127.0.0.1:8000/é","secret":"` + firstSecret + `","events":["record.completed","dataset.created"],` +
		`"enabled":true,"description":"für alle","inserted_at":"2026-01-02T03:04:06.678901","updated_at":"2026-01-02T03:04:06.678901"}`
	shown := strings.Replace(created, "é", "%C3%A9", 1)
	body := `{"url":"HTTP://127.0.0.1:8000/é","events":["record.completed","dataset.created"],"description":"für alle","enabled":false,"secret":"mine"}`
	want(t, a.ask(t, http.MethodPost, webhooks, body), http.StatusCreated, shown)
	want(t, a.ask(t, http.MethodGet, webhooks, ""), http.StatusOK, `{"items":[`+shown+`]}`)

	// What the SDK sends: the whole object. Nothing changes, so the time does not either.
	want(t, a.ask(t, http.MethodPatch, webhooks+"/"+firstID, shown), http.StatusOK, shown)
	want(t, a.ask(t, http.MethodPatch, webhooks+"/"+firstID, `{}`), http.StatusOK, shown)
	changed := strings.NewReplacer(`"enabled":true`, `"enabled":false`, `"für alle"`, "null", `"updated_at":"2026-01-02T03:04:06`, `"updated_at":"2026-01-02T03:05:06`).Replace(shown)
	want(t, a.ask(t, http.MethodPatch, webhooks+"/"+strings.ToUpper(firstID), `{"enabled":"off","description":null,"id":"x"}`), http.StatusOK, changed)

	want(t, a.ask(t, http.MethodDelete, webhooks+"/"+firstID, ""), http.StatusOK, changed)
	want(t, a.ask(t, http.MethodGet, webhooks, ""), http.StatusOK, `{"items":[]}`)
	want(t, a.ask(t, http.MethodDelete, webhooks+"/"+firstID, ""), http.StatusNotFound, `{"detail":"Webhook with id `+"`"+firstID+"`"+` not found"}`)
}

func TestPatchChangesWhatItSays(t *testing.T) {
	a := newAPI(newHost())
	id := text(t, a.create(t, "http://h/x"), "id")
	got := object(t, a.ask(t, http.MethodPatch, webhooks+"/"+id, `{"url":"https://H:443","events":["response.deleted"],"description":"new"}`), http.StatusOK)
	if text(t, got, "url") != "https://h/" || text(t, got, "description") != "new" || len(list(t, got, "events")) != 1 {
		t.Errorf("got %v", got.Members())
	}
	stored, err := a.Subscriptions(t.Context())
	if err != nil || len(stored) != 1 || stored[0].URL != "https://h/" || stored[0].Profile != "2.8" {
		t.Errorf("stored %+v, %v", stored, err)
	}
}

func TestSubscriptionsOfOurOwnAPI(t *testing.T) {
	a := newAPI(newHost())
	// All events, and a URL that Argilla would have normalised.
	if _, err := a.Subscribe(t.Context(), subscriptions.Subscription{URL: "http://127.0.0.1:8000", Enabled: true}); err != nil {
		t.Fatal(err)
	}
	shown := a.ask(t, http.MethodGet, webhooks, "").Body.String()
	const all = `"events":["dataset.created","dataset.updated","dataset.deleted","dataset.published","record.created","record.updated","record.deleted",` +
		`"record.completed","response.created","response.updated","response.deleted"]`
	if !strings.Contains(shown, all) || !strings.Contains(shown, `"url":"http://127.0.0.1:8000"`) {
		t.Errorf("got %s", shown)
	}
	one := strings.TrimSuffix(strings.TrimPrefix(shown, `{"items":[`), `]}`)
	want(t, a.ask(t, http.MethodPatch, webhooks+"/"+firstID, one), http.StatusOK, one)
	stored, err := a.Subscriptions(t.Context())
	if err != nil || stored[0].Events != nil {
		t.Errorf("a patch of the same made %+v, %v", stored, err)
	}
}

func TestLimitOfTen(t *testing.T) {
	a := newAPI(newHost())
	for i := range 10 {
		a.create(t, fmt.Sprintf("http://h/%d", i%2)) // the same URL twice is fine
	}
	want(t, a.ask(t, http.MethodPost, webhooks, `{"url":"http://h","events":["record.created"]}`), http.StatusUnprocessableEntity,
		`{"detail":"You can't create more than 10 webhooks. Please delete some of them first"}`)
}

func TestCredentials(t *testing.T) {
	const refused = `{"detail":{"code":"argilla.api.errors::UnauthorizedError","params":{"detail":"Could not validate credentials"}}}`
	for _, test := range []struct {
		key, header, value string
		allowed            bool
	}{
		{"", "X-Argilla-Api-Key", "anything", true},
		{"", "Authorization", "Bearer anything", true},
		{"", "Authorization", "Basic anything", false},
		{"", "X-Other", "anything", false},
		{"k1", "X-Argilla-Api-Key", "k1", true},
		{"k1", "Authorization", "bearer k1", true},
		{"k1", "X-Argilla-Api-Key", "k2", false},
		{"k1", "X-Argilla-Api-Key", "k12", false},
	} {
		h := newHost()
		h.key = test.key
		for _, request := range []struct{ method, path, body string }{
			{http.MethodGet, webhooks, ""},
			{http.MethodGet, "/api/v1/me", ""},
			{http.MethodPost, webhooks, `{}`},
			{http.MethodPatch, webhooks + "/nope", `{"url":5}`},
			{http.MethodGet, "/api/v1/datasets/nope", ""},
		} {
			r := httptest.NewRequestWithContext(t.Context(), request.method, request.path, strings.NewReader(request.body))
			r.Header.Set(test.header, test.value)
			w := httptest.NewRecorder()
			newAPI(h).handler.ServeHTTP(w, r)
			if (w.Code != http.StatusUnauthorized) != test.allowed {
				t.Errorf("key %q, %s: %s: %s %s gave %d", test.key, test.header, test.value, request.method, request.path, w.Code)
			}
			if !test.allowed {
				want(t, w, http.StatusUnauthorized, refused)
			}
		}
	}
}

func TestBadJSONComesBeforeTheCredential(t *testing.T) {
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, webhooks, strings.NewReader(`{`))
	w := httptest.NewRecorder()
	newAPI(newHost()).handler.ServeHTTP(w, r)
	want(t, w, http.StatusUnprocessableEntity,
		`{"detail":{"code":"argilla.api.errors::ValidationError","params":{"errors":[{"type":"json_invalid","loc":["body",1],"msg":"JSON decode error"}]}}}`)
}

func TestRouting(t *testing.T) {
	a := newAPI(newHost())
	for _, test := range []struct {
		method, path    string
		status          int
		allow, location string
	}{
		{http.MethodGet, webhooks + "/" + firstID, 405, "PATCH", ""},
		{http.MethodPost, webhooks + "/" + firstID, 405, "PATCH", ""},
		{http.MethodPut, webhooks, 405, "GET", ""},
		{http.MethodHead, webhooks, 405, "GET", ""},
		{http.MethodGet, webhooks + "/" + firstID + "/ping", 405, "POST", ""},
		{http.MethodGet, webhooks + "/", 307, "", "http://example.com/api/v1/webhooks"},
		{http.MethodDelete, webhooks + "//?a=b/", 307, "", "http://example.com/api/v1/webhooks?a=b/"},
		{http.MethodPost, webhooks + "/x/ping/", 307, "", "http://example.com/api/v1/webhooks/x/ping"},
		{http.MethodGet, "/api/v1/x", 404, "", ""},
		{http.MethodGet, "/", 404, "", ""},
		{http.MethodGet, webhooks + "/a%2Fb", 404, "", ""},
	} {
		w := a.ask(t, test.method, test.path, "")
		if w.Code != test.status || w.Header().Get("Allow") != test.allow || w.Header().Get("Location") != test.location {
			t.Errorf("%s %s: %d, allow %q, location %q", test.method, test.path, w.Code, w.Header().Get("Allow"), w.Header().Get("Location"))
		}
		if w.Header().Get("Server") != "uvicorn" {
			t.Errorf("%s %s: server %q", test.method, test.path, w.Header().Get("Server"))
		}
		if body := w.Body.String(); test.status == 404 && body != `{"detail":"Not Found"}` || test.status == 405 && body != `{"detail":"Method Not Allowed"}` {
			t.Errorf("%s %s: %s", test.method, test.path, body)
		}
	}
}

// A mount takes the prefix off the path, but the redirect has to keep it.
func TestRedirectBehindAMount(t *testing.T) {
	mounted := http.StripPrefix("/argilla", platform().Native.Handler(newHost()))
	w := httptest.NewRecorder()
	mounted.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/argilla/api/v1/webhooks/", nil))
	if got := w.Header().Get("Location"); w.Code != 307 || got != "http://example.com/argilla/api/v1/webhooks" {
		t.Errorf("%d to %s", w.Code, got)
	}
}

func TestPing(t *testing.T) {
	failed := func(kind, message string) string {
		return fmt.Sprintf(`{"detail":{"code":"argilla.api.errors::GenericServerError","params":{"type":%q,"message":%q}}}`, kind, message)
	}
	for _, test := range []struct {
		name   string
		reply  payloads.Reply
		err    error
		status int
		body   string
	}{
		{"accepted", payloads.Reply{Status: 200}, nil, 204, ""},
		{"refused by the listener", payloads.Reply{Status: 500}, nil, 204, ""},
		{"status", payloads.Reply{Status: 404, Failure: payloads.FailureStatus}, nil, 204, ""},
		{"redirect", payloads.Reply{Status: 302, Failure: payloads.FailureRedirect}, nil, 204, ""},
		{"refused", payloads.Reply{Failure: payloads.FailureRefused}, nil, 500, failed("httpx.ConnectError", "[Errno 111] Connection refused")},
		{"dns", payloads.Reply{Failure: payloads.FailureDNS}, nil, 500, failed("httpx.ConnectError", "[Errno -2] Name or service not known")},
		{"connect timeout", payloads.Reply{Failure: payloads.FailureTimeout, Message: "20s while connecting"}, nil, 500, failed("httpx.ConnectTimeout", "timed out")},
		{"read timeout", payloads.Reply{Failure: payloads.FailureTimeout, Message: "20s while waiting"}, nil, 500, failed("httpx.ReadTimeout", "timed out")},
		{"handshake timeout", payloads.Reply{Failure: payloads.FailureTimeout, Message: "20s while shaking hands for TLS"}, nil, 500, failed("httpx.ConnectTimeout", "_ssl.c:989: The handshake operation timed out")},
		{"write timeout", payloads.Reply{Failure: payloads.FailureTimeout, Message: "20s while sending the request"}, nil, 500, failed("httpx.WriteTimeout", "timed out")},
		{"system timeout", payloads.Reply{Failure: payloads.FailureTimeout, Message: "the operating system gave up: dial"}, nil, 500, failed("httpx.ConnectError", "[Errno 110] Connection timed out")},
		{"unreachable", payloads.Reply{Failure: payloads.FailureUnreachable}, nil, 500, failed("httpx.ConnectError", "[Errno 113] No route to host")},
		{"no tls", payloads.Reply{Failure: payloads.FailureTLS, Message: "tls: first record does not look like a TLS handshake"}, nil, 500, failed("httpx.ConnectError", "[SSL: WRONG_VERSION_NUMBER] wrong version number (_ssl.c:1006)")},
		{"tls ends", payloads.Reply{Failure: payloads.FailureTLS, Message: "tls handshake with h:443: EOF"}, nil, 500, failed("httpx.ConnectError", "[SSL: UNEXPECTED_EOF_WHILE_READING] EOF occurred in violation of protocol (_ssl.c:1006)")},
		{"tls reset", payloads.Reply{Failure: payloads.FailureTLS, Message: "read: connection reset by peer"}, nil, 500, failed("httpx.ConnectError", "[Errno 104] Connection reset by peer")},
		{"bad certificate", payloads.Reply{Failure: payloads.FailureTLS, Message: "x509: certificate has expired"}, nil, 500, failed("httpx.ConnectError", "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: x509: certificate has expired")},
		{"other tls", payloads.Reply{Failure: payloads.FailureTLS, Message: "alert"}, nil, 500, failed("httpx.ConnectError", "[SSL] alert")},
		{"no http", payloads.Reply{Failure: payloads.FailureProtocol, Message: "cut"}, nil, 500, failed("httpx.RemoteProtocolError", "cut")},
		{"reset", payloads.Reply{Failure: payloads.FailureReset}, nil, 500, failed("httpx.RemoteProtocolError", "Server disconnected without sending a response.")},
		{"blocked", payloads.Reply{Failure: payloads.FailureBlocked, Message: "no"}, nil, 500, failed("httpx.ConnectError", "no")},
		{"ours", payloads.Reply{}, errors.New("store is away"), 500, failed("builtins.RuntimeError", "store is away")},
	} {
		t.Run(test.name, func(t *testing.T) {
			h := newHost()
			var pinged []string
			h.push = func(id, eventType string) (payloads.Push, error) {
				pinged = append(pinged, id, eventType)
				return payloads.Push{Reply: test.reply}, test.err
			}
			a := newAPI(h)
			id := text(t, a.create(t, "http://h/x"), "id")
			want(t, a.ask(t, http.MethodPost, webhooks+"/"+id+"/ping", ""), test.status, test.body)
			if diff := cmp.Diff(pinged, []string{"sub-" + id, "ping"}); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestPingOfNobody(t *testing.T) {
	a := newAPI(newHost())
	want(t, a.ask(t, http.MethodPost, webhooks+"/"+firstID+"/ping", ""), 404, `{"detail":"Webhook with id `+"`"+firstID+"`"+` not found"}`)
}

func TestTroubleOfTheCore(t *testing.T) {
	h := newHost()
	a := newAPI(h)
	id := text(t, a.create(t, "http://h/x"), "id")
	h.fails = &payloads.ProblemsError{Problems: []payloads.Problem{{Field: "url", Message: "is refused"}}}
	w := a.ask(t, http.MethodPost, webhooks, `{"url":"http://h","events":["record.created"]}`)
	want(t, w, 422, `{"detail":{"code":"argilla.api.errors::ValidationError","params":{"errors":[{"type":"value_error","loc":["body","url"],"msg":"Value error, is refused"}]}}}`)
	h.fails = errors.New("away")
	for _, request := range []struct{ method, path, body string }{
		{http.MethodGet, webhooks, ""},
		{http.MethodPost, webhooks, `{"url":"http://h","events":["record.created"]}`},
		{http.MethodPatch, webhooks + "/" + id, `{}`},
		{http.MethodDelete, webhooks + "/" + id, ""},
		{http.MethodPost, webhooks + "/" + id + "/ping", ""},
		{http.MethodGet, "/api/v1/me", ""},
		{http.MethodGet, "/api/v1/datasets/" + id, ""},
		{http.MethodGet, "/api/v1/records/" + id, ""},
		{http.MethodGet, "/api/v1/me/datasets", ""},
		{http.MethodGet, "/api/v1/me/workspaces", ""},
		{http.MethodGet, "/api/v1/workspaces/" + id, ""},
	} {
		if w := a.ask(t, request.method, request.path, request.body); w.Code != 500 || !strings.Contains(w.Body.String(), "GenericServerError") {
			t.Errorf("%s %s: %d %s", request.method, request.path, w.Code, w.Body)
		}
	}
}
