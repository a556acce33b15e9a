package dashboard

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/web/api"
)

// maxSeed is the largest seed that readers which know only doubles keep exactly.
const maxSeed = 1<<53 - 1

// platformsPage is what "/platforms" shows.
type platformsPage struct {
	Platforms []platformRow
}

// platformRow is one platform in its default profile.
type platformRow struct {
	payloads.Platform
	Profiles []payloads.Platform
}

func (d *dashboard) listPlatforms(w http.ResponseWriter, r *http.Request) error {
	var page platformsPage
	for _, id := range d.registry.IDs() {
		profiles := d.registry.Profiles(id)
		page.Platforms = append(page.Platforms, platformRow{Platform: profiles[0], Profiles: profiles})
	}
	return d.render(w, r, http.StatusOK, "platforms", "Platforms", page)
}

// platformPage is what "/platforms/{platform}" shows: one profile of a platform.
type platformPage struct {
	Platform payloads.Platform
	Profiles []payloads.Platform
	Policy   payloads.Policy
	// NativePath is where the platform's own API is mounted; empty: it has none.
	NativePath string
}

func (d *dashboard) showPlatform(w http.ResponseWriter, r *http.Request) error {
	p, err := d.platformOf(r)
	if err != nil {
		return err
	}
	page := platformPage{Platform: p, Profiles: d.registry.Profiles(p.ID), Policy: p.Effective(exampleSubscription(p, [16]byte{}))}
	if p.Native != nil {
		page.NativePath = api.NativePath(p, page.Profiles[0].Profile == p.Profile)
	}
	return d.render(w, r, http.StatusOK, "platform", p.Name, page)
}

// platformOf is the platform in the path in the profile of the query; errNoPage without one.
func (d *dashboard) platformOf(r *http.Request) (payloads.Platform, error) {
	p, err := d.registry.Platform(r.PathValue("platform"), r.URL.Query().Get("profile"))
	if err != nil {
		return p, fmt.Errorf("%w: %w", errNoPage, err)
	}
	return p, nil
}

// eventPage is what "/platforms/{platform}/{type}" shows: one event type with an example.
type eventPage struct {
	Platform payloads.Platform
	Profiles []payloads.Platform // that have the type
	Type     payloads.EventType
	Variant  string
	Seed     uint64
	Fidelity payloads.Fidelity
	Example  exampleView
	Compose  string // link to the trigger form
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
	seed := uint64(1)
	if text := query.Get("seed"); text != "" {
		if seed, err = strconv.ParseUint(text, 10, 64); err != nil || seed > maxSeed {
			return fmt.Errorf("%w: seed must be a whole number from 0 to %d", errForm, uint64(maxSeed))
		}
	}
	page := eventPage{Platform: p, Type: et, Variant: query.Get("variant"), Seed: seed, Fidelity: et.Fidelity}
	for _, v := range et.Variants {
		if v.Name == page.Variant && v.Fidelity != "" {
			page.Fidelity = v.Fidelity
		}
	}
	page.Profiles = slices.DeleteFunc(slices.Clone(d.registry.Profiles(p.ID)), func(o payloads.Platform) bool {
		_, has := o.Event(et.Key)
		return !has
	})
	page.Compose = "/compose?" + url.Values{"platform": {p.ID}, "profile": {p.Profile}, "type": {et.Key}, "variant": {page.Variant}}.Encode()
	if page.Example, err = newExample(p, et, page.Variant, seed); err != nil {
		return err
	}
	return d.render(w, r, http.StatusOK, "event", et.Key+" · "+p.Name, page)
}
