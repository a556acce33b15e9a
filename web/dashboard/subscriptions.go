package dashboard

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/sender/history/pulse"
	"github.com/annohook/annohook/subscriptions"
)

// listedSubscriptions bounds the rows of the list; a filter reaches the rest.
const listedSubscriptions = 100

// subscriptionsPage is what "/subscriptions" shows.
type subscriptionsPage struct {
	Items     []subscriptionRow
	More      int // that fit the filter and are not shown
	Total     int // without filter
	Filter    subscriptionFilter
	States    []string
	Platforms []payloads.Platform // in their default profiles
	Edit      editor              // of a new subscription
	Measured  bool                // latencies and last outcomes are known
	Test      *testView
	Stream    string
}

// subscriptionRow is one line of the list.
type subscriptionRow struct {
	subscriptions.Subscription
	Platform string // name
	Health   healthView
	Last     *pulse.Attempt // nil: none is known
	InARow   int            // failures
	Off      int            // failures in a row that switch it off; 0: none do
	List     string         // query of the list, which its actions lead back to
}

// The states that the list can be narrowed to.
const (
	stateEnabled  = "enabled"
	stateDisabled = "disabled"
	stateFailing  = "failing"
)

// subscriptionFilter is what the list is narrowed to; the zero value is nothing.
type subscriptionFilter struct {
	Platform, State string
}

func readSubscriptionFilter(v url.Values) (subscriptionFilter, error) {
	f := subscriptionFilter{Platform: v.Get("platform"), State: v.Get("state")}
	if states := subscriptionStates(); f.State != "" && !slices.Contains(states, f.State) {
		return f, fmt.Errorf("%w: state must be one of %v", errForm, states)
	}
	return f, nil
}

func subscriptionStates() []string { return []string{stateEnabled, stateDisabled, stateFailing} }

// Query is the filter as the query of a URL, "" without one.
func (f subscriptionFilter) Query() string {
	v := url.Values{}
	if f.Platform != "" {
		v.Set("platform", f.Platform)
	}
	if f.State != "" {
		v.Set("state", f.State)
	}
	return v.Encode()
}

// Active reports whether anything is left out.
func (f subscriptionFilter) Active() bool { return f != subscriptionFilter{} }

// New is the link that chooses the platform of a new subscription and keeps the filter.
func (f subscriptionFilter) New(platform string) string {
	v := url.Values{"new": {platform}}
	if f.Platform != "" {
		v.Set("platform", f.Platform)
	}
	if f.State != "" {
		v.Set("state", f.State)
	}
	return "/subscriptions?" + v.Encode() + "#new"
}

// holds reports whether a row is shown. What failed last counts as failing while it is enabled: nothing will change about the others.
func (f subscriptionFilter) holds(row subscriptionRow) bool {
	if f.Platform != "" && row.Subscription.Platform != f.Platform {
		return false
	}
	switch f.State {
	case stateEnabled:
		return row.Enabled
	case stateDisabled:
		return !row.Enabled
	case stateFailing:
		return row.Enabled && row.InARow > 0
	default:
		return true
	}
}

func (d *dashboard) listSubscriptions(w http.ResponseWriter, r *http.Request) error {
	query := r.URL.Query()
	id := query.Get("new")
	if id == "" {
		id = query.Get("platform")
	}
	if id == "" && len(d.registry.IDs()) > 0 {
		id = d.registry.IDs()[0]
	}
	p, err := d.registry.Platform(id, "")
	if err != nil {
		return fmt.Errorf("%w: platform must be one of %v", errForm, d.registry.IDs())
	}
	f := newSubscriptionForm(p)
	f.Values.Set("url", query.Get("url"))
	return d.subscriptionsWith(w, r, http.StatusOK, p, f)
}

// newSubscriptionForm is the form of a subscription that does not exist yet.
func newSubscriptionForm(p payloads.Platform) *form {
	return &form{Values: url.Values{"platform": {p.ID}, "profile": {p.Profile}, "events_mode": {eventsAll}, "enabled": {"on"}}}
}

// subscriptionsWith shows the list with the form of a new subscription.
func (d *dashboard) subscriptionsWith(w http.ResponseWriter, r *http.Request, status int, p payloads.Platform, f *form) error {
	filter, err := readSubscriptionFilter(r.URL.Query())
	if err != nil {
		return err
	}
	subs, err := d.store.List(r.Context())
	if err != nil {
		return fmt.Errorf("list subscriptions: %w", err)
	}
	page := subscriptionsPage{
		Total: len(subs), Filter: filter, States: subscriptionStates(), Platforms: d.defaults(), Measured: d.pulse != nil,
		Edit: d.editor(p, f, subscriptions.Subscription{Platform: p.ID, Profile: p.Profile}), Stream: follows(r, changesPath),
	}
	d.awaitPulse(r.Context())
	for _, row := range d.subscriptionRows(subs) {
		switch {
		case !filter.holds(row):
			continue
		case len(page.Items) == listedSubscriptions:
			page.More++
		default:
			row.List = filter.Query()
			page.Items = append(page.Items, row)
		}
	}
	if page.Test, err = d.testResult(r, ""); err != nil {
		return err
	}
	return d.render(w, r, status, "subscriptions", "Subscriptions", page)
}

// subscriptionRows describes subscriptions, in their order.
func (d *dashboard) subscriptionRows(subs []subscriptions.Subscription) []subscriptionRow {
	var known map[string]pulse.Health
	if d.pulse != nil {
		known = d.pulse.Healths()
	}
	rows := make([]subscriptionRow, len(subs))
	for i, sub := range subs {
		h := known[sub.ID]
		row := subscriptionRow{Subscription: sub, Platform: sub.Platform, Health: d.health(sub, h), InARow: max(h.Failing(), sub.ConsecutiveFailures)}
		if n := len(h.Attempts); n > 0 {
			row.Last = &h.Attempts[n-1]
		}
		if p, err := d.registry.Of(sub); err == nil {
			row.Platform, row.Off = p.Name, p.DisableAfter
		}
		rows[i] = row
	}
	return rows
}
