package dashboard_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/payloadtest/invented"
	"github.com/annohook/annohook/scheduler"
	"github.com/annohook/annohook/sender/history"
	"github.com/annohook/annohook/subscriptions"
	"github.com/annohook/annohook/web/dashboard"
)

// id is the last segment of a path.
func id(path string) string { return path[strings.LastIndexByte(path, '/')+1:] }

func (r *rig) stored(id string) subscriptions.Subscription {
	r.t.Helper()
	sub, err := r.store.Get(r.t.Context(), id)
	if err != nil {
		r.t.Fatal(err)
	}
	return sub
}

// deliveries is everything in the history, newest first.
func (r *rig) deliveries() []history.Summary {
	r.t.Helper()
	page, err := r.history.List(r.t.Context(), history.Query{})
	if err != nil {
		r.t.Fatal(err)
	}
	return page.Items
}

func TestCreateAndEditRoundTrip(t *testing.T) {
	r := newRig(t)
	fields := r.get("/subscriptions?platform=" + invented.ID).fields("/subscriptions")
	fields.Set("url", "https://user:pw@listener.test/hook?a=b")
	fields.Set("secret", " spaced secret ")
	fields.Set("events_mode", "some")
	fields["events"] = []string{invented.NoteAdded, invented.Sheets}
	fields.Set("headers", "X-One: 1\r\n\r\nauthorization: Bearer: x\r\n")
	fields.Set("description", "für “alle” <b>")
	fields.Set("scope", `{"box":"B"}`)
	fields.Set("options", `{"window":"2s"}`)
	fields.Set("quirk.loud", "on")
	fields.Set("timeout", "1500ms")
	fields.Set("deadline", "60s")
	fields.Set("retry", "1s, 2m")
	fields.Set("concurrency", "3")
	fields.Set("rate", "0.5")
	sub := r.stored(id(r.post("/subscriptions", fields).seeOther()))
	want := subscriptions.Subscription{
		ID: sub.ID, Platform: invented.ID, Profile: "v1", NativeID: "1", URL: "https://user:pw@listener.test/hook?a=b", Secret: " spaced secret ",
		Events: []string{invented.NoteAdded, invented.Sheets}, Description: "für “alle” <b>", Enabled: true,
		Headers: subscriptions.Headers{{Name: "X-One", Value: "1"}, {Name: "authorization", Value: "Bearer: x"}},
		Scope:   []byte(`{"box":"B"}`), Options: []byte(`{"window":"2s"}`), Quirks: map[string]bool{"loud": true},
		Timeout: 1500 * time.Millisecond, Deadline: time.Minute, Retry: &subscriptions.Retry{Delays: []time.Duration{time.Second, 2 * time.Minute}},
		Concurrency: 3, Rate: 0.5, CreatedAt: start, UpdatedAt: start,
	}
	if diff := cmp.Diff(want, sub); diff != "" {
		t.Fatalf("created: -want +got\n%s", diff)
	}

	path := "/subscriptions/" + sub.ID
	if got := r.post(path, r.get(path).fields(path)).seeOther(); got != path {
		t.Errorf("an unchanged form leads to %s", got)
	}
	if diff := cmp.Diff(want, r.stored(sub.ID)); diff != "" {
		t.Errorf("an unchanged form changed: -want +got\n%s", diff)
	}

	edit := r.get(path).fields(path)
	edit.Set("events_mode", "all")
	edit.Set("retry", "none")
	edit.Set("timeout", "")
	edit.Del("enabled")
	edit.Set("remove_secret", "on")
	r.post(path, edit).seeOther()
	want.Events, want.Retry, want.Timeout, want.Enabled, want.Secret = nil, &subscriptions.Retry{}, 0, false, ""
	if diff := cmp.Diff(want, r.stored(sub.ID)); diff != "" {
		t.Errorf("edited: -want +got\n%s", diff)
	}
	r.get(path).holds("disabled", "One attempt, no retries", "requests are not signed")
}

