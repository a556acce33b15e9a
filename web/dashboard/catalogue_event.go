package dashboard

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"github.com/annohook/annohook/payloads"
)

// maxSeed is the largest seed that readers which know only doubles keep exactly.
const maxSeed = 1<<53 - 1

// The ways to look at an example.
const (
	viewPretty = "pretty"
	viewRaw    = "raw"
	viewSchema = "schema"
)

// eventPage is what "/platforms/{platform}/{type}" shows: one event type with an example.
type eventPage struct {
	Platform payloads.Platform
	Profiles []choiceLink // the platform's; the address is empty where one has no such type
	Type     payloads.EventType
	Variant  string
	Seed     uint64
	View     string
	Views    []choiceLink
	Fidelity payloads.Fidelity
	Example  sampleRequest
	Schema   []schemaRow // nil: the body is no JSON
	JSON     string      // the schema itself
	More     int         // rows of the schema that are left out
	Compose  string      // link to the trigger form
	Source   string      // path of the same in the API
	Command  string
}

// choiceLink leads to the same page with another choice.
type choiceLink struct {
	Text, Href string
	Current    bool
}

func (d *dashboard) showEventType(w http.ResponseWriter, r *http.Request) error {
	p, err := d.platformOf(r)
	if err != nil {
		return err
	}
	et, ok := p.Event(r.PathValue("type"))
	if !ok {
		return errNoPage
	}
	query := r.URL.Query()
	page := eventPage{Platform: p, Type: et, Variant: query.Get("variant"), Seed: 1, View: viewPretty}
	if text := query.Get("seed"); text != "" {
		if page.Seed, err = strconv.ParseUint(text, 10, 64); err != nil || page.Seed > maxSeed {
			return fmt.Errorf("%w: seed must be a whole number from 0 to %d", errForm, uint64(maxSeed))
		}
	}
	page.Fidelity = et.FidelityOf(page.Variant)
	if page.Example, err = newSample(p, et, page.Variant, page.Seed); err != nil {
		return err
	}
	schema, err := p.Schema(et, page.Example.Build, page.Example.Bytes)
	if err != nil {
		return err
	}
	if page.Schema, page.JSON, page.More, err = schemaRows(schema, page.Example.Bytes); err != nil {
		return err
	}
	if v := query.Get("view"); v == viewRaw || v == viewSchema && page.Schema != nil {
		page.View = v
	}
	page.links(d.registry.Profiles(p.ID))
	return d.render(w, r, http.StatusOK, "event", et.Key+" · "+p.Name, page)
}

// links fills in where the page leads to.
func (e *eventPage) links(profiles []payloads.Platform) {
	path := "/platforms/" + url.PathEscape(e.Platform.ID) + "/" + url.PathEscape(e.Type.Key)
	at := func(profile, view string) string {
		v := url.Values{"profile": {profile}}
		for name, choice := range map[string][2]string{"variant": {e.Variant, ""}, "view": {view, viewPretty}, "seed": {strconv.FormatUint(e.Seed, 10), "1"}} {
			if choice[0] != choice[1] { // the second is what an absent parameter means
				v.Set(name, choice[0])
			}
		}
		return path + "?" + v.Encode()
	}
	for _, p := range profiles {
		link := choiceLink{Text: p.Profile, Current: p.Profile == e.Platform.Profile}
		if _, has := p.Event(e.Type.Key); has {
			link.Href = at(p.Profile, e.View)
		}
		e.Profiles = append(e.Profiles, link)
	}
	for _, view := range []string{viewPretty, viewRaw, viewSchema} {
		if view != viewSchema || e.Schema != nil {
			e.Views = append(e.Views, choiceLink{Text: view, Href: at(e.Platform.Profile, view), Current: view == e.View})
		}
	}
	seed := strconv.FormatUint(e.Seed, 10)
	e.Compose = composeLink(e.Platform, e.Type, e.Variant, seed)
	v := url.Values{"profile": {e.Platform.Profile}, "seed": {seed}}
	e.Command = "annohook trigger " + e.Platform.ID + " " + e.Type.Key + " --profile " + e.Platform.Profile + " --seed " + seed
	if e.Variant != "" {
		v.Set("variant", e.Variant)
		e.Command += " --variant " + e.Variant
	}
	e.Source = "/api/v1/platforms/" + url.PathEscape(e.Platform.ID) + "/events/" + url.PathEscape(e.Type.Key) + "?" + v.Encode()
}
