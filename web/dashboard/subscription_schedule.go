package dashboard

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/subscriptions"
)

// scheduleView draws when attempts of a subscription are made, beside what the platform itself does where that differs.
type scheduleView struct {
	Rows   []scheduleRow
	Text   string // in words
	Scaled string // what the time scale of the server makes of it; empty: nothing
	Waits  string // what an attempt waits for
	Ends   string // when it is given up
	Holds  string // how events are collected before; empty: they are not
}

// scheduleRow is one schedule on the line of time that all rows share.
type scheduleRow struct {
	Name   string
	Points []retryPoint
	Text   string // the drawing in words
	Own    bool   // the subscription's, in the place of the platform's
}

// Measures of the drawing, in percent of its width, and how many attempts it can hold; more are a smear.
const (
	scheduleApart  = 5.5
	scheduleLabels = 16.0 // between labels
	schedulePoints = 16
)

// scheduleOf describes the schedule that attempts of sub follow.
func (d *dashboard) scheduleOf(p payloads.Platform, sub subscriptions.Subscription) scheduleView {
	policy := p.Effective(sub)
	v := scheduleView{Waits: attemptWaits(policy), Ends: d.ends(policy)}
	if p.Batch != nil {
		v.Holds = d.holds(p.Batch.Settings(sub))
	}
	own := sub.Retry != nil && !slices.Equal(policy.Retry, p.Retry)
	v.Text = "One attempt, no retries"
	if len(policy.Retry) > 0 {
		v.Text = "Retries " + delays(policy.Retry) + ", each from the end of the attempt before"
	}
	if own {
		v.Text += "; set here in the place of the platform's: " + strings.TrimSuffix(delays(p.Retry), ": one attempt only")
	}
	v.Text += "."
	if len(policy.Retry) > 0 && d.scheduler.Scaled(time.Hour) != time.Hour {
		v.Scaled = "The time scale of this server makes that " + strings.TrimPrefix(delays(d.scaled(policy.Retry)), "after ") + "."
	}
	most := totalOf(policy.Retry)
	if own {
		most = max(most, totalOf(p.Retry))
	}
	if most == 0 {
		return v
	}
	name := "platform"
	if own {
		name = "here"
	}
	v.Rows = append(v.Rows, newScheduleRow(name, policy.Retry, most, own))
	if own {
		v.Rows = append(v.Rows, newScheduleRow("platform", p.Retry, most, false))
	}
	if slices.ContainsFunc(v.Rows, func(row scheduleRow) bool { return len(row.Points) > schedulePoints }) {
		v.Rows = nil
	}
	return v
}

// holds says how a batch collects events.
func (d *dashboard) holds(window time.Duration, most int) string {
	if window <= 0 || most <= 1 {
		return "Events are sent one by one."
	}
	text := fmt.Sprintf("Events are held for %s, or until there are %d, and sent together.", duration(window), most)
	if scaled := d.scheduler.Scaled(window); scaled != window {
		text = strings.TrimSuffix(text, ".") + "; the time scale of this server makes that " + duration(scaled) + "."
	}
	return text
}

func (d *dashboard) scaled(list []time.Duration) []time.Duration {
	scaled := make([]time.Duration, len(list))
	for i, wait := range list {
		scaled[i] = d.scheduler.Scaled(wait)
	}
	return scaled
}

func totalOf(list []time.Duration) (total time.Duration) {
	for _, d := range list {
		total += d
	}
	return total
}

// newScheduleRow places attempts on a line that spans most. The line is no linear one: the first wait of a schedule that doubles would vanish
// beside its last.
func newScheduleRow(name string, waits []time.Duration, most time.Duration, own bool) scheduleRow {
	row := scheduleRow{Name: name, Own: own}
	var at time.Duration
	x, labelled := axisLeft-scheduleApart, -scheduleLabels
	texts := make([]string, 0, len(waits)+1)
	for i := range len(waits) + 1 {
		label := "at once"
		if i > 0 {
			at += waits[i-1]
			label = offset(at)
		}
		room := axisRight - scheduleApart*float64(len(waits)-i) // for those that follow
		x = min(max(axisLeft+(axisRight-axisLeft)*math.Sqrt(float64(at)/float64(most)), x+scheduleApart), room)
		point := retryPoint{X: percent(x), Number: i + 1}
		texts = append(texts, label)
		if x-labelled >= scheduleLabels {
			point.Label, labelled = label, x
		}
		row.Points = append(row.Points, point)
	}
	row.Text = "Attempts " + strings.Join(texts, ", ")
	return row
}

// attemptWaits says how long one attempt waits for the listener.
func attemptWaits(policy payloads.Policy) string {
	switch {
	case policy.SilenceTimeout && policy.Deadline > policy.Timeout:
		return duration(policy.Timeout) + " to connect and for each silence of the listener, " + duration(policy.Deadline) + " in all"
	case policy.SilenceTimeout:
		return duration(policy.Timeout) + " to connect and for each silence of the listener, and no longer in all"
	default:
		return duration(min(policy.Timeout, policy.Deadline)) + " for the whole exchange, from the connect to the last byte of the reply"
	}
}

// ends says when a listener that never answers right is given up: at once failing, or using up the time of every attempt.
func (d *dashboard) ends(policy payloads.Policy) string {
	fast := totalOf(d.scaled(policy.Retry))
	slow := fast + time.Duration(len(policy.Retry)+1)*policy.Deadline
	if fast == 0 {
		return "after " + duration(slow) + " at the latest"
	}
	return duration(fast) + " after the first attempt if each fails at once, " + duration(slow) + " if each uses up its time"
}
