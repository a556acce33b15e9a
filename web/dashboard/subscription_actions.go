package dashboard

import (
	"errors"
	"net/http"
	"net/url"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/scheduler"
	"github.com/annohook/annohook/sender"
	"github.com/annohook/annohook/subscriptions"
)

func (d *dashboard) createSubscription(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(r); err != nil {
		return err
	}
	f := &form{Values: r.PostForm}
	p, err := d.registry.Platform(f.Get("platform"), "")
	if err != nil {
		return errors.Join(errForm, err)
	}
	p = d.profileOf(p, f)
	sub := subscriptions.Subscription{Platform: p.ID}
	f.apply(&sub, p)
	made := sub.Secret == "" || sub.Secret == scheduler.GenerateSecret
	if len(f.Problems) == 0 {
		sub, err = d.scheduler.Subscribe(r.Context(), sub)
		if invalid, ok := errors.AsType[*scheduler.InvalidError](err); ok {
			f.Problems = invalid.Problems
		} else if err != nil {
			return err
		}
	}
	if len(f.Problems) > 0 {
		hideSecrets(f)
		return d.subscriptionsWith(w, r, http.StatusUnprocessableEntity, p, f)
	}
	if made && sub.Secret != "" && !p.Secret.Shared || f.Values.Has("generate") {
		return d.subscriptionWith(w, r, sub, around{status: http.StatusCreated, secret: string(sub.Secret), made: true})
	}
	return seeSubscription(w, r, sub.ID, "")
}

func subscriptionPath(id string) string { return "/subscriptions/" + url.PathEscape(id) }

// seeSubscription leads to the subscription, or back to the list where the form was a row of that. test is a test send to show, or empty.
func seeSubscription(w http.ResponseWriter, r *http.Request, id, test string) error {
	target, query := subscriptionPath(id), url.Values{}
	if r.PostForm.Has("list") {
		target = "/subscriptions"
		given, _ := url.ParseQuery(r.PostForm.Get("list")) // a broken filter is none
		filter, err := readSubscriptionFilter(given)
		if err == nil {
			query, _ = url.ParseQuery(filter.Query())
		}
	}
	if test != "" {
		query.Set("test", test)
	}
	if len(query) > 0 {
		target += "?" + query.Encode()
	}
	http.Redirect(w, r, target, http.StatusSeeOther) //nolint:gosec // a path of ours; the filter was read and printed again
	return nil
}

func (d *dashboard) changeSubscription(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(r); err != nil {
		return err
	}
	id := r.PathValue("id")
	old, err := d.store.Get(r.Context(), id)
	if err != nil {
		return err
	}
	f := &form{Values: r.PostForm, Editing: true}
	p, err := d.registry.Platform(old.Platform, old.Profile)
	if err != nil {
		p = payloads.Platform{ID: old.Platform} // the scheduler refuses, or the form names a profile that is known
	}
	p = d.profileOf(p, f)
	try := old.Clone()
	f.apply(&try, p)
	if len(f.Problems) == 0 {
		_, err = d.scheduler.Change(r.Context(), id, func(sub *subscriptions.Subscription) error {
			again := form{Values: f.Values, Editing: true} // change may run more than once
			again.apply(sub, p)
			if len(again.Problems) > 0 {
				return &scheduler.InvalidError{Problems: again.Problems}
			}
			return nil
		})
		if invalid, ok := errors.AsType[*scheduler.InvalidError](err); ok {
			f.Problems = invalid.Problems
		} else if err != nil {
			return err
		}
	}
	if len(f.Problems) > 0 {
		hideSecrets(f)
		return d.subscriptionWith(w, r, old, around{status: http.StatusUnprocessableEntity, form: f})
	}
	if f.Values.Has("generate") {
		return d.showSecret(w, r, id, http.StatusOK)
	}
	return seeSubscription(w, r, id, "")
}

// showSecret shows a subscription with its secret, right after that was made.
func (d *dashboard) showSecret(w http.ResponseWriter, r *http.Request, id string, status int) error {
	sub, err := d.store.Get(r.Context(), id)
	if err != nil {
		return err
	}
	return d.subscriptionWith(w, r, sub, around{status: status, secret: string(sub.Secret), made: true})
}

// revealSecret shows the secret there is, in the answer to a form like a new one.
func (d *dashboard) revealSecret(w http.ResponseWriter, r *http.Request) error {
	sub, err := d.store.Get(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	a := around{status: http.StatusOK, secret: string(sub.Secret)}
	if sub.Secret == "" {
		a.status, a.problem = http.StatusConflict, "This subscription has no secret."
	}
	return d.subscriptionWith(w, r, sub, a)
}

// hideSecrets keeps a form that is shown again from printing what must not be printed.
func hideSecrets(f *form) {
	f.Values.Del("secret")
	f.Values.Set("url", sender.MaskURL(f.Get("url")))
	var sub subscriptions.Subscription
	probe := form{Values: url.Values{"headers": f.Values["headers"]}}
	probe.applyHeaders(&sub, nil)
	if len(probe.Problems) == 0 {
		f.Values.Set("headers", headerLines(sub.Headers))
	}
}

func (d *dashboard) enableSubscription(w http.ResponseWriter, r *http.Request) error {
	return d.act(w, r, func(sub *subscriptions.Subscription) { sub.Enabled = true })
}

func (d *dashboard) disableSubscription(w http.ResponseWriter, r *http.Request) error {
	return d.act(w, r, func(sub *subscriptions.Subscription) { sub.Enabled = false })
}

func (d *dashboard) act(w http.ResponseWriter, r *http.Request, change func(*subscriptions.Subscription)) error {
	if err := readForm(r); err != nil {
		return err
	}
	id := r.PathValue("id")
	_, err := d.scheduler.Change(r.Context(), id, func(sub *subscriptions.Subscription) error {
		change(sub)
		return nil
	})
	if err != nil {
		return d.refuseSubscription(w, r, err)
	}
	return seeSubscription(w, r, id, "")
}

func (d *dashboard) rotateSecret(w http.ResponseWriter, r *http.Request) error {
	sub, err := d.scheduler.RotateSecret(r.Context(), r.PathValue("id"))
	if err != nil {
		return d.refuseSubscription(w, r, err)
	}
	return d.subscriptionWith(w, r, sub, around{status: http.StatusOK, secret: string(sub.Secret), made: true})
}

// testSubscription waits for the attempt and then shows it on the page of the subscription.
func (d *dashboard) testSubscription(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(r); err != nil {
		return err
	}
	id := r.PathValue("id")
	delivery, err := d.scheduler.Test(r.Context(), id)
	if err != nil {
		return d.refuseSubscription(w, r, err)
	}
	return seeSubscription(w, r, id, delivery.ID)
}

func (d *dashboard) deleteSubscription(w http.ResponseWriter, r *http.Request) error {
	if _, err := d.scheduler.Unsubscribe(r.Context(), r.PathValue("id")); err != nil {
		return err
	}
	http.Redirect(w, r, "/subscriptions", http.StatusSeeOther)
	return nil
}

// refuseSubscription shows the subscription with the reason why an action did not happen; what is no refusal stays an error.
func (d *dashboard) refuseSubscription(w http.ResponseWriter, r *http.Request, err error) error {
	f := explain(err, d.bodyLimit)
	if f.Status != http.StatusConflict && f.Status != http.StatusUnprocessableEntity {
		return err
	}
	sub, getErr := d.store.Get(r.Context(), r.PathValue("id"))
	if getErr != nil {
		return getErr
	}
	return d.subscriptionWith(w, r, sub, around{status: f.Status, problem: f.Text})
}