func TestFormProblemsStandNextToTheirFields(t *testing.T) {
	for _, tc := range []struct{ field, value, wrongAt, says string }{
		{"url", "ftp://x", "url", "http"},
		{"secret", "abc", "secret", "at least 4 characters"},
		{"headers", "no colon", "headers", "line 1"},
		{"headers", "A: 1\nA: 2", "headers", "line 2"},
		{"headers", "Host: x", "headers", "belongs to the connection"},
		{"events", "unknown.type", "events", "unknown event type"},
		{"scope", "[1]", "scope", "not a JSON object"},
		{"options", `{"window":"9h"}`, "options", "1h"},
		{"quirk.other", "on", "quirks", "unknown quirk"},
		{"timeout", "soon", "timeout", "duration"},
		{"timeout", "-1s", "timeout", "duration"},
		{"deadline", "99h", "deadline", "outside"},
		{"retry", "10s,x", "retry", "durations"},
		{"concurrency", "1.5", "concurrency", "whole number"},
		{"concurrency", "99999", "concurrency", "outside"},
		{"rate", "fast", "rate", "number"},
		{"profile", "v9", "profile", "unknown profile"},
		{"description", strings.Repeat("x", 1001), "description", "at most 1000"},
	} {
		t.Run(tc.field+"="+tc.value[:min(len(tc.value), 20)], func(t *testing.T) {
			r := newRig(t)
			fields := r.get("/subscriptions").fields("/subscriptions")
			fields.Set("url", "http://listener.test/")
			fields.Set("events_mode", "some")
			fields.Set("description", "kept words")
			fields.Set(tc.field, tc.value)
			page := r.post("/subscriptions", fields).want(http.StatusUnprocessableEntity)
			wrong := page.all("ul", func(n *html.Node) bool { return value(n, "id") == "e-"+tc.wrongAt })
			if len(wrong) != 1 || !strings.Contains(textOf(wrong[0]), tc.says) {
				t.Errorf("field %s says nothing of %q: %s", tc.wrongAt, tc.says, page.text())
			}
			checkStructure(t, page)
			if again := page.fields("/subscriptions"); again.Get("description") != fields.Get("description") {
				t.Errorf("input is lost: %q", again.Get("description"))
			}
			if list, err := r.store.List(t.Context()); err != nil || len(list) != 0 {
				t.Errorf("stored %d subscriptions, %v", len(list), err)
			}
		})
	}
}

func TestMaskedInputIsRefusedOrKept(t *testing.T) {
	r := newRig(t)
	fields := r.get("/subscriptions").fields("/subscriptions")
	fields.Set("url", "http://********@listener.test/")
	fields.Set("headers", "Authorization: ********")
	r.post("/subscriptions", fields).want(http.StatusUnprocessableEntity).holds("the stars stand for a user and password", "line 1: the stars stand")
}

func TestGeneratedSecretIsShownOnce(t *testing.T) {
	r := newRig(t)
	fields := r.get("/subscriptions").fields("/subscriptions")
	fields.Set("url", "http://listener.test/")
	fields.Set("generate", "on")
	page := r.post("/subscriptions", fields).want(http.StatusCreated)
	list, err := r.store.List(t.Context())
	if err != nil || len(list) != 1 || list[0].Secret == "" {
		t.Fatalf("stored %v, %v", list, err)
	}
	sub := list[0]
	page.holds("shown only now", string(sub.Secret))
	path := "/subscriptions/" + sub.ID
	if strings.Contains(r.get(path).body, string(sub.Secret)) {
		t.Error("the secret is shown twice")
	}
	rotated := r.post(path+"/rotate-secret", nil).want(http.StatusOK)
	after := r.stored(sub.ID)
	if after.Secret == sub.Secret {
		t.Error("the secret did not change")
	}
	rotated.holds(string(after.Secret))
	if len(rotated.all("*", func(n *html.Node) bool { _, ok := attr(n, "data-stream"); return ok })) != 0 {
		t.Error("the answer to a form follows the stream; its address cannot be fetched")
	}
	if rotated.header.Get("Cache-Control") != "no-store" {
		t.Error("the page with the secret may be kept")
	}
}

