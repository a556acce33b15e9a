package dashboard

import (
	"math"
	"strings"
	"time"
)

// retryAxis draws a schedule: the attempts on a line of time. Places are percentages of its width.
type retryAxis struct {
	Points []retryPoint
	Text   string // the drawing in words
}

// retryPoint is one attempt, counted from the first one as if none took any time.
type retryPoint struct {
	X      string
	Number int
	Label  string // when; empty where there is no room
	Anchor string // of the label, so that it stays within the drawing
	Shift  int    // of the label, in pixels
}

const (
	retryMost   = 12 // attempts that are drawn; more are a smear
	retryRadius = 8  // of the point of one, in pixels
)

// newRetryAxis draws the waits between attempts; nil where there are none, or too many. The line is no linear one: the first wait of a schedule
// that doubles would vanish beside its last.
func newRetryAxis(waits []time.Duration) *retryAxis {
	if len(waits) == 0 || len(waits) >= retryMost {
		return nil
	}
	var total time.Duration
	for _, wait := range waits {
		total += wait
	}
	if total <= 0 {
		return nil
	}
	a := &retryAxis{}
	var at time.Duration
	x, labelled := axisLeft-axisApart, -axisLabels
	texts := make([]string, 0, len(waits)+1)
	for i := range len(waits) + 1 {
		if i > 0 {
			at += waits[i-1]
		}
		x = min(max(axisLeft+(axisRight-axisLeft)*math.Sqrt(float64(at)/float64(total)), x+axisApart), axisRight)
		point := retryPoint{X: percent(x), Number: i + 1, Anchor: "middle"}
		label := "+" + duration(at)
		switch i {
		case 0:
			label, point.Anchor, point.Shift = "at once", "start", -retryRadius
		case len(waits):
			point.Anchor, point.Shift = "end", retryRadius
		}
		texts = append(texts, label)
		if x-labelled >= axisLabels {
			point.Label, labelled = label, x
		}
		a.Points = append(a.Points, point)
	}
	a.Text = "Attempts " + strings.Join(texts, ", ")
	return a
}
