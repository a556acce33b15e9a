package aquarium

import (
	"time"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/internal/synth"
)

// world is the Aquarium project that one seed of a trigger stands for: one dataset with one inference set, and one issue. Every event type
// of one seed shows the same project, so events of one seed can be strung together. It is drawn for each event and lives no longer; what
// actions change is a [state].
type world struct {
	clock
	seed, idSeed uint64

	project   string
	domain    int
	dataset   dataset // with the name of its inference set
	issues    []issue // the first is the issue; the others were made in the same go
	inference string
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

func sourceOf(seed, idSeed uint64, p place) *synth.Source {
	return synth.New(seed^uint64(p)*spread, idSeed^uint64(p)*spread)
}

func (w *world) source(p place) *synth.Source { return sourceOf(w.seed, w.idSeed, p) }

func newWorld(b payloads.Build) *world {
	w := &world{seed: b.Seed, idSeed: b.IDSeed}
	w.clock = newClock(b.Now.UTC(), w.source(placeTimes))
	src := w.source(placeProject)
	w.domain = newDomain(src)
	d := domainOf(w.domain)
	w.project = synth.Pick(src, d.projects...)
	w.dataset.ID = datasetName(src, d)
	w.inference = inferenceName(src)
	w.dataset.Frames, w.dataset.Crops = sizes(src)
	w.drawIssues(w.source(placeIssue), d)
	// The scope stands in place of the drawn name, after all draws, so that the rest of the event stays what it is.
	if s, err := readScope(b.Subscription.Scope); err == nil && s.project != "" {
		w.project = s.project
	}
	return w
}

func datasetName(src *synth.Source, d domain) string {
	return synth.Pick(src, d.datasets...) + "_" + synth.Pick(src, "2025q4", "v3", "week_47", "holdout", "labeled_01")
}

func inferenceName(src *synth.Source) string {
	return synth.Pick(src, "detector_r50", "yolo_large", "baseline", "nightly") + "_" + synth.Pick(src, "epoch_40", "v12", "2025-12-18", "rc1")
}

// sizes draws how many frames a dataset has, and how many crops lie in them.
func sizes(src *synth.Source) (frames, crops int) {
	frames = src.Int(40, 25000)
	return frames, frames * src.Int(2, 14)
}

// drawIssues draws the issue of the world, and one or two more for the event that lists several. The issue itself is about frames of an
// inference set, as its export is unless a variant says otherwise; the others differ.
func (w *world) drawIssues(src *synth.Source, d domain) {
	names := synth.Sample(src, 3, d.issues...)
	first := w.drawIssue(src, names[0])
	first.ElementType, first.Inference = variantFrame, w.inference
	w.issues = []issue{first}
	for _, name := range names[1:src.Int(2, 3)] {
		other := w.drawIssue(src, name)
		other.Reporter = first.Reporter
		w.issues = append(w.issues, other)
	}
}

// mostElements bounds the elements of a triggered issue.
const mostElements = 3

// drawIssue draws one issue in a state that it may come to.
func (w *world) drawIssue(src *synth.Source, name string) issue {
	i := issue{
		ID: src.UUID(), Name: name, Dataset: w.dataset.ID,
		ElementType: synth.Pick(src, variantFrame, variantCrop),
		State:       synth.Pick(src, stateInProgress, stateInReview, stateResolved, stateCancelled),
		Reporter:    src.Person().Email,
	}
	if src.Bool(0.7) {
		i.Inference = w.inference
	}
	i.Elements = elements{Domain: w.domain, Seed: w.seed, IDSeed: w.idSeed, Count: src.Int(1, mostElements), Captured: w.captured}
	if assignee := src.Person().Email; src.Bool(0.7) {
		i.Assignee = assignee
	}
	return i
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
		lag:      newLag(src),
	}
}

// newLag draws how long after the change of a row its event happens.
func newLag(src *synth.Source) time.Duration {
	return src.Duration(40*time.Millisecond, 400*time.Millisecond)
}

// changed is when the row that the event is about was changed.
func (c clock) changed() time.Time { return c.now.Add(-c.lag) }
