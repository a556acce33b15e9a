package dashboard

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/sender/history"
)

// timelineView is the attempts of a delivery, those made and those planned, in order.
type timelineView struct {
	Rows     []attemptRow
	Axis     *axisView // nil: one point is no line
	Schedule string    // the waits of the platform, and what the time scale makes of them
	Empty    string    // why there is no row
}

// attemptRow is one attempt.
type attemptRow struct {
	Number  int
	Kind    string // one of the kinds
	Tone    string // good, bad, wait or idle
	Outcome string
	Code    string // status of the reply, or what failed
	Took    time.Duration
	At      time.Time     // of its start, or when it is due
	Offset  string        // from the first one
	Wait    time.Duration // planned: how long after the end of the one before
	If      int           // planned: the attempt that must fail first; 0: none
	Late    time.Duration // how long after it was due it began; 0 when that is not worth a word
	Why     string
	Message string
	Hops    int
	Notes   []string
	Link    string
	Current bool
}

// The kinds of rows.
const (
	rowMade    = "made"
	rowRunning = "running"
	rowPlanned = "planned"
	rowFlush   = "flush" // the batch is closed and its first attempt follows
)

// lateAfter is a delay of an attempt that is worth a word.
const lateAfter = 250 * time.Millisecond

// timeline lists what was done and what will be done.
func (d *dashboard) timeline(s story, view choice, at int) timelineView {
	v := timelineView{}
	origin := s.NextAt
	if len(s.Attempts) > 0 {
		origin = s.Attempts[0].StartedAt
	}
	for i, a := range s.Attempts {
		row := madeRow(a, origin)
		row.Link, row.Current = view.link(a.Number, ""), i == at
		v.Rows = append(v.Rows, row)
	}
	v.Rows = append(v.Rows, d.plannedRows(s, origin)...)
	if s.Known && !s.Once {
		v.Schedule = d.schedule(s)
	}
	if len(v.Rows) == 0 {
		v.Empty = "None yet."
	}
	v.Axis = newAxis(v.Rows, origin, d.now(), s.Status.Settled())
	return v
}

func madeRow(a history.Attempt, origin time.Time) attemptRow {
	row := attemptRow{
		Number: a.Number, Kind: rowMade, Outcome: a.Outcome, Tone: outcomeTone(a.Outcome), Took: a.Duration, At: a.StartedAt, Offset: offset(a.StartedAt.Sub(origin)),
		Why: a.Why, Hops: len(a.Hops),
	}
	if a.Outcome == "" {
		row.Kind, row.Outcome, row.Tone = rowRunning, "running", "wait"
	}
	if status := statusOf(a); status != 0 {
		row.Code = strconv.Itoa(status)
	} else {
		row.Code = string(a.Failure)
	}
	if a.Failure != payloads.FailureStatus {
		row.Message = a.Message
	}
	if late := a.StartedAt.Sub(a.ScheduledAt); !a.ScheduledAt.IsZero() && late >= lateAfter {
		row.Late = late
	}
	if a.Outcome == payloads.OutcomeInterrupted {
		row.Notes = append(row.Notes, "annohook stopped during this attempt: it is not charged to the schedule, and the listener may have got it")
	}
	if a.Duplicate {
		row.Notes = append(row.Notes, "repeats an interrupted attempt: the listener may get this twice")
	}
	return row
}

// plannedRows are the attempts to come under the schedule as it is now. All but the first happen only if those before fail, and no sooner than
// shown: an attempt takes time, too.
func (d *dashboard) plannedRows(s story, origin time.Time) []attemptRow {
	if s.Status.Settled() {
		return nil
	}
	if s.Status == history.Collecting {
		return []attemptRow{{Kind: rowFlush, Tone: "idle", At: s.NextAt}}
	}
	var rows []attemptRow
	number, at := s.Summary.Attempts, s.NextAt
	if s.InFlight && len(s.Attempts) > 0 {
		at = s.Attempts[len(s.Attempts)-1].StartedAt
	} else {
		number++
		rows = append(rows, attemptRow{Number: number, Kind: rowPlanned, Tone: "idle", At: at})
	}
	if at.IsZero() {
		return rows // it waits for something that has no time
	}
	if len(rows) > 0 {
		rows[0].Offset = offset(at.Sub(origin))
	}
	for _, wait := range retriesLeft(s) {
		wait = d.scheduler.Scaled(wait)
		at, number = at.Add(wait), number+1
		rows = append(rows, attemptRow{Number: number, Kind: rowPlanned, Tone: "idle", At: at, Offset: offset(at.Sub(origin)), Wait: wait, If: number - 1})
	}
	return rows
}

// retriesLeft are the waits after the attempt that comes next.
func retriesLeft(s story) []time.Duration {
	if !s.Known || s.Once {
		return nil
	}
	waits := s.policy().Retry
	return waits[min(s.Failures, len(waits)):]
}

// schedule says which waits the platform's rule has, and what the time scale makes of them.
func (d *dashboard) schedule(s story) string {
	waits, whose := s.policy().Retry, "the platform's schedule"
	if sub, _ := s.target(); sub.Retry != nil {
		whose = "set by the subscription"
	}
	if len(waits) == 0 {
		return "One attempt, no retries: " + whose + "."
	}
	text := "Retries " + delays(waits) + ", each from the end of the attempt before: " + whose
	if d.scheduler.Scaled(time.Hour) == time.Hour {
		return text + "."
	}
	scaled := make([]string, len(waits))
	for i, wait := range waits {
		scaled[i] = duration(d.scheduler.Scaled(wait))
	}
	return text + "; the time scale of this server makes that " + strings.Join(scaled, ", ") + "."
}

// outcomeTone is the colour of an outcome.
func outcomeTone(outcome string) string {
	switch outcome {
	case payloads.OutcomeSucceeded:
		return "good"
	case payloads.OutcomeInterrupted, payloads.OutcomeCancelled:
		return "idle"
	default:
		return "bad"
	}
}

// offset prints how long after the first attempt something is.
func offset(d time.Duration) string {
	switch {
	case d < time.Millisecond:
		return "+0 s"
	case d < time.Second:
		return fmt.Sprintf("+%d ms", d.Milliseconds())
	case d < 10*time.Minute:
		return "+" + strings.TrimSuffix(strconv.FormatFloat(d.Seconds(), 'f', 1, 64), ".0") + " s"
	default:
		return "+" + long(d.Round(time.Second))
	}
}
