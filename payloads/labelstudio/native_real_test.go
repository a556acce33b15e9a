package labelstudio_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/subscriptions"
)

// The answers in this file are those of Label Studio 1.23.2 to the same requests, except where it says something else.

// TestProjectOfHook checks what the field project takes for a number: what Python's int() does.
func TestProjectOfHook(t *testing.T) {
	t.Parallel()
	c := newClient(t, newHost(t, "1.22"))
	const wrongType = `400 {"project":["Incorrect type. Expected pk value, received str."]}`
	for value, want := range map[string]string{
		`1`: "201", `1.0`: "201", `1.9`: "201", `1e0`: "201", `"1"`: "201", `" 1\n"`: "201", `"01"`: "201", `"+1"`: "201", `"\u00a01"`: "201", `"\u0661"`: "201",
		`"\uff11"`: "201", `"\ud835\udfcf"`: "201", // the digits of Arabic, full width and bold
		`""`: "404 Project not found.", `null`: "404 Project not found.", `"  "`: wrongType, `"1_"`: wrongType, `"_1"`: wrongType, `"1__0"`: wrongType,
		`"1.0"`: wrongType, `"1 0"`: wrongType, `"-"`: wrongType, `"²"`: wrongType, `"null"`: wrongType,
		`"1_0"`: `400 {"project":["Invalid pk \"1_0\" - object does not exist."]}`, `"-1"`: `400 {"project":["Invalid pk \"-1\" - object does not exist."]}`,
		`"\u0663"`:                `400 {"project":["Invalid pk \"٣\" - object does not exist."]}`,
		`"99999999999999999999"`:  `400 {"project":["Invalid pk \"99999999999999999999\" - object does not exist."]}`,
		`"-99999999999999999999"`: `400 {"project":["Invalid pk \"-99999999999999999999\" - object does not exist."]}`,
		`99999999999999999999`:    `400 {"project":["Invalid pk \"99999999999999999999\" - object does not exist."]}`,
		`0`:                       `400 {"project":["Invalid pk \"0\" - object does not exist."]}`,
		`true`:                    `400 {"project":["Incorrect type. Expected pk value, received bool."]}`,
		`{}`:                      `400 {"project":["Incorrect type. Expected pk value, received dict."]}`,
		`1e400`:                   `400 {"project":["Incorrect type. Expected pk value, received float."]}`, // 500 there
	} {
		got := told(c, c.do(http.MethodPost, hooks, `{"url":"http://localhost/","project":`+value+`}`))
		if strings.HasPrefix(got, "201 ") {
			got = "201"
		}
		if got != want {
			t.Errorf("project %s: %s, want %s", value, got, want)
		}
	}
}

// TestHookFields checks fields whose values look right and are not.
func TestHookFields(t *testing.T) {
	t.Parallel()
	c := newClient(t, newHost(t, "1.22"))
	for field, want := range map[string]string{
		`"is_active":"TRUE"`: "201", `"is_active":"oFF"`: "201", `"is_active":1.0`: "201", `"is_active":"y"`: "201",
		`"is_active":" true"`: `400 {"is_active":["Must be a valid boolean."]}`, `"is_active":"on "`: `400 {"is_active":["Must be a valid boolean."]}`,
		`"is_active":2`: `400 {"is_active":["Must be a valid boolean."]}`, `"is_active":1e400`: `400 {"is_active":["Must be a valid boolean."]}`,
		`"headers":{"a b":1e400}`:     `400 {"headers":["Value must be valid JSON."]}`,
		`"headers":[[-1e400]]`:        `400 {"headers":["Value must be valid JSON."]}`,
		`"url":1e400`:                 `400 {"url":["Enter a valid URL."]}`,
		`"url":"http://a/\u0000"`:     `400 {"url":["Null characters are not allowed.","Enter a valid URL."]}`,
		`"url":"http://a.bc/\u0000"`:  `400 {"url":["Null characters are not allowed."]}`,
		`"url":"http://a.bc/\u001fx"`: `400 {"url":["Enter a valid URL."]}`, `"url":"http://a.bc/\u000bx"`: `400 {"url":["Enter a valid URL."]}`,
		`"url":"http://😀.com"`: `400 {"url":["Enter a valid URL."]}`, `"url":"http://a.😀😀"`: `400 {"url":["Enter a valid URL."]}`,
		`"url":"\u001chttp://localhost/\u001f"`: "201", `"url":"http://例え.jp"`: "201", `"url":"http://a.bc/😀"`: "201",
	} {
		body := `{"url":"http://localhost/","project":1,` + field + `}`
		got := told(c, c.do(http.MethodPost, hooks, body))
		if strings.HasPrefix(got, "201 ") {
			got = "201"
		}
		if got != want {
			t.Errorf("%s: %s, want %s", field, got, want)
		}
	}
}

