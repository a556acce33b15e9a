package dashboard

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/scheduler"
	"github.com/annohook/annohook/subscriptions"
)

// actionsPath is the page, and takes the form of an action.
const actionsPath = composePath + "/actions"

// paramPrefix begins the names of fields that stand for parameters.
const paramPrefix = "p:"

// actionsPage is what actionsPath shows.
type actionsPage struct {
	Form          *form
	Platforms     []choiceLink
	Platform      payloads.Platform // in the chosen profile
	Profiles      []payloads.Platform
	Subscriptions []subscriptions.Subscription // of the platform
	Actions       []choiceLink
	Stories       []choiceLink
	Action        payloads.Action // that is chosen; without a name, none is
	Story         payloads.Story  // likewise
	Params        []paramView
	Play          *playView // what was done last; nil: nothing
	World         []worldTable
	Link          string // this choice as a link
	Stream        string
}

// paramView is one parameter of an action as a field.
type paramView struct {
	input

	Kind    payloads.ParamKind
	Values  []string // that can be chosen; empty: anything can be typed
	Known   []string // ids of the world that may be meant
	Default string
}

// Loose lists the problems that no field of the form shows.
func (p actionsPage) Loose() []string {
	var list []string
	for _, problem := range p.Form.Problems {
		shown := slices.Contains([]string{"seed", "now", "profile"}, problem.Field) ||
			slices.ContainsFunc(p.Params, func(v paramView) bool { return len(v.Wrong) > 0 && strings.HasPrefix(problem.Field, "params."+v.Label) })
		if !shown {
			list = append(list, problem.String())
		}
	}
	return list
}

func (d *dashboard) showActions(w http.ResponseWriter, r *http.Request) error {
	return d.actionsWith(w, r, http.StatusOK, &form{Values: r.URL.Query()})
}

// actionsWith shows the page with what stands in the form of the action.
func (d *dashboard) actionsWith(w http.ResponseWriter, r *http.Request, status int, f *form) error {
	page := actionsPage{Form: f}
	if err := d.chooseAction(&page); err != nil {
		return err
	}
	all, err := d.store.List(r.Context())
	if err != nil {
		return fmt.Errorf("list subscriptions: %w", err)
	}
	page.Subscriptions = slices.DeleteFunc(all, func(s subscriptions.Subscription) bool { return s.Platform != page.Platform.ID })
	if page.Platform.Inspect != nil {
		world, err := d.scheduler.World(r.Context(), page.Platform.ID)
		if err != nil {
			return err
		}
		page.World = worldTables(world)
		page.fillParams(world)
	}
	if page.Play, err = d.playView(r.Context(), page.Platform.ID, f.Get("play")); err != nil {
		return err
	}
	if page.Play != nil {
		page.Stream = follows(r, changesPath)
	}
	return d.render(w, r, status, "actions", "Compose: actions", page)
}

// chooseAction finds platform, profile and action or story; what is missing or unknown becomes the first there is.
func (d *dashboard) chooseAction(page *actionsPage) error {
	var able []string
	for _, id := range d.registry.IDs() {
		if len(d.registry.Profiles(id)[0].Actions) > 0 {
			able = append(able, id)
		}
	}
	if len(able) == 0 {
		return errNoPage
	}
	f, id := page.Form, page.Form.text("platform")
	if !slices.Contains(able, id) {
		id = able[0]
	}
	for _, other := range able {
		page.Platforms = append(page.Platforms, choiceLink{
			Text: d.registry.Profiles(other)[0].Name, Href: actionsPath + "?platform=" + url.QueryEscape(other), Current: other == id,
		})
	}
	page.Profiles = d.registry.Profiles(id)
	page.Platform = page.Profiles[0]
	if p, err := d.registry.Platform(id, f.text("profile")); err == nil {
		page.Platform = p
	}
	page.Story, _ = page.Platform.Story(f.text("story"))
	page.Action, _ = page.Platform.Action(f.text("action"))
	if page.Story.Name == "" && page.Action.Name == "" {
		page.Action = page.Platform.Actions[0]
	}
	if page.Story.Name != "" {
		page.Action = payloads.Action{}
	}
	page.links(id)
	return nil
}

// links fills in what else can be chosen.
func (p *actionsPage) links(platform string) {
	at := func(key, name string) string {
		return actionsPath + "?" + url.Values{"platform": {platform}, key: {name}}.Encode()
	}
	for _, a := range p.Platform.Actions {
		p.Actions = append(p.Actions, choiceLink{Text: a.Title, Href: at("action", a.Name), Current: a.Name == p.Action.Name})
	}
	for _, s := range p.Platform.Stories {
		p.Stories = append(p.Stories, choiceLink{Text: s.Title, Href: at("story", s.Name), Current: s.Name == p.Story.Name})
	}
}

