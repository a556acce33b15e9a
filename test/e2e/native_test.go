package e2e_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/web/client"
)

// native calls a platform's own API and decodes the answer.
func native[T any](s *server, status int, method, path string, body any, header ...string) T {
	s.t.Helper()
	r := s.send(method, path, body, header...)
	if r.status != status {
		s.t.Fatalf("%s %s: %d, want %d: %.500s", method, path, r.status, status, r.body)
	}
	var out T
	if len(r.body) == 0 {
		return out
	}
	return decode[T](s.t, r.body)
}

// hookObject is a Label Studio webhook as its API prints it.
type hookObject struct {
	ID                  int      `json:"id"`
	IsActive            bool     `json:"is_active"`
	ConsecutiveFailures *int     `json:"consecutive_failures"`
	Actions             []string `json:"actions"`
}

// TestLabelStudioNativeSwitchesOff: a webhook registered with the server of 2026-07 counts failures, goes silent at the fiftieth, and comes
// back by PATCH, as its own API tells it.
func TestLabelStudioNativeSwitchesOff(t *testing.T) {
	t.Parallel()
	s := start(t, "--redis", "memory")
	s.header = http.Header{"Authorization": {"Token any"}}
	h := listen(t, "label-studio", hookOptions{profile: "2026-07", script: "500"})
	const hooks = "/label-studio@2026-07/api/webhooks/"
	made := native[hookObject](s, http.StatusCreated, http.MethodPost, hooks, object{"url": strings.Replace(h.url, "127.0.0.1", "localhost", 1), "project": 1})
	if made.ConsecutiveFailures == nil || *made.ConsecutiveFailures != 0 || !made.IsActive {
		t.Fatalf("made %+v", made)
	}
	one := fmt.Sprintf("%s%d/", hooks, made.ID)
	s.triggerSettled(object{"platform": "label-studio", "type": "TASKS_DELETED", "count": 49})
	if now := native[hookObject](s, http.StatusOK, http.MethodGet, one, nil); *now.ConsecutiveFailures != 49 || !now.IsActive {
		t.Errorf("after 49 failures: %d, active %t", *now.ConsecutiveFailures, now.IsActive)
	}
	s.act(object{"platform": "label-studio", "action": "create-task", "params": object{"project": 1}})
	if now := native[hookObject](s, http.StatusOK, http.MethodGet, one, nil); *now.ConsecutiveFailures != 50 || now.IsActive {
		t.Errorf("after 50 failures: %d, active %t", *now.ConsecutiveFailures, now.IsActive)
	}
	if acted := s.act(object{"platform": "label-studio", "action": "create-task", "params": object{"project": 1}}); len(acted.Deliveries) != 0 {
		t.Errorf("a webhook that was switched off gets %d deliveries", len(acted.Deliveries))
	}
	back := native[hookObject](s, http.StatusOK, http.MethodPatch, one, object{"is_active": true})
	if *back.ConsecutiveFailures != 0 || !back.IsActive {
		t.Errorf("switched on again: %d failures, active %t", *back.ConsecutiveFailures, back.IsActive)
	}
	if acted := s.act(object{"platform": "label-studio", "action": "create-task", "params": object{"project": 1}}); len(acted.Deliveries) != 1 {
		t.Errorf("a webhook that is on again gets %d deliveries, want 1", len(acted.Deliveries))
	}
	if old := native[[]map[string]any](s, http.StatusOK, http.MethodGet, "/label-studio/api/webhooks", nil); len(old) != 1 {
		t.Errorf("the API of the other generation lists %d webhooks, want the one", len(old))
	}
}

// TestNativeAndOurs: what a platform's API stores is a subscription of ours, and the other way round.
func TestNativeAndOurs(t *testing.T) {
	t.Parallel()
	s := start(t, "--redis", "memory")
	key := []string{"X-Argilla-Api-Key", "any"}
	h := listen(t, "argilla", hookOptions{})
	type webhook struct {
		ID, URL, Secret string
		Events          []string
		Enabled         bool
	}
	body := object{"url": h.url, "events": []string{"record.completed", "record.created"}}
	made := native[webhook](s, http.StatusCreated, http.MethodPost, "/argilla/api/v1/webhooks", body, key...)
	h.setSecret(made.Secret)
	list := read[client.SubscriptionList](s, "/api/v1/subscriptions")
	if len(list.Items) != 1 || list.Items[0].NativeID != made.ID || list.Items[0].URL != made.URL || len(list.Items[0].Events) != 2 {
		t.Fatalf("our list: %+v", list.Items)
	}
	accepted := s.triggerSettled(object{"platform": "argilla", "type": "record.created"})
	if d := s.only(accepted); d.Status != "succeeded" {
		t.Errorf("delivery is %s", d.Status)
	}
	h.verified()
	s.patch(list.Items[0].ID, object{"enabled": false})
	type page struct{ Items []webhook }
	if got := native[page](s, http.StatusOK, http.MethodGet, "/argilla/api/v1/webhooks", nil, key...); len(got.Items) != 1 || got.Items[0].Enabled {
		t.Errorf("disabled through our API, its own says %+v", got.Items)
	}
	if r := s.send(http.MethodPost, "/argilla/api/v1/webhooks/"+made.ID+"/ping", nil, key...); r.status != http.StatusNoContent {
		t.Errorf("ping: %d %s", r.status, r.body)
	}
	s.checked(http.MethodDelete, "/api/v1/subscriptions/"+list.Items[0].ID, nil)
	if got := native[page](s, http.StatusOK, http.MethodGet, "/argilla/api/v1/webhooks", nil, key...); len(got.Items) != 0 {
		t.Errorf("deleted through our API, its own still says %+v", got.Items)
	}
}

