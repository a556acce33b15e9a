package dashboard

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/annohook/annohook/scheduler"
)

// savedPath opens the saved composition that its query names.
const savedPath = composePath + "/saved"

// savedView is one saved composition in the list.
type savedView struct {
	Name    string
	Path    string // of the composition: GET loads it
	Event   string // "platform type"
	SavedAt time.Time
	Bytes   int
}

func (d *dashboard) savedViews(ctx context.Context) ([]savedView, error) {
	if d.compositions == nil {
		return nil, nil
	}
	list, err := d.compositions.Compositions(ctx)
	if err != nil {
		return nil, fmt.Errorf("list compositions: %w", err)
	}
	views := make([]savedView, len(list))
	for i, c := range list {
		views[i] = savedView{Name: c.Name, Path: savedPath + "?" + url.Values{"name": {c.Name}}.Encode(), SavedAt: c.SavedAt, Bytes: len(c.State)}
		if state, err := url.ParseQuery(c.State); err == nil {
			views[i].Event = state.Get("platform") + " " + state.Get("type")
		}
	}
	return views, nil
}

// saveComposition keeps the state of a form under a name.
func (d *dashboard) saveComposition(w http.ResponseWriter, r *http.Request, f *form, name string) error {
	if d.compositions == nil {
		return errNoPage
	}
	state := composeState(f.Values)
	for _, passing := range []string{"sent", "sent_events", "look"} {
		state.Del(passing)
	}
	if len(f.Problems) > 0 {
		return d.composeWith(w, r, http.StatusUnprocessableEntity, f, nil)
	}
	err := d.compositions.SaveComposition(r.Context(), scheduler.Composition{Name: name, State: state.Encode(), SavedAt: d.now().UTC()})
	invalid, wrong := errors.AsType[*scheduler.InvalidError](err)
	switch {
	case wrong:
		f.Problems = invalid.Problems
	case errors.Is(err, scheduler.ErrCompositionsFull):
		f.add("name", "%v", err)
	case err != nil:
		return err
	default:
		return d.showState(w, r, f)
	}
	f.Values.Set("name", name)
	return d.composeWith(w, r, http.StatusUnprocessableEntity, f, nil)
}

// savedForm reads the saved composition that the request names.
func (d *dashboard) savedForm(r *http.Request) (*form, error) {
	if d.compositions == nil {
		return nil, errNoPage
	}
	if err := readForm(r); err != nil {
		return nil, err
	}
	c, err := d.compositions.Composition(r.Context(), r.Form.Get("name"))
	if errors.Is(err, scheduler.ErrNoComposition) {
		return nil, errNoPage
	}
	if err != nil {
		return nil, err
	}
	state, err := url.ParseQuery(c.State)
	if err != nil {
		return nil, fmt.Errorf("read composition: %w", err)
	}
	return &form{Values: composeState(state)}, nil
}

// loadComposition opens a saved composition.
func (d *dashboard) loadComposition(w http.ResponseWriter, r *http.Request) error {
	f, err := d.savedForm(r)
	if err != nil {
		return err
	}
	return d.showState(w, r, f)
}

// sendComposition sends a saved composition as it is.
func (d *dashboard) sendComposition(w http.ResponseWriter, r *http.Request) error {
	f, err := d.savedForm(r)
	if err != nil {
		return err
	}
	return d.send(w, r, f)
}

func (d *dashboard) deleteComposition(w http.ResponseWriter, r *http.Request) error {
	if d.compositions == nil {
		return errNoPage
	}
	if err := readForm(r); err != nil {
		return err
	}
	if err := d.compositions.DeleteComposition(r.Context(), r.PostForm.Get("name")); err != nil {
		return err
	}
	http.Redirect(w, r, composePath+"#saved", http.StatusSeeOther)
	return nil
}
