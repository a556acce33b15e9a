package dashboard

import (
	"fmt"
	"math"
	"time"

	"github.com/annohook/annohook/sender/history/pulse"
)

// sparkView draws how long the latest attempts took, one bar each, the newest last.
type sparkView struct {
	Bars   []sparkBar
	Width  int
	Height int
	Most   time.Duration // the longest
	Text   string        // the drawing in words
}

// sparkBar is one attempt. Places are pixels of the drawing.
type sparkBar struct {
	X, Y, Height int
	Tone         string
	Title        string
	Delivery     string
}

// Measures of the drawing, in pixels.
const (
	sparkStep   = 11
	sparkHeight = 46
	sparkTop    = 9 // above the bars, for the marks of those that failed
	sparkLeast  = 3 // of a bar, so that the shortest can be seen
)

// newSpark draws the attempts of a health; nil without any. Heights are roots: one slow attempt would flatten all others.
func newSpark(h pulse.Health) *sparkView {
	if len(h.Attempts) == 0 {
		return nil
	}
	v := &sparkView{Width: len(h.Attempts) * sparkStep, Height: sparkHeight}
	for _, a := range h.Attempts {
		v.Most = max(v.Most, a.Duration)
	}
	strip := newStrip(h)
	tones := map[int]string{}
	for i, mark := range strip.Marks {
		tones[len(h.Attempts)-len(strip.Marks)+i] = mark.Tone
	}
	for i, a := range h.Attempts {
		height := sparkLeast
		if v.Most > 0 {
			height += int(math.Round(float64(sparkHeight-sparkTop-sparkLeast) * math.Sqrt(float64(a.Duration)/float64(v.Most))))
		}
		tone := tones[i]
		if tone == "" {
			tone = "good"
			if !a.Succeeded() {
				tone = "bad"
			}
		}
		v.Bars = append(v.Bars, sparkBar{
			X: i * sparkStep, Y: sparkHeight - height, Height: height, Tone: tone, Title: attemptTitle(a), Delivery: a.Delivery,
		})
	}
	v.Text = fmt.Sprintf("Latency of the last %d attempts: half within %s, the longest %s; %s", len(h.Attempts), duration(h.Latency(0.5)), duration(v.Most), strip.Text)
	return v
}