// TestNativeStoresWhatCannotBeSent: Label Studio takes an ftp URL, and every attempt then fails without leaving this machine.
func TestNativeStoresWhatCannotBeSent(t *testing.T) {
	t.Parallel()
	s := start(t, "--redis", "memory")
	native[hookObject](s, http.StatusCreated, http.MethodPost, "/label-studio/api/webhooks/", object{"url": "ftp://example.com/x", "project": 1}, "X-Api-Key", "any")
	acted := s.act(object{"platform": "label-studio", "action": "create-task", "params": object{"project": 1}})
	if len(acted.Deliveries) != 1 {
		t.Fatalf("%d deliveries", len(acted.Deliveries))
	}
	d := s.delivery(acted.Deliveries[0].ID)
	if d.Status != "failed" || len(d.Attempts) != 1 || d.Attempts[0].Error == nil || d.Attempts[0].Error.Kind != "blocked" {
		t.Errorf("delivery is %s with attempts %+v, want failed and blocked", d.Status, d.Attempts)
	}
}

// TestNativeTooLarge: a body beyond the bound is refused in the platform's own words, which its SDK can read.
func TestNativeTooLarge(t *testing.T) {
	t.Parallel()
	s := start(t, "--redis", "memory")
	body := `{"url":"` + strings.Repeat("x", 5<<20) + `"}`
	for path, want := range map[string]string{
		"/argilla/api/v1/webhooks":             `{"detail":"Request Entity Too Large"}`,
		"/label-studio/api/webhooks/":          `"detail":"Request body exceeded the limit."`,
		"/toloka/api/v1/webhook-subscriptions": `"code":"ENTITY_TOO_LARGE"`,
	} {
		method, credential := http.MethodPost, "Token any"
		if strings.HasPrefix(path, "/toloka") {
			method, credential = http.MethodPut, "OAuth any"
		}
		r := s.send(method, path, body, "Authorization", credential, "X-Argilla-Api-Key", "any")
		if r.status != http.StatusRequestEntityTooLarge || !strings.Contains(string(r.body), want) {
			t.Errorf("%s: %d %s", path, r.status, r.body)
		}
	}
}

// TestNativePorts: an API on a port of its own answers at its root, and a key of its own makes it strict.
func TestNativePorts(t *testing.T) {
	t.Parallel()
	s := start(t, "--redis", "memory", "--native", "argilla=127.0.0.1:0", "--native", "label-studio@2026-07=127.0.0.1:0", "--native-token", "argilla=open-sesame")
	address := func(name string) string {
		t.Helper()
		found := regexp.MustCompile(name + `[^\n]*?\(?and (http://127\.0\.0\.1:\d+)`).FindStringSubmatch(s.log.String() + s.out.String())
		if found == nil {
			t.Fatalf("the banner tells no address of %s:\n%s%s", name, s.log.String(), s.out.String())
		}
		return found[1]
	}
	own := s.on(t)
	own.base = address("argilla API")
	for header, want := range map[string]int{"": http.StatusUnauthorized, "closed-sesame": http.StatusUnauthorized, "open-sesame": http.StatusOK} {
		if r := own.send(http.MethodGet, "/api/v1/me", nil, "X-Argilla-Api-Key", header); r.status != want {
			t.Errorf("key %q: %d %s, want %d", header, r.status, r.body, want)
		}
	}
	if r := own.send(http.MethodGet, "/api/v1/platforms", nil, "X-Argilla-Api-Key", "open-sesame"); r.status != http.StatusNotFound || string(r.body) != `{"detail":"Not Found"}` {
		t.Errorf("our own API on the port of another: %d %s", r.status, r.body)
	}
	if r := own.send(http.MethodGet, "/api/v1/me", nil, "X-Argilla-Api-Key", "open-sesame", "Host", "evil.example"); r.status < 400 {
		t.Errorf("a foreign host name on that port: %d", r.status)
	}
}

