package dashboard

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/scheduler"
	"github.com/annohook/annohook/sender/history"
	"github.com/annohook/annohook/subscriptions"
)

// composePath is the page, and takes its form.
const composePath = "/compose"

// The ways to edit an event.
const (
	editFields = "fields"
	editJSON   = "json"
	editBody   = "body"
)

// composePage is what composePath shows.
type composePage struct {
	Form          *form
	Platforms     []choiceLink
	Platform      payloads.Platform // in the chosen profile
	Profiles      []payloads.Platform
	Types         []payloads.EventType
	Type          payloads.EventType
	Variant       string
	Fidelity      payloads.Fidelity            // of the variant
	Subscriptions []subscriptions.Subscription // of the platform

	Edit    string // one of the ways to edit
	How     string // one of the ways to send
	Drawn   bool   // no seed is given: each event gets one of its own
	Was     string // what the fields show before the reader changes them, for the next request
	Places  []placeView
	Shape   string // which fields there are; they keep their places while it stays
	More    int    // fields that are left out
	Changed int    // places of the event that are set
	JSON    string // the event, indented; empty: it cannot be built
	Preview previewView
	Sent    *sentView // what the last request sent; nil: nothing
	Link    string    // the whole page as a link; empty: it is too long for one
	API     string    // the same as the body of a request to the API; empty: it cannot be told
	Server  string    // URL of this server
	NowText string    // the present time as the form takes it

	Refused  bool // something was to be done and was not
	Unwanted bool // nobody wanted the event that was to be sent
	Reasons  []scheduler.Reason

	Saved  []savedView
	Series []seriesView // that run
	Rates  bool         // events can be sent at a rate
	Limits seriesLimits
	Stream string // where changes are told; empty: nothing on the page changes by itself
}

// Loose lists the problems that no field of the form shows.
func (p composePage) Loose() []string {
	shown := []string{
		"seed", "now", "count", "rate", "seconds", "set", "data", "body", "json", "subscription_ids", "variant", "profile", "name",
	}
	var list []string
	for _, problem := range p.Form.Problems {
		if !slices.Contains(shown, baseField(problem.Field)) && !strings.HasPrefix(problem.Field, fieldPrefix) {
			list = append(list, problem.String())
		}
	}
	return list
}

func (d *dashboard) showCompose(w http.ResponseWriter, r *http.Request) error {
	f := &form{Values: r.URL.Query()}
	return d.composeWith(w, r, http.StatusOK, f, nil)
}

// composeWith shows the page, with the reason why the last request to send was refused.
func (d *dashboard) composeWith(w http.ResponseWriter, r *http.Request, status int, f *form, refused *scheduler.NoMatchError) error {
	splitEvent(f.Values)
	f.usual()
	page := composePage{Form: f, Refused: status >= http.StatusBadRequest, Edit: editFields, How: f.how(), Rates: d.series != nil, Limits: limitsOfSeries()}
	if err := d.choose(&page, f); err != nil {
		return err
	}
	for name, shown := range map[string]string{"platform": page.Platform.ID, "type": page.Type.Key} {
		if f.text(name) == "" {
			f.Values.Set(name, shown) // nobody chose, so what is shown is what is sent
		}
	}
	if refused != nil {
		page.Unwanted, page.Reasons = true, refused.Reasons
	}
	all, err := d.store.List(r.Context())
	if err != nil {
		return fmt.Errorf("list subscriptions: %w", err)
	}
	page.Subscriptions = slices.DeleteFunc(all, func(s subscriptions.Subscription) bool { return s.Platform != page.Platform.ID })
	if !f.Values.Has("seed") {
		f.Values.Set("seed", d.drawSeed())
	}
	page.Drawn = f.text("seed") == ""
	if edit := f.Get("edit"); edit == editJSON || edit == editBody {
		page.Edit = edit
	}
	if f.Get("body") != "" {
		page.Edit = editBody
	}
	if err := d.fillCompose(r, &page); err != nil {
		return err
	}
	return d.render(w, r, status, "compose", "Compose", page)
}

