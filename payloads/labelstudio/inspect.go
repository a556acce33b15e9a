package labelstudio

import (
	"fmt"
	"time"

	"github.com/annohook/annohook/payloads"
)

// inspect shows a world: projects with their counters, imports, the annotations that can be named, and custom labels with their links.
func inspect(world []byte) (*payloads.Object, error) {
	s, err := readState(world)
	if err != nil {
		return nil, err
	}
	projects, tasks, annotations, predictions, links := payloads.Array{}, payloads.Array{}, payloads.Array{}, payloads.Array{}, payloads.Array{}
	for _, p := range s.Projects {
		projects = append(projects, showProject(p))
		for _, b := range p.Batches {
			t := b.tally()
			tasks = append(tasks, payloads.Obj(
				"id", b.First, "name", fmt.Sprintf("tasks %d to %d", b.First, b.First+int64(b.Count)-1), "status", fmt.Sprintf("%d of %d labeled", t.finished, t.tasks),
				"project", p.ID, "last", b.First+int64(b.Count)-1, "count", t.tasks))
		}
		for _, a := range p.Annotations {
			annotations = append(annotations, payloads.Obj(
				"id", a.ID, "status", statusOf(a), "task", a.Task, "project", p.ID, "annotator", a.By, "updated_at", a.Updated.time().Format(time.RFC3339)))
		}
		for _, m := range p.Predictions {
			predictions = append(predictions, payloads.Obj("id", m.ID, "name", m.Model, "task", m.Task, "project", p.ID, "converted", m.Used))
		}
		for _, l := range p.Links {
			links = append(links, payloads.Obj("id", l.ID, "name", l.Control, "label", l.Label, "project", p.ID))
		}
	}
	labels := payloads.Array{}
	for _, l := range s.Labels {
		labels = append(labels, payloads.Obj("id", l.ID, "name", l.Title))
	}
	return payloads.Obj(
		"projects", projects, "tasks", tasks, "annotations", annotations, "predictions", predictions, "labels", labels, "label_links", links), nil
}

func showProject(p *projectState) *payloads.Object {
	o := payloads.Obj("id", p.ID, "name", p.Title, "status", p.Kind)
	for _, m := range payloads.Obj(p.tally().members()...).Members() {
		o.Set(m.Key, m.Value)
	}
	return o
}

func statusOf(a *annotationState) string {
	switch {
	case a.Skipped:
		return resultSkipped
	case a.Empty:
		return resultEmpty
	default:
		return resultSubmitted
	}
}
