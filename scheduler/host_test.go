package scheduler_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/payloadtest/invented"
	"github.com/annohook/annohook/scheduler"
	"github.com/annohook/annohook/sender/history"
	"github.com/annohook/annohook/subscriptions"
)

// other is a second platform, whose subscriptions a host of the first must not see.
const other = "otherbox"

// httpOnly judges targets as the program does.
func httpOnly(o *scheduler.Options) {
	o.CheckURL = func(url string) error {
		if !strings.HasPrefix(url, "http") {
			return errors.New("must be http")
		}
		return nil
	}
}

// withOther adds the second platform.
func withOther(t *testing.T) func(*scheduler.Options) {
	t.Helper()
	return func(o *scheduler.Options) {
		one, two := invented.Platforms(), invented.Platforms()
		for i := range two {
			two[i].ID = other
		}
		registry, err := payloads.NewRegistry(one, two)
		if err != nil {
			t.Fatal(err)
		}
		o.Registry = registry
	}
}

// host is the native API's side of the rig in a profile.
func (r *rig) host(profile, key string) payloads.Host {
	r.t.Helper()
	p, err := r.Registry().Platform(invented.ID, profile)
	if err != nil {
		r.t.Fatal(err)
	}
	return r.Host(p, key)
}

func (r *rig) hostSubscribe(h payloads.Host, sub subscriptions.Subscription) subscriptions.Subscription {
	r.t.Helper()
	created, err := h.Subscribe(r.t.Context(), sub)
	if err != nil {
		r.t.Fatalf("subscribe natively: %v", err)
	}
	return created
}

func TestHostStoresOrdinarySubscriptions(t *testing.T) {
	t.Parallel()
	r := newRig(t, withOther(t), httpOnly)
	h := r.host("v2", "k")
	if h.Key() != "k" || !h.Now().Equal(start) {
		t.Errorf("key %q, now %v", h.Key(), h.Now())
	}
	one, errOne := h.Random()
	two, errTwo := h.Random()
	if one == two || errOne != nil || errTwo != nil {
		t.Errorf("random bytes %x, %x, errors %v, %v", one, two, errOne, errTwo)
	}
	r.subscribe("", func(s *subscriptions.Subscription) { s.Platform = other })
	created := r.hostSubscribe(h, subscriptions.Subscription{ID: "mine", Platform: other, URL: "ftp://nowhere/", Enabled: true})
	if created.ID == "mine" || created.Platform != invented.ID || created.Profile != "v2" || created.NativeID != "1" || created.URL != "ftp://nowhere/" ||
		!created.CreatedAt.Equal(start) || !created.UpdatedAt.Equal(start) {
		t.Errorf("created %+v", created)
	}
	list, err := h.Subscriptions(t.Context())
	if err != nil || len(list) != 1 || list[0].ID != created.ID {
		t.Errorf("list %+v, error %v", list, err)
	}
	if s, err := r.store.Get(t.Context(), created.ID); err != nil || s.URL != created.URL {
		t.Errorf("stored %+v, error %v", s, err)
	}
	_, err = h.Subscribe(t.Context(), subscriptions.Subscription{URL: "http://x/", Secret: "abc", Events: []string{"no such"}})
	wrong, ok := errors.AsType[*payloads.ProblemsError](err)
	if !ok || len(wrong.Problems) != 2 || wrong.Problems[0].Field != "secret" || !strings.Contains(err.Error(), "events[0]") {
		t.Errorf("error %v", err)
	}
}

func TestHostTakesSecretsLiterally(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	h := r.host("v1", "")
	sub := r.hostSubscribe(h, subscriptions.Subscription{URL: "http://x/", Secret: scheduler.GenerateSecret})
	if sub.Secret != scheduler.GenerateSecret {
		t.Errorf("secret %q was replaced", string(sub.Secret))
	}
	changed, err := h.Change(t.Context(), sub.ID, func(s *subscriptions.Subscription) error {
		s.Description = "new"
		return nil
	})
	if err != nil || changed.Secret != scheduler.GenerateSecret {
		t.Errorf("secret %q, error %v", string(changed.Secret), err)
	}
}

