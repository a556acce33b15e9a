package labelstudio

import (
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/internal/synth"
	"github.com/annohook/annohook/payloads/internal/wire"
)

// regionLetters is the alphabet of the editor's region ids, which have regionLength characters.
const (
	regionLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"
	regionLength  = 10
	maxRegions    = 8
)

// annotationFacts is what a seed says about the annotation of the first imported task, and of the others where all are annotated.
type annotationFacts struct {
	id, annotator, prediction int64 // ids of the first of importSize annotations and predictions
	uniqueIDs, regions        []string
	spans                     int           // regions of a text when it is submitted; an update marks them all
	boxes                     []box         // regions of an image
	width, height             int           // of the image, pixels
	lead                      time.Duration // time the annotator took
	draft                     bool          // whether a draft was saved on the way
	age                       time.Duration // how old an annotation is when it is updated
	score                     float64       // of the prediction
}

// box is a rectangle in steps of 1/750 of the image, the grid of the documents' example.
type box struct{ x, y, width, height int }

const boxGrid = 750

// drawAnnotation draws an annotation of a text with so many entities, or of an image.
func drawAnnotation(s *synth.Source, spans int) annotationFacts {
	a := annotationFacts{id: s.ID(1, 90_000), annotator: s.ID(1, 40), prediction: s.ID(1, 50_000)}
	for range importSize {
		a.uniqueIDs = append(a.uniqueIDs, s.UUID())
	}
	for range maxRegions {
		a.regions = append(a.regions, s.IDText(regionLetters, regionLength))
	}
	a.spans = s.Int(1, max(1, spans))
	for range s.Int(2, 4) {
		// A thing is at most twice as long as it is high, or the other way round, and leaves room for others.
		x, y, width := s.Int(0, 600), s.Int(0, 600), s.Int(40, 300)
		width = min(width, boxGrid-x)
		a.boxes = append(a.boxes, box{x: x, y: y, width: width, height: s.Int(width/2, min(2*width, boxGrid-y))})
	}
	size := synth.Pick(s, [2]int{600, 403}, [2]int{800, 600}, [2]int{1024, 768}, [2]int{1024, 1024}, [2]int{1280, 720}, [2]int{1920, 1080})
	a.width, a.height = size[0], size[1]
	a.lead = s.Duration(2*time.Second, 300*time.Second).Truncate(time.Millisecond)
	a.draft = s.Bool(0.4)
	a.age = s.Duration(2*time.Minute, 3*time.Hour)
	a.score = s.Float(0.51, 0.99, 4)
	return a
}

// annotation is one annotation at one moment.
type annotation struct {
	id, task, project int64
	annotator         int64
	uniqueID          string
	result            payloads.Array
	counted           bool // whether its regions were counted, which the bulk creation from predictions skips
	skipped           bool
	created, updated  time.Time
	draft             payloads.Value // time or nil
	lead              payloads.Value // seconds or nil
	prediction        *payloads.Object
	updatedBy, parent payloads.Value // ids or nil
}

// annotation returns the annotation at index, and of the task there, as it is created at a time.
func (w *world) annotation(a annotationFacts, index int, result payloads.Array, created time.Time) annotation {
	return annotation{
		id: a.id + int64(index), task: w.taskID(index), project: w.project.id, annotator: a.annotator, uniqueID: a.uniqueIDs[index],
		result: result, created: created, prediction: payloads.Obj(),
	}
}

// submitted returns the annotation of the first task as it was just handed in.
func (w *world) submitted(a annotationFacts, result payloads.Array) annotation {
	created := w.before(w.project.latency)
	n := w.annotation(a, 0, result, created)
	n.updated, n.lead, n.updatedBy, n.counted = created.Add(70*time.Microsecond), a.lead.Seconds(), a.annotator, true
	if a.draft {
		n.draft = wire.ISOMicroShortZ(created.Add(-a.lead / 2))
	}
	return n
}

// revised returns the same annotation when it is handed in once more, some time later.
func (w *world) revised(a annotationFacts, result payloads.Array) annotation {
	n := w.submitted(a, result)
	n.created = w.before(a.age)
	n.updated = w.before(w.project.latency)
	n.lead = (a.lead + a.lead/2).Truncate(time.Millisecond).Seconds()
	if a.draft {
		n.draft = wire.ISOMicroShortZ(n.created.Add(-a.lead / 2))
	}
	return n
}

// printAnnotation returns an annotation as the generation prints it.
func (p printer) printAnnotation(n annotation) *payloads.Object {
	created, updated := wire.ISOMicroShortZ(n.created), wire.ISOMicroShortZ(n.updated)
	if p.gen == documents {
		return payloads.Obj(
			"id", n.id, "result", n.result, "was_cancelled", n.skipped, "ground_truth", false, "created_at", created, "updated_at", updated,
			"lead_time", n.lead, "prediction", n.prediction, "result_count", 0, "task", n.task, "completed_by", n.annotator)
	}
	count := 0
	if n.counted {
		count = len(n.result)
	}
	return payloads.Obj(
		"id", n.id, "result", p.stored(n.result), "was_cancelled", n.skipped, "ground_truth", false, "created_at", created,
		"updated_at", updated, "draft_created_at", n.draft, "lead_time", n.lead, "prediction", p.stored(n.prediction), "result_count", count,
		"unique_id", n.uniqueID, "import_id", nil, "last_action", nil, "bulk_created", false, "task", n.task,
		"project", n.project, "completed_by", n.annotator, "updated_by", n.updatedBy, "parent_prediction", n.parent,
		"parent_annotation", nil, "last_created_by", nil)
}

