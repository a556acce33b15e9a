package sdk_test

import "strings"

// question is one request to the registration API, the same to both sides.
type question struct {
	name, method, path, body string
	headers                  map[string]string
	anonymous                bool // without the token
	keep                     map[string]string
}

// questions are the registration API of Label Studio, good and bad.
func questions() []question {
	list := []question{
		{name: "make a project", method: "POST", path: "/api/projects/", body: `{"title":"Registry"}`, keep: map[string]string{"project": "id"}},
		{name: "create", method: "POST", path: "/api/webhooks/", body: `{"project":{project},"url":"http://localhost:9/a"}`, keep: map[string]string{"hook": "id"}},
		{name: "create, all fields", method: "POST", path: "/api/webhooks/", body: `{"project":{project},"url":"http://localhost:9/b","send_payload":false,"send_for_all_actions":false,"headers":{"X-A":"1","b":"\u00e9"},"is_active":false,"actions":["TASKS_CREATED","TASKS_CREATED","ANNOTATION_CREATED"]}`, keep: map[string]string{"second": "id"}},
		{name: "create without slash", method: "POST", path: "/api/webhooks", body: `{"project":"{project}","url":"http://127.0.0.1:9/c"}`, keep: map[string]string{"third": "id"}},
		{name: "create by ftp", method: "POST", path: "/api/webhooks/", body: `{"project":{project},"url":"ftp://127.0.0.1/c"}`},
		{name: "get", method: "GET", path: "/api/webhooks/{second}/"},
		{name: "get without slash", method: "GET", path: "/api/webhooks/{hook}"},
		{name: "list of the project", method: "GET", path: "/api/webhooks/?project={project}"},
		{name: "list of no project", method: "GET", path: "/api/webhooks?project=null"},
		{name: "list of an unknown project", method: "GET", path: "/api/webhooks/?project=999999"},
		{name: "list of a text", method: "GET", path: "/api/webhooks/?project=abc"},
		{name: "list with an empty filter", method: "GET", path: "/api/webhooks/?project=&other=1"},
		{name: "patch wipes the actions", method: "PATCH", path: "/api/webhooks/{second}/", body: `{"is_active":true}`},
		{name: "patch with an organization's action", method: "PATCH", path: "/api/webhooks/{hook}/", body: `{"actions":["PROJECT_CREATED"]}`},
		{name: "patch of the project", method: "PATCH", path: "/api/webhooks/{hook}/", body: `{"project":999999,"headers":{"X-B":"2"}}`},
		{name: "put with the url alone", method: "PUT", path: "/api/webhooks/{hook}/", body: `{"url":"http://localhost:9/d"}`},
		{name: "put without url", method: "PUT", path: "/api/webhooks/{hook}/", body: `{"is_active":true}`},
		{name: "delete", method: "DELETE", path: "/api/webhooks/{third}/"},
		{name: "get what was deleted", method: "GET", path: "/api/webhooks/{third}/"},
		{name: "delete what was deleted", method: "DELETE", path: "/api/webhooks/{third}/"},
		{name: "a word as id", method: "GET", path: "/api/webhooks/abc/"},
		{name: "info", method: "GET", path: "/api/webhooks/info/"},
		{name: "info without slash", method: "GET", path: "/api/webhooks/info", anonymous: true},
		{name: "info of the organization", method: "GET", path: "/api/webhooks/info/?organization-only=true"},
		{name: "info of projects", method: "GET", path: "/api/webhooks/info/?organization-only=True"},
		{name: "version", method: "GET", path: "/api/version"},
		{name: "version with slash", method: "GET", path: "/api/version/"},
		{name: "health", method: "GET", path: "/health"},
		{name: "health with slash", method: "GET", path: "/health/"},
		{name: "whoami", method: "GET", path: "/api/current-user/whoami"},
		{name: "the user's token", method: "GET", path: "/api/current-user/token"},
		{name: "projects", method: "GET", path: "/api/projects/"},
		{name: "one project", method: "GET", path: "/api/projects/{project}/"},
		{name: "an unknown project", method: "GET", path: "/api/projects/999999/"},
		{name: "refresh", method: "POST", path: "/api/token/refresh/", body: `{"refresh":"{refresh}"}`, anonymous: true, keep: map[string]string{"access": "access"}},
		{name: "refresh without slash", method: "POST", path: "/api/token/refresh", body: `{"refresh":"{refresh}"}`, anonymous: true},
		{name: "with the access token", method: "GET", path: "/api/webhooks/{hook}/", headers: map[string]string{"Authorization": "Bearer {access}"}, anonymous: true},
		{name: "with the refresh token", method: "GET", path: "/api/webhooks/{hook}/", headers: map[string]string{"Authorization": "Bearer {refresh}"}, anonymous: true},
		{name: "refresh of nonsense", method: "POST", path: "/api/token/refresh/", body: `{"refresh":"nonsense"}`, anonymous: true},
		{name: "refresh of nothing", method: "POST", path: "/api/token/refresh/", body: `{}`, anonymous: true},
		{name: "without a token", method: "GET", path: "/api/webhooks/", anonymous: true},
		{name: "with an unknown token", method: "GET", path: "/api/webhooks/", headers: map[string]string{"Authorization": "Token 0000000000000000000000000000000000000000"}, anonymous: true},
		{name: "info with an unknown token", method: "GET", path: "/api/webhooks/info/", headers: map[string]string{"Authorization": "Token 0000000000000000000000000000000000000000"}, anonymous: true},
		{name: "with an undecodable bearer", method: "GET", path: "/api/webhooks/", headers: map[string]string{"Authorization": "Bearer nonsense"}, anonymous: true},
		{name: "another type of content", method: "POST", path: "/api/webhooks/", body: `x`, headers: map[string]string{"Content-Type": "text/plain"}},
		{name: "another method", method: "PUT", path: "/api/webhooks/", body: `{}`},
		{name: "another method of one", method: "POST", path: "/api/webhooks/{hook}/", body: `{}`},
		{name: "a method of info", method: "POST", path: "/api/webhooks/info/", body: `{}`},
		{name: "make another project", method: "POST", path: "/api/projects/", body: `{"title":"Passing","description":"soon gone"}`, keep: map[string]string{"other": "id"}},
		{name: "create in another project", method: "POST", path: "/api/webhooks/", body: `{"project":{other},"url":"http://localhost:9/e"}`, keep: map[string]string{"third": "id"}},
		{name: "rename another project", method: "PATCH", path: "/api/projects/{other}/", body: `{"title":"Passed"}`},
		{name: "delete another project", method: "DELETE", path: "/api/projects/{other}/"},
		{name: "get a webhook of a deleted project", method: "GET", path: "/api/webhooks/{third}/"},
		{name: "an unknown path", method: "GET", path: "/api/webhoooks/"},
	}
	for _, bad := range []struct{ name, body string }{
		{"no url", `{"project":{project}}`},
		{"a blank url", `{"project":{project},"url":""}`},
		{"a null url", `{"project":{project},"url":null}`},
		{"a bad url", `{"project":{project},"url":"listener"}`},
		{"a host of one label", `{"project":{project},"url":"http://listener:8080/"}`},
		{"a url that is too long", `{"project":{project},"url":"http://localhost/` + strings.Repeat("x", 2048) + `"}`},
		{"an unknown action", `{"project":{project},"url":"http://localhost:9/","actions":["TASKS_CREATED","TASK_CREATED"]}`},
		{"actions of text", `{"project":{project},"url":"http://localhost:9/","actions":"TASKS_CREATED"}`},
		{"null actions", `{"project":{project},"url":"http://localhost:9/","actions":null}`},
		{"an organization's action", `{"project":{project},"url":"http://localhost:9/","actions":["PROJECT_CREATED"]}`},
		{"a header with a space", `{"project":{project},"url":"http://localhost:9/","headers":{"X Y":"1"}}`},
		{"a header that is a number", `{"project":{project},"url":"http://localhost:9/","headers":{"X-Y":1,"Z":null,"Q":true,"it's":"\u00e9\""}}`},
		{"a list of headers", `{"project":{project},"url":"http://localhost:9/","headers":["a"]}`},
		{"null headers", `{"project":{project},"url":"http://localhost:9/","headers":null}`},
		{"an unknown project in the body", `{"project":999999,"url":"http://localhost:9/"}`},
		{"a project of text", `{"project":"abc","url":"http://localhost:9/"}`},
		{"no project", `{"url":"http://localhost:9/"}`},
		{"a null project", `{"project":null,"url":"http://localhost:9/"}`},
		{"no project and a bad url", `{"url":"nonsense","is_active":"perhaps"}`},
		{"a null boolean", `{"project":{project},"url":"http://localhost:9/","send_payload":null}`},
		{"a list", `[]`},
		{"broken JSON", `{"url":`},
		{"no JSON", `nonsense`},
		{"everything wrong", `{"project":"abc","url":1,"send_payload":"x","headers":1,"actions":[1,null,{}]}`},
	} {
		list = append(list, question{name: bad.name, method: "POST", path: "/api/webhooks/", body: bad.body})
	}
	return list
}
