package dashboard

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/scheduler"
	"github.com/annohook/annohook/sender/history"
	"github.com/annohook/annohook/subscriptions"
)

// recent is how many deliveries the page of a subscription shows.
const recent = 10

// subscriptionsPage is what "/subscriptions" shows.
type subscriptionsPage struct {
	Items     []subscriptionRow
	Platforms []payloads.Platform // in their default profiles
	Edit      editor              // of a new subscription
}

// subscriptionRow is one line of the list.
type subscriptionRow struct {
	subscriptions.Subscription
	Name string // of the platform
}

// editor is the form of a subscription with what the platform allows in it.
type editor struct {
	Form     *form
	Platform payloads.Platform
	Profiles []payloads.Platform
	Action   string
	Signed   bool     // a secret may be given
	Types    []string // that can be subscribed to, in any profile
	HasScope bool
	HasMore  bool // options
}

func (d *dashboard) editor(p payloads.Platform, f *form, action string) editor {
	e := editor{Form: f, Platform: p, Profiles: d.registry.Profiles(p.ID), Action: action, Signed: p.Secret.Scheme != ""}
	for _, profile := range e.Profiles {
		for _, et := range profile.Events {
			if !et.Unlisted && !slices.Contains(e.Types, et.Key) {
				e.Types = append(e.Types, et.Key)
			}
		}
	}
	for _, o := range p.Options {
		e.HasScope = e.HasScope || o.In == "scope"
		e.HasMore = e.HasMore || o.In == "options"
	}
	return e
}

// Loose lists the problems that no field of the form shows.
func (e editor) Loose() []string {
	shown := []string{
		"url", "profile", "secret", "events", "headers", "description", "scope", "options", "quirks", "timeout", "deadline", "retry",
		"concurrency", "rate",
	}
	var list []string
	for _, p := range e.Form.Problems {
		if !slices.Contains(shown, baseField(p.Field)) {
			list = append(list, p.String())
		}
	}
	return list
}

// SecretHint says what happens to the secret when its field stays empty.
func (e editor) SecretHint() string {
	switch {
	case e.Form.Editing:
		return "Leave it empty to keep the secret there is."
	case e.Platform.Secret.Auto:
		return "Leave it empty to have one made."
	case e.Platform.Secret.Shared:
		return "One secret for all subscriptions: what is given here replaces it. Empty: as it is."
	default:
		return "Leave it empty for requests without a signature."
	}
}

// Hint explains the keys that scope or options may hold.
func (e editor) Hint(in string) string {
	var b strings.Builder
	b.WriteString("A JSON object, or empty.")
	for _, o := range e.Platform.Options {
		if o.In != in {
			continue
		}
		b.WriteString(" " + o.Name + " (" + o.Kind)
		if o.Default != "" {
			b.WriteString(", default " + o.Default)
		}
		b.WriteString("): " + o.Summary)
	}
	return b.String()
}

// Open reports whether the part of the form that is folded away holds something to look at.
func (e editor) Open() bool {
	f := e.Form
	for _, name := range []string{"headers", "profile", "scope", "options", "quirks", "timeout", "deadline", "retry", "concurrency", "rate"} {
		if len(f.Wrong(name)) > 0 || name != "profile" && f.text(name) != "" {
			return true
		}
	}
	return false
}

// Quirk is the field of one quirk.
func (e editor) Quirk(name string) input {
	return input{Name: quirkField(name), Value: e.Form.Get(quirkField(name))}
}

func (d *dashboard) listSubscriptions(w http.ResponseWriter, r *http.Request) error {
	id := r.URL.Query().Get("platform")
	if id == "" && len(d.registry.IDs()) > 0 {
		id = d.registry.IDs()[0]
	}
	p, err := d.registry.Platform(id, "")
	if err != nil {
		return fmt.Errorf("%w: platform must be one of %v", errForm, d.registry.IDs())
	}
	f := &form{Values: url.Values{"platform": {p.ID}, "profile": {p.Profile}, "events_mode": {eventsAll}, "enabled": {"on"}}}
	return d.subscriptionsWith(w, r, http.StatusOK, p, f)
}