// textResult returns the first n spans of the text at index as regions.
func (w *world) textResult(a annotationFacts, index, n int, byHand bool) payloads.Array {
	return w.spanRegions(w.configs[textKind], w.tasks.texts[index], a.regions, index, n, byHand)
}

// spanRegions returns the first n entities of a text as regions, with ids from the list at offset.
func (p printer) spanRegions(c config, text synth.Text, ids []string, offset, n int, byHand bool) payloads.Array {
	list := payloads.Array{}
	for i, span := range text.Spans[:min(n, len(text.Spans), maxRegions)] {
		name := c.label(span.Label)
		value := payloads.Obj("start", span.Start, "end", span.End, "text", span.Phrase, "labels", payloads.Array{name})
		list = append(list, p.region(c, value, ids[(i+offset)%maxRegions], "labels", byHand))
	}
	return list
}

// imageResult returns the boxes as regions.
func (w *world) imageResult(a annotationFacts) payloads.Array {
	return w.boxRegions(w.configs[imageKind], a, true)
}

// boxRegions returns the boxes as regions of an image.
func (p printer) boxRegions(c config, a annotationFacts, byHand bool) payloads.Array {
	list := payloads.Array{}
	for i, b := range a.boxes {
		value := payloads.Obj(
			"x", percent(b.x), "y", percent(b.y), "width", percent(b.width), "height", percent(b.height), "rotation", 0,
			"rectanglelabels", payloads.Array{c.labels[i%len(c.labels)].value})
		size := payloads.Obj("original_width", a.width, "original_height", a.height, "image_rotation", 0)
		list = append(list, join(size, p.region(c, value, a.regions[i], "rectanglelabels", byHand)))
	}
	return list
}

// region returns one region of a result. Servers of today store how it came about in origin; the documents' examples do not.
func (p printer) region(c config, value *payloads.Object, id, what string, byHand bool) *payloads.Object {
	r := payloads.Obj("value", value, "id", id, "from_name", c.control, "to_name", c.object, "type", what)
	if byHand && p.gen != documents {
		r.Set("origin", "manual")
	}
	return r
}

// join returns an object with the keys of a, then those of b.
func join(a, b *payloads.Object) *payloads.Object {
	for _, m := range b.Members() {
		a.Set(m.Key, m.Value)
	}
	return a
}

// percent is steps of the grid in percent, as JavaScript hands it over: a whole number has no fraction.
func percent(steps int) payloads.Value {
	f := float64(steps) * 100 / boxGrid
	if f == math.Trunc(f) {
		return int(f)
	}
	return f
}

// prediction is what a model said about a task.
type prediction struct {
	id, task, project int64
	result            payloads.Array
	model             string
	score             float64
	made              time.Time
}

// predicted returns the prediction of the first task.
func (w *world) predicted(a annotationFacts, result payloads.Array) prediction {
	return prediction{
		id: a.prediction, task: w.taskID(0), project: w.project.id, result: result, model: w.modelVersion(), score: a.score,
		made: w.tasks.imported.Add(time.Second),
	}
}

// printPrediction returns the prediction that an annotator started from, with the keys of the server's own serializer.
func (p printer) printPrediction(m prediction) *payloads.Object {
	created := wire.ISOMicroShortZ(m.made)
	return payloads.Obj(
		"id", m.id, "result", m.result, "model_version", m.model, "created_ago", since(m.made, p.now),
		"score", m.score, "cluster", nil, "neighbors", nil, "mislabeling", 0.0, "created_at", created, "updated_at", created,
		"model", nil, "model_run", nil, "task", m.task, "project", m.project)
}

// since is how Django words the time between two moments, up to weeks: the largest unit and the next one, each behind a space that does
// not break.
func since(from, to time.Time) string {
	units := []struct {
		name string
		size time.Duration
	}{{"week", 7 * day}, {"day", day}, {"hour", time.Hour}, {"minute", time.Minute}}
	rest, words := to.Sub(from), []string(nil)
	for _, u := range units {
		n := rest / u.size
		rest %= u.size
		if n == 0 && len(words) > 0 {
			break
		}
		if n == 0 {
			continue
		}
		word := fmt.Sprintf("%d\u00a0%s", n, u.name)
		if n > 1 {
			word += "s"
		}
		if words = append(words, word); len(words) == 2 {
			break
		}
	}
	if len(words) == 0 {
		return "0\u00a0minutes"
	}
	return strings.Join(words, ", ")
}

// modelVersion is that of the project of texts, or the one that an import of predictions gives to a project without.
func (w *world) modelVersion() string {
	if own := w.project.words.modelVersion(textKind); own != "" {
		return own
	}
	return usualModel(textKind)
}
