package toloka_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/toloka"
	"github.com/annohook/annohook/subscriptions"
)

// TestUpsertMovesRows gives one of three rows another secret, then all of them a third one.
func TestUpsertMovesRows(t *testing.T) {
	r := newRig(t)
	all := func(secret string) string {
		return forms(form("http://a/", "POOL_CLOSED", "7", secret), form("http://a/", "ASSIGNMENT_CREATED", "7", secret), form("http://a/", "ASSIGNMENT_SUBMITTED", "7", secret))
	}
	before := r.want(http.StatusOK, "PUT", hooks, all("one"))
	first := r.subscriptions()[0].ID
	change(t, r, first, func(s *subscriptions.Subscription) { s.Headers = subscriptions.Headers{{Name: "X-A", Value: "b"}} })

	r.want(http.StatusOK, "PUT", hooks, forms(form("http://a/", "ASSIGNMENT_CREATED", "7", "two")))
	list := r.subscriptions()
	if len(list) != 2 || list[0].Secret != "one" || len(list[0].Events) != 2 || list[1].Secret != "two" || len(list[1].Events) != 1 || len(list[1].Headers) != 1 {
		t.Fatalf("stored %+v", list)
	}
	if got, want := show(page(r, "")), `{"items":[`+listed(before)+`],"has_more":false}`; got != want {
		t.Errorf("rows\n%s\nwant\n%s", got, want)
	}

	// Each subscription's rows all get the same secret, so both stay.
	r.want(http.StatusOK, "PUT", hooks, all("three"))
	for _, s := range r.subscriptions() {
		if s.Secret != "three" {
			t.Errorf("%s has the secret %s", s.ID, string(s.Secret))
		}
	}
	if got, want := show(page(r, "")), `{"items":[`+listed(before)+`],"has_more":false}`; got != want {
		t.Errorf("rows\n%s\nwant\n%s", got, want)
	}
}

func change(t *testing.T, r *rig, id string, edit func(*subscriptions.Subscription)) {
	t.Helper()
	if _, err := r.host.Update(t.Context(), id, func(s *subscriptions.Subscription) error { edit(s); return nil }); err != nil {
		t.Fatal(err)
	}
}

func page(r *rig, query string) *payloads.Object {
	r.Helper()
	return r.want(http.StatusOK, "GET", hooks+query, "")
}

// listed are the items of an upsert's answer as a list prints them.
func listed(answer *payloads.Object) string {
	items, _ := at(answer, "items").(*payloads.Object)
	var list []string
	for _, m := range items.Members() {
		list = append(list, show(m.Value.(*payloads.Object)))
	}
	return strings.Join(list, ",")
}

// TestUpsertJoins wants a row of the same URL, secret and pool in the subscription that has them, also one of our own API.
func TestUpsertJoins(t *testing.T) {
	r := newRig(t)
	own := subscriptions.Subscription{URL: "http://a/", Secret: "s", Events: []string{toloka.PoolClosed}, Scope: []byte(`{"pool_id":"7"}`), Enabled: true}
	if _, err := r.host.Subscribe(t.Context(), own); err != nil {
		t.Fatal(err)
	}
	shown := show(at(page(r, ""), "items", "0").(*payloads.Object))
	r.want(http.StatusOK, "PUT", hooks, forms(form("http://a/", "ASSIGNMENT_SKIPPED", "7", "s"), form("http://a/", "TEST_EVENT", "7", "s")))
	r.want(http.StatusOK, "PUT", hooks, forms(form("http://a/", "ASSIGNMENT_SKIPPED", "8", "s")))
	list := r.subscriptions()
	if len(list) != 2 || len(list[0].Events) != 3 || len(list[1].Events) != 1 {
		t.Fatalf("stored %+v", list)
	}
	if got := show(at(page(r, ""), "items", "0").(*payloads.Object)); got != shown {
		t.Errorf("the derived row was %s, is %s", shown, got)
	}
}

func TestUpsertTwiceInOneList(t *testing.T) {
	r := newRig(t)
	answer := r.want(http.StatusOK, "PUT", hooks, forms(form("http://a/", "POOL_CLOSED", "7", "one"), form("http://a/", "POOL_CLOSED", "7", "two")))
	if at(answer, "items", "0", "id") != at(answer, "items", "1", "id") {
		t.Errorf("two rows: %s", show(answer))
	}
	if list := r.subscriptions(); len(list) != 1 || list[0].Secret != "two" {
		t.Errorf("stored %+v", list)
	}
}

// TestTwoProcesses wants two handlers over one store to see and change the same rows.
func TestTwoProcesses(t *testing.T) {
	one := newRig(t)
	other := &rig{T: t, host: one.host, handler: platform().Native.Handler(one.host), auth: one.auth}
	row := one.want(http.StatusCreated, "PUT", hooks, form("http://a/", "POOL_CLOSED", "7", "s"))
	if got := show(other.want(http.StatusOK, "PUT", hooks, form("http://a/", "POOL_CLOSED", "7", "t"))); got != show(row) {
		t.Errorf("the other process makes %s of %s", got, show(row))
	}
	other.want(http.StatusNoContent, "DELETE", hooks+"/"+text(at(row, "id")), "")
	one.want(http.StatusNotFound, "GET", hooks+"/"+text(at(row, "id")), "")
}

// TestMoveIntoAHome gives the rows of one subscription the secret of another, one after the other: the second subscription takes the first row
// in, the last one changes where it is.
func TestMoveIntoAHome(t *testing.T) {
	r := newRig(t)
	before := r.want(http.StatusOK, "PUT", hooks, forms(form("http://a/", "POOL_CLOSED", "7", "one"), form("http://a/", "ASSIGNMENT_CREATED", "7", "one"),
		form("http://a/", "ASSIGNMENT_SKIPPED", "7", "two")))
	for i, event := range []string{"POOL_CLOSED", "ASSIGNMENT_CREATED"} {
		r.want(http.StatusOK, "PUT", hooks, forms(form("http://a/", event, "7", "two")))
		for _, s := range r.subscriptions() {
			if wants := len(s.Events); (s.Secret == "two" && i == 0 && wants != 2) || s.Secret == "one" && i == 1 {
				t.Errorf("after %d moves: %+v", i+1, s)
			}
		}
	}
	if got, want := show(page(r, "")), `{"items":[`+listed(before)+`],"has_more":false}`; got != want {
		t.Errorf("rows\n%s\nwant\n%s", got, want)
	}
}

// TestPartialSuccess wants what can be stored stored when the core refuses a part.
func TestPartialSuccess(t *testing.T) {
	r := newRig(t)
	r.want(http.StatusOK, "PUT", hooks, forms(form("http://a/", "POOL_CLOSED", "7", "s")))
	r.host.refuse = &payloads.ProblemsError{Problems: []payloads.Problem{{Field: "secret", Message: "these stars stand for a secret"}}}
	answer := r.want(http.StatusOK, "PUT", hooks, forms(form("http://a/", "POOL_CLOSED", "7", "********"), form("http://a/", "ASSIGNMENT_CREATED", "7", "s"),
		form("http://a/", "POOL_CLOSED", "7", "s")))
	if at(answer, "validation_errors", "0", "secret_key", "code") != "INVALID_VALUE" || at(answer, "validation_errors", "1") == nil || at(answer, "items", "2", "id") == nil {
		t.Errorf("answer %s", show(answer))
	}
	if list := r.subscriptions(); len(list) != 1 || list[0].Secret != "s" || len(list[0].Events) != 1 {
		t.Errorf("stored %+v", list)
	}
}
