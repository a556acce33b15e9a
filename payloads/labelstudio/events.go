package labelstudio

import (
	"time"

	"github.com/annohook/annohook/payloads"
)

// Variants.
const (
	variantImport    = "import"
	variantSingle    = "single"
	variantBulk      = "import-12000"
	variantSeveral   = "several"
	variantDeleteAll = "delete-all"
	variantSubmitted = "submitted"
	variantSkipped   = "skipped"
	variantImage     = "image"
	variantText      = "text"
	variantAssisted  = "assisted"
	variantLogin     = "credentials"
)

// bulkSize is the size of the import that does not fit into one request.
const bulkSize = 12_000

// body starts an event: the action, then the entity, the project and what is nested, in the order of the server (webhooks/utils.py).
func body(action string, pairs ...any) *payloads.Object {
	return payloads.Obj(append([]any{"action", action}, pairs...)...)
}

func (w *world) projectCreated(action, _ string, _ payloads.Build) *payloads.Object {
	return body(action, "project", w.printProject(w.newborn()))
}

func (w *world) projectUpdated(action, variant string, _ payloads.Build) *payloads.Object {
	k := imageKind
	if variant == variantText {
		k = textKind
	}
	v := w.view(k, w.project.base.imported(importSize))
	v.updated = w.before(w.project.latency)
	if variant == variantLogin {
		v.login, v.password = w.project.login, w.project.password
	}
	return body(action, "project", w.printProject(v))
}

func (w *world) projectDeleted(action, _ string, _ payloads.Build) *payloads.Object {
	if w.flatID {
		return body(action, "id", w.project.id)
	}
	return body(action, "project", payloads.Obj("id", w.project.id))
}

// tasksCreated prints an import. In the documents' story tasks come before the labeling interface is set up, so that the example has an
// empty one.
func (w *world) tasksCreated(action, variant string, b payloads.Build) *payloads.Object {
	n := importSize
	switch variant {
	case variantSingle:
		n = 1
	case variantBulk:
		n = bulkSize
	}
	list := w.imported(b, n)
	if variant == variantSingle {
		list[0].fileUpload, list[0].inMemory = nil, false
	}
	v := w.view(textKind, w.project.base.imported(n))
	if w.gen == documents {
		v.config = emptyConfig()
	}
	return body(action, "tasks", w.printTasks(list), "project", w.printProject(v))
}

// tasksDeleted prints the deletion of tasks that nobody had annotated; the counters are those after it.
func (w *world) tasksDeleted(action, variant string, _ payloads.Build) *payloads.Object {
	n, first := deletedTasks, w.taskID(importSize-deletedTasks)
	if variant == variantSingle {
		n, first = 1, w.taskID(0)
	}
	if variant == variantDeleteAll {
		// Every task of the project. The server names no project here, so that only organization webhooks get it.
		older := w.project.base.tasks
		return body(action, "tasks", onlyIDs(w.taskID(-older), older+importSize))
	}
	project := w.printProject(w.view(textKind, w.project.base.imported(importSize-n)))
	if w.flatID && action == taskDeleted {
		return body(action, "id", first, "project", project)
	}
	return body(action, "tasks", onlyIDs(first, n), "project", project)
}

func (w *world) annotationCreated(action, variant string, b payloads.Build) *payloads.Object {
	a := drawAnnotation(substream(b, streamAnnotation), len(w.tasks.texts[0].Spans))
	k, result := textKind, w.textResult(a, 0, a.spans, true)
	switch variant {
	case variantImage:
		k, result = imageKind, w.imageResult(a)
	case variantSkipped:
		result = payloads.Array{}
	}
	n := w.submitted(a, result)
	n.skipped = variant == variantSkipped
	predictions := 0
	if variant == variantAssisted {
		n.prediction, predictions = w.printPrediction(w.predicted(a, w.textResult(a, 0, 1, false))), 1
	}
	return w.annotated(action, k, a, n, predictions)
}

func (w *world) annotationUpdated(action, variant string, b payloads.Build) *payloads.Object {
	a := drawAnnotation(substream(b, streamAnnotation), len(w.tasks.texts[0].Spans))
	if variant == variantText {
		return w.annotated(action, textKind, a, w.revised(a, w.textResult(a, 0, maxRegions, true)), 0)
	}
	return w.annotated(action, imageKind, a, w.revised(a, w.imageResult(a)), 0)
}