// TestLocation checks the header that names a new webhook: Latin-1, or an encoded word, the shorter of both kinds.
func TestLocation(t *testing.T) {
	t.Parallel()
	c := newClient(t, newHost(t, "1.22"))
	for target, want := range map[string]string{
		"http://localhost/a?b=%20#c": "http://localhost/a?b=%20#c",
		"http://localhost/é":         "http://localhost/\xe9",
		"http://例え.jp":               "=?utf-8?b?aHR0cDovL+S+i+OBiC5qcA==?=",
		"http://a.com/😀":             "=?utf-8?b?aHR0cDovL2EuY29tL/CfmIA=?=",
		"http://localhost:8080/a/long/path/that/is/ascii/except/for/例": "=?utf-8?q?http=3A//localhost=3A8080/a/long/path/that/is/ascii/except/for/=E4=BE=8B?=",
	} {
		a := c.do(http.MethodPost, hooks, `{"project":1,"url":"`+target+`"}`)
		if got := a.header.Get("Location"); a.status != http.StatusCreated || got != want {
			t.Errorf("%s: %d, Location %q, want %q", target, a.status, got, want)
		}
	}
}

// TestAccept checks that a client that wants no JSON is refused before anybody asks who it is.
func TestAccept(t *testing.T) {
	t.Parallel()
	h := newHost(t, "1.22")
	c := newClient(t, h)
	mustHook(c, h)
	const no = "406 Could not satisfy the request Accept header."
	for accept, want := range map[string]string{
		"text/html": no, "*": no, "json": no, ",": no, "image/*": no, "text/html, application/xml;q=0.9": no,
		"application/json": "200", "*/*": "200", "application/*": "200", "*/json": "200", "APPLICATION/JSON": "200", "application/json;q=0": "200",
		" application/json ; version=1": "200", "text/html,*/*;q=0.1": "200", "x/*, application/json": "200",
	} {
		if got := told(c, c.with("Accept", accept).do("GET", hooks+"1", ""))[:3]; got != want[:3] {
			t.Errorf("Accept %q: %s, want %s", accept, got, want)
		}
	}
	html := c.with("Accept", "text/html")
	for _, request := range []string{"GET " + hooks + "99", "DELETE " + hooks, "POST " + hooks, "OPTIONS " + hooks, "POST /api/token/refresh", "GET " + hooks + "info"} {
		method, path, _ := strings.Cut(request, " ")
		for _, who := range []*client{html, html.with("Authorization", "")} {
			if got := told(c, who.do(method, path, "x")); got != no {
				t.Errorf("%s: %s", request, got)
			}
		}
	}
	for _, path := range []string{"/health", "/api/version"} {
		if a := html.do("GET", path, ""); a.status != http.StatusOK {
			t.Errorf("%s: %d", path, a.status)
		}
	}
	for query, want := range map[string]string{"?format=json": "200", "?format=": "200", "?format=api": "404 Not found.", "?format=json&format=xml": "404 Not found."} {
		if got := told(c, c.do("GET", hooks+"1"+query, "")); !strings.HasPrefix(got, want) {
			t.Errorf("%s: %s, want %s", query, got, want)
		}
	}
}

