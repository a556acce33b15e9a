package labelstudio

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/internal/wire"
	"github.com/annohook/annohook/subscriptions"
)

const missingHook = "No Webhook matches the given query."

// printHook returns a subscription as the server shows a webhook. The count of failures is there where the subscription's own profile
// counts them.
func printHook(s subscriptions.Subscription) *payloads.Object {
	set := optionsOf(s)
	id, err := strconv.ParseInt(s.NativeID, 10, 64)
	if err != nil {
		id = 0
	}
	headers := payloads.Obj()
	for _, h := range customHeaders(s) {
		headers.Set(h.Name, h.Value)
	}
	o := payloads.Obj(
		"id", id, "organization", organization, "project", orNil(scopeProject(s)), "url", s.URL, "send_payload", set.sendPayload,
		"send_for_all_actions", s.Events == nil, "headers", headers, "is_active", s.Enabled)
	if s.Profile == profile2607 {
		o.Set("consecutive_failures", s.ConsecutiveFailures)
	}
	actions := s.Events
	if s.Events == nil {
		actions = set.actions
	}
	o.Set("actions", actionSet(actions))
	o.Set("created_at", wire.ISOMicroShortZ(s.CreatedAt))
	o.Set("updated_at", wire.ISOMicroShortZ(s.UpdatedAt))
	return o
}

// actionSet is how a list of actions comes back: each once, in the order of the database's index.
func actionSet(names []string) payloads.Array {
	names = slices.Clone(names)
	slices.Sort(names)
	out := payloads.Array{}
	for _, name := range slices.Compact(names) {
		out = append(out, name)
	}
	return out
}

func listHooks(c *call) {
	all, err := c.api.host.Subscriptions(c.r.Context())
	if err != nil {
		c.fail(refused(err, missingHook))
		return
	}
	keep, fault := c.projectFilter(all)
	if fault != nil {
		c.fail(fault)
		return
	}
	list := payloads.Array{}
	for _, s := range all {
		if keep(scopeProject(s)) {
			list = append(list, printHook(s))
		}
	}
	c.answer(http.StatusOK, list)
}

// projectFilter reads the query's project: a number, null for the organization's webhooks, nothing for all.
func (c *call) projectFilter(all []subscriptions.Subscription) (func(int64) bool, *problem) {
	text := c.query(scopeKey)
	switch {
	case text == "":
		return func(int64) bool { return true }, nil
	case text == "null":
		return func(project int64) bool { return project == 0 }, nil
	case strings.ContainsRune(text, 0):
		return nil, invalid(scopeKey, noNull)
	}
	id, isNumber := pythonInt(text)
	known, failure := c.knows(id, all)
	if failure != nil {
		return nil, failure
	}
	if !isNumber || !known {
		return nil, invalid(scopeKey, "Select a valid choice. That choice is not one of the available choices.")
	}
	return func(project int64) bool { return project == id }, nil
}

// knows reports whether a project exists: in the world, or because a webhook looks at it.
func (c *call) knows(id int64, all []subscriptions.Subscription) (bool, *problem) {
	s, fault := c.world()
	if fault != nil {
		return false, fault
	}
	if _, ok := s.project(id); ok {
		return true, nil
	}
	return id > 0 && slices.ContainsFunc(all, func(s subscriptions.Subscription) bool { return scopeProject(s) == id }), nil
}

// world reads the world.
func (c *call) world() (*state, *problem) {
	data, err := c.api.host.World(c.r.Context())
	if err == nil {
		var s *state
		if s, err = readState(data); err == nil {
			return s, nil
		}
	}
	return nil, failed(err)
}

// hook finds the webhook that the path names.
func (c *call) hook() (subscriptions.Subscription, *problem) {
	all, err := c.api.host.Subscriptions(c.r.Context())
	if err != nil {
		return subscriptions.Subscription{}, refused(err, missingHook)
	}
	id := strconv.FormatInt(c.number(0), 10)
	for _, s := range all {
		if s.NativeID == id {
			return s, nil
		}
	}
	return subscriptions.Subscription{}, notFound(missingHook)
}

func getHook(c *call) {
	s, fault := c.hook()
	if fault != nil {
		c.fail(fault)
		return
	}
	c.answer(http.StatusOK, printHook(s))
}

func deleteHook(c *call) {
	s, fault := c.hook()
	if fault == nil {
		if _, err := c.api.host.Unsubscribe(c.r.Context(), s.ID); err != nil {
			fault = refused(err, missingHook)
		}
	}
	if fault != nil {
		c.fail(fault)
		return
	}
	c.w.WriteHeader(http.StatusNoContent)
}

// createHook stores a webhook of a project. Without a project there is a 404, after everything else was found in order.
func createHook(c *call) {
	o, fault := c.form()
	if fault != nil {
		c.fail(fault)
		return
	}
	all, err := c.api.host.Subscriptions(c.r.Context())
	if err != nil {
		c.fail(refused(err, missingHook))
		return
	}
	form := hookForm{known: func(id int64) (bool, *problem) { return c.knows(id, all) }}
	if fault = form.read(o, false); fault != nil {
		c.fail(fault)
		return
	}
	if form.project == 0 {
		c.fail(notFound("Project not found."))
		return
	}
	s := subscriptions.Subscription{Profile: c.api.profile, Enabled: true}
	if err := form.apply(&s, false); err != nil {
		c.fail(refused(err, missingHook))
		return
	}
	if s, err = c.api.host.Subscribe(c.r.Context(), s); err != nil {
		c.fail(refused(err, missingHook))
		return
	}
	// The framework takes the field url of what it made for its place.
	c.w.Header().Set("Location", location(s.URL))
	c.answer(http.StatusCreated, printHook(s))
}

func putHook(c *call) { c.saveHook(false) }

func patchHook(c *call) { c.saveHook(true) }

// saveHook changes a webhook. PUT wants the url and keeps everything else it does not name, as PATCH does; both empty the list of actions
// unless they name it, and both leave the project alone.
func (c *call) saveHook(partial bool) {
	s, fault := c.hook()
	if fault != nil {
		c.fail(fault)
		return
	}
	o, fault := c.form()
	if fault != nil {
		c.fail(fault)
		return
	}
	form := hookForm{update: true}
	if fault = form.read(o, partial); fault != nil {
		c.fail(fault)
		return
	}
	s, err := c.change(c.r.Context(), s.ID, form)
	if err != nil {
		c.fail(refused(err, missingHook))
		return
	}
	c.answer(http.StatusOK, printHook(s))
}

func (c *call) change(ctx context.Context, id string, form hookForm) (subscriptions.Subscription, error) {
	return c.api.host.Change(ctx, id, func(s *subscriptions.Subscription) error {
		s.UpdatedAt = s.UpdatedAt.Add(1) // Django saves a hook that stays the same too
		return form.apply(s, true)
	})
}
