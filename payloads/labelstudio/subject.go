package labelstudio

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/internal/synth"
)

// subject is what one raised event shows, as it was when the event was raised.
type subject struct {
	Project     *projectShot     `json:"project,omitempty"` // nil: the event names none
	Deleted     int64            `json:"deleted,omitempty"` // project that is gone
	Import      *batch           `json:"import,omitempty"`
	IDs         []span           `json:"ids,omitempty"` // of deleted things
	Annotations []annotationShot `json:"annotations,omitempty"`
	Links       []linkShot       `json:"links,omitempty"`
	Label       *labelShot       `json:"label,omitempty"`
}

// projectShot is a project at one moment.
type projectShot struct {
	settings

	Tally tally `json:"tally"`
}

// taskShot is one task at one moment.
type taskShot struct {
	work

	ID      int64  `json:"id"`
	Inner   int    `json:"inner"`
	Seed    uint64 `json:"seed"`
	Index   int    `json:"index"`
	Kind    kind   `json:"kind"`
	Field   string `json:"field"`
	Upload  int64  `json:"upload,omitempty"`
	By      int64  `json:"by,omitempty"`
	Created stamp  `json:"created"`
	Updated stamp  `json:"updated"`
}

// annotationShot is an annotation with its task.
type annotationShot struct {
	annotationState

	Made *predictionState `json:"made,omitempty"` // the prediction that the annotator started from, or that it was made from
	Of   taskShot         `json:"of"`
}

type linkShot struct {
	linkState

	Project int64 `json:"project"`
}

type labelShot struct {
	labelState

	Links    []int64 `json:"links"`
	Projects []int64 `json:"projects"`
}

// readSubject reads the subject of an event.
func readSubject(data []byte) (subject, error) {
	var s subject
	if err := json.Unmarshal(data, &s); err != nil {
		return subject{}, fmt.Errorf("read subject: %w: %w", ErrWorld, err)
	}
	if s.Import != nil && !s.Import.sound() || size(s.IDs) > maxImport*maxBatches {
		return subject{}, fmt.Errorf("read subject: %w: too many tasks", ErrWorld)
	}
	for _, span := range s.IDs {
		if span.Count < 0 {
			return subject{}, fmt.Errorf("read subject: %w: less than no tasks", ErrWorld)
		}
	}
	return s, nil
}

// shot is the project as it is now.
func (p *projectState) shot() *projectShot {
	return &projectShot{settings: p.settings, Tally: p.tally()}
}

// shot is the task as it is now.
func (at place) shot() taskShot {
	created := at.batch.created(at.index)
	return taskShot{
		work: at.batch.work(at.index), ID: at.id(), Inner: at.batch.Inner + at.index, Seed: at.batch.Seed,
		Index: at.batch.Offset + at.index, Kind: at.batch.Kind, Field: at.batch.Field, Upload: at.batch.Upload, Created: created,
		Updated: created.after(taskStep / 2),
	}
}

// created is when the task at index was made; the tasks of an import follow each other closely.
func (b *batch) created(index int) stamp {
	step := stamp(taskStep.Microseconds())
	if b.Squeezed != nil {
		step = *b.Squeezed
	}
	return b.At + stamp(b.Offset+index)*step
}

// depiction prints subjects; it keeps the texts of one import, which all its tasks share.
type depiction struct {
	printer

	project *projectShot
	seed    uint64
	texts   []synth.Text
}

// text returns the text of a task.
func (d *depiction) text(seed uint64, index int) synth.Text {
	if d.texts == nil || d.seed != seed {
		d.seed, d.texts = seed, synth.New(seed, seed).Texts(bulkTexts)
	}
	return d.texts[index%len(d.texts)]
}

func (d *depiction) data(t taskShot) *payloads.Object {
	if t.Kind == imageKind {
		s := mix(t.Seed, uint64(t.Index)) //nolint:gosec // any 64 bits do
		return payloads.Obj(t.Field, imageURL(synth.New(s, s)))
	}
	return payloads.Obj(t.Field, d.text(t.Seed, t.Index).Body)
}

// view is the project as builders print it.
func (d *depiction) view() view {
	p := d.project
	v := view{
		id: p.ID, owner: p.Owner, token: p.Token, tally: p.Tally, config: p.config(d.gen), title: p.Title, description: p.Description,
		instruction: p.Instruction, instructed: p.Instructed, color: p.Color, sampling: p.Sampling, skipQueue: p.SkipQueue,
		overlap: p.Overlap, modelVersion: p.Model, created: p.Created.time(), updated: p.Updated.time(),
	}
	if d.gen == documents && len(v.token) > tokenLength2021 {
		v.token = token2021(v.token)
	}
	return v
}