// TestRequestForms checks types of content, methods and queries in unusual forms.
func TestRequestForms(t *testing.T) {
	t.Parallel()
	h := newHost(t, "1.22")
	c := newClient(t, h)
	mustHook(c, h)
	for kind, want := range map[string]string{
		"application/json; charset=utf-8": "200", "*/*": "200", "application/*": "200", " APPLICATION/JSON ": "200",
		"text/plain; x=y": `415 Unsupported media type "text/plain; x=y" in request.`, "application/json, text/plain": `415 Unsupported media type "application/json, text/plain" in request.`,
	} {
		if got := told(c, c.with("Content-Type", kind).do("PATCH", hooks+"1", "{}")); !strings.HasPrefix(got, want) {
			t.Errorf("Content-Type %q: %s, want %s", kind, got, want)
		}
	}
	bare := c.with()
	bare.header["Content-Type"] = nil
	if got := told(c, bare.do("PATCH", hooks+"1", "{}")); got != `415 Unsupported media type "text/plain" in request.` {
		t.Errorf("without a type: %s", got)
	}
	if got := told(c, c.do("get", hooks+"1", ""))[:3]; got != "200" {
		t.Errorf("get in lower case: %s", got)
	}
	if got := told(c, c.do("post", hooks+"1", "")); got != `405 Method "POST" not allowed.` {
		t.Errorf("post in lower case: %s", got)
	}
	const choice = `400 {"project":["Select a valid choice. That choice is not one of the available choices."]}`
	for query, want := range map[string]string{
		"project=%D9%A1": "200", "project=01": "200", "project=%2B1": "200", "project=1&": "200", "pro%6aect=1": "200", "project[]=x": "200", "a=%zz": "200",
		"project=%20": choice, "project=%20null": choice, "project=1;project=2": choice, "project=%zz": choice, "project=%ff": choice, "project=%": choice,
		"project=1_0": choice, "project=1%00": `400 {"project":["Null characters are not allowed."]}`,
	} {
		if got := told(c, c.do("GET", hooks+"?"+query, "")); !strings.HasPrefix(got, want) {
			t.Errorf("%s: %s, want %s", query, got, want)
		}
	}
	if got := told(c, c.do("POST", "/api/token/refresh", `{"refresh":"\u0000"}`)); got != `400 {"refresh":["Null characters are not allowed."]}` {
		t.Errorf("refresh: %s", got)
	}
}

// TestCredentialForms checks what counts as a credential where a key is asked for.
func TestCredentialForms(t *testing.T) {
	t.Parallel()
	h := newHost(t, "1.22")
	h.key = "secret"
	c := newClient(t, h)
	random := [16]byte{1}
	pat, err := h.platform.Native.Token("secret", h.Now(), random)
	if err != nil {
		t.Fatal(err)
	}
	made, _ := c.json(c.do("POST", "/api/token/refresh", `{"refresh":"`+pat+`"}`)).Get("access")
	access, _ := made.(string)
	const none, empty = "401 Authentication credentials were not provided.", "401 Invalid token header. No credentials provided."
	for _, tt := range []struct{ name, value, want string }{
		{"Authorization", "Token secret", "200"},
		{"Authorization", "TOKEN\tsecret ", "200"},
		{"Authorization", "Bearer " + access, "200"},
		{"Authorization", "Bearer  " + access, "200"},
		{"Authorization", "bearer " + access, none},
		{"Authorization", "Bearer " + access + " x", none},
		{"Authorization", "Bearer", none},
		{"Authorization", "Bearer secret", none},
		{"Authorization", "Bearer " + pat, none},
		{"Authorization", "secret", none},
		{"Authorization", "Basic secret", none},
		{"Authorization", "Token", empty},
		{"Authorization", "Token secre", "401 Invalid token."},
		{"X-Api-Key", "secret", "200"},
		{"X-Api-Key", " ", empty},
		{"X-Api-Key", "Token secret", "401 Invalid token header. Token string should not contain spaces."},
	} {
		if got := told(c, c.with("Authorization", "Token secret", tt.name, tt.value).do("GET", hooks, "")); !strings.HasPrefix(got, tt.want) {
			t.Errorf("%s: %s: %s, want %s", tt.name, tt.value, got, tt.want)
		}
	}
	blank := c.with("Authorization", "Token secret")
	blank.header["X-Api-Key"] = []string{""}
	if got := told(c, blank.do("GET", hooks, "")); got != empty {
		t.Errorf("an empty X-Api-Key beside a token: %s", got)
	}
}