func TestSubscriptionsOfOtherPlatformsDoNotExistForAHost(t *testing.T) {
	t.Parallel()
	r := newRig(t, withOther(t))
	h := r.host("v1", "")
	foreign := r.subscribe("", func(s *subscriptions.Subscription) { s.Platform = other })
	for _, id := range []string{foreign.ID, "none"} {
		_, errChange := h.Change(t.Context(), id, func(s *subscriptions.Subscription) error { s.URL = "http://stolen/"; return nil })
		gone, errGone := h.Unsubscribe(t.Context(), id)
		_, errPush := h.Push(t.Context(), id, invented.Ping)
		for i, err := range []error{errChange, errGone, errPush} {
			if !errors.Is(err, subscriptions.ErrNotFound) {
				t.Errorf("call %d on %s: %v", i, id, err)
			}
		}
		if gone.Secret != "" || gone.URL != "" {
			t.Errorf("a refused call returned %+v", gone)
		}
	}
	if s, err := r.store.Get(t.Context(), foreign.ID); err != nil || s.URL != foreign.URL {
		t.Errorf("stored %+v, error %v", s, err)
	}
}

func TestDescriptionsAreCountedInCharacters(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	h := r.host("v1", "")
	long := strings.Repeat("é", subscriptions.MaxDescriptionRunes)
	r.hostSubscribe(h, subscriptions.Subscription{URL: "http://x/", Enabled: true, Description: long})
	_, err := h.Subscribe(t.Context(), subscriptions.Subscription{URL: "http://x/", Enabled: true, Description: long + "é"})
	var wrong *payloads.ProblemsError
	if !errors.As(err, &wrong) || wrong.Problems[0].Field != "description" {
		t.Errorf("one character more: %v", err)
	}
}

func TestHostChangeMovesTheTimeOnlyForRealChanges(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	h := r.host("v1", "")
	sub := r.hostSubscribe(h, subscriptions.Subscription{URL: "http://x/", Enabled: true, Options: []byte(`{"max": 3}`)})
	for i, tt := range []struct {
		change func(*subscriptions.Subscription)
		moves  bool
	}{
		{func(*subscriptions.Subscription) {}, false},
		{func(s *subscriptions.Subscription) { s.URL, s.Options = "http://x/", []byte(`{"max":3}`) }, false},
		{func(s *subscriptions.Subscription) { s.UpdatedAt = start }, false},
		{func(s *subscriptions.Subscription) { s.UpdatedAt = s.UpdatedAt.Add(time.Hour) }, true},
		{func(s *subscriptions.Subscription) { s.Headers = subscriptions.Headers{} }, false},
		{func(s *subscriptions.Subscription) { s.URL = "http://y/" }, true},
		{func(s *subscriptions.Subscription) { s.Events = []string{} }, true},
		{func(s *subscriptions.Subscription) { s.Secret = "hush hush" }, true},
		{func(s *subscriptions.Subscription) { s.Enabled = false }, true},
	} {
		r.queue.Advance(time.Minute)
		changed, err := h.Change(t.Context(), sub.ID, func(s *subscriptions.Subscription) error { tt.change(s); return nil })
		want := sub.UpdatedAt
		if tt.moves {
			want = r.queue.Now()
		}
		if err != nil || !changed.UpdatedAt.Equal(want) {
			t.Errorf("change %d: updated at %v, want %v, error %v", i, changed.UpdatedAt, want, err)
		}
		sub = changed
	}
	if _, err := h.Change(t.Context(), sub.ID, func(*subscriptions.Subscription) error { return errBroken }); !errors.Is(err, errBroken) {
		t.Errorf("error %v, want that of the change", err)
	}
	_, err := h.Change(t.Context(), sub.ID, func(s *subscriptions.Subscription) error { s.Concurrency = -1; return nil })
	if wrong, ok := errors.AsType[*payloads.ProblemsError](err); !ok || wrong.Problems[0].Field != "concurrency" {
		t.Errorf("error %v", err)
	}
}

