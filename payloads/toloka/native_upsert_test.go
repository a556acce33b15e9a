package toloka_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/toloka"
)

const hooks = "/api/v1/webhook-subscriptions"

// form prints one form of an upsert.
func form(url, event, pool, secret string) string {
	text := fmt.Sprintf(`{"webhook_url": %q, "event_type": %q, "pool_id": %q`, url, event, pool)
	if secret != "" {
		text += fmt.Sprintf(`, "secret_key": %q`, secret)
	}
	return text + "}"
}

func forms(list ...string) string { return "[" + strings.Join(list, ", ") + "]" }

// TestUpsertArray is the case of toloka-kit's own tests: two right, the third without a URL.
func TestUpsertArray(t *testing.T) {
	r := newRig(t)
	const url = "https://awesome-requester.com/toloka-webhook"
	answer := r.want(http.StatusOK, "PUT", hooks, forms(form(url, "ASSIGNMENT_CREATED", "121212", "s3cret"), form(url, "POOL_CLOSED", "121212", "s3cret"),
		`{"event_type": "POOL_CLOSED", "pool_id": "121212"}`))
	want := `{"items":{` +
		`"0":{"id":"6b016ba0c5312a4ab2b2ba38","webhook_url":"` + url + `","event_type":"ASSIGNMENT_CREATED","pool_id":"121212","created":"2026-11-21T10:00:00.123"},` +
		`"1":{"id":"6b016ba002cd71b8bd941f06","webhook_url":"` + url + `","event_type":"POOL_CLOSED","pool_id":"121212","created":"2026-11-21T10:00:00.124"}},` +
		`"validation_errors":{"2":{"webhook_url":{"code":"VALUE_REQUIRED","message":"Value must be present and not equal to null"}}}}`
	if diff := cmp.Diff(want, show(answer)); diff != "" {
		t.Errorf("answer (-want +got):\n%s", diff)
	}
	list := r.subscriptions()
	if len(list) != 1 {
		t.Fatalf("%d subscriptions, want one for one URL, secret and pool", len(list))
	}
	if s := list[0]; s.Secret != "s3cret" || string(s.Scope) != `{"pool_id":"121212"}` || !s.Enabled || len(s.Events) != 2 {
		t.Errorf("stored %+v", s)
	}
}

// TestRowsReachEvents wants the row's id in the events that the row's subscription gets.
func TestRowsReachEvents(t *testing.T) {
	r := newRig(t)
	answer := r.want(http.StatusOK, "PUT", hooks, forms(form("http://127.0.0.1:9/", "ASSIGNMENT_CREATED", "7", ""), form("http://127.0.0.1:9/", "POOL_CLOSED", "7", "")))
	s := r.subscriptions()[0]
	for i, key := range []string{toloka.AssignmentCreated, toloka.PoolClosed} {
		want := at(answer, "items", strconv.Itoa(i), "id")
		if got, _ := build(t, key, s).Get("webhook_subscription_id"); got != want {
			t.Errorf("%s carries the row %v, want %v", key, got, want)
		}
	}
	if got, _ := build(t, toloka.AssignmentSkipped, s).Get("webhook_subscription_id"); got != toloka.RowID(s.NativeID, toloka.AssignmentSkipped) {
		t.Errorf("an event type without a kept row carries %v", got)
	}
}

func TestUpsertObject(t *testing.T) {
	r := newRig(t)
	first := r.want(http.StatusCreated, "PUT", hooks+"/", form("http://127.0.0.1:9/", "POOL_CLOSED", "7", ""))
	r.host.now = r.host.now.Add(time.Hour)
	again := r.want(http.StatusOK, "PUT", hooks, form("http://127.0.0.1:9/", "POOL_CLOSED", "7", "new"))
	if diff := cmp.Diff(show(first), show(again)); diff != "" {
		t.Errorf("id or created changed (-first +again):\n%s", diff)
	}
	if list := r.subscriptions(); len(list) != 1 || list[0].Secret != "new" {
		t.Errorf("stored %+v", list)
	}
	r.want(http.StatusOK, "PUT", hooks, form("http://127.0.0.1:9/", "POOL_CLOSED", "7", ""))
	if list := r.subscriptions(); list[0].Secret != "" {
		t.Error("an upsert without secret_key keeps the old secret")
	}
}