// fillCompose adds what follows from the choices.
func (d *dashboard) fillCompose(r *http.Request, page *composePage) error {
	f := page.Form
	b := d.basisOf(page)
	page.editable(b)
	page.preview(r.Context(), d, b)
	page.Link = composeLinkOf(f.Values)
	page.API, page.Server, page.NowText = apiTrigger(f), d.server(r), d.now().UTC().Format("2006-01-02T15:04:05.000Z")
	var err error
	if page.Sent, err = d.sent(r.Context(), f.Values); err != nil {
		return err
	}
	if page.Saved, err = d.savedViews(r.Context()); err != nil {
		return err
	}
	page.Series = d.runningSeries()
	if page.Sent != nil || len(page.Series) > 0 {
		page.Stream = follows(r, changesPath)
	}
	return nil
}

// drawSeed is a seed for somebody who gave none: small, because people read and type it.
func (d *dashboard) drawSeed() string {
	const seeds = 1_000_000
	return strconv.FormatInt(d.now().UnixMilli()%seeds, 10)
}

// splitEvent takes "platform/type", which the one select element of all types sends, apart.
func splitEvent(v url.Values) {
	if platform, name, ok := strings.Cut(v.Get("event"), "/"); ok {
		v.Set("platform", platform)
		v.Set("type", name)
		v.Del("event")
	}
}

// choose finds platform and event type; what is missing or unknown becomes the first there is, with a problem where it was given.
func (d *dashboard) choose(page *composePage, f *form) error {
	ids := d.registry.IDs()
	if len(ids) == 0 {
		return errNoPage
	}
	id := f.text("platform")
	if d.registry.Profiles(id) == nil {
		if id != "" && len(f.Problems) == 0 {
			f.add("platform", "unknown platform; allowed: %s", strings.Join(ids, ", "))
		}
		id = ids[0]
	}
	page.Profiles = d.registry.Profiles(id)
	page.Platform = page.Profiles[0]
	if p, err := d.registry.Platform(id, f.text("profile")); err == nil {
		page.Platform = p
	}
	for _, other := range ids {
		page.Platforms = append(page.Platforms, choiceLink{
			Text: d.registry.Profiles(other)[0].Name, Href: composePath + "?platform=" + url.QueryEscape(other), Current: other == id,
		})
	}
	page.chooseType(f)
	for _, row := range typeRows(page.Profiles) {
		page.Types = append(page.Types, row.EventType)
	}
	if page.Variant = f.text("variant"); !slices.Contains(page.Type.VariantNames(), page.Variant) {
		page.Variant = ""
	}
	page.Fidelity = page.Type.FidelityOf(page.Variant)
	return nil
}

// chooseType finds the event type in the chosen profile, or else in the first that has it.
func (p *composePage) chooseType(f *form) {
	name := f.text("type")
	for _, profile := range append([]payloads.Platform{p.Platform}, p.Profiles...) {
		if et, ok := profile.Event(name); ok {
			p.Platform, p.Type = profile, et
			return
		}
	}
	p.Type = p.Platform.Events[0]
}

// sentView is what the last request sent.
type sentView struct {
	Events     int
	Deliveries []history.Summary // of the first event
	Link       string            // to all of them
}

// maxSentShown bounds the deliveries that stand on the page.
const maxSentShown = 10

// sent reads what the address says was sent. An event that is kept no longer is nothing sent.
func (d *dashboard) sent(ctx context.Context, v url.Values) (*sentView, error) {
	id := v.Get("sent")
	if id == "" {
		return nil, nil
	}
	list, err := d.history.List(ctx, history.Query{EventID: id, Limit: maxSentShown})
	if err != nil {
		return nil, fmt.Errorf("list what was sent: %w", err)
	}
	view := &sentView{Events: sentEvents(v.Get("sent_events")), Deliveries: list.Items, Link: listLink(history.Query{EventID: id})}
	if view.Events > 1 {
		view.Link = listLink(history.Query{Platform: v.Get("platform"), Type: v.Get("type")})
	}
	return view, nil
}

// sentEvents reads how many events were sent.
func sentEvents(text string) int {
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		return 1
	}
	return n
}
