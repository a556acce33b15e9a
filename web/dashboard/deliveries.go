package dashboard

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/scheduler"
	"github.com/annohook/annohook/sender/history"
	"github.com/annohook/annohook/sender/history/search"
)

// listPage is what "/deliveries" shows.
type listPage struct {
	Search  searched
	Notice  *bulkResult // what was just done; nil: nothing
	Keys    []search.Key
	Offers  []offer // terms to complete what is typed
	Chips   []chipGroup
	Rows    []listRow
	Found   foundView
	Next    string // link to older deliveries; empty: there are none
	First   string // link back to the newest; empty: this is the first page
	Drop    []dropLink
	Beside  *besideView // nil: the list stands alone
	Only    bool        // nothing but the delivery beside the list is wanted
	Replays int         // bound of an action on all that match
	Stream  string      // empty on older pages, which do not change
}

// foundView says how much was found, and how far back the page looked.
type foundView struct {
	Kept    int       // in all
	Match   int       // only with Counted
	Counted bool      // Match is known without looking at every delivery
	Before  time.Time // the page begins there; zero: it begins with the newest
	Reached time.Time // the page is short because it looked no further back; zero: it is not
}

// dropLink is the search without one of its terms.
type dropLink struct{ Term, URL string }

// besideView is the delivery that is shown beside the list.
type besideView struct {
	deliveryPage
	ID      string
	Missing bool   // there is none with this id
	Close   string // link to the list alone
}

func (d *dashboard) listDeliveries(w http.ResponseWriter, r *http.Request) error {
	s := d.readSearch(r.URL.Query())
	if s.Moved {
		http.Redirect(w, r, s.address(s.Text, "", s.Open), http.StatusSeeOther) //nolint:gosec // it begins with /deliveries
		return nil
	}
	page := listPage{Search: s, Only: r.URL.Query().Get("only") == "open", Replays: scheduler.MaxReplays}
	var err error
	if page.Beside, err = d.beside(w, r, s); err != nil {
		return err
	}
	if !page.Only {
		if err := d.fillList(r, &page); err != nil {
			return err
		}
	}
	return d.render(w, r, http.StatusOK, "deliveries", "Deliveries", page)
}

// beside reads the delivery that the address opens; nil without one. One that is gone is said so beside the list, which stays useful.
func (d *dashboard) beside(w http.ResponseWriter, r *http.Request, s searched) (*besideView, error) {
	if s.Open == "" {
		return nil, nil
	}
	view := chosen(r)
	v := &besideView{ID: s.Open, Close: s.address(s.Shown, s.Cursor, "")}
	var err error
	v.deliveryPage, err = d.deliveryOf(r.Context(), s.Open, view)
	if errors.Is(err, history.ErrNotFound) {
		v.Missing = true
		return v, nil
	}
	if err != nil {
		return nil, err
	}
	view.remember(w, r)
	return v, nil
}

// fillList reads one page of deliveries and all that stands around it.
func (d *dashboard) fillList(r *http.Request, page *listPage) error {
	ctx, s := r.Context(), page.Search
	q := history.Query{Filter: s.Filter, Cursor: s.Cursor}
	list, err := d.history.List(ctx, q)
	if err != nil {
		return fmt.Errorf("list deliveries: %w", err)
	}
	counts, err := d.history.Counts(ctx)
	if err != nil {
		return fmt.Errorf("count deliveries: %w", err)
	}
	subs, err := d.store.List(ctx)
	if err != nil {
		return fmt.Errorf("list subscriptions: %w", err)
	}
	page.Notice = readResult(r.URL.Query())
	page.Keys, page.Offers, page.Chips = search.Keys(), d.offers(subs), d.chips(s, counts)
	page.Rows = s.rows(list.Items)
	page.Found = found(s, counts, list)
	if list.NextCursor != "" {
		page.Next = s.address(s.Shown, list.NextCursor, "")
	}
	for i, t := range s.Terms {
		page.Drop = append(page.Drop, dropLink{Term: t.Text, URL: s.address(s.replaced(i, ""), "", "")})
	}
	page.Stream = streamFor(q)
	if s.Cursor != "" {
		page.First, page.Stream = s.address(s.Shown, "", ""), ""
		if s.Open != "" {
			page.Stream = changesPath + "?delivery=" + url.QueryEscape(s.Open)
		}
	}
	return nil
}

// found says how much there is. Only conditions on platform and status can be counted without a look at every delivery.
func found(s searched, counts history.Counts, list history.Page) foundView {
	v := foundView{Counted: true}
	for _, c := range s.Filter {
		v.Counted = v.Counted && (c.Field == history.FieldPlatform || c.Field == history.FieldStatus)
	}
	for platform, byStatus := range counts.Deliveries {
		for status, n := range byStatus {
			v.Kept += n
			if v.Counted && s.Filter.Admits(&history.Summary{Delivery: history.Delivery{Platform: platform, Status: status}}) {
				v.Match += n
			}
		}
	}
	if s.Cursor == "" && list.NextCursor == "" {
		v.Counted, v.Match = true, len(list.Items)
	}
	if at, err := history.ParseCursor(s.Cursor); err == nil && s.Cursor != "" {
		v.Before = at.At
	}
	if at, err := history.ParseCursor(list.NextCursor); err == nil && list.NextCursor != "" && len(list.Items) < history.DefaultPage {
		v.Reached = at.At
	}
	return v
}

// listLink leads to the list with the filters of a query.
func listLink(q history.Query) string {
	v := url.Values{}
	for name, value := range oldFilters(q) {
		if value != "" {
			v.Set(name, value)
		}
	}
	if len(v) == 0 {
		return "/deliveries"
	}
	return "/deliveries?" + v.Encode()
}

// streamFor asks for changes of what a list shows. Conditions that a change can move a delivery out of are apart: the row must then go.
func streamFor(q history.Query) string {
	var lasting, passing history.Filter
	for _, c := range append(conditions(q), q.Filter...) {
		switch c.Field {
		case history.FieldID, history.FieldPlatform, history.FieldProfile, history.FieldSubscription, history.FieldEvent, history.FieldType,
			history.FieldURL, history.FieldCreated:
			lasting = append(lasting, c)
		case history.FieldText: // is not looked for in what passes by
		default:
			passing = append(passing, c)
		}
	}
	v := url.Values{}
	if len(lasting) > 0 {
		v.Set("q", lasting.String())
	}
	if len(passing) > 0 {
		v.Set(fitsParam, passing.String())
	}
	if len(v) == 0 {
		return changesPath
	}
	return changesPath + "?" + v.Encode()
}

// readQuery takes the filters of a stream from a URL.
func (d *dashboard) readQuery(v url.Values) (history.Query, error) {
	terms, err := d.terms(asked(v))
	if err != nil {
		return history.Query{}, fmt.Errorf("%w: %w", errForm, err)
	}
	return history.Query{Filter: filterOf(terms)}, nil
}

// defaults is every platform in its default profile.
func (d *dashboard) defaults() []payloads.Platform {
	var list []payloads.Platform
	for _, id := range d.registry.IDs() {
		list = append(list, d.registry.Profiles(id)[0])
	}
	return list
}

// typeNames lists the event types of one platform, or of all of them, each once.
func (d *dashboard) typeNames(platform string) []string {
	var names []string
	seen := map[string]bool{}
	for _, id := range d.registry.IDs() {
		if platform != "" && id != platform {
			continue
		}
		for _, p := range d.registry.Profiles(id) {
			for _, et := range p.Events {
				if !seen[et.Key] {
					seen[et.Key] = true
					names = append(names, et.Key)
				}
			}
		}
	}
	return names
}