func (d *depiction) task(t taskShot) task {
	return task{
		id: t.ID, project: d.project.ID, inner: t.Inner, overlap: d.project.Overlap, data: d.data(t), created: t.Created.time(),
		updated: t.Updated.time(), annotations: t.Annotations, skips: t.Skips, predictions: t.Predictions, labeled: t.Labeled,
		updatedBy: orNil(t.By), fileUpload: orNil(t.Upload),
	}
}

func (d *depiction) tasks(b *batch) payloads.Array {
	out := make(payloads.Array, b.Count)
	for i := range out {
		t := d.task(place{batch: b, index: i}.shot())
		t.inMemory = true
		out[i] = d.printTask(t)
	}
	return out
}

// annotation is an annotation with its regions.
func (d *depiction) annotation(a annotationShot) annotation {
	begun, facts := d.marks(a.Seed, 0, a.Of), d.marks(a.Seed, a.Revision, a.Of)
	facts.regions = begun.regions // a region keeps its id when it is moved
	n := annotation{
		id: a.ID, task: a.Task, project: d.project.ID, annotator: a.By, uniqueID: begun.uniqueIDs[0],
		result: payloads.Array{}, counted: !a.Converted, skipped: a.Skipped, created: a.Created.time(), updated: a.Updated.time(),
		prediction: payloads.Obj(), updatedBy: orNil(a.Updater), parent: orNil(a.Parent),
	}
	switch {
	case a.Converted && a.Made != nil:
		n.result = d.prediction(*a.Made, a.Of).result
		return n
	case !a.Empty:
		spans := facts.spans
		if a.Revision > 0 {
			spans = maxRegions
		}
		n.result = d.regions(facts, a.Of, spans, true)
	}
	n.lead = leadTime(begun.lead, a.Revision, a.Updated.time().Sub(a.Of.Created.time()))
	if a.Made != nil && a.Made.ID == a.Prediction {
		n.prediction = d.printPrediction(d.prediction(*a.Made, a.Of))
	}
	return n
}

// leadTime is how many seconds somebody worked on a task that is there for life, at first and in so many revisions: not longer than it is
// there. Of a script, which answers at once, it is some seconds nevertheless.
func leadTime(first time.Duration, revisions int, life time.Duration) float64 {
	usual, quick := first, time.Second+first%(3*time.Second)
	usual += time.Duration(revisions) * (first / 2)
	quick += time.Duration(revisions) * time.Second
	return min(usual, max(life/4*3, quick)).Truncate(time.Millisecond).Seconds()
}

// marks draws what an annotator, or a model, marked in a task.
func (d *depiction) marks(seed uint64, revision int, t taskShot) annotationFacts {
	s, spans := mix(seed, uint64(revision)), 0 //nolint:gosec // any 64 bits do
	if t.Kind == textKind {
		spans = len(d.text(t.Seed, t.Index).Spans)
	}
	return drawAnnotation(synth.New(s, s), spans)
}

func (d *depiction) prediction(m predictionState, t taskShot) prediction {
	facts := d.marks(m.Seed, 0, t)
	return prediction{
		id: m.ID, task: m.Task, project: d.project.ID, result: d.regions(facts, t, facts.spans, false), model: m.Model, score: facts.score,
		made: m.Made.time(),
	}
}

// regions is the result of an annotation: n entities of a text or boxes of an image under rectangles and spans, one label under choices,
// nothing under any other control.
func (d *depiction) regions(facts annotationFacts, t taskShot, n int, byHand bool) payloads.Array {
	c := d.project.config(d.gen)
	switch {
	case len(c.labels) == 0:
		return payloads.Array{}
	case c.controlTag == "RectangleLabels" && t.Kind == imageKind:
		return d.boxRegions(c, facts, byHand)
	case c.controlTag == "Labels" && t.Kind == textKind:
		return d.spanRegions(c, d.text(t.Seed, t.Index), facts.regions, 0, n, byHand)
	case c.controlTag == "Choices":
		choice := c.labels[facts.spans%len(c.labels)].value
		return payloads.Array{d.region(c, payloads.Obj("choices", payloads.Array{choice}), facts.regions[0], "choices", byHand)}
	default:
		return payloads.Array{}
	}
}

// orNil prints a foreign key that may be missing.
func orNil(id int64) payloads.Value {
	if id == 0 {
		return nil
	}
	return id
}

func idList(list []int64) payloads.Array {
	out := make(payloads.Array, len(list))
	for i, id := range list {
		out[i] = id
	}
	return out
}