func TestOurAPIKeepsATargetItWouldNotAccept(t *testing.T) {
	t.Parallel()
	r := newRig(t, httpOnly)
	sub := r.hostSubscribe(r.host("v1", ""), subscriptions.Subscription{URL: "ftp://nowhere/"})
	changed, err := r.Change(t.Context(), sub.ID, func(s *subscriptions.Subscription) error { s.Description = "new"; return nil })
	if err != nil || changed.URL != "ftp://nowhere/" {
		t.Errorf("an unchanged target: %v", err)
	}
	for _, url := range []string{"ftp://elsewhere/", ""} {
		_, err = r.Change(t.Context(), sub.ID, func(s *subscriptions.Subscription) error { s.URL = url; return nil })
		if wrong, ok := errors.AsType[*scheduler.InvalidError](err); !ok || wrong.Problems[0].Field != "url" {
			t.Errorf("target %q: %v", url, err)
		}
	}
	if _, err := r.Subscribe(t.Context(), subscriptions.Subscription{Platform: invented.ID, URL: "ftp://nowhere/"}); err == nil {
		t.Error("a new target is not judged")
	}
}

func TestHostChangeResetsTheCountOfFailures(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		change func(*subscriptions.Subscription)
		want   int
	}{
		"enabled again": {func(s *subscriptions.Subscription) { s.Enabled = true }, 0},
		"other target":  {func(s *subscriptions.Subscription) { s.URL = "http://y/" }, 0},
		"other headers": {func(s *subscriptions.Subscription) { s.Headers = subscriptions.Headers{{Name: "X-A", Value: "1"}} }, 0},
		"other events":  {func(s *subscriptions.Subscription) { s.Events = []string{invented.NoteAdded} }, 3},
	} {
		r := newRig(t)
		r.wire.answer = status(500)
		h := r.host("v2", "")
		sub := r.hostSubscribe(h, subscriptions.Subscription{URL: "http://x/", Enabled: true})
		for range 3 {
			r.act(invented.AddNotes, nil)
			r.drain()
		}
		failed, err := r.store.Get(t.Context(), sub.ID)
		if err != nil || failed.Enabled || failed.ConsecutiveFailures != 3 || failed.DisabledReason == "" {
			t.Fatalf("%s: after three failures %+v, error %v", name, failed, err)
		}
		changed, err := h.Change(t.Context(), sub.ID, func(s *subscriptions.Subscription) error { tt.change(s); return nil })
		if err != nil || changed.ConsecutiveFailures != tt.want || changed.Enabled != (changed.DisabledReason == "") {
			t.Errorf("%s: %d failures, enabled %v, reason %q, error %v", name, changed.ConsecutiveFailures, changed.Enabled, changed.DisabledReason, err)
		}
	}
}

func TestNumbersAreNeverGivenTwice(t *testing.T) {
	t.Parallel()
	r := newRig(t, withOther(t))
	h := r.host("v1", "")
	var got []string
	add := func() subscriptions.Subscription {
		sub := r.hostSubscribe(h, subscriptions.Subscription{URL: "http://x/"})
		got = append(got, sub.NativeID)
		return sub
	}
	add()
	two := add()
	if _, err := h.Unsubscribe(t.Context(), two.ID); err != nil {
		t.Fatal(err)
	}
	add()
	r.subscribe("", func(s *subscriptions.Subscription) { s.NativeID = "41" }) // as a store of before the counter has it
	r.subscribe("", func(s *subscriptions.Subscription) { s.Platform = other })
	r.subscribe("", func(s *subscriptions.Subscription) { s.NativeID = "99999999999999999999" })
	add()
	if diff := cmp.Diff([]string{"1", "2", "3", "42"}, got); diff != "" {
		t.Errorf("numbers (-want +got):\n%s", diff)
	}
}

