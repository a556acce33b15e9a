package labelstudio

import (
	"time"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/internal/synth"
	"github.com/annohook/annohook/payloads/internal/wire"
)

const (
	// taskStep is the time between two tasks of one import.
	taskStep = 38 * time.Microsecond
	// bulkTexts bounds how many different texts a large import has; the library may hold fewer.
	bulkTexts = 200
)

// taskFacts is what a seed says about the tasks of its import.
type taskFacts struct {
	first      int64 // id of the first imported task; the others follow
	fileUpload int64
	texts      []synth.Text // importSize of them
	images     []string
	imported   time.Time // unless the import is the event
}

func drawTasks(s *synth.Source, w *world) taskFacts {
	today := w.now.Truncate(day)
	t := taskFacts{
		// Ids count over all projects, inner_id within one, so the first id is never below the number of tasks.
		first:      s.ID(deletedTasks, 60_000) + int64(w.project.base.tasks),
		fileUpload: s.ID(1, 900),
		texts:      s.Texts(importSize),
	}
	for range importSize {
		t.images = append(t.images, imageURL(s))
	}
	t.imported = s.Time(today.Add(-7*day), today.Add(-day))
	return t
}

// task is one task at one moment.
type task struct {
	id, project                     int64
	inner, overlap                  int
	index                           int // within the import, from 0
	data                            *payloads.Object
	created, updated                time.Time
	annotations, skips, predictions int
	labeled                         bool
	updatedBy, fileUpload           payloads.Value // ids or nil
	inMemory                        bool           // printed before it was ever reloaded from the database
}

// task returns the task at index of the import, below importSize, as nobody has worked on it.
func (w *world) task(k kind, index int) task {
	created := w.tasks.imported.Add(time.Duration(index) * taskStep)
	return task{
		id: w.taskID(index), project: w.project.id, inner: w.inner(index), overlap: w.project.overlap,
		index: index, data: w.data(k, index), created: created, updated: created.Add(taskStep / 2), fileUpload: w.tasks.fileUpload,
	}
}

func (w *world) data(k kind, index int) *payloads.Object {
	if k == imageKind {
		return payloads.Obj("image", w.tasks.images[index])
	}
	return payloads.Obj("ner", w.tasks.texts[index].Body)
}

// imported returns n tasks of an import that is the event itself. Those behind the first importSize repeat the texts of the library.
func (w *world) imported(b payloads.Build, n int) []task {
	var library []synth.Text
	if n > importSize {
		library = substream(b, streamBulk).Texts(bulkTexts)
	}
	start := w.before(w.project.latency + time.Duration(n)*taskStep)
	list := make([]task, n)
	for i := range list {
		text := w.tasks.texts[min(i, importSize-1)].Body
		if i >= importSize {
			text = library[i%len(library)].Body
		}
		created := start.Add(time.Duration(i) * taskStep)
		list[i] = task{
			id: w.taskID(i), project: w.project.id, inner: w.inner(i), overlap: w.project.overlap, index: i, data: payloads.Obj("ner", text), created: created, updated: created.Add(taskStep / 2),
			fileUpload: w.tasks.fileUpload, inMemory: true,
		}
	}
	return list
}

// taskID is the id of the task at index of the import. The tasks before the import have negative indexes.
func (w *world) taskID(index int) int64 { return w.tasks.first + int64(index) }

// inner is the number of the task at index within its project.
func (w *world) inner(index int) int { return w.project.base.tasks + index + 1 }

func (p printer) printTasks(list []task) payloads.Array {
	out := make(payloads.Array, len(list))
	for i, t := range list {
		out[i] = p.printTask(t)
	}
	return out
}

// printTask returns a task as the generation prints it.
func (p printer) printTask(t task) *payloads.Object {
	data := payloads.Value(t.data)
	if !t.inMemory {
		data = p.stored(data)
	}
	created, updated := wire.ISOMicroShortZ(t.created), wire.ISOMicroShortZ(t.updated)
	if p.gen == documents {
		return payloads.Obj(
			"id", t.id, "data", data, "meta", payloads.Obj(), "created_at", created, "updated_at", updated, "is_labeled", t.labeled,
			"overlap", t.overlap, "project", t.project, "file_upload", t.fileUpload)
	}
	return payloads.Obj(
		"id", t.id, "data", data, "meta", payloads.Obj(), "created_at", created, "updated_at", updated, "is_labeled", t.labeled,
		"allow_skip", true, "overlap", t.overlap, "inner_id", t.inner, "total_annotations", t.annotations,
		"cancelled_annotations", t.skips, "total_predictions", t.predictions, "precomputed_agreement", nil, "comment_count", 0,
		"unresolved_comment_count", 0, "last_comment_updated_at", nil, "project", t.project, "updated_by", t.updatedBy,
		"file_upload", t.fileUpload, "comment_authors", payloads.Array{})
}

// onlyIDs returns what deletions send of a thing: its id and nothing else.
func onlyIDs(first int64, n int) payloads.Array {
	list := make(payloads.Array, n)
	for i := range list {
		list[i] = payloads.Obj("id", first+int64(i))
	}
	return list
}
