package web_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/annohook/annohook/web"
	"github.com/annohook/annohook/web/dashboard"
)

func TestTheRealPagesLogIn(t *testing.T) {
	t.Parallel()
	s := newServer(t, func(o *web.Options) {
		pages, err := dashboard.New(dashboard.Options{Scheduler: o.Scheduler, History: o.History, Hub: o.Hub, Subscriptions: o.Subscriptions, Now: time.Now})
		if err != nil {
			t.Fatal(err)
		}
		o.Dashboard, o.Token = pages, "open sesame"
	})
	form := ask(s, "GET", "/login?next=%2Fsubscriptions", "")
	if form.Code != http.StatusOK {
		t.Fatalf("login page: %d", form.Code)
	}
	for _, part := range []string{`method="post"`, `action="/login"`, `name="token"`, `name="next"`, "/subscriptions"} {
		if !strings.Contains(form.Body.String(), part) {
			t.Errorf("the login page lacks %s", part)
		}
	}
	assets := regexp.MustCompile(`(?:href|src)="(/assets/[^"]+)"`).FindAllStringSubmatch(form.Body.String(), -1)
	if len(assets) == 0 {
		t.Error("the login page has no style")
	}
	for _, asset := range assets {
		w := ask(s, "GET", asset[1], "")
		if w.Code != http.StatusOK || !strings.Contains(w.Header().Get("Cache-Control"), "immutable") {
			t.Errorf("%s: %d %s", asset[1], w.Code, w.Header().Get("Cache-Control"))
		}
	}
	in := ask(s, "POST", "/login", "token=open+sesame&next=%2Fsubscriptions", "Content-Type", "application/x-www-form-urlencoded")
	session, _, _ := strings.Cut(in.Header().Get("Set-Cookie"), ";")
	if w := ask(s, "GET", in.Header().Get("Location"), "", "Cookie", session); w.Code != http.StatusOK {
		t.Errorf("after the login: %d", w.Code)
	}
}
