package argilla_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/annohook/annohook/subscriptions"
)

// slowHost answers lists late, as a store does that many ask at once.
type slowHost struct{ *host }

func (h slowHost) Subscriptions(ctx context.Context) ([]subscriptions.Subscription, error) {
	list, err := h.host.Subscriptions(ctx)
	select {
	case <-time.After(2 * time.Millisecond):
	case <-ctx.Done():
	}
	return list, err
}

func TestLimitOfTenForManyAtOnce(t *testing.T) {
	h := newHost()
	a := api{h, platform().Native.Handler(slowHost{h})}
	var mu sync.Mutex
	statuses := map[int]int{}
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			w := a.ask(t, http.MethodPost, webhooks, fmt.Sprintf(`{"url":"http://h/%d","events":["record.created"]}`, i))
			mu.Lock()
			defer mu.Unlock()
			statuses[w.Code]++
		})
	}
	wg.Wait()
	if statuses[http.StatusCreated] != 10 || statuses[http.StatusUnprocessableEntity] != 10 {
		t.Errorf("statuses %v, want ten times 201 and 422", statuses)
	}
	ids := map[string]bool{}
	for _, w := range list(t, object(t, a.ask(t, http.MethodGet, webhooks, ""), http.StatusOK), "items") {
		ids[text(t, w, "id")] = true
	}
	if len(ids) != 10 {
		t.Errorf("%d webhooks", len(ids))
	}
}

func TestRoomAfterADeletion(t *testing.T) {
	a := newAPI(newHost())
	given := map[string]bool{}
	for i := range 30 {
		id := text(t, a.create(t, "http://h/"), "id")
		if given[id] {
			t.Fatalf("the id %s was given twice", id)
		}
		given[id] = true
		if i < 9 {
			continue
		}
		object(t, a.ask(t, http.MethodDelete, webhooks+"/"+id, ""), http.StatusOK)
	}
}

// A subscription of our own API may want no events, which a webhook cannot; the SDK can still change the rest of it.
func TestWebhookWithoutEvents(t *testing.T) {
	a := newAPI(newHost())
	if _, err := a.Subscribe(t.Context(), subscriptions.Subscription{URL: "http://h/", Enabled: true, Events: []string{}}); err != nil {
		t.Fatal(err)
	}
	items := list(t, object(t, a.ask(t, http.MethodGet, webhooks, ""), http.StatusOK), "items")
	path := webhooks + "/" + text(t, items[0], "id")
	whole := printed(t, items[0])
	want(t, a.ask(t, http.MethodPatch, path, whole), http.StatusOK, whole)
	changed := object(t, a.ask(t, http.MethodPatch, path, strings.Replace(whole, `"enabled":true`, `"enabled":false`, 1)), http.StatusOK)
	if on, _ := at(t, changed, "enabled").(bool); on || len(list(t, changed, "events")) != 0 {
		t.Errorf("got %s", printed(t, changed))
	}
	object(t, a.ask(t, http.MethodPatch, path, `{"events":["record.created"]}`), http.StatusOK)
	const tooShort = `{"detail":{"code":"argilla.api.errors::ValidationError","params":{"errors":[` +
		`{"type":"too_short","loc":["body","events"],"msg":"List should have at least 1 item after validation, not 0"}]}}}`
	want(t, a.ask(t, http.MethodPatch, path, `{"events":[]}`), http.StatusUnprocessableEntity, tooShort) // it has some now
	want(t, a.ask(t, http.MethodPatch, webhooks+"/"+firstID[:35]+"9", `{"events":[]}`), http.StatusUnprocessableEntity, tooShort)
}

// The server asks one way of authentication after the other (argilla-server security/authentication/provider.py@92565219).
func TestEitherCredentialWillDo(t *testing.T) {
	for _, test := range []struct {
		key, header, bearer string
		status              int
		shown               string
	}{
		{"k", "wrong", "Bearer k", 200, "k"},
		{"k", "k", "Bearer wrong", 200, "k"},
		{"k", "", "bearer k", 200, "k"},
		{"k", "wrong", "Bearer wrong", 401, ""},
		{"k", "", "Bearer", 401, ""},
		{"k", "", "k", 401, ""},
		{"", "", "Bearer ", 401, ""},
		{"", "any", "", 200, "any"},
		{"", "", "Bearer any", 200, "argilla.apikey"},
	} {
		h := newHost()
		h.key = test.key
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/api/v1/me", nil)
		r.Header.Set("X-Argilla-Api-Key", test.header)
		r.Header.Set("Authorization", test.bearer)
		w := httptest.NewRecorder()
		newAPI(h).handler.ServeHTTP(w, r)
		if w.Code != test.status {
			t.Errorf("%+v: %d %s", test, w.Code, w.Body)
			continue
		}
		if w.Code == http.StatusOK {
			if got := text(t, object(t, w, 200), "api_key"); got != test.shown {
				t.Errorf("%+v: api_key %q", test, got)
			}
		}
	}
}

