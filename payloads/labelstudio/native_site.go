package labelstudio

import (
	"net/http"
	"strings"
	"time"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/internal/wire"
)

// versions tells what the server is made of, in the json module's own form and not the framework's.
func versions(c *call) {
	v := c.api.version
	parts := strings.SplitN(v, ".", 3)
	data, err := wire.Python(payloads.Obj(
		"release", v,
		"label-studio-os-package", payloads.Obj(
			"version", v, "short_version", strings.Join(parts[:2], "."), "latest_version_from_pypi", nil, "latest_version_upload_time", nil,
			"current_version_is_outdated", false),
		"label-studio-os-backend", revision("version", v), "label-studio-frontend", revision(), "dm2", revision(),
		"label-studio-converter", payloads.Obj("version", "2.1.2"), "edition", "Community", "lsf", revision(), "backend", payloads.Obj("commit", "")))
	if err != nil {
		c.fail(&problem{status: http.StatusInternalServerError, detail: err.Error()})
		return
	}
	c.send(http.StatusOK, "application/json", data)
}

// revision is where a part of the server came from, which this program does not tell, and more about it.
func revision(more ...any) *payloads.Object {
	return payloads.Obj(append([]any{"message", "", "commit", "", "date", "", "branch", ""}, more...)...)
}

// health is JSON that says it is HTML.
func health(c *call) { c.send(http.StatusOK, "text/html; charset=utf-8", []byte(`{"status": "UP"}`)) }

// ownerMail is the address of user 1; every credential is that user's.
const ownerMail = "admin@example.com"

func whoami(c *call) {
	since := wire.ISOMicroShortZ(freshTime())
	c.answer(http.StatusOK, payloads.Obj(
		"id", 1, "first_name", "", "last_name", "", "username", "admin", "email", ownerMail,
		"last_activity", wire.ISOMicroShortZ(c.api.host.Now().Truncate(time.Microsecond)), "custom_hotkeys", payloads.Obj(), "avatar", nil,
		"initials", "ad", "phone", "", "active_organization", organization,
		"active_organization_meta", payloads.Obj("title", "Label Studio", "email", ownerMail), "allow_newsletters", nil, "date_joined", since,
		"permissions", permissions()))
}

// permissions are those of the open-source server: everybody may do everything.
func permissions() payloads.Array {
	groups := []struct {
		name string
		may  string
	}{
		{"organizations", "create view change delete invite"},
		{"projects", "create view change delete reset_cache"},
		{"tasks", "create view change delete"},
		{"views", "reset"},
		{"annotations", "create view change delete"},
		{"actions", "perform"},
		{"predictions", "any"},
		{"avatar", "any"},
		{"labels", "create view change delete"},
		{"models", "create view change delete"},
		{"model_provider_connection", "create view change delete"},
		{"webhooks", "view change"},
		{"users.token", "any"},
		{"storages", "view change sync"},
		{"views", "view create change delete"},
	}
	list := payloads.Array{}
	for _, g := range groups {
		for may := range strings.FieldsSeq(g.may) {
			list = append(list, g.name+"."+may)
		}
	}
	return list
}

// hookInfo lists the actions that webhooks can be made for.
func hookInfo(c *call) {
	filter := c.queryAll("organization-only")
	list := payloads.Obj()
	for _, a := range registry() {
		only := organizationOnly(a.name)
		if len(filter) > 0 && only != (filter[len(filter)-1] == "true") {
			continue
		}
		list.Set(a.name, payloads.Obj("name", a.title, "description", "", "key", a.key, "organization-only", only))
	}
	c.answer(http.StatusOK, list)
}

// registered is an action in the server's registry.
type registered struct{ name, title, key string }

// registry is the servers' list of actions, in their order.
func registry() []registered {
	return []registered{
		{projectCreated, "Project created", "project"},
		{projectUpdated, "Project updated", "project"},
		{projectDeleted, "Project deleted", "project"},
		{tasksCreated, "Task created", "tasks"},
		{tasksDeleted, "Task deleted", "tasks"},
		{annotationCreated, "Annotation created", "annotation"},
		{annotationsCreated, "Annotations created", "annotation"},
		{annotationUpdated, "Annotation updated", "annotation"},
		{annotationsDeleted, "Annotation deleted", "annotations"},
		{labelLinkCreated, "Label link created", "label_link"},
		{labelLinkUpdated, "Label link updated", "label_link"},
		{labelLinkDeleted, "Label link deleted", "label_link"},
	}
}

func organizationOnly(action string) bool {
	return action == projectCreated || action == projectDeleted
}
