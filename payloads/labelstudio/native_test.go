package labelstudio_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/subscriptions"
)

const hooks = "/api/webhooks/"

// TestHookValidation compares answers to bad and odd bodies with those of Label Studio 1.23.2.
func TestHookValidation(t *testing.T) {
	t.Parallel()
	c := newClient(t, newHost(t, "1.22"))
	x := func(more string) string { return `{"url":"http://localhost/x"` + more + `}` }
	const missing = "404 Project not found."
	tests := []struct{ body, want string }{
		{``, `400 {"url":["This field is required."]}`},
		{`{}`, `400 {"url":["This field is required."]}`},
		{`{"url":""}`, `400 {"url":["This field may not be blank."]}`},
		{`{"url":null}`, `400 {"url":["This field may not be null."]}`},
		{`{"url":5}`, `400 {"url":["Enter a valid URL."]}`},
		{`{"url":true}`, `400 {"url":["Enter a valid URL."]}`},
		{`{"url":[]}`, `400 {"url":["Enter a valid URL."]}`},
		{`{"url":" http://localhost/ "}`, missing},
		{`{"url":"http://listener:8080/"}`, `400 {"url":["Enter a valid URL."]}`},
		{`{"url":"ftp://localhost/"}`, missing},
		{`{"url":"http://a\u0000.com"}`, `400 {"url":["Null characters are not allowed.","Enter a valid URL."]}`},
		{
			`{"url":"http://localhost/` + strings.Repeat("x", 2100) + `"}`,
			`400 {"url":["Ensure this field has no more than 2048 characters.","Enter a valid URL."]}`,
		},
		{x(`,"actions":"TASKS_CREATED"`), `400 {"actions":["Expected a list of items but got type \"str\"."]}`},
		{x(`,"actions":["TASK_CREATED"]`), `400 {"actions":{"0":["\"TASK_CREATED\" is not a valid choice."]}}`},
		{x(`,"actions":["TASKS_CREATED","X","X"]`), `400 {"actions":{"1":["\"X\" is not a valid choice."],"2":["\"X\" is not a valid choice."]}}`},
		{x(`,"actions":[5]`), `400 {"actions":{"0":["\"5\" is not a valid choice."]}}`},
		{x(`,"actions":[["a"]]`), `400 {"actions":{"0":["\"['a']\" is not a valid choice."]}}`},
		{x(`,"actions":[1,null,{}]`), `400 {"actions":{"0":["\"1\" is not a valid choice."],"1":["This field may not be null."],"2":["\"{}\" is not a valid choice."]}}`},
		{x(`,"actions":null`), `400 {"actions":["This field may not be null."]}`},
		{x(`,"actions":{"a":1}`), `400 {"actions":["Expected a list of items but got type \"dict\"."]}`},
		{x(`,"actions":3`), `400 {"actions":["Expected a list of items but got type \"int\"."]}`},
		{x(`,"actions":true`), `400 {"actions":["Expected a list of items but got type \"bool\"."]}`},
		{x(`,"actions":["PROJECT_CREATED"],"project":1`), `400 {"non_field_errors":["Project webhook can't contain organization-only action."]}`},
		{x(`,"actions":["PROJECT_CREATED"],"project":"1"`), `400 {"non_field_errors":["Project webhook can't contain organization-only action."]}`},
		{x(`,"actions":["PROJECT_CREATED"]`), missing},
		{x(`,"headers":{"X Y":"1"}`), `400 {"headers":["{'X Y': '1'} failed JSON schema check"]}`},
		{x(`,"headers":{"X":1}`), `400 {"headers":["{'X': 1} failed JSON schema check"]}`},
		{x(`,"headers":null`), `400 {"headers":["This field may not be null."]}`},
		{x(`,"headers":[]`), `400 {"headers":["[] failed JSON schema check"]}`},
		{x(`,"headers":"abc"`), `400 {"headers":["abc failed JSON schema check"]}`},
		{x(`,"headers":{"ü":"1"}`), `400 {"headers":["{'ü': '1'} failed JSON schema check"]}`},
		{
			x(`,"headers":{"A":"it's","B":"\"q\" it's\n","C C":null,"D":true,"E":1.0,"F":[1,"é"],"G":"\u2028\ud83d\ude00"}`),
			`400 {"headers":["{'A': \"it's\", 'B': '\"q\" it\\'s\\n', 'C C': None, 'D': True, 'E': 1.0, 'F': [1, 'é'], 'G': '\\u2028😀'} failed JSON schema check"]}`,
		},
		{
			x(`,"headers":{"0":"v","1":"v","2":"v","3":"v","4":"v","5":"v","6":"v","7":"v","8":"v","9":"v","10":"v"}`),
			`400 {"headers":["{'0': 'v', '1': 'v', '2': 'v', '3': 'v', '4': 'v', '5': 'v', '6': 'v', '7': 'v', '8': 'v', '9': 'v', '10': 'v'} failed JSON schema check"]}`,
		},
		{x(`,"project":99`), `400 {"project":["Invalid pk \"99\" - object does not exist."]}`},
		{x(`,"project":"x"`), `400 {"project":["Incorrect type. Expected pk value, received str."]}`},
		{x(`,"project":true`), `400 {"project":["Incorrect type. Expected pk value, received bool."]}`},
		{x(`,"project":[]`), `400 {"project":["Incorrect type. Expected pk value, received list."]}`},
		{x(`,"project":{}`), `400 {"project":["Incorrect type. Expected pk value, received dict."]}`},
		{x(`,"project":null`), missing},
		{x(`,"project":""`), missing},
		{x(`,"send_payload":"x"`), `400 {"send_payload":["Must be a valid boolean."]}`},
		{x(`,"send_payload":null`), `400 {"send_payload":["This field may not be null."]}`},
		{x(`,"send_payload":2`), `400 {"send_payload":["Must be a valid boolean."]}`},
		{x(`,"send_payload":1`), missing},
		{x(`,"is_active":"YES","send_for_all_actions":"off"`), missing},
		{
			`{"url":"","actions":"x","headers":null,"project":99,"is_active":7}`,
			`400 {"project":["Invalid pk \"99\" - object does not exist."],"url":["This field may not be blank."],` +
				`"headers":["This field may not be null."],"is_active":["Must be a valid boolean."],` +
				`"actions":["Expected a list of items but got type \"str\"."]}`,
		},
		{`[1]`, `400 {"non_field_errors":["Invalid data. Expected a dictionary, but got list."]}`},
		{`"a"`, `400 {"non_field_errors":["Invalid data. Expected a dictionary, but got str."]}`},
		{`5`, `400 {"non_field_errors":["Invalid data. Expected a dictionary, but got int."]}`},
		{`null`, `400 {"non_field_errors":["No data provided"]}`},
		{`{`, `400 JSON parse error - Expecting property name enclosed in double quotes: line 1 column 2 (char 1)`},
		{`{"a"`, `400 JSON parse error - Expecting ':' delimiter: line 1 column 5 (char 4)`},
		{`{"a":}`, `400 JSON parse error - Expecting value: line 1 column 6 (char 5)`},
		{`{"a":1,}`, `400 JSON parse error - Expecting property name enclosed in double quotes: line 1 column 8 (char 7)`},
		{`[1,]`, `400 JSON parse error - Expecting value: line 1 column 4 (char 3)`},
		{`{"a":1 "b"}`, `400 JSON parse error - Expecting ',' delimiter: line 1 column 8 (char 7)`},
		{"{\"url\":\"\x01\"}", `400 JSON parse error - Invalid control character at: line 1 column 9 (char 8)`},
		{`{"url":"\x"}`, `400 JSON parse error - Invalid \escape: line 1 column 9 (char 8)`},
		{`{"url":"abc`, `400 JSON parse error - Unterminated string starting at: line 1 column 8 (char 7)`},
		{`{} x`, `400 JSON parse error - Extra data: line 1 column 4 (char 3)`},
		{"\xff", `400 JSON parse error - 'utf-8' codec can't decode byte 0xff in position 0: invalid start byte`},
		{`nul`, `400 JSON parse error - Expecting value: line 1 column 1 (char 0)`},
		{`{"url":NaN}`, `400 JSON parse error - Out of range float values are not JSON compliant: 'NaN'`},
		{"\ufeff{}", `400 JSON parse error - Unexpected UTF-8 BOM (decode using utf-8-sig): line 1 column 1 (char 0)`},
		{`{"url":"http://localhost/","url":"bad"}`, `400 {"url":["Enter a valid URL."]}`},
	}
	for _, tt := range tests {
		if diff := cmp.Diff(tt.want, told(c, c.do(http.MethodPost, hooks, tt.body))); diff != "" {
			t.Errorf("%.60s (-want +got):\n%s", tt.body, diff)
		}
	}
}

