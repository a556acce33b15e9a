package dashboard_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/payloadtest/invented"
	"github.com/annohook/annohook/subscriptions"
	"github.com/annohook/annohook/web/dashboard"
)

// field is the wrapper of a form's field.
func (a answer) field(name string) *html.Node {
	a.t.Helper()
	list := a.all("*", func(n *html.Node) bool { return value(n, "data-field") == name })
	if len(list) != 1 {
		a.t.Fatalf("%d fields %q, want 1", len(list), name)
	}
	return list[0]
}

// keys are the rows of the page's tables.
func (a answer) keys() []string {
	var list []string
	for _, n := range a.all("tr", func(n *html.Node) bool { return value(n, "data-key") != "" }) {
		list = append(list, value(n, "data-key"))
	}
	return list
}

func (r *rig) subscriptions() []subscriptions.Subscription {
	r.t.Helper()
	list, err := r.store.List(r.t.Context())
	if err != nil {
		r.t.Fatal(err)
	}
	return list
}

func TestOptionsHaveFieldsOfTheirOwn(t *testing.T) {
	r := newRig(t)
	page := r.get("/subscriptions")
	if text := textOf(page.field("opt-options-window")); !strings.Contains(text, "duration") || !strings.Contains(text, "of a batch") || !strings.Contains(text, "assumed") {
		t.Errorf("the option is not explained: %q", text)
	}
	fields := page.fields("/subscriptions")
	fields.Set("url", "http://listener.test/")
	fields.Set("opt.options.window", "2s")
	fields.Set("opt.scope.box", "B")
	fields.Set("options", `{"parts":3}`)
	path := r.post("/subscriptions", fields).seeOther()
	sub := r.stored(id(path))
	if string(sub.Options) != `{"parts":3,"window":"2s"}` || string(sub.Scope) != `{"box":"B"}` {
		t.Errorf("stored options %s, scope %s", sub.Options, sub.Scope)
	}
	edit := r.get(path).fields(path)
	if edit.Get("opt.options.window") != "2s" || edit.Get("options") != `{"parts":3}` || edit.Get("opt.scope.box") != "B" || edit.Get("scope") != "" {
		t.Errorf("the form does not show what is stored: %v", edit)
	}
	edit.Set("opt.options.window", "")
	r.post(path, edit).seeOther()
	if got := string(r.stored(sub.ID).Options); got != `{"parts":3}` {
		t.Errorf("options are %s after the field was emptied", got)
	}
}

func TestAnUnchangedFormKeepsTheBytesOfOptions(t *testing.T) {
	for _, options := range []string{
		`{"window": "2s", "parts": 3}`, `{ "parts" : 3 , "window" : "1s" }`, `{"window":" 1s","max":1.0}`, `{"window":null}`, `{}`, `{"parts":12345678901234567890}`,
	} {
		r := newRig(t)
		sub := r.subscribe()
		if _, err := r.store.Update(t.Context(), sub.ID, func(s *subscriptions.Subscription) error { s.Options = []byte(options); return nil }); err != nil {
			t.Fatal(err)
		}
		path := "/subscriptions/" + sub.ID
		answer := r.post(path, r.get(path).fields(path))
		if got := string(r.stored(sub.ID).Options); got != options {
			t.Errorf("%s became %s (status %d)", options, got, answer.status)
		}
	}
}

func TestOptionProblemsStandAtTheirFields(t *testing.T) {
	for _, tc := range []struct{ field, value, json, wrongAt, says string }{
		{"opt.options.window", "9h", "", "opt-options-window", "0s to 1h"},
		{"opt.options.window", "2s", `{"window":"3s"}`, "opt-options-window", "stands in the JSON too"},
		{"opt.options.window", "", `{"window":"9h"}`, "options", "0s to 1h"},
		{"opt.options.window", "", `{"parts":1,"parts":2}`, "options", "twice"},
	} {
		r := newRig(t)
		fields := r.get("/subscriptions").fields("/subscriptions")
		fields.Set("url", "http://listener.test/")
		fields.Set(tc.field, tc.value)
		fields.Set("options", tc.json)
		page := r.post("/subscriptions", fields).want(http.StatusUnprocessableEntity)
		if text := textOf(page.field(tc.wrongAt)); !strings.Contains(text, tc.says) {
			t.Errorf("%s=%q with %s: %s says %q", tc.field, tc.value, tc.json, tc.wrongAt, text)
		}
		if got := page.fields("/subscriptions").Get(tc.field); got != tc.value {
			t.Errorf("input is lost: %q", got)
		}
		checkStructure(t, page)
		checkLabels(t, page)
	}
}

