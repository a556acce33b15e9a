package dashboard

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/scheduler"
	"github.com/annohook/annohook/sender"
	"github.com/annohook/annohook/sender/history"
	"github.com/annohook/annohook/subscriptions"
)

// newest is how many deliveries the live page shows.
const newest = 25

// livePage is what "/" shows.
type livePage struct {
	Counts   []count
	Others   []count // deliveries in rarer statuses; only where there are some
	Stats    scheduler.Stats
	Items    []streamRow
	Quick    quickForm
	Tutorial *tutorial    // nil: the reader has been through it
	Charts   *chartsView  // nil: nobody counts
	Health   []healthView // of the subscriptions that need a look most
	More     int          // subscriptions that are not among them
	Stream   string       // where changes are told; empty: the page does not follow
}

// count is a number of deliveries; without a status it is all of them.
type count struct {
	Status history.Status
	Number string
}

// streamRow is one delivery in the stream.
type streamRow struct {
	history.Summary

	Made string // when it was made: the time of day, or for older ones day and time
}

// Target is where it goes, as short as it can be told.
func (s streamRow) Target() string { return strings.TrimPrefix(sender.MaskURL(s.URL), "http://") }

func streamRows(items []history.Summary, now time.Time) []streamRow {
	const recent = 12 * time.Hour // live.js has the same
	rows := make([]streamRow, len(items))
	for i, item := range items {
		layout := "15:04:05"
		if now.Sub(item.CreatedAt) >= recent {
			layout = "01-02 15:04"
		}
		rows[i] = streamRow{Summary: item, Made: item.CreatedAt.UTC().Format(layout)}
	}
	return rows
}

// typeGroup is one platform's event types in a select element.
type typeGroup struct {
	Platform payloads.Platform // in its default profile
	Types    []payloads.EventType
}

func (d *dashboard) live(w http.ResponseWriter, r *http.Request) error {
	return d.liveWith(w, r, http.StatusOK, quickAsked(r.URL.Query()))
}

// liveWith shows the page with what stands in the trigger form and what became of it.
func (d *dashboard) liveWith(w http.ResponseWriter, r *http.Request, status int, quick quickForm) error {
	stats, err := d.scheduler.Stats(r.Context())
	if err != nil {
		return fmt.Errorf("read stats: %w", err)
	}
	list, err := d.history.List(r.Context(), history.Query{Limit: newest})
	if err != nil {
		return fmt.Errorf("list deliveries: %w", err)
	}
	subs, err := d.store.List(r.Context())
	if err != nil {
		return fmt.Errorf("list subscriptions: %w", err)
	}
	page := livePage{Stats: stats, Items: streamRows(list.Items, d.now()), Quick: quick, Stream: follows(r, changesPath)}
	page.Quick.fill(d.typeGroups(), subs)
	page.count(stats)
	if page.Tutorial, err = d.tutorial(r, stats, list.Items, subs); err != nil {
		return err
	}
	if d.pulse != nil {
		d.awaitPulse(r.Context())
		page.Charts = newCharts(d.pulse, stats.Latency, d.now())
		page.Health, page.More = d.healths(subs)
	}
	return d.render(w, r, status, "live", "Live", page)
}

// count fills in how many deliveries are kept, by status.
func (p *livePage) count(stats scheduler.Stats) {
	sums, all := byStatus(stats)
	p.Counts = []count{{Number: grouped(all)}}
	for _, status := range []history.Status{history.Succeeded, history.Failed, history.Retrying, history.Pending} {
		p.Counts = append(p.Counts, count{Status: status, Number: grouped(sums[status])})
	}
	for _, status := range []history.Status{history.Collecting, history.Cancelled} {
		if sums[status] > 0 {
			p.Others = append(p.Others, count{Status: status, Number: grouped(sums[status])})
		}
	}
}

// byStatus adds up the deliveries of all platforms.
func byStatus(stats scheduler.Stats) (sums map[history.Status]int, all int) {
	sums = map[history.Status]int{}
	for _, platform := range stats.Deliveries {
		for status, n := range platform {
			sums[status] += n
			all += n
		}
	}
	return sums, all
}

// grouped prints a number with its thousands apart.
func grouped(n int) string {
	text := strconv.Itoa(n)
	for i := len(text) - 3; i > 0 && text[i-1] != '-'; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

func (d *dashboard) typeGroups() []typeGroup {
	var groups []typeGroup
	for _, id := range d.registry.IDs() {
		p := d.registry.Profiles(id)[0]
		groups = append(groups, typeGroup{Platform: p, Types: p.Events})
	}
	return groups
}

// targetName is how a subscription is called where there is little room.
func targetName(s subscriptions.Subscription) string {
	if s.Description != "" {
		return s.Description
	}
	return sender.MaskURL(s.URL)
}
