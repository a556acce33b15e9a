package dashboard

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/annohook/annohook/payloads"
)

// answerRow is what a platform makes of one kind of answer.
type answerRow struct {
	Answer  string // "200 to 299"
	Outcome string
	Then    string
	Tone    string // its colour: good, bad or wait
}

// The statuses of final answers.
const (
	firstStatus = 200
	lastStatus  = 599
)

// answerRows asks the platform's own rule about every status and about no answer, and puts together what it judges alike: what stands here
// cannot differ from what is done.
func answerRows(p payloads.Platform) []answerRow {
	type group struct {
		row   answerRow
		spans []string
	}
	var groups []*group
	add := func(v payloads.Verdict, what string) {
		row := answerRow{Outcome: v.Outcome, Then: whatFollows(p, v), Tone: verdictTone(v)}
		for _, g := range groups {
			if g.row == row {
				g.spans = append(g.spans, what)
				return
			}
		}
		groups = append(groups, &group{row: row, spans: []string{what}})
	}
	for from := firstStatus; from <= lastStatus; {
		v, to := p.Verdict(payloads.Reply{Status: from}), from
		for to < lastStatus && judgedAlike(p, v, p.Verdict(payloads.Reply{Status: to + 1})) {
			to++
		}
		add(v, statusSpan(from, to))
		from = to + 1
	}
	add(p.Verdict(payloads.Reply{Failure: payloads.FailureTimeout}), "no answer in time, or no connection")
	rows := make([]answerRow, len(groups))
	for i, g := range groups {
		rows[i] = g.row
		rows[i].Answer = strings.Join(g.spans, "; ")
	}
	return rows
}

// judgedAlike compares what follows from two verdicts; the sentence that tells why names the status.
func judgedAlike(p payloads.Platform, a, b payloads.Verdict) bool {
	return a.Outcome == b.Outcome && verdictTone(a) == verdictTone(b) && whatFollows(p, a) == whatFollows(p, b)
}

func statusSpan(from, to int) string {
	if from == to {
		return strconv.Itoa(from)
	}
	return fmt.Sprintf("%d to %d", from, to)
}

func verdictTone(v payloads.Verdict) string {
	switch {
	case v.Success:
		return "good"
	case v.Retry:
		return "wait"
	default:
		return "bad"
	}
}

// whatFollows is what the platform does next.
func whatFollows(p payloads.Platform, v payloads.Verdict) string {
	var then string
	switch {
	case v.Success:
		return "delivered"
	case v.Retry && len(p.Retry) > 0:
		then = "tried again, " + delays(p.Retry) + "; then given up"
	default:
		then = "given up at once"
	}
	if v.Counts && p.DisableAfter > 0 {
		then += fmt.Sprintf("; counted, and %d in a row switch the subscription off", p.DisableAfter)
	}
	return then
}