// TestACheckStoresNothing holds what the check relies on: no subscription can have the id it asks for.
func TestACheckStoresNothing(t *testing.T) {
	r := newRig(t)
	fields := r.get("/subscriptions").fields("/subscriptions")
	fields.Set("url", "http://user:secret-pass@listener.test/")
	fields.Set("secret", "keep-this-dark")
	fields.Set("retry", "1s, 2m")
	page := r.post("/subscription-check", fields).want(http.StatusOK).holds("Everything is as it should be", "Retries after 1 s, 120 s", "in the place of the platform's")
	checkHeaders(t, page)
	checkStructure(t, page)
	checkLabels(t, page)
	checkNothingInline(t, page)
	for _, word := range []string{"secret-pass", "keep-this-dark"} {
		if strings.Contains(page.body, word) {
			t.Errorf("the page prints %q", word)
		}
	}
	fields.Set("url", "ftp://x")
	fields.Set("timeout", "99h")
	page = r.post("/subscription-check", fields).want(http.StatusOK).holds("2 fields need another value")
	if text := textOf(page.field("url")); !strings.Contains(text, "an http or https URL is required") {
		t.Errorf("the URL's field says %q", text)
	}
	if text := textOf(page.field("timeout")); !strings.Contains(text, "outside") {
		t.Errorf("the timeout's field says %q", text)
	}
	if list := r.subscriptions(); len(list) != 0 {
		t.Fatalf("stored %v", list)
	}
	r.post("/subscription-check", url.Values{"platform": {"none"}}).want(http.StatusBadRequest)
	r.post("/subscription-check", url.Values{"platform": {invented.ID}, "id": {"none"}}).want(http.StatusNotFound)
}

func TestACheckOfAnEditChangesNothing(t *testing.T) {
	r := newRig(t)
	sub := r.subscribe()
	if _, err := r.store.Update(t.Context(), sub.ID, func(s *subscriptions.Subscription) error { s.URL = "ftp://came/in/natively"; return nil }); err != nil {
		t.Fatal(err)
	}
	before := r.stored(sub.ID)
	path := "/subscriptions/" + sub.ID
	fields := r.get(path).fields(path)
	fields.Set("description", "other words")
	page := r.post("/subscription-check", fields).want(http.StatusOK)
	if got := page.fields(path); got.Get("description") != "other words" || got.Get("id") != sub.ID {
		t.Errorf("the form of the check does not go on: %v", got)
	}
	fields.Set("url", "ftp://elsewhere")
	r.post("/subscription-check", fields).want(http.StatusOK).holds("1 field needs another value")
	if after := r.stored(sub.ID); after.Description != before.Description || after.URL != before.URL || !after.UpdatedAt.Equal(before.UpdatedAt) {
		t.Errorf("the subscription changed: %+v", after)
	}
}

