package dashboard

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/scheduler"
	"github.com/annohook/annohook/subscriptions"
)

// maxPreviewed bounds the requests of one subscription that are shown.
const maxPreviewed = 5

// previewView is what would be sent to one of the subscriptions that get the event.
type previewView struct {
	Problems []string                     // why there is none
	Targets  []subscriptions.Subscription // that would get it
	More     int                          // further ones that were not looked at
	Reasons  []scheduler.Reason           // why others do not
	Sub      subscriptions.Subscription   // that the requests are for
	Profile  string
	Example  bool          // Sub belongs to nobody
	Window   time.Duration // the event waits so long for others
	Requests []plannedRequest
	Rest     int // requests that are not shown
	Signs    bool
	Timed    bool // the body holds the time of sending
	Drawn    bool // each event draws texts and ids of its own
}

// plannedRequest is one request as its first attempt would be made.
type plannedRequest struct {
	Method, URL string
	Fields      []sampleField
	Body        bodyView
	Exact       bool // what is shown of the body is all of it, as it is
	Signed      *signedView

	body []byte
}

// preview composes what the page would send, without storing anything.
func (p *composePage) preview(ctx context.Context, d *dashboard, b basis) {
	view := &p.Preview
	form := &form{Values: p.Form.Values, Problems: p.Form.Problems}
	if len(form.Problems) == 0 {
		form.rate()
	}
	t := form.trigger()
	view.Timed, view.Drawn = t.Now == nil && t.Body == nil, t.Seed == nil && t.Body == nil
	if len(form.Problems) > 0 {
		p.fail(&scheduler.InvalidError{Problems: form.Problems})
		return
	}
	t.Count, t.Seed, t.Now = 1, &b.seed, &b.now
	found, err := d.scheduler.Preview(ctx, t)
	if err != nil {
		p.fail(err)
		return
	}
	view.More, view.Reasons = found.More, found.Reasons
	for _, item := range found.Items {
		view.Targets = append(view.Targets, item.Subscription)
	}
	if len(found.Items) == 0 {
		sub := exampleSubscription(p.Platform, sampleRandom(0))
		item, err := d.scheduler.PreviewFor(t, sub)
		if err != nil {
			p.fail(err)
			return
		}
		view.show(item)
		view.Example, view.Window = true, 0
		return
	}
	at := slices.IndexFunc(found.Items, func(i scheduler.Preview) bool { return i.Subscription.ID == p.Form.Get("look") })
	view.show(found.Items[max(0, at)])
}

// fail says why there is no preview, in its place and beside the fields.
func (p *composePage) fail(err error) {
	invalid, ok := errors.AsType[*scheduler.InvalidError](err)
	if !ok {
		p.Preview.Problems = []string{"The subscriptions cannot be read now."}
		return
	}
	if len(p.Form.Problems) == 0 {
		p.Form.Problems = invalid.Problems
	}
	for _, problem := range p.Form.Problems {
		p.Preview.Problems = append(p.Preview.Problems, strings.TrimPrefix(problem.String(), fieldPrefix))
	}
}

// show prepares the requests to one subscription.
func (v *previewView) show(item scheduler.Preview) {
	v.Sub, v.Profile, v.Window, v.Signs = item.Subscription, item.Platform.Profile, item.Window, item.Platform.Secret.Scheme != ""
	v.Rest = max(0, len(item.Requests)-maxPreviewed)
	for _, r := range item.Requests[:len(item.Requests)-v.Rest] {
		view := plannedRequest{Method: r.Method, URL: r.URL, Body: newBody(r.Body, false), body: r.Body}
		view.Exact = !view.Body.Binary && !view.Body.Cut && view.Body.Raw == string(r.Body)
		for _, f := range r.Header {
			view.Fields = append(view.Fields, sampleField{Field: f, Fresh: slices.Contains(r.Fresh, f.Name)})
		}
		if r.Signature != nil {
			view.Signed = viewSignature(*r.Signature, r.Body)
		}
		v.Requests = append(v.Requests, view)
	}
}

// apiTrigger is what the page asks for as the body of POST /api/v1/events; "" for what it cannot tell.
func apiTrigger(f *form) string {
	silent := &form{Values: f.Values}
	t := silent.trigger()
	if len(silent.Problems) > 0 {
		return ""
	}
	o := payloads.Obj("platform", t.Platform, "type", t.Type)
	for _, m := range []payloads.Member{{Key: "profile", Value: t.Profile}, {Key: "variant", Value: t.Variant}} {
		if m.Value != "" {
			o.Set(m.Key, m.Value)
		}
	}
	if t.Override.Data != nil {
		o.Set("data", t.Override.Data)
	}
	if len(t.Override.Set) > 0 {
		set := make(payloads.Array, len(t.Override.Set))
		for i, a := range t.Override.Set {
			set[i] = payloads.Obj("path", a.Path, "value", a.Value)
		}
		o.Set("set", set)
	}
	if t.Body != nil {
		o.Set("body", string(t.Body))
	}
	if t.Seed != nil {
		o.Set("seed", int64(*t.Seed)) //nolint:gosec // below 2^53
	}
	if t.Now != nil {
		o.Set("now", t.Now.UTC().Format(time.RFC3339Nano))
	}
	if t.Count > 1 {
		o.Set("count", int64(t.Count))
	}
	if len(t.SubscriptionIDs) > 0 {
		o.Set("subscription_ids", payloads.Array{t.SubscriptionIDs[0]})
	}
	text, err := payloads.JSON(o)
	if err != nil {
		return ""
	}
	return string(text)
}
