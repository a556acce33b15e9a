package dashboard

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/annohook/annohook/scheduler"
	"github.com/annohook/annohook/sender/history"
)

// seriesPath begins the paths of series.
const seriesPath = composePath + "/series/"

// seriesLimits are the bounds as the page tells them.
type seriesLimits struct {
	Rate, Events, Seconds int
}

func limitsOfSeries() seriesLimits {
	return seriesLimits{Rate: MaxSeriesRate, Events: MaxSeriesEvents, Seconds: int(MaxSeriesLength / time.Second)}
}

// seriesView is one series as it stands.
type seriesView struct {
	ID             string
	Path           string
	Platform, Type string
	Running        bool
	Sent, Total    int
	Deliveries     int
	Rate           string // events a second
	Why            string // it ended early
	Started, Ended time.Time
	Left           time.Duration // while it runs, rounded up to seconds
	Edit           string        // link to where it was made
	List           string        // link to the deliveries
}

// view is what can be said about a series now; the caller holds the lock.
func (one *series) view(now time.Time) seriesView {
	v := seriesView{
		ID: one.id, Path: seriesPath + url.PathEscape(one.id), Platform: one.trigger.Platform, Type: one.trigger.Type, Running: one.finished.IsZero(),
		Sent: one.sent, Total: one.total, Deliveries: one.deliveries, Why: one.why, Started: one.started, Ended: one.finished, Edit: one.link,
		Rate: strconv.FormatFloat(float64(time.Second)/float64(one.pause), 'g', 3, 64),
		List: listLink(history.Query{Platform: one.trigger.Platform, Type: one.trigger.Type}),
	}
	if v.Running {
		end := one.started.Add(time.Duration(one.total-1) * one.pause)
		v.Left = max(0, end.Sub(now).Round(time.Second))
	}
	return v
}

// rate reads how fast and how long events are to be sent.
func (f *form) rate() (rate float64, seconds int) {
	if f.how() != howRate {
		return 0, 0
	}
	rate, err := strconv.ParseFloat(f.text("rate"), 64)
	if err != nil || !(rate >= 0.01 && rate <= MaxSeriesRate) {
		f.add("rate", "a number from 0.01 to %d is allowed", MaxSeriesRate)
	}
	seconds, wrong := strconv.Atoi(f.text("seconds"))
	if wrong != nil || seconds < 1 || seconds > int(MaxSeriesLength/time.Second) {
		f.add("seconds", "a whole number from 1 to %d is allowed", int(MaxSeriesLength/time.Second))
	}
	if n := eventsOf(rate, seconds); err == nil && wrong == nil && n > MaxSeriesEvents {
		f.add("rate", "that is %d events; at most %d are sent", n, MaxSeriesEvents)
	}
	return rate, seconds
}

// eventsOf is how many events a rate makes in some seconds, at least one.
func eventsOf(rate float64, seconds int) int { return max(1, int(rate*float64(seconds)+0.5)) }

// startSeries begins to send at a rate and leads to the page that shows it. Somebody must want the event now.
func (d *dashboard) startSeries(w http.ResponseWriter, r *http.Request, f *form, t scheduler.Trigger, rate float64, seconds int) error {
	if d.series == nil {
		return errNoPage
	}
	t.Count = 1
	found, err := d.scheduler.Preview(r.Context(), t)
	if invalid, ok := errors.AsType[*scheduler.InvalidError](err); ok {
		f.Problems = invalid.Problems
		return d.composeWith(w, r, http.StatusUnprocessableEntity, f, nil)
	}
	if err != nil {
		return err
	}
	if len(found.Items) == 0 {
		return d.composeWith(w, r, http.StatusConflict, f, &scheduler.NoMatchError{Reasons: found.Reasons})
	}
	total := eventsOf(rate, seconds)
	if limit := int(rate * MaxSeriesLength.Seconds()); total > limit {
		total = max(1, limit)
	}
	id, err := d.series.Start(r.Context(), t, rate, total, composeLinkOf(f.Values))
	if err != nil {
		f.add("rate", "%v", err)
		return d.composeWith(w, r, http.StatusConflict, f, nil)
	}
	http.Redirect(w, r, seriesPath+url.PathEscape(id), http.StatusSeeOther)
	return nil
}

// runningSeries lists what runs.
func (d *dashboard) runningSeries() []seriesView {
	if d.series == nil {
		return nil
	}
	var list []seriesView
	for _, v := range d.series.views() {
		if v.Running {
			list = append(list, v)
		}
	}
	return list
}

// seriesPage is what shows one series.
type seriesPage struct {
	Series seriesView
	Items  []history.Summary // the newest deliveries of the event type
	Stream string
}

// newestOfSeries bounds the deliveries on the page of a series.
const newestOfSeries = 15

func (d *dashboard) showSeries(w http.ResponseWriter, r *http.Request) error {
	v, err := d.seriesOf(r)
	if err != nil {
		return err
	}
	list, err := d.history.List(r.Context(), history.Query{Platform: v.Platform, Type: v.Type, Limit: newestOfSeries})
	if err != nil {
		return err
	}
	return d.render(w, r, http.StatusOK, "series", "Series", seriesPage{Series: v, Items: list.Items, Stream: follows(r, changesPath)})
}

// seriesOf finds the series in the path. One of another process, or of an earlier one, is not known here.
func (d *dashboard) seriesOf(r *http.Request) (seriesView, error) {
	if d.series != nil {
		for _, v := range d.series.views() {
			if v.ID == r.PathValue("id") {
				return v, nil
			}
		}
	}
	return seriesView{}, errNoPage
}

func (d *dashboard) stopSeries(w http.ResponseWriter, r *http.Request) error {
	if d.series == nil || !d.series.stopOne(r.PathValue("id")) {
		return errNoPage
	}
	http.Redirect(w, r, seriesPath+url.PathEscape(r.PathValue("id")), http.StatusSeeOther)
	return nil
}
