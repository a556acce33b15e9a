package dashboard

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/annohook/annohook/scheduler"
	"github.com/annohook/annohook/sender/history"
	"github.com/annohook/annohook/subscriptions"
)

// Keeper says what keeps the data, in plain words.
type Keeper struct {
	Engine   string // what runs; empty: nothing is said
	Where    string // where data lies; empty: nowhere
	Survives string // what survives a restart
	// Memory tells how much memory the store uses and may use, in bytes; limit 0: no limit of its own. Nil: it is part of this process.
	Memory func(context.Context) (used, limit uint64, err error)
}

// Bounds of the page of the queue.
const (
	queueNext  = 20  // deliveries that are due next
	queueLanes = 20  // subscriptions with deliveries in their lane
	laneSample = 100 // deliveries of a subscription that are looked at
)

// queuePage is what "/queue" shows.
type queuePage struct {
	Stats   scheduler.Stats
	Lag     string // how late the oldest is; empty: nothing is
	Next    []dueRow
	Lanes   []laneRow
	Workers []workerRow
	Keeper  Keeper
	Memory  string // of the store; empty: unknown
	Stream  string
}

// dueRow is one delivery that is due.
type dueRow struct {
	history.Summary
	Due  time.Time
	What string // that happens then
}

// laneRow is one subscription with attempts in flight or deliveries in its lane.
type laneRow struct {
	Subscription subscriptions.Subscription // only the id, where it was deleted
	InFlight     int
	Limit        int
	Parked       int
	More         bool // at least so many
}

// workerRow is one process that makes attempts.
type workerRow struct {
	scheduler.Worker
	Silent   time.Duration // since its last beat
	InFlight int
	Oldest   time.Time // start of its oldest attempt; zero without one
	Dead     bool      // it is not heard of, but attempts are still in its name
}

func (d *dashboard) showQueue(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	stats, err := d.scheduler.Stats(ctx)
	if err != nil {
		return fmt.Errorf("read stats: %w", err)
	}
	flights, err := d.scheduler.InFlight(ctx)
	if err != nil {
		return fmt.Errorf("list attempts in flight: %w", err)
	}
	page := queuePage{Stats: stats, Workers: workerRows(stats.Workers, flights, d.now()), Keeper: d.keeper, Stream: changesPath}
	if stats.DueLag > 0 {
		page.Lag = duration(stats.DueLag.Round(time.Millisecond))
	}
	if page.Next, err = d.nextDue(ctx); err != nil {
		return err
	}
	if page.Lanes, err = d.lanes(ctx, flights, stats.InLanes > 0); err != nil {
		return err
	}
	page.Memory = d.memory(ctx)
	return d.render(w, r, http.StatusOK, "queue", "Queue", page)
}

// nextDue lists what happens next.
func (d *dashboard) nextDue(ctx context.Context) ([]dueRow, error) {
	dues, err := d.scheduler.Upcoming(ctx, queueNext)
	if err != nil {
		return nil, fmt.Errorf("list what is due: %w", err)
	}
	ids, at := make([]string, len(dues)), map[string]history.Due{}
	for i, due := range dues {
		ids[i], at[due.Delivery] = due.Delivery, due
	}
	items, err := d.history.Deliveries(ctx, ids)
	if err != nil {
		return nil, fmt.Errorf("read what is due: %w", err)
	}
	rows := make([]dueRow, 0, len(items))
	for _, item := range items {
		due := at[item.ID]
		row := dueRow{Summary: item, Due: due.At, What: fmt.Sprintf("attempt %d", due.Attempt)}
		if due.Attempt == 0 {
			row.What = "its batch is closed"
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// lanes lists the subscriptions that are busy. A lane has deliveries only while as many attempts of its subscription are in flight as may be, so
// the attempts in flight lead to all lanes there are.
func (d *dashboard) lanes(ctx context.Context, flights []history.Flight, parked bool) ([]laneRow, error) {
	busy := map[string]int{}
	for _, f := range flights {
		busy[f.Token.SubscriptionID]++
	}
	rows := make([]laneRow, 0, len(busy))
	for id, n := range busy {
		row := laneRow{Subscription: subscriptions.Subscription{ID: id}, InFlight: n}
		if sub, err := d.store.Get(ctx, id); err == nil {
			row.Subscription, row.Limit = sub, d.scheduler.Limit(sub)
		}
		rows = append(rows, row)
	}
	slices.SortFunc(rows, func(a, b laneRow) int {
		return cmp.Or(cmp.Compare(b.InFlight, a.InFlight), cmp.Compare(a.Subscription.ID, b.Subscription.ID))
	})
	rows = rows[:min(len(rows), queueLanes)]
	for i := range rows {
		if !parked || rows[i].InFlight < rows[i].Limit {
			continue
		}
		if err := d.countLane(ctx, &rows[i]); err != nil {
			return nil, err
		}
	}
	return rows, nil
}

// countLane counts the deliveries in the lane of a subscription, among the newest that are not settled.
func (d *dashboard) countLane(ctx context.Context, row *laneRow) error {
	for _, status := range []history.Status{history.Pending, history.Retrying} {
		list, err := d.history.List(ctx, history.Query{SubscriptionID: row.Subscription.ID, Status: status, Limit: laneSample})
		if err != nil {
			return fmt.Errorf("list lane: %w", err)
		}
		for _, item := range list.Items {
			if !item.InFlight && item.NextAt.IsZero() && item.WaitsFor == "" {
				row.Parked++
			}
		}
		row.More = row.More || list.NextCursor != ""
	}
	return nil
}

// workerRows joins the workers that are alive with those that still hold attempts.
func workerRows(alive []scheduler.Worker, flights []history.Flight, now time.Time) []workerRow {
	rows := make([]workerRow, 0, len(alive))
	for _, w := range alive {
		rows = append(rows, workerRow{Worker: w, Silent: max(0, now.Sub(w.Beat)).Round(time.Second)})
	}
	for _, f := range flights {
		at := slices.IndexFunc(rows, func(w workerRow) bool { return w.ID == f.Worker })
		if at < 0 {
			at = len(rows)
			rows = append(rows, workerRow{Worker: scheduler.Worker{ID: f.Worker}, Dead: true})
		}
		rows[at].InFlight++
		if rows[at].Oldest.IsZero() || f.Since.Before(rows[at].Oldest) {
			rows[at].Oldest = f.Since
		}
	}
	slices.SortStableFunc(rows, func(a, b workerRow) int { return cmp.Compare(a.ID, b.ID) })
	return rows
}

// memory says how full the store is. That it cannot be asked is no reason not to show the rest.
func (d *dashboard) memory(ctx context.Context) string {
	if d.keeper.Memory == nil {
		return ""
	}
	used, limit, err := d.keeper.Memory(ctx)
	switch {
	case err != nil:
		return "unknown: it could not be asked"
	case limit == 0:
		return size(int(used)) + ", without a limit of its own" //nolint:gosec // a store that holds 8 EB is beyond us
	default:
		return fmt.Sprintf("%s of %s (%d %%)", size(int(used)), size(int(limit)), 100*used/limit) //nolint:gosec // as above
	}
}