// annotated prints an event about the annotation n of the first task. The counters of task and project are those after the change.
func (w *world) annotated(action string, k kind, a annotationFacts, n annotation, predictions int) *payloads.Object {
	t := w.task(k, 0)
	t.updated, t.updatedBy, t.predictions = n.updated.Add(900*time.Microsecond), a.annotator, predictions
	count := w.project.base.imported(importSize)
	count.predictions += predictions
	if n.skipped {
		t.skips = 1
		count.skipped++
		t.labeled = w.project.skipQueue == ignoreSkipped && w.project.overlap == 1
	} else {
		t.annotations = 1
		t.labeled = w.project.overlap == 1
		count = count.submitted(1, 0)
	}
	if t.labeled {
		count.finished++
	}
	v := w.view(k, count)
	if predictions > 0 {
		v.modelVersion = w.modelVersion()
	}
	e := body(action, "annotation", w.printAnnotation(n), "project", w.printProject(v))
	if w.gen != documents {
		e.Set("task", w.printTask(t))
	}
	return e
}

// annotationsCreated prints the Data Manager's "Create Annotations From Predictions". The server sends it before it updates the counters
// of the tasks, so these, and the project's finished tasks, are stale (data_manager/actions/predictions_to_annotations.py).
func (w *world) annotationsCreated(action, _ string, b payloads.Build) *payloads.Object {
	a := drawAnnotation(substream(b, streamAnnotation), len(w.tasks.texts[0].Spans))
	created := w.before(w.project.latency)
	annotations, tasks := make(payloads.Array, importSize), make(payloads.Array, importSize)
	for i := range importSize {
		at := created.Add(time.Duration(i) * taskStep)
		n := w.annotation(a, i, w.textResult(a, i, maxRegions, false), at)
		n.updated, n.parent = at.Add(taskStep/2), a.prediction+int64(i)
		annotations[i] = w.printAnnotation(n)
		t := w.task(textKind, i)
		t.updated, t.updatedBy, t.predictions = created.Add(2*time.Millisecond), a.annotator, 1
		tasks[i] = w.printTask(t)
	}
	count := w.project.base.imported(importSize).submitted(importSize, 0)
	count.predictions += importSize
	v := w.view(textKind, count)
	v.modelVersion = w.modelVersion()
	e := body(action, "annotation", annotations, "project", w.printProject(v))
	if w.gen != documents {
		e.Set("task", tasks)
	}
	return e
}

// annotationsDeleted prints the deletion; the counters are those after it.
func (w *world) annotationsDeleted(action, variant string, b payloads.Build) *payloads.Object {
	a := drawAnnotation(substream(b, streamAnnotation), len(w.tasks.texts[0].Spans))
	project := w.printProject(w.view(textKind, w.project.base.imported(importSize)))
	if w.flatID && action == annotationDeleted {
		return body(action, "id", a.id, "project", project)
	}
	n := 1
	if variant == variantSeveral {
		n = importSize
	}
	return body(action, "annotations", onlyIDs(a.id, n), "project", project)
}

func (w *world) labelLinkCreated(action, _ string, b payloads.Build) *payloads.Object {
	l := drawLabels(substream(b, streamLabels))
	links := make(payloads.Array, linkedLabels)
	for i := range links {
		links[i] = w.printLink(w.link(l, i))
	}
	return body(action, "label_link", links, "project", w.labelled())
}

func (w *world) labelLinkUpdated(action, _ string, b payloads.Build) *payloads.Object {
	l := drawLabels(substream(b, streamLabels))
	return body(action, "label_link", w.printLink(w.link(l, 0)), "project", w.labelled(), "label", w.printLabel(w.label(l)))
}

func (w *world) labelLinkDeleted(action, _ string, b payloads.Build) *payloads.Object {
	l := drawLabels(substream(b, streamLabels))
	return body(action, "label_link", payloads.Obj("id", l.link), "project", w.labelled())
}

// labelled returns the project that events about labels show.
func (w *world) labelled() *payloads.Object {
	return w.printProject(w.view(textKind, w.project.base.imported(importSize)))
}