func TestHostActsOnTheSameWorld(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	h := r.host("v1", "")
	if state, err := h.World(t.Context()); state != nil || err != nil {
		t.Errorf("a fresh world is %q, error %v", state, err)
	}
	r.subscribe(alone)
	result, err := h.Act(t.Context(), invented.AddNotes, payloads.Obj("box", "B"))
	if err != nil {
		t.Fatal(err)
	}
	if id, _ := result.Get("id"); id != "2" {
		t.Errorf("result %v", id)
	}
	if diff := cmp.Diff([]string{"1 A", "2 B"}, r.notes()); diff != "" {
		t.Errorf("world (-want +got):\n%s", diff)
	}
	if state, err := h.World(t.Context()); !strings.Contains(string(state), `"last":2`) || err != nil {
		t.Errorf("world %s, error %v", state, err)
	}
	r.drain()
	if len(r.wire.sent) != 1 {
		t.Errorf("%d requests", len(r.wire.sent))
	}
	_, err = h.Act(t.Context(), invented.MoveNote, payloads.Obj("note", "9"))
	if wrong, ok := errors.AsType[*payloads.ParamError](err); !ok || wrong.Name != "note" {
		t.Errorf("an unknown note: %v", err)
	}
	_, err = h.Act(t.Context(), "dance", nil)
	if wrong, ok := errors.AsType[*payloads.ProblemsError](err); !ok || wrong.Problems[0].Field != "action" {
		t.Errorf("an unknown action: %v", err)
	}
}

// TestNativeAPIOnTheHost talks HTTP to the invented platform's API, as its SDK would.
func TestNativeAPIOnTheHost(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	p, err := r.Registry().Platform(invented.ID, "")
	if err != nil {
		t.Fatal(err)
	}
	api := p.Native.Handler(r.Host(p, "open sesame"))
	call := func(key, method, path, body string, status int, want string) string {
		t.Helper()
		request := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(body))
		request.Header.Set(invented.KeyHeader, key)
		answer := httptest.NewRecorder()
		api.ServeHTTP(answer, request)
		if answer.Code != status || !strings.Contains(answer.Body.String(), want) {
			t.Errorf("%s %s: %d %s, want %d with %s", method, path, answer.Code, answer.Body, status, want)
		}
		return answer.Body.String()
	}
	const key = "open sesame"
	call("", http.MethodGet, "/hooks", "", 401, `"fault"`)
	call("wrong", http.MethodGet, "/hooks", "", 401, `"fault"`)
	call(key, http.MethodGet, "/elsewhere", "", 404, `"fault"`)
	call(key, http.MethodGet, "/postbox-token", "", 200, `"token"`)
	call(key, http.MethodPost, "/hooks", "{", 400, `"fault"`)
	call(key, http.MethodPost, "/hooks", `{"url":"ftp://x","secret":"abc"}`, 422, "secret")
	created := call(key, http.MethodPost, "/hooks", `{"url":"http://x/"}`, 201, `"number":"1"`)
	_, rest, _ := strings.Cut(created, `"id":"`)
	id, _, _ := strings.Cut(rest, `"`)
	call(key, http.MethodGet, "/hooks", "", 200, id)
	call(key, http.MethodPatch, "/hooks/"+id, `{"url":"http://y/"}`, 200, "http://y/")
	call(key, http.MethodPost, "/notes", "", 201, `"id":"2"`)
	r.working()
	call(key, http.MethodPost, "/hooks/"+id+"/ping", "", 200, `"status":200`)
	call(key, http.MethodDelete, "/hooks/"+id, "", 200, id)
	call(key, http.MethodDelete, "/hooks/"+id, "", 404, `"fault"`)
	if page, err := r.history.List(t.Context(), history.Query{Platform: invented.ID}); err != nil || len(page.Items) != 2 {
		t.Errorf("%d deliveries, error %v", len(page.Items), err)
	}
}

// What the engine cannot take now is told to native APIs in the contract's words, so that each says it in its platform's.
func TestHostTellsAFullAndAnAbsentStore(t *testing.T) {
	t.Parallel()
	var full error
	r := newRig(t, func(o *scheduler.Options) { o.Full = func(context.Context) error { return full } })
	r.subscribe(alone)
	for _, tc := range []struct{ is, want error }{
		{errors.New("95 % full"), payloads.ErrBusy},
		{&scheduler.TroubleError{Reason: "the store does not answer"}, payloads.ErrUnavailable},
	} {
		full = tc.is
		r.queue.Advance(time.Second)
		if _, err := r.host("v1", "").Act(t.Context(), invented.AddNotes, payloads.Obj("box", "B")); !errors.Is(err, tc.want) {
			t.Errorf("with %q: %v, want %v", tc.is, err, tc.want)
		}
	}
	if n := len(r.notes()); n != 1 {
		t.Errorf("refused actions left %d notes, want the one of a fresh world", n)
	}
}
