package labelstudio

import (
	"encoding/hex"
	"fmt"

	"github.com/annohook/annohook/payloads"
)

// tokenLength2021 is the length of project tokens in the documents' examples, which are hex digits.
const tokenLength2021 = 16

func token2021(token string) string { return hex.EncodeToString([]byte(token))[:tokenLength2021] }

// depict builds the event of an action from its subject, as the generation prints it: the same keys in the same order as a trigger's.
func depict(gen generation, action string, b payloads.Build) (*payloads.Object, error) {
	s, err := readSubject(b.Subject)
	if err != nil {
		return nil, err
	}
	d := &depiction{printer: newPrinter(gen, b), project: s.Project}
	if err := s.fits(action); err != nil {
		return nil, err
	}
	switch action {
	case projectCreated, projectUpdated:
		return body(action, "project", d.printProject(d.view())), nil
	case projectDeleted:
		if d.flatID {
			return body(action, "id", s.Deleted), nil
		}
		return body(action, "project", payloads.Obj("id", s.Deleted)), nil
	case tasksCreated, taskCreated:
		return body(action, "tasks", d.tasks(s.Import), "project", d.printProject(d.view())), nil
	case tasksDeleted, taskDeleted:
		return d.removed(action, "tasks", s.IDs), nil
	case annotationsDeleted, annotationDeleted:
		return d.removed(action, "annotations", s.IDs), nil
	case annotationsCreated:
		return d.converted(action, s.Annotations), nil
	case annotationCreated, annotationUpdated:
		return d.annotated(action, s.Annotations[0]), nil
	default:
		return d.labelled(action, s), nil
	}
}

// fits reports a subject that is not of the action's kind.
func (s subject) fits(action string) error {
	var ok bool
	switch action {
	case projectDeleted:
		ok = s.Deleted > 0
	case tasksDeleted:
		ok = true // without a project where all tasks of one are deleted
	case tasksCreated, taskCreated:
		ok = s.Project != nil && s.Import != nil
	case annotationCreated, annotationUpdated, annotationsCreated:
		ok = s.Project != nil && len(s.Annotations) > 0
	case labelLinkCreated, labelLinkDeleted:
		ok = s.Project != nil && len(s.Links) > 0
	case labelLinkUpdated:
		ok = s.Project != nil && len(s.Links) > 0 && s.Label != nil
	default:
		ok = s.Project != nil
	}
	if !ok {
		return fmt.Errorf("read subject: %w: nothing for %s", ErrWorld, action)
	}
	return nil
}

func (d *depiction) removed(action, key string, list []span) *payloads.Object {
	ids := make(payloads.Array, 0, size(list))
	for _, s := range list {
		ids = append(ids, onlyIDs(s.First, s.Count)...)
	}
	if d.project == nil {
		return body(action, key, ids)
	}
	return body(action, key, ids, "project", d.printProject(d.view()))
}

func (d *depiction) annotated(action string, a annotationShot) *payloads.Object {
	e := body(action, "annotation", d.printAnnotation(d.annotation(a)), "project", d.printProject(d.view()))
	if d.gen != documents {
		e.Set("task", d.printTask(d.task(a.Of)))
	}
	return e
}

func (d *depiction) converted(action string, list []annotationShot) *payloads.Object {
	annotations, tasks := make(payloads.Array, len(list)), make(payloads.Array, len(list))
	for i, a := range list {
		annotations[i] = d.printAnnotation(d.annotation(a))
		tasks[i] = d.printTask(d.task(a.Of))
	}
	e := body(action, "annotation", annotations, "project", d.printProject(d.view()))
	if d.gen != documents {
		e.Set("task", tasks)
	}
	return e
}

func (d *depiction) labelled(action string, s subject) *payloads.Object {
	links := make(payloads.Array, len(s.Links))
	for i, l := range s.Links {
		links[i] = d.printLink(link{id: l.ID, project: l.Project, label: l.Label, control: l.Control})
	}
	project := d.printProject(d.view())
	switch action {
	case labelLinkUpdated:
		l := s.Label
		created := l.Created.time()
		return body(action, "label_link", links[0], "project", project, "label", d.printLabel(customLabel{
			id: l.ID, author: l.Author, title: l.Title, created: created, updated: created.Add(taskStep),
			links: idList(l.Links), projects: idList(l.Projects),
		}))
	case labelLinkDeleted:
		return body(action, "label_link", payloads.Obj("id", s.Links[0].ID), "project", project)
	default:
		return body(action, "label_link", links, "project", project)
	}
}