// fillParams makes the fields of the action. A parameter that is called like things of the world offers their ids.
func (p *actionsPage) fillParams(world *payloads.Object) {
	for _, param := range p.Action.Params {
		v := paramView{Kind: param.Kind, Values: param.Values, Default: param.Default}
		v.input = p.Form.Input(paramPrefix+param.Name, param.Name, "")
		v.Optional, v.Wrong = !param.Required, nil
		for _, problem := range p.Form.Problems {
			if rest, ok := strings.CutPrefix(problem.Field, "params."+param.Name); ok && (rest == "" || rest[0] == '[' || rest[0] == '.') {
				v.Wrong = append(v.Wrong, problem.Message)
			}
		}
		if param.Kind == payloads.KindString && len(param.Values) == 0 {
			v.Known = idsOf(world, param.Name)
		}
		v.Hint = paramHint(param)
		p.Params = append(p.Params, v)
	}
}

// paramHint says what may be given.
func paramHint(p payloads.Param) string {
	hint := strings.TrimSuffix(p.Summary, ".") + "."
	switch {
	case p.Kind == payloads.KindInteger && (p.Min != 0 || p.Max != 0):
		hint += fmt.Sprintf(" From %d to %d.", p.Min, p.Max)
	case p.Kind == payloads.KindStrings:
		hint += " One a line."
	case p.Kind == payloads.KindObject:
		hint += " A JSON object."
	}
	if p.Default != "" {
		hint += " Empty: " + strings.Trim(p.Default, `"`) + "."
	}
	return hint
}

// params reads the parameters of an action from the fields; empty ones are left out.
func (f *form) params(a payloads.Action) *payloads.Object {
	out := payloads.Obj()
	for _, p := range a.Params {
		text := strings.ReplaceAll(f.Get(paramPrefix+p.Name), "\r\n", "\n")
		if strings.TrimSpace(text) == "" {
			continue
		}
		switch p.Kind {
		case payloads.KindString:
			out.Set(p.Name, text)
		case payloads.KindStrings:
			list := payloads.Array{}
			for _, line := range lines(text) {
				list = append(list, strings.TrimSpace(line))
			}
			out.Set(p.Name, list)
		default:
			v, err := payloads.ParseValue([]byte(strings.TrimSpace(text)))
			if err != nil {
				v = text // the check of the action says what is wrong with it
			}
			out.Set(p.Name, v)
		}
	}
	return out
}

// origin reads seed and time.
func (f *form) origin() (seed *uint64, now *time.Time) {
	silent := &form{Values: url.Values{"seed": f.Values["seed"], "now": f.Values["now"]}}
	t := silent.trigger()
	f.Problems = append(f.Problems, silent.Problems...)
	return t.Seed, t.Now
}

// doAction performs an action and leads to what it did.
func (d *dashboard) doAction(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(r); err != nil {
		return err
	}
	f := &form{Values: r.PostForm}
	page := actionsPage{Form: f}
	if err := d.chooseAction(&page); err != nil {
		return err
	}
	if f.text("platform") != page.Platform.ID || f.text("action") != page.Action.Name {
		return errors.Join(errForm, errors.New("no such action"))
	}
	p := &play{platform: page.Platform, profile: f.text("profile"), action: page.Action, params: f.params(page.Action)}
	p.take(f)
	if len(f.Problems) > 0 {
		return d.actionsWith(w, r, http.StatusUnprocessableEntity, f)
	}
	err := p.act(r.Context(), d.scheduler.Act, d.now())
	if invalid, ok := errors.AsType[*scheduler.InvalidError](err); ok {
		f.Problems = invalid.Problems
		return d.actionsWith(w, r, http.StatusUnprocessableEntity, f)
	}
	if err != nil {
		return err
	}
	return d.seePlay(w, r, d.plays.add(p))
}

// take reads what actions and stories have in common.
func (p *play) take(f *form) {
	p.seed, p.now = f.origin()
	if id := f.text("subscription"); id != "" {
		p.subscriptions = []string{id}
	}
	p.state = url.Values{}
	for name, values := range f.Values {
		known := slices.Contains([]string{"platform", "action", "story", "profile", "subscription", "seed", "now"}, name) || strings.HasPrefix(name, paramPrefix)
		if known && len(values) > 0 && values[0] != "" && len(values[0]) < maxParamInLink {
			p.state.Set(name, values[0])
		}
	}
}

// maxParamInLink bounds a parameter that stays in its field after the action, in bytes.
const maxParamInLink = 1 << 10

// seePlay leads to what was done.
func (d *dashboard) seePlay(w http.ResponseWriter, r *http.Request, p *play) error {
	v := url.Values{"play": {strconv.Itoa(p.id)}}
	maps.Copy(v, p.state)
	http.Redirect(w, r, actionsPath+"?"+v.Encode()+"#done", http.StatusSeeOther)
	return nil
}

// resetWorld makes the world of a platform fresh.
func (d *dashboard) resetWorld(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(r); err != nil {
		return err
	}
	platform := r.PostForm.Get("platform")
	if err := d.scheduler.ResetWorld(r.Context(), platform); err != nil {
		return err
	}
	http.Redirect(w, r, actionsPath+"?"+url.Values{"platform": {platform}}.Encode()+"#world", http.StatusSeeOther)
	return nil
}

// actor performs actions.
type actor func(context.Context, scheduler.Act) (scheduler.Acted, error)