func TestTheListNarrowsAndActsFromTheRow(t *testing.T) {
	r := newRig(t)
	on := r.subscribe()
	off := r.subscribe(func(s *subscriptions.Subscription) { s.Enabled = false })
	bad := r.subscribe()
	if _, err := r.store.Update(t.Context(), bad.ID, func(s *subscriptions.Subscription) error { s.ConsecutiveFailures = 2; return nil }); err != nil {
		t.Fatal(err)
	}
	for query, want := range map[string][]string{
		"": {on.ID, off.ID, bad.ID}, "?state=enabled": {on.ID, bad.ID}, "?state=disabled": {off.ID}, "?state=failing": {bad.ID},
		"?platform=" + invented.ID + "&state=failing": {bad.ID},
	} {
		if got := strings.Join(r.get("/subscriptions"+query).want(http.StatusOK).keys(), " "); got != strings.Join(want, " ") {
			t.Errorf("%q shows %s, want %v", query, got, want)
		}
	}
	r.get("/subscriptions?state=nonsense").want(http.StatusBadRequest).holds("state must be one of")
	r.get("/subscriptions?state=failing").holds("2 in a row")

	page := r.get("/subscriptions?state=enabled")
	fields := page.fields("/subscriptions/" + on.ID + "/disable")
	if got := r.post("/subscriptions/"+on.ID+"/disable", fields).seeOther(); got != "/subscriptions?state=enabled" {
		t.Errorf("the row leads to %s", got)
	}
	if r.stored(on.ID).Enabled {
		t.Error("the row did not disable")
	}
	for _, list := range []string{"//evil.test", "state=nonsense", "%zz", "x=https://evil.test"} {
		if got := r.post("/subscriptions/"+on.ID+"/enable", url.Values{"list": {list}}).seeOther(); got != "/subscriptions" {
			t.Errorf("list %q leads to %s", list, got)
		}
	}
	if got := r.send(on.ID, url.Values{"list": {"state=enabled"}}); !strings.HasPrefix(got, "/subscriptions?state=enabled&test=") {
		t.Errorf("the test of a row leads to %s", got)
	} else {
		r.get(got).want(http.StatusOK).holds("Test send", "answered", "200", "listener.test/hook")
	}
}

// send sends a test event and returns where its answer leads.
func (r *rig) send(id string, fields url.Values) string {
	r.t.Helper()
	done := make(chan answer, 1)
	go func() { done <- r.post("/subscriptions/"+id+"/test", fields) }()
	for {
		select {
		case a := <-done:
			return a.seeOther()
		default:
			r.run(time.Millisecond)
		}
	}
}

func TestATestSendSaysWhatToLookAt(t *testing.T) {
	for _, tc := range []struct {
		name  string
		reply payloads.Reply
		says  []string
		never string
	}{
		{"refused", payloads.Reply{Failure: payloads.FailureRefused, Message: "dial tcp: refused"}, []string{"Nothing accepts connections at 127.0.0.1:9000", "annohook listen --platform " + invented.ID + " --addr 127.0.0.1:9000", `--secret "$SECRET"`}, "hush-hush"},
		{"401", payloads.Reply{Status: 401, Header: payloads.H("X-Why", "no")}, []string{"did not accept the signature", "fingerprint", "Value", "X-Why", "1 headers"}, "hush-hush"},
		{"404", payloads.Reply{Status: 404}, []string{"does not take POST /hook"}, "Nothing accepts"},
		{"500", payloads.Reply{Status: 500, Body: []byte("boom <b>")}, []string{"its own log says why", "boom <b>"}, "Nothing accepts"},
		{"200", payloads.Reply{Status: 200}, []string{"answered 200"}, "Nothing accepts"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r := newRig(t)
			sub := r.subscribe(func(s *subscriptions.Subscription) { s.URL = "http://127.0.0.1:9000/hook" })
			r.wire.reply = tc.reply
			page := r.get(r.send(sub.ID, nil)).want(http.StatusOK).holds(tc.says...)
			if strings.Contains(page.text(), tc.never) {
				t.Errorf("the page says %q", tc.never)
			}
			checkStructure(t, page)
		})
	}
}

func TestTheSecretIsRevealedInAnAnswerOnly(t *testing.T) {
	r := newRig(t)
	sub := r.subscribe()
	path := "/subscriptions/" + sub.ID
	r.get(path + "/secret").want(http.StatusNotFound)
	r.post(path+"/secret", nil).want(http.StatusOK).holds("shown only in this answer", string(sub.Secret))
	if page := r.get(path).holds("********", "fingerprint"); strings.Contains(page.body, string(sub.Secret)) {
		t.Error("the page itself shows the secret")
	}
	if r.stored(sub.ID).Secret != sub.Secret {
		t.Error("revealing changed the secret")
	}
	bare := r.subscribe(func(s *subscriptions.Subscription) { s.Secret = "" })
	r.post("/subscriptions/"+bare.ID+"/secret", nil).want(http.StatusConflict).holds("has no secret")
	r.post("/subscriptions/none/secret", nil).want(http.StatusNotFound)
}

