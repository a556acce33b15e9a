package labelstudio

import (
	"slices"

	"github.com/annohook/annohook/payloads"
)

// What an annotator can do with a task.
const (
	resultSubmitted = "submitted"
	resultSkipped   = "skipped"
	resultEmpty     = "empty"

	paramResult    = "result"
	paramAssisted  = "assisted"
	paramAnnotator = "annotator"
)

// maxConverted bounds one conversion of predictions, maxUsers the annotators of a world.
const (
	maxConverted = 100
	maxUsers     = 1_000_000
)

func createAnnotation(d *doing) error {
	a, err := d.annotateNext()
	if err != nil {
		return err
	}
	p, _ := d.s.project(d.s.Current)
	d.tell("id", a.ID, "annotation", a.ID, "task", a.Task, "project", p.ID, "annotator", a.By, "was_cancelled", a.Skipped)
	return nil
}

// annotateNext annotates the task that is named, or the next one, and raises the event.
func (d *doing) annotateNext() (*annotationState, error) {
	p, at, err := d.chosenTask()
	if err != nil {
		return nil, err
	}
	result := d.in.String(paramResult)
	a := &annotationState{
		By: d.annotator(), Seed: d.seed(), Skipped: result == resultSkipped, Empty: result == resultSkipped || result == resultEmpty, Created: d.now,
	}
	if d.in.Bool(paramAssisted) && at.batch.work(at.index).Predictions == 0 {
		d.s.predict(p, at, d.seed(), d.earlier(at.batch.created(at.index)))
	}
	// The server copies the prediction of the project's model whatever the annotator did with it.
	if m, ok := p.predictionOf(at.id()); ok {
		a.Prediction = m.ID
	}
	d.s.annotate(p, at, a)
	p.relabel(at)
	return a, d.raise(annotationCreated, subject{Project: p.shot(), Annotations: []annotationShot{p.shotOf(a, at, d.now)}})
}

// chosenTask returns the task that is to be annotated.
func (d *doing) chosenTask() (*projectState, place, error) {
	if d.in.Has(paramTask) {
		return d.homeOf(d.in.Int(paramTask))
	}
	p, err := d.project()
	if err != nil {
		return nil, place{}, err
	}
	at, err := d.take(p, func(w work) bool { return d.in.Bool(paramAssisted) == (w.Predictions > 0) })
	return p, at, err
}

// annotator is the user who annotates; a number beyond the last one joins.
func (d *doing) annotator() int64 {
	id := d.in.Int(paramAnnotator)
	d.s.Users = max(d.s.Users, id)
	return id
}

// predictionOf returns what the project's model said about a task.
func (p *projectState) predictionOf(task int64) (*predictionState, bool) {
	for _, m := range p.Predictions {
		if m.Task == task && m.Model == p.Model {
			return m, true
		}
	}
	return nil, false
}

// shotOf is an annotation as it is now, with its task, which was saved right behind it.
func (p *projectState) shotOf(a *annotationState, at place, now stamp) annotationShot {
	shot := annotationShot{annotationState: *a, Of: at.shot()}
	shot.Of.Updated, shot.Of.By = now.after(taskLag), a.By
	for _, m := range p.Predictions {
		if m.ID == a.Prediction || m.ID == a.Parent {
			made := *m
			shot.Made = &made
		}
	}
	return shot
}

// homeOfAnnotation finds an annotation and where it is.
func (d *doing) homeOfAnnotation(id int64) (*projectState, *annotationState, error) {
	for _, p := range d.s.Projects {
		for _, a := range p.Annotations {
			if a.ID == id {
				return p, a, d.inside(p, paramAnnotation, id)
			}
		}
	}
	return nil, nil, unknown(paramAnnotation, "annotation", id)
}

// updateAnnotation hands an annotation in once more: the one named, else the newest of the project; where there is none, one is made.
func updateAnnotation(d *doing) error {
	p, a, err := d.chosenAnnotation()
	if err != nil {
		return err
	}
	at, ok := p.task(a.Task)
	if !ok {
		return unknown(paramAnnotation, "task of annotation", a.ID)
	}
	result := d.in.String(paramResult)
	p.count(at, a.Skipped, -1)
	a.Skipped = result == resultSkipped // regions stay where they are
	if result != resultSkipped {
		a.Empty = result == resultEmpty
		a.Revision++
	}
	a.Converted = false
	p.count(at, a.Skipped, 1)
	p.relabel(at)
	a.Updater, a.Updated = a.By, d.now
	d.tell("id", a.ID, "annotation", a.ID, "task", a.Task, "project", p.ID, "was_cancelled", a.Skipped)
	return d.raise(annotationUpdated, subject{Project: p.shot(), Annotations: []annotationShot{p.shotOf(a, at, d.now)}})
}