// told is the status of an error with its validation errors, or its detail.
func told(c *client, a answer) string {
	c.t.Helper()
	if a.status < 300 {
		return fmt.Sprintf("%d %s", a.status, a.body)
	}
	o := c.json(a)
	if errs, ok := o.Get("validation_errors"); ok {
		fields, _ := errs.(*payloads.Object)
		data := text(c.t, fields)
		return fmt.Sprintf("%d %s", a.status, data)
	}
	detail, _ := o.Get("detail")
	return fmt.Sprintf("%d %v", a.status, detail)
}

// TestErrorEnvelope checks keys, order and headers of every kind of error.
func TestErrorEnvelope(t *testing.T) {
	t.Parallel()
	c := newClient(t, newHost(t, "1.22"))
	tests := []struct {
		c            *client
		method, path string
		body         string
		status       int
		detail       string
		allow        string
		authenticate string
	}{
		{c, "POST", hooks, `{}`, 400, "Validation error", "GET, POST, HEAD, OPTIONS", ""},
		{c, "DELETE", hooks, ``, 405, `Method "DELETE" not allowed.`, "GET, POST, HEAD, OPTIONS", ""},
		{c, "POST", hooks + "7/", `{}`, 405, `Method "POST" not allowed.`, "GET, PUT, PATCH, DELETE, HEAD, OPTIONS", ""},
		{c, "GET", hooks + "7", ``, 404, "No Webhook matches the given query.", "GET, PUT, PATCH, DELETE, HEAD, OPTIONS", ""},
		{c, "PATCH", hooks + "99999999999999999999/", `{`, 404, "No Webhook matches the given query.", "GET, PUT, PATCH, DELETE, HEAD, OPTIONS", ""},
		{c, "GET", "/api/projects/99", ``, 404, "No Project matches the given query.", "GET, PUT, PATCH, DELETE, HEAD, OPTIONS", ""},
		{c, "POST", hooks + "info", `{}`, 405, `Method "POST" not allowed.`, "GET, HEAD, OPTIONS", ""},
		{c.with("Content-Type", "text/plain"), "POST", hooks, `x`, 415, `Unsupported media type "text/plain" in request.`, "GET, POST, HEAD, OPTIONS", ""},
		{c.with("Authorization", ""), "GET", hooks, ``, 401, "Authentication credentials were not provided.", "GET, POST, HEAD, OPTIONS", "Token"},
		{c.with("Authorization", ""), "DELETE", hooks, ``, 401, "Authentication credentials were not provided.", "GET, POST, HEAD, OPTIONS", "Token"},
		{c, "GET", "/api/token/refresh/", ``, 405, `Method "GET" not allowed.`, "POST, OPTIONS", ""},
		{c, "POST", "/api/token/refresh", `{"refresh":"x"}`, 401, "Token is invalid", "POST, OPTIONS", `Bearer realm="api"`},
	}
	for _, tt := range tests {
		a := tt.c.do(tt.method, tt.path, tt.body)
		o := c.json(a)
		keys := []string{"id", "status_code", "version", "detail", "exc_info"}
		if tt.status == 400 {
			keys = append(keys, "validation_errors")
		}
		name := tt.method + " " + tt.path
		if diff := cmp.Diff(keys, o.Keys()); diff != "" || a.status != tt.status {
			t.Errorf("%s: status %d (-want +got):\n%s", name, a.status, diff)
		}
		if detail, _ := o.Get("detail"); detail != tt.detail {
			t.Errorf("%s: detail %v", name, detail)
		}
		if v, _ := o.Get("version"); v != "1.22.0" {
			t.Errorf("%s: version %v", name, v)
		}
		got := []string{a.header.Get("Allow"), a.header.Get("WWW-Authenticate"), a.header.Get("Content-Type"), a.header.Get("Vary")}
		want := []string{tt.allow, tt.authenticate, "application/json", "Accept-Language, Cookie, origin"}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s headers (-want +got):\n%s", name, diff)
		}
	}
	for _, path := range []string{"/api/webhooks/abc/", "/api/webhooks/-1/", "/api/webhooks//", "/api/nothing", "/"} {
		a := c.do("GET", path, "")
		if a.status != 404 || a.header.Get("Content-Type") != "text/html; charset=utf-8" || !strings.Contains(a.body, "404 | Label Studio") {
			t.Errorf("%s: %d %s", path, a.status, a.body)
		}
	}
}

