package web_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/annohook/annohook/web"
	"github.com/annohook/annohook/web/api"
	"github.com/annohook/annohook/web/dashboard"
)

// TestTheReferenceIsAPage: it lies beside the API, but people read it, so a browser without a session is sent to the login.
func TestTheReferenceIsAPage(t *testing.T) {
	t.Parallel()
	var s *web.Server
	s = newServer(t, func(o *web.Options) {
		pages, err := dashboard.New(dashboard.Options{
			Scheduler: o.Scheduler, History: o.History, Hub: o.Hub, Subscriptions: o.Subscriptions, Now: time.Now,
			Document: func() []byte { return s.API().Document() },
		})
		if err != nil {
			t.Fatal(err)
		}
		o.Dashboard, o.Token = pages, "open sesame"
	})
	if w := ask(s, "GET", api.ReferencePath, ""); w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/login?next=%2Fapi%2Fdocs" {
		t.Errorf("without a token: %d %s", w.Code, w.Header().Get("Location"))
	}
	page := ask(s, "GET", api.ReferencePath, "", "Authorization", "Bearer open sesame")
	if page.Code != http.StatusOK || !strings.Contains(page.Body.String(), `id="create-subscription"`) {
		t.Errorf("with the token: %d %.300s", page.Code, page.Body)
	}
	if text := page.Body.String(); strings.Contains(text, `src="http`) || strings.Contains(text, `rel="stylesheet" href="http`) {
		t.Error("the page loads from elsewhere")
	}
	for _, path := range []string{"/api/docs/", "/api/docs/x", "/api/nothing"} {
		w := ask(s, "GET", path, "", "Authorization", "Bearer open sesame")
		if w.Code != http.StatusNotFound || !strings.HasPrefix(w.Header().Get("Content-Type"), "application/problem+json") {
			t.Errorf("%s: %d %s", path, w.Code, w.Header().Get("Content-Type"))
		}
	}
}