// TestProjectTakesItsHooks deletes a project through the API: its webhooks go with it, others stay, and a failure is told.
func TestProjectTakesItsHooks(t *testing.T) {
	t.Parallel()
	h := newHost(t, "1.22")
	c := newClient(t, h)
	for _, project := range []int{1, 2, 1} {
		c.do("POST", hooks, `{"url":"http://localhost/","project":`+strconv.Itoa(project)+`}`)
	}
	h.all = append(h.all, subscriptions.Subscription{ID: "org", NativeID: "9", Platform: "label-studio", Profile: "2026-07", URL: "http://localhost/"})
	if a := c.do("DELETE", "/api/projects/1/", ""); a.status != http.StatusNoContent {
		t.Fatalf("%d %s", a.status, a.body)
	}
	var left []string
	for _, s := range h.all {
		left = append(left, s.NativeID)
	}
	if diff := cmp.Diff([]string{"2", "9"}, left); diff != "" {
		t.Errorf("webhooks left (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"PROJECT_DELETED"}, h.raised); diff != "" {
		t.Errorf("raised (-want +got):\n%s", diff)
	}
	if got := told(c, c.do("GET", hooks+"1", "")); got != "404 No Webhook matches the given query." {
		t.Errorf("webhook of the deleted project: %s", got)
	}
	if a := c.do("DELETE", "/api/projects/2/tasks/", ""); a.status != http.StatusNoContent || len(h.all) != 2 {
		t.Errorf("deleting tasks: %d, %d webhooks", a.status, len(h.all))
	}
}

// TestNamedInside checks that a thing and another project named beside it are refused, whatever the thing is, and leave no trace.
func TestNamedInside(t *testing.T) {
	t.Parallel()
	p := newPlayer(t)
	for _, tt := range []struct {
		action, param string
		id            int64
	}{
		{"update-annotation", "annotation", 1},
		{"delete-annotations", "annotation", 1},
		{"create-annotation", "task", 1},
		{"delete-tasks", "task", 1},
		{"update-label-link", "link", 1},
		{"delete-label-link", "link", 1},
	} {
		before := string(p.world)
		_, err := p.try(tt.action, tt.param, tt.id, "project", 2)
		want := "params." + tt.param + ": " + tt.param + " 1 is in project 1, not in project 2"
		if err == nil || err.Error() != want || string(p.world) != before {
			t.Errorf("%s: %v, want %s", tt.action, err, want)
		}
		if _, err := p.try(tt.action, tt.param, tt.id, "project", 1); err != nil {
			t.Errorf("%s in its own project: %v", tt.action, err)
		}
		p.world = nil
	}
}

// TestSettingsChecked checks settings of a project that an action does not take.
func TestSettingsChecked(t *testing.T) {
	t.Parallel()
	for param, values := range map[string]map[string]string{
		"color":        {"red": "params.color: must be #RRGGBB, such as #FF8559; got \"red\"", "#fff": "params.color: must be #RRGGBB, such as #FF8559; got \"#fff\"", "#00ffAA": ""},
		"label_config": {"<View": "params.label_config: must be a labeling interface: label config is not well-formed", `<View><Labels name="l" toName="x"/></View>`: `params.label_config: must be a labeling interface: toName="x" not found in names: ['l']`},
		"title":        {"ab": "params.title: must have 3 to 50 characters, or none", "": ""},
	} {
		for value, want := range values {
			for _, action := range []string{"create-project", "update-project"} {
				_, err := newPlayer(t).try(action, param, value)
				if got := errorText(err); !strings.HasPrefix(got, want) || got != "" && want == "" {
					t.Errorf("%s %s=%s: %s, want %s", action, param, value, got, want)
				}
			}
		}
	}
	o := newPlayer(t)
	e := o.only(o.do("create-project", "label_config", `<View><Text name="t" value="$x"/><Choices name="c" toName="t"><Choice value="A"/></Choices></View>`))
	if types, _ := at(e, "project", "data_types").(*payloads.Object); text(t, types) != `{"x":"Text"}` {
		t.Errorf("data types %v", types)
	}
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