func (d *doing) chosenAnnotation() (*projectState, *annotationState, error) {
	if d.in.Has(paramAnnotation) {
		return d.homeOfAnnotation(d.in.Int(paramAnnotation))
	}
	p, err := d.project()
	if err != nil {
		return nil, nil, err
	}
	if a, ok := newest(p.Annotations); ok {
		return p, a, nil
	}
	at, err := d.take(p, unfinished)
	if err != nil {
		return nil, nil, err
	}
	a := &annotationState{By: p.Owner, Seed: d.seed(), Created: d.earlier(at.batch.created(at.index))}
	d.s.annotate(p, at, a)
	p.relabel(at)
	return p, a, d.raise(annotationCreated, subject{Project: p.shot(), Annotations: []annotationShot{p.shotOf(a, at, a.Created)}})
}

// deleteAnnotations deletes one annotation that is named, or the newest ones. One goes through the API and its task's state is up to date
// in the event; several go through the Data Manager, which says anew what is finished after it sent the event.
func deleteAnnotations(d *doing) error {
	p, list, err := d.doomed()
	if err != nil {
		return err
	}
	ids, places := make([]int64, len(list)), []place{}
	for i, a := range list {
		ids[i] = a.ID
		if at, ok := p.task(a.Task); ok {
			p.count(at, a.Skipped, -1)
			places = append(places, at)
		}
	}
	p.Annotations = slices.DeleteFunc(p.Annotations, func(a *annotationState) bool { return slices.Contains(ids, a.ID) })
	for _, m := range p.Predictions {
		m.Used = m.Used && !slices.ContainsFunc(list, func(a *annotationState) bool { return a.Parent == m.ID })
	}
	if len(list) == 1 {
		for _, at := range places {
			p.relabel(at)
		}
	}
	d.tell("id", nil, "project", p.ID, "annotations", idsOf(ids), "count", len(ids))
	if len(ids) == 0 {
		return nil // an empty list makes no request
	}
	d.tell("id", ids[0])
	if err := d.raise(annotationsDeleted, subject{Project: p.shot(), IDs: spansOf(ids)}); err != nil {
		return err
	}
	for _, at := range places {
		p.relabel(at)
	}
	return nil
}

// doomed returns the annotations that are to be deleted, the oldest first.
func (d *doing) doomed() (*projectState, []*annotationState, error) {
	if d.in.Has(paramAnnotation) {
		p, a, err := d.homeOfAnnotation(d.in.Int(paramAnnotation))
		return p, []*annotationState{a}, err
	}
	p, err := d.project()
	if err != nil {
		return nil, nil, err
	}
	n := min(int(d.in.Int(paramCount)), len(p.Annotations))
	return p, slices.Clone(p.Annotations[len(p.Annotations)-n:]), nil
}

// convertPredictions is the Data Manager's "Create Annotations From Predictions". Where the model has not looked at enough tasks yet, it
// does so first, which nobody hears of. The event is sent before the tasks' own counters, and what is finished, are up to date.
func convertPredictions(d *doing) error {
	p, err := d.project()
	if err != nil {
		return err
	}
	n := int(d.in.Int(paramCount))
	for len(p.unused()) < n {
		at, ok := p.first(func(w work) bool { return w.Predictions == 0 && !w.Labeled })
		if !ok {
			b, err := d.provide(p, max(importSize, n-len(p.unused())))
			if err != nil {
				return err
			}
			at = place{batch: b}
		}
		d.s.predict(p, at, d.seed(), d.earlier(at.batch.created(at.index)))
	}
	shots, places, ids := []annotationShot{}, []place{}, []int64{}
	for _, m := range p.unused()[:n] {
		at, _ := p.task(m.Task)
		stale := at.shot()
		m.Used = true
		a := &annotationState{By: p.Owner, Seed: d.seed(), Converted: true, Parent: m.ID, Created: d.now}
		d.s.annotate(p, at, a)
		shot := p.shotOf(a, at, d.now)
		shot.Of.work = stale.work
		shots, places, ids = append(shots, shot), append(places, at), append(ids, a.ID)
	}
	d.tell("id", ids[0], "project", p.ID, "annotations", idsOf(ids), "count", len(ids))
	if err := d.raise(annotationsCreated, subject{Project: p.shot(), Annotations: shots}); err != nil {
		return err
	}
	for _, at := range places {
		p.relabel(at)
	}
	return nil
}

// unused lists the predictions that no annotation was made from, of tasks that are there.
func (p *projectState) unused() []*predictionState {
	var list []*predictionState
	for _, m := range p.Predictions {
		if _, ok := p.task(m.Task); ok && !m.Used {
			list = append(list, m)
		}
	}
	return list
}

// resultParam is the parameter that says what the annotator does.
func resultParam() payloads.Param {
	return payloads.Param{
		Name: paramResult, Kind: payloads.KindString, Default: `"submitted"`, Summary: "what the annotator does",
		Values: []string{resultSubmitted, resultSkipped, resultEmpty},
	}
}
