package aquarium

import (
	"strings"
	"time"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/internal/synth"
	"github.com/annohook/annohook/payloads/internal/wire"
	"github.com/annohook/annohook/subscriptions"
)

// world is the Aquarium project that one seed stands for: one dataset with one inference set, and one issue. Every event type of one seed
// shows the same project, so events of one seed can be strung together.
type world struct {
	clock
	switches
	labelFrameKey string
	seed, idSeed  uint64

	project   string
	domain    domain
	dataset   string // its id is its name
	inference string // name of the inference set
	frames    int
	crops     int
	issue     issue
}

// switches is what the subscription's quirks ask for.
type switches struct {
	singleIssue, gluedID, omitInferenceSet bool
}

func switchesOf(s subscriptions.Subscription) switches {
	return switches{
		singleIssue:      s.Quirk(quirkSingleIssue, false),
		gluedID:          s.Quirk(quirkGluedID, false),
		omitInferenceSet: s.Quirk(quirkOmitInferenceSet, false),
	}
}

// place is a part of the world that draws from a source of its own, so that drawing more in one part changes nothing in another.
type place uint64

// The parts. The numbers must not change: they are in every event made so far.
const (
	placeTimes place = iota + 1
	placeProject
	placeIssue
	placeErrors
	placeElements // and the numbers above it, one for each element
)

// spread is 2^64 divided by the golden ratio; multiples of it are far apart, so the seeds of two parts never meet for neighbouring seeds.
const spread = 0x9e3779b97f4a7c15

func (w *world) source(p place) *synth.Source {
	return synth.New(w.seed^uint64(p)*spread, w.idSeed^uint64(p)*spread)
}

func newWorld(b payloads.Build, labelFrameKey string) *world {
	w := &world{switches: switchesOf(b.Subscription), labelFrameKey: labelFrameKey, seed: b.Seed, idSeed: b.IDSeed}
	w.clock = newClock(b.Now.UTC(), w.source(placeTimes))
	src := w.source(placeProject)
	w.domain = newDomain(src)
	w.project = synth.Pick(src, w.domain.projects...)
	w.dataset = synth.Pick(src, w.domain.datasets...) + "_" + synth.Pick(src, "2025q4", "v3", "week_47", "holdout", "labeled_01")
	w.inference = synth.Pick(src, "detector_r50", "yolo_large", "baseline", "nightly") + "_" + synth.Pick(src, "epoch_40", "v12", "2025-12-18", "rc1")
	w.frames = src.Int(40, 25000)
	w.crops = w.frames * src.Int(2, 14)
	w.issue = newIssue(w.source(placeIssue), w.domain)
	// The scope stands in place of the drawn name, after all draws, so that the rest of the event stays what it is.
	if s, err := readScope(b.Subscription.Scope); err == nil && s.project != "" {
		w.project = s.project
	}
	return w
}

// clock holds the moments of a world. What lies in the past is fixed for the UTC day of the event, so two events of one seed on one day
// agree about it; what the event itself changes is counted back from the event.
type clock struct {
	now      time.Time
	captured time.Time     // of the first frame
	reported time.Time     // when the issue was made, unless the event is about just that
	lag      time.Duration // from a change to its event
}

func newClock(now time.Time, src *synth.Source) clock {
	const day = 24 * time.Hour
	past := now.Truncate(day).Add(-time.Hour)
	return clock{
		now:      now,
		captured: past.Add(-src.Duration(5*day, 200*day)),
		reported: past.Add(-src.Duration(time.Hour, 3*day)),
		lag:      src.Duration(40*time.Millisecond, 400*time.Millisecond),
	}
}

// changed is when the row that the event is about was changed.
func (c clock) changed() time.Time { return c.now.Add(-c.lag) }

// printCaptured prints a time as Python's str(datetime) does, which is what the client library sends by default
// (aquariumlearning 1.0.7 frames.py).
func printCaptured(t time.Time) string {
	return strings.Replace(wire.ISOMicroNaive(t), "T", " ", 1)
}
