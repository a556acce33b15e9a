package dashboard

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/scheduler"
	"github.com/annohook/annohook/sender/history"
	"github.com/annohook/annohook/subscriptions"
)

// triggerPath takes the form of the live page.
const triggerPath = "/trigger"

// byScript is the field that the script of the page adds.
const byScript = "inline"

// quickTargets bounds the subscriptions that the form offers; compose has the same by id.
const quickTargets = 200

// quickForm is the trigger form of the live page and what became of it. The choice travels in the address, so that it stays without scripts.
type quickForm struct {
	Types  []typeGroup
	Subs   []subscriptions.Subscription
	Event  string // "platform/type"; empty: the first one
	Target string // id of a subscription; empty: all that want the event
	Count  string
	Answer *quickAnswer // nil: nothing was asked
}

// quickAnswer says what a trigger led to.
type quickAnswer struct {
	Good     bool
	Text     string
	Link     string // to what was made; empty: nothing was
	LinkText string
	Problems []payloads.Problem
	Platform payloads.Platform // with Nobody
	Nobody   bool              // no subscription wants the event
	Reasons  []quickReason
}

// quickReason is why one subscription does not get an event.
type quickReason struct {
	scheduler.Reason

	Name string // of the subscription
}

// quickAsked reads the choice and the answer from an address that quickTrigger made.
func quickAsked(v url.Values) quickForm {
	f := quickForm{Event: v.Get("event"), Target: v.Get("subscription"), Count: v.Get("count")}
	made, err := strconv.Atoi(v.Get("made"))
	if err != nil || made < 1 {
		return f
	}
	f.Answer = &quickAnswer{Good: true, Text: "1 delivery was made.", LinkText: "Look at it"}
	if made > 1 {
		f.Answer.Text, f.Answer.LinkText = grouped(made)+" deliveries were made.", "Look at them"
	}
	platform, name, _ := strings.Cut(f.Event, "/")
	switch {
	case v.Get("delivery") != "":
		f.Answer.Link = "/deliveries/" + url.PathEscape(v.Get("delivery"))
	case v.Get("of") != "":
		f.Answer.Link = listLink(history.Query{EventID: v.Get("of")})
	default:
		f.Answer.Link = listLink(history.Query{Platform: platform, Type: name})
	}
	return f
}

// address is where the answer to a trigger is shown; quickAsked reads it.
func (f quickForm) address(p scheduler.Published) string {
	v := url.Values{"event": {f.Event}, "made": {strconv.Itoa(len(p.Deliveries))}}
	if f.Target != "" {
		v.Set("subscription", f.Target)
	}
	if f.Count != "" {
		v.Set("count", f.Count)
	}
	switch {
	case len(p.Deliveries) == 1:
		v.Set("delivery", p.Deliveries[0].ID)
	case len(p.Events) == 1:
		v.Set("of", p.Events[0].ID)
	}
	return "/?" + v.Encode()
}

// fill adds what can be chosen.
func (f *quickForm) fill(types []typeGroup, subs []subscriptions.Subscription) {
	f.Types, f.Subs = types, subs[:min(len(subs), quickTargets)]
	if f.Count == "" {
		f.Count = "1"
	}
	if f.Answer == nil {
		return
	}
	for i, r := range f.Answer.Reasons {
		if at := slices.IndexFunc(subs, func(s subscriptions.Subscription) bool { return s.ID == r.SubscriptionID }); at >= 0 {
			f.Answer.Reasons[i].Name = targetName(subs[at])
		}
	}
}

// quickTrigger makes events and leads back to the live page. What is wrong is said there, too.
func (d *dashboard) quickTrigger(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(r); err != nil {
		return err
	}
	quick := quickForm{Event: r.PostForm.Get("event"), Target: r.PostForm.Get("subscription"), Count: r.PostForm.Get("count")}
	splitEvent(r.PostForm)
	f := &form{Values: r.PostForm}
	t := f.trigger()
	if len(f.Problems) > 0 {
		quick.Answer = &quickAnswer{Text: "Nothing was sent.", Problems: f.Problems}
		return d.refuseQuick(w, r, http.StatusUnprocessableEntity, quick)
	}
	published, err := d.scheduler.Publish(r.Context(), t)
	if invalid, ok := errors.AsType[*scheduler.InvalidError](err); ok {
		quick.Answer = &quickAnswer{Text: "Nothing was sent.", Problems: invalid.Problems}
		return d.refuseQuick(w, r, http.StatusUnprocessableEntity, quick)
	}
	if refused, ok := errors.AsType[*scheduler.NoMatchError](err); ok {
		quick.Answer = d.nobodyWants(t, refused)
		return d.refuseQuick(w, r, http.StatusConflict, quick)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, quick.address(published), http.StatusSeeOther)
	return nil
}

// refuseQuick shows the page with the reason. The script of the page is told with status 200: browsers write every other one into their console,
// and a refusal that is shown is no fault.
func (d *dashboard) refuseQuick(w http.ResponseWriter, r *http.Request, status int, quick quickForm) error {
	if r.PostForm.Has(byScript) {
		status = http.StatusOK
	}
	return d.liveWith(w, r, status, quick)
}

// nobodyWants explains a trigger that no subscription wants.
func (d *dashboard) nobodyWants(t scheduler.Trigger, refused *scheduler.NoMatchError) *quickAnswer {
	const shown = 5
	a := &quickAnswer{Text: "Nothing was sent: no subscription wants this event.", Nobody: true}
	for _, r := range refused.Reasons[:min(len(refused.Reasons), shown)] {
		a.Reasons = append(a.Reasons, quickReason{Reason: r, Name: r.SubscriptionID})
	}
	if p, err := d.registry.Platform(t.Platform, ""); err == nil {
		a.Platform = p
		if len(refused.Reasons) == 0 {
			a.Text = "Nothing was sent: " + p.Name + " has no subscription yet."
		}
	}
	return a
}
