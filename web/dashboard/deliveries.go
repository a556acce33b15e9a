package dashboard

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/sender/history"
	"github.com/annohook/annohook/subscriptions"
)

// listPage is what "/deliveries" shows.
type listPage struct {
	Query         history.Query
	Filtered      bool
	Items         []history.Summary
	Next          string // link to older deliveries; empty: there are none
	First         string // link back to the newest; empty: this is the first page
	Statuses      []history.Status
	Platforms     []payloads.Platform
	Types         []string
	Subscriptions []subscriptions.Subscription
	Stream        string // empty on older pages, which do not change
}

func (d *dashboard) listDeliveries(w http.ResponseWriter, r *http.Request) error {
	q, err := readQuery(r.URL.Query())
	if err != nil {
		return err
	}
	list, err := d.history.List(r.Context(), q)
	if err != nil {
		return fmt.Errorf("list deliveries: %w", err)
	}
	subs, err := d.store.List(r.Context())
	if err != nil {
		return fmt.Errorf("list subscriptions: %w", err)
	}
	page := listPage{
		Query: q, Items: list.Items, Statuses: history.Statuses(), Platforms: d.defaults(), Types: d.typeNames(q.Platform),
		Subscriptions: subs, Filtered: len(queryValues(q)) > 0,
	}
	if list.NextCursor != "" {
		next := q
		next.Cursor = list.NextCursor
		page.Next = listLink(next)
	}
	if q.Cursor != "" {
		first := q
		first.Cursor = ""
		page.First = listLink(first)
	} else {
		page.Stream = streamFor(q)
	}
	return d.render(w, r, http.StatusOK, "deliveries", "Deliveries", page)
}

// readQuery takes the filters from a URL; parameters it does not know are passed over, so that a link from elsewhere still works.
func readQuery(v url.Values) (history.Query, error) {
	q := history.Query{
		Platform: v.Get("platform"), SubscriptionID: v.Get("subscription"), Type: v.Get("type"), Status: history.Status(v.Get("status")),
		EventID: v.Get("event"), Text: v.Get("q"), Cursor: v.Get("cursor"),
	}
	if q.Status != "" && !slices.Contains(history.Statuses(), q.Status) {
		return q, fmt.Errorf("%w: status must be one of %v", errForm, history.Statuses())
	}
	return q, nil
}

// queryValues are the filters of a query as URL parameters, the cursor left out.
func queryValues(q history.Query) url.Values {
	v := url.Values{}
	for name, value := range map[string]string{
		"platform": q.Platform, "subscription": q.SubscriptionID, "type": q.Type, "status": string(q.Status), "event": q.EventID, "q": q.Text,
	} {
		if value != "" {
			v.Set(name, value)
		}
	}
	return v
}

func listLink(q history.Query) string {
	v := queryValues(q)
	if q.Cursor != "" {
		v.Set("cursor", q.Cursor)
	}
	if len(v) == 0 {
		return "/deliveries"
	}
	return "/deliveries?" + v.Encode()
}

// streamFor asks for changes of what a list shows. The filters that a change can move a delivery out of are left out: the row must then go.
func streamFor(q history.Query) string {
	q.Status, q.Text = "", ""
	if v := queryValues(q); len(v) > 0 {
		return changesPath + "?" + v.Encode()
	}
	return changesPath
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
	for _, id := range d.registry.IDs() {
		if platform != "" && id != platform {
			continue
		}
		for _, p := range d.registry.Profiles(id) {
			for _, et := range p.Events {
				if !slices.Contains(names, et.Key) {
					names = append(names, et.Key)
				}
			}
		}
	}
	return names
}
