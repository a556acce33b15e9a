package dashboard

import (
	"fmt"
	"net/http"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/scheduler"
	"github.com/annohook/annohook/sender/history"
)

// newest is how many deliveries the live page shows.
const newest = 30

// livePage is what "/" shows.
type livePage struct {
	Counts   []count
	Stats    scheduler.Stats
	Items    []history.Summary
	Types    []typeGroup
	Tutorial *tutorial // nil: there are deliveries already
	Stream   string    // where changes are told
}

// count is the number of deliveries in one status.
type count struct {
	Status history.Status
	Number int
}

// typeGroup is one platform's event types in a select element.
type typeGroup struct {
	Platform payloads.Platform // in its default profile
	Types    []payloads.EventType
}

func (d *dashboard) live(w http.ResponseWriter, r *http.Request) error {
	stats, err := d.scheduler.Stats(r.Context())
	if err != nil {
		return fmt.Errorf("read stats: %w", err)
	}
	list, err := d.history.List(r.Context(), history.Query{Limit: newest})
	if err != nil {
		return fmt.Errorf("list deliveries: %w", err)
	}
	page := livePage{Counts: countAll(stats), Stats: stats, Items: list.Items, Types: d.typeGroups(), Stream: changesPath}
	if len(list.Items) == 0 {
		if page.Tutorial, err = d.tutorial(r); err != nil {
			return err
		}
	}
	return d.render(w, r, http.StatusOK, "live", "Live", page)
}

func countAll(stats scheduler.Stats) []count {
	var counts []count
	for _, status := range history.Statuses() {
		c := count{Status: status}
		for _, byStatus := range stats.Deliveries {
			c.Number += byStatus[status]
		}
		counts = append(counts, c)
	}
	return counts
}

func (d *dashboard) typeGroups() []typeGroup {
	var groups []typeGroup
	for _, id := range d.registry.IDs() {
		p := d.registry.Profiles(id)[0]
		groups = append(groups, typeGroup{Platform: p, Types: p.Events})
	}
	return groups
}

// tutorial holds what the commands of the empty page need.
type tutorial struct {
	Server        string
	Platform      payloads.Platform
	Type          string
	Secret        string // an example of the platform's form; empty: nothing is signed
	Token         bool   // calls of the API need one
	Subscriptions int
}

func (d *dashboard) tutorial(r *http.Request) (*tutorial, error) {
	subs, err := d.store.List(r.Context())
	if err != nil {
		return nil, fmt.Errorf("list subscriptions: %w", err)
	}
	ids := d.registry.IDs()
	if len(ids) == 0 {
		return nil, nil // no platform, no tutorial
	}
	id := ids[0]
	if len(subs) > 0 {
		id = subs[0].Platform
	}
	p, err := d.registry.Platform(id, "")
	if err != nil {
		return nil, fmt.Errorf("platform of the tutorial: %w", err)
	}
	t := &tutorial{
		Server: d.server(r), Platform: p, Secret: string(exampleSubscription(p, [16]byte{}).Secret), Token: d.token, Subscriptions: len(subs),
	}
	for _, et := range p.Events {
		if !et.Unlisted && t.Type == "" {
			t.Type = et.Key
		}
	}
	return t, nil
}