func TestUpsertForms(t *testing.T) {
	tests := []struct{ name, form, field, code string }{
		{"number as pool", `{"webhook_url":"http://a/","event_type":"POOL_CLOSED","pool_id":36502086}`, "", ""},
		{"huge number as pool", `{"webhook_url":"http://a/","event_type":"POOL_CLOSED","pool_id":36502086365020863650208636502086}`, "", ""},
		{"what a client read before", `{"webhook_url":"http://a/","event_type":"POOL_CLOSED","pool_id":"1","id":"x","created":"2020-01-01T00:00:00"}`, "", ""},
		{"test event", `{"webhook_url":"http://a/","event_type":"TEST_EVENT","pool_id":"1"}`, "", ""},
		{"null secret", `{"webhook_url":"http://a/","event_type":"POOL_CLOSED","pool_id":"1","secret_key":null}`, "", ""},
		{"no object", `7`, "item", "OBJECT_EXPECTED"},
		{"no event", `{"webhook_url":"http://a/","pool_id":"1"}`, "event_type", "VALUE_REQUIRED"},
		{"null pool", `{"webhook_url":"http://a/","event_type":"POOL_CLOSED","pool_id":null}`, "pool_id", "VALUE_REQUIRED"},
		{"fraction as pool", `{"webhook_url":"http://a/","event_type":"POOL_CLOSED","pool_id":1.5}`, "pool_id", "STRING_EXPECTED"},
		{"long pool", `{"webhook_url":"http://a/","event_type":"POOL_CLOSED","pool_id":"` + strings.Repeat("1", 101) + `"}`, "pool_id", "STRING_LENGTH_GREATER_THAN_MAX"},
		{"wire name of the documents' other page", `{"webhook_url":"http://a/","event_type":"ASSIGNMENT_ACCEPTED","pool_id":"1"}`, "event_type", "UNKNOWN_ENUM_VALUE"},
		{"no url", `{"webhook_url":"awesome","event_type":"POOL_CLOSED","pool_id":"1"}`, "webhook_url", "INVALID_URL_SYNTAX"},
		{"ftp", `{"webhook_url":"ftp://a/","event_type":"POOL_CLOSED","pool_id":"1"}`, "webhook_url", "INVALID_URL_SYNTAX"},
		{"space in url", `{"webhook_url":"http://a/ b","event_type":"POOL_CLOSED","pool_id":"1"}`, "webhook_url", "INVALID_URL_SYNTAX"},
		{"long secret", `{"webhook_url":"http://a/","event_type":"POOL_CLOSED","pool_id":"1","secret_key":"` + strings.Repeat("x", 1025) + `"}`, "secret_key", "STRING_LENGTH_GREATER_THAN_MAX"},
		{"unknown field", `{"webhook_url":"http://a/","event_type":"POOL_CLOSED","pool_id":"1","type":"x"}`, "type", "VALUE_NOT_ALLOWED"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if tt.code == "" {
				answer := newRig(t).want(http.StatusOK, "PUT", hooks, "["+tt.form+"]")
				if pool, _ := at(answer, "items", "0", "pool_id").(string); pool == "" {
					t.Errorf("pool_id is no string in %s", show(answer))
				}
				return
			}
			answer := newRig(t).want(http.StatusBadRequest, "PUT", hooks, "["+tt.form+"]")
			if at(answer, "code") != "VALIDATION_ERROR" || at(answer, "message") != "Validation failed" || at(answer, "payload", "0", tt.field, "code") != tt.code {
				t.Errorf("answer %s", show(answer))
			}
			if tt.form[0] == '{' {
				answer = newRig(t).want(http.StatusBadRequest, "PUT", hooks, tt.form)
				if at(answer, "payload", tt.field, "code") != tt.code {
					t.Errorf("as one object: %s", show(answer))
				}
			}
		})
	}
}