// subscriptionsWith shows the list with the form of a new subscription.
func (d *dashboard) subscriptionsWith(w http.ResponseWriter, r *http.Request, status int, p payloads.Platform, f *form) error {
	subs, err := d.store.List(r.Context())
	if err != nil {
		return fmt.Errorf("list subscriptions: %w", err)
	}
	page := subscriptionsPage{Platforms: d.defaults(), Edit: d.editor(p, f, "/subscriptions")}
	for _, sub := range subs {
		row := subscriptionRow{Subscription: sub, Name: sub.Platform}
		if p, err := d.registry.Of(sub); err == nil {
			row.Name = p.Name
		}
		page.Items = append(page.Items, row)
	}
	return d.render(w, r, status, "subscriptions", "Subscriptions", page)
}

// subscriptionPage is what "/subscriptions/{id}" shows.
type subscriptionPage struct {
	Subscription subscriptions.Subscription
	Platform     payloads.Platform
	Policy       payloads.Policy
	Concurrency  int
	Edit         editor
	Secret       string // shown once, right after it was made; empty otherwise
	Problem      string // why the last action was refused
	Test         *testView
	Recent       []history.Summary
	Stream       string
}

// testView is what became of a test send.
type testView struct {
	Delivery history.Summary
	Attempt  *attemptView // nil: none ended yet
}

// around is what a page of a subscription shows besides the subscription itself.
type around struct {
	status  int
	secret  string
	problem string
	form    *form // as it was posted; nil: filled from the subscription
}

func (d *dashboard) showSubscription(w http.ResponseWriter, r *http.Request) error {
	sub, err := d.store.Get(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	return d.subscriptionWith(w, r, sub, around{status: http.StatusOK})
}

func (d *dashboard) subscriptionWith(w http.ResponseWriter, r *http.Request, sub subscriptions.Subscription, a around) error {
	p, err := d.registry.Of(sub)
	if err != nil { // kept by another version of the program; it can still be seen and deleted
		p = payloads.Platform{ID: sub.Platform, Name: sub.Platform, Profile: sub.Profile}
		a.problem = "The profile of this subscription is not known to this program."
	}
	if a.form == nil {
		filled := fill(sub)
		a.form = &filled
	}
	list, err := d.history.List(r.Context(), history.Query{SubscriptionID: sub.ID, Limit: recent})
	if err != nil {
		return fmt.Errorf("list deliveries: %w", err)
	}
	page := subscriptionPage{
		Subscription: sub, Platform: p, Policy: p.Effective(sub), Concurrency: sub.Concurrency, Secret: a.secret, Problem: a.problem,
		Edit: d.editor(p, a.form, "/subscriptions/"+url.PathEscape(sub.ID)), Recent: list.Items,
		Stream: follows(r, streamFor(history.Query{SubscriptionID: sub.ID})),
	}
	if page.Concurrency == 0 {
		page.Concurrency = scheduler.DefaultConcurrency
	}
	if page.Test, err = d.testResult(r, sub.ID); err != nil {
		return err
	}
	return d.render(w, r, a.status, "subscription", p.Name+" subscription", page)
}

// testResult reads the test send that the URL names; nil without one that belongs to this subscription.
func (d *dashboard) testResult(r *http.Request, subscription string) (*testView, error) {
	id := r.URL.Query().Get("test")
	if id == "" {
		return nil, nil // no test, nothing to show
	}
	delivery, err := d.history.Delivery(r.Context(), id)
	if errors.Is(err, history.ErrNotFound) || err == nil && delivery.SubscriptionID != subscription {
		return nil, nil // a stale link; the page itself is right
	}
	if err != nil {
		return nil, fmt.Errorf("read test delivery: %w", err)
	}
	attempts, err := d.history.Attempts(r.Context(), id)
	if err != nil {
		return nil, fmt.Errorf("read test attempts: %w", err)
	}
	view := &testView{Delivery: delivery}
	if views := viewAttempts(attempts, nil); len(views) > 0 && views[0].Outcome != "" {
		view.Attempt = &views[0]
	}
	return view, nil
}
