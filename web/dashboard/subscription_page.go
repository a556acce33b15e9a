package dashboard

import (
	"context"
	"fmt"
	"net/http"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/sender/history"
	"github.com/annohook/annohook/subscriptions"
	"github.com/annohook/annohook/web/api"
)

// Bounds of the page of a subscription.
const (
	recent      = 10  // deliveries it shows
	mostWaiting = 100 // deliveries of one status that it counts
)

// subscriptionPage is what "/subscriptions/{id}" shows.
type subscriptionPage struct {
	Subscription subscriptions.Subscription
	Platform     payloads.Platform
	Known        bool // the platform and profile are
	Policy       payloads.Policy
	Concurrency  int
	Edit         editor
	Schedule     scheduleView
	Secret       string // shown once, because it was just made or asked for; empty otherwise
	Made         bool   // Secret is new
	Fingerprint  string // of the secret; empty without one
	Problem      string // why the last action was refused
	Test         *testView
	Health       *healthView
	Spark        *sparkView // nil: no attempts are known
	Waiting      waitingView
	Recent       []history.Summary
	Native       *nativeView // the platform's own API; nil: it has none
	Commands     commandsView
	Stream       string
}

// waitingView is how many deliveries of a subscription are not settled.
type waitingView struct {
	Number int
	More   bool // there are more than Number
}

// around is what a page of a subscription shows besides the subscription itself.
type around struct {
	status  int
	secret  string
	made    bool // the secret is new
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
	known := err == nil
	if !known { // kept by another version of the program; it can still be seen and deleted
		p = payloads.Platform{ID: sub.Platform, Name: sub.Platform, Profile: sub.Profile}
		a.problem = "The profile of this subscription is not known to this program."
	}
	if a.form == nil {
		filled := fill(sub, p)
		a.form = &filled
	}
	page := subscriptionPage{
		Subscription: sub, Platform: p, Known: known, Policy: p.Effective(sub), Concurrency: d.scheduler.Limit(sub), Secret: a.secret, Made: a.made,
		Fingerprint: fingerprint(p, sub), Problem: a.problem, Edit: d.editor(p, a.form, sub), Schedule: d.scheduleOf(p, sub),
		Commands: d.commands(r, p, sub), Stream: follows(r, streamFor(history.Query{SubscriptionID: sub.ID})),
	}
	if known && p.Native != nil {
		base := d.server(r) + api.NativePath(p, d.registry.Profiles(p.ID)[0].Profile == p.Profile)
		page.Native = &nativeView{Native: p.Native, Base: base, Token: d.token}
	}
	if d.pulse != nil {
		d.awaitPulse(r.Context())
		h := d.pulse.Health(sub.ID)
		health := d.health(sub, h)
		page.Health, page.Spark = &health, newSpark(h)
	}
	if err := d.readAround(r.Context(), &page); err != nil {
		return err
	}
	page.Edit.Waiting = page.Waiting
	if page.Test, err = d.testResult(r, sub.ID); err != nil {
		return err
	}
	return d.render(w, r, a.status, "subscription", p.Name+" subscription", page)
}

// readAround reads the deliveries of a subscription: the newest, and how many wait.
func (d *dashboard) readAround(ctx context.Context, page *subscriptionPage) error {
	id := page.Subscription.ID
	list, err := d.history.List(ctx, history.Query{SubscriptionID: id, Limit: recent})
	if err != nil {
		return fmt.Errorf("list deliveries: %w", err)
	}
	page.Recent = list.Items
	for _, status := range history.Statuses() {
		if status.Settled() {
			continue
		}
		list, err := d.history.List(ctx, history.Query{SubscriptionID: id, Status: status, Limit: mostWaiting})
		if err != nil {
			return fmt.Errorf("count %s deliveries: %w", status, err)
		}
		page.Waiting.Number += len(list.Items)
		page.Waiting.More = page.Waiting.More || list.NextCursor != ""
	}
	return nil
}

// fingerprint is that of the subscription's secret, as signatures of its attempts carry it; "" where nothing is signed. It is taken from a
// signature over nothing, because how it is made is the platform's.
func fingerprint(p payloads.Platform, sub subscriptions.Subscription) string {
	if sub.Secret == "" || p.Sign == nil {
		return ""
	}
	signed, err := p.Sign(payloads.Message{Method: http.MethodPost, Body: []byte("{}")}, payloads.Stamp{Subscription: sub, Attempt: 1, Time: exampleTime()})
	if err != nil || signed.Signature == nil {
		return ""
	}
	return signed.Signature.KeyFingerprint
}
