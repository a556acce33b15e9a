package dashboard

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/annohook/annohook/scheduler"
	"github.com/annohook/annohook/sender/history"
)

// bulkResult is what became of an action on many.
type bulkResult struct {
	Cancel bool
	Done   int
	Passed []passed
	Broken bool   // it ended before the last one
	Show   string // link to what was made; empty: nothing was
}

// passed are deliveries that an action could not be done with.
type passed struct {
	Name, Text string
	Count      int
	err        error
}

// reasons are why deliveries are passed over. The name travels in an address.
func reasons() []passed {
	return []passed{
		{Name: "gone", err: history.ErrNotFound, Text: "not kept any more, or their events are not"},
		{Name: "targetless", err: scheduler.ErrNoTarget, Text: "without a subscription: it was deleted"},
		{Name: "collecting", err: scheduler.ErrCollecting, Text: "still collecting events"},
		{Name: "unsent", err: scheduler.ErrNothingSent, Text: "never sent, so that there is nothing to repeat verbatim"},
		{Name: "settled", err: history.ErrSettled, Text: "settled already"},
		{Name: "other", Text: "not possible to build again"},
	}
}

// runBulk does what askBulk asked about, and comes back to the list with the result in the address.
func (d *dashboard) runBulk(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(r); err != nil {
		return err
	}
	form := r.PostForm
	mode := form.Get("mode")
	if form.Get("do") != bulkCancel && !slices.Contains(scheduler.ReplayModes(), mode) {
		return fmt.Errorf("%w: mode must be one of %s", errForm, strings.Join(scheduler.ReplayModes(), ", "))
	}
	chosen, err := d.selected(r.Context(), form, false)
	if err != nil {
		return err
	}
	var made []string
	one := d.scheduler.Cancel
	if form.Get("do") != bulkCancel {
		one = func(ctx context.Context, id string) error {
			again, err := d.scheduler.Replay(ctx, id, mode)
			if err == nil {
				made = append(made, again.ID)
			}
			return err
		}
	}
	from := d.now()
	done, over, err := each(r.Context(), chosen.list, one)
	if err != nil && done == 0 {
		return err
	}
	v := url.Values{"did": {form.Get("do")}, "done": {strconv.Itoa(done)}}
	if err != nil {
		d.log.ErrorContext(r.Context(), "an action on many deliveries ended early", "done", done, "of", len(chosen.list), "error", err)
		v.Set("broken", "1")
	}
	http.Redirect(w, r, "/deliveries?"+told(v, over, form.Get("back"), showing(made, from, d.now())), http.StatusSeeOther)
	return nil
}

// told is what the address tells of a result; readResult reads it.
func told(v url.Values, over map[string]int, back, show string) string {
	for name, n := range over {
		v.Set(name, strconv.Itoa(n))
	}
	if back != "" {
		v.Set("q", back)
	}
	if show != "" {
		v.Set("show", show)
	}
	return v.Encode()
}

// each does one thing with every delivery, the oldest first, and counts those it was refused for. Another error ends it.
func each(ctx context.Context, list []history.Summary, one func(context.Context, string) error) (done int, over map[string]int, err error) {
	over = map[string]int{}
	for _, item := range slices.Backward(list) {
		err := one(ctx, item.ID)
		if err == nil {
			done++
			continue
		}
		name := refusal(err)
		if name == "" {
			return done, over, err
		}
		over[name]++
	}
	return done, over, nil
}

// refusal is the name of the reason why a delivery is passed over, "" for an error that ends everything.
func refusal(err error) string {
	for _, reason := range reasons() {
		if reason.err != nil && errors.Is(err, reason.err) {
			return reason.Name
		}
	}
	if _, ok := errors.AsType[*scheduler.InvalidError](err); ok {
		return "other"
	}
	return ""
}

// maxShownIDs bounds the deliveries that a link names one by one.
const maxShownIDs = 20

// showing is the search that finds what was made: by id, or by time where they are too many; "" for nothing.
func showing(ids []string, from, to time.Time) string {
	if len(ids) == 0 {
		return ""
	}
	if len(ids) > maxShownIDs {
		return history.Filter{history.After(from), history.Before(to.Add(time.Microsecond))}.String()
	}
	c := history.Condition{Field: history.FieldID}
	for _, id := range ids {
		c.Any = append(c.Any, history.Value{Text: id})
	}
	return c.String()
}

// readResult reads what runBulk put into the address; nil without it.
func readResult(v url.Values) *bulkResult {
	if v.Get("did") != bulkReplay && v.Get("did") != bulkCancel {
		return nil
	}
	number := func(name string) int {
		n, err := strconv.Atoi(v.Get(name))
		if err != nil || n < 0 {
			return 0
		}
		return n
	}
	result := &bulkResult{Cancel: v.Get("did") == bulkCancel, Done: number("done"), Broken: v.Has("broken")}
	for _, reason := range reasons() {
		if reason.Count = number(reason.Name); reason.Count > 0 {
			result.Passed = append(result.Passed, reason)
		}
	}
	if v.Get("show") != "" {
		result.Show = searched{}.address(v.Get("show"), "", "")
	}
	return result
}