// TestHookLife creates, reads, changes and deletes webhooks, as the SDK does, and compares what our own API shows of them.
func TestHookLife(t *testing.T) {
	t.Parallel()
	h := newHost(t, "1.22")
	c := newClient(t, h)
	a := c.do("POST", hooks, `{"url":" http://localhost/x ","project":"1","send_for_all_actions":false,"headers":{"Zed":"1","A":"2"},"unknown":1,`+
		`"actions":["TASKS_CREATED","ANNOTATION_UPDATED","TASKS_CREATED","PROJECT_UPDATED","ANNOTATIONS_DELETED"]}`)
	want := `{"id":1,"organization":1,"project":1,"url":"http://localhost/x","send_payload":true,"send_for_all_actions":false,` +
		`"headers":{"Zed":"1","A":"2"},"is_active":true,"actions":["ANNOTATIONS_DELETED","ANNOTATION_UPDATED","PROJECT_UPDATED","TASKS_CREATED"],` +
		`"created_at":"2026-01-02T03:04:05.679901Z","updated_at":"2026-01-02T03:04:05.679901Z"}`
	if a.status != 201 || a.header.Get("Location") != "http://localhost/x" || cmp.Diff(want, a.body) != "" {
		t.Fatalf("%d %s (-want +got):\n%s", a.status, a.header.Get("Location"), cmp.Diff(want, a.body))
	}
	s := h.all[0]
	if string(s.Scope) != `{"project":1}` || len(s.Events) != 4 || s.Options != nil || s.Profile != "1.22" || !s.Enabled {
		t.Errorf("stored %+v", s)
	}
	if got := c.do("GET", hooks, ""); got.body != "["+want+"]" {
		t.Errorf("list %s", got.body)
	}
	steps := []struct {
		method, body string
		want         string // send_payload, send_for_all, is_active, actions, url
		events       string
	}{
		{"PATCH", `{"actions":["PROJECT_CREATED"],"project":99}`, `true false true ["PROJECT_CREATED"] http://localhost/x`, `[PROJECT_CREATED]`},
		{"PATCH", `{"send_for_all_actions":true,"actions":["TASKS_CREATED"]}`, `true true true ["TASKS_CREATED"] http://localhost/x`, `<nil>`},
		{"PATCH", `{"is_active":false}`, `true true false [] http://localhost/x`, `<nil>`},
		{"PATCH", `{"send_for_all_actions":false,"send_payload":0}`, `false false false [] http://localhost/x`, `[]`},
		{"PUT", `{"url":"http://localhost/y"}`, `false false false [] http://localhost/y`, `[]`},
		{"PATCH", ``, `false false false [] http://localhost/y`, `[]`},
		{"PUT", `{"url":"http://localhost/y","actions":["TASKS_DELETED"],"is_active":"on","headers":{}}`, `false false true ["TASKS_DELETED"] http://localhost/y`, `[TASKS_DELETED]`},
	}
	for _, step := range steps {
		a := c.do(step.method, hooks+"1", step.body)
		o := c.json(a)
		v := func(key string) payloads.Value { x, _ := o.Get(key); return x }
		list, _ := v("actions").(payloads.Array)
		got := fmt.Sprint(v("send_payload"), " ", v("send_for_all_actions"), " ", v("is_active"), " ", printList(t, list), " ", v("url"))
		events := "<nil>"
		if h.all[0].Events != nil {
			events = fmt.Sprint(h.all[0].Events)
		}
		if got != step.want || events != step.events || v("project") != int64(1) {
			t.Errorf("%s %s: %s, events %s; want %s, %s", step.method, step.body, got, events, step.want, step.events)
		}
	}
	if a := c.do("PUT", hooks+"1/", `{}`); told(c, a) != `400 {"url":["This field is required."]}` {
		t.Errorf("PUT without url: %s", told(c, a))
	}
	if a := c.do("DELETE", hooks+"1/", ""); a.status != 204 || a.body != "" || a.header.Get("Content-Type") != "" {
		t.Errorf("delete: %d %q", a.status, a.body)
	}
	if a := c.do("DELETE", hooks+"1/", ""); a.status != 404 || len(h.all) != 0 {
		t.Errorf("deleted twice: %d", a.status)
	}
}

