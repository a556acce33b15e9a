package dashboard

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/scheduler"
)

// The ways to send: what the field "how" says.
const (
	howOnce  = "once"
	howTimes = "times"
	howRate  = "rate"
)

// how is the way to send that the form says. A form without the choice may still say how many.
func (f *form) how() string {
	switch how := f.Get("how"); {
	case how == howRate, how == howTimes, how == howOnce:
		return how
	case f.text("count") != "" && f.text("count") != "1":
		return howTimes
	default:
		return howOnce
	}
}

// usual fills in how many and how fast where the way to send is chosen and nothing else is said.
func (f *form) usual() {
	fill := func(name, value string) {
		if f.text(name) == "" {
			f.Values.Set(name, value)
		}
	}
	switch f.Get("how") {
	case howTimes:
		fill("count", "10")
	case howRate:
		fill("rate", "5")
		fill("seconds", "30")
	}
}

// doCompose takes the form of the page. The button says what to do; without one, the events are sent.
func (d *dashboard) doCompose(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(r); err != nil {
		return err
	}
	v := r.PostForm
	splitEvent(v)
	f := &form{Values: v}
	do := v.Get("do")
	if v.Has("reset") || v.Has("edit_as") || v.Has("look_at") || v.Has("fix_now") {
		do = "show"
	}
	d.takeEdits(r.Context(), f)
	f.usual()
	f.Values = composeState(v)
	if len(f.Problems) > 0 {
		f.keep(v)
	}
	switch do {
	case "show", "fill":
		return d.showState(w, r, f)
	case "save":
		return d.saveComposition(w, r, f, strings.TrimSpace(v.Get("name")))
	default:
		return d.send(w, r, f)
	}
}

// composeFields are the fields that make the page again, in the order of a link.
func composeFields() []string {
	return []string{
		"platform", "profile", "type", "variant", "subscription", "seed", "now", "how", "count", "rate", "seconds", "set", "data", "body", "edit", "look", "sent",
		"sent_events",
	}
}

// composeState keeps of a form what makes the page again. An empty seed says something: that none is wanted.
func composeState(v url.Values) url.Values {
	state := url.Values{}
	for _, name := range composeFields() {
		value := strings.ReplaceAll(v.Get(name), "\r\n", "\n")
		if value != "" || name == "seed" && v.Has(name) {
			state.Set(name, value)
		}
	}
	for name, usual := range map[string]string{"edit": editFields, "how": howOnce} {
		if state.Get(name) == usual {
			state.Del(name)
		}
	}
	if how := v.Get("how"); how != "" {
		if how != howTimes {
			state.Del("count")
		}
		if how != howRate {
			state.Del("rate")
			state.Del("seconds")
		}
	}
	return state
}

// keep leaves in the form what was typed and could not be read.
func (f *form) keep(v url.Values) {
	for name, values := range v {
		if name == "json" || strings.HasPrefix(name, fieldPrefix) && len(f.wrongAt(name)) > 0 {
			f.Values[name] = values
		}
	}
}

// maxComposeLink bounds a page's address, in bytes; longer ones meet bounds of servers and proxies.
const maxComposeLink = 16 << 10

// composeLinkOf is the address of the page in this state; "" when it is too long for one.
func composeLinkOf(v url.Values) string {
	state := composeState(v)
	for _, name := range []string{"sent", "sent_events"} {
		state.Del(name)
	}
	if link := composePath + "?" + state.Encode(); len(link) <= maxComposeLink {
		return link
	}
	return ""
}

// showState leads to the page in the state of a form, or shows it at once where a link cannot carry it or something is wrong.
func (d *dashboard) showState(w http.ResponseWriter, r *http.Request, f *form) error {
	link := composePath + "?" + f.Values.Encode()
	if len(f.Problems) > 0 || len(link) > maxComposeLink { // nobody asked for more than to see it, so nothing is refused
		return d.composeWith(w, r, http.StatusOK, f, nil)
	}
	http.Redirect(w, r, link, http.StatusSeeOther) //nolint:gosec // the link begins with a path of ours
	return nil
}

// send does what the form says and leads back to it.
func (d *dashboard) send(w http.ResponseWriter, r *http.Request, f *form) error {
	t := f.trigger()
	rate, seconds := f.rate()
	if len(f.Problems) > 0 {
		return d.composeWith(w, r, http.StatusUnprocessableEntity, f, nil)
	}
	if f.how() == howRate {
		return d.startSeries(w, r, f, t, rate, seconds)
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
	f.Values.Set("sent", published.Events[0].ID)
	f.Values.Set("sent_events", strconv.Itoa(len(published.Events)))
	return d.showState(w, r, f)
}

// takeEdits turns what the reader did with the fields, the JSON and the buttons into assignments and a merge.
func (d *dashboard) takeEdits(ctx context.Context, f *form) {
	v := f.Values
	if as := v.Get("edit_as"); as != "" {
		v.Set("edit", as)
	}
	if sub := v.Get("look_at"); sub != "" {
		v.Set("look", sub)
	}
	if now := v.Get("fix_now"); now != "" {
		v.Set("now", now)
	}
	was, err := url.ParseQuery(v.Get("was"))
	if err != nil || was.Get("platform") != v.Get("platform") || was.Get("type") != v.Get("type") {
		if v.Has("was") { // it was made for another event
			for _, name := range []string{"set", "data", "body", "variant", "sent", "sent_events", "look"} {
				v.Del(name)
			}
		}
		return
	}
	page := composePage{Form: &form{Values: was}}
	if err := d.choose(&page, page.Form); err != nil {
		return
	}
	b := d.basisFor(ctx, &page)
	d.changeEvent(f, &page, b)
	switch v.Get("reset") {
	case "":
	case resetAll:
		v.Del("set")
		v.Del("data")
		v.Del("body")
	case "body":
		v.Del("body")
		v.Set("edit", editFields)
	default:
		v.Set("set", withoutPath(v.Get("set"), v.Get("reset")))
		v.Set("data", withoutMerged(v.Get("data"), v.Get("reset")))
	}
	if v.Get("do") == "fill" && len(f.Problems) == 0 {
		d.fillBody(ctx, f)
	}
}

// resetAll as the value of the field "reset" takes all changes back.
const resetAll = "*"

// fillBody makes the bytes of the previewed request the body to be edited.
func (d *dashboard) fillBody(ctx context.Context, f *form) {
	page := composePage{Form: &form{Values: composeState(f.Values)}}
	if err := d.choose(&page, page.Form); err != nil {
		return
	}
	b := d.basisFor(ctx, &page)
	page.preview(ctx, d, b)
	if len(page.Preview.Requests) == 0 {
		return
	}
	body := page.Preview.Requests[0].body
	if !editable(string(body)) {
		f.add("body", "these bytes are no text that a form can carry")
		return
	}
	f.Values.Set("body", string(body))
	f.Values.Set("edit", editBody)
	f.Values.Del("set")
	f.Values.Del("data")
}

// trigger reads the fields and collects what cannot be read.
func (f *form) trigger() scheduler.Trigger {
	t := scheduler.Trigger{Platform: f.text("platform"), Type: f.text("type"), Profile: f.text("profile"), Variant: f.text("variant"), Count: 1}
	if text := f.text("count"); text != "" && f.how() == howTimes {
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
		a, wrong := readAssignment(line)
		if wrong != "" {
			f.add("set", "line %d %s", i+1, wrong)
			continue
		}
		t.Override.Set = append(t.Override.Set, a)
	}
}