// TestNativeRootOfTokens: Label Studio's SDK drops the prefix of the token call, so that one is answered at our root as well.
func TestNativeRootOfTokens(t *testing.T) {
	t.Parallel()
	s := start(t, "--redis", "memory", "--native-token", "label-studio=0123456789abcdef0123456789abcdef01234567")
	token := s.command(0, "token", "label-studio", "--native-token", "label-studio=0123456789abcdef0123456789abcdef01234567")
	for _, path := range []string{"/api/token/refresh", "/api/token/refresh/", "/label-studio/api/token/refresh/"} {
		got := native[map[string]string](s, http.StatusOK, http.MethodPost, path, object{"refresh": strings.TrimSpace(token)})
		if r := s.send(http.MethodGet, "/label-studio/api/webhooks/", nil, "Authorization", "Bearer "+got["access"]); r.status != http.StatusOK {
			t.Errorf("%s: the access token is answered %d %s", path, r.status, r.body)
		}
	}
	if r := s.send(http.MethodPost, "/api/token/refresh/", object{"refresh": "nonsense"}); r.status != http.StatusUnauthorized {
		t.Errorf("nonsense is answered %d %s", r.status, r.body)
	}
}

// TestTolokaRowsInEvents: the id of each row that was registered natively is in the events of that type, and the events of one action to one
// URL share a request.
func TestTolokaRowsInEvents(t *testing.T) {
	t.Parallel()
	s := start(t, "--redis", "memory", "--time-scale", "0.1")
	s.header = http.Header{"Authorization": {"OAuth any"}}
	h := listen(t, "toloka", hookOptions{})
	h.setSecret("hush")
	row := func(kind string) object {
		return object{"webhook_url": h.url, "event_type": kind, "pool_id": "4242", "secret_key": "hush"}
	}
	type view struct {
		ID string `json:"id"`
	}
	made := native[struct {
		Items map[string]view `json:"items"`
	}](s, http.StatusOK, http.MethodPut, "/toloka/api/v1/webhook-subscriptions", []object{row("ASSIGNMENT_CREATED"), row("ASSIGNMENT_SUBMITTED")})
	s.act(object{"platform": "toloka", "action": "submit", "params": object{"pool": "4242"}})
	got := h.await(1, 10*time.Second)
	h.verified()
	var body struct {
		Events []struct {
			Type string
			Row  string `json:"webhook_subscription_id"`
		}
	}
	if err := json.Unmarshal(got[0].Body, &body); err != nil || len(body.Events) != 2 {
		t.Fatalf("the listener got %s: %v", got[0].Body, err)
	}
	if body.Events[0].Row != made.Items["0"].ID || body.Events[1].Row != made.Items["1"].ID {
		t.Errorf("events carry %+v, the rows are %+v", body.Events, made.Items)
	}
}

// TestStoriesOfEveryPlatform plays each story through the program, with a listener that verifies every request.
func TestStoriesOfEveryPlatform(t *testing.T) {
	t.Parallel()
	s := start(t, "--redis", "memory", "--time-scale", "0.01")
	for _, p := range read[client.PlatformList](s, "/api/v1/platforms").Items {
		t.Run(p.ID, func(t *testing.T) {
			t.Parallel()
			s := s.on(t)
			h := listen(t, p.ID, hookOptions{})
			more := object{}
			if p.Secret.Scheme != nil {
				more["secret"] = "generate"
			}
			s.attach(h, p.ID, more)
			if len(p.Stories) < 2 {
				t.Errorf("%d stories, want at least 2", len(p.Stories))
			}
			for _, story := range p.Stories {
				before := len(h.got())
				s.command(0, "story", p.ID, story.Name, "--speed", "max", "--wait", "settled")
				if len(h.got()) == before {
					t.Errorf("story %s sent nothing", story.Name)
				}
			}
			h.verified()
		})
	}
}

// TestFidelityManifest: whatever the program says of a platform, it says from where and how sure it is.
func TestFidelityManifest(t *testing.T) {
	t.Parallel()
	s := start(t, "--redis", "memory")
	for _, p := range read[client.PlatformList](s, "/api/v1/platforms").Items {
		for _, profile := range p.Profiles {
			p := read[client.Platform](s, "/api/v1/platforms/"+p.ID+"?profile="+profile.Name)
			sure := func(what, source, fidelity string) {
				switch payloads.Fidelity(fidelity) {
				case payloads.FromSource, payloads.Documented, payloads.Observed, payloads.Assumed:
				default:
					t.Errorf("%s %s: %s is of fidelity %q", p.ID, profile.Name, what, fidelity)
				}
				if strings.TrimSpace(source) == "" {
					t.Errorf("%s %s: %s has no source", p.ID, profile.Name, what)
				}
			}
			for _, f := range p.Facts {
				sure("fact "+f.Topic, f.Source, f.Fidelity)
			}
			for _, q := range p.Quirks {
				sure("quirk "+q.Name, q.Source, q.Fidelity)
			}
			for _, e := range p.Events {
				sure("event type "+e.Key, e.Source, e.Fidelity)
			}
			for _, a := range p.Actions {
				sure("action "+a.Name, a.Source, a.Fidelity)
			}
			for _, st := range p.Stories {
				sure("story "+st.Name, st.Source, st.Fidelity)
			}
			if len(p.Facts) < 10 {
				t.Errorf("%s %s has %d facts", p.ID, profile.Name, len(p.Facts))
			}
		}
	}
}
