package dashboard

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/sender/history/pulse"
	"github.com/annohook/annohook/subscriptions"
)

// healthShown is how many subscriptions the live page shows.
const healthShown = 5

// healthView is how one subscription has been doing.
type healthView struct {
	Subscription subscriptions.Subscription
	Name         string // what it is called
	Platform     string // name of its platform
	Strip        stripView
	Succeeded    int
	Failing      int // failed attempts in a row, the latest included
	Known        int // attempts that are known
	P50, P99     time.Duration
	Last         time.Time // end of the latest attempt; zero without one
}

// pulseWait is how long a page waits for a pulse that rested. Reading a few hundred deliveries takes a millisecond; a full feed takes longer, and the
// page then says that the numbers grow.
const pulseWait = 60 * time.Millisecond

// awaitPulse gives a pulse that nobody has asked for long the time to catch up. Nothing is waited for where there is none.
func (d *dashboard) awaitPulse(ctx context.Context) {
	if d.pulse == nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, pulseWait)
	defer cancel()
	d.pulse.Await(ctx)
}

// healths lists the subscriptions that need a look most: those that fail, then those that were busy last. more is how many are left out.
func (d *dashboard) healths(subs []subscriptions.Subscription) (list []healthView, more int) {
	known := d.pulse.Healths()
	for _, sub := range subs {
		list = append(list, d.health(sub, known[sub.ID]))
	}
	slices.SortStableFunc(list, func(a, b healthView) int {
		return cmp.Or(cmp.Compare(min(b.Failing, 1), min(a.Failing, 1)), b.Last.Compare(a.Last))
	})
	shown := min(len(list), healthShown)
	return list[:shown], len(list) - shown
}

// health describes one subscription.
func (d *dashboard) health(sub subscriptions.Subscription, h pulse.Health) healthView {
	v := healthView{
		Subscription: sub, Name: targetName(sub), Platform: sub.Platform, Strip: newStrip(h), Succeeded: h.Succeeded(), Failing: h.Failing(), Known: len(h.Attempts),
		P50: h.Latency(0.50), P99: h.Latency(0.99),
	}
	if p, err := d.registry.Of(sub); err == nil {
		v.Platform = p.Name
	}
	if len(h.Attempts) > 0 {
		v.Last = h.Attempts[len(h.Attempts)-1].EndedAt
	}
	return v
}

// Measures of a strip, in pixels, and how many attempts it shows.
const (
	stripMost  = 30
	stripStep  = 9
	stripWidth = stripMost*stripStep - 3
)

// stripView is the latest attempts as marks, the newest at the right end: above the line they succeeded, below it they did not.
type stripView struct {
	Marks []stripMark
	Width int
	Text  string // in words
}

// stripMark is one attempt.
type stripMark struct {
	X     int
	Tone  string // good, bad or idle
	Title string
}

func newStrip(h pulse.Health) stripView {
	v := stripView{Width: stripWidth}
	attempts := h.Attempts[max(0, len(h.Attempts)-stripMost):]
	bad := 0
	for i, a := range attempts {
		m := stripMark{X: (stripMost - len(attempts) + i) * stripStep, Tone: "good", Title: stripTitle(a)}
		switch {
		case a.Failure == payloads.FailureInterrupted || a.Failure == payloads.FailureCancelled:
			m.Tone = "idle"
		case !a.Succeeded():
			m.Tone = "bad"
			bad++
		}
		v.Marks = append(v.Marks, m)
	}
	switch {
	case len(attempts) == 0:
		v.Text = "no attempts are known"
	case bad == 0:
		v.Text = fmt.Sprintf("none of the last %d attempts failed", len(attempts))
	default:
		v.Text = fmt.Sprintf("%d of the last %d attempts failed, the latest %d in a row", bad, len(attempts), h.Failing())
	}
	return v
}

// stripTitle is attemptTitle in short: there are many on a page. The strip itself shows what succeeded.
func stripTitle(a pulse.Attempt) string {
	parts := []string{a.Outcome, a.EventType, duration(a.Duration), a.EndedAt.UTC().Format("15:04:05 UTC")}
	switch {
	case a.Code != 0:
		parts[0] = strconv.Itoa(a.Code)
	case a.Failure != payloads.FailureNone:
		parts[0] = string(a.Failure)
	}
	return visible(strings.Join(parts, ", "))
}

// attemptTitle says what an attempt was and when it ended.
func attemptTitle(a pulse.Attempt) string {
	parts := []string{a.Outcome}
	switch {
	case a.Code != 0:
		parts[0] += " " + strconv.Itoa(a.Code)
	case a.Failure != payloads.FailureNone:
		parts[0] += " " + string(a.Failure)
	}
	parts = append(parts, a.EventType)
	if a.Number > 1 {
		parts = append(parts, "attempt "+strconv.Itoa(a.Number))
	}
	return visible(strings.Join(append(parts, duration(a.Duration), a.EndedAt.UTC().Format("2006-01-02 15:04:05 UTC")), ", "))
}
