package argilla

import (
	"time"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/internal/synth"
	"github.com/annohook/annohook/payloads/internal/wire"
	"github.com/annohook/annohook/subscriptions"
)

// world is what one event can show: one workspace, one dataset, one record, one user with one response. A trigger's seed stands for all of
// it, and every event type of one seed shows the same world, so events of one seed can be strung together. A subject (subject.go) brings
// seeds, times and states of its own for each part.
type world struct {
	clock
	options
	stated
	seeds     [placeResponse + 1]seeds
	kind      fieldKind
	workspace *payloads.Object
	meta      datasetFacts
	content   // of the record
	fieldFacts
	questions  []question
	properties []property
	vectors    []vector
}

// seeds are what a part of the world is drawn from: its content, and its ids.
type seeds struct {
	content, ids uint64
}

// stated is what a user of the platform said in an action, instead of what would be drawn; empty and nil: drawn.
type stated struct {
	workspaceName, username, role string
	metadata, values              *payloads.Object
}

// options is what the subscription's quirks ask for.
type options struct {
	nullValues, wholeSeconds, noExternalID, spacedWorkspace, staleRecord, naiveTimes bool
}

func optionsOf(s subscriptions.Subscription) options {
	return options{
		nullValues:      s.Quirk(quirkNullValues, false),
		wholeSeconds:    s.Quirk(quirkWholeSeconds, false),
		noExternalID:    s.Quirk(quirkNoExternalID, false),
		spacedWorkspace: s.Quirk(quirkSpacedWorkspace, false),
		staleRecord:     s.Quirk(quirkStaleRecord, true),
		naiveTimes:      s.Quirk(quirkNaiveTimes, true),
	}
}

// place is a part of the world that draws from a source of its own, so that drawing more in one part changes nothing in another.
type place uint64

// The parts. The numbers must not change: they are in every event made so far.
const (
	placeTimes place = iota + 1
	placeWorkspace
	placeDataset
	placeQuestions
	placeFields
	placeProperties
	placeText
	placeRecord
	placeFieldValues
	placeUser
	placeResponse
)

// spread is 2^64 divided by the golden ratio; multiples of it are far apart, so the seeds of two parts never meet for neighbouring seeds.
const spread = 0x9e3779b97f4a7c15

func (s seeds) source(p place) *synth.Source {
	return synth.New(s.content^uint64(p)*spread, s.ids^uint64(p)*spread)
}

func (w *world) source(p place) *synth.Source { return w.seeds[p].source(p) }

// newWorld is the world of a trigger: all of it comes from the seeds of b.
func newWorld(b payloads.Build, kind fieldKind) *world {
	w := &world{options: optionsOf(b.Subscription), kind: kind}
	for p := range w.seeds {
		w.seeds[p] = seeds{b.Seed, b.IDSeed}
	}
	w.clock = newClock(b.Now.UTC(), w.source(placeTimes))
	w.draw()
	return w
}

// draw draws the dataset and the record's text. Seeds, kind, options and the times of the clock are there.
func (w *world) draw() {
	w.meta = newDataset(w.source(placeDataset), w.kind)
	w.workspace = w.newWorkspace(w.source(placeWorkspace))
	w.questions = newQuestions(w.source(placeQuestions), w.meta.domain, w.kind)
	w.fieldFacts = newFields(w.source(placeFields))
	properties := w.source(placeProperties)
	w.properties = newProperties(properties)
	w.vectors = newVectors(properties)
	w.content = newContent(w.source(placeText), w.kind, w.meta.domain)
}

// print gives a time the form it has inside data.
func (w *world) print(t time.Time) string {
	if w.wholeSeconds {
		t = t.Truncate(time.Second)
	}
	if !w.naiveTimes {
		return wire.ISOMicroShortZ(t)
	}
	return wire.ISOMicroNaive(t)
}

// clock holds the moments of a world. What lies in the past is fixed for the UTC day of the event, so two events of one seed on one day
// agree about it; what the event itself changes is counted back from the event.
type clock struct {
	now time.Time

	// When things were inserted, unless the event is about just that.
	workspaceAt, userAt, datasetAt, recordAt time.Time

	first, step, tail time.Duration // from a dataset to its first child, from child to child, from the last child to the publication
	wobble            time.Duration // no client is as even as a clock; less than a step
	lag               time.Duration // from the last change of a row to the event
	handling          time.Duration // from the insertion of a response to the event
	earlier           time.Duration // from an earlier response of the same user to the event
}

// How long after the insertion of a response the dataset's activity is noted and the record's status is counted again.
const (
	activityAfter = 1397 * time.Microsecond
	recountAfter  = 41873 * time.Microsecond
)

func newClock(now time.Time, src *synth.Source) clock {
	const day = 24 * time.Hour
	c := clock{now: now}
	past := now.Truncate(day).Add(-time.Hour) // leaves an hour before the event for what the event follows from
	c.recordAt = past.Add(-src.Duration(time.Minute, 20*time.Hour))
	c.datasetAt = past.Add(-src.Duration(2*day, 40*day))
	c.workspaceAt = past.Add(-src.Duration(60*day, 400*day))
	c.userAt = src.Time(c.workspaceAt, c.datasetAt)
	c.first = src.Duration(44*time.Millisecond, 58*time.Millisecond)
	c.step = src.Duration(7*time.Millisecond, 11*time.Millisecond)
	c.tail = src.Duration(55*time.Millisecond, 95*time.Millisecond)
	c.wobble = mostWobble
	c.lag = src.Duration(4*time.Millisecond, 11*time.Millisecond)
	c.handling = src.Duration(52*time.Millisecond, 88*time.Millisecond)
	c.earlier = src.Duration(3*time.Minute, 40*time.Minute)
	return c
}

// child is when the n-th child (from 0) of a dataset inserted at created was inserted: the SDK makes them one by one, right after it.
func (c clock) child(created time.Time, n int) time.Time {
	wobble := time.Duration(n*7919) * time.Microsecond % max(c.wobble, 1)
	return created.Add(c.first + time.Duration(n)*c.step + wobble)
}

// mostWobble is a prime number of microseconds, so that the wobbles of neighbours differ.
const mostWobble = 1913 * time.Microsecond

// squeeze shortens the waits so that n children and the publication fit into span.
func (c *clock) squeeze(n int, span time.Duration) {
	if usual := c.publishing(n); span < usual {
		shorter := func(d *time.Duration) {
			*d = time.Duration(float64(*d) * float64(max(span, 0)) / float64(usual)).Truncate(time.Microsecond)
		}
		shorter(&c.first)
		shorter(&c.step)
		shorter(&c.tail)
		shorter(&c.wobble)
	}
}

// publishing is how long the SDK takes from inserting a dataset with n children to publishing it.
func (c clock) publishing(n int) time.Duration {
	return c.first + time.Duration(n)*c.step + c.tail
}
