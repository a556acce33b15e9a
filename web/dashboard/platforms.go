package dashboard

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/annohook/annohook/payloads"
)

// platformsPage is what "/platforms" shows: the platforms side by side, and every event type of all of them.
type platformsPage struct {
	Platforms []platformRow
	Query     string
	Only      string // platform id; empty: all
	Types     []typeRow
	Total     int // event types without search and choice
}

// platformRow is one platform in its default profile.
type platformRow struct {
	payloads.Platform
	Profiles []payloads.Platform
	Axis     *retryAxis
}

// Sure is how sure the timing is; empty: nothing is known about that.
func (r platformRow) Sure() payloads.Fidelity {
	for _, topic := range []string{"retry", "timeout"} {
		if f := factOf(r.Platform, topic); f != nil {
			return f.Fidelity
		}
	}
	return ""
}

// typeRow is one event type of a platform, whichever profiles have it.
type typeRow struct {
	payloads.EventType
	Platform payloads.Platform // in the first profile that has the type
	Profiles []string          // that have it; empty: all
	Compose  string            // link to its trigger form
}

func (d *dashboard) listPlatforms(w http.ResponseWriter, r *http.Request) error {
	query := r.URL.Query()
	page := platformsPage{Query: query.Get("q"), Only: query.Get("platform")}
	for _, id := range d.registry.IDs() {
		profiles := d.registry.Profiles(id)
		p := profiles[0]
		page.Platforms = append(page.Platforms, platformRow{Platform: p, Profiles: profiles, Axis: newRetryAxis(p.Retry)})
		rows := typeRows(profiles)
		page.Total += len(rows)
		if page.Only != "" && page.Only != id {
			continue
		}
		page.Types = append(page.Types, slices.DeleteFunc(rows, func(t typeRow) bool { return !t.holds(page.Query) })...)
	}
	return d.render(w, r, http.StatusOK, "platforms", "Platforms", page)
}

// typeRows lists the event types of all profiles, each once: those of the default profile first.
func typeRows(profiles []payloads.Platform) []typeRow {
	var rows []typeRow
	at := map[string]int{}
	for _, p := range profiles {
		for _, et := range p.Events {
			i, known := at[et.Key]
			if !known {
				i = len(rows)
				at[et.Key] = i
				rows = append(rows, typeRow{EventType: et, Platform: p, Compose: composeLink(p, et, "", "")})
			}
			rows[i].Profiles = append(rows[i].Profiles, p.Profile)
		}
	}
	for i := range rows {
		if len(rows[i].Profiles) == len(profiles) {
			rows[i].Profiles = nil
		}
	}
	return rows
}

// holds reports whether each word of the search stands somewhere in the row.
func (t typeRow) holds(query string) bool {
	text := strings.ToLower(strings.Join(append([]string{
		t.Key, t.Name, t.Title, t.Summary, t.Platform.ID, t.Platform.Name, string(t.Fidelity),
	}, t.VariantNames()...), "\n"))
	for word := range strings.FieldsSeq(strings.ToLower(query)) {
		if !strings.Contains(text, word) {
			return false
		}
	}
	return true
}

// composeLink leads to the trigger form with everything chosen; variant and seed may be empty.
func composeLink(p payloads.Platform, et payloads.EventType, variant, seed string) string {
	v := url.Values{"platform": {p.ID}, "profile": {p.Profile}, "type": {et.Key}}
	if variant != "" {
		v.Set("variant", variant)
	}
	if seed != "" {
		v.Set("seed", seed)
	}
	return "/compose?" + v.Encode()
}

// platformOf is the platform in the path in the profile of the query; errNoPage without one.
func (d *dashboard) platformOf(r *http.Request) (payloads.Platform, error) {
	p, err := d.registry.Platform(r.PathValue("platform"), r.URL.Query().Get("profile"))
	if err != nil {
		return p, fmt.Errorf("%w: %w", errNoPage, err)
	}
	return p, nil
}