// Nothing but /me and the webhooks themselves shows a secret.
func TestSecretsStayWhereTheyBelong(t *testing.T) {
	h := newHost()
	h.key = "the-key"
	a := newAPI(h)
	ask := func(method, path, body, key string) string {
		r := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(body))
		r.Header.Set("X-Argilla-Api-Key", key)
		w := httptest.NewRecorder()
		a.handler.ServeHTTP(w, r)
		return w.Body.String() + fmt.Sprint(w.Header())
	}
	ask(http.MethodPost, webhooks, `{"url":"http://u:password@h/","events":["record.created"]}`, "the-key")
	for _, request := range [][3]string{
		{http.MethodGet, webhooks, ""},
		{http.MethodPost, webhooks, `{"url":"nope","events":["record.created"],"secret":"` + firstSecret + `"}`},
		{http.MethodPatch, webhooks + "/" + firstID, `{"secret":5}`},
		{http.MethodGet, "/api/v1/me", ""},
	} {
		for _, key := range []string{"", "other"} {
			got := ask(request[0], request[1], request[2], key)
			for _, secret := range []string{firstSecret, "password", "the-key"} {
				if strings.Contains(got, secret) {
					t.Errorf("%s %s with key %q tells %s: %s", request[0], request[1], key, secret, got)
				}
			}
		}
	}
	if got := ask(http.MethodPost, webhooks, `{"url":"http://u:password@`, "the-key"); strings.Contains(got, "password") {
		t.Errorf("an error repeats its input: %s", got)
	}
}

// A webhook that somebody deletes while it is changed is not found, by its id in the usual form.
func TestDeletedMeanwhile(t *testing.T) {
	h := newHost()
	h.fails = fmt.Errorf("change: %w", subscriptions.ErrNotFound)
	a := newAPI(h)
	const notFound = "{\"detail\":\"Webhook with id `abcdef01-0101-4101-8101-010101010101` not found\"}"
	for _, id := range []string{"ABCDEF01-0101-4101-8101-010101010101", "abcdef01010141018101010101010101", "urn:uuid:abcdef01-0101-4101-8101-010101010101"} {
		want(t, a.ask(t, http.MethodPatch, webhooks+"/"+id, `{}`), http.StatusNotFound, notFound)
		want(t, a.ask(t, http.MethodDelete, webhooks+"/"+id, ""), http.StatusNotFound, notFound)
		want(t, a.ask(t, http.MethodPost, webhooks+"/"+id+"/ping", ""), http.StatusNotFound, notFound)
	}
}

func TestBoundsInCharacters(t *testing.T) {
	a := newAPI(newHost())
	for _, test := range []struct {
		description string
		status      int
	}{
		{strings.Repeat("é", 1000), 201},
		{strings.Repeat("😀", 1000), 201},
		{strings.Repeat("😀", 1001), 422},
		{"\\u0000", 201},
		{" ", 201},
	} {
		w := a.ask(t, http.MethodPost, webhooks, `{"url":"http://h","events":["record.created"],"description":"`+test.description+`"}`)
		if w.Code != test.status {
			t.Errorf("%.20q…: %d %s", test.description, w.Code, w.Body)
		}
	}
	for _, url := range []string{"http://h/" + strings.Repeat("x", 2074), "http://h/" + strings.Repeat("x", 2075)} {
		w := a.ask(t, http.MethodPost, webhooks, `{"url":"`+url+`","events":["record.created"]}`)
		if (w.Code == 201) != (len(url) <= 2083) {
			t.Errorf("a URL of %d characters: %d", len(url), w.Code)
		}
	}
}

// TestOfManyFaultsAThousandAreTold bounds the answer to a list of a hundred thousand events that do not exist.
func TestOfManyFaultsAThousandAreTold(t *testing.T) {
	const many, told = 100_000, 1000
	a := newAPI(newHost())
	w := a.ask(t, http.MethodPost, webhooks, `{"url":"http://h","description":"d","events":["x"`+strings.Repeat(`,"x"`, many-1)+`]}`)
	if got := strings.Count(w.Body.String(), `"enum"`); w.Code != http.StatusUnprocessableEntity || got != told {
		t.Errorf("status %d tells %d faults, want %d", w.Code, got, told)
	}
}