func printList(t *testing.T, list payloads.Array) string {
	t.Helper()
	data, err := payloads.JSON(list)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// TestFailuresByProfile checks that the count of failures shows on subscriptions of the newer server, whichever mount is asked, and what
// sets it to zero.
func TestFailuresByProfile(t *testing.T) {
	t.Parallel()
	h := newHost(t, "2026-07")
	c := newClient(t, h)
	c.do("POST", hooks, `{"url":"http://localhost/new","project":1,"headers":{"A":"1"}}`)
	h.all = append(h.all, subscriptions.Subscription{ID: "sub_9", Platform: "label-studio", Profile: "1.22", NativeID: "9", URL: "http://localhost/old"})
	for id, want := range map[string]bool{"1": true, "9": false} {
		o := c.json(c.do("GET", hooks+id, ""))
		if v, ok := o.Get("consecutive_failures"); ok != want {
			t.Errorf("webhook %s: consecutive_failures %v", id, v)
		}
	}
	keys := c.json(c.do("GET", hooks+"1", "")).Keys()
	if got := strings.Join(keys[7:10], " "); got != "is_active consecutive_failures actions" {
		t.Errorf("order %s", got)
	}
	for body, want := range map[string]int{
		`{"send_payload":true}`: 7, `{"is_active":false}`: 7, `{"url":"http://localhost/new"}`: 7, `{"headers":{"A":"1"}}`: 7,
		`{"is_active":true}`: 0, `{"url":"http://localhost/other"}`: 0, `{"headers":{"A":"2"}}`: 0,
	} {
		s := h.all[0]
		s.URL, s.ConsecutiveFailures, s.Headers = "http://localhost/new", 7, subscriptions.Headers{{Name: "A", Value: "1"}}
		s.Enabled, s.DisabledReason = false, "50 failures in a row"
		h.all[0] = s
		c.do("PATCH", hooks+"1", body)
		if got := h.all[0]; got.ConsecutiveFailures != want || got.Enabled && got.DisabledReason != "" {
			t.Errorf("%s leaves %d failures, reason %q", body, got.ConsecutiveFailures, got.DisabledReason)
		}
	}
}

// TestHookFilter checks ?project=.
func TestHookFilter(t *testing.T) {
	t.Parallel()
	h := newHost(t, "1.22")
	c := newClient(t, h)
	h.all = []subscriptions.Subscription{
		{ID: "a", NativeID: "1", URL: "http://localhost/organization", Platform: "label-studio", Profile: "1.22"},
		{ID: "b", NativeID: "2", URL: "http://localhost/first", Platform: "label-studio", Profile: "documented", Scope: []byte(`{"project":1}`)},
		{ID: "c", NativeID: "3", URL: "http://localhost/unknown", Platform: "label-studio", Profile: "1.22", Scope: []byte(`{"project":4711}`)},
	}
	const choice = `400 {"project":["Select a valid choice. That choice is not one of the available choices."]}`
	for query, want := range map[string]string{
		"": "1 2 3", "?project=": "1 2 3", "?organization=5": "1 2 3", "?project=1": "2", "?project=%201%20": "2", "?project=2": "", "?project=4711": "3",
		"?project=null": "1", "?project=99": choice, "?project=abc": choice, "?project=isnull": choice, "?project=1&project=99": choice, "?project=1.0": choice,
	} {
		a := c.do("GET", hooks+query, "")
		got := told(c, answer{status: a.status, body: a.body})
		if a.status == 200 {
			got = ""
			for i := range 3 {
				if strings.Contains(a.body, fmt.Sprintf(`"id":%d,`, i+1)) {
					got = strings.TrimSpace(fmt.Sprint(got, " ", i+1))
				}
			}
		}
		if got != want {
			t.Errorf("%q: %s, want %s", query, got, want)
		}
	}
}

// TestInfo checks the list of actions and its filter, which needs no credentials but refuses bad ones.
func TestInfo(t *testing.T) {
	t.Parallel()
	h := newHost(t, "1.22")
	h.key = "secret"
	c := newClient(t, h).with("Authorization", "")
	all := c.json(c.do("GET", hooks+"info/", ""))
	var want []string
	for _, e := range h.platform.Events {
		want = append(want, e.Key)
	}
	if diff := cmp.Diff(want, all.Keys()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	only := c.do("GET", hooks+"info?organization-only=true", "").body
	if only != `{"PROJECT_CREATED":{"name":"Project created","description":"","key":"project","organization-only":true},`+
		`"PROJECT_DELETED":{"name":"Project deleted","description":"","key":"project","organization-only":true}}` {
		t.Errorf("organization-only %s", only)
	}
	if rest := c.json(c.do("GET", hooks+"info/?organization-only=True", "")); rest.Len() != 10 {
		t.Errorf("%d others", rest.Len())
	}
	if a := c.with("Authorization", "Token bad").do("GET", hooks+"info/", ""); told(c, a) != "401 Invalid token." {
		t.Errorf("bad token: %s", told(c, a))
	}
}