func TestSubscriptionActions(t *testing.T) {
	r := newRig(t)
	sub := r.subscribe()
	path := "/subscriptions/" + sub.ID
	if got := r.post(path+"/disable", nil).seeOther(); got != path || r.stored(sub.ID).Enabled {
		t.Errorf("disable leads to %s, enabled %v", got, r.stored(sub.ID).Enabled)
	}
	if got := r.post(path+"/enable", nil).seeOther(); got != path || !r.stored(sub.ID).Enabled {
		t.Errorf("enable leads to %s, enabled %v", got, r.stored(sub.ID).Enabled)
	}
	if got := r.post(path+"/delete", nil).seeOther(); got != "/subscriptions" {
		t.Errorf("delete leads to %s", got)
	}
	r.get(path).want(http.StatusNotFound).holds("No such subscription")
	for _, action := range []string{"", "/test", "/enable", "/disable", "/delete", "/rotate-secret"} {
		r.post(path+action, nil).want(http.StatusNotFound)
	}
}

func TestTestSendShowsTheAnswer(t *testing.T) {
	r := newRig(t)
	sub := r.subscribe(func(s *subscriptions.Subscription) { s.Enabled = false })
	r.wire.reply = payloads.Reply{Status: 418, Body: []byte(`{"why":"<teapot>"}`)}
	done := make(chan answer, 1)
	go func() { done <- r.post("/subscriptions/"+sub.ID+"/test", nil) }()
	var target string
	for target == "" {
		select {
		case a := <-done:
			target = a.seeOther()
		default:
			r.run(time.Millisecond)
		}
	}
	r.get(target).want(http.StatusOK).holds("Test send", "failed", "418", `"why": "<teapot>"`)
	r.get("/subscriptions/" + sub.ID + "?test=of-another").want(http.StatusOK)
}

func TestReplayAndCancel(t *testing.T) {
	r := newRig(t)
	r.subscribe()
	r.wire.reply = payloads.Reply{Status: 500}
	first := r.deliver()
	path := "/deliveries/" + first
	for _, mode := range scheduler.ReplayModes() {
		again := r.post(path+"/replay", url.Values{"mode": {mode}}).seeOther()
		r.get(again).want(http.StatusOK).holds("Replay of", first, mode)
	}
	r.post(path+"/replay", url.Values{"mode": {"backwards"}}).want(http.StatusUnprocessableEntity).holds("Nothing was done", "unknown mode")
	if got := r.post(path+"/cancel", nil).seeOther(); got != path {
		t.Errorf("cancel leads to %s", got)
	}
	r.get(path).holds("cancelled", "cancelled by the user")
	r.post(path+"/cancel", nil).want(http.StatusConflict).holds("Nothing was done", "settled")
	r.post("/deliveries/none/replay", url.Values{"mode": {"retry"}}).want(http.StatusNotFound)
}

func TestFormsAreBounded(t *testing.T) {
	r := newRig(t, func(o *dashboard.Options) { o.BodyLimit = 100 })
	r.post("/subscriptions", url.Values{"url": {strings.Repeat("x", 200)}}).want(http.StatusRequestEntityTooLarge).holds("100 bytes")
	req := httptest.NewRequest(http.MethodPost, "/subscriptions", strings.NewReader("a=%zz"))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.do(req).want(http.StatusBadRequest)
	r.post("/subscriptions", url.Values{"platform": {"none"}}).want(http.StatusBadRequest)
}

func TestMissingOptionsAreNamed(t *testing.T) {
	if _, err := dashboard.New(dashboard.Options{}); err == nil || !strings.Contains(err.Error(), "scheduler") {
		t.Errorf("got %v", err)
	}
}