func TestThePageTellsWhatAChangeDoesToWhatWaits(t *testing.T) {
	r := newRig(t)
	r.wire.reply = payloads.Reply{Status: 500}
	sub := r.subscribe()
	r.deliver()
	r.deliver()
	r.get("/subscriptions/"+sub.ID).holds("2 deliveries wait", "keeps new events out; retries that wait go on", "retries that wait are signed with the new one", "A batch that is collecting is closed first")
	strict := r.subscribe(func(s *subscriptions.Subscription) { s.Profile = "v2" })
	page := r.get("/subscriptions/"+strict.ID).holds("cancels what waits", "every Postbox subscription at once", "0 of 3 failures in a row", "share this one")
	if strings.Contains(page.text(), "deliveries wait ") {
		t.Error("nothing waits for this one")
	}
}

func TestProfilesTellTheirDifferences(t *testing.T) {
	page := newRig(t).get("/subscriptions")
	text := textOf(page.field("profile"))
	for _, part := range []string{"v1 default everything", "Unlike the default, it", "lacks note.removed", "makes one attempt, no retries", "switches off after 3 failures in a row", "disabling cancels what waits"} {
		if !strings.Contains(strings.Join(strings.Fields(text), " "), part) {
			t.Errorf("no %q in %q", part, text)
		}
	}
}

func TestTheScheduleIsDrawnBesideThePlatforms(t *testing.T) {
	r := newRig(t)
	own := r.subscribe(func(s *subscriptions.Subscription) {
		s.Retry = &subscriptions.Retry{Delays: []time.Duration{time.Second, time.Hour}}
		s.Timeout = 5 * time.Second
	})
	page := r.get("/subscriptions/" + own.ID)
	var drawn []string
	for _, n := range page.all("svg", func(n *html.Node) bool { return strings.HasPrefix(value(n, "class"), "rail") && !inside(n, "form") }) {
		drawn = append(drawn, value(n, "aria-label"))
	}
	want := "Attempts at once, +1 s, +1 h 1 s|Attempts at once, +10 s, +70 s, +250 s"
	if got := strings.Join(drawn, "|"); got != want {
		t.Errorf("drawn %q, want %q", got, want)
	}
	page.holds("An attempt waits 5 s for the whole exchange", "1 h 1 s after the first attempt if each fails at once, 1 h 16 s if each uses up its time", "schedule set here")
	plain := r.subscribe()
	if rails := r.get("/subscriptions/"+plain.ID).all("svg", func(n *html.Node) bool { return value(n, "class") == "rail" && !inside(n, "form") }); len(rails) != 1 {
		t.Errorf("%d schedules drawn, want the platform's alone", len(rails))
	}
	r.get("/subscriptions/" + plain.ID).holds("the platform's schedule")
}

