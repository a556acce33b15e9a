package labelstudio

import (
	"time"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/internal/synth"
)

// generation is one dated behaviour; each profile has its own.
type generation int

const (
	server122 generation = iota
	server2607
	documents
)

// organization is the id of the only organization that an open-source server has.
const organization = 1

// importSize is how many tasks the default import of a world has; deletedTasks of the tasks that exist then are deleted later. The
// numbers are those of the documents' examples.
const (
	importSize   = 3
	deletedTasks = 6
)

// Streams of a world, in fixed order. A new part takes a new number.
const (
	streamProject = iota + 1
	streamTasks
	streamAnnotation
	streamLabels
	streamBulk
)

// printer prints the parts of events as one generation does, with the quirks of one subscription.
type printer struct {
	gen        generation
	now        time.Time // of the event
	postgresql bool      // quirk
	counters   bool      // quirk
	flatID     bool      // quirk
	evaluation bool      // whether projects have annotator_evaluation_enabled
}

func newPrinter(gen generation, b payloads.Build) printer {
	return printer{
		gen:        gen,
		now:        b.Now.UTC().Truncate(time.Microsecond),
		postgresql: gen != documents && b.Subscription.Quirk(quirkPostgreSQL, false),
		counters:   gen == documents && b.Subscription.Quirk(quirkCounters, false),
		flatID:     gen == documents && b.Subscription.Quirk(quirkFlatID, false),
		evaluation: gen == server2607 || gen == server122 && b.Subscription.Quirk(quirkEvaluation, false),
	}
}

// world is everything that one seed says about a project, whatever happens to it.
type world struct {
	printer

	project projectFacts
	tasks   taskFacts
	configs [kinds]config // labeling interfaces by kind
}

// newWorld draws the project and the frame of its tasks. All draws happen whatever the generation, the variant and the quirks are.
func newWorld(gen generation, b payloads.Build) *world {
	w := &world{printer: newPrinter(gen, b)}
	w.project = drawProject(substream(b, streamProject), w.now)
	if id := scopeProject(b.Subscription); id > 0 {
		w.project.id = id
	}
	w.tasks = drawTasks(substream(b, streamTasks), w)
	w.configs = [kinds]config{textKind: textConfig(w.labelSet()), imageKind: imageConfig(w.labelSet())}
	return w
}

// substream returns the source of one part of the world.
func substream(b payloads.Build, part uint64) *synth.Source {
	return synth.New(mix(b.Seed, part), mix(b.IDSeed, part))
}

// mix spreads seed and part over 64 bits (the finalizer of SplitMix64), so that seeds 1 and 2 have no part in common.
func mix(seed, part uint64) uint64 {
	z := seed + part*0x9e3779b97f4a7c15
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// stored returns v as it comes back from the database: jsonb orders the keys of objects by length, then by bytes; SQLite keeps the text.
func (p printer) stored(v payloads.Value) payloads.Value {
	if p.postgresql {
		return jsonb(v)
	}
	return v
}

// before returns a time that lies d before the event.
func (w *world) before(d time.Duration) time.Time { return w.now.Add(-d) }
