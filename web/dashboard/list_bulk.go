package dashboard

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/annohook/annohook/scheduler"
	"github.com/annohook/annohook/sender"
	"github.com/annohook/annohook/sender/history"
)

// What can be done with many deliveries at once, and which of them.
const (
	bulkReplay = "replay"
	bulkCancel = "cancel"
	bulkAll    = "all" // that match the search; otherwise those that were chosen one by one
)

// Bounds of an action on many.
const (
	maxChosen   = history.MaxPage // deliveries chosen one by one
	collectMost = 5 * time.Second // that a page looks for all that match
	maxTargets  = 8               // that the question names
)

// bulkPage asks whether many deliveries are meant.
type bulkPage struct {
	Do       string
	Cancel   bool
	All      bool
	Query    string // of All: the search with times that do not move on
	IDs      []string
	Back     string // search to come back to
	BackLink string
	Count    int
	Reached  time.Time // older ones are left out; zero: none are
	Most     int
	Settled  int // of Cancel: those that are beyond that, and not in Count
	Statuses []statusCount
	Targets  []bulkTarget
	Others   int // targets that are not named
	Modes    []replayMode
}

// bulkTarget is a URL and how many of the deliveries went there.
type bulkTarget struct {
	URL   string
	Count int
}

// statusCount is a status and how many of the deliveries have it.
type statusCount struct {
	Status history.Status
	Count  int
}

// selection are the deliveries an action is about, newest first.
type selection struct {
	list    []history.Summary
	query   string // of all that match
	reached time.Time
}

// askBulk shows how many deliveries an action is about before it is done.
func (d *dashboard) askBulk(w http.ResponseWriter, r *http.Request) error {
	v := r.URL.Query()
	page := bulkPage{
		Do: v.Get("do"), Cancel: v.Get("do") == bulkCancel, All: v.Get("of") == bulkAll, Back: v.Get("q"),
		BackLink: searched{}.address(v.Get("q"), "", ""), Most: scheduler.MaxReplays,
	}
	chosen, err := d.selected(r.Context(), v, true)
	if err != nil {
		return err
	}
	page.describe(chosen)
	return d.render(w, r, http.StatusOK, "bulk", "Deliveries", page)
}

// selected reads the deliveries that a form is about. With now, those that are made later are left out, and so are those too far back.
func (d *dashboard) selected(ctx context.Context, v url.Values, now bool) (selection, error) {
	if v.Get("of") != bulkAll {
		ids := slices.Compact(slices.Sorted(slices.Values(v["id"])))
		list, err := d.history.Deliveries(ctx, ids[:min(len(ids), maxChosen)])
		slices.SortFunc(list, func(a, b history.Summary) int {
			return cmp.Or(b.CreatedAt.Compare(a.CreatedAt), cmp.Compare(b.ID, a.ID))
		})
		return selection{list: list}, err
	}
	terms, err := d.terms(v.Get("q"))
	if err != nil {
		return selection{}, fmt.Errorf("%w: %w", errForm, err)
	}
	filter := filterOf(terms)
	if now {
		filter = append(filter, history.Before(d.now()))
	}
	list, reached, err := d.collect(ctx, filter, now)
	if err == nil && now && !reached.IsZero() {
		filter = append(filter, history.After(reached))
	}
	return selection{list: list, query: filter.String(), reached: reached}, err
}

// collect reads all that match, up to the bound of a replay. reached is how far back it looked; zero: to the end.
func (d *dashboard) collect(ctx context.Context, filter history.Filter, brief bool) (list []history.Summary, reached time.Time, err error) {
	spent, cancel := context.WithTimeout(ctx, collectMost)
	defer cancel()
	q := history.Query{Filter: filter, Limit: history.MaxPage}
	for {
		page, err := d.history.List(ctx, q)
		if err != nil {
			return nil, time.Time{}, fmt.Errorf("list deliveries: %w", err)
		}
		list = append(list, page.Items...)
		if page.NextCursor == "" {
			return list, time.Time{}, nil
		}
		if len(list)+history.MaxPage > scheduler.MaxReplays || brief && spent.Err() != nil {
			at, err := history.ParseCursor(page.NextCursor)
			return list, at.At, err
		}
		q.Cursor = page.NextCursor
	}
}

// describe says what the deliveries are.
func (p *bulkPage) describe(s selection) {
	p.Query, p.Reached = s.query, s.reached
	byStatus, byTarget := map[history.Status]int{}, map[string]int{}
	for _, item := range s.list {
		if p.Cancel && item.Status.Settled() {
			p.Settled++
			continue
		}
		p.Count++
		byStatus[item.Status]++
		byTarget[sender.MaskURL(item.URL)]++
		if !p.All {
			p.IDs = append(p.IDs, item.ID)
		}
	}
	for _, status := range history.Statuses() {
		if n := byStatus[status]; n > 0 {
			p.Statuses = append(p.Statuses, statusCount{Status: status, Count: n})
		}
	}
	for target, n := range byTarget {
		p.Targets = append(p.Targets, bulkTarget{URL: target, Count: n})
	}
	slices.SortFunc(p.Targets, func(a, b bulkTarget) int { return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.URL, b.URL)) })
	if len(p.Targets) > maxTargets {
		p.Others = len(p.Targets) - maxTargets
		p.Targets = p.Targets[:maxTargets]
	}
	for _, m := range replayModes(story{Found: true}) {
		m.Why = ""
		p.Modes = append(p.Modes, m)
	}
}
