package dashboard

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/scheduler"
	"github.com/annohook/annohook/sender/history"
	"github.com/annohook/annohook/subscriptions"
)

// fromLive as the value of the field "from" leads back to the live page.
const fromLive = "live"

// composePage is what "/compose" shows.
type composePage struct {
	Form          *form
	Types         []typeGroup
	Platform      payloads.Platform // in the chosen profile
	Profiles      []payloads.Platform
	Type          payloads.EventType
	Subscriptions []subscriptions.Subscription // of the platform
	Reasons       []scheduler.Reason           // why no subscription wants the event
	Unwanted      bool
	Example       exampleView
	Count         int
}

// Loose lists the problems that no field of the form shows.
func (p composePage) Loose() []string {
	shown := []string{"seed", "now", "count", "set", "data", "body", "subscription_ids", "variant", "profile"}
	var list []string
	for _, problem := range p.Form.Problems {
		if !slices.Contains(shown, baseField(problem.Field)) {
			list = append(list, problem.String())
		}
	}
	return list
}

func (d *dashboard) showCompose(w http.ResponseWriter, r *http.Request) error {
	f := &form{Values: r.URL.Query()}
	if !f.Values.Has("count") {
		f.Values.Set("count", "1")
	}
	return d.composeWith(w, r, http.StatusOK, f, nil)
}

// composeWith shows the trigger form, with the reason why the last trigger was refused.
func (d *dashboard) composeWith(w http.ResponseWriter, r *http.Request, status int, f *form, refused *scheduler.NoMatchError) error {
	splitEvent(f.Values)
	page := composePage{Form: f, Types: d.typeGroups()}
	if err := d.choose(&page, f); err != nil {
		return err
	}
	if refused != nil {
		page.Unwanted, page.Reasons = true, refused.Reasons
	}
	all, err := d.store.List(r.Context())
	if err != nil {
		return fmt.Errorf("list subscriptions: %w", err)
	}
	page.Subscriptions = slices.DeleteFunc(all, func(s subscriptions.Subscription) bool { return s.Platform != page.Platform.ID })
	variant := f.text("variant")
	if !slices.Contains(page.Type.VariantNames(), variant) {
		variant = ""
	}
	seed, err := strconv.ParseUint(f.text("seed"), 10, 64)
	if err != nil || seed > maxSeed {
		seed = 1
	}
	if page.Example, err = newExample(page.Platform, page.Type, variant, seed); err != nil {
		return err
	}
	return d.render(w, r, status, "compose", "Trigger", page)
}

// splitEvent takes "platform/type", which the one select element of all types sends, apart.
func splitEvent(v url.Values) {
	if platform, name, ok := strings.Cut(v.Get("event"), "/"); ok {
		v.Set("platform", platform)
		v.Set("type", name)
		v.Del("event")
	}
}

// choose finds platform and event type; what is missing or unknown becomes the first there is, with a problem where it was given.
func (d *dashboard) choose(page *composePage, f *form) error {
	ids := d.registry.IDs()
	if len(ids) == 0 {
		return errNoPage
	}
	id := f.text("platform")
	if d.registry.Profiles(id) == nil {
		if id != "" && len(f.Problems) == 0 {
			f.add("platform", "unknown platform; allowed: %s", strings.Join(ids, ", "))
		}
		id = ids[0]
	}
	page.Profiles = d.registry.Profiles(id)
	page.Platform = page.Profiles[0]
	if p, err := d.registry.Platform(id, f.text("profile")); err == nil {
		page.Platform = p
	}
	name := f.text("type")
	for _, p := range append([]payloads.Platform{page.Platform}, page.Profiles...) {
		if et, ok := p.Event(name); ok {
			page.Platform, page.Type = p, et
			return nil
		}
	}
	page.Type = page.Platform.Events[0]
	return nil
}

func (d *dashboard) trigger(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(r); err != nil {
		return err
	}
	splitEvent(r.PostForm)
	f := &form{Values: r.PostForm}
	t := f.trigger()
	if len(f.Problems) > 0 {
		return d.composeWith(w, r, http.StatusUnprocessableEntity, f, nil)
	}
	published, err := d.scheduler.Publish(r.Context(), t)
	if invalid, ok := errors.AsType[*scheduler.InvalidError](err); ok {
		f.Problems = invalid.Problems
		return d.composeWith(w, r, http.StatusUnprocessableEntity, f, nil)
	}
	if refused, ok := errors.AsType[*scheduler.NoMatchError](err); ok {
		return d.composeWith(w, r, http.StatusConflict, f, refused)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, afterTrigger(published, f.Get("from")), http.StatusSeeOther)
	return nil
}

// afterTrigger is the page that shows best what a trigger led to.
func afterTrigger(p scheduler.Published, from string) string {
	switch {
	case from == fromLive:
		return "/"
	case len(p.Deliveries) == 1:
		return "/deliveries/" + url.PathEscape(p.Deliveries[0].ID)
	case len(p.Events) == 1:
		return listLink(history.Query{EventID: p.Events[0].ID})
	default:
		return listLink(history.Query{Platform: p.Events[0].Platform, Type: p.Events[0].Type})
	}
}

// trigger reads the fields and collects what cannot be read.
func (f *form) trigger() scheduler.Trigger {
	t := scheduler.Trigger{Platform: f.text("platform"), Type: f.text("type"), Profile: f.text("profile"), Variant: f.text("variant"), Count: 1}
	if text := f.text("count"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > scheduler.MaxCount {
			f.add("count", "a whole number from 1 to %d is allowed", scheduler.MaxCount)
		}
		t.Count = n
	}
	if text := f.text("seed"); text != "" {
		seed, err := strconv.ParseUint(text, 10, 64)
		if err != nil || seed > maxSeed {
			f.add("seed", "a whole number from 0 to %d is allowed", uint64(maxSeed))
		}
		t.Seed = &seed
	}
	if text := f.text("now"); text != "" {
		now, err := time.Parse(time.RFC3339Nano, text)
		if err != nil {
			f.add("now", "a time such as 2026-01-02T03:04:05Z is allowed")
		}
		t.Now = &now
	}
	if id := f.text("subscription"); id != "" {
		t.SubscriptionIDs = []string{id}
	}
	if body := f.Get("body"); body != "" {
		// Browsers send the line breaks of a text area as CRLF; nobody types those on purpose.
		t.Body = []byte(strings.ReplaceAll(body, "\r\n", "\n"))
	}
	f.overrides(&t)
	return t
}

// overrides reads the merge and the assignments: "path = text" and "path := JSON", one a line.
func (f *form) overrides(t *scheduler.Trigger) {
	if text := f.text("data"); text != "" {
		v, err := payloads.ParseValue([]byte(text))
		object, ok := v.(*payloads.Object)
		switch {
		case err != nil:
			f.add("data", "is not JSON: %v", err)
		case !ok:
			f.add("data", "must be a JSON object")
		default:
			t.Override.Data = object
		}
	}
	for i, line := range lines(f.Get("set")) {
		path, text, ok := strings.Cut(line, "=")
		if !ok {
			f.add("set", "line %d is neither “path = text” nor “path := JSON”", i+1)
			continue
		}
		a := payloads.Assignment{Value: strings.TrimSpace(text)}
		path, isJSON := strings.CutSuffix(path, ":")
		a.Path = strings.TrimSpace(path)
		if isJSON {
			var err error
			if a.Value, err = payloads.ParseValue([]byte(text)); err != nil {
				f.add("set", "line %d: the value after := is not JSON: %v", i+1, err)
			}
		}
		t.Override.Set = append(t.Override.Set, a)
	}
}
