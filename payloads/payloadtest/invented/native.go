package invented

import (
	"crypto/subtle"
	"encoding/json"
	"errors"
	"io"
	"net/http"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/internal/wire"
	"github.com/annohook/annohook/subscriptions"
)

// KeyHeader carries the credential of the native API.
const KeyHeader = "X-Postbox-Key"

// maxRequestBytes bounds what the native API reads of a request.
const maxRequestBytes = 1 << 16

// newHandler is the native API: GET and POST /hooks, PATCH and DELETE /hooks/{id}, POST /hooks/{id}/ping, POST /notes, GET /postbox-token.
// Everything that is wrong is answered with {"fault":"…"}.
func newHandler(h payloads.Host) http.Handler {
	api := api{host: h}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /hooks", api.list)
	mux.HandleFunc("POST /hooks", api.create)
	mux.HandleFunc("PATCH /hooks/{id}", api.change)
	mux.HandleFunc("DELETE /hooks/{id}", api.remove)
	mux.HandleFunc("POST /hooks/{id}/ping", api.ping)
	mux.HandleFunc("POST /notes", api.note)
	mux.HandleFunc("GET /postbox-token", func(w http.ResponseWriter, _ *http.Request) { answer(w, http.StatusOK, payloads.Obj("token", "any")) })
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { fault(w, http.StatusNotFound, "no such place") })
	return api.guarded(mux)
}

type api struct{ host payloads.Host }

// guarded lets requests with the right key pass, or with any where the API is open.
func (a api) guarded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		given, want := r.Header.Get(KeyHeader), a.host.Key()
		if given == "" || want != "" && subtle.ConstantTimeCompare([]byte(given), []byte(want)) != 1 {
			fault(w, http.StatusUnauthorized, "a key is required")
			return
		}
		next.ServeHTTP(w, r)
	})
}

// hook is a subscription as the native API prints and reads it.
type hook struct {
	URL    string `json:"url"`
	Secret string `json:"secret"`
}

func read(r *http.Request) (hook, error) {
	var in hook
	err := json.NewDecoder(io.LimitReader(r.Body, maxRequestBytes)).Decode(&in)
	return in, err
}

func printed(s subscriptions.Subscription) *payloads.Object {
	return payloads.Obj("id", s.ID, "number", s.NativeID, "url", s.URL, "changed", wire.ISOMilliZ(s.UpdatedAt))
}

func (a api) list(w http.ResponseWriter, r *http.Request) {
	subs, err := a.host.Subscriptions(r.Context())
	if err != nil {
		refuse(w, err)
		return
	}
	hooks := make(payloads.Array, len(subs))
	for i, s := range subs {
		hooks[i] = printed(s)
	}
	answer(w, http.StatusOK, payloads.Obj("hooks", hooks))
}

func (a api) create(w http.ResponseWriter, r *http.Request) {
	in, err := read(r)
	if err != nil {
		fault(w, http.StatusBadRequest, "not a hook")
		return
	}
	s, err := a.host.Subscribe(r.Context(), subscriptions.Subscription{URL: in.URL, Secret: subscriptions.Secret(in.Secret), Enabled: true})
	a.answer(w, http.StatusCreated, s, err)
}

func (a api) change(w http.ResponseWriter, r *http.Request) {
	in, err := read(r)
	if err != nil {
		fault(w, http.StatusBadRequest, "not a hook")
		return
	}
	s, err := a.host.Change(r.Context(), r.PathValue("id"), func(s *subscriptions.Subscription) error {
		s.URL = in.URL
		return nil
	})
	a.answer(w, http.StatusOK, s, err)
}

func (a api) remove(w http.ResponseWriter, r *http.Request) {
	s, err := a.host.Unsubscribe(r.Context(), r.PathValue("id"))
	a.answer(w, http.StatusOK, s, err)
}

func (a api) answer(w http.ResponseWriter, status int, s subscriptions.Subscription, err error) {
	if err != nil {
		refuse(w, err)
		return
	}
	answer(w, status, printed(s))
}

func (a api) ping(w http.ResponseWriter, r *http.Request) {
	push, err := a.host.Push(r.Context(), r.PathValue("id"), Ping)
	if err != nil {
		refuse(w, err)
		return
	}
	answer(w, http.StatusOK, payloads.Obj("status", push.Reply.Status, "failure", string(push.Reply.Failure)))
}

func (a api) note(w http.ResponseWriter, r *http.Request) {
	result, err := a.host.Act(r.Context(), AddNotes, nil)
	if err != nil {
		refuse(w, err)
		return
	}
	answer(w, http.StatusCreated, result)
}

func refuse(w http.ResponseWriter, err error) {
	problems, wrong := errors.AsType[*payloads.ProblemsError](err)
	switch {
	case wrong:
		fault(w, http.StatusUnprocessableEntity, problems.Error())
	case errors.Is(err, subscriptions.ErrNotFound):
		fault(w, http.StatusNotFound, "no such hook")
	default:
		fault(w, http.StatusInternalServerError, "out of order")
	}
}

func fault(w http.ResponseWriter, status int, text string) {
	answer(w, status, payloads.Obj("fault", text))
}

func answer(w http.ResponseWriter, status int, o *payloads.Object) {
	body, err := payloads.JSON(o)
	if err != nil {
		status, body = http.StatusInternalServerError, nil
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(body) // the client is gone
}