func TestUpsertBodies(t *testing.T) {
	tests := []struct {
		name, body, kind string
		status           int
		code             string
	}{
		{"kit's empty list", "", "", http.StatusBadRequest, "VALIDATION_ERROR"},
		{"an empty list", "[]", "application/json", http.StatusOK, ""},
		{"java's type", "[]", "application/json; charset=UTF-8", http.StatusOK, ""},
		{"null", "null", "application/json", http.StatusBadRequest, "VALIDATION_ERROR"},
		{"text", `"x"`, "application/json", http.StatusBadRequest, "VALIDATION_ERROR"},
		{"no JSON", "[", "application/json", http.StatusBadRequest, "VALIDATION_ERROR"},
		{"a form", "a=b", "application/x-www-form-urlencoded", http.StatusUnsupportedMediaType, "UNSUPPORTED_MEDIA_TYPE"},
		{"no type", "[]", "", http.StatusUnsupportedMediaType, "UNSUPPORTED_MEDIA_TYPE"},
		{"too many", "[" + strings.Repeat("1,", 1000) + "1]", "application/json", http.StatusRequestEntityTooLarge, "ENTITY_TOO_LARGE"},
		{"too long", `"` + strings.Repeat("x", 4<<20) + `"`, "application/json", http.StatusRequestEntityTooLarge, "ENTITY_TOO_LARGE"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := newRig(t)
			request := httptest.NewRequestWithContext(t.Context(), http.MethodPut, hooks, strings.NewReader(tt.body))
			if tt.kind != "" {
				request.Header.Set("Content-Type", tt.kind)
			}
			status, answer := r.do(request)
			code, _ := at(answer, "code").(string)
			if status != tt.status || code != tt.code {
				t.Errorf("%d %s, want %d %s", status, show(answer), tt.status, tt.code)
			}
			if status != http.StatusOK {
				wellFormed(t, answer)
			}
		})
	}
}

// wellFormed wants what toloka-kit needs of every error.
func wellFormed(t *testing.T, answer *payloads.Object) {
	t.Helper()
	keys := strings.TrimSuffix(strings.Join(answer.Keys(), " "), " payload")
	id, _ := at(answer, "request_id").(string)
	if keys != "request_id code message" || len(id) != 36 {
		t.Errorf("error %s", show(answer))
	}
}

func TestUpsertProblemsOfTheCore(t *testing.T) {
	r := newRig(t)
	r.host.refuse = &payloads.ProblemsError{Problems: []payloads.Problem{{Field: "url", Message: "is blocked"}, {Field: "secret", Message: "are stars"}, {Field: "x", Message: "y"}}}
	answer := r.want(http.StatusBadRequest, "PUT", hooks, form("http://a/", "POOL_CLOSED", "7", "s"))
	for field, code := range map[string]string{"webhook_url": "INVALID_URL_SYNTAX", "secret_key": "INVALID_VALUE", "item": "INVALID_VALUE"} {
		if at(answer, "payload", field, "code") != code {
			t.Errorf("%s: %s", field, show(answer))
		}
	}
	r.host.refuse = errors.New("the store is away: redis://secret@host")
	answer = r.want(http.StatusInternalServerError, "PUT", hooks, form("http://a/", "POOL_CLOSED", "7", "s"))
	if at(answer, "code") != "INTERNAL_ERROR" || strings.Contains(show(answer), "redis") {
		t.Errorf("answer %s", show(answer))
	}
}

// TestUpsertAtOnce wants one row each, whatever happens at the same time.
func TestUpsertAtOnce(t *testing.T) {
	r := newRig(t)
	var group sync.WaitGroup
	for i := range 8 {
		group.Go(func() {
			body := forms(form("http://a/", "POOL_CLOSED", "7", "s"), form("http://a/", "ASSIGNMENT_CREATED", strconv.Itoa(i%2), "s"))
			request := httptest.NewRequestWithContext(t.Context(), http.MethodPut, hooks, strings.NewReader(body))
			request.Header.Set("Content-Type", "application/json")
			request.Header.Set("Authorization", "OAuth x")
			recorder := httptest.NewRecorder()
			r.handler.ServeHTTP(recorder, request)
			if recorder.Code != http.StatusOK {
				t.Errorf("status %d: %s", recorder.Code, recorder.Body)
			}
		})
	}
	group.Wait()
	if items, _ := at(page(r, ""), "items").(payloads.Array); len(items) != 3 {
		t.Errorf("%d rows, want 3", len(items))
	}
}

// TestUpsertOpensPools wants the pool that a row names to be the one that actions mean.
func TestUpsertOpensPools(t *testing.T) {
	r := newRig(t)
	r.want(http.StatusOK, "PUT", hooks, forms(form("http://a/", "POOL_CLOSED", "777", ""), form("http://a/", "ASSIGNMENT_CREATED", "777", "")))
	result, err := r.host.Act(t.Context(), toloka.ActionAssign, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := at(result, "pool"); got != "777" {
		t.Errorf("the suite is of pool %v", got)
	}
	world := string(r.host.world)
	r.want(http.StatusOK, "PUT", hooks, forms(form("http://a/", "POOL_CLOSED", "777", "")))
	if string(r.host.world) != world {
		t.Error("a known pool changes the world")
	}
}
