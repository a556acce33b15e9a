package dashboard

import (
	"errors"
	"net/http"
	"slices"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/scheduler"
	"github.com/annohook/annohook/subscriptions"
)

// checkedPage is what a check answers: the form with what is wrong, and nothing stored.
type checkedPage struct {
	Edit editor
	Name string // of the platform
}

// impossibleID is no id that a subscription may have: whoever asks for one like this is told everything that is wrong, and gets nothing.
const impossibleID = "check:"

// checkSubscription judges a form as storing it would. That it finds something wrong is no fault of the request: it answers 200.
func (d *dashboard) checkSubscription(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(r); err != nil {
		return err
	}
	p, err := d.registry.Platform(r.PostForm.Get("platform"), "")
	if err != nil {
		return errors.Join(errForm, err)
	}
	sub := subscriptions.Subscription{Platform: p.ID}
	f := &form{Values: r.PostForm}
	if id := r.PostForm.Get("id"); id != "" {
		if sub, err = d.store.Get(r.Context(), id); err != nil {
			return err
		}
		f.Editing = true
	}
	old := sub.Clone()
	p = d.profileOf(p, f)
	f.apply(&sub, p)
	if err := d.judge(r, f, old, sub); err != nil {
		return err
	}
	hideSecrets(f)
	sub.Profile, sub.Enabled = p.Profile, old.Enabled
	return d.render(w, r, http.StatusOK, "check", "Check a subscription", checkedPage{Edit: d.editor(p, f, sub), Name: p.Name})
}

// judge adds to f what the scheduler finds wrong with sub, which replaces old.
func (d *dashboard) judge(r *http.Request, f *form, old, sub subscriptions.Subscription) error {
	sub.ID = impossibleID
	made, err := d.scheduler.Subscribe(r.Context(), sub)
	if err == nil { // it never does: see the test
		_, err = d.scheduler.Unsubscribe(r.Context(), made.ID)
		return errors.Join(errors.New("a check made a subscription"), err)
	}
	invalid, ok := errors.AsType[*scheduler.InvalidError](err)
	if !ok {
		return err
	}
	for _, problem := range invalid.Problems {
		unchanged := problem.Field == "url" && old.ID != "" && sub.URL == old.URL // it may have come in through the platform's own API
		told := slices.Contains(f.Problems, problem)
		if problem.Field != "id" && !unchanged && !told {
			f.Problems = append(f.Problems, problem)
		}
	}
	return nil
}

// profileOf is p in the profile that a form names, p itself where it names none that is known.
func (d *dashboard) profileOf(p payloads.Platform, f *form) payloads.Platform {
	if chosen, err := d.registry.Platform(p.ID, f.text("profile")); err == nil {
		return chosen
	}
	return p
}