func TestCommandsMakeTheSameSubscription(t *testing.T) {
	r := newRig(t, func(o *dashboard.Options) { o.Token = true; o.BaseURL = "http://annohook.test:8080" })
	sub := r.subscribe(func(s *subscriptions.Subscription) {
		s.URL, s.Description, s.Enabled = "http://user:pass-me-not@listener.test/it's?a=b&c", "two words", false
		s.Headers = subscriptions.Headers{{Name: "X-Api-Key", Value: "bearer-of-news"}}
		s.Events = []string{invented.NoteAdded}
		s.Retry = &subscriptions.Retry{}
		s.Scope, s.Options, s.Quirks = []byte(`{"box":"B"}`), []byte(`{"window":"2s"}`), map[string]bool{"loud": true}
		s.Timeout, s.Rate, s.Concurrency = time.Second, 0.5, 2
	})
	page := r.get("/subscriptions/"+sub.ID).holds(
		"annohook subscriptions add postbox 'http://********@listener.test/it'\\''s?a=b&c'", "--profile v1", "--secret '********'", "--event note.added",
		"--header 'X-Api-Key: ********'", `--scope '{"box":"B"}'`, "--quirk loud=true", "--timeout 1s", "--retry none", "--description 'two words'", "--concurrency 2",
		"--rate 0.5", "--disable", "--server http://annohook.test:8080", `--token "$ANNOHOOK_TOKEN"`,
		"curl -X POST http://annohook.test:8080/api/v1/subscriptions", `"retry":{"delays":[]}`, `"enabled":false`, `"secret":"********"`, `"options":{"window":"2s"}`,
		"Authorization: Bearer $ANNOHOOK_TOKEN", "The platform's own API shows it as", "http://annohook.test:8080/postbox",
	)
	for _, word := range []string{"pass-me-not", "bearer-of-news", "hush-hush"} {
		if strings.Contains(page.body, word) {
			t.Errorf("the page shows %q", word)
		}
	}
}

func TestHealthIsShownWhereItIsKnown(t *testing.T) {
	r, counted := newPulseRig(t)
	sub := r.subscribe()
	quiet := r.subscribe(func(s *subscriptions.Subscription) { s.Enabled = false })
	r.deliver()
	r.wire.reply = payloads.Reply{Status: 503}
	r.deliver()
	counted(2)
	page := r.get("/subscriptions").holds("failed", "503", "1 in a row", "12 ms", "none known")
	strips := page.all("svg", func(n *html.Node) bool { return value(n, "class") == "strip" })
	if len(strips) != 1 || !strings.Contains(value(strips[0], "aria-label"), "1 of the last 2 attempts failed") {
		t.Errorf("%d strips", len(strips))
	}
	page = r.get("/subscriptions/"+sub.ID).holds("1 of the last 2 ok", "half within 12 ms", "1 failed in a row")
	if bars := page.all("rect", func(n *html.Node) bool { return inside(n, "figure") }); len(bars) != 2 {
		t.Errorf("%d bars, want one for each attempt", len(bars))
	}
	r.get("/subscriptions/" + quiet.ID).holds("No attempts are known yet")
	r.get("/subscriptions?state=failing").holds("listener.test")
}

func TestHostileTextInTheEditor(t *testing.T) {
	for _, bad := range corpus() {
		r := newRig(t)
		sub := r.subscribe(func(s *subscriptions.Subscription) {
			s.Headers = subscriptions.Headers{{Name: "X-A", Value: "marker<script>"}}
			s.Options = []byte(`{"chain":"marker<script>alert(1)</script>","window":"1s"}`)
		})
		form := hostileForm(bad)
		form.Set("opt.options.window", bad)
		form.Set("opt.scope.box", bad)
		for _, path := range []string{"/subscriptions", "/subscriptions/" + sub.ID, "/subscription-check"} {
			page := r.post(path, form)
			page.t = t
			checkHarmless(t, path, page)
		}
		for _, path := range []string{"/subscriptions/" + sub.ID, "/subscriptions?url=" + url.QueryEscape(bad) + "&new=" + invented.ID} {
			page := r.get(path)
			page.t = t
			checkHarmless(t, path, page)
		}
	}
}

func TestTheListenersRecipeIsWhereTheLinkLeads(t *testing.T) {
	r := newRig(t)
	sub := r.subscribe()
	page := r.get("/subscriptions/"+sub.ID).holds("Check it in your listener", "def verify(headers, body, secret)")
	links := page.all("a", func(n *html.Node) bool { return strings.Contains(textOf(n), "step by step") })
	if len(links) != 1 {
		t.Fatalf("%d links to the recipe, want 1", len(links))
	}
	path, fragment, _ := strings.Cut(value(links[0], "href"), "#")
	target := r.get(path).want(http.StatusOK)
	if len(target.all("*", func(n *html.Node) bool { return value(n, "id") == fragment })) != 1 {
		t.Errorf("%s has no %q", path, fragment)
	}
}
